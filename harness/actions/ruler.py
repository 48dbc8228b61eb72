"""Distances that a sensor reports, held against a ruler."""

import math
from collections.abc import Iterator

from harness.actions.context import StepContext
from harness.actions.instruments import ask_reading
from harness.actions.joint_given import number_of
from harness.actions.registry import CheckContext, Complaint, PointName, action, check_of
from harness.clock import loop_time, sleep_until
from harness.devices.operator import Question
from harness.errors import UsageError
from harness.fields import DurationField, TextField
from harness.limits import Range, describe
from harness.quantity import Measurement, convert, known_unit, same_dimension
from harness.text import Text


@action("vehicle.distance_by_ruler", kind="I", limit="needed",
        title=Text("与直尺比对距离", "Distance against a ruler"))  # fmt: skip
async def distance_by_ruler(
    step: StepContext,
    *,
    point: PointName,
    does: str,
    place: TextField,
    ask: TextField,
    quantity: str,
    unit: str = "mm",
    instrument: str = "steel_ruler",
    settle: DurationField = 1.0,
) -> None:
    """Have the person put a board up (`place`) and measure how far it is (`ask`); judge the
    sensor's distance less the ruler's, in the reading's unit.

    The uncertainties of ruler and signal are combined (root of the sum of squares). A sensor that
    reports no distance gives no number, so nothing can be said of its error.
    """
    await step.do_by_hand(does, place)
    question = Question(
        kind="reading", step=step.step, subject=quantity, ask=ask, unit=unit, instrument=instrument
    )
    true = await ask_reading(step, question)
    await sleep_until(min(step.deadline.at, loop_time() + settle))
    own = await step.read_one(point)
    if number_of(own) is None:
        step.judge(own)
        return
    if number_of(true) is None:
        step.judge(true)
        return
    seen = convert(number_of(own) or 0.0, own.unit or unit, unit)
    parts = [true.uncertainty or 0.0]
    if own.uncertainty is not None:
        parts.append(convert(own.uncertainty, own.unit or unit, unit))
    step.judge(
        Measurement(
            name="distance_error",
            value=round(seen - (number_of(true) or 0.0), 6),
            unit=unit,
            uncertainty=round(math.hypot(*parts), 6),
            source=step.role,
            at=own.at,
            frame=own.frame,
            note=f"reported by {point}",
        )
    )


@check_of("vehicle.distance_by_ruler")
def _lengths(context: CheckContext) -> Iterator[Complaint]:
    """Ruler, signal and limit are lengths."""
    unit, limit = context.parameters["unit"], context.limit
    try:
        known_unit(unit)
    except UsageError as error:
        what, _, expected = error.detail.partition("; expected ")
        yield ("with", "unit"), what, expected
        return
    if not same_dimension(unit, "m"):
        yield ("with", "unit"), f"{unit} is no unit of length", "mm, cm or m"
    if limit is not None and not isinstance(limit, Range):
        words = f"a limit with low or high, in {unit}"
        context.limit_problem(f"{context.step.do} cannot judge by {describe(limit)}", words)
    elif limit is not None and not same_dimension(limit.unit, unit):
        context.limit_problem(f"the limit is in {limit.unit}", f"a limit in {unit}")
