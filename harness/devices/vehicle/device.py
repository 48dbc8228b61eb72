"""The vehicle as a device of the bench: points that are read from buses and control units.

Every bus has one reader; when it dies, the vehicle is lost and whoever waits for it is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.clock import Clock, Deadline, loop_time
from harness.devices.can.connection import CanConnection
from harness.devices.diag.diagnostics import Unit
from harness.devices.diag.keys import KeyAlgorithm
from harness.devices.vehicle.attached import AttachedBus
from harness.devices.vehicle.attachment import attachments
from harness.devices.vehicle.begun import Begun, Tell
from harness.devices.vehicle.commands import Commands
from harness.devices.vehicle.control_units import ControlUnits, StoredCode, identifiers_of
from harness.devices.vehicle.points import VehiclePoint
from harness.devices.vehicle.profile import VehicleProfile
from harness.devices.vehicle.unit_work import PutBack
from harness.errors import (
    BenchError,
    DeviceLostError,
    EvidenceError,
    HarnessError,
    NoReplyError,
    NotAvailableError,
    UnknownNameError,
)
from harness.events import BusClosed, BusOpened, Event, OutcomeNoted, SafeState, Written
from harness.quantity import Measurement, Quality, Quantity
from harness.text import Text

Emit = Callable[[Event], None]
_Ask = Callable[[VehiclePoint, Deadline], Awaitable[Measurement]]
_NOTHING_SENT = "nothing was sent"
_NOTHING_LEFT = "nothing was sent in cycles or under control any more"
_UNIT_SILENT = Text("控制单元无应答", "The control unit does not answer")
_S3_SECONDS = 5
_GONE = (
    "the adapter is gone: nothing could be given back or measured, "
    f"and sessions in the car end by themselves after {_S3_SECONDS} s (S3)"
)
_LOOK = "switch the car's key off and look at what was driven"


class VehicleDevice:
    """One vehicle, known by its role on the bench."""

    def __init__(
        self,
        role: str,
        profile: VehicleProfile,
        connection: CanConnection | Mapping[str, CanConnection],
        *,
        clock: Clock,
        emit: Emit,
        uncertainty: Mapping[str, Quantity] | None = None,
        simulated: bool,
        read_only: bool = False,
        keys: Mapping[str, KeyAlgorithm] | None = None,
        captures: Path | None = None,
        on_lost: Callable[[str, str], None] = lambda _role, _why: None,
    ) -> None:
        """`keys`: the bench's own for security access, by the name of the algorithm.

        `captures`: the folder into which every bus is recorded; None records nothing.

        `on_lost` is told role and reason when a bus dies. Raises UsageError, FileError.
        """
        self.role = role
        self.profile = profile
        self.simulated = simulated
        self.read_only = read_only
        self.commands = Commands(self)
        """What this run commands by wire."""
        self.begun = Begun(self)
        """What this run has had a person begin: a drive, a charge."""
        self.step = ""
        self._clock = clock
        self._emit = emit
        self._uncertainty = dict(uncertainty or {})
        self._on_lost = on_lost
        self._lost = ""
        self._given_up = False
        self._gone = asyncio.Event()
        self._closed = False
        self.attached: dict[str, AttachedBus] = {}
        others = identifiers_of(profile.diagnostics)
        self._carrier: dict[str, AttachedBus] = {}
        for place in attachments(profile, connection):
            bus = AttachedBus(
                place,
                profile,
                clock=clock,
                others=others,
                read_only=read_only,
                captures=captures,
                on_lost=self._bus_lost,
            )
            bus.sender.on_failure = self._sending_failed
            self.attached[place.name] = bus
            self._carrier.update(dict.fromkeys(place.buses, bus))
        carrier = self._carrier.get(profile.diagnostics_bus)
        self._control_units = (
            ControlUnits(
                profile.diagnostics,
                carrier.bus,
                clock=clock,
                report=self._exchanged,
                keys=keys,
                read_only=read_only,
            )
            if profile.diagnostics is not None and carrier is not None
            else None
        )

    # Opening and closing

    @property
    def connections(self) -> list[CanConnection]:
        """Every adapter that is used."""
        return [bus.connection for bus in self.attached.values()]

    def connection_text(self) -> str:
        """The adapters in one line, for people and the record."""
        if all(connection.is_memory for connection in self.connections):
            return "simulator in this process (CAN frames)"
        return "; ".join(
            bus.connection.describe() if len(self.attached) == 1 else
            f"{name}: {bus.connection.describe()}"
            for name, bus in self.attached.items()
        )  # fmt: skip

    async def open(self, deadline: Deadline) -> None:
        """Attach to every bus. Raises BenchError; what was opened is closed by `close`."""
        for bus in self.attached.values():
            await bus.open(deadline)
            self._emit(
                BusOpened(
                    role=self.role,
                    bus=bus.name,
                    connection=self._described(bus),
                    databases=[file.path.name for file in bus.database.files],
                    encodings=[file.encoding for file in bus.database.files],
                    listen_only=bus.bus.listen_only,
                    capture=bus.capture_name,
                    recording_sha256=bus.connection.recording_sha256,
                    recording_begins=bus.connection.recording_begins,
                    recording_notes=list(bus.connection.recording_notes),
                )
            )

    def _described(self, bus: AttachedBus) -> str:
        if bus.connection.is_memory:
            return "simulator in this process"
        return bus.connection.describe()

    async def close(self) -> None:
        """Detach from every bus and put what was carried on record. Twice is harmless.

        Raises EvidenceError when a recording is not whole, or not told of.
        """
        if self._closed:
            return
        self._closed = True
        failures: list[EvidenceError] = []
        for bus in self.attached.values():
            if not bus.opened:
                continue
            try:
                await bus.close()
            except EvidenceError as error:
                failures.append(error)
            try:
                self._emit(self._carried(bus))
            except EvidenceError as error:  # the other buses are closed all the same
                failures.append(error)
        if failures:
            raise failures[0]

    def _carried(self, bus: AttachedBus) -> BusClosed:
        tallies = bus.tallies()
        return BusClosed(
            role=self.role,
            bus=bus.name,
            received=tallies.received,
            sent=tallies.sent,
            refused=tallies.refused,
            error_frames=tallies.error_frames,
            error_frames_unreported=bus.bus.silent_on_errors,
            undecodable=tallies.undecodable,
            unknown_ids=dict(sorted(tallies.unknown.items())),
            load_mean=_rounded(tallies.load_mean),
            load_peak=_rounded(tallies.load_peak),
            lost=bus.lost,
        )

    def _bus_lost(self, bus: str, why: str) -> None:
        self._lost = self._lost or f"{bus}: {why}"
        self._gone.set()
        self._on_lost(self.role, self._lost)

    def give_up(self, error: DeviceLostError) -> None:
        """No bus says anything any more: the simulation behind them has died."""
        self._given_up = True
        for bus in self.attached.values():
            bus.monitor.fail(error)
            self._bus_lost(bus.name, error.detail)

    def _sending_failed(self, error: BenchError) -> None:
        """What should be on the bus is not: said at once, and by every step that follows."""
        with suppress(EvidenceError):  # the recorder keeps it and tells it at the end
            self._emit(
                OutcomeNoted(
                    where=self.role, branch="bench", headline=error.headline, detail=error.detail
                )
            )

    def require_alive(self) -> None:
        """Raises DeviceLostError when a bus has died, EvidenceError when one is not recorded.

        BusError when a message is not sent that should be: the vehicle may behave otherwise.
        """
        if self._lost:
            raise DeviceLostError(self._lost)
        for bus in self.attached.values():
            if bus.unrecorded is not None:
                raise bus.unrecorded
            for failure in bus.sender.failed.values():
                raise failure

    async def listen(self, until: float) -> None:
        """Let the buses run until the loop's time is `until`.

        Raises DeviceLostError as soon as one of them dies, EvidenceError as `require_alive`.
        """
        with suppress(TimeoutError):
            async with Deadline(until).timeout():
                await self._gone.wait()
        self.require_alive()

    def at_step(self, step: str, attempt: int) -> None:
        """From now on, what is sent and received belongs to this step."""
        self.step = step
        if self._control_units is not None:
            self._control_units.step = step
        for bus in self.attached.values():
            bus.mark(step if attempt == 1 else f"{step}#{attempt}")

    # Points

    def has(self, name: str) -> bool:
        return not self.why_not(name)

    def stated_uncertainty(self, name: str) -> Quantity | None:
        """What the bench file states for a point."""
        return self._uncertainty.get(name)

    def why_not(self, name: str) -> str:
        """Why a point cannot be read; empty if it can."""
        point = self.profile.points.get(name)
        if point is None:
            return f"the profile {self.profile.id} has no point {name!r}"
        if point.bus and point.bus not in self._carrier:
            return f"{name} is on the bus {point.bus!r}, to which nothing is connected"
        if point.ecu and self._control_units is None:
            bus = self.profile.diagnostics_bus
            return f"{name} is read through diagnostics, and {bus!r} is not connected"
        return ""

    async def read(
        self, names: Sequence[str], deadline: Deadline, *, attempts: int | None = None
    ) -> dict[str, Measurement]:
        """Read points: signals from frames that come after the call, identifiers by asking.

        Raises NotAvailableError, DeviceError, BenchError.
        """
        return await self._read(names, deadline, self._identifier)

    async def read_what_answers(
        self, names: Sequence[str], deadline: Deadline
    ) -> dict[str, Measurement]:
        """The same, but what a silent control unit does not tell is a reading that is missing.

        One unit that does not answer is not the vehicle, and the other points can still be read;
        its name stands in the note. Raises as `read`, but for that.
        """
        return await self._read(names, deadline, self._identifier_if_told)

    async def _read(
        self, names: Sequence[str], deadline: Deadline, ask: _Ask
    ) -> dict[str, Measurement]:
        points = [self._point(name) for name in names]
        asked = loop_time()
        found: dict[str, Measurement] = {}
        for point in points:
            self.require_alive()
            if point.ecu:
                found[point.name] = await ask(point, deadline)
            else:
                found[point.name] = await self._carrier[point.bus].reading(
                    point, asked, deadline, self.role, self._uncertainty.get(point.name)
                )
        self.require_alive()
        return found

    def latest(self, name: str) -> tuple[float | None, Measurement]:
        """A signal in the latest frame that has it, and the stamp (loop time) of that frame.

        Also when nothing comes any more. Raises NotAvailableError.
        """
        point = self._point(name)
        bus = self._carrier[point.bus]
        stated = self._uncertainty.get(name)
        return bus.seen_at(point), bus.latest(point, self.role, stated)

    def is_cut_off(self, name: str) -> bool:
        """Nothing will come any more of a signal. Raises NotAvailableError."""
        return self._is_gone(self._carrier[self._point(name).bus])

    def _point(self, name: str) -> VehiclePoint:
        if why := self.why_not(name):
            raise NotAvailableError(f"{self.role}: {why}")
        return self.profile.points[name]

    async def _identifier(self, point: VehiclePoint, deadline: Deadline) -> Measurement:
        with self._one_unit():
            return await self.control_units.read(
                point, deadline, self.role, self._uncertainty.get(point.name)
            )

    async def _identifier_if_told(self, point: VehiclePoint, deadline: Deadline) -> Measurement:
        try:
            return await self._identifier(point, deadline)
        except NoReplyError as error:
            return Measurement(
                name=point.name,
                value=None,
                unit=point.unit,
                quality=Quality.MISSING,
                source=f"{self.role} {point.ecu}",
                at=round(self._clock.elapsed(), 6),
                note=error.detail,
            )

    # Buses

    def chosen(self, names: Sequence[str] = ()) -> list[AttachedBus]:
        """The attachments of these buses of the profile, all by default, each once.

        Raises UnknownNameError, NotAvailableError.
        """
        if not names:
            return list(self.attached.values())
        for name in names:
            if name not in self.profile.buses:
                raise UnknownNameError("bus", name, list(self.profile.buses))
            if name not in self._carrier:
                raise NotAvailableError(f"nothing is connected to the bus {name!r}")
        return list(dict.fromkeys(self._carrier[name] for name in names))

    # Control units

    def why_not_diagnosed(self) -> str:
        """Why no control unit can be asked on this bench; empty if one can."""
        if self.profile.diagnostics is None:
            return f"the profile {self.profile.id} has no diagnostic description"
        if self._control_units is None:
            return f"nothing is connected to the bus {self.profile.diagnostics_bus!r}"
        return ""

    @property
    def control_units(self) -> ControlUnits:
        """The diagnostic side. Raises NotAvailableError."""
        if self._control_units is None:
            raise NotAvailableError(f"{self.role}: no diagnostics on this bench")
        return self._control_units

    @property
    def units(self) -> Mapping[str, Unit]:
        """The control units of the description."""
        return self.control_units.units

    def units_with(self, did: str) -> tuple[str, ...]:
        """Names of the units that have an identifier of this name."""
        return tuple(
            name for name, unit in self.units.items() if any(one.name == did for one in unit.dids)
        )

    @contextmanager
    def _one_unit(self) -> Iterator[None]:
        """Silence of one unit is not that of the vehicle, unless the bus is gone: it says so."""
        try:
            yield
        except NoReplyError as error:
            self.require_alive()
            silence = NoReplyError(error.detail, headline=_UNIT_SILENT)
            silence.asked_for_patience = error.asked_for_patience
            raise silence from error

    async def answers(self, unit: str, deadline: Deadline) -> bool:
        """Whether a control unit answers at all."""
        found = await self.control_units.answers(unit, deadline)
        self.require_alive()
        return found

    async def strangers(self, deadline: Deadline) -> list[str]:
        """Addresses that answer a request to everybody and are not in the description."""
        return await self.control_units.strangers(deadline)

    async def trouble_codes(self, unit: str, deadline: Deadline) -> list[StoredCode]:
        """The stored trouble codes of a unit with their status bytes."""
        with self._one_unit():
            return await self.control_units.trouble_codes(unit, deadline)

    async def permanent_codes(self, unit: str, deadline: Deadline) -> tuple[str, ...] | None:
        """The codes of a unit that a tester cannot clear; None when it does not know any."""
        with self._one_unit():
            return await self.control_units.permanent_codes(unit, deadline)

    async def snapshots(self, unit: str, code: str, deadline: Deadline) -> list[Measurement]:
        """What a unit has kept beside a trouble code, oldest record first."""
        with self._one_unit():
            return await self.control_units.snapshots(unit, code, deadline, self.role)

    async def clear_codes(self, unit: str, deadline: Deadline) -> None:
        """Clear the trouble codes of a unit."""
        with self._one_unit():
            await self.control_units.clear_codes(unit, deadline)

    async def take_control(self, unit: str, did: str, to: str, deadline: Deadline) -> None:
        """Drive an actuator through its unit."""
        with self._one_unit():
            await self.control_units.take_control(unit, did, to, deadline)

    async def return_control(self, unit: str, did: str, deadline: Deadline) -> None:
        """Give an actuator back to its unit."""
        with self._one_unit():
            await self.control_units.return_control(unit, did, deadline)

    def _exchanged(self, event: Event) -> None:
        self._emit(event)

    # The ending

    async def make_safe(self, within: float, tell: Tell) -> SafeState:
        """End what this run put on the buses, give back what it took, and detach.

        Says exactly what was done. Of what it commanded by wire the end is measured: manual again,
        and nothing moves; and of what it had a person begin: he is told to end it (`tell`).
        Otherwise nothing is: what this run began is all there is to end. What it held when an
        adapter went cannot be ended, so that is not shown to be safe. Takes `within` seconds, and
        the time that a person needs. Never raises a HarnessError; the outcome is a SafeState.
        """
        sent = any(bus.bus.tallies().sent for bus in self.attached.values())
        done: list[str] = []
        held: list[str] = []
        troubles: list[str] = []
        readings: list[Measurement] = []
        ended, unsafe = await self.begun.make_safe(tell)
        done += ended
        troubles += unsafe
        deadline = Deadline.after(within)
        if self.commands.used:
            ended, unsafe = await self.commands.make_safe(deadline)
            done += ended
            troubles += unsafe
        for bus in self.attached.values():
            if self._is_gone(bus):
                broken_off = bus.sender.not_stopped
                held += [f"cyclic transmission of {name} broke off" for name in broken_off]
            else:
                done += [f"cyclic transmission of {name} ended" for name in bus.sender.running]
            bus.sender.stop_all()
        units = self._control_units
        if units is not None and units.reachable and not self._given_up:
            try:
                ended, unsafe, values = await units.work.make_safe(deadline)
                done += ended
                troubles += unsafe
                readings += self._put_back(values)
                given_back, trouble = await units.give_everything_back(deadline)
                done += given_back
                troubles += [trouble] if trouble else []
            except HarnessError as error:
                troubles.append(error.detail)
        elif units is not None:
            held += [*units.work.not_put_back, *units.not_given_back]
            await units.close()
        how = "; ".join(done) or (_NOTHING_LEFT if sent else _NOTHING_SENT)
        if held:
            how = "; ".join([_GONE, *done])
            troubles += [*held, _LOOK]
        safe = not troubles
        try:
            await self.close()
        except EvidenceError as error:
            # It may be safe, but the record is not whole: said and sealed as it is.
            troubles.append(error.detail)
        return SafeState(
            role=self.role,
            safe=safe,
            how=how,
            readings=[*self.begun.readings, *self.commands.readings, *readings],
            detail="; ".join(troubles),
        )

    def _put_back(self, values: "Sequence[PutBack]") -> list[Measurement]:
        """What was restored at the end of the run, as it was read afterwards; on record, too."""
        readings: list[Measurement] = []
        for one in values:
            reading = Measurement(
                name=one.point,
                value=one.now,
                quality=Quality.GOOD if one.now is not None else Quality.MISSING,
                source=f"{self.role} {one.unit}",
                at=round(self._clock.elapsed(), 6),
                note=one.why,
            )
            readings.append(reading)
            if one.was_changed:
                assert one.backup is not None  # nothing is changed without one
                self.note_sent(
                    Written(
                        step="ending",
                        role=self.role,
                        point=one.point,
                        value=one.backup,
                        read_back=reading,
                        agreed=one.right,
                    )
                )
        return readings

    def carrier_of(self, message: str) -> AttachedBus:
        """The attachment whose database has a message. Raises NotAvailableError."""
        for bus in self.attached.values():
            if message in bus.database.by_name:
                return bus
        raise NotAvailableError(f"nothing is connected to the bus of {message}")

    def note_sent(self, event: Event) -> None:
        """Put on record what is sent in the place of a unit."""
        with suppress(EvidenceError):  # the recorder keeps it and tells it at the end
            self._emit(event)

    def is_gone(self, bus: AttachedBus) -> bool:
        """Nothing can be sent there any more."""
        return self._is_gone(bus)

    def _is_gone(self, bus: AttachedBus) -> bool:
        return self._given_up or bus.bus.lost is not None


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
