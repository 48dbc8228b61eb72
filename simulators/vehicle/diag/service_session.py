"""Services about the talk itself: session (10), reset (11), 27, 28, tester present (3E), 85.

Each function takes the unit and a request of at least two bytes without the bit that asks for
silence; it raises RefusalError. Source: ISO 14229-1.
"""

from simulators.vehicle.diag.diagnosed_ecu import DEFAULT, EXTENDED, PROGRAMMING, DiagnosedEcu
from simulators.vehicle.diag.hooks import ResetKind
from simulators.vehicle.diag.outcome import Nrc, Outcome, RefusalError, Then, need
from simulators.vehicle.diag.security import LEVEL

P2 = 0.05
P2_STAR = 5.0
S3 = 5.0
_RESETS: dict[int, ResetKind] = {0x01: "hard", 0x03: "soft"}
_ALL_DTCS = b"\xff\xff\xff"
_NETWORK_ONLY = 2
_EVERY_SUBNET = (0x0, 0xF)


def session_control(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """10. Programming is entered from the extended session, while the car stands."""
    session, known = request[1], {DEFAULT, *ecu.unit.sessions}
    need(session in known, Nrc.SUBFUNCTION_NOT_SUPPORTED)
    if session == PROGRAMMING and EXTENDED in known:
        need(ecu.session != DEFAULT, Nrc.SUBFUNCTION_NOT_IN_SESSION)
    need(len(request) == 2, Nrc.WRONG_LENGTH)
    if session == PROGRAMMING:
        need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
    ecu.enter(session)
    times = round(P2 * 1000).to_bytes(2, "big") + round(P2_STAR * 100).to_bytes(2, "big")
    return bytes([0x50, session]) + times


def ecu_reset(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """11. The unit answers, and then is away for a moment."""
    kind = _RESETS.get(request[1])
    if kind is None:
        raise RefusalError(Nrc.SUBFUNCTION_NOT_SUPPORTED)
    need(len(request) == 2, Nrc.WRONG_LENGTH)
    need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
    return Then(bytes([0x51, request[1]]), lambda: ecu.on_restart(kind))


def security_access(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """27: odd sub-functions ask for a seed, the even one above sends the key."""
    lock, mode = ecu.lock, request[1]
    if lock is None or mode not in (LEVEL, LEVEL + 1):
        raise RefusalError(Nrc.SUBFUNCTION_NOT_SUPPORTED)
    if mode == LEVEL + 1:
        lock.send_key(request[2:])
        return bytes([0x67, mode])
    need(len(request) == 2, Nrc.WRONG_LENGTH)
    return bytes([0x67, mode]) + lock.request_seed()


def communication_control(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """28: 0 everything on, 1 receive only, 2 send only, 3 everything off."""
    control = request[1]
    need(control <= 3, Nrc.SUBFUNCTION_NOT_SUPPORTED)
    need(len(request) == 3, Nrc.WRONG_LENGTH)
    kind, subnet = request[2] & 0xF, request[2] >> 4
    need(1 <= kind <= 3 and subnet in _EVERY_SUBNET, Nrc.OUT_OF_RANGE)
    need(ecu.hooks.speed_is_zero(), Nrc.CONDITIONS_NOT_CORRECT)
    if kind != _NETWORK_ONLY:
        ecu.communicate(tx=control in (0, 2), rx=control in (0, 1))
    return bytes([0x68, control])


def tester_present(_ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """3E."""
    need(request[1] == 0, Nrc.SUBFUNCTION_NOT_SUPPORTED)
    need(len(request) == 2, Nrc.WRONG_LENGTH)
    return b"\x7e\x00"


def dtc_setting(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """85: 1 on, 2 off."""
    setting, option = request[1], request[2:]
    need(setting in (1, 2), Nrc.SUBFUNCTION_NOT_SUPPORTED)
    need(len(option) in (0, len(_ALL_DTCS)), Nrc.WRONG_LENGTH)
    need(option in (b"", _ALL_DTCS), Nrc.OUT_OF_RANGE)
    ecu.memory.setting_enabled = setting == 1
    return bytes([0xC5, setting])
