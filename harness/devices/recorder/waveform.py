"""From samples of a waveform to what is judged: pilot levels, duty and frequency; RMS of the mains.

The pilot is looked at period by period: a period is from one rising zero crossing to the next, its
levels are the medians of the middle of each half. Where no crossing comes for some periods the
pilot is steady, and its level is that of every such stretch. An edge is known to within one sample.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from harness.devices.recorder.recording import Gap, Sample, Track
from harness.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

PERIOD = 1e-3
"""Of the pilot's PWM (s)."""
HALF_CYCLE = 0.01
"""Of the mains (s)."""
_COARSEST_CP = PERIOD / 10
_COARSEST_WAVE = HALF_CYCLE / 10
_STEADY = 2.5 * PERIOD
_ZERO_BAND = 1.0
"""Volts about 0 in which a crossing counts once (noise at 0 V is no PWM)."""


def pilot_tracks(raw: Track) -> dict[str, Track]:
    """Levels, duty and frequency of a sampled pilot. Raises UsageError when it is too coarse."""
    import numpy as np  # noqa: PLC0415 - only for waveforms

    step = raw.resolution
    if step > _COARSEST_CP:
        raise UsageError(
            f"cp: one sample every {step:g} s shows no PWM of 1 kHz; expected at least "
            f"{1 / _COARSEST_CP:g} samples a second, or cp_high, cp_low and cp_duty as columns"
        )
    t = np.asarray(raw.times, dtype=float)
    u = np.asarray([float(one) for one in raw.values])
    rising, falling = _crossings(t, u, np)
    rows = _steady_rows(t, u, rising, falling, np) + _periods(t, u, rising, falling, np)
    rows.sort()
    times = [row[0] for row in rows]
    frequency_spread = 2 * step / PERIOD / PERIOD
    duty_spread = 2 * step / PERIOD * 100

    def track(name: str, unit: str, column: int, spread: float | None) -> Track:
        return Track(
            name, unit, times, [row[column] for row in rows], max(step, PERIOD), raw.end,
            window=PERIOD, uncertainty=spread, gaps=raw.gaps,
        )  # fmt: skip

    return {
        "cp_high": track("cp_high", "V", 1, raw.uncertainty),
        "cp_low": track("cp_low", "V", 2, raw.uncertainty),
        "cp_duty": track("cp_duty", "%", 3, duty_spread),
        "cp_frequency": track("cp_frequency", "Hz", 4, frequency_spread),
    }


Row = tuple[float, float, float, float, float]
"""Time, high level, low level, duty, frequency."""


def _crossings(t: "Numbers", u: "Numbers", np: Any) -> tuple[list[float], list[float]]:
    """Instants of rising and falling zero crossings, interpolated, each after a real swing."""
    clear = np.flatnonzero(np.abs(u) > _ZERO_BAND)
    up = u[clear] > 0
    turns = np.flatnonzero(up[1:] != up[:-1])
    before, after = clear[turns], clear[turns + 1]
    at = t[before] + (t[after] - t[before]) * u[before] / (u[before] - u[after])
    rises = up[turns + 1]
    return at[rises].tolist(), at[~rises].tolist()


def _periods(
    t: "Numbers", u: "Numbers", rising: list[float], falling: list[float], np: Any
) -> list[Row]:
    rows: list[Row] = []
    first = np.searchsorted(falling, rising)
    for number, (start, end) in enumerate(pairwise(rising)):
        place = int(first[number])
        one_fall = int(first[number + 1]) - place == 1
        if end - start > _STEADY or not one_fall:
            continue
        fall = falling[place]
        high, low = _middle(t, u, start, fall, np), _middle(t, u, fall, end, np)
        if high is not None and low is not None:
            period = end - start
            rows.append((end, high, low, 100 * (fall - start) / period, 1 / period))
    return rows


def _middle(t: "Numbers", u: "Numbers", start: float, end: float, np: Any) -> float | None:
    """The level of the settled middle of a half; None without a sample there."""
    edge = 0.2 * (end - start)
    a, b = np.searchsorted(t, (start + edge, end - edge))
    return float(np.median(u[a:b])) if b > a else None


def _steady_rows(
    t: "Numbers", u: "Numbers", rising: list[float], falling: list[float], np: Any
) -> list[Row]:
    """Stretches without an edge, in pieces of one period."""
    edges = sorted([float(t[0]), *rising, *falling, float(t[-1])])
    rows: list[Row] = []
    for start, end in pairwise(edges):
        if end - start < _STEADY:
            continue
        pieces = int((end - start) / PERIOD)
        cuts = np.searchsorted(t, start + PERIOD * np.arange(pieces + 1))
        for number in range(pieces):
            part = u[cuts[number] : cuts[number + 1]]
            if len(part):
                level = float(np.median(part))
                rows.append((float(start + PERIOD * (number + 1)), level, level, 0.0, 0.0))
    return rows


def rms_track(name: str, raw: Track) -> Track:
    """Half-cycle RMS of a sampled mains voltage. Raises UsageError when it is too coarse."""
    import numpy as np  # noqa: PLC0415 - only for waveforms

    if raw.resolution > _COARSEST_WAVE:
        raise UsageError(
            f"{raw.name}: one sample every {raw.resolution:g} s shows no mains; expected at least "
            f"{1 / _COARSEST_WAVE:g} samples a second"
        )
    t = np.asarray(raw.times, dtype=float)
    squares = np.asarray([float(one) for one in raw.values]) ** 2
    pieces = int((t[-1] - t[0]) / HALF_CYCLE)
    cuts = np.searchsorted(t, t[0] + HALF_CYCLE * np.arange(pieces + 1))
    times: list[float] = []
    values: list[Sample] = []
    for number in range(pieces):
        part = squares[cuts[number] : cuts[number + 1]]
        if len(part):
            times.append(float(t[0] + HALF_CYCLE * (number + 1)))
            values.append(float(np.sqrt(part.mean())))
    if not times:
        raise UsageError(f"{raw.name}: shorter than one half cycle of the mains")
    return Track(
        name, "V", times, values, HALF_CYCLE, raw.end,
        window=HALF_CYCLE, uncertainty=raw.uncertainty, gaps=raw.gaps,
    )  # fmt: skip


def finished(tracks: dict[str, Track]) -> dict[str, Track]:
    """The tracks, with those that follow from waveforms. What a file gives itself stays."""
    found = dict(tracks)
    if "cp" in found:
        for name, track in pilot_tracks(found["cp"]).items():
            found.setdefault(name, track)
    for phase in (1, 2, 3):
        wave = found.get(f"wave_l{phase}")
        if wave is not None:
            found.setdefault(f"voltage_l{phase}", rms_track(f"voltage_l{phase}", wave))
    return found


def sampled(
    name: str,
    unit: str | None,
    times: Sequence[float],
    values: Sequence[Sample],
    *,
    step: float | None = None,
    window: float = 0.0,
    uncertainty: float | None = None,
    missing: Sequence[Gap] = (),
) -> Track:
    """A track of samples. Without a `step` it is the usual distance of the stamps (s).

    A distance of more than two and a half steps is a gap, as are those of `missing`.
    """
    gaps = list(missing)
    if step is None:
        distances = sorted(b - a for a, b in pairwise(times))
        step = distances[len(distances) // 2] if distances else 0.0
        if distances and distances[-1] > 2.5 * step:
            pairs = pairwise(times)
            gaps += [(a, b) for a, b in pairs if b - a > 2.5 * step]
    merged = tuple(sorted(set(gaps)))
    return Track(name, unit, times, values, step, times[-1], window, uncertainty, merged)
