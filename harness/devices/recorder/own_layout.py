"""Recordings in our own CSV layout: what the simulated bench keeps, and what anybody may write.

Comment lines say what a channel is, then comes one row for each instant at which something changed:

    # charging-harness recording 1
    # channel cp_high V resolution=0.001 window=0.001 uncertainty=0.05 end=12.5
    # channel s2 resolution=0.0001 end=12.5
    time,cp_high,s2
    0,11.98,open
    3.2001,8.97,

An empty cell says that nothing changed. `gap=a..b` says that nothing is known from a to b.
"""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.plausible import implausible
from harness.devices.recorder.recording import Gap, Recording, Sample, Track, with_derived
from harness.devices.recorder.waveform import finished
from harness.errors import FileError, Problem

OWN = "# charging-harness recording 1"


def write_csv(recording: Recording) -> bytes:
    """A recording in our own layout; what `read_csv` gives for it judges the same."""
    tracks = {n: t for n, t in recording.tracks.items() if not CHANNELS[n].derived}
    out = io.StringIO()
    out.write(OWN + "\n")
    for name, track in tracks.items():
        figures = [f"resolution={track.resolution!r}"]
        if track.window:
            figures.append(f"window={track.window!r}")
        if track.uncertainty is not None:
            figures.append(f"uncertainty={track.uncertainty!r}")
        figures.append(f"end={track.end!r}")
        figures += [f"gap={a!r}..{b!r}" for a, b in track.gaps]
        out.write(" ".join(["# channel", name, *([track.unit] if track.unit else []), *figures]))
        out.write("\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time", *tracks])
    rows: dict[float, dict[str, Sample]] = {}
    for name, track in tracks.items():
        for t, value in zip(track.times, track.values, strict=True):
            rows.setdefault(t, {})[name] = value
    for t in sorted(rows):
        writer.writerow([repr(t), *(rows[t].get(name, "") for name in tracks)])
    return out.getvalue().encode()


@dataclass
class _Said:
    """What a comment line says of a channel."""

    unit: str | None
    figures: dict[str, float]
    gaps: list[Gap]
    times: list[float] = field(default_factory=list)
    values: list[Sample] = field(default_factory=list)


def read_own(name: str, text: str) -> Recording:
    """A recording from a text in our own layout. Raises FileError."""
    lines = text.splitlines()
    said: dict[str, _Said] = {}
    at = 1
    while at < len(lines) and lines[at].startswith("#"):
        _declare(name, at, lines[at], said)
        at += 1
    header = _cells(lines[at]) if at < len(lines) else []
    if header[:1] != ["time"] or set(header[1:]) != set(said) or not said:
        expected = "time and every channel that is declared above: " + ", ".join(said)
        raise FileError([Problem(name, at + 1, 1, "the header does not fit", expected)])
    problems: list[Problem] = []
    last = -math.inf
    for number in range(at + 1, len(lines)):
        if not lines[number].strip():
            continue
        cells = _cells(lines[number])
        for place, problem in _take(header, cells, last, said):
            problems.append(Problem(name, number + 1, place + 1, problem, "our own layout"))
        if len(problems) > 20:  # enough to see what kind of file it is
            break
        if not problems:
            last = float(cells[0])
    for channel, one in said.items():
        if not one.times and not problems:
            problems.append(Problem(name, at + 1, 0, f"{channel} has no value", "one at least"))
    if problems:
        raise FileError(problems)
    tracks = {channel: _told(channel, one) for channel, one in said.items()}
    for channel, track in tracks.items():
        if problem := implausible(track):
            raise FileError([Problem(name, at + 1, 0, problem, f"{channel} in {track.unit}")])
    return Recording(name, with_derived(finished(tracks)))


def _declare(name: str, at: int, line: str, said: dict[str, _Said]) -> None:
    words = line[1:].split()
    if not words or words[0] != "channel":
        return
    channel = words[1] if len(words) > 1 else ""
    info = CHANNELS.get(channel)
    if info is None or info.derived or channel in said:
        what = f"no channel is called {channel!r}, or it stands twice"
        raise FileError([Problem(name, at + 1, 0, what, ", ".join(CHANNELS))])
    rest = words[2:]
    unit = rest.pop(0) if rest and "=" not in rest[0] else None
    if unit != info.unit:
        what = f"{channel} in {unit or 'states'}"
        raise FileError([Problem(name, at + 1, 0, what, info.unit or "no unit: it has states")])
    one = _Said(unit, {}, [])
    for word in rest:
        key, _, figure = word.partition("=")
        try:
            if key == "gap":
                start, _, end = figure.partition("..")
                one.gaps.append((float(start), float(end)))
            else:
                one.figures[key] = float(figure)
        except ValueError:
            what = f"{word!r} is no figure"
            raise FileError([Problem(name, at + 1, 0, what, "key=number")]) from None
    if not 0 < one.figures.get("resolution", 0) < math.inf:
        what = f"{channel} states no resolution"
        raise FileError([Problem(name, at + 1, 0, what, "resolution=seconds, above 0")])
    said[channel] = one


def _take(
    header: Sequence[str], cells: Sequence[str], last: float, said: dict[str, _Said]
) -> Iterator[tuple[int, str]]:
    if len(cells) != len(header):
        yield 0, f"{len(cells)} cells where the header has {len(header)}"
        return
    try:
        t = float(cells[0])
    except ValueError:
        t = math.nan
    if not math.isfinite(t):
        yield 0, f"{cells[0]!r} is no time"
        return
    if t <= last:
        yield 0, f"time goes back: {t:g} s after {last:g} s"
        return
    for place, (channel, cell) in enumerate(zip(header[1:], cells[1:], strict=True), 1):
        if cell == "":
            continue
        one, info = said[channel], CHANNELS[channel]
        value: Sample = cell
        if info.states:
            if cell not in info.states:
                yield place, f"{channel} cannot be {cell!r}"
                continue
        else:
            try:
                value = float(cell)
            except ValueError:
                value = math.nan
            if not math.isfinite(float(value)):
                yield place, f"{cell!r} is not a number"
                continue
        one.times.append(t)
        one.values.append(value)


def _told(channel: str, one: _Said) -> Track:
    end = max(one.figures.get("end", one.times[-1]), one.times[-1])
    return Track(
        channel, one.unit, one.times, one.values, one.figures["resolution"], end,
        one.figures.get("window", 0.0), one.figures.get("uncertainty"), tuple(one.gaps),
    )  # fmt: skip


def _cells(line: str) -> list[str]:
    return next(csv.reader([line]), [])
