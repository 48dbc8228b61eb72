"""OBD services of a control unit that has them: 01, 03, 04, 07, 09, 0A.

Live data comes from the car by the names of the description, so a unit supports the parameters for
which it knows a value. Source: SAE J1979 / ISO 15031-5; parameters as in obd_pids.py.
"""

import zlib
from collections.abc import Callable, Iterable

from harness.devices.diag.obd_pids import PIDS, SUPPORT_PIDS, support_map
from harness.quantity import Value
from simulators.vehicle.diag.diagnosed_ecu import DiagnosedEcu
from simulators.vehicle.diag.outcome import Nrc, Outcome, RefusalError, need
from simulators.vehicle.diag.trouble_code import TroubleCode

_MOST_PIDS = 6
_MOST_CODES = 0x7F
_COMPONENTS = 0x04
"""Readiness, byte B: comprehensive component monitoring is there …"""
_COMPONENTS_INCOMPLETE = 0x40
"""… and has not finished."""
_MOTOR_SPEED = 0x0C
_VIN, _CALIBRATION, _VERIFICATION, _NAME = 0x02, 0x04, 0x06, 0x0A

LIVE: dict[int, tuple[str, str]] = {
    _MOTOR_SPEED: ("engine_speed", "motor_speed"),
    0x0D: ("vehicle_speed", "vehicle_speed"),
    0x42: ("module_voltage", "supply_voltage"),
    0x46: ("ambient_temperature", "ambient_temperature"),
    0x49: ("accelerator_position", "accelerator_pedal"),
    0x5B: ("battery_remaining_life", "soh"),
    0xA6: ("odometer", "odometer"),
}
"""Parameter -> its value's name in OBD, and the name by which the unit knows it."""


def live_data(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """01: one to six parameters; those that are not supported are left out."""
    asked = request[1:]
    need(1 <= len(asked) <= _MOST_PIDS, Nrc.WRONG_LENGTH)
    reply = b"\x41"
    for pid in asked:
        data = support_map(pid, _supported(ecu)) if pid in SUPPORT_PIDS else _parameter(ecu, pid)
        if data is not None and (pid == 0 or any(data) or pid not in SUPPORT_PIDS):
            reply += bytes([pid]) + data
    need(len(reply) > 1, Nrc.SUBFUNCTION_NOT_SUPPORTED)
    return reply


def _supported(ecu: DiagnosedEcu) -> frozenset[int]:
    """Parameters with a value, and the support maps that lead to them."""
    pids = {pid for pid in PIDS if _parameter(ecu, pid) is not None}
    return frozenset(pids | {base for base in SUPPORT_PIDS[1:] if any(pid > base for pid in pids)})


def _parameter(ecu: DiagnosedEcu, pid: int) -> bytes | None:
    if pid in LIVE:
        shown, name = LIVE[pid]
        number = ecu.number(name)
        return (
            None if number is None else _number(pid, shown, abs(number) if pid == 0x0C else number)
        )
    make = _OWN.get(pid)
    return None if make is None else make(ecu)


def _number(pid: int, name: str, number: float) -> bytes:
    """The parameter with the number nearest to this one that fits."""
    entry = PIDS[pid].fields[0]
    most = ((1 << entry.bits) - 1) * entry.scale + entry.offset
    return PIDS[pid].encode({name: min(max(number, entry.offset), most)})


def _named(pid: int, name: str, value: Value) -> bytes:
    return PIDS[pid].encode({name: value})


def _monitor_status(ecu: DiagnosedEcu) -> bytes:
    memory = ecu.memory
    confirmed = sum(code.confirmed for code in memory.codes.values())
    incomplete = any(code.status & 0x10 for code in memory.codes.values())
    readiness = _COMPONENTS | (_COMPONENTS_INCOMPLETE if incomplete else 0)
    values: dict[str, Value] = {
        "mil": "on" if memory.lamp_codes else "off",
        "dtc_count": min(confirmed, _MOST_CODES),
        "readiness": bytes([readiness, 0, 0]).hex(),
    }
    return PIDS[0x01].encode(values)


_OWN: dict[int, Callable[[DiagnosedEcu], bytes]] = {
    0x01: _monitor_status,
    0x1C: lambda ecu: _named(0x1C, "obd_requirement", "not_obd"),
    0x1F: lambda ecu: _number(0x1F, "run_time", ecu.life.run_time),
    0x21: lambda ecu: _number(0x21, "distance_with_mil", ecu.memory.kilometres_with_lamp),
    0x30: lambda ecu: _number(0x30, "warm_ups_since_clear", ecu.memory.cycles_since_clear),
    0x31: lambda ecu: _number(0x31, "distance_since_clear", ecu.memory.kilometres_since_clear),
    0x4D: lambda ecu: _number(0x4D, "time_with_mil", ecu.memory.seconds_with_lamp / 60),
    0x4E: lambda ecu: _number(0x4E, "time_since_clear", ecu.memory.seconds_since_clear / 60),
    0x51: lambda ecu: _named(0x51, "fuel_type", "electric"),
}


def confirmed_codes(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """03."""
    return _codes(request, (code for code in ecu.memory.codes.values() if code.confirmed))


def pending_codes(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """07."""
    return _codes(request, (code for code in ecu.memory.codes.values() if code.pending))


def permanent_codes(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """0A."""
    return _codes(request, (code for code in ecu.memory.codes.values() if code.permanent))


def _codes(request: bytes, codes: Iterable[TroubleCode]) -> Outcome:
    """Two bytes for each code; failure types of one code are not told apart."""
    need(len(request) == 1, Nrc.WRONG_LENGTH)
    numbers = sorted({code.dtc.number >> 8 for code in codes})[:_MOST_CODES]
    rows = b"".join(number.to_bytes(2, "big") for number in numbers)
    return bytes([request[0] + 0x40, len(numbers)]) + rows


def clear_codes(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """04."""
    need(len(request) == 1, Nrc.WRONG_LENGTH)
    need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
    ecu.memory.clear()
    return b"\x44"


def information(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """09: VIN, calibration id, its verification number, name of the unit."""
    need(len(request) == 2, Nrc.WRONG_LENGTH)
    kind = request[1]
    if kind == 0:
        known = frozenset(kind for kind in _INFORMATION if _item(ecu, kind) is not None)
        return b"\x49\x00" + support_map(0, known)
    item = _item(ecu, kind)
    if item is None:
        raise RefusalError(Nrc.SUBFUNCTION_NOT_SUPPORTED)
    return bytes([0x49, kind, 1]) + item


def _item(ecu: DiagnosedEcu, kind: int) -> bytes | None:
    make = _INFORMATION.get(kind)
    return None if make is None else make(ecu)


def _text(name: str, length: int) -> Callable[[DiagnosedEcu], bytes | None]:
    def make(ecu: DiagnosedEcu) -> bytes | None:
        value = ecu.value(name)
        return (
            value.encode("ascii")[:length].ljust(length, b"\0") if isinstance(value, str) else None
        )

    return make


def _verification(ecu: DiagnosedEcu) -> bytes | None:
    """The number that the unit works out over its software; another version has another one."""
    given = ecu.number("calibration_verification")
    if given is None or ecu.faults.version_override is None:
        return None if given is None else int(given).to_bytes(4, "big")
    return zlib.crc32(ecu.faults.version_override.encode()).to_bytes(4, "big")


_INFORMATION: dict[int, Callable[[DiagnosedEcu], bytes | None]] = {
    _VIN: _text("vin", 17),
    _CALIBRATION: _text("calibration_id", 16),
    _VERIFICATION: _verification,
    _NAME: _text("system_name", 20),
}
