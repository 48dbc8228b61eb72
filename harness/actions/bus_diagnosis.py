"""Naming a bus fault, finding its place, and having it repaired."""

from harness.actions.bus.diagram import BusDiagram
from harness.actions.bus.kinds import (
    NODE_KINDS,
    TITLES,
    WIRE_SHORTS,
    Diagnosis,
    Kind,
    parse_diagnosis,
)
from harness.actions.bus.rules import diagnose_all
from harness.actions.bus_isolation import Isolation
from harness.actions.bus_watching import (
    WatchedBus,
    diagrams,
    gathered,
    has_vehicle,
    noted,
    watched_buses,
)
from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Equals
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import CandidateVerdict

DIAGNOSIS = "diagnosis"
NAMED, NAMED_PLACE = "named_fault", "named_place"
"""What a candidate has named: the kind of fault; the bus and the place there."""
_NO_PLACE = "none"
_CHOICES = tuple(kind for kind in Kind if kind is not Kind.UNKNOWN)
_TO_BE_FOUND = (*NODE_KINDS, *WIRE_SHORTS, Kind.TERMINATOR_LOST)
_CLEAR, _SET = "clear", "set"
_BOX = {
    _CLEAR: Text("没有故障", "no fault"),
    _SET: Text("仍有故障", "a fault is set"),
}


def _now(step: StepContext) -> Diagnosis:
    return diagnose_all(gathered(step), diagrams(step))


def _on_record(step: StepContext) -> Diagnosis:
    """The latest diagnosis. Raises NotAvailableError when there is none, or none that helps."""
    kept = [one for found in step.memory.measurements.values() for one in found]
    found = next((one for one in reversed(kept) if one.name == DIAGNOSIS), None)
    if found is None:
        raise NotAvailableError("no diagnosis is on record")
    diagnosis = parse_diagnosis(str(found.value))
    if diagnosis.kind is Kind.UNKNOWN:
        raise NotAvailableError("the diagnosis names no fault")
    return diagnosis


def _as_measurement(step: StepContext, diagnosis: Diagnosis) -> Measurement:
    unsure = diagnosis.kind is Kind.UNKNOWN
    return Measurement(
        name=DIAGNOSIS,
        value=diagnosis.value,
        quality=Quality.UNSTABLE if unsure else Quality.GOOD,
        source=step.role,
        at=step.clock.elapsed(),
        note="; ".join(diagnosis.reasons),
    )


def _bus(step: StepContext, name: str) -> WatchedBus:
    return next(bus for bus in watched_buses(step) if bus.name == name)


@action(
    "operator.name_bus_fault",
    kind="D",
    judges=False,
    limit="none",
    possible=has_vehicle,
    title=Text("判断故障类型", "Name the kind of fault"),
)
async def name_bus_fault(step: StepContext, *, ask: TextField) -> None:
    """Have the person name the kind of fault; the key is what the rules make of the evidence.

    Where the rules name nothing (evidence is missing or contradicts itself) the answer stays
    pending, for the assessor.
    """
    key = _now(step).kind
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject="bus-fault",
            ask=ask,
            choices=[kind.value for kind in _CHOICES],
            labels={kind.value: TITLES[kind] for kind in _CHOICES},
        )
    )
    value = answer.value
    if step.examiner is not None and value is not None:
        step.measured(noted(step, NAMED, value))
    if value is None and step.bench.operator.simulated and key is not Kind.UNKNOWN:
        # The simulated technician goes by the same rules.
        value = key.value
    if key is Kind.UNKNOWN:
        step.candidate = CandidateVerdict.PENDING
        return
    step.conclude(value, key.value, {})


@action("can.diagnose", kind="J", limit="none", title=Text("故障诊断", "Diagnosis"))
async def diagnose(step: StepContext) -> None:
    """Name the fault from what is on record, and judge that there is none.

    Put on record as `diagnosis`: `none`, or `bus:kind` and the place where that is known already.
    Evidence that contradicts itself is inconclusive, with what contradicts.
    """
    diagnosis = _now(step)
    diagram = diagrams(step).get(diagnosis.bus)
    if diagram is not None:
        step.measured(noted(step, "trunk", list(diagram.order), note=diagnosis.bus))
    found = _as_measurement(step, diagnosis)
    step.measured(found)
    step.judge(found, Equals(Kind.NONE.value))


@action(
    "operator.isolate_bus_fault",
    kind="O",
    limit="needed",
    possible=has_vehicle,
    title=Text("隔离定位", "Isolate the fault"),
)
async def isolate_bus_fault(step: StepContext, *, ask: TextField) -> None:
    """Take the bus apart by halves until the place is known; judge the number of disconnections.

    A place that the diagnosis knows already needs none. The person then says which place it is;
    the key is the place that was found. The diagnosis is put on record again, with its place.
    """
    if step.examiner is not None:
        await _candidate_says_where(step, ask)
        return
    diagnosis = _on_record(step)
    if diagnosis.kind is Kind.NONE:
        note = "no fault was named: nothing is taken apart"
        step.judge(noted(step, "disconnections", 0, unit="1", note=note))
        return
    bus, diagram = _bus(step, diagnosis.bus), diagrams(step).get(diagnosis.bus)
    if diagram is None:
        raise NotAvailableError(f"no wiring diagram has the bus {diagnosis.bus!r}")
    place, count = diagnosis.place, 0
    if diagnosis.kind in _TO_BE_FOUND:
        rate = next(e.error_rate for e in gathered(step) if e.bus == bus.name)
        isolation = Isolation(step, bus, diagnosis, diagram, error_rate=rate or 0.0)
        place = await isolation.find(suspect=diagnosis.place)
        count = isolation.disconnections
    note = f"found: {place}" if place else "the place was not found"
    finding = noted(step, "disconnections", count, unit="1", note=note)
    step.measured(finding)
    step.judge(finding)
    if place:
        located = Diagnosis(diagnosis.bus, diagnosis.kind, place, (f"place: {place}",))
        step.measured(_as_measurement(step, located))
        await _ask_place(step, ask, diagram, place)


async def _candidate_says_where(step: StepContext, ask: Text) -> None:
    """A candidate takes the bus apart himself, with his tools, and says where the fault is."""
    titles = {bus.name: bus.title for bus in watched_buses(step)}
    places = {
        f"{bus}:{place}": Text(f"{titles[bus].zh} {place}", f"{titles[bus].en} {place}")
        for bus, diagram in diagrams(step).items()
        if bus in titles
        for place in dict.fromkeys([*diagram.order, *diagram.sections])
    }
    labels = {_NO_PLACE: Text("没有故障", "no fault"), **places}
    answer = await step.ask(
        Question(
            kind="decide", step=step.step, subject="bus-place", ask=ask, choices=list(labels),
            labels=labels,
        )
    )  # fmt: skip
    if answer.value is not None:
        step.measured(noted(step, NAMED_PLACE, answer.value))
    if not step.decided:
        step.candidate = CandidateVerdict.PENDING


def _named_by_candidate(step: StepContext) -> Diagnosis:
    """What the candidate has named, right or wrong. Raises NotAvailableError."""
    kept = {
        one.name: str(one.value) for found in step.memory.measurements.values() for one in found
    }
    if NAMED not in kept:
        raise NotAvailableError("no fault was named")
    bus, _, place = kept.get(NAMED_PLACE, _NO_PLACE).partition(":")
    if kept[NAMED] == Kind.NONE.value or not place:
        return Diagnosis("", Kind.NONE, "", ())
    return Diagnosis(bus, Kind(kept[NAMED]), place, ())


async def _ask_place(step: StepContext, ask: Text, diagram: BusDiagram, place: str) -> None:
    names = list(dict.fromkeys([*diagram.order, *diagram.sections, place]))
    answer = await step.ask(
        Question(kind="decide", step=step.step, subject="bus-place", ask=ask, choices=names)
    )
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = place
    step.conclude(value, place, {})


@action(
    "operator.repair_bus_fault",
    kind="O",
    judges=False,
    limit="none",
    possible=has_vehicle,
    title=Text("修复", "Repair"),
)
async def repair_bus_fault(step: StepContext, *, ask: TextField) -> None:
    """Have the person repair what was found, where it was found; nothing when there is no fault."""
    diagnosis = _on_record(step) if step.examiner is None else _named_by_candidate(step)
    if diagnosis.kind is Kind.NONE:
        step.measured(noted(step, "repaired", "none", note="no fault was named"))
        return
    if not diagnosis.place:
        raise NotAvailableError("nobody knows what to repair: the place was not found")
    bus, what = _bus(step, diagnosis.bus), TITLES[diagnosis.kind]
    for place in diagnosis.place.split("+"):
        told = Text(
            f"【{bus.title.zh}】{ask.zh}故障：{what.zh}；位置：{place}。",
            f"[{bus.title.en}] {ask.en} Fault: {what.en}; place: {place}.",
        )
        await step.do_by_hand(f"repair-{diagnosis.bus}-{place}".lower(), told)
        step.measured(noted(step, "repaired", f"{diagnosis.bus}:{place}"))


@action(
    "operator.fault_box",
    kind="V",
    limit="none",
    possible=has_vehicle,
    title=Text("故障盒状态", "State of the fault box"),
)
async def fault_box(step: StepContext, *, ask: TextField) -> None:
    """Have the person read the fault box and judge that it shows no fault any more."""
    answer = await step.ask(
        Question(
            kind="observe",
            step=step.step,
            subject="fault-box",
            ask=ask,
            choices=list(_BOX),
            labels=_BOX,
        )
    )
    if answer.value is None:
        raise NotAvailableError("nobody looked at the fault box")
    found = noted(step, "fault_box", answer.value, note=answer.note)
    step.measured(found)
    step.judge(found, Equals(_CLEAR))
