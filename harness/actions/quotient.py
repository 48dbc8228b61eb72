"""Quotients of what units have counted, which give a roll-back of the odometer away."""

from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.registry import PointName, action
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
