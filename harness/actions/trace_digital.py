"""A duty of 5 %: no supply without digital communication (table A.7, sequences 3.2 and 4)."""

from collections.abc import Iterator

from harness.actions.context import StepContext
from harness.actions.joint_frames import Bound, Wanted
from harness.actions.joint_given import Passed, check_passed, earlier, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import (
    OfStep,
    Part,
    Window,
    check_recording,
    gap_note,
    predicates,
)
from harness.devices.recorder.recording import Recording
from harness.errors import NotAvailableError
from harness.limits import Range, describe
from harness.quantity import Quality, Quantity, same_dimension
from harness.text import Text

DIGITAL: Wanted = Bound(above=Quantity(3.0, "%"), below=Quantity(7.0, "%"))
"""Duties that a vehicle takes for 5 % (table A.3)."""
CLOSES_WITHIN = 3.0
"""Seconds after S2 in which a pile that means to supply has closed (A.3.7.1)."""
_CUT = 0.5
"""Seconds after S2 has opened in which mains that was there may still be seen."""


def _check_given(context: CheckContext) -> Iterator[Complaint]:
    yield from check_passed(context)
    yield from earlier(context, (context.parameters["recording"],), "recording")


@action(
    "trace.asks_digital",
    kind="J",
    judges=False,
    limit="none",
    check=_check_given,
    title=Text("录波核对占空比为 5 %", "5 % duty in a recording"),
)
async def asks_digital(step: StepContext, *, recording: OfStep, if_passed: Passed = ()) -> None:
    """Find that the pile announces 5 %. One that does not leaves nothing to try: not run."""
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks("cp_duty", "s1"):
        raise NotAvailableError(why)
    assert part.recording is not None
    track = part.recording.track("cp_duty")
    last = track.values[-1]
    if not _is_digital(last):
        raise NotAvailableError(_no_digital(part.recording))
    step.measured(part.reading("cp_duty", last, "%", uncertainty=track.uncertainty))


def _check_voltage(context: CheckContext) -> Iterator[Complaint]:
    limit = context.limit
    fits = isinstance(limit, Range) and limit.high is not None and same_dimension(limit.unit, "V")
    if limit is not None and not fits:
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, "a highest voltage, like `high: 30 V`")
    yield from check_recording(context)


@action(
    "trace.no_supply_digital",
    kind="J",
    limit="needed",
    check=_check_voltage,
    title=Text("录波判定 5 % 占空比不供电", "No supply at 5 % duty in a recording"),
)
async def no_supply_digital(
    step: StepContext, *, recording: OfStep, if_passed: Passed = ()
) -> None:
    """Judge the highest voltage from the moment at which the duty is 5 % and S2 closed.

    It is looked at while S2 stays closed and the PWM does not announce a current, for 3 s at least:
    a pile that means to supply has closed by then. Without 5 % in the recording it is not run.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks("cp_duty", "s1", "s2", "voltage"):
        part.nothing("voltage", "V", why)
        return
    assert part.recording is not None
    if not any(_is_digital(value) for value in part.recording.track("cp_duty").values):
        raise NotAvailableError(_no_digital(part.recording))
    place = _tried(part.recording)
    if place is None:
        part.nothing("voltage", "V", "S2 was never closed at 5 % duty", Quality.NOT_RECORDED)
        return
    track = part.recording.track("voltage")
    until = min(place.end + _CUT, track.end)
    highest = max(float(value) for _, value in track.between(place.start, until))
    high = step.limit.high if isinstance(step.limit, Range) else None
    live = high is not None and highest > high
    held = place.end - place.start
    if not live and held < CLOSES_WITHIN:
        why = f"S2 was closed at 5 % duty for {held:.3g} s, less than {CLOSES_WITHIN:g} s"
        part.nothing("voltage", "V", why, Quality.NOT_RECORDED)
        return
    for name in ("voltage", "cp_duty", "s2"):
        if not live and (note := gap_note(part.recording.track(name), place)):
            part.nothing("voltage", "V", note, Quality.NOT_RECORDED)
            return
    note = f"{place.start:.4g} … {place.end:.4g} s"
    reading = part.reading("voltage", highest, "V", uncertainty=track.uncertainty, note=note)
    step.measured(reading)
    step.judge(reading)


def _is_digital(value: float | str) -> bool:
    return predicates({"cp_duty": DIGITAL})["cp_duty"](value)


def _tried(recording: Recording) -> Window | None:
    """The longest time with S2 closed that began at 5 %, up to a PWM that announces a current."""
    found: list[Window] = []
    ends = [
        spell.begin.earliest
        for spell in recording.spells({"cp_duty": lambda value: float(value) >= 8.0,
                                       **predicates({"s1": "pwm"})})
        if spell.begin is not None
    ]  # fmt: skip
    closed = recording.spells(predicates({"s2": "closed"}))
    for spell in recording.spells(predicates({"cp_duty": DIGITAL, "s2": "closed"})):
        start = recording.begin if spell.begin is None else spell.begin.latest
        until = next(
            (one.end.earliest for one in closed if one.holds_at(start) and one.end is not None),
            recording.end,
        )
        until = min([until, *(end for end in ends if end > start)])
        found.append(Window(start, until))
    return max(found, key=lambda one: one.end - one.start, default=None)


def _no_digital(recording: Recording) -> str:
    """What the PWM was instead."""
    duty = recording.track("cp_duty")
    states = recording.track("s1")
    shown = [
        float(value)
        for t, value in zip(duty.times, duty.values, strict=True)
        if states.at(t) == "pwm"
    ]
    if not shown:
        return "there was no PWM"
    return f"the PWM is at {shown[-1]:.4g} %: the pile does not ask for digital communication"
