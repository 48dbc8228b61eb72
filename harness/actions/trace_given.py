"""What the verbs on a recording share: which one, what is wanted of it, which part of it.

A step that cannot be judged by the recording is inconclusive and says why: no recorder, no such
channel, a gap where it matters, an instrument whose calibration has run out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_frames import Bound, Wanted
from harness.actions.joint_given import Passed, check_passed, earlier
from harness.actions.registry import CheckContext, Complaint
from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.recording import Moment, Predicate, Recording, Sample, Track
from harness.errors import UnknownNameError
from harness.quantity import Measurement, Quality, same_dimension

__all__ = ["Channels", "OfStep", "Part", "Passed", "Window"]

OfStep = Annotated[str, Field(description="The `trace.begin` step whose recording it is")]
Channels = Annotated[dict[str, Wanted], Field(description="Channel -> state, or below/above")]
NO_DATE = "the bench does not say until when the instrument is calibrated"


def check_recording(context: CheckContext) -> Iterator[Complaint]:
    """The recording is that of an earlier step; channels, states and units exist."""
    yield from check_passed(context)
    yield from earlier(context, (context.parameters["recording"],), "recording")
    for key in ("from_", "to", "since", "when", "pulse"):
        for name, wanted in (context.parameters.get(key) or {}).items():
            yield from _check_wanted(("with", key.rstrip("_"), name), name, wanted)
    channel = context.parameters.get("channel")
    if channel is not None and channel not in CHANNELS:
        yield (
            ("with", "channel"),
            UnknownNameError("channel", channel, list(CHANNELS)).detail,
            ("the name of a channel"),
        )


def _check_wanted(path: tuple[str, ...], name: str, wanted: Wanted) -> Iterator[Complaint]:
    info = CHANNELS.get(name)
    if info is None:
        detail = UnknownNameError("channel", name, list(CHANNELS)).detail
        yield path, detail, "the name of a channel"
        return
    if isinstance(wanted, Bound):
        stated = [one for one in (wanted.below, wanted.above) if one is not None]
        if info.unit is None:
            yield path, f"{name} is no number", "one of: " + ", ".join(info.states)
        elif not stated:
            yield path, "nothing is wanted", "`below:` or `above:`"
        elif not all(same_dimension(one.unit, info.unit) for one in stated):
            yield path, f"{name} is in {info.unit}", f"a quantity in {info.unit}"
        return
    for state in [wanted] if isinstance(wanted, str) else wanted:
        if state not in info.states:
            known = ", ".join(info.states) or f"below or above, in {info.unit}"
            yield path, f"{name} cannot be {state!r}", f"one of: {known}"


def predicate(name: str, wanted: Wanted) -> Predicate:
    """Whether a value of a channel is what is wanted."""
    if not isinstance(wanted, Bound):
        states = {wanted} if isinstance(wanted, str) else set(wanted)
        return lambda value: value in states
    unit = CHANNELS[name].unit or "1"
    above = None if wanted.above is None else wanted.above.to(unit)
    below = None if wanted.below is None else wanted.below.to(unit)

    def inside(value: Sample) -> bool:
        number = float(value)
        return (above is None or number > above) and (below is None or number < below)

    return inside


def predicates(wanted: Mapping[str, Wanted]) -> dict[str, Predicate]:
    return {name: predicate(name, one) for name, one in wanted.items()}


def said(conditions: Mapping[str, Wanted]) -> str:
    """Conditions in one line, for the record."""
    return ", ".join(
        f"{name} {' | '.join(one) if isinstance(one, list) else one}"
        for name, one in conditions.items()
    )


class Part:
    """A recording as one step judges by it."""

    def __init__(self, step: StepContext, name: str) -> None:
        self.step = step
        found = step.bench.recorder.kept(name)
        self.recording = found if isinstance(found, Recording) else None
        self.why = found if isinstance(found, str) else ""
        self.quality = Quality.MISSING
        if self.recording is not None:
            self.quality, self.why = _calibration(step)

    def lacks(self, *channels: str) -> str:
        """Why nothing can be judged by these channels; empty when something can."""
        if self.why or self.recording is None:
            return self.why
        missing = [one for one in channels if one not in self.recording.tracks]
        if missing:
            self.quality = Quality.MISSING
            return f"{', '.join(missing)} was not recorded"
        return ""

    @property
    def source(self) -> str:
        return self.recording.source if self.recording is not None else "recorder"

    def nothing(
        self, name: str, unit: str | None, why: str, quality: Quality | None = None
    ) -> None:
        """Judge that nothing can be said, and why."""
        reading = Measurement(
            name=name,
            value=None,
            unit=unit,
            quality=quality or self.quality,
            source=self.source,
            at=self.step.clock.elapsed(),
            note=why,
        )
        self.step.measured(reading)
        self.step.judge(reading)

    def reading(self, name: str, value: Sample | None, unit: str | None, *, note: str = "",
                uncertainty: float | None = None, at_least: float | None = None,
                quality: Quality = Quality.GOOD) -> Measurement:  # fmt: skip
        """A measurement taken from the recording."""
        return Measurement(
            name=name,
            value=round(value, 6) if isinstance(value, float) else value,
            unit=unit,
            uncertainty=None if uncertainty is None else round(uncertainty, 9),
            quality=quality,
            source=self.source,
            at=self.step.clock.elapsed(),
            at_least=at_least,
            note=note,
        )


def _calibration(step: StepContext) -> tuple[Quality, str]:
    """Whether the recorder may be believed. The simulated one needs no date."""
    entry = step.bench.recorder.entry
    if entry is None or entry.simulated:
        return Quality.GOOD, ""
    tool = step.bench.instruments.get(entry.instrument) if entry.instrument else None
    if tool is None:
        return Quality.OUT_OF_CALIBRATION, "the bench does not say which instrument recorded"
    if tool.calibration_due is None:
        return Quality.OUT_OF_CALIBRATION, NO_DATE
    if not tool.in_date:
        return Quality.OUT_OF_CALIBRATION, f"calibration due {tool.calibration_due}"
    return Quality.GOOD, ""


@dataclass(frozen=True)
class Window:
    """A part of the recording's own time."""

    start: float
    end: float

    @property
    def empty(self) -> bool:
        return self.end <= self.start


def first(recording: Recording, wanted: Mapping[str, Wanted], after: float) -> Moment | None:
    """When it first came to be so after a time, having been otherwise before."""
    for spell in recording.spells(predicates(wanted)):
        if spell.begin is not None and spell.begin.latest > after:
            return spell.begin
    return None


def window(
    recording: Recording,
    *,
    since: Mapping[str, Wanted] | None,
    when: Mapping[str, Wanted] | None,
    seconds: float | None,
    settle: float,
    last: float | None = None,
) -> Window | str:
    """The part that a step looks at, or why there is none.

    It begins when `since` first came to be so, and lies inside the (longest) time in which `when`
    was so, both less `settle`; it is `seconds` long. `last`: not before the last so many seconds.
    """
    start, end = recording.begin, recording.end
    if last is not None:
        start = max(start, end - last)
    if since:
        moment = first(recording, since, float("-inf"))
        if moment is None:
            return f"{said(since)} was not seen"
        start = max(start, moment.latest + settle)
    if when:
        spells = []
        for spell in recording.spells(predicates(when)):
            low = start if spell.begin is None else max(start, spell.begin.latest + settle)
            high = end if spell.end is None else min(end, spell.end.earliest)
            spells.append(Window(low, high))
        best = max(spells, key=lambda one: one.end - one.start, default=None)
        if best is None or best.empty:
            return f"{said(when)} was not seen" + (f" after {said(since)}" if since else "")
        start, end = best.start, best.end
    if seconds is not None:
        if end - start < seconds - 1e-9:
            return f"only {max(end - start, 0):.3g} s of {seconds:g} s were recorded"
        end = start + seconds
    return Window(start, end)


def gap_note(track: Track, part: Window) -> str:
    """The gap of a track that reaches into the part; empty when there is none."""
    gap = track.gap_in(part.start, part.end)
    if gap is None:
        return ""
    return f"nothing was recorded of {track.name} from {gap[0]:.6g} to {gap[1]:.6g} s"
