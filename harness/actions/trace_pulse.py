"""A pulse in a recording: how long it lasts, and what goes on while it lasts."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import (
    Channels,
    OfStep,
    Part,
    check_recording,
    gap_note,
    predicates,
    said,
    window,
)
from harness.actions.trace_timing import check_times
from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.recording import Recording, Spell
from harness.errors import NotAvailableError
from harness.limits import Range, describe
from harness.quantity import Quality, convert, same_dimension
from harness.text import Text

PULSE = "pulse_width"
Pulse = Annotated[Channels, Field(description="Channel -> state in the pulse")]
Optional = Annotated[bool, Field(description="Without a pulse the step is not run")]


def _check_times(context: CheckContext) -> Iterator[Complaint]:
    yield from check_times(context)
    if context.limit is not None and not isinstance(context.limit, Range):
        what = f"{context.step.do} cannot judge by {describe(context.limit)}"
        context.limit_problem(what, "low and high in a unit of time")


def _check_level(context: CheckContext) -> Iterator[Complaint]:
    info = CHANNELS.get(context.parameters["channel"])
    limit = context.limit
    if info is not None and info.unit is None:
        yield ("with", "channel"), f"{info.name} is no number", "`trace.holds` for states"
    elif info is not None and info.unit is not None and limit is not None:
        fits = isinstance(limit, Range) and same_dimension(limit.unit, info.unit)
        if not fits:
            what = f"{context.step.do} cannot judge {info.name} by {describe(limit)}"
            context.limit_problem(what, f"low or high in {info.unit}")
    yield from check_recording(context)


def _first_pulse(part: Part, pulse: Channels, name: str, unit: str | None, optional: bool,
                 *more: str) -> tuple[Recording, Spell] | None:  # fmt: skip
    """The first time in the pulse's state that began in the recording.

    None: it has been judged why not. Raises NotAvailableError where none had to come.
    """
    if why := part.lacks(*pulse, *more):
        part.nothing(name, unit, why)
        return None
    assert part.recording is not None
    spells = part.recording.spells(predicates(pulse))
    found = next((one for one in spells if one.begin is not None), None)
    if found is not None:
        return part.recording, found
    if optional:
        raise NotAvailableError(f"{said(pulse)} was not seen, and it is optional")
    part.nothing(name, unit, f"{said(pulse)} was not seen", Quality.NOT_RECORDED)
    return None


@action(
    "trace.pulse",
    kind="J",
    limit="needed",
    check=_check_times,
    title=Text("录波判定脉冲宽度", "Width of a pulse in a recording"),
)
async def pulse_width(
    step: StepContext,
    *,
    recording: OfStep,
    pulse: Pulse,
    optional: Optional = False,
    if_passed: Passed = (),
) -> None:
    """Judge how long the first pulse lasts: from its channels' coming into the state until out.

    What lies between the samples at either end is the uncertainty. A pulse that had not ended when
    the recording did fails once it is longer than the limit. One that was not given is
    inconclusive; with `optional` the step is not run.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    found = _first_pulse(part, pulse, PULSE, "s", optional)
    if found is None:
        return
    recorded, spell = found
    assert spell.begin is not None
    end = recorded.end if spell.end is None else spell.end.latest
    for one in pulse:
        if (gap := recorded.track(one).gap_in(spell.begin.latest, end)) is not None:
            why = f"nothing was recorded of {one} from {gap[0]:.4g} to {gap[1]:.4g} s"
            part.nothing(PULSE, "s", why, Quality.NOT_RECORDED)
            return
    if spell.end is None:
        lasted = end - spell.begin.latest
        note = f"{said(pulse)}: it had not ended when the recording did"
        limit = step.limit
        high = limit.high if isinstance(limit, Range) else None
        if (
            isinstance(limit, Range)
            and high is not None
            and lasted > convert(high, limit.unit, "s")
        ):
            # It is at least so long already, and that is too long.
            reading = part.reading(PULSE, lasted, "s", uncertainty=0.0, note=note)
        else:
            reading = part.reading(PULSE, None, "s", note=note, quality=Quality.MISSING)
    else:
        shortest = max(spell.end.earliest - spell.begin.latest, 0.0)
        longest = spell.end.latest - spell.begin.earliest
        middle, half = (longest + shortest) / 2, (longest - shortest) / 2
        reading = part.reading(PULSE, middle, "s", uncertainty=half, note=said(pulse))
    step.measured(reading)
    step.judge(reading)


@action(
    "trace.in_pulse",
    kind="J",
    limit="needed",
    check=_check_level,
    title=Text("录波测量脉冲期间的值", "Measure during a pulse"),
)
async def in_pulse(
    step: StepContext,
    *,
    recording: OfStep,
    channel: str,
    pulse: Pulse,
    optional: Optional = False,
    if_passed: Passed = (),
) -> None:
    """Judge the lowest and the highest value of a channel while the longest pulse lasts."""
    require_passed(step, if_passed)
    part = Part(step, recording)
    unit = CHANNELS[channel].unit
    if _first_pulse(part, pulse, channel, unit, optional, channel) is None:
        return
    assert part.recording is not None
    track = part.recording.track(channel)
    place = window(part.recording, since=None, when=pulse, seconds=None, settle=0.0)
    why = place if isinstance(place, str) else gap_note(track, place)
    if isinstance(place, str) or why:
        part.nothing(channel, unit, why, Quality.NOT_RECORDED)
        return
    values = [float(value) for _, value in track.between(place.start, place.end)]
    note = f"{place.start:.4g} … {place.end:.4g} s"
    for value in dict.fromkeys((min(values), max(values))):
        reading = part.reading(channel, value, unit, uncertainty=track.uncertainty, note=note)
        step.measured(reading)
        step.judge(reading)
