"""Verbs that look at the pile and the vehicle at once: do the two ends of one cable agree?"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions import joint_reactions, joint_records, joint_session
from harness.actions.context import StepContext
from harness.actions.joint_energy import Mean, PilePoint, VehiclePoint, mean_of, ratio, samples_of
from harness.actions.joint_given import (
    Passed,
    check_passed,
    check_ranged,
    earlier,
    number_of,
    require_passed,
    together,
)
from harness.actions.joint_pair import PileStates, VehicleStates
from harness.actions.registry import CheckContext, Complaint, PointRef, action
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Equals, OneOf, Range
from harness.quantity import Measurement, convert
from harness.text import Text

VERBS = (joint_reactions, joint_records, joint_session)
"""Rooms of further verbs for both sides; importing them registers their verbs."""


def _check_agree(context: CheckContext) -> Iterator[Complaint]:
    yield from check_ranged(context)
    samples = context.parameters["samples"]
    if samples is not None:
        yield from earlier(context, (samples,), "samples")


@action(
    "bench.agree",
    kind="J",
    limit="needed",
    check=_check_agree,
    title=Text("双侧比较", "Compare both sides"),
)
async def agree(
    step: StepContext,
    *,
    pile: PilePoint,
    vehicle: VehiclePoint,
    over: DurationField = 0.0,
    every: DurationField = 1.0,
    samples: str | None = None,
    as_: Annotated[str, Field(pattern="^(difference|ratio)$")] = "difference",
    if_passed: Passed = (),
) -> None:
    """Judge vehicle minus pile, or vehicle over pile in %, of one quantity on both sides.

    The means over the time are compared; with `samples`, those that an earlier `bench.sample` took.
    The uncertainty is that of both readings (root of the sum of squares), where they are stated;
    the mean of several is no better than one, because the errors of an instrument go together.
    """
    require_passed(step, if_passed)
    if samples is not None:
        own = samples_of(step, samples, pile, "pile")
        other = samples_of(step, samples, vehicle, "vehicle")
    else:
        own, other = await _read_both(step, pile, vehicle, over, every)
    unit = own[-1].unit or "1"
    mean_own, mean_other = mean_of(own, unit), mean_of(other, unit)
    for one in (mean_own, mean_other):
        if isinstance(one, Measurement):
            step.judge(one)
            return
    assert isinstance(mean_own, Mean) and isinstance(mean_other, Mean)
    note = f"{len(own)} samples" if len(own) > 1 else ""
    at = step.clock.elapsed()
    if as_ == "ratio":
        step.judge(ratio(f"{vehicle} / {pile}", mean_other, mean_own, at=at, note=note))
        return
    stated = [one.uncertainty for one in (mean_own, mean_other) if one.uncertainty is not None]
    step.judge(
        Measurement(
            name=f"{vehicle} - {pile}",
            value=round(mean_other.value - mean_own.value, 6),
            unit="K" if unit == "°C" else unit,
            uncertainty=round(sum(one**2 for one in stated) ** 0.5, 6) if stated else None,
            source="pile, vehicle",
            at=at,
            transactions=own[-1].transactions,
            frame=other[-1].frame,
            note=note,
        )
    )


async def _read_both(
    step: StepContext, pile: str, vehicle: str, over: float, every: float
) -> tuple[list[Measurement], list[Measurement]]:
    own: list[Measurement] = []
    other: list[Measurement] = []
    until = loop_time() + over
    while True:
        asked_at = loop_time()
        one, two = await together(
            step.read_one(pile, role="pile"), step.read_one(vehicle, role="vehicle")
        )
        own.append(one)
        other.append(two)
        if loop_time() >= until:
            return own, other
        await sleep_until(min(until, asked_at + every))


@action(
    "bench.measure",
    kind="R",
    limit="needed",
    check=check_ranged,
    title=Text("充电中测量", "Measure while charging"),
)
async def measure(
    step: StepContext,
    *,
    pile: Annotated[list[str], PointRef(role="pile", limited=True)],
    samples: Annotated[int, Field(ge=1, le=1000)] = 1,
    every: DurationField = 0.2,
    if_passed: Passed = (),
) -> None:
    """Measure as `pile.measure` does, where that makes sense only after an earlier step passed."""
    require_passed(step, if_passed)
    taken: dict[str, list[Measurement]] = {name: [] for name in pile}
    for number in range(samples):
        if number:
            await sleep_until(loop_time() + every)
        for name, reading in (await step.read(pile, role="pile")).items():
            taken[name].append(reading)
    for readings in taken.values():
        bad = next((one for one in readings if number_of(one) is None), None)
        ordered = sorted(readings, key=lambda one: number_of(one) or 0.0)
        extremes = [bad] if bad is not None else [ordered[0], ordered[-1]]
        for one in extremes if extremes[0].value != extremes[-1].value else extremes[:1]:
            step.judge(one)


@action(
    "bench.smallest_is_used",
    kind="J",
    limit="needed",
    check=check_ranged,
    title=Text("电流协商取最小值", "The smallest limit is used"),
)
async def smallest_is_used(
    step: StepContext,
    *,
    used: VehiclePoint,
    of_pile: Annotated[tuple[str, ...], PointRef(role="pile")] = (),
    of_vehicle: Annotated[tuple[str, ...], PointRef(role="vehicle")] = (),
    if_passed: Passed = (),
) -> None:
    """Judge what is used minus the smallest limit that anybody states."""
    require_passed(step, if_passed)
    if not isinstance(step.limit, Range):
        raise NotAvailableError(f"step {step.step} needs a limit with low or high")
    stated = list((await step.read(list(of_pile), role="pile")).values()) if of_pile else []
    stated += (await step.read(list(of_vehicle), role="vehicle")).values() if of_vehicle else []
    taken = await step.read_one(used, role="vehicle")
    bad = next((one for one in (*stated, taken) if number_of(one) is None), None)
    if bad is not None or not stated:
        step.judge(bad if bad is not None else taken)
        return
    unit = taken.unit or "A"

    def size(one: Measurement) -> float:
        return convert(number_of(one) or 0.0, one.unit or unit, unit)

    smallest = min(stated, key=size)
    step.judge(
        Measurement(
            name=f"{taken.name} - {smallest.name}",
            value=round(size(taken) - size(smallest), 6),
            unit=unit,
            uncertainty=taken.uncertainty,
            source="pile, vehicle" if smallest.source.startswith("pile") else "vehicle",
            at=step.clock.elapsed(),
            transactions=smallest.transactions,
            frame=taken.frame,
            note=f"smallest: {smallest.name} {size(smallest):g} {unit}",
        )
    )


@action(
    "bench.expect",
    kind="R",
    limit="none",
    check=check_passed,
    title=Text("双侧状态核对", "States of both sides"),
)
async def expect(
    step: StepContext,
    *,
    pile: PileStates,
    vehicle: VehicleStates,
    if_passed: Passed = (),
) -> None:
    """Read points of both sides and expect each in the given state."""
    require_passed(step, if_passed)
    for role, states in (("pile", pile), ("vehicle", vehicle)):
        for name, reading in (await step.read(list(states), role=role)).items():
            wanted = states[name]
            limit = OneOf(list(wanted)) if isinstance(wanted, list) else Equals(wanted)
            step.judge(reading, limit)
