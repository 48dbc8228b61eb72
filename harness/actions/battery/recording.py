"""Recording a segment of a drive or a charge from the bus."""

from typing import Annotated

from pydantic import Field

from harness.actions.battery.given import Segment
from harness.actions.by_wire.frames import Frames
from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.measured_end import check_end, measured_at_end
from harness.actions.registry import PointNames, action
from harness.clock import loop_time
from harness.devices.vehicle.begun import CHARGE, DRIVE
from harness.fields import DurationField, TextField
from harness.quantity import Measurement
from harness.text import Text

Length = Annotated[DurationField, Field(gt=0, description="From the confirmation on")]


@action("vehicle.segment", kind="R", judges=False, limit="none", check=check_passed,
        title=Text("记录片段", "Record a segment"))  # fmt: skip
async def segment(
    step: StepContext,
    *,
    points: PointNames,
    for_: Length,
    does: str | None = None,
    ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """Collect every frame of some points for a while, for steps that work something out of it.

    The segment begins when the person is asked, so that the very beginning of what he does is in
    it, and ends `for` after he has confirmed. What it came to is on record as the lowest and the
    highest of every number.
    """
    require_passed(step, if_passed)
    await _record(step, points, for_, does, ask)


@action("vehicle.ready_to_drive", kind="R", judges=False, limit="none", moves=True,
        possible=measured_at_end(DRIVE), check=check_end,
        title=Text("准备起步", "Get ready to drive"))  # fmt: skip
async def ready_to_drive(
    step: StepContext, *, does: str, ask: TextField, if_passed: Passed = ()
) -> None:
    """Have the person do something after which the car can move: a gear, the parking brake.

    From then on the run does not end before standstill has been measured, or its time is up.
    """
    require_passed(step, if_passed)
    with step.vehicle.begun.going_on(DRIVE):
        await step.do_by_hand(does, ask)


@action("vehicle.drive_segment", kind="R", judges=False, limit="none", moves=True,
        possible=measured_at_end(DRIVE), check=check_end,
        title=Text("记录行驶片段", "Record a driving segment"))  # fmt: skip
async def drive_segment(
    step: StepContext,
    *,
    points: PointNames,
    for_: Length,
    does: str,
    ask: TextField,
    if_passed: Passed = (),
) -> None:
    """The same of a drive: the person drives, so motion has to be released.

    Whatever ends the run, standstill is measured; broken off, the person is told to stop first.
    """
    require_passed(step, if_passed)
    with step.vehicle.begun.going_on(DRIVE):
        await _record(step, points, for_, does, ask)


@action("vehicle.charge_segment", kind="R", judges=False, limit="none", energises=True,
        possible=measured_at_end(CHARGE), check=check_end,
        title=Text("记录充电片段", "Record a charging segment"))  # fmt: skip
async def charge_segment(
    step: StepContext,
    *,
    points: PointNames,
    for_: Length,
    does: str,
    ask: TextField,
    if_passed: Passed = (),
) -> None:
    """The same of a charge: the person plugs in and starts, so energising has to be released.

    Whatever ends the run, it is measured that the charge has ended, as with a drive.
    """
    require_passed(step, if_passed)
    with step.vehicle.begun.going_on(CHARGE):
        await _record(step, points, for_, does, ask)


async def _record(
    step: StepContext, points: list[str], seconds: float, does: str | None, ask: Text | None
) -> None:
    frames = Frames(step, points)
    try:
        start = loop_time()
        await step.do_by_hand(does, ask)
        await frames.run(step, seconds)
        end = loop_time()
    finally:
        frames.stop()
    resolutions, stated = _spreads(step, points)
    kept = Segment(frames.courses, resolutions, stated, start, end)
    step.memory.kept[step.step] = kept
    _note(step, kept)


def _spreads(step: StepContext, points: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    resolutions: dict[str, float] = {}
    stated: dict[str, float] = {}
    for name in points:
        point = step.vehicle.profile.points[name]
        bus = step.vehicle.chosen([point.bus])[0]
        signal = bus.monitor.state(point.message).spec.signal(point.signal)
        if not signal.is_enumeration and not signal.is_float:
            resolutions[name] = abs(signal.scale)
        quantity = step.vehicle.stated_uncertainty(name)
        if quantity is not None and point.unit is not None:
            stated[name] = quantity.to("K" if point.unit == "°C" else point.unit)
    return resolutions, stated


def _note(step: StepContext, kept: Segment) -> None:
    for course in kept.courses.values():
        numbers = course.numbers(kept.start, kept.end)
        if course.reading is None or not numbers:
            continue
        for value, note in (
            (min(number for _, number in numbers), f"lowest of {len(numbers)}"),
            (max(number for _, number in numbers), f"highest of {len(numbers)}"),
        ):
            step.measured(
                Measurement(
                    name=course.name, value=value, unit=course.unit, source=step.role,
                    at=step.clock.elapsed(), note=note,
                )
            )  # fmt: skip
