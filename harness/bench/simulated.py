"""The only place where the harness starts simulators: a bench file asked for simulated devices."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from harness.bench.load import LoadedBench
from harness.bench.model import DeviceEntry
from harness.bench.recorder import Source
from harness.bench.roles import PILE, piles_of
from harness.bench.sockets import FaultNeeds, has_socket
from harness.clock import Clock, Deadline, loop_time
from harness.devices.can.connection import CanConnection
from harness.devices.instrument.connection import VisaConnection
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.points import Profile
from harness.devices.operator import Operator, Question
from harness.quantity import Measurement, Scalar, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.snapshot import Snapshot

_PLUGGING_IN = 30.0
_SEEDS_APART = 1000
"""Piles of one outlet are different ones: each has a seed of its own."""


class Injector(Protocol):
    """Something that can put seeded faults into a bench."""

    def fault_titles(self) -> Mapping[str, Text]: ...

    def set_fault(self, name: str, *, on: bool) -> None: ...


def _parts_carry(entry: DeviceEntry | None) -> float | None:
    """What the bench file says that the pile's parts carry (A)."""
    if entry is None or entry.component_current is None:
        return None
    return entry.component_current.to("A")


class SimulatedSide:
    """The simulators of one bench, in this process, on the running loop's time."""

    def __init__(
        self,
        loaded: LoadedBench,
        *,
        seed: int,
        clock: Clock,
        needed: Collection[str],
        pace: float = 1.0,
        on_failure: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        """`pace`: how much of the usual time the technician takes; `on_failure` is told when the
        simulation itself dies.

        `needed`: the roles that the run touches. A whole car is simulated only for those who
        look at it; for the others a plain charging side is at the end of the cable."""
        from simulators.bench import SimulatedBench  # noqa: PLC0415 - only when asked for
        from simulators.site import Place, SimulatedSite  # noqa: PLC0415

        start = clock.start.loop_time
        inside = loaded.simulated_inside
        self._has_car = "vehicle" in inside and "vehicle" in needed
        self._bench: SimulatedBench = SimulatedBench(
            seed=seed,
            now=lambda: loop_time() - start,
            wall=lambda: clock.now().utc,
            pile=loaded.profiles["pile"] if "pile" in inside else None,
            meter=loaded.profiles["meter"] if "meter" in inside else None,
            injector=loaded.profiles["injector"] if "injector" in inside else None,
            relays=loaded.model.devices["injector"].faults if "injector" in inside else None,
            instruments=[role for role in ("load", "source") if role in inside and role in needed],
            car=self._has_car,
            loop_start=start,
            pace=pace,
            edition=loaded.model.edition,
            parts_carry=_parts_carry(loaded.model.devices.get("pile")),
            contact_step=loaded.model.recorder.resolution if loaded.model.recorder else None,
            socket=has_socket(loaded),
        )
        others = [role for role in piles_of(inside) if role != PILE]
        self._site = SimulatedSite(
            self._bench,
            {
                role: SimulatedBench(
                    seed=seed + _SEEDS_APART * number,
                    now=lambda: loop_time() - start,
                    wall=lambda: clock.now().utc,
                    pile=loaded.profiles[role],
                    loop_start=start,
                    pace=pace,
                    socket=has_socket(loaded, role),
                )
                for number, role in enumerate(others, 2)
            },
            {
                role: Place(entry.line, entry.unit, entry.housing)
                for role, entry in loaded.model.devices.items()
                if role in inside
            },
        )
        self._site.on_failure(on_failure)

    @property
    def technician(self) -> Operator:
        return self._site.technician

    @property
    def hands(self) -> Operator:
        """Acts and sees on the simulated bench for a person, without taking time."""
        return self._site.hands

    def truth(self, question: Question) -> Measurement | None:
        """What there is to measure or to see; None where it is no matter of fact here."""
        return self._site.truth(question)

    def things(self) -> Mapping[str, list[str]]:
        """What a person can operate, measure (name and unit) and look at here."""
        return self._bench.hands.things()

    @property
    def faults_on(self) -> list[str]:
        """The seeded faults that are in the bench now."""
        return self._site.faults_on

    @property
    def recorder(self) -> Source | None:
        """What records the simulated bench; None where no pile is simulated."""
        return self._bench.recorder if "pile" in self._bench.slaves else None

    @property
    def site(self) -> Mapping[str, Scalar]:
        return self.ledger(PILE)

    def ledger(self, role: str) -> Mapping[str, Scalar]:
        """What the ledger says of one healthy pile; nothing for what is not simulated here."""
        found = self._site.ledger(role)
        return {name: value for name, value in found.items() if not isinstance(value, list)}

    @property
    def repair(self) -> Mapping[str, object]:
        """Contract and work order of the repair that the simulated pile comes from."""
        return self._bench.repair

    @property
    def before_repair(self) -> "Snapshot | None":
        """What the pile showed before the repair; None where no pile is simulated."""
        return self._bench.before_repair

    @property
    def car_repair(self) -> Mapping[str, object]:
        """Papers of the workshop that the simulated car comes from."""
        return self._bench.car_bench().service_papers if self._has_car else {}

    @property
    def before_car_repair(self) -> "Snapshot | None":
        """What the car showed before that work; None where no car is simulated."""
        return self._bench.car_bench().before_service if self._has_car else None

    @property
    def task(self) -> Mapping[str, object]:
        """What the next rental wants of the simulated car."""
        return self._bench.rig.task.told()

    @property
    def carrier(self) -> Callable[[bytes], bytes] | None:
        """What the data carrier for copies keeps of what is written to it; None without a car."""
        return self._bench.rig.written_to_carrier if self._has_car else None

    async def start(self) -> Mapping[str, ModbusConnection]:
        """Serve every simulated device in memory; role -> connection."""
        return await self._site.start_in_memory()

    def instruments(self) -> Mapping[str, VisaConnection]:
        """The simulated load and source, served in memory; role -> connection."""
        return {
            role: VisaConnection(visa=name)
            for role, name in self._bench.offer_instruments().items()
        }

    def start_buses(self) -> Mapping[str, CanConnection]:
        """Serve the buses of the simulated car in memory; bus -> connection."""
        if not self._has_car:
            return {}
        return {
            bus: CanConnection(can="memory", channel=channel)
            for bus, channel in self._bench.car_bench().offer_buses().items()
        }

    async def switch_on(self) -> None:
        """Have somebody turn the key of the simulated car, if there is one."""
        if not self._has_car:
            return
        ask = Text("打开点火开关", "Switch the car on")
        question = Question(kind="confirm", step="sim", subject="switch-on", ask=ask)
        await self._bench.hands.ask(question, Deadline.after(_PLUGGING_IN))

    async def stop(self) -> None:
        await self._site.stop()

    def fault_titles(self) -> Mapping[str, Text]:
        return fault_titles()

    def set_fault(self, name: str, *, on: bool) -> None:
        self._site.set_fault(name, on)


CAR = "shared-ev"
"""Profile of the simulated car."""


class ServedSide:
    """Simulators that other programs talk to, on real addresses and in real time."""

    def __init__(
        self,
        pile: Profile | None,
        meter: Profile | None,
        *,
        seed: int,
        clock: Clock,
        car: bool = False,
        injector: Profile | None = None,
        relays: Mapping[str, str] | None = None,
        instruments: Collection[str] = (),
    ) -> None:
        from simulators.bench import SimulatedBench  # noqa: PLC0415 - only when asked for

        start = clock.start.loop_time
        self._bench: SimulatedBench = SimulatedBench(
            seed=seed,
            now=lambda: loop_time() - start,
            wall=lambda: clock.now().utc,
            pile=pile,
            meter=meter,
            injector=injector,
            relays=relays,
            instruments=instruments,
            car=car,
            loop_start=start,
        )
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bench.on_failure(self._fail)

    def _fail(self, error: Exception) -> None:
        if not self._end.done():
            self._end.set_exception(error)

    async def until_it_fails(self) -> None:
        """Wait for ever, or until the simulation dies: then raises what it died of."""
        await self._end

    async def serve(self, role: str, address: str) -> str:
        """Serve one device; the address that it has got. Raises UsageError or BenchError."""
        return await self._bench.serve(role, address)

    async def serve_can(self, bus: str, address: str) -> str:
        """Serve a bus of the car at `slcan://HOST:PORT` or `pty`; the address that it has got.

        "" stands for all buses, as the gateway shows them at the diagnostic connector. Raises
        UsageError, UnknownNameError, ConnectionFailedError, NotAvailableError.
        """
        return await self._bench.car_bench().serve(bus, address)

    async def act(self, subject: str) -> str:
        """Have somebody do, see or measure something at car or pile; what came of it, in words.

        Raises NotAvailableError for what cannot be done.
        """
        from simulators.car_bench import act  # noqa: PLC0415 - only when asked for

        return await act(self._bench.hands, subject, pile="pile" in self._bench.slaves)

    async def plug_in(self) -> None:
        """Put the plug into the simulated vehicle."""
        ask = Text("插入车辆", "Plug in the vehicle")
        question = Question(kind="confirm", step="sim", subject="connect-vehicle", ask=ask)
        await self._bench.technician.ask(question, Deadline.after(_PLUGGING_IN))

    def set_fault(self, name: str, *, on: bool) -> None:
        self._bench.set_fault(name, on)

    def watch(self, listener: Callable[[float, str, Value], None]) -> None:
        """Tell `listener` every physical event: seconds since the start, name, value."""
        self._bench.trace.subscribe(lambda entry: listener(entry.t, entry.name, entry.value))

    async def stop(self) -> None:
        await self._bench.stop()


class CatalogueEntry(Protocol):
    """A line of the fault catalogue of piles."""

    @property
    def code(self) -> str:
        """F-01 to F-42."""
        ...

    @property
    def title(self) -> Text: ...

    @property
    def severity(self) -> str:
        """A stop and lock out, B stop and retry, C warning; practice, of low confidence."""
        ...

    @property
    def consequence(self) -> Text: ...

    @property
    def recovery(self) -> Text: ...

    @property
    def clause(self) -> str | None:
        """Clause of GB/T 18487.1-2023 that was read, if any."""
        ...

    @property
    def within(self) -> float | None:
        """Its limit (s) from the cause to the output being off."""
        ...

    @property
    def confidence(self) -> str: ...


class SeededFault(Protocol):
    """What is known about a fault of the simulated bench."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def detail(self) -> Text: ...

    @property
    def kind(self) -> str:
        """`physics`, `wiring`, `protocol` or `data`."""
        ...

    @property
    def role(self) -> str:
        """The device that has it."""
        ...

    @property
    def entry(self) -> CatalogueEntry | None:
        """The alarm of the fault catalogue that it leads to."""
        ...

    @property
    def needs(self) -> FaultNeeds:
        """What the pile must have for it."""
        ...

    @property
    def needs_car(self) -> bool:
        """It is in the car itself, not only in its charging side."""
        ...

    @property
    def energises(self) -> bool:
        """It puts mains on the plug by itself, without a start."""
        ...

    @property
    def at(self) -> Mapping[str, str]:
        """Procedure -> the pile that has it there, for procedures of an outlet."""
        ...

    @property
    def expects(self) -> Mapping[str, tuple[str, ...]]:
        """Procedure -> the steps that this fault turns to fail."""
        ...

    @property
    def diagnosis(self) -> Mapping[str, str]:
        """Procedure -> what it has to name, for procedures that diagnose."""
        ...


def seeded_faults() -> Mapping[str, SeededFault]:
    """Every fault that the simulated bench knows."""
    from simulators.faults import all_faults  # noqa: PLC0415 - only when asked for

    return all_faults()


def fault_titles() -> Mapping[str, Text]:
    """Name and title of every fault that the simulated bench knows."""
    return {name: fault.title for name, fault in seeded_faults().items()}
