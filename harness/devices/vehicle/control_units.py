"""The control units of a vehicle: one client each, and what this run took from them.

Whatever is taken for a test (control of an actuator, a session) is remembered and given back at
the end of the run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import can

from harness.clock import Clock, Deadline, loop_time, sleep_until
from harness.devices.can.bus import CanBus
from harness.devices.can.specs import Identifier, format_id
from harness.devices.diag.diagnostics import Diagnostics, Unit
from harness.devices.diag.exchange import Exchange
from harness.devices.diag.isotp import broadcast
from harness.devices.diag.keys import KeyAlgorithm
from harness.devices.diag.link import FunctionalAddress
from harness.devices.diag.obd import DtcKind, Obd
from harness.devices.diag.uds import DEFAULT_SESSION, EXTENDED_SESSION, UdsClient
from harness.devices.diag.uds_data import IoControl
from harness.devices.vehicle.points import VehiclePoint, unit_of
from harness.devices.vehicle.reading import uncertainty_of
from harness.devices.vehicle.unit_work import UnitWork
from harness.errors import HarnessError, NegativeResponseError, NoReplyError, UsageError
from harness.events import DiagnosticExchange
from harness.quantity import Measurement, Quantity
from harness.text import Text

EVERYBODY = "all"
"""Stands for the unit in the record of a request to all units."""
_SECURITY_ACCESS = 0x27
_TESTER_PRESENT = b"\x3e\x00"
_LISTEN_FOR_STRANGERS = 0.3
"""Seconds; a unit has to begin its answer within 50 ms (P2)."""
_LOWEST_11_BIT, _HIGHEST_11_BIT = 0x700, 0x7FF
_NORMAL_FIXED_TO_TESTER = 0x18DAF100
_NORMAL_FIXED_MASK = 0x1FFFFF00


@dataclass(frozen=True, slots=True)
class StoredCode:
    """One trouble code of one unit. `status` is the status byte of ISO 14229-1."""

    unit: str
    code: str
    status: int
    title: Text


def identifiers_of(description: Diagnostics | None) -> set[Identifier]:
    """Every CAN identifier that diagnostics uses."""
    if description is None:
        return set()
    found = {(one.request, one.extended) for one in description.functional}
    for unit in description.units.values():
        address = unit.address
        found |= {(address.transmit, address.extended), (address.receive, address.extended)}
    return found


class ControlUnits:
    """The diagnostic side of one vehicle, over one bus."""

    def __init__(
        self,
        description: Diagnostics,
        bus: CanBus,
        *,
        clock: Clock,
        report: Callable[[DiagnosticExchange], None],
        keys: Mapping[str, KeyAlgorithm] | None = None,
        read_only: bool = False,
    ) -> None:
        self.read_only = read_only
        self._description = description
        self._bus = bus
        self._clock = clock
        self._report = report
        self._clients: dict[str, UdsClient] = {}
        self._taken: list[tuple[str, str]] = []
        """Unit and identifier of every actuator that is under our control."""
        self._in_session: set[str] = set()
        self.step = ""
        self.work = UnitWork(self, keys)
        """What this run changes for good, unless it is put back."""

    @property
    def units(self) -> Mapping[str, Unit]:
        return self._description.units

    def client(self, unit: str) -> UdsClient:
        """The client of a unit, made when it is first asked for. Raises UnknownNameError."""
        if unit not in self._clients:
            self._clients[unit] = UdsClient.on(
                self._bus,
                self._description.unit(unit),
                description=self._description,
                on_exchange=self._exchanged,
            )
        return self._clients[unit]

    def _exchanged(self, exchange: Exchange) -> None:
        self._report(
            DiagnosticExchange(
                step=self.step,
                unit=exchange.unit,
                request=without_key(exchange.request),
                responses=exchange.responses,
                outcome=exchange.outcome,
                seconds=round(exchange.seconds, 6),
                nrc=exchange.nrc,
                functional=exchange.functional,
                error=exchange.error,
            )
        )

    # Sessions

    async def enter_session(self, unit: str, kind: int, deadline: Deadline) -> None:
        """10; any other session than the default one is kept alive and ended with the run."""
        client = self.client(unit)
        if kind == DEFAULT_SESSION:
            await client.keeper.stop()
            await client.session(kind, deadline)
            self._in_session.discard(unit)
            return
        await client.session(kind, deadline)
        self._in_session.add(unit)
        client.keep_session()

    def session_ended(self, unit: str) -> None:
        """The unit was reset: there is none left to end."""
        self._in_session.discard(unit)

    # Asking

    async def read(
        self, point: VehiclePoint, deadline: Deadline, source: str, stated: Quantity | None
    ) -> Measurement:
        """The value of an identifier. Raises DeviceError, BenchError."""
        found = await self.client(point.ecu).read(point.did, deadline)
        value = found.value
        return Measurement(
            name=point.name,
            value=value,
            unit=point.unit,
            uncertainty=uncertainty_of(point, value, stated),
            quality=found.quality,
            source=f"{source} {point.ecu}",
            at=round(self._clock.elapsed(), 6),
            raw=found.raw,
        )

    async def answers(self, unit: str, deadline: Deadline) -> bool:
        """Whether a unit answers at all; a refusal is an answer."""
        try:
            await self.client(unit).tester_present(deadline)
        except NegativeResponseError:
            return True
        except NoReplyError:
            return False
        return True

    async def strangers(self, deadline: Deadline) -> list[str]:
        """Identifiers that answer a request to everybody and that nothing describes."""
        known = identifiers_of(self._description)
        heard: dict[Identifier, None] = {}

        def listen(message: can.Message) -> None:
            identifier = (message.arbitration_id, bool(message.is_extended_id))
            if identifier not in known and _is_answer(identifier):
                heard[identifier] = None

        stop = self._bus.subscribe(listen)
        try:
            for address in self._description.functional:
                await self._call_everybody(address, deadline)
        finally:
            stop()
        return [format_id(*identifier) for identifier in heard]

    async def _call_everybody(self, address: FunctionalAddress, deadline: Deadline) -> None:
        """Ask everybody who is there, and put the answers of those we know on record."""
        conversations = [self.client(name).conversation for name in self._description.units]
        for conversation in conversations:
            conversation.report_strays()
            conversation.pass_over(_TESTER_PRESENT)
        started = loop_time()
        broadcast(self._bus, address, _TESTER_PRESENT)
        await sleep_until(min(deadline.at, started + _LISTEN_FOR_STRANGERS))
        answers = [payload for one in conversations for payload in one.endpoint.flush()]
        self._exchanged(
            Exchange(
                unit=EVERYBODY,
                request=_TESTER_PRESENT.hex(),
                responses=[payload.hex() for payload in answers],
                outcome="ok" if answers else "silent",
                seconds=loop_time() - started,
                functional=True,
                at=started,
            )
        )

    async def trouble_codes(self, unit: str, deadline: Deadline) -> list[StoredCode]:
        """The codes of a unit with any status bit set. Raises DeviceError, BenchError."""
        found = await self.client(unit).dtcs(deadline)
        return [
            StoredCode(
                unit,
                one.code,
                one.status.byte,
                one.described.title if one.described is not None else Text(one.code, one.code),
            )
            for one in found.readings
        ]

    async def permanent_codes(self, unit: str, deadline: Deadline) -> tuple[str, ...] | None:
        """What a tester cannot clear, like `P0AA6`; None when the unit does not know the service.

        Raises DeviceError, BenchError.
        """
        found = await Obd.of_unit(self.client(unit)).dtcs(DtcKind.PERMANENT, deadline)
        codes = found.get(unit)
        if isinstance(codes, HarnessError):
            raise codes
        return codes

    async def snapshots(
        self, unit: str, code: str, deadline: Deadline, source: str
    ) -> list[Measurement]:
        """What a unit has kept beside a code, as `unit.identifier`, oldest record first.

        Raises DeviceError, BenchError.
        """
        client = self.client(unit)
        kept = await client.snapshots(code, deadline)
        found: list[Measurement] = []
        for record, pieces in sorted(kept.records.items()):
            for id, data in pieces.items():
                did = client.did(id)
                value = did.interpret(data, unit)
                found.append(
                    Measurement(
                        name=f"{unit}.{did.name}",
                        value=value.value,
                        unit=unit_of(did.unit),
                        source=f"{source} {unit}",
                        quality=value.quality,
                        at=round(self._clock.elapsed(), 6),
                        raw=value.raw,
                        note=f"kept with {code}, record {record}",
                    )
                )
        return found

    async def clear_codes(self, unit: str, deadline: Deadline) -> None:
        """Clear the codes of a unit. Raises DeviceError, BenchError."""
        await self.client(unit).clear_dtcs(deadline)

    # Taking and giving back

    async def take_control(self, unit: str, did: str, to: str, deadline: Deadline) -> None:
        """Drive an actuator: extended session, kept alive, short-term adjustment."""
        client = self.client(unit)
        if unit not in self._in_session:
            await self.enter_session(unit, EXTENDED_SESSION, deadline)
        newly = (unit, did) not in self._taken
        if newly:
            self._taken.append((unit, did))  # before: the request may arrive and its answer not
        try:
            await client.io_control(did, IoControl.ADJUST, deadline, to)
        except (UsageError, NegativeResponseError):
            if newly:
                self._taken.remove((unit, did))  # it was not asked, or it said no
            raise

    async def return_control(self, unit: str, did: str, deadline: Deadline) -> None:
        """Give an actuator back to its unit."""
        await self.client(unit).io_control(did, IoControl.RETURN, deadline)
        if (unit, did) in self._taken:
            self._taken.remove((unit, did))

    async def give_everything_back(self, deadline: Deadline) -> tuple[list[str], str]:
        """Return what is still taken and close every client.

        Gives what was done, each in words, and what could not be.
        """
        done: list[str] = []
        troubles: list[str] = []
        for unit, did in list(self._taken):
            try:
                await self.return_control(unit, did, deadline)
                done.append(f"control of {unit}.{did} returned")
            except HarnessError as error:
                troubles.append(f"{unit}.{did}: {error.detail}")
        for unit in sorted(self._in_session):
            try:
                await self.client(unit).session(DEFAULT_SESSION, deadline)
                done.append(f"diagnostic session of {unit} ended")
            except HarnessError as error:
                troubles.append(f"{unit}: {error.detail}")
        await self.close()
        return done, "; ".join(troubles)

    @property
    def not_given_back(self) -> list[str]:
        """What this run still holds, each in words."""
        return [
            *(f"control of {unit}.{did} was not returned" for unit, did in self._taken),
            *(f"diagnostic session of {unit} was not ended" for unit in sorted(self._in_session)),
        ]

    @property
    def reachable(self) -> bool:
        """Whether the bus is there over which the units are asked."""
        return self._bus.lost is None

    async def close(self) -> None:
        """Close every client, and with it what keeps its session. Sends nothing."""
        for client in self._clients.values():
            await client.close()


def without_key(request: str) -> str:
    """A request in hex for the record: of a key (27, even) only that one was sent."""
    is_key = request[:2] == f"{_SECURITY_ACCESS:02x}" and int(request[2:4] or "1", 16) % 2 == 0
    return request[:4] if is_key else request


def _is_answer(identifier: Identifier) -> bool:
    """Whether an identifier is where control units answer."""
    number, extended = identifier
    if extended:
        return number & _NORMAL_FIXED_MASK == _NORMAL_FIXED_TO_TESTER
    return _LOWEST_11_BIT <= number <= _HIGHEST_11_BIT
