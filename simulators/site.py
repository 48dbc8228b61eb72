"""An outlet with several piles: each is a charging point of its own, some of them share a line.

A fault belongs to one pile: `clock-drift@pile-3`. Without a place it is that of the pile `pile`. A
person's hands and eyes go to a pile in the same way: `hang-tag@pile-3`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from harness.clock import Deadline
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.profile import load_profile
from harness.devices.operator import Answer, Operator, Question
from harness.errors import UnknownNameError
from harness.quantity import Measurement, Value
from simulators.bench import RESPONSE_DELAY, SimulatedBench
from simulators.meter.reference_meter import ReferenceMeter
from simulators.modbus_server import Serving, SimulatedSlave, serve_in_memory
from simulators.register_map import RegisterMap
from simulators.rig import Rig
from simulators.twin import Twin
from simulators.wire import Wire

FIRST = "pile"
STRANGER_UNIT = 20
_STRANGER = "eastron-sdm630"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pile is connected: its line (None: one of its own) and its unit id there."""

    line: str | None = None
    unit: int | None = None
    housing: str | None = None
    """Connection points of one pile have it in common."""


class _Stranger(ReferenceMeter):
    """A meter that somebody has connected to the line. It is there while the rig says so."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.world, rig.world.random("stranger"))
        self._rig = rig
        self.unit_id = STRANGER_UNIT

    @property
    def powered(self) -> bool:  # type: ignore[override]
        return self._rig.stranger


class SiteTechnician:
    """One person who walks from pile to pile."""

    simulated = True

    def __init__(self, at: Mapping[str, Operator]) -> None:
        self._at = at

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        """Do, look or measure at the pile that the subject names. Raises what a technician does."""
        subject, _, place = question.subject.partition("@")
        person = self._at.get(place or FIRST)
        if person is None:
            raise UnknownNameError("pile", place, list(self._at))
        return await person.ask(replace(question, subject=subject), deadline)


class SimulatedSite:
    """Several benches as one. `main` is that of the pile called `pile`."""

    def __init__(
        self, main: SimulatedBench, more: Mapping[str, SimulatedBench], places: Mapping[str, Place]
    ) -> None:
        self.benches: dict[str, SimulatedBench] = {FIRST: main, **more}
        self._places = places
        self._servings: list[Serving] = []
        self.technician: Operator = main.technician
        self.hands: Operator = main.hands
        if more:
            self.technician = SiteTechnician(
                {role: bench.technician for role, bench in self.benches.items()}
            )
            self.hands = SiteTechnician({role: one.hands for role, one in self.benches.items()})
        self._lines: dict[str, list[str]] = {}
        for role, place in places.items():
            if role in self.benches and FIRST in self.benches[role].slaves:
                slave = self.benches[role].slaves[FIRST]
                if place.unit is not None:
                    slave.device.unit_id = place.unit
                if place.line is not None:
                    self._lines.setdefault(place.line, []).append(role)
        for roles in self._lines.values():
            trunk = Wire()
            for role in roles:
                bench = self.benches[role]
                bench.rig.line = bench.slaves[FIRST].line = trunk

        housings: dict[str, list[Rig]] = {}
        for role, place in places.items():
            if place.housing is not None and role in self.benches:
                housings.setdefault(place.housing, []).append(self.benches[role].rig)
        for rigs in housings.values():
            if len(rigs) > 1:
                Twin(rigs[0], rigs[1])

    def ledger(self, role: str) -> Mapping[str, Value]:
        """What the ledger says of one healthy pile."""
        return self.benches[role].site if role in self.benches else {}

    def truth(self, question: Question) -> Measurement | None:
        """What there is to measure or to see at the pile that the subject names."""
        subject, _, place = question.subject.partition("@")
        bench = self.benches.get(place or FIRST)
        return bench.hands.truth(replace(question, subject=subject)) if bench is not None else None

    @property
    def faults_on(self) -> list[str]:
        """Seeded faults that are on, with the pile that has them where there are several."""
        several = len(self.benches) > 1
        return sorted(
            f"{name}@{role}" if several else name
            for role, bench in self.benches.items()
            for name in bench.faults_on
        )

    def on_failure(self, told: Callable[[Exception], None]) -> None:
        for bench in self.benches.values():
            bench.on_failure(told)

    async def start_in_memory(self) -> dict[str, ModbusConnection]:
        """Serve every device; role -> connection. Piles of one line share a connection."""
        shared = {role for roles in self._lines.values() for role in roles}
        connections: dict[str, ModbusConnection] = {}
        for role, bench in self.benches.items():
            skip = (FIRST,) if role in shared else ()
            found = await bench.start_in_memory(skip)
            if role == FIRST:
                connections |= found
            elif FIRST in found:
                connections[role] = found[FIRST]
        for roles in self._lines.values():
            slaves = [self.benches[role].slaves[FIRST] for role in roles]
            first = self.benches[roles[0]].rig
            serving = await serve_in_memory(slaves[0], "rtu", *slaves[1:], _stranger(first))
            self._servings.append(serving)
            for role, slave in zip(roles, slaves, strict=True):
                connections[role] = ModbusConnection(
                    modbus="memory",
                    port=serving.port,
                    unit=slave.device.unit_id,
                    framing="rtu",
                )
        return connections

    async def stop(self) -> None:
        """Stop serving. Safe to call twice."""
        servings, self._servings = self._servings, []
        for serving in servings:
            await serving.stop()
        for bench in self.benches.values():
            await bench.stop()

    def set_fault(self, name: str, on: bool) -> None:
        """Switch a fault of one pile. Raises UnknownNameError."""
        fault, _, place = name.partition("@")
        bench = self.benches.get(place or FIRST)
        if bench is None:
            raise UnknownNameError("pile", place, list(self.benches))
        bench.set_fault(fault, on)


def _stranger(rig: Rig) -> SimulatedSlave:
    meter = _Stranger(rig)
    return SimulatedSlave(
        RegisterMap(load_profile(_STRANGER), meter),
        meter,
        Wire(),
        advance=rig.advance,
        response_delay=RESPONSE_DELAY,
        line=rig.line,
    )
