"""Deceleration of a braking from the speed on the bus, frame by frame; length of a unit's VIN."""

import math
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Annotated

import msgspec

from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import Passed, check_passed, number_of, require_passed
from harness.actions.registry import CheckContext, Complaint, PointRef, action
from harness.actions.tester_braking import (
    STANDING,
    STEADY,
    Above,
    From,
    check_initial,
    require_initial,
)
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.quantity import Measurement, Quality
from harness.text import Text

if TYPE_CHECKING:
    from harness.actions.signal_watch import Signal

_WHEELS = 0.02
"""Relative uncertainty of a speed that is made of wheel turns where the bench states none: wear,
pressure and load change the radius at which a tyre rolls. An assumption of this project."""


class SpeedCourse:
    """Speed over time as its frames gave it.

    Adapters hand over frames in bunches, and a busy machine gets to several at once: they carry one
    stamp, and only the last of them came at that moment.
    """

    def __init__(self) -> None:
        self.readings: list[tuple[float, float, Measurement]] = []

    def take(self, at: float, speed: float, reading: Measurement) -> None:
        if self.readings and self.readings[-1][0] >= at:
            self.readings.pop()
        self.readings.append((at, speed, reading))

    @property
    def last(self) -> float:
        """The latest speed (km/h); endless before the first one."""
        return self.readings[-1][1] if self.readings else float("inf")

    @property
    def highest(self) -> float:
        return max(speed for _, speed, _ in self.readings)

    def braking(self) -> "SpeedCourse":
        """From the last frame at full speed on: its time and speed are those of v0."""
        top = self.highest
        full = [n for n, (_, speed, _) in enumerate(self.readings) if speed >= STEADY * top]
        course = SpeedCourse()
        course.readings = self.readings[full[-1] :]
        return course

    def held_up(self) -> float:
        """How late a frame may have been stamped (s): the longest gap less the usual one."""
        gaps = sorted(later[0] - before[0] for before, later in pairwise(self.readings))
        return gaps[-1] - median(gaps) if gaps else 0.0


def _check(context: CheckContext) -> Iterator[Complaint]:
    yield from check_passed(context)
    yield from check_initial(context)


@action(
    "vehicle.mfdd",
    kind="J",
    limit="needed",
    check=_check,
    title=Text("由总线车速求 MFDD", "MFDD from the speed on the bus"),
)
async def bus_mfdd(
    step: StepContext,
    *,
    point: Annotated[str, PointRef()] = "vehicle_speed",
    from_: From,
    above: Above,
    does: str,
    ask: TextField,
    if_passed: Passed = (),
) -> None:
    """Have the person brake to a standstill and judge the MFDD of every frame of the speed.

    The distance is the area below the speed. What the wheels show is what is judged: a wheel that
    locks hides the speed of the car, so the tester's run stays the decisive one. Of a braking whose
    highest speed is below `from`, or more than `above` over it, nothing is judged. Uncertainty: how
    late frames came, and what the bench file states for the speed, else that of a rolling tyre.
    """
    from harness.actions.signal_watch import SignalWatch  # noqa: PLC0415
    from harness.catalogue.criteria.inputs import Series  # noqa: PLC0415
    from harness.catalogue.criteria.mfdd import mfdd_of_speed  # noqa: PLC0415

    require_passed(step, if_passed)
    course = SpeedCourse()

    def take(signal: "Signal", reading: Measurement, at: float) -> None:
        number = number_of(reading)
        if number is not None and signal.usable(reading):
            course.take(at, number, reading)

    watch = SignalWatch(step, [point], take)
    try:
        await step.do_by_hand(does, ask)
        await watch.until(step.deadline, lambda: course.last < STANDING)
    finally:
        watch.stop()
    if not course.readings:
        raise NotAvailableError(f"no usable frame of {point} came")
    braking = course.braking()
    at, speed, readings = zip(*braking.readings, strict=True)
    # The speed from which it was braked: its course is what the report draws.
    step.measured(readings[0])
    require_initial(course.highest, from_, above)
    result = mfdd_of_speed(
        Series(at, "s", braking.held_up()), Series(speed, "km/h", readings[0].uncertainty)
    )
    value = number_of(result)
    stated = step.vehicle.stated_uncertainty(point)
    if value is not None and result.uncertainty is not None and stated is None:
        spread = math.hypot(result.uncertainty, _WHEELS * value)
        result = msgspec.structs.replace(result, uncertainty=spread)
    step.judge(msgspec.structs.replace(result, at=step.clock.elapsed()))


@action(
    "diag.text_length",
    kind="R",
    limit="needed",
    possible=has_diagnostics,
    title=Text("诊断文本位数", "Length of a text that a unit holds"),
)
async def text_length(step: StepContext, *, unit: str, did: str) -> None:
    """Judge how many characters a text has that a control unit holds, blanks at its ends left out.

    A unit that does not give it leaves nothing to judge.
    """
    point = f"{unit}.{did}"
    reading = (await step.read([point]))[point]
    if reading.quality is not Quality.GOOD or not isinstance(reading.value, str):
        raise NotAvailableError(reading.note or f"{unit} gives no {did}")
    step.judge(
        Measurement(
            name=f"{did}_length",
            value=len(reading.value.strip(" \0")),
            unit="1",
            source=step.role,
            at=step.clock.elapsed(),
            note=reading.value,
        )
    )
