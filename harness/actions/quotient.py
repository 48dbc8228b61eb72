"""Quotients of what units have counted, which give a roll-back of the odometer away."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier, number_of
from harness.actions.registry import CheckContext, Complaint, PointName, action
from harness.errors import NotAvailableError
from harness.quantity import Measurement, convert, known_unit
from harness.text import Text


@action("vehicle.quotient", kind="J", limit="needed",
        title=Text("两个量之比", "One quantity over another"))  # fmt: skip
async def quotient(
    step: StepContext,
    *,
    of: PointName,
    by: PointName,
    of_unit: str,
    by_unit: str,
    name: str,
    unit: str,
    times: Annotated[float, Field(gt=0)] = 1.0,
) -> None:
    """Judge one number divided by another: kilometres per hour of operation, energy per 100 km.

    Both are brought to the units that are named, the quotient is multiplied by `times`. Counters
    are taken as exact; a divisor of nothing has no quotient, and without it there is no pass.
    """
    found = await step.read([of, by])
    numbers = []
    for point, wanted in ((of, of_unit), (by, by_unit)):
        number = number_of(found[point])
        if number is None:
            step.judge(found[point])
            return
        own = found[point].unit
        numbers.append(convert(number, own, known_unit(wanted)) if own else number)
    value = round(numbers[0] / numbers[1] * times, 3) if numbers[1] > 0 else None
    shown = f"{of} {numbers[0]:g} {of_unit}, {by} {numbers[1]:g} {by_unit}"
    step.judge(
        Measurement(name, value, unit, source=step.role, at=step.clock.elapsed(), note=shown)
    )


def check_multiple(context: CheckContext) -> Iterator[Complaint]:
    """`reading_of` is an earlier step."""
    for _, what, expected in earlier(context, (context.parameters["reading_of"],), "reading_of"):
        yield ("with", "reading_of"), what, expected


@action("vehicle.multiple_of", kind="J", limit="needed", check=check_multiple,
        title=Text("与先前读数之比", "Multiple of an earlier reading"))  # fmt: skip
async def multiple_of(step: StepContext, *, point: PointName, reading_of: str) -> None:
    """Judge a point divided by the last number of an earlier step, both in the point's unit.

    Where a reading ranges over decades a share says more than a difference. Uncertainties are not
    combined: the limit is wide beside them.
    """
    kept = step.memory.measurements.get(reading_of, [])
    other = next((one for one in reversed(kept) if number_of(one) is not None), None)
    if other is None:
        raise NotAvailableError(f"step {reading_of!r} gave no reading to compare with")
    own = await step.read_one(point)
    number, base = number_of(own), number_of(other)
    if number is None or base is None:
        step.judge(own)
        return
    base = convert(base, other.unit or "1", own.unit or "1")
    value = round(number / base, 3) if base > 0 else None
    shown = f"{point} {number:g} {own.unit}, {other.name} {base:g} {own.unit}"
    step.judge(
        Measurement(f"{point}.multiple", value, "1", source=step.role, at=own.at, note=shown)
    )
