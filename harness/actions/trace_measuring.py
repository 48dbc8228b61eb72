"""Levels, duty, frequency, currents and states in a part of a recording."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, earlier, number_of, require_passed
from harness.actions.registry import CheckContext, Complaint, PointRef, action
from harness.actions.trace_given import (
    Channels,
    OfStep,
    Part,
    Window,
    check_recording,
    gap_note,
    window,
)
from harness.actions.trace_timing import coded_current, coded_duty
from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.recording import Track
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField
from harness.limits import OneOf, Range, describe
from harness.quantity import Measurement, Quality, convert, same_dimension
from harness.text import Text
from harness.verdict import CandidateVerdict

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

SETTLE = 0.02
"""Seconds after an edge that belong to neither side."""
Seconds = Annotated[DurationField | None, Field(description="Length of the part that is looked at")]


def _check_number(context: CheckContext) -> Iterator[Complaint]:
    info = CHANNELS.get(context.parameters.get("channel") or "")
    limit = context.limit
    if limit is not None and not isinstance(limit, Range):
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, "a limit with low or high")
    elif isinstance(limit, Range) and info is not None:
        if info.unit is None:
            yield ("with", "channel"), f"{info.name} is no number", "`trace.holds` for states"
        elif not same_dimension(limit.unit, info.unit):
            context.limit_problem(f"the limit is in {limit.unit}", f"a limit in {info.unit}")
    yield from check_recording(context)


def _part_of(
    part: Part, name: str, unit: str | None, found: Window | str, *tracks: Track
) -> Window | None:
    """The window, when every track is recorded all through it; otherwise it is judged why not."""
    if isinstance(found, str):
        part.nothing(name, unit, found, Quality.NOT_RECORDED)
        return None
    for track in tracks:
        if note := gap_note(track, found):
            part.nothing(name, unit, note, Quality.NOT_RECORDED)
            return None
    return found


@action(
    "trace.measure",
    kind="J",
    limit="needed",
    check=_check_number,
    title=Text("录波测量", "Measure in a recording"),
)
async def measure(
    step: StepContext,
    *,
    recording: OfStep,
    channel: str,
    since: Channels | None = None,
    when: Channels | None = None,
    for_: Seconds = None,
    settle: DurationField = SETTLE,
    if_passed: Passed = (),
) -> None:
    """Judge the lowest and the highest value of a channel in a part of the recording.

    The part begins when `since` first came to be so, lies inside the time in which `when` was so
    (the longest one), both less `settle`, and is `for` long; without them it is everything. A gap
    in it is inconclusive.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    unit = CHANNELS[channel].unit
    if why := part.lacks(channel, *(since or ()), *(when or ())):
        part.nothing(channel, unit, why)
        return
    assert part.recording is not None
    track = part.recording.track(channel)
    found = window(part.recording, since=since, when=when, seconds=for_, settle=settle)
    place = _part_of(part, channel, unit, found, track)
    if place is None:
        return
    values = [float(value) for _, value in track.between(place.start, place.end)]
    note = f"{place.start:.4g} … {place.end:.4g} s"
    for value in dict.fromkeys((min(values), max(values))):
        reading = part.reading(channel, value, unit, uncertainty=track.uncertainty, note=note)
        step.measured(reading)
        step.judge(reading)


def _check_holds(context: CheckContext) -> Iterator[Complaint]:
    yield from check_recording(context)
    info = CHANNELS.get(context.parameters["channel"])
    wanted = context.parameters["is_"]
    for state in [wanted] if isinstance(wanted, str) else wanted:
        if info is not None and state not in info.states:
            known = ", ".join(info.states) or f"`trace.measure`: {info.name} is in {info.unit}"
            yield ("with", "is"), f"{info.name} cannot be {state!r}", f"one of: {known}"


@action(
    "trace.holds",
    kind="J",
    limit="none",
    check=_check_holds,
    title=Text("录波核对状态", "A state holds in a recording"),
)
async def holds(
    step: StepContext,
    *,
    recording: OfStep,
    channel: str,
    is_: str | list[str],
    since: Channels | None = None,
    when: Channels | None = None,
    for_: Seconds = None,
    settle: DurationField = SETTLE,
    if_passed: Passed = (),
) -> None:
    """Expect a channel to be in a state all through a part of the recording (see trace.measure)."""
    require_passed(step, if_passed)
    limit = OneOf([is_] if isinstance(is_, str) else list(is_))
    part = Part(step, recording)

    def cannot(why: str, quality: Quality) -> None:
        reading = part.reading(channel, None, None, note=why, quality=quality)
        step.measured(reading)
        step.judge(reading, limit)

    if why := part.lacks(channel, *(since or ()), *(when or ())):
        cannot(why, part.quality)
        return
    assert part.recording is not None
    track = part.recording.track(channel)
    found = window(part.recording, since=since, when=when, seconds=for_, settle=settle)
    if isinstance(found, str):
        cannot(found, Quality.NOT_RECORDED)
        return
    seen = track.between(found.start, found.end)
    other = [(t, one) for t, one in seen if one not in limit.values]
    if not other and (note := gap_note(track, found)):
        cannot(note, Quality.NOT_RECORDED)
        return
    t, value = other[0] if other else (found.end, track.at(found.start))
    reading = part.reading(channel, value, None, note=f"{found.start:.4g} … {t:.4g} s")
    step.measured(reading)
    step.judge(reading, limit)


@action(
    "trace.duty",
    kind="J",
    limit="needed",
    check=_check_number,
    title=Text("占空比与电流限值", "Duty and current limit"),
)
async def duty(
    step: StepContext,
    *,
    recording: OfStep,
    current: QuantityField,
    since: Channels | None = None,
    when: Channels | None = None,
    for_: Seconds = None,
    last: Seconds = None,
    settle: DurationField = SETTLE,
    if_passed: Passed = (),
) -> None:
    """Judge the duty minus the duty that announces `current` (table A.2), in points.

    By default in the longest time of PWM; see trace.measure for the part that is looked at, and
    with `last` only in the last so many seconds.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    name, looked = "duty_deviation", when or {"s1": "pwm"}
    if why := part.lacks("cp_duty", "s1", *looked, *(since or ())):
        part.nothing(name, "%", why)
        return
    assert part.recording is not None
    track = part.recording.track("cp_duty")
    found = window(part.recording, since=since, when=looked, seconds=for_, settle=settle, last=last)
    place = _part_of(part, name, "%", found, track)
    if place is None:
        return
    amperes = current.to("A")
    wanted = coded_duty(amperes)
    values = [float(value) for _, value in track.between(place.start, place.end)]
    for value in dict.fromkeys((min(values), max(values))):
        note = f"{value:.4g} %, {amperes:g} A is {wanted:.4g} %"
        reading = part.reading(name, value - wanted, "%", uncertainty=track.uncertainty, note=note)
        step.measured(reading)
        step.judge(reading)


@action(
    "trace.current_coded",
    kind="J",
    limit="needed",
    check=_check_number,
    title=Text("电流不超过公告值", "No more current than announced"),
)
async def current_coded(
    step: StepContext,
    *,
    recording: OfStep,
    since: Channels | None = None,
    when: Channels | None = None,
    for_: Seconds = None,
    settle: DurationField = 5.0,
    if_passed: Passed = (),
) -> None:
    """Judge the highest current minus the current that the duty announces.

    The first 5 s of the part are left out: the vehicle has that long to follow (A.3.8.2).
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    name, looked = "current_over_announced", when or {"s1": "pwm"}
    if why := part.lacks("current", "cp_duty", *looked, *(since or ())):
        part.nothing(name, "A", why)
        return
    assert part.recording is not None
    amps, duties = part.recording.track("current"), part.recording.track("cp_duty")
    found = window(part.recording, since=since, when=looked, seconds=for_, settle=settle)
    place = _part_of(part, name, "A", found, amps, duties)
    if place is None:
        return
    points = {t for track in (amps, duties) for t, _ in track.between(place.start, place.end)}
    over = [(float(amps.at(t)) - coded_current(float(duties.at(t))), t) for t in points]
    worst, at = max(over)
    note = f"{float(amps.at(at)):.4g} A, announced {coded_current(float(duties.at(at))):.4g} A"
    reading = part.reading(name, worst, "A", uncertainty=amps.uncertainty, note=note)
    step.measured(reading)
    step.judge(reading)


def _check_agrees(context: CheckContext) -> Iterator[Complaint]:
    yield from check_recording(context)
    yield from earlier(context, (context.parameters["reading_of"],), "reading_of")


@action(
    "trace.agrees",
    kind="D",
    judges=False,
    limit="none",
    check=_check_agrees,
    title=Text("人工读数与录波一致", "A reading by hand agrees"),
)
async def agrees(
    step: StepContext,
    *,
    recording: OfStep,
    channel: str,
    reading_of: str,
    tolerance: QuantityField,
    when: Channels | None = None,
    if_passed: Passed = (),
) -> None:
    """Hold what a person read in an earlier step against the mean in the recording.

    It is the person who is judged, not the device: right when the two differ by no more than the
    tolerance. Without a recording it stays pending.
    """
    require_passed(step, if_passed)
    unit = CHANNELS[channel].unit
    taken = step.memory.measurements.get(reading_of, [])
    if not taken or number_of(taken[-1]) is None or taken[-1].unit is None or unit is None:
        raise NotAvailableError(f"step {reading_of} has no usable reading")
    part = Part(step, recording)
    found: Window | str = part.lacks(channel, *(when or ()))
    if not found and part.recording is not None:
        found = window(part.recording, since=None, when=when, seconds=None, settle=SETTLE)
    if isinstance(found, str) or part.recording is None:
        step.candidate = CandidateVerdict.PENDING
        return
    mean = _mean(part.recording.track(channel), found)
    own = convert(number_of(taken[-1]) or 0.0, taken[-1].unit, unit)
    step.measured(part.reading(channel, mean, unit))
    agreed = abs(own - mean) <= tolerance.to(unit)
    basis = {channel: f"{mean:.6g} {unit}", reading_of: f"{own:.6g} {unit}"}
    step.conclude("agrees" if agreed else "differs", "agrees", basis)


def _mean(track: Track, part: Window) -> float:
    """Mean over time of what a track holds in a part."""
    return integral(track, part) / (part.end - part.start)


def integral(track: Track, part: Window) -> float:
    """What a track's values come to over a part, each holding until the next (unit × s)."""
    points = list(track.between(part.start, part.end))
    total = 0.0
    for number, (t, value) in enumerate(points):
        until = points[number + 1][0] if number + 1 < len(points) else part.end
        total += float(value) * (until - t)
    return total


def _per_session(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    """Why the register is not the energy of one session."""
    pile = bench.profiles.get("pile")
    if pile is not None and any(quirk.tag == "counter_not_per_session" for quirk in pile.quirks):
        return f"{parameters['point']} of {pile.id} does not begin with the session"
    return ""


@action(
    "trace.energy",
    kind="J",
    limit="needed",
    title=Text("会话电量与录波一致", "Session energy agrees with the recording"),
    possible=_per_session,
    check=_check_number,
)
async def energy(
    step: StepContext,
    *,
    recording: OfStep,
    point: Annotated[str, PointRef(role="pile")] = "session_energy",
    if_passed: Passed = (),
) -> None:
    """Judge the pile's session energy over that of the recorded power, in %."""
    require_passed(step, if_passed)
    part = Part(step, recording)
    name = f"{point} / power"
    shown = await step.read_one(point, role="pile")
    if why := part.lacks("power"):
        part.nothing(name, "%", why)
        return
    assert part.recording is not None
    track = part.recording.track("power")
    found = _part_of(part, name, "%", Window(track.begin, track.end), track)
    if found is None:
        return
    recorded = integral(track, found) / 3600
    own = number_of(shown)
    if own is None or recorded <= 0:
        part.nothing(name, "%", "no energy to compare" if own is not None else shown.note)
        return
    counted = convert(own, shown.unit or "Wh", "Wh")
    step.measured(_energy(part, recorded))
    reading = part.reading(
        name, counted / recorded * 100, "%", note=f"{counted:.4g} Wh, recorded {recorded:.4g} Wh"
    )
    step.judge(reading)


def _energy(part: Part, watt_hours: float) -> Measurement:
    return part.reading("recorded_energy", watt_hours, "Wh")
