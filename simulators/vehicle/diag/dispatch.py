"""From a request to the service that answers it, with the checks that come before every service.

Order of the checks: ISO 14229-1, general server response behaviour.
"""

from collections.abc import Callable

from harness.devices.diag.services import SUPPRESS, WITH_SUBFUNCTION
from simulators.vehicle.diag import (
    obd,
    service_data,
    service_dtc,
    service_session,
    service_transfer,
)
from simulators.vehicle.diag.access import SESSIONS
from simulators.vehicle.diag.diagnosed_ecu import DEFAULT, DiagnosedEcu
from simulators.vehicle.diag.outcome import Nrc, Outcome, need

Service = Callable[[DiagnosedEcu, bytes], Outcome]

UDS: dict[int, Service] = {
    0x10: service_session.session_control,
    0x11: service_session.ecu_reset,
    0x14: service_dtc.clear,
    0x19: service_dtc.read,
    0x22: service_data.read_data,
    0x27: service_session.security_access,
    0x28: service_session.communication_control,
    0x2E: service_data.write_data,
    0x2F: service_data.io_control,
    0x31: service_data.routine_control,
    0x34: service_transfer.request_download,
    0x35: service_transfer.request_upload,
    0x36: service_transfer.transfer_data,
    0x37: service_transfer.transfer_exit,
    0x3E: service_session.tester_present,
    0x85: service_session.dtc_setting,
}
OBD: dict[int, Service] = {
    0x01: obd.live_data,
    0x03: obd.confirmed_codes,
    0x04: obd.clear_codes,
    0x07: obd.pending_codes,
    0x09: obd.information,
    0x0A: obd.permanent_codes,
}


def answer(ecu: DiagnosedEcu, request: bytes) -> Outcome:
    """What the unit answers to a request (one byte at least). Raises RefusalError."""
    service = request[0]
    if service in OBD and ecu.unit.obd:
        return OBD[service](ecu, request)
    need(service in UDS and _has(ecu, service), Nrc.SERVICE_NOT_SUPPORTED)
    need(ecu.session in SESSIONS[service], Nrc.SERVICE_NOT_IN_SESSION)
    if service in WITH_SUBFUNCTION:
        need(len(request) >= 2, Nrc.WRONG_LENGTH)
        request = bytes([service, request[1] & ~SUPPRESS]) + request[2:]
    return UDS[service](ecu, request)


def _has(ecu: DiagnosedEcu, service: int) -> bool:
    """Whether the unit has the service at all, in one of its sessions."""
    unit = ecu.unit
    if SESSIONS[service].isdisjoint({DEFAULT, *unit.sessions}):
        return False
    if service == 0x27:
        return ecu.lock is not None
    if service == 0x2E:
        return any("write" in did.access for did in unit.dids)
    if service == 0x2F:
        return any("io" in did.access for did in unit.dids)
    return service != 0x31 or bool(unit.routines)
