"""An open bench: its devices, its person, its simulators; opened, identified, made safe, closed."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness.bench.calibration import run_out
from harness.bench.clock_offset import clock_offset
from harness.bench.custody import BenchCustody
from harness.bench.ending import BenchEnding
from harness.bench.faults import BenchFaults
from harness.bench.feeding import WatchdogFeeder
from harness.bench.instrument_files import SCPI_ROLES
from harness.bench.isolation import Isolation
from harness.bench.left_behind import LeftBehind
from harness.bench.load import LoadedBench
from harness.bench.lock import BenchLock
from harness.bench.maintenance import BenchMaintenance
from harness.bench.model import DeviceEntry
from harness.bench.originals import Originals
from harness.bench.overwriting import changed_by_others
from harness.bench.preparation import BenchPreparation
from harness.bench.recorder import Attach, BenchRecorder
from harness.bench.relays import RelayInjector
from harness.bench.roles import PILE, is_pile
from harness.bench.safety import open_pile
from harness.bench.simulated import SimulatedSide
from harness.bench.tools import BenchInstrument, list_instruments, measuring_devices, pick
from harness.clock import Clock, Deadline
from harness.devices.device import Device
from harness.devices.instrument.device import ScpiDevice
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.operator import Operator, Question
from harness.devices.operator.absent import AbsentOperator
from harness.devices.operator.terminal import TerminalOperator
from harness.errors import (
    BadReplyError,
    BenchError,
    DeviceError,
    DeviceLostError,
    EvidenceError,
    HarnessError,
    NoReplyError,
    NotAvailableError,
)
from harness.events import (
    ClockCompared,
    DeviceIdentified,
    Event,
    OutcomeNoted,
    SafeState,
    Transaction,
)
from harness.quantity import Measurement, Scalar
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.can.connection import CanConnection
    from harness.devices.vehicle.device import VehicleDevice

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
_End = Callable[[Device, SafeState | None, Emit], Coroutine[Any, Any, SafeState]]


_SIMULATION_FAILED = Text("模拟程序出错", "The simulation itself failed")
_ONE_CLOCK = 2.0
_INSIDE = "simulator in this process (SCPI)"
_LEFT_ON = Text("继电器原先吸合", "A relay had been left on")
_NOT_READ = Text("未能读取", "Could not be read")


def _not_read(where: str, error: HarnessError) -> OutcomeNoted:
    branch: Literal["device", "bench"] = "device" if isinstance(error, DeviceError) else "bench"
    return OutcomeNoted(where=where, branch=branch, headline=_NOT_READ, detail=error.detail)


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
        needed: Collection[str] | None = None,
        read_only: bool = False,
        captures: Path | None = None,
        pace: float = 1.0,
        attach: Attach | None = None,
    ) -> None:
        """`needed`: the roles to open, by default all; `read_only`: not one CAN frame is sent;
        `captures`: the folder for recorded buses, None for no recording; `pace`: how much of the
        usual time the technician of a simulated bench takes; `attach` keeps a recorder's files."""
        self.loaded = loaded
        self.model = loaded.model
        self.clock = clock
        self.devices: dict[str, Device] = {}
        self.lost: dict[str, str] = {}
        """Devices that no longer answer, with the first cause."""
        self.energised: set[str] = set()
        """Roles on which this run may have started a session."""
        self.unopened: set[str] = set()
        """Piles of an outlet whose connection could not be opened."""
        self.isolated: dict[str, Isolation] = {}
        """Devices that somebody has switched off on purpose: their silence is no loss."""
        self.tell_lost: Callable[[], None] = lambda: None
        """Called when a device is lost, for the step that is running."""
        self.site: Mapping[str, Scalar] = dict(loaded.model.site)
        self.needed = [role for role in loaded.model.devices if needed is None or role in needed]
        self.read_only = read_only or loaded.model.read_only or bool(loaded.recorded)
        self._captures = captures
        self._attach = attach
        self._record = record
        self._emit = emit
        self._lines: dict[tuple[object, ...], Line] = {}
        self._connections: dict[str, ModbusConnection] = {}
        self._lock = BenchLock()
        self._originals = Originals()
        self.left_behind = LeftBehind()
        self._feeder = WatchdogFeeder()
        self.failure: HarnessError | None = None
        """What the simulation in this process died of."""
        self._side: SimulatedSide | None = None
        if loaded.simulated_inside:
            self._side = SimulatedSide(
                loaded,
                seed=seed,
                clock=clock,
                needed=self.needed,
                pace=pace,
                on_failure=self._simulation_failed,
            )
            self.site = {**self._side.site, **self.site}
        if PILE in loaded.model.devices:
            self.site = {**self.site, **loaded.model.devices[PILE].site}
        if operator is not None:
            self.operator = operator
            if self._side is not None and isinstance(operator, TerminalOperator):
                operator.accompany(self._side.hands)
        elif self._side is not None:
            self.operator = self._side.technician
        else:
            self.operator = AbsentOperator()
        self.faults = BenchFaults(loaded, self._side, emit)
        self.recorder = BenchRecorder(
            loaded.model.recorder,
            self._side.recorder if self._side is not None else None,
            folder=loaded.folder,
            attach=attach,
            emit=emit,
        )
        self.maintenance = BenchMaintenance(
            loaded.model.maintenance, self._side, folder=loaded.folder, attach=attach
        )
        self.preparation = BenchPreparation(loaded.model.preparation, self._side)
        self.custody = BenchCustody(
            loaded.model.custody,
            folder=loaded.folder,
            run=captures,
            attach=attach,
            carrier=self._side.carrier if self._side is not None else None,
        )
        self.instruments = list_instruments(self.model, clock.now().utc.date())

    def keep_file(self, kind: str, name: str, data: bytes) -> str:
        """Keep a file with the run; where it lies in the record, or nothing without a record."""
        return self._attach(kind, name, data).copy if self._attach is not None else ""

    # Opening

    async def open(self, deadline: Deadline) -> None:
        """Lock and open every device. Raises BenchError; what was opened is closed by `close`."""
        inside: Mapping[str, ModbusConnection] = {}
        buses: Mapping[str, CanConnection] = {}
        if self._side is not None:
            inside = await self._side.start()
            if "vehicle" in self.needed:
                buses = self._side.start_buses()
                # The ledger of the car is known once its control units are there.
                self.site = {**self._side.site, **self.model.site}
        for role in self.needed:
            entry = self.model.devices[role]
            if role == "vehicle":
                await self._open_vehicle(entry, buses, deadline)
                continue
            if role in SCPI_ROLES:
                await self._open_instrument(role, entry, deadline)
                continue
            profile = self.loaded.profiles[role]
            wanted = inside.get(role) or entry.modbus
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
            error = await open_pile(device, deadline, alone=not self._is_outlet)
            self.devices[role] = device
            if error is not None:
                self.unopened.add(role)
                self._emit(_not_read(role, error))
            if role == "injector":
                self.faults.relays = RelayInjector(device, entry.faults)

    async def _open_instrument(self, role: str, entry: DeviceEntry, deadline: Deadline) -> None:
        connection = entry.visa
        if connection is None:
            assert self._side is not None  # simulated inside, says the bench file's model
            connection = self._side.instruments()[role]
        if not connection.is_memory:
            self._lock.take(f"visa-{connection.visa}")
        device = ScpiDevice(
            role,
            self.loaded.scpi[role],
            connection,
            clock=self.clock,
            record=self._emit,
            uncertainty=entry.uncertainty,
            simulated=entry.simulated,
        )
        device.at_step("preamble", 1)
        try:
            await device.open(deadline)
        except HarnessError:
            await device.close()
            raise
        self.devices[role] = device

    async def all_relays_off(self, deadline: Deadline) -> None:
        """What an earlier run may have left on is switched off, and that is said."""
        relays = self.faults.relays
        if relays is None:
            return
        relays.device.at_step("preamble", 1)
        for name in await relays.begin(deadline, self._emit):
            detail = f"{name} was on before the run and was switched off"
            self._emit(
                OutcomeNoted(where="injector", branch="bench", headline=_LEFT_ON, detail=detail)
            )

    async def _open_vehicle(
        self, entry: DeviceEntry, inside: "Mapping[str, CanConnection]", deadline: Deadline
    ) -> None:
        # Late: the CAN libraries are heavy, and most benches of piles do without them.
        from harness.bench.keys import key_algorithms  # noqa: PLC0415
        from harness.devices.vehicle.device import VehicleDevice  # noqa: PLC0415

        profile = self.loaded.vehicle
        assert profile is not None  # the bench file's loader sees to it
        vehicle = VehicleDevice(
            "vehicle",
            profile,
            inside or entry.can,
            clock=self.clock,
            emit=self._emit,
            uncertainty=entry.uncertainty,
            simulated=entry.simulated,
            read_only=self.read_only,
            keys=key_algorithms(entry, self.loaded.folder),
            captures=self._captures,
            on_lost=self._vehicle_lost,
        )
        for connection in vehicle.connections:
            if connection.is_adapter:
                self._lock.take(connection.key())
        self.devices["vehicle"] = vehicle
        await vehicle.open(deadline)

    def _vehicle_lost(self, role: str, why: str) -> None:
        """A bus died: the first cause is kept, and no step that needs the vehicle is begun."""
        if role not in self.lost:
            self.lost[role] = why
            self.tell_lost()
            headline = DeviceLostError.headline
            with suppress(EvidenceError):  # the recorder keeps it and tells it at the end
                self._emit(OutcomeNoted(where=role, branch="bench", headline=headline, detail=why))

    def _simulation_failed(self, error: Exception) -> None:
        """A simulation that stands still must not look like a quiet device."""
        detail = f"the simulation failed: {type(error).__name__}: {error}"
        self.failure = HarnessError(detail, headline=_SIMULATION_FAILED)
        if "vehicle" in self.devices:
            self.vehicle.give_up(DeviceLostError(detail))

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
        if role == "vehicle":
            return self.vehicle.connection_text()
        device = self.devices.get(role)
        if isinstance(device, ScpiDevice):
            return _INSIDE if device.connection.is_memory else device.connection.describe()
        connection = self._connections[role]
        if connection.modbus == "memory":
            # The number of the in-memory line differs from run to run and means nothing.
            return f"simulator in this process ({connection.framed} frames)"
        return connection.describe()

    async def preamble(self, deadline: Deadline, *, may_be_silent: bool = False) -> None:
        """Put on record what is on the bench: identities and instruments."""
        self.at_step("preamble", 1)
        for role, device in self.devices.items():
            names = [name for name in IDENTITY if device.has(name)]
            if isinstance(device, ScpiDevice):
                said = Measurement("identity", device.identity, source=role)
                self._emit(DeviceIdentified(role=role, identity=[said]))
                continue
            read = self.vehicle.read_what_answers if role == "vehicle" else device.read
            try:
                found = await read(names, deadline) if names else {}
            except (DeviceError, NotAvailableError, BenchError) as error:
                looked_into = may_be_silent and isinstance(error, NoReplyError | BadReplyError)
                looked_into = looked_into or (self._is_outlet and is_pile(role))
                if isinstance(error, BenchError) and not looked_into:
                    raise
                # A wrong profile or an odd device: a step will say what it means.
                self._emit(_not_read(f"{role}: identity", error))
            else:
                self._emit(DeviceIdentified(role=role, identity=list(found.values())))
        await self.compare_clocks("start", deadline)
        today = self.clock.now().utc.date()
        for event in measuring_devices(self.model, self.devices, today):
            self._emit(event)
        for tool in self.instruments.values():
            self._emit(tool.listed())

    async def compare_clocks(self, phase: Literal["start", "end"], deadline: Deadline) -> None:
        """Put the offset of every device clock on record."""
        for device in self._modbus_devices():
            role = device.role
            if role in self.lost or role in self.isolated or not device.has("clock"):
                continue
            # A silent pile of an outlet does not take the time of the others.
            within = Deadline.after(min(deadline.remaining(), _ONE_CLOCK))
            try:
                offset = await clock_offset(
                    device, "clock", self.clock, within if self._is_outlet else deadline
                )
            except HarnessError as error:
                self._emit(_not_read(f"{role}: clock", error))
            else:
                self._emit(ClockCompared(role=role, offset=offset, phase=phase))

    def at_step(self, step: str, attempt: int) -> None:
        """From now on, what is sent and received belongs to this step.

        Raises HarnessError when the simulation has died: no step can say anything any more.
        """
        if self.failure is not None:
            raise self.failure
        self._mark(step, attempt)

    def _mark(self, step: str, attempt: int) -> None:
        for device in self.devices.values():
            device.at_step(step, attempt)

    # What actions use

    @property
    def _is_outlet(self) -> bool:
        """Several piles: one that is silent is a finding, and the others are looked at."""
        return len(self.loaded.piles) > 1

    @property
    def piles(self) -> list[str]:
        """Roles of the piles that are open, in the order of the bench file."""
        return [role for role in self.loaded.piles if role in self.devices]

    def ledger(self, role: str) -> Mapping[str, Scalar]:
        """What the site ledger says of one device: its own entries before those of the bench."""
        simulated = self._side.ledger(role) if self._side is not None else {}
        return {**simulated, **self.model.site, **self.model.devices[role].site}  # type: ignore[index]

    def device(self, role: str) -> Device:
        """The device of a role. Raises NotAvailableError."""
        if role not in self.devices:
            raise NotAvailableError(f"the bench has no {role}")
        return self.devices[role]

    def modbus(self, role: str) -> ModbusDevice:
        """The Modbus device of a role. Raises NotAvailableError."""
        device = self.device(role)
        if not isinstance(device, ModbusDevice):
            raise NotAvailableError(f"the {role} is not reached over Modbus")
        return device

    @property
    def vehicle(self) -> "VehicleDevice":
        """The vehicle. Raises NotAvailableError."""
        from harness.devices.vehicle.device import VehicleDevice  # noqa: PLC0415 - see above

        device = self.device("vehicle")
        assert isinstance(device, VehicleDevice)
        return device

    def _modbus_devices(self) -> list[ModbusDevice]:
        return [one for one in self.devices.values() if isinstance(one, ModbusDevice)]

    async def switch_on(self) -> None:
        """Turn the key of a car that is simulated in this process, if there is one."""
        if self._side is not None:
            await self._side.switch_on()

    def instrument(self, id: str | None, type: str) -> BenchInstrument | None:
        """The instrument of that id, or one of that type."""
        return pick(self.instruments, id, type)

    def calibration_run_out(self, role: str) -> str:
        """That the calibration of a device has run out; empty where it has not."""
        entry = next((one for name, one in self.model.devices.items() if name == role), None)
        return "" if entry is None else run_out(entry, self.clock.now().utc.date())

    def scpi(self, role: str) -> ScpiDevice:
        """The load or the source. Raises NotAvailableError."""
        device = self.device(role)
        assert isinstance(device, ScpiDevice)
        return device

    async def remember(self, device: ModbusDevice, point: str, deadline: Deadline) -> None:
        """Keep what a setting was before this run first wrote it, so that it can be put back."""
        await self._originals.remember(device, point, deadline)

    def guard_session(self, device: ModbusDevice, watchdog: float) -> None:
        """A session may start on this device: from now on it is stopped at the end, whatever
        happens, and its watchdog (which trips after `watchdog` seconds) is fed until then."""
        self.energised.add(device.role)
        self._feeder.feed(device, watchdog)

    # What is true, for exams

    @property
    def hands(self) -> Operator | None:
        """Acts and sees at once on a bench that is simulated here; None on any other."""
        return self._side.hands if self._side is not None else None

    def truth(self, question: Question) -> Measurement | None:
        """What there is to measure or to see; None where this bench cannot tell."""
        return self._side.truth(question) if self._side is not None else None

    def things(self) -> Mapping[str, list[str]]:
        """What can be operated, measured (name and unit) and looked at on a simulated bench."""
        return self._side.things() if self._side is not None else {}

    @property
    def faults_on(self) -> list[str] | None:
        """The seeded faults that are in a simulated bench now; None where nobody can tell."""
        return self._side.faults_on if self._side is not None else None

    # The ending

    async def make_safe(self, emit: Emit) -> bool:
        """Stop and measure every device, clear faults, put settings back, and measure again.

        Returns whether everything is shown to be safe. `emit` must not raise.
        """
        self._mark("ending", 1)
        await self._feeder.stop()
        ending = BenchEnding(
            self.devices,
            self.model,
            originals=self._originals,
            left_behind=self.left_behind,
            faults=self.faults,
            energised=self.energised,
            isolated=self.isolated,
            operator=self.operator,
            emit=emit,
        )
        return await ending.make_safe(self.needed)

    async def notice_other_masters(self) -> None:
        """Put on record which settings somebody else has changed since this run wrote them."""
        for event in await changed_by_others(self.devices, {*self.lost, *self.isolated}):
            self._emit(event)

    async def close(self) -> None:
        """Close every connection and release the bench. Safe to call at any point."""
        for device in self.devices.values():
            with suppress(HarnessError):
                await device.close()
        for line in self._lines.values():
            with suppress(HarnessError):
                await line.close()
        try:
            if self._side is not None:
                await self._side.stop()
        except Exception:
            if self.failure is None:  # otherwise it has been told
                raise
        finally:
            self._lock.release()
