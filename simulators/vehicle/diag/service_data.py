"""Services on values: read (22), write (2E), input/output control (2F), routines (31).

Each raises RefusalError. Source: ISO 14229-1; the checks are made in its order.
"""

from harness.devices.diag.diagnostics import Did, Routine
from harness.errors import ImplausibleError
from harness.quantity import Value
from simulators.vehicle.diag import routines
from simulators.vehicle.diag.diagnosed_ecu import DiagnosedEcu
from simulators.vehicle.diag.hooks import Done
from simulators.vehicle.diag.outcome import Nrc, Outcome, RefusalError, need

LONGEST_RESPONSE = 1024
"""A unit's buffer for a response, in bytes."""
_RETURN, _DEFAULT, _FREEZE, _ADJUST = range(4)


def read_data(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """22. Identifiers that the unit does not have are left out, unless all are."""
    need(len(request) >= 3 and len(request) % 2 == 1, Nrc.WRONG_LENGTH)
    reply = b"\x62"
    for at in range(1, len(request), 2):
        did = ecu.dids.get(int.from_bytes(request[at : at + 2], "big"))
        if did is None or "read" not in did.access:
            continue
        reply += request[at : at + 2] + _present(ecu, did)
        need(len(reply) <= LONGEST_RESPONSE, Nrc.RESPONSE_TOO_LONG)
    need(len(reply) > 1, Nrc.OUT_OF_RANGE)
    return reply


def write_data(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """2E. What the car does not take is kept by the unit."""
    need(len(request) >= 4, Nrc.WRONG_LENGTH)
    did, data = _did(ecu, request, "write"), request[3:]
    need(did.format.length in (None, len(data)), Nrc.WRONG_LENGTH)
    need(ecu.unlocked or not ecu.rules.writing, Nrc.SECURITY_DENIED)
    value = _value(ecu, did, data)
    need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
    if not _taken(ecu.hooks.write_did(did.name, value)):
        ecu.own[did.name] = value
    return b"\x6e" + request[1:3]


def io_control(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """2F: 0 give back, 1 default (the value of all zeros), 2 freeze, 3 take this value."""
    need(len(request) >= 4, Nrc.WRONG_LENGTH)
    did, control, data = _did(ecu, request, "io"), request[3], request[4:]
    need(control <= _ADJUST, Nrc.OUT_OF_RANGE)
    size = did.format.length or 0
    need(len(data) == (size if control == _ADJUST else 0), Nrc.WRONG_LENGTH)
    if control == _RETURN:
        ecu.return_control(did.name)
    else:
        need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
        if control == _DEFAULT:
            data = bytes(size)
        elif control == _FREEZE:
            data = _present(ecu, did)
        taken = _taken(ecu.hooks.io_control(did.name, _value(ecu, did, data)))
        need(taken, Nrc.OUT_OF_RANGE)
        ecu.took_control(did.name)
    return b"\x6f" + request[1:4] + _present(ecu, did)


def routine_control(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """31: 1 start, 2 stop, 3 result."""
    action = request[1]
    known = (routines.START, routines.STOP, routines.RESULT)
    need(action in known, Nrc.SUBFUNCTION_NOT_SUPPORTED)
    need(len(request) >= 4, Nrc.WRONG_LENGTH)
    routine = ecu.routine_ids.get(int.from_bytes(request[2:4], "big"))
    if routine is None:
        raise RefusalError(Nrc.OUT_OF_RANGE)
    need(ecu.unlocked or routine.name not in ecu.rules.routines, Nrc.SECURITY_DENIED)
    data = request[4:]
    if action == routines.START:
        options = _options(routine, data)
        need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
        return ecu.routines.start(routine, options)
    need(not data, Nrc.WRONG_LENGTH)
    run = ecu.routines
    return run.stop(routine) if action == routines.STOP else run.result(routine)


def _options(routine: Routine, data: bytes) -> dict[str, Value]:
    """The options that stand in a request to start. Those without a length take the rest."""
    lengths = [form.length for _, form in routine.options]
    least = sum(length or 0 for length in lengths)
    need(len(data) == least if None not in lengths else len(data) > least, Nrc.WRONG_LENGTH)
    options: dict[str, Value] = {}
    for name, form in routine.options:
        piece, data = data[: form.length], data[len(data[: form.length]) :]
        try:
            options[name] = form.decode(piece, name)
        except ImplausibleError as error:
            raise RefusalError(Nrc.OUT_OF_RANGE) from error
    return options


def _did(ecu: DiagnosedEcu, request: bytes, access: str) -> Did:
    """The identifier in bytes 1 and 2, if it may be used in this way."""
    did = ecu.dids.get(int.from_bytes(request[1:3], "big"))
    if did is None or access not in did.access:
        raise RefusalError(Nrc.OUT_OF_RANGE)
    return did


def _present(ecu: DiagnosedEcu, did: Did) -> bytes:
    """The bytes of an identifier as they are now."""
    data = ecu.read(did)
    if data is None:
        raise RefusalError(Nrc.CONDITIONS_NOT_CORRECT)
    return data


def _value(ecu: DiagnosedEcu, did: Did, data: bytes) -> Value:
    """The value of bytes that came from a tester."""
    try:
        return did.decode(data, ecu.unit.name)
    except ImplausibleError as error:
        raise RefusalError(Nrc.OUT_OF_RANGE) from error


def _taken(done: Done) -> bool:
    if isinstance(done, Nrc):
        raise RefusalError(done)
    return done
