"""What satellite positioning says of a car that stands still, over a while."""

import math
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier, number_of
from harness.actions.registry import CheckContext, Complaint, PointName, action, check_of
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Range, describe
from harness.quantity import Measurement, Quality
from harness.text import Text

_EARTH = 6_371_000.0
"""Mean radius (m)."""
QUANTITIES = ("position_std", "heading_drift", "highest_speed")
_FEWEST = 10
"""Samples without which nothing is said about a spread."""


@action("vehicle.watch_standstill", kind="R", judges=False, limit="none",
        title=Text("静态观察", "Watch it stand"))  # fmt: skip
async def watch_standstill(
    step: StepContext,
    *,
    latitude: PointName,
    longitude: PointName,
    heading: PointName,
    speed: PointName,
    over: DurationField = 60.0,
    every: Annotated[DurationField, Field(gt=0)] = 1.0,
) -> None:
    """Read position, heading and speed of a car at rest for a while.

    On record: the standard deviation of the horizontal position about its mean (mm), how far the
    heading moves (highest less lowest, across north as well), and the highest speed. A sample
    without a usable value leaves what it would go into without a value. Judged by
    `vehicle.standstill`.
    """
    names = (latitude, longitude, heading, speed)
    samples: list[tuple[float | None, ...]] = []
    begun = due = loop_time()
    while True:
        found = await step.vehicle.read(names, step.deadline)
        samples.append(tuple(number_of(found[name]) for name in names))
        due += every
        if due > begun + over:
            break
        await sleep_until(min(due, step.deadline.at))
    north, east, course, pace = zip(*samples, strict=True)
    values = (_std(north, east), _swing(course), _highest(pace))
    for name, value, unit in zip(QUANTITIES, values, ("mm", "deg", "m/s"), strict=True):
        step.measured(
            Measurement(
                name=name,
                value=value,
                unit=unit,
                quality=Quality.GOOD if value is not None else Quality.MISSING,
                source=step.role,
                at=step.clock.elapsed(),
                note=f"{len(samples)} samples",
            )
        )


def _whole(values: tuple[float | None, ...]) -> list[float] | None:
    """All of them; None when one is missing, or there are too few."""
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) >= _FEWEST else None


def _std(north: tuple[float | None, ...], east: tuple[float | None, ...]) -> float | None:
    """Of the distance from the mean position (mm), from degrees."""
    latitudes, longitudes = _whole(north), _whole(east)
    if latitudes is None or longitudes is None:
        return None
    count = len(latitudes)
    mean_north, mean_east = sum(latitudes) / count, sum(longitudes) / count
    shrink = math.cos(math.radians(mean_north))
    square = sum(
        (one - mean_north) ** 2 + ((other - mean_east) * shrink) ** 2
        for one, other in zip(latitudes, longitudes, strict=True)
    ) / (count - 1)
    return round(1000 * _EARTH * math.radians(math.sqrt(square)), 3)


def _swing(course: tuple[float | None, ...]) -> float | None:
    """Highest less lowest heading (degrees), counted from the first one."""
    known = _whole(course)
    if known is None:
        return None
    turned = [(one - known[0] + 180.0) % 360.0 - 180.0 for one in known]
    return round(max(turned) - min(turned), 6)


def _highest(pace: tuple[float | None, ...]) -> float | None:
    known = _whole(pace)
    return None if known is None else max(abs(one) for one in known)


@action("vehicle.standstill", kind="J", limit="needed", title=Text("静态漂移", "Standstill drift"))
async def standstill(step: StepContext, *, of: str, watched_by: str) -> None:
    """Judge one quantity of an earlier `vehicle.watch_standstill`."""
    for reading in reversed(step.memory.measurements.get(watched_by, [])):
        if reading.name == of:
            step.judge(reading)
            return
    raise NotAvailableError(f"step {watched_by} put no {of} on record")


@check_of("vehicle.standstill")
def _watched(context: CheckContext) -> Iterator[Complaint]:
    """The watch comes before, the quantity is one of its own, and the limit is a range."""
    for _, what, expected in earlier(context, (context.parameters["watched_by"],), "watched_by"):
        yield ("with", "watched_by"), what, expected
    if context.parameters["of"] not in QUANTITIES:
        what = f"{context.parameters['of']!r} is not one of the choices"
        yield ("with", "of"), what, "one of: " + ", ".join(QUANTITIES)
    if context.limit is not None and not isinstance(context.limit, Range):
        what = f"{context.step.do} cannot judge by {describe(context.limit)}"
        context.limit_problem(what, "a limit with low or high")
