"""Verbs that look at the pile and the vehicle at once: do the two ends of one cable agree?"""

import asyncio
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import PointRef, StateOf, action
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Equals, OneOf, Range, Within
from harness.quantity import Measurement, Quality, convert
from harness.text import Text

PilePoint = Annotated[str, PointRef(role="pile")]
VehiclePoint = Annotated[str, PointRef(role="vehicle")]
PileStates = Annotated[dict[str, str | list[str]], PointRef(role="pile"), StateOf()]
VehicleStates = Annotated[dict[str, str | list[str]], PointRef(role="vehicle"), StateOf()]
_PATIENCE = 1.5
"""How far past the limit to keep watching: late is told from never."""


def _number(reading: Measurement) -> float | None:
    """The value of a usable number."""
    if reading.quality is not Quality.GOOD or isinstance(reading.value, bool):
        return None
    return float(reading.value) if isinstance(reading.value, int | float) else None


@action("bench.agree", kind="J", limit="needed", title=Text("双侧比较", "Compare both sides"))
async def agree(
    step: StepContext,
    *,
    pile: PilePoint,
    vehicle: VehiclePoint,
    over: DurationField = 0.0,
    every: DurationField = 1.0,
    as_: Annotated[str, Field(pattern="^(difference|ratio)$")] = "difference",
) -> None:
    """Read one quantity on both sides, several times, and judge vehicle minus pile or their ratio.

    The mean over the time is judged. The uncertainty is that of both readings (root of the sum of
    squares), where they are stated; a ratio is vehicle divided by pile, in %.
    """
    pairs: list[tuple[Measurement, Measurement]] = []
    until = loop_time() + over
    while True:
        asked_at = loop_time()
        own, other = await asyncio.gather(
            step.read_one(pile, role="pile"), step.read_one(vehicle, role="vehicle")
        )
        if _number(own) is None or _number(other) is None:
            step.judge(own if _number(own) is None else other)
            return
        pairs.append((own, other))
        if loop_time() >= until:
            break
        await sleep_until(min(until, asked_at + every))
    step.judge(_compared(step, pairs, ratio=as_ == "ratio"))


def _compared(
    step: StepContext, pairs: list[tuple[Measurement, Measurement]], *, ratio: bool
) -> Measurement:
    own, other = pairs[-1]
    unit = own.unit or "1"
    count = len(pairs)
    mean_own = sum(_number(one) or 0.0 for one, _ in pairs) / count
    mean_other = sum(convert(_number(two) or 0.0, two.unit or unit, unit) for _, two in pairs)
    mean_other /= count
    u_own = own.uncertainty or 0.0
    u_other = convert(other.uncertainty or 0.0, other.unit or unit, unit)
    name = f"{other.name} - {own.name}"
    if ratio:
        if mean_own == 0.0:
            raise NotAvailableError(f"{own.name} is 0: there is no ratio")
        value = 100 * mean_other / mean_own
        parts = (u_own / mean_own) ** 2 + (u_other / mean_other) ** 2 if mean_other else 0.0
        uncertainty, unit, name = value * parts**0.5, "%", f"{other.name} / {own.name}"
    else:
        value, uncertainty = mean_other - mean_own, (u_own**2 + u_other**2) ** 0.5
    stated = own.uncertainty is not None or other.uncertainty is not None
    return Measurement(
        name=name,
        value=round(value, 6),
        unit="K" if unit == "°C" else unit,
        uncertainty=round(uncertainty, 6) if stated else None,
        source="pile, vehicle",
        at=step.clock.elapsed(),
        transactions=own.transactions,
        frame=other.frame,
        note=f"{count} samples" if count > 1 else "",
    )


@action(
    "bench.both_show",
    kind="R",
    limit="needed",
    title=Text("双侧状态", "Both sides show a state"),
)
async def both_show(
    step: StepContext,
    *,
    pile: PileStates,
    vehicle: VehicleStates,
    poll: DurationField = 0.05,
    does: str | None = None,
    ask: TextField | None = None,
) -> None:
    """Wait until both sides show their states, and judge how far apart they are in time.

    Polled on both sides: what passed between two looks is uncertainty. A side that never shows its
    state makes it a failure, and is named.
    """
    if not isinstance(step.limit, Within):
        raise NotAvailableError(f"step {step.step} needs a limit of the form `within: 3 s`")
    acting = asyncio.create_task(step.do_by_hand(does, ask))
    sides = {"pile": _Side(pile), "vehicle": _Side(vehicle)}
    confirmed: float | None = None
    try:
        while True:
            asked_at = loop_time()
            for role, side in sides.items():
                if side.seen is None:
                    await side.look(step, role)
            if acting.done() and confirmed is None:
                acting.result()  # a refusal or a wish to stop ends the step here
                confirmed = loop_time()
            first = min((side.seen for side in sides.values() if side.seen), default=confirmed)
            if all(side.seen is not None for side in sides.values()) and confirmed is not None:
                break
            too_late = step.limit.high * _PATIENCE + 4 * poll
            if confirmed is not None and first is not None and loop_time() - first > too_late:
                break
            await sleep_until(asked_at + poll)
    finally:
        if not acting.done():
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)
    for side in sides.values():
        for reading in side.readings:
            step.measured(reading)
    step.judge(_apart(step, sides, confirmed or loop_time()))


class _Side:
    """What one side shows, and when it began to."""

    def __init__(self, states: dict[str, str | list[str]]) -> None:
        self.states = states
        self.not_yet = loop_time()
        self.seen: float | None = None
        self.readings: list[Measurement] = []

    async def look(self, step: StepContext, role: str) -> None:
        asked_at = loop_time()
        device = step.bench.device(role)
        self.readings = list((await device.read(list(self.states), step.deadline)).values())
        if all(_is(one, self.states[one.name]) for one in self.readings):
            self.seen = loop_time()
        else:
            self.not_yet = asked_at


def _is(reading: Measurement, wanted: str | list[str]) -> bool:
    if reading.quality is not Quality.GOOD:
        return False
    return reading.value in wanted if isinstance(wanted, list) else reading.value == wanted


def _apart(step: StepContext, sides: dict[str, _Side], confirmed: float) -> Measurement:
    name, at = "both_sides.apart", step.clock.elapsed()
    never = [role for role, side in sides.items() if side.seen is None]
    if never:
        begun = min((side.seen for side in sides.values() if side.seen), default=confirmed)
        shown = ", ".join(
            f"{role}: {', '.join(str(one.value) for one in sides[role].readings)}" for role in never
        )
        waited = round(min(sides[role].not_yet for role in never) - begun, 6)
        return Measurement(name, None, "s", source="pile, vehicle", at=at, at_least=waited,
                           note=f"still {shown}")  # fmt: skip
    one, two = sides.values()
    early, late = sorted((one, two), key=lambda side: side.seen or 0.0)
    assert early.seen is not None and late.seen is not None
    longest = max(late.seen - early.not_yet, 0.0)
    shortest = max(late.not_yet - early.seen, 0.0)
    return Measurement(
        name, round(longest, 6), "s", uncertainty=round(max(longest - shortest, 0.0), 6),
        source="pile, vehicle", at=at,
    )  # fmt: skip


@action(
    "bench.smallest_is_used",
    kind="J",
    limit="needed",
    title=Text("电流协商取最小值", "The smallest limit is used"),
)
async def smallest_is_used(
    step: StepContext,
    *,
    used: VehiclePoint,
    of_pile: Annotated[tuple[str, ...], PointRef(role="pile")] = (),
    of_vehicle: Annotated[tuple[str, ...], PointRef(role="vehicle")] = (),
) -> None:
    """Judge the limit that is used minus the smallest one that anybody states."""
    if not isinstance(step.limit, Range):
        raise NotAvailableError(f"step {step.step} needs a limit with low and high")
    stated = list((await step.read(list(of_pile), role="pile")).values()) if of_pile else []
    stated += (await step.read(list(of_vehicle), role="vehicle")).values() if of_vehicle else []
    taken = await step.read_one(used, role="vehicle")
    bad = next((one for one in (*stated, taken) if _number(one) is None), None)
    if bad is not None or not stated:
        step.judge(bad if bad is not None else taken)
        return
    unit = taken.unit or "A"
    smallest = min(stated, key=lambda one: convert(_number(one) or 0.0, one.unit or unit, unit))
    least = convert(_number(smallest) or 0.0, smallest.unit or unit, unit)
    step.judge(
        Measurement(
            name=f"{taken.name} - {smallest.name}",
            value=round((_number(taken) or 0.0) - least, 6),
            unit=unit,
            uncertainty=taken.uncertainty,
            source="pile, vehicle",
            at=step.clock.elapsed(),
            transactions=smallest.transactions,
            frame=taken.frame,
            note=f"smallest: {smallest.name} {least:g} {unit}",
        )
    )


@action("bench.expect", kind="R", limit="none", title=Text("双侧状态核对", "States of both sides"))
async def expect(step: StepContext, *, pile: PileStates, vehicle: VehicleStates) -> None:
    """Read points of both sides and expect each in the given state."""
    for role, states in (("pile", pile), ("vehicle", vehicle)):
        for name, reading in (await step.read(list(states), role=role)).items():
            wanted = states[name]
            limit = OneOf(list(wanted)) if isinstance(wanted, list) else Equals(wanted)
            step.judge(reading, limit)
