"""On-board diagnostics (SAE J1979): live data, trouble codes and identity, unit by unit.

    obd = Obd.of_vehicle(tester)              # asks everybody at once
    obd = Obd.of_unit(client)                 # asks one unit
    speeds = await obd.read(0x0D, deadline)   # {"vcu": ObdReading(...)}

Electric cars often answer only part of it. A unit that does not have the asked thing is silent or
says so (NRC 11, 12, 31, 7E, 7F): both only mean that it is not in the result. A unit that answers
wrongly is there, with the error in place of the value.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self, TypeVar

from harness.clock import Deadline, loop_time
from harness.devices.diag.dtc import short_code
from harness.devices.diag.nrc import NOT_SUPPORTED
from harness.devices.diag.obd_pids import PIDS, SUPPORT_PIDS, Pid, supported_pids
from harness.devices.diag.tester import Answer, DiagnosticTester
from harness.devices.diag.uds import UdsClient
from harness.errors import HarnessError, ImplausibleError, NoReplyError, UnknownNameError
from harness.quantity import Value

T = TypeVar("T")
Request = Callable[[bytes, Deadline], Awaitable[list[Answer]]]
LIVE, CLEAR, INFORMATION = 0x01, 0x04, 0x09


class DtcKind(IntEnum):
    """Which trouble codes are asked for; the number is the service."""

    CONFIRMED = 0x03
    PENDING = 0x07
    PERMANENT = 0x0A


class Information(IntEnum):
    """What service 09 tells of a unit."""

    VIN = 0x02
    CALIBRATION_IDS = 0x04
    CALIBRATION_NUMBERS = 0x06
    ECU_NAME = 0x0A


_ITEM_BYTES = {
    Information.VIN: 17,
    Information.CALIBRATION_IDS: 16,
    Information.CALIBRATION_NUMBERS: 4,
    Information.ECU_NAME: 20,
}


@dataclass(frozen=True, slots=True)
class ObdReading:
    """One value of a parameter. `value` is a name where the code has one."""

    name: str
    value: Value
    unit: str | None
    raw: int


PerUnit = Mapping[str, T | HarnessError]
"""Unit -> what it said, or what is wrong with that."""


class Obd:
    """OBD requests to everybody or to one unit. Results are by unit."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @classmethod
    def of_vehicle(cls, tester: DiagnosticTester) -> Self:
        """Ask everybody; only units that the description marks with `obd` are listened to."""
        units = [name for name in tester.units if tester.description.units[name].obd]

        async def ask(request: bytes, deadline: Deadline) -> list[Answer]:
            return await tester.request_all(request, deadline, units=units)

        return cls(ask)

    @classmethod
    def of_unit(cls, client: UdsClient) -> Self:
        """Ask one unit at its own address. Its silence is an error here."""

        async def ask(request: bytes, deadline: Deadline) -> list[Answer]:
            started = loop_time()
            response, error = b"", None
            try:
                response = await client.ask(request, deadline)
            except NoReplyError:
                raise
            except HarnessError as failure:
                error = failure
            return [Answer(client.name, response, loop_time() - started, error)]

        return cls(ask)

    async def supported(
        self, deadline: Deadline, service: int = LIVE
    ) -> dict[str, frozenset[int] | HarnessError]:
        """Which parameters each unit has: the support bit maps of service 01 or 09, in turn."""
        found: dict[str, frozenset[int] | HarnessError] = {}
        for base in SUPPORT_PIDS:
            asked = bytes([service, base])
            maps = await self._each(asked, deadline, _support_map)
            for unit, data in maps.items():
                known = found.get(unit, frozenset())
                if isinstance(data, HarnessError):
                    found.setdefault(unit, data)
                elif not isinstance(known, HarnessError):
                    found[unit] = known | supported_pids(base, data)
            more = base + 0x20
            if not any(more in pids for pids in found.values() if isinstance(pids, frozenset)):
                break
        return found

    async def read(
        self, pid: int, deadline: Deadline
    ) -> dict[str, dict[str, ObdReading] | HarnessError]:
        """01: the values of one parameter by name, for every unit that has it.

        Raises UnknownNameError for a parameter that is not in the table.
        """
        entry = PIDS.get(pid)
        if entry is None:
            raise UnknownNameError("OBD parameter", f"{pid:02X}", [f"{p:02X}" for p in PIDS])
        return await self._each(
            bytes([LIVE, pid]), deadline, lambda unit, data: _readings(entry, unit, data[1:])
        )

    async def dtcs(
        self, kind: DtcKind, deadline: Deadline
    ) -> dict[str, tuple[str, ...] | HarnessError]:
        """03, 07, 0A: the trouble codes of each unit, like `P0AA6`."""
        return await self._each(bytes([kind]), deadline, _codes)

    async def clear(self, deadline: Deadline) -> dict[str, bool | HarnessError]:
        """04: clear codes and readiness. A unit that refuses is there with its refusal."""
        answers = await self._request(bytes([CLEAR]), deadline)
        return {a.unit: True if a.error is None else a.error for a in answers}

    async def information(
        self, kind: Information, deadline: Deadline
    ) -> dict[str, tuple[str, ...] | HarnessError]:
        """09: the VIN, calibration ids, calibration verification numbers (hex) or unit names."""
        return await self._each(
            bytes([INFORMATION, kind]), deadline, lambda unit, data: _items(kind, unit, data[1:])
        )

    async def _each(
        self, request: bytes, deadline: Deadline, read: Callable[[str, bytes], T]
    ) -> dict[str, T | HarnessError]:
        """Ask, and read what each unit says after the service byte."""
        found: dict[str, T | HarnessError] = {}
        for answer in await self._request(request, deadline):
            if answer.nrc in NOT_SUPPORTED:
                continue
            try:
                if answer.error is not None:
                    raise answer.error
                found[answer.unit] = read(answer.unit, answer.response[1:])
            except HarnessError as error:
                found[answer.unit] = error
        return found


def _support_map(unit: str, data: bytes) -> bytes:
    if len(data) != 5:
        raise ImplausibleError(
            f"{unit}: support map of {len(data) - 1} bytes; expected 4 (parameters)"
        )
    return data[1:]


def _readings(entry: Pid, unit: str, data: bytes) -> dict[str, ObdReading]:
    units = {row.name: row.unit for row in entry.fields}
    return {
        name: ObdReading(name, value, units[name], raw)
        for name, (value, raw) in entry.decode(data, unit).items()
    }


def _codes(unit: str, data: bytes) -> tuple[str, ...]:
    if not data or len(data) != 1 + 2 * data[0]:
        count = data[0] if data else 0
        raise ImplausibleError(
            f"{unit}: {len(data)} bytes for {count} trouble codes; expected {1 + 2 * count}"
        )
    rows = (int.from_bytes(data[at : at + 2], "big") for at in range(1, len(data), 2))
    return tuple(short_code(number) for number in rows)


def _items(kind: Information, unit: str, data: bytes) -> tuple[str, ...]:
    size = _ITEM_BYTES[kind]
    if not data or len(data) != 1 + size * data[0]:
        count = data[0] if data else 0
        raise ImplausibleError(
            f"{unit}: {len(data)} bytes for {count} items of {kind.name.lower()}; "
            f"expected {1 + size * count}"
        )
    rows = [data[at : at + size] for at in range(1, len(data), size)]
    if kind is Information.CALIBRATION_NUMBERS:
        return tuple(row.hex().upper() for row in rows)
    texts = [row.strip(b"\0 ") for row in rows]
    if not all(text.isascii() and text.decode("ascii").isprintable() for text in texts):
        shown = data[1:].hex(" ").upper()
        raise ImplausibleError(f"{unit}: {kind.name.lower()} {shown} is no text; expected ASCII")
    return tuple(text.decode("ascii") for text in texts)
