"""Watching all buses of a vehicle at once, and judging what was seen.

One look is enough for all claims: `can.watch` puts on record who is silent, how many error frames
came, how busy each bus was and which identifiers nobody knows. `can.watched` judges one of these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from harness.actions.bus.diagram import BusDiagram, diagram_of
from harness.actions.bus.evidence import (
    BUS_OFF,
    ERRORS,
    LOAD,
    SILENT,
    UNKNOWN,
    WATCHED,
    BusEvidence,
    evidence_of,
    latest,
)
from harness.actions.bus.rules import suspected
from harness.actions.context import StepContext
from harness.actions.diagnostics import CONFIRMED_OR_FAILING
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Clear
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench
    from harness.devices.can.specs import Identifier, MessageSpec
    from harness.devices.vehicle.attached import AttachedBus

_BUS_OFF_CODE = "U0001"
"""Trouble code of a unit that was bus-off (SAE J2012), whatever its failure type."""


def has_vehicle(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
    """Why a step about the buses of a vehicle cannot run on this bench."""
    return "" if bench.vehicle is not None else "the bench has no vehicle"


# What the vehicle's buses are


@dataclass(frozen=True)
class WatchedBus:
    """One bus of the profile, and the adapter through which it is seen."""

    name: str
    title: Text
    carrier: "AttachedBus"
    nodes: Mapping[str, "tuple[MessageSpec, ...]"]
    """Every unit that sends in cycles, with its cyclic messages."""
    own_adapter: bool
    """Error frames and load that the adapter counts are those of this bus."""

    def counts(self) -> dict[str, int]:
        """Unit -> frames of its cyclic messages so far."""
        states = self.carrier.monitor.states
        return {
            node: sum(states[one.name].count for one in messages)
            for node, messages in self.nodes.items()
        }

    def silent(self, before: Mapping[str, int], seconds: float) -> list[str]:
        """Units that sent nothing since then, although a message was due five times."""
        now = self.counts()
        return [
            node
            for node, messages in self.nodes.items()
            if now[node] == before[node]
            and any(one.stale_after is not None and one.stale_after <= seconds for one in messages)
        ]


def watched_buses(step: StepContext) -> list[WatchedBus]:
    """The buses of the profile to which something is connected, in its order."""
    vehicle, found = step.vehicle, []
    for name, bus in vehicle.profile.buses.items():
        carrier = next((one for one in vehicle.attached.values() if name in one.buses), None)
        if carrier is None:
            continue
        nodes = {
            node: tuple(one for one in database.sent_by(node) if one.stale_after is not None)
            for database in vehicle.profile.databases[name]
            for node in database.nodes
        }
        found.append(
            WatchedBus(
                name,
                bus.title or Text(name, name),
                carrier,
                {node: messages for node, messages in nodes.items() if messages},
                len(carrier.buses) == 1 or name == vehicle.profile.diagnostics_bus,
            )
        )
    return found


def diagrams(step: StepContext) -> Mapping[str, BusDiagram]:
    """The wiring diagrams of the vehicle by bus."""
    return diagram_of(step.vehicle.profile)


def gathered(step: StepContext) -> list[BusEvidence]:
    """What is on record so far, bus by bus."""
    kept = step.memory.measurements.values()
    readings = latest(one for readings in kept for one in readings)
    return [evidence_of(bus.name, tuple(bus.nodes), readings) for bus in watched_buses(step)]


def bus_at_work(step: StepContext) -> tuple[WatchedBus, BusEvidence]:
    """The bus under suspicion; the first one while nothing speaks against any.

    Raises NotAvailableError when nothing is connected to any bus.
    """
    buses, evidence = watched_buses(step), gathered(step)
    if not buses:
        raise NotAvailableError("nothing is connected to any bus")
    chosen = suspected(evidence) or evidence[0]
    return next(bus for bus in buses if bus.name == chosen.bus), chosen


def noted(
    step: StepContext, name: str, value: Value | None, *, unit: str | None = None, note: str = ""
) -> Measurement:
    """A finding of this step, now."""
    return Measurement(
        name=name,
        value=value,
        unit=unit,
        quality=Quality.GOOD if value is not None else Quality.MISSING,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


# Watching


class Look:
    """What was counted on some buses when it began, to be compared with later."""

    def __init__(self, buses: Sequence[WatchedBus]) -> None:
        self.buses = buses
        self.begun = loop_time()
        self._frames = {bus.name: bus.counts() for bus in buses}
        self._errors = {bus.name: bus.carrier.bus.tallies().error_frames for bus in buses}
        self._busy = {bus.name: _busy(bus) for bus in buses}
        self._unknown = {bus.name: _unknown(bus) for bus in buses}

    @property
    def seconds(self) -> float:
        return loop_time() - self.begun

    def silent(self, bus: WatchedBus) -> list[str]:
        """Units of a bus that sent nothing meanwhile."""
        return bus.silent(self._frames[bus.name], self.seconds)

    def heard(self, bus: WatchedBus) -> list[str]:
        """Units of a bus that sent something meanwhile."""
        before = self._frames[bus.name]
        return [node for node, count in bus.counts().items() if count > before[node]]

    def errors(self, bus: WatchedBus) -> int:
        """Error frames meanwhile."""
        return bus.carrier.bus.tallies().error_frames - self._errors[bus.name]

    def load(self, bus: WatchedBus) -> float | None:
        """Percent of the bit rate; None when that is not known."""
        before, now = self._busy[bus.name], _busy(bus)
        if before is None or now is None or self.seconds <= 0:
            return None
        return round(100 * (now - before) / self.seconds, 3)

    def unknown(self, bus: WatchedBus) -> list[str]:
        """Identifiers without a description that came meanwhile, as people write them."""
        before = self._unknown[bus.name]
        return [
            f"0x{number:08X}" if extended else f"0x{number:03X}"
            for (number, extended), count in _unknown(bus).items()
            if count > before.get((number, extended), 0)
        ]


def _busy(bus: WatchedBus) -> float | None:
    meter = bus.carrier.bus.load
    return meter.busy if meter is not None else None


def _unknown(bus: WatchedBus) -> "dict[Identifier, int]":
    return {identifier: one.count for identifier, one in bus.carrier.monitor.unknown.items()}


@action(
    "can.watch",
    kind="R",
    judges=False,
    limit="none",
    title=Text("总线观察", "Watch the buses"),
)
async def watch(step: StepContext, *, watch: DurationField = 5.0) -> None:
    """Put on record what happens on all buses: silent units, error frames, load, unknown frames.

    Which unit sends on which bus comes from the databases. Units that were off when the watch began
    count as silent, so let the car start up before. Where an adapter does not report error frames,
    none is no reading.
    """
    buses = watched_buses(step)
    look = Look(buses)
    await sleep_until(min(step.deadline.at, loop_time() + watch))
    step.vehicle.require_alive()
    step.measured(noted(step, WATCHED, round(look.seconds, 6), unit="s"))
    silent = [f"{bus.name}:{node}" for bus in buses for node in look.silent(bus)]
    step.measured(noted(step, SILENT, silent))
    counted = [bus for bus in buses if bus.own_adapter]
    unknown = [f"{bus.name}:{one}" for bus in counted for one in look.unknown(bus)]
    step.measured(noted(step, UNKNOWN, unknown))
    for bus in counted:
        step.measured(_errors(step, look, bus, watch))
        load = look.load(bus)
        if load is not None:
            step.measured(noted(step, f"{LOAD}.{bus.name}", load, unit="%"))


def _errors(step: StepContext, look: Look, bus: WatchedBus, seconds: float) -> Measurement:
    """How many error frames came; no reading where none came that the adapter would not report."""
    name, count = f"{ERRORS}.{bus.name}", look.errors(bus)
    if not count and (why := bus.carrier.bus.silent_on_errors):
        return noted(step, name, None, unit="1", note=why)
    return noted(step, name, count, unit="1", note=f"within {seconds:g} s")


What = Literal["silent_nodes", "unknown_messages", "error_frames", "bus_load"]


@action("can.watched", kind="J", title=Text("观察结果", "What was seen"))
async def watched(step: StepContext, *, what: What, of: str, allowed: tuple[str, ...] = ()) -> None:
    """Judge what an earlier `can.watch` put on record.

    Lists have to be empty but for those allowed; numbers are held against the step's limit, for
    each bus.
    """
    kept = step.memory.measurements.get(of, [])
    found = [one for one in kept if one.name == what or one.name.startswith(f"{what}.")]
    if not found:
        raise NotAvailableError(f"step {of!r} put no {what} on record")
    for one in found:
        if isinstance(one.value, list):
            step.judge(one, Clear(list(allowed)))
        else:
            step.judge(one)


def _reports(reading: Measurement) -> str:
    """The unit that reports bus-off in this reading of a trouble code; empty: none does."""
    unit, _, code = reading.name.partition(".")
    status = reading.value
    counts = isinstance(status, int) and bool(status & CONFIRMED_OR_FAILING)
    return unit if code.startswith(_BUS_OFF_CODE) and counts else ""


@action("can.bus_off", kind="J", limit="none", title=Text("总线关闭", "Bus-off"))
async def bus_off(step: StepContext, *, scan: str) -> None:
    """Judge by an earlier scan of trouble codes that no unit reports bus-off.

    Units that are silent may be bus-off without anybody knowing: with one of them, finding none is
    no pass.
    """
    units = step.vehicle.units
    kept = step.memory.measurements.get(scan, [])
    reporting = [name for name in units if name in {_reports(one) for one in kept}]
    nodes = [f"{units[name].bus}:{units[name].node}" for name in reporting]
    silent = [one for evidence in gathered(step) for one in evidence.silent or ()]
    finding = noted(step, BUS_OFF, nodes)
    step.measured(finding)
    if silent and not nodes:
        why = f"silent units could not be asked: {', '.join(dict.fromkeys(silent))}"
        raise NotAvailableError(why)
    step.judge(finding, Clear([]))


# Mistakes in a procedure


def earlier_step(context: CheckContext, parameter: str) -> Iterator[Complaint]:
    """Complain when a parameter names no step before this one."""
    name = context.parameters.get(parameter)
    if name is not None and name not in context.earlier:
        yield ("with", parameter), f"no step before this one is called {name!r}", "an earlier step"


@check_of("can.watched")
def _checked_watched(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier_step(context, "of")
    what, limit = context.parameters["what"], context.limit
    if what in (ERRORS, LOAD) and limit is None:
        yield ("with", "what"), f"no limit for {what!r}", "an item with one, or `limit:`"


@check_of("can.bus_off")
def _checked_bus_off(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier_step(context, "scan")
