"""Deceleration of a braking from the speed on the bus, frame by frame; length of a unit's VIN."""

from typing import TYPE_CHECKING, Annotated

import msgspec

from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import Passed, check_passed, number_of, require_passed
from harness.actions.registry import PointRef, action
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.quantity import Measurement, Quality
from harness.text import Text

if TYPE_CHECKING:
    from harness.actions.signal_watch import Signal

STANDING = 1.0
"""Below this speed (km/h) the braking is over: far below the 0.1 v0 that counts."""
STEADY = 0.98
"""Braking begins where the speed was last above this share of its highest."""


def _braking(times: list[float], speeds: list[float]) -> tuple[list[float], list[float]]:
    """The samples from the last one at full speed on, whose time and speed are those of v0."""
    top = max(speeds)
    first = max(index for index, speed in enumerate(speeds) if speed >= STEADY * top)
    return times[first:], speeds[first:]


@action(
    "vehicle.mfdd",
    kind="J",
    limit="needed",
    check=check_passed,
    title=Text("由总线车速求 MFDD", "MFDD from the speed on the bus"),
)
async def bus_mfdd(
    step: StepContext,
    *,
    point: Annotated[str, PointRef()] = "vehicle_speed",
    does: str,
    ask: TextField,
    if_passed: Passed = (),
) -> None:
    """Have the person brake to a standstill and judge the MFDD of every frame of the speed.

    The distance is the area below the speed. What the wheels show is what is judged: a wheel that
    locks hides the speed of the car, so the tester's run stays the decisive one.
    """
    from harness.actions.signal_watch import SignalWatch  # noqa: PLC0415
    from harness.catalogue.criteria.inputs import Series  # noqa: PLC0415
    from harness.catalogue.criteria.mfdd import mfdd_of_speed  # noqa: PLC0415

    require_passed(step, if_passed)
    times: list[float] = []
    speeds: list[float] = []
    readings: list[Measurement] = []

    def take(signal: "Signal", reading: Measurement, at: float) -> None:
        number = number_of(reading)
        if number is not None and signal.usable(reading):
            times.append(at)
            speeds.append(number)
            readings.append(reading)

    watch = SignalWatch(step, [point], take)
    try:
        await step.do_by_hand(does, ask)
        await watch.until(step.deadline, lambda: bool(speeds) and speeds[-1] < STANDING)
    finally:
        watch.stop()
    if not speeds:
        raise NotAvailableError(f"no usable frame of {point} came")
    at, speed = _braking(times, speeds)
    # The speed from which it was braked: its course is what the report draws.
    step.measured(readings[times.index(at[0])])
    result = mfdd_of_speed(Series(at, "s", 0.0), Series(speed, "km/h", readings[0].uncertainty))
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
