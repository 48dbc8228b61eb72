"""Measuring at a bus by hand: resistance without supply, levels with supply.

Readings are taken at the diagnostic connector of the bus under suspicion (or of a bus that the step
names). Resistance is measured only after a step has shown that the supply is off: a meter on a live
bus shows nonsense, and a live bus may break the meter.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from harness.actions.bus.diagram import CONNECTOR
from harness.actions.bus.evidence import OHMS, BusEvidence, along_name, reading_name
from harness.actions.bus.signs import PAIR_SHORT, PAIR_SOUND, WIRE_SHORT, within
from harness.actions.bus_watching import (
    Look,
    WatchedBus,
    bus_at_work,
    diagrams,
    earlier_step,
    gathered,
    has_vehicle,
    noted,
    watched_buses,
)
from harness.actions.context import StepContext
from harness.actions.person import reading
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.operator import Operator, Question
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Clear, Range
from harness.quantity import Measurement, Quality, same_dimension
from harness.text import Text
from harness.verdict import Verdict

if TYPE_CHECKING:
    from typing import Any

    from harness.bench.load import LoadedBench

SUSPECTED = "suspected"
Quantity = Literal[
    "resistance", "high_ground", "low_ground", "high_battery", "low_battery",
    "high_recessive", "low_recessive", "high_dominant", "low_dominant",
]  # fmt: skip
_SHOWN_OFF = (Verdict.PASS, Verdict.CONDITIONAL_PASS)
_AGREES_TO = 1000.0
"""Above, the share of the meter's own uncertainty is wider than any sensible agreement (Ω)."""
_TRUTH_WITHIN = 30.0
_ON_ITS_WAY = 0.2
"""Seconds from a frame's end on the bus until it must have come through adapter and program."""


def about(bus: WatchedBus, ask: Text, place: str = "") -> Text:
    """The question with the bus (and the unit) that it is about in front."""
    zh, en = bus.title.zh, bus.title.en
    if place:
        zh, en = f"{zh}，{place}", f"{en}, {place}"
    return Text(f"【{zh}】{ask.zh}", f"[{en}] {ask.en}")


# Supply off


@action(
    "operator.power_off_proved",
    kind="I",
    limit="needed",
    possible=has_vehicle,
    title=Text("验证已断电", "Prove that the power is off"),
)
async def power_off_proved(
    step: StepContext,
    *,
    ask: TextField,
    quantity: str,
    unit: str,
    instrument: str,
    watch: DurationField = 1.0,
) -> None:
    """Show in two ways that the supply is off: no bus carries a frame, and a meter reads nothing.

    The frames are watched before the meter is read, so the adapter has to be plugged in still.
    """
    buses = watched_buses(step)
    # What was on its way through the adapter when the person confirmed is no sign of supply.
    await sleep_until(min(step.deadline.at, loop_time() + _ON_ITS_WAY))
    look = Look(buses)
    await sleep_until(min(step.deadline.at, loop_time() + watch))
    talking = [bus.name for bus in buses if look.heard(bus)]
    step.judge(noted(step, "buses_with_frames", talking, note=f"within {watch:g} s"), Clear([]))
    await reading(step, ask=ask, quantity=quantity, unit=unit, instrument=instrument)


def _require_off(step: StepContext, after: str | None) -> None:
    if after is not None and step.memory.verdicts.get(after) not in _SHOWN_OFF:
        raise NotAvailableError(
            f"no resistance is measured: step {after!r} has not shown that the power is off"
        )


# Readings at the connector


def _has_bus(bench: "LoadedBench", role: str, given: "dict[str, Any]") -> str:
    bus = given["bus"]
    if bench.vehicle is None or bus == SUSPECTED or bus in bench.vehicle.buses:
        return has_vehicle(bench, role, given)
    return f"the profile {bench.vehicle.id} has no bus {bus!r}"


@action(
    "operator.bus_reading",
    kind="I",
    limit="needed",
    possible=_has_bus,
    title=Text("总线测量", "Measure at a bus"),
)
async def bus_reading(
    step: StepContext,
    *,
    ask: TextField,
    quantity: Quantity,
    unit: str,
    instrument: str,
    bus: str = SUSPECTED,
    after: str | None = None,
) -> None:
    """Have the person measure one quantity at the diagnostic connector of a bus.

    `bus` is a bus of the profile, or `suspected`. `after` is the step that showed that the supply
    is off; resistances need it. What two other readings prove is not measured again: with CAN-H
    free and its resistance to CAN-L known, CAN-L is free as well.
    """
    _require_off(step, after)
    at, evidence = _bus_of(step, bus)
    name = reading_name(at.name, quantity)
    proved = follows_from(evidence, quantity)
    if proved is None:
        await reading(step, ask=about(at, ask), quantity=name, unit=unit, instrument=instrument)
        return
    value, why = proved
    found = noted(step, name, round(value, 1), unit="Ω", note=why)
    step.measured(found)
    step.judge(found)


def _bus_of(step: StepContext, name: str) -> tuple[WatchedBus, BusEvidence]:
    if name == SUSPECTED:
        return bus_at_work(step)
    for bus, evidence in zip(watched_buses(step), gathered(step), strict=True):
        if bus.name == name:
            return bus, evidence
    raise NotAvailableError(f"nothing is connected to the bus {name!r}")


def follows_from(e: BusEvidence, quantity: str) -> tuple[float, str] | None:
    """What CAN-L has at least (Ω) by the readings of CAN-H; None when they do not prove enough.

    CAN-L is joined to CAN-H by the resistance of the pair, so a short of CAN-L would show at CAN-H
    with that much more.
    """
    wire, _, what = quantity.partition("_")
    high = e.ohms.get(f"high_{what}")
    if wire != "low" or quantity not in OHMS or high is None or e.pair is None:
        return None
    least = high - e.pair
    if e.pair >= WIRE_SHORT or least < 2 * WIRE_SHORT:
        return None
    return least, f"follows: CAN-H {high:g} Ω, and {e.pair:g} Ω between the wires"


# Along one wire


@action(
    "operator.bus_continuity",
    kind="I",
    limit="needed",
    possible=has_vehicle,
    title=Text("导线通断", "Continuity of a wire"),
)
async def bus_continuity(
    step: StepContext,
    *,
    ask: TextField,
    wire: Literal["high", "low"],
    instrument: str,
    after: str,
    unit: str = "Ω",
) -> None:
    """Have the person trace one wire from the diagnostic connector to the plug of a silent unit.

    Nothing is traced where nothing can be open: everybody is heard, or the terminators at both ends
    are reached over both wires, or a short explains the silence.
    """
    _require_off(step, after)
    at, evidence = bus_at_work(step)
    silent, why = unit_to_trace(evidence, at, step)
    if silent is None:
        step.judge(noted(step, "open_wires", [], note=why), Clear([]))
        return
    name = along_name(at.name, wire, silent)
    asked = about(at, ask, silent)
    await reading(step, ask=asked, quantity=name, unit=unit, instrument=instrument)


def unit_to_trace(e: BusEvidence, bus: WatchedBus, step: StepContext) -> tuple[str | None, str]:
    """The silent unit to which wires are traced, or None and why no wire is."""
    if e.pair is None:
        raise NotAvailableError(f"the resistance of the bus {e.bus!r} was not measured")
    to_supply = [e.ohms[name] for name in OHMS[1:] if name in e.ohms]
    if e.pair < PAIR_SHORT or min(to_supply, default=WIRE_SHORT) < WIRE_SHORT:
        return None, "a short explains the silence"
    if not e.silent:
        return None, "every unit is heard"
    if e.dead and within(e.pair, PAIR_SOUND):
        return None, f"{e.pair:g} Ω: both terminators are reached over both wires"
    # One that was never heard rather than one that comes and goes; then the nearest.
    diagram = diagrams(step).get(e.bus)
    order = diagram.order if diagram is not None else e.nodes
    start = order.index(CONNECTOR) if CONNECTOR in order else 0
    counts = bus.counts()
    nearest = sorted(
        (counts[unit] > 0, abs(order.index(unit) - start), unit)
        for unit in e.silent
        if unit in order
    )
    if not nearest:
        return None, "the wiring diagram does not have the silent units"
    return nearest[0][2], ""


# What is worked out


@action(
    "can.level_difference", kind="J", limit="needed", title=Text("差分电压", "Difference of levels")
)
async def level_difference(step: StepContext, *, state: Literal["recessive", "dominant"]) -> None:
    """Judge CAN-H less CAN-L of the bus under suspicion, from readings on record.

    Both were taken with one instrument; their uncertainties are combined (root of the sum of
    squares).
    """
    at, _ = bus_at_work(step)
    names = [reading_name(at.name, f"{wire}_{state}") for wire in ("high", "low")]
    kept = {one.name: one for found in step.memory.measurements.values() for one in found}
    if any(name not in kept for name in names):
        raise NotAvailableError(f"the {state} levels of the bus {at.name!r} were not measured")
    high, low = (kept[name] for name in names)
    if not isinstance(high.value, float | int) or not isinstance(low.value, float | int):
        raise NotAvailableError(f"the {state} levels of the bus {at.name!r} are no numbers")
    stated = [one.uncertainty for one in (high, low) if one.uncertainty is not None]
    step.judge(
        Measurement(
            name=reading_name(at.name, f"difference_{state}"),
            value=round(high.value - low.value, 3),
            unit="V",
            uncertainty=round(sum(one**2 for one in stated) ** 0.5, 4) if stated else None,
            quality=low.quality if high.quality is Quality.GOOD else high.quality,
            source=step.role,
            at=step.clock.elapsed(),
        )
    )


def _has_bench_value(bench: "LoadedBench", _role: str, _given: "dict[str, Any]") -> str:
    if "vehicle" in bench.simulated_inside:
        return ""
    return "only a simulated vehicle knows the resistance of its buses"


@action(
    "operator.bus_agreement",
    kind="J",
    limit="needed",
    possible=_has_bench_value,
    title=Text("读数与台架值比对", "Readings against the bench"),
)
async def bus_agreement(step: StepContext) -> None:
    """Judge how far the resistances that were typed in are from those of the simulated buses.

    A reading that is far off says that the person or the meter measured something else. Readings
    above 1 kΩ are left out: there the meter's own uncertainty is wider than any such limit.
    """
    hands: Operator | None = getattr(step.bench.faults.injector, "hands", None)
    if hands is None:
        raise NotAvailableError("no bus of this bench is simulated")
    kept = {one.name: one for found in step.memory.measurements.values() for one in found}
    for bus in watched_buses(step):
        typed = kept.get(reading_name(bus.name, "resistance"))
        if typed is None or not isinstance(typed.value, float | int) or typed.value > _AGREES_TO:
            continue
        question = Question(
            kind="reading",
            step=step.step,
            subject=f"bench_{typed.name}",
            ask=Text("台架值", "Value of the bench"),
            unit="Ω",
        )
        answer = await hands.ask(question, Deadline.after(_TRUTH_WITHIN))
        if not isinstance(answer.value, float | int):
            continue
        step.judge(
            Measurement(
                name=f"{typed.name}.offset",
                value=round(typed.value - answer.value, 2),
                unit="Ω",
                uncertainty=typed.uncertainty,
                quality=typed.quality,
                source=step.role,
                at=step.clock.elapsed(),
                note=f"{typed.value:g} Ω read, {answer.value:g} Ω at the bench",
            )
        )
    if not step.verdicts:
        raise NotAvailableError("no resistance below 1 kΩ is on record")


# Mistakes in a procedure


@check_of("operator.bus_reading", "operator.power_off_proved", "operator.bus_continuity")
def _checked(context: CheckContext) -> Iterator[Complaint]:
    given = context.parameters
    quantity = given.get("quantity", OHMS[0])
    unit = "Ω" if quantity in OHMS else "V"
    if given["unit"] != unit:
        yield ("with", "unit"), f"{quantity} is not in {given['unit']}", unit
    if quantity in OHMS and given.get("after") is None:
        yield ("with",), f"{quantity} without `after`", "the step that shows that the power is off"
    yield from earlier_step(context, "after")
    limit = context.limit
    if limit is not None and not (isinstance(limit, Range) and same_dimension(limit.unit, unit)):
        context.limit_problem(
            f"{context.step.do} cannot judge by this limit", f"a limit with low or high, in {unit}"
        )
