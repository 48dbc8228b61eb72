"""Services on trouble codes: clear (14) and read (19: 01, 02, 03, 04, 06, 0A, 15).

Source: ISO 14229-1; record layouts are told in snapshot.py.
"""

from collections.abc import Callable, Iterable

from simulators.vehicle.diag.diagnosed_ecu import DiagnosedEcu
from simulators.vehicle.diag.memory import DtcMemory
from simulators.vehicle.diag.outcome import Nrc, Outcome, RefusalError, need
from simulators.vehicle.diag.snapshot import (
    ALL_RECORDS,
    EXTENDED,
    FIRST,
    LATEST,
    extended_bytes,
    snapshot_bytes,
)
from simulators.vehicle.diag.trouble_code import TroubleCode

ALL_GROUPS = 0xFFFFFF
EMISSIONS_GROUP = 0xFFFF33
"""Codes of the emission-related (here: OBD) system; for units that answer OBD."""
AVAILABLE = 0xFF
"""Status bits that the units support: all."""
CONFIRMED = 0x08
_FORMAT = 0x01
"""Codes have three bytes as in ISO 14229-1 (DTC format identifier)."""


def clear(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """14: everything, or one code. Refused while the car moves."""
    need(len(request) == 4, Nrc.WRONG_LENGTH)
    group = int.from_bytes(request[1:], "big")
    everything = group == ALL_GROUPS or (group == EMISSIONS_GROUP and ecu.unit.obd)
    code = ecu.memory.numbered(group)
    need(everything or code is not None, Nrc.OUT_OF_RANGE)
    need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
    need(not ecu.memory.locked(), Nrc.PROGRAMMING_FAILURE)
    ecu.memory.clear(None if code is None else [code])
    return b"\x54"


def read(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """19."""
    report = _REPORTS.get(request[1])
    if report is None:
        raise RefusalError(Nrc.SUBFUNCTION_NOT_SUPPORTED)
    length, make = report
    need(len(request) == length, Nrc.WRONG_LENGTH)
    return bytes([0x59, request[1]]) + make(ecu.memory, request[2:])


def _count(memory: DtcMemory, rest: bytes) -> bytes:
    count = len(list(memory.with_status(rest[0])))
    return bytes([AVAILABLE, _FORMAT]) + count.to_bytes(2, "big")


def _by_status(memory: DtcMemory, rest: bytes) -> bytes:
    ghosts = (
        code.dtc.number.to_bytes(3, "big") + bytes([CONFIRMED])
        for code in memory.coming_and_going()
    )
    return _list(memory.with_status(rest[0])) + b"".join(ghosts)


def _supported(memory: DtcMemory, _rest: bytes) -> bytes:
    return _list(memory.codes.values())


def _permanent(memory: DtcMemory, _rest: bytes) -> bytes:
    return _list(code for code in memory.codes.values() if code.permanent)


def _snapshot_list(memory: DtcMemory, _rest: bytes) -> bytes:
    return b"".join(
        code.dtc.number.to_bytes(3, "big") + bytes([number])
        for code in memory.codes.values()
        for number in memory.kept(code).snapshots
    )


def _snapshots(memory: DtcMemory, rest: bytes) -> bytes:
    code, record = _asked(memory, rest)
    need(record in (FIRST, LATEST, ALL_RECORDS), Nrc.OUT_OF_RANGE)
    found = memory.kept(code).snapshots.items()
    rows = (snapshot_bytes(n, pieces) for n, pieces in found if record in (n, ALL_RECORDS))
    return _row(code) + b"".join(rows)


def _extended(memory: DtcMemory, rest: bytes) -> bytes:
    code, record = _asked(memory, rest)
    need(record in (EXTENDED, ALL_RECORDS), Nrc.OUT_OF_RANGE)
    if code.occurrences == 0:
        return _row(code)
    return _row(code) + extended_bytes(code.occurrences, code.aging, memory.kept(code))


def _asked(memory: DtcMemory, rest: bytes) -> tuple[TroubleCode, int]:
    """Code and record number of a request."""
    code = memory.numbered(int.from_bytes(rest[:3], "big"))
    if code is None:
        raise RefusalError(Nrc.OUT_OF_RANGE)
    return code, rest[3]


def _list(codes: Iterable[TroubleCode]) -> bytes:
    return bytes([AVAILABLE]) + b"".join(_row(code) for code in codes)


def _row(code: TroubleCode) -> bytes:
    return code.dtc.number.to_bytes(3, "big") + bytes([code.status])


_REPORTS: dict[int, tuple[int, Callable[[DtcMemory, bytes], bytes]]] = {
    0x01: (3, _count),
    0x02: (3, _by_status),
    0x03: (2, _snapshot_list),
    0x04: (6, _snapshots),
    0x06: (6, _extended),
    0x0A: (2, _supported),
    0x15: (2, _permanent),
}
"""Sub-function -> bytes of its request, and what makes the rest of the response."""
