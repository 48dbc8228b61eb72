"""Checks of a meter register that need no reference meter."""

from harness.actions.context import StepContext
from harness.actions.energy_interval import power_of_ten_in
from harness.actions.registry import LimitedPoint, action
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Range
from harness.quantity import Measurement, Quality, convert
from harness.text import Text

_BEYOND_CHANCE = 1000


def _unit_of_limit(step: StepContext) -> str:
    if not isinstance(step.limit, Range):
        raise NotAvailableError(f"step {step.step} needs a limit with low or high")
    return step.limit.unit


@action(
    "pile.resolution",
    "meter.resolution",
    kind="R",
    limit="needed",
    title=Text("最小变量", "Smallest step"),
)
async def resolution(step: StepContext, *, point: LimitedPoint) -> None:
    """Judge how finely an energy register counts.

    The profile says how fine the register is made; a device may still count more coarsely. A
    reading that sticks to a much larger power of ten does so by chance once in that many times;
    from one in a thousand on, the larger step is taken as the device's own.
    """
    unit = _unit_of_limit(step)
    reading = await step.read_one(point)
    fine = step.modbus.profile.points[point].resolution
    if fine is None or reading.unit is None:
        raise NotAvailableError(f"the profile states no resolution for {point!r}")
    if reading.quality is not Quality.GOOD or not isinstance(reading.raw, int):
        step.judge(reading)
        return
    coarse = power_of_ten_in(reading.raw)
    if coarse >= _BEYOND_CHANCE:
        counts, note = coarse, f"{reading.value} {reading.unit}: by chance once in {coarse} times"
    else:
        counts, note = 1, f"as the profile {step.modbus.profile.id} says"
    step.judge(
        Measurement(
            name=f"{point}.resolution",
            value=convert(counts * fine, reading.unit, unit),
            unit=unit,
            source=step.role,
            at=step.clock.elapsed(),
            raw=reading.raw,
            transactions=reading.transactions,
            note=note,
        )
    )


@action("pile.creep", "meter.creep", kind="R", limit="needed", title=Text("潜动", "Creep"))
async def creep(step: StepContext, *, point: LimitedPoint, over: DurationField) -> None:
    """Read an energy register twice, idle, and judge what it moved in between."""
    unit = _unit_of_limit(step)
    first = await step.read_one(point)
    await sleep_until(min(step.deadline.at, loop_time() + over))
    second = await step.read_one(point)
    for reading in (first, second):
        if reading.quality is not Quality.GOOD or not isinstance(reading.value, int | float):
            step.judge(reading)
            return
    source_unit = second.unit or unit
    moved = float(second.value) - float(first.value)  # type: ignore[arg-type]
    spread = ((first.uncertainty or 0.0) ** 2 + (second.uncertainty or 0.0) ** 2) ** 0.5
    step.judge(
        Measurement(
            name=f"{point}.moved",
            value=round(convert(moved, source_unit, unit), 9),
            unit=unit,
            uncertainty=round(convert(spread, source_unit, unit), 9),
            source=step.role,
            at=second.at,
            transactions=[*first.transactions, *second.transactions],
            note=f"within {second.at - first.at:.1f} s",
        )
    )
