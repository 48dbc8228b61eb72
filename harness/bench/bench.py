"""An open bench: its devices, its person, its simulators; opened, identified, made safe, closed."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from harness.bench.load import LoadedBench
from harness.bench.lock import BenchLock
from harness.bench.safety import make_safe
from harness.bench.simulated import Injector, SimulatedSide
from harness.clock import Clock, Deadline, sleep
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.operator import Operator
from harness.devices.operator.absent import AbsentOperator
from harness.devices.operator.terminal import TerminalOperator
from harness.errors import (
    EvidenceError,
    HarnessError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
)
from harness.events import (
    DeviceIdentified,
    Event,
    FaultSet,
    InstrumentListed,
    OutcomeNoted,
    Restored,
    SafeState,
    Transaction,
)
from harness.quantity import Measurement, Quantity, Scalar
from harness.text import Text

IDENTITY = (
    "vendor_name",
    "model_name",
    "model_code",
    "serial_number",
    "hardware_version",
    "firmware_version",
    "protocol_version",
)
Emit = Callable[[Event], None]


@dataclass(frozen=True)
class BenchInstrument:
    """A hand instrument, with whether its calibration is in date on the day of the run."""

    id: str
    type: str
    uncertainty: Quantity | None
    calibration_due: date | None
    in_date: bool
    simulated: bool


class Bench:
    """The bench of one run. Used by the engine and, through the step context, by actions."""

    def __init__(
        self,
        loaded: LoadedBench,
        *,
        seed: int,
        clock: Clock,
        record: Callable[[Transaction], int],
        emit: Emit,
        operator: Operator | None = None,
    ) -> None:
        self.loaded = loaded
        self.model = loaded.model
        self.clock = clock
        self.devices: dict[str, ModbusDevice] = {}
        self.lost: dict[str, str] = {}
        """Devices that no longer answer, with the first cause."""
        self.energised = False
        self.site: Mapping[str, Scalar] = dict(loaded.model.site)
        self._record = record
        self._emit = emit
        self._lines: dict[tuple[object, ...], Line] = {}
        self._connections: dict[str, ModbusConnection] = {}
        self._lock = BenchLock()
        self._originals: dict[tuple[str, str], Measurement] = {}
        self._feeder: asyncio.Task[None] | None = None
        self._faults_on: list[str] = []
        self._side: SimulatedSide | None = None
        if loaded.simulated_inside:
            self._side = SimulatedSide(loaded, seed=seed, clock=clock)
            self.site = {**self._side.site, **self.site}
        if operator is not None:
            self.operator = operator
            if self._side is not None and isinstance(operator, TerminalOperator):
                operator.accompany(self._side.technician)
        elif self._side is not None:
            self.operator = self._side.technician
        else:
            self.operator = AbsentOperator()
        self.instruments = self._list_instruments()

    # Opening

    async def open(self, deadline: Deadline) -> None:
        """Lock and open every device. Raises BenchError; what was opened is closed by `close`."""
        inside = await self._side.start() if self._side is not None else {}
        for role, entry in self.model.devices.items():
            profile = self.loaded.profiles[role]
            wanted = inside.get(role) or entry.connection
            assert wanted is not None  # the bench file's model sees to it
            connection = wanted.complete(profile)
            self._connections[role] = connection
            line = self._line(connection)
            assert connection.unit is not None
            device = ModbusDevice(
                role,
                profile,
                line,
                unit=connection.unit,
                clock=self.clock,
                uncertainty=entry.uncertainty,
                simulated=entry.simulated,
            )
            await device.open(deadline)
            self.devices[role] = device

    def _line(self, connection: ModbusConnection) -> Line:
        """Devices on one wire share one line, and with it its single owner."""
        key = (connection.modbus, connection.host, connection.port)
        if key not in self._lines:
            if connection.modbus != "memory":
                self._lock.take(f"{connection.modbus}-{connection.host}-{connection.port}")
            self._lines[key] = Line(connection, self._record)
        return self._lines[key]

    def connection_text(self, role: str) -> str:
        """The connection of a role in one line, for people and the record."""
        connection = self._connections[role]
        if connection.modbus == "memory":
            # The number of the in-memory line differs from run to run and means nothing.
            return f"simulator in this process ({'rtu' if connection.is_rtu else 'tcp'} frames)"
        return connection.describe()

    async def preamble(self, deadline: Deadline) -> None:
        """Put on record what is on the bench: identities and instruments."""
        self.at_step("preamble", 1)
        for role, device in self.devices.items():
            names = [name for name in IDENTITY if device.has(name)]
            if names:
                found = await device.read(names, deadline)
                self._emit(DeviceIdentified(role=role, identity=list(found.values())))
        for tool in self.instruments.values():
            self._emit(
                InstrumentListed(
                    id=tool.id,
                    type=tool.type,
                    uncertainty=str(tool.uncertainty) if tool.uncertainty else "",
                    calibration_due=str(tool.calibration_due) if tool.calibration_due else "",
                    in_date=tool.in_date,
                    simulated=tool.simulated,
                )
            )

    def at_step(self, step: str, attempt: int) -> None:
        """From now on, transactions belong to this step."""
        for device in self.devices.values():
            device.context.step = step
            device.context.attempt = attempt

    # What actions use

    def device(self, role: str) -> ModbusDevice:
        """The device of a role. Raises NotAvailableError."""
        if role not in self.devices:
            raise NotAvailableError(f"the bench has no {role}")
        return self.devices[role]

    def instrument(self, id: str | None, type: str) -> BenchInstrument | None:
        """The instrument of that id, or the first of that type."""
        if id is not None:
            return self.instruments.get(id)
        return next((tool for tool in self.instruments.values() if tool.type == type), None)

    def _list_instruments(self) -> dict[str, BenchInstrument]:
        today = self.clock.now().utc.date()
        return {
            name: BenchInstrument(
                name,
                tool.type,
                tool.uncertainty,
                tool.calibration_due,
                tool.calibration_due is not None and tool.calibration_due >= today,
                tool.simulated,
            )
            for name, tool in self.model.instruments.items()
        }

    async def remember(self, device: ModbusDevice, point: str, deadline: Deadline) -> None:
        """Keep what a setting was before this run first wrote it, so that it can be put back."""
        key = (device.role, point)
        described = device.profile.points.get(point)
        if key in self._originals or described is None or described.self_clearing:
            return
        if device.has(point):
            self._originals[key] = (await device.read([point], deadline))[point]

    def feed_watchdogs(self) -> None:
        """Keep every watchdog fed while something may be energised. Ends with the run."""
        self.energised = True
        fed = [device for device in self.devices.values() if device.profile.watchdog is not None]
        if self._feeder is None and fed:
            self._feeder = asyncio.create_task(self._feed(fed), name="watchdog feeder")

    async def _feed(self, devices: list[ModbusDevice]) -> None:
        pause = min(
            device.profile.watchdog.feed_every
            for device in devices
            if device.profile.watchdog is not None
        )
        while True:
            await sleep(pause)
            for device in devices:
                proof = device.profile.safe_state.proof if device.profile.safe_state else ()
                name = proof[0].point if proof else next(iter(device.profile.points))
                # A failed attempt is in the Modbus record; the step at hand will meet it itself.
                with suppress(HarnessError):
                    await device.read([name], Deadline.after(pause), attempts=1)

    # Faults

    @property
    def injector(self) -> Injector | None:
        return self._side

    def require_fault(self, name: str) -> None:
        """Check that a fault can be injected. Raises UsageError or UnknownNameError."""
        if self.injector is None:
            raise UsageError("faults can be injected only on a bench with an injector")
        if name not in self.injector.fault_titles():
            raise UnknownNameError("fault", name, list(self.injector.fault_titles()))

    def set_fault(self, name: str, *, on: bool) -> None:
        """Switch a fault and put that on record."""
        self.require_fault(name)
        assert self.injector is not None
        self.injector.set_fault(name, on=on)
        if on and name not in self._faults_on:
            self._faults_on.append(name)
        if not on and name in self._faults_on:
            self._faults_on.remove(name)
        self._emit(FaultSet(fault=name, on=on, title=self.injector.fault_titles()[name]))

    # The ending

    async def make_safe(self, emit: Emit) -> bool:
        """Put settings back, clear faults and take every device to its safe state.

        Returns whether everything could be shown to be safe. Raises nothing but EvidenceError
        from `emit`, which callers suppress.
        """
        self.at_step("ending", 1)
        if self._feeder is not None:
            self._feeder.cancel()
            with suppress(asyncio.CancelledError):
                await self._feeder
            self._feeder = None
        states = await asyncio.gather(*(self._safe(d) for d in self.devices.values()))
        for state in states:
            emit(state)
        if len(self.devices) < len(self.model.devices):
            for wanted in self.model.devices:
                if wanted not in self.devices:
                    emit(SafeState(role=wanted, safe=not self.energised, how="never opened"))
        for name in list(self._faults_on):
            with suppress(EvidenceError):
                self.set_fault(name, on=False)
        for (role, point), before in self._originals.items():
            emit(await self._restore(self.devices[role], point, before))
        return all(state.safe for state in states)

    async def _safe(self, device: ModbusDevice) -> SafeState:
        deadline = Deadline.after(self.model.safe_state_within)
        return await make_safe(
            device,
            deadline,
            started_here=self.energised,
            may_stop=self.model.stop_foreign_session,
        )

    async def _restore(self, device: ModbusDevice, point: str, before: Measurement) -> Event:
        deadline = Deadline.after(self.model.safe_state_within)
        try:
            if before.value is None:
                raise NotAvailableError(f"nobody knows what {point} was: {before.quality}")
            read_back = await device.write_and_read_back(point, before.value, deadline)
        except HarnessError as error:
            return OutcomeNoted(
                where=f"restoring {device.role}.{point}",
                branch="bench",
                headline=Text("设置未能恢复", "A setting could not be put back"),
                detail=error.detail,
            )
        agreed = read_back is not None and read_back.value == before.value
        return Restored(
            role=device.role, point=point, value=before.value, read_back=read_back, agreed=agreed
        )

    async def close(self) -> None:
        """Close every connection and release the bench. Safe to call at any point."""
        for device in self.devices.values():
            with suppress(HarnessError):
                await device.close()
        for line in self._lines.values():
            with suppress(HarnessError):
                await line.close()
        if self._side is not None:
            await self._side.stop()
        self._lock.release()
