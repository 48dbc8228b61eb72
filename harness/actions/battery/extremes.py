"""Judging the extremes of a segment, and how long something lasted in it."""

from typing import Annotated, Literal

from pydantic import Field

from harness.actions.battery.given import (
    Chemistry,
    Maker,
    Of,
    check_of,
    course_of,
    judge_by,
    numbers_of,
    require_chemistry,
    segment_of,
    spread_of,
    worked_out,
)
from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, PointName, StateOf, action
from harness.errors import NotAvailableError
from harness.fields import QuantityField
from harness.quantity import convert
from harness.text import Text


@action("vehicle.segment_extreme", kind="J", check=check_of,
        title=Text("片段内极值", "Extreme of a segment"))  # fmt: skip
async def extreme(
    step: StepContext,
    *,
    of: Of,
    point: PointName,
    which: Literal["highest", "lowest"] = "highest",
    maker: Maker = None,
    chemistry: Chemistry = None,
) -> None:
    """Judge the highest or lowest number that a point had in the segment.

    Every frame counts. The limit of the vehicle's maker comes first, where the profile gives it.
    """
    require_chemistry(step, chemistry)
    segment = segment_of(step, of)
    numbers = [value for _, value in numbers_of(step, segment, of, point)]
    unit = segment.courses[point].unit
    value = max(numbers) if which == "highest" else min(numbers)
    spread = spread_of(segment, point)
    found = worked_out(step, f"{point}.{which}", value, unit, uncertainty=spread)
    judge_by(step, found, maker, "high" if which == "highest" else "low")


@action("vehicle.segment_between", kind="J", limit="needed", check=check_of,
        title=Text("片段始终在范围内", "In range all along a segment"))  # fmt: skip
async def between(step: StepContext, *, of: Of, point: PointName) -> None:
    """Judge the lowest and the highest number of a point in the segment."""
    segment = segment_of(step, of)
    numbers = [value for _, value in numbers_of(step, segment, of, point)]
    unit, spread = segment.courses[point].unit, spread_of(segment, point)
    for which, value in (("lowest", min(numbers)), ("highest", max(numbers))):
        step.judge(worked_out(step, f"{point}.{which}", value, unit, uncertainty=spread))


def _check_band(context: CheckContext) -> "list[Complaint]":
    given = [context.parameters[name] for name in ("above", "below")]
    found = list(check_of(context))
    if all(one is None for one in given):
        found.append((("with",), "no band is given", "above, below, or both"))
    return found


@action("vehicle.segment_time", kind="J", limit="needed", check=_check_band,
        title=Text("片段内持续时间", "Time in a segment"))  # fmt: skip
async def time_in_band(
    step: StepContext,
    *,
    of: Of,
    point: PointName,
    above: QuantityField | None = None,
    below: QuantityField | None = None,
    as_: Annotated[Literal["time", "share"], Field(description="In s or in %")] = "time",
) -> None:
    """Judge how long, or for which share of the segment, a number was in a band.

    Each frame stands until the next one. The time is known to within one cycle at either end.
    """
    segment = segment_of(step, of)
    numbers = numbers_of(step, segment, of, point)
    course = segment.courses[point]
    unit = course.unit or "1"
    low = float("-inf") if above is None else convert(above.value, above.unit, unit)
    high = float("inf") if below is None else convert(below.value, below.unit, unit)
    ends = [*(at for at, _ in numbers[1:]), segment.end]
    inside = sum(
        end - at for (at, value), end in zip(numbers, ends, strict=True) if low < value < high
    )
    whole = segment.end - numbers[0][0]
    if as_ == "time":
        found = worked_out(
            step, f"{point}.in_band", inside, "s", uncertainty=round(2 * course.cycle, 6)
        )
    elif whole > 0:
        share = 100.0 * inside / whole
        spread = 100.0 * 2 * course.cycle / whole if 0 < inside < whole else 0.0
        found = worked_out(step, f"{point}.share_in_band", share, "%", uncertainty=spread)
    else:
        raise NotAvailableError(f"{point} was not seen in the segment")
    step.judge(found)


@action("vehicle.segment_state", kind="J", limit="needed", check=check_of,
        title=Text("状态持续时间", "How long a state stood"))  # fmt: skip
async def time_in_state(
    step: StepContext, *, of: Of, point: PointName, is_: Annotated[str, StateOf("point")]
) -> None:
    """Judge the longest time without a break for which a point was in a state."""
    segment = segment_of(step, of)
    course = course_of(step, segment, of, point)
    longest = 0.0
    since: float | None = None
    for at, value in zip(course.at, course.values, strict=True):
        if value == is_ and since is None:
            since = at
        elif value != is_ and since is not None:
            longest = max(longest, at - since)
            since = None
    if since is not None:
        longest = max(longest, segment.end - since)
    spread = round(course.cycle, 6)
    name = f"{point}.unbroken"
    step.judge(worked_out(step, name, longest, "s", uncertainty=spread, note=f"at {is_}"))
