"""A target at a known place before the car, and where a sensor reports it."""

import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier, number_of, require_run
from harness.actions.registry import (
    CheckContext,
    Complaint,
    PointName,
    PointNames,
    action,
    check_of,
)
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField, FileModel, QuantityField, TextField
from harness.limits import Clear, Range, describe
from harness.quantity import Measurement, Quality, same_dimension
from harness.text import Text

_LIMIT = "a limit with low or high, of a length (range) or an angle (azimuth)"
_NEAR = 0.8
"""Metres around a mark within which a report is taken for the target there."""


class Mark(FileModel):
    """Where a target stands: distance and direction from the sensor, and how well that is known."""

    range: QuantityField
    azimuth: QuantityField = Field(description="Positive to the left")
    range_uncertainty: QuantityField | None = None
    azimuth_uncertainty: QuantityField | None = None


class _Listed:
    """What a sensor lists: range and azimuth of each object, and a reading that proves nothing."""

    def __init__(self, pairs: list[tuple[Measurement, Measurement]]) -> None:
        self.objects = [pair for pair in pairs if all(number_of(one) is not None for one in pair)]
        unfit = (one for pair in pairs for one in pair if one.quality not in _TELLS)
        self.bad = next(unfit, None)
        """A place of the list that was late, damaged or never sent. An empty place is none."""


_TELLS = (Quality.GOOD, Quality.SENTINEL)


async def _listed(step: StepContext, ranges: list[str], azimuths: list[str]) -> _Listed:
    found = await step.vehicle.read([*ranges, *azimuths], step.deadline)
    return _Listed(
        [(found[one], found[other]) for one, other in zip(ranges, azimuths, strict=True)]
    )


def _place(distance: float, azimuth: float) -> tuple[float, float]:
    """Metres ahead and to the left."""
    angle = math.radians(azimuth)
    return distance * math.cos(angle), distance * math.sin(angle)


def _apart(pair: tuple[Measurement, Measurement], mark: Mark) -> float:
    """Metres between what is reported and the mark."""
    seen = _place(number_of(pair[0]) or 0.0, number_of(pair[1]) or 0.0)
    return math.dist(seen, _place(mark.range.to("m"), mark.azimuth.to("deg")))


@action("vehicle.place_target", kind="O", judges=False, limit="none",
        title=Text("放置靶标", "Put a target up"))  # fmt: skip
async def place_target(
    step: StepContext,
    *,
    does: str,
    ask: TextField,
    at: Mark,
    ranges: PointNames,
    azimuths: PointNames,
    counts: PointNames | None = None,
    settle: DurationField = 1.0,
) -> None:
    """Have the person put a target up, after a look that nothing is reported there yet.

    `ranges` and `azimuths` are the lists of a sensor. `counts` are read before and go on record: a
    later step can say whether one more is seen. What stands at the mark already would be taken for
    the target, so the step is then not run.
    """
    _require_pairs(step, ranges, azimuths)
    if counts:
        await step.read(counts)
    for pair in (await _listed(step, ranges, azimuths)).objects:
        if _apart(pair, at) < _NEAR:
            where = f"{number_of(pair[0]):.2f} m, {number_of(pair[1]):.1f} deg"
            raise NotAvailableError(f"something stands at the mark already: {where}")
    await step.do_by_hand(does, ask)
    await sleep_until(min(step.deadline.at, loop_time() + settle))


@action("vehicle.target_position", kind="R", limit="needed",
        title=Text("靶标位置", "Where the target is seen"))  # fmt: skip
async def target_position(
    step: StepContext,
    *,
    at: Mark,
    of: Literal["range", "azimuth"],
    ranges: PointNames,
    azimuths: PointNames,
    if_run: Annotated[tuple[str, ...], Field(min_length=1)],
) -> None:
    """Judge range or azimuth of the report nearest to the mark, less where the target stands.

    The uncertainties of the mark and of the signal are combined, where they are stated. A sensor
    that reports nothing within 0.8 m of the mark does not see the target, and that is a finding.
    """
    require_run(step, if_run)
    _require_pairs(step, ranges, azimuths)
    listed = await _listed(step, ranges, azimuths)
    if listed.bad is not None:
        step.judge(listed.bad)
        return
    nearest = min(listed.objects, key=lambda pair: _apart(pair, at), default=None)
    if nearest is None or _apart(nearest, at) >= _NEAR:
        missed = Measurement(
            "targets_missed", [ranges[0].partition(".")[0]], source=step.role,
            at=step.clock.elapsed(), note=f"objects reported: {len(listed.objects)}",
        )  # fmt: skip
        step.judge(missed, Clear([]))
        return
    for reading in nearest:
        step.measured(reading)
    place, unit = (0, "m") if of == "range" else (1, "deg")
    reading = nearest[place]
    true, spread = (
        (at.range, at.range_uncertainty) if of == "range" else (at.azimuth, at.azimuth_uncertainty)
    )
    parts = [one for one in (spread.to(unit) if spread else None, reading.uncertainty) if one]
    step.judge(
        Measurement(
            name=f"target_{of}_error",
            value=round((number_of(reading) or 0.0) - true.to(unit), 6),
            unit=unit,
            uncertainty=round(math.hypot(*parts), 6) if parts else None,
            source=step.role,
            at=reading.at,
            frame=reading.frame,
            note=f"{reading.name}, target at {true.to(unit):g} {unit}",
        )
    )


@action("vehicle.counted_more", kind="R", limit="needed",
        title=Text("目标数变化", "More objects counted"))  # fmt: skip
async def counted_more(step: StepContext, *, point: PointName, than: str) -> None:
    """Judge how many more objects are counted now than in the earlier step `than`.

    Counts are exact: there is no uncertainty.
    """
    require_run(step, (than,))
    before = next(
        (number_of(one) for one in reversed(step.memory.measurements.get(than, []))
         if one.name == point and number_of(one) is not None),
        None,
    )  # fmt: skip
    if before is None:
        raise NotAvailableError(f"step {than!r} gave no reading to compare with")
    own = await step.read_one(point)
    now = number_of(own)
    if now is None:
        step.judge(own)
        return
    step.judge(
        Measurement(f"{point}.moved", round(now - before), source=step.role, at=own.at,
                    frame=own.frame)
    )  # fmt: skip


def _require_pairs(step: StepContext, ranges: list[str], azimuths: list[str]) -> None:
    if len(ranges) != len(azimuths):
        raise NotAvailableError(
            f"step {step.step} has {len(ranges)} ranges, {len(azimuths)} angles"
        )


@check_of("vehicle.counted_more")
def _counted(context: CheckContext) -> Iterator[Complaint]:
    for _, what, expected in earlier(context, (context.parameters["than"],), "than"):
        yield ("with", "than"), what, expected


@check_of("vehicle.place_target")
def _placed(context: CheckContext) -> Iterator[Complaint]:
    yield from _mark(context)


@check_of("vehicle.target_position")
def _judged(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, context.parameters["if_run"], "if_run")
    unit = "m" if context.parameters["of"] == "range" else "deg"
    limit = context.limit
    if limit is not None and not isinstance(limit, Range):
        context.limit_problem(f"{context.step.do} cannot judge by {describe(limit)}", _LIMIT)
    elif limit is not None and not same_dimension(limit.unit, unit):
        context.limit_problem(f"the limit is in {limit.unit}", _LIMIT)
    yield from _mark(context)


def _mark(context: CheckContext) -> Iterator[Complaint]:
    """Both lists are equally long, and the mark is a length and an angle."""
    ranges, azimuths = context.parameters["ranges"], context.parameters["azimuths"]
    if len(ranges) != len(azimuths):
        what = f"{len(ranges)} ranges and {len(azimuths)} azimuths"
        yield ("with", "azimuths"), what, "one azimuth for each range"
    mark: Mark = context.parameters["at"]
    for key, unit in (("range", "m"), ("azimuth", "deg"), ("range_uncertainty", "m"),
                      ("azimuth_uncertainty", "deg")):  # fmt: skip
        quantity = getattr(mark, key)
        if quantity is not None and not same_dimension(quantity.unit, unit):
            yield ("with", "at", key), f"{quantity} is not in {unit}", f"a quantity in {unit}"
