"""Requests and responses of UDS as bytes, made and read with udsoncan.

udsoncan's complaints become ours: a wrong argument is UsageError, a response that cannot be read
is BadReplyError. What udsoncan reads too generously (identifiers, trouble codes: it forgives
missing and extra bytes) is read in uds_data.py and uds_dtc.py instead.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from udsoncan.common.CommunicationType import CommunicationType
from udsoncan.common.DataFormatIdentifier import DataFormatIdentifier
from udsoncan.common.MemoryLocation import MemoryLocation
from udsoncan.exceptions import InvalidResponseException
from udsoncan.Request import Request
from udsoncan.Response import Response
from udsoncan.services.ClearDiagnosticInformation import ClearDiagnosticInformation
from udsoncan.services.CommunicationControl import CommunicationControl
from udsoncan.services.ControlDTCSetting import ControlDTCSetting
from udsoncan.services.DiagnosticSessionControl import DiagnosticSessionControl
from udsoncan.services.ECUReset import ECUReset
from udsoncan.services.ReadDataByIdentifier import ReadDataByIdentifier
from udsoncan.services.ReadDTCInformation import ReadDTCInformation
from udsoncan.services.RequestDownload import RequestDownload
from udsoncan.services.RequestTransferExit import RequestTransferExit
from udsoncan.services.RequestUpload import RequestUpload
from udsoncan.services.RoutineControl import RoutineControl
from udsoncan.services.SecurityAccess import SecurityAccess
from udsoncan.services.TesterPresent import TesterPresent
from udsoncan.services.TransferData import TransferData

from harness.errors import BadReplyError, UsageError

T = TypeVar("T")
_STANDARD = 2006
"""udsoncan's year of the standard in which session parameters may be missing."""
REQUEST_SEED, SEND_KEY = SecurityAccess.Mode.RequestSeed, SecurityAccess.Mode.SendKey


def _made(make: Callable[[], Request], *, silent: bool = False) -> bytes:
    try:
        return make().get_payload(suppress_positive_response=True if silent else None)
    except (ValueError, TypeError) as error:
        raise UsageError(f"not a request that UDS has: {error}") from error


def _read(response: bytes, place: str, interpret: Callable[[Response], Response]) -> Any:
    parsed = Response.from_payload(response)
    shown = f"{place}: {response[:16].hex(' ').upper()} cannot be read"
    if not parsed.valid:
        raise BadReplyError(f"{shown}: {parsed.invalid_reason}")
    try:
        return interpret(parsed).service_data
    except (InvalidResponseException, NotImplementedError, ValueError, IndexError) as error:
        raise BadReplyError(f"{shown}: {error}") from error


# 10, 11, 3E, 28, 85


def session(kind: int, *, silent: bool = False) -> bytes:
    return _made(lambda: DiagnosticSessionControl.make_request(kind), silent=silent)


def read_session(response: bytes, place: str) -> tuple[float, float] | None:
    """P2 and P2* in seconds; None when the unit does not say them (ISO 14229 before 2013)."""
    data = _read(
        response, place, lambda r: DiagnosticSessionControl.interpret_response(r, _STANDARD)
    )
    record: bytes = data.session_param_records
    if not record:
        return None
    if len(record) != 4:
        what = f"{len(record)} bytes of session times; expected 4"
        raise BadReplyError(f"{place}: {what}")
    return int.from_bytes(record[:2], "big") / 1000, int.from_bytes(record[2:], "big") / 100


def reset(kind: int, *, silent: bool = False) -> bytes:
    return _made(lambda: ECUReset.make_request(kind), silent=silent)


def read_reset(response: bytes, place: str) -> int | None:
    """Seconds until the unit powers down, where the kind of reset has them."""
    data = _read(response, place, ECUReset.interpret_response)
    return cast("int | None", data.powerdown_time)


def tester_present(*, silent: bool) -> bytes:
    return _made(TesterPresent.make_request, silent=silent)


def communication_control(
    control: int, *, normal: bool, network_management: bool, silent: bool = False
) -> bytes:
    def make() -> Request:
        kind = CommunicationType(0, normal, network_management)
        return CommunicationControl.make_request(control, kind)

    return _made(make, silent=silent)


def dtc_setting(on: bool, *, silent: bool = False) -> bytes:
    kinds = ControlDTCSetting.SettingType
    return _made(
        lambda: ControlDTCSetting.make_request(kinds.on if on else kinds.off), silent=silent
    )


# 14, 19


def clear_dtcs(group: int) -> bytes:
    return _made(lambda: ClearDiagnosticInformation.make_request(group))


def read_dtcs(subfunction: int, **parameters: int) -> bytes:
    """19 with `status_mask`, `dtc`, `snapshot_record_number`, `extended_data_record_number`."""
    return _made(lambda: ReadDTCInformation.make_request(subfunction, **parameters))


# 22, 2E, 2F


def read_dids(ids: list[int]) -> bytes:
    if not ids:
        raise UsageError("no data identifier is asked for")
    return _made(lambda: ReadDataByIdentifier.make_request(ids, None))


def write_did(id: int, data: bytes) -> bytes:
    return b"\x2e" + _id16(id) + data


def io_control(id: int, control: int, data: bytes) -> bytes:
    if not 0 <= control <= 3:
        raise UsageError(f"I/O control {control} does not exist; expected 0 to 3")
    return b"\x2f" + _id16(id) + bytes([control]) + data


def _id16(id: int) -> bytes:
    if not 0 <= id <= 0xFFFF:
        raise UsageError(f"{id:#x} is no identifier; expected 0 to 0xFFFF")
    return id.to_bytes(2, "big")


# 27


def security_access(level: int, mode: int, data: bytes = b"") -> bytes:
    """`level` is the odd number of the seed; the key goes to the even one above it."""
    if level % 2 == 0:
        raise UsageError(f"security level {level} is even; expected the odd number of the seed")
    return _made(lambda: SecurityAccess.make_request(level, mode, data))


def read_seed(response: bytes, place: str) -> bytes:
    data = _read(response, place, lambda r: SecurityAccess.interpret_response(r, REQUEST_SEED))
    return cast(bytes, data.seed)


# 31


def routine(control: int, id: int, data: bytes = b"") -> bytes:
    return _made(lambda: RoutineControl.make_request(id, control, data or None))


def read_routine(response: bytes, place: str) -> bytes:
    """The routine's own bytes."""
    data = _read(response, place, RoutineControl.interpret_response)
    return cast(bytes, data.routine_status_record)


# 34, 35, 36, 37


def request_transfer(address: int, size: int, *, upload: bool, format: int = 0x00) -> bytes:
    """34 or 35. `format`: high digit compression, low digit encryption."""

    def make() -> Request:
        place = MemoryLocation(address, size, address_format=32, memorysize_format=32)
        kind = DataFormatIdentifier(format >> 4, format & 0xF)
        service = RequestUpload if upload else RequestDownload
        return service.make_request(place, kind)

    if not (0 <= address < 2**32 and 0 < size < 2**32):
        raise UsageError(f"memory {address:#x} of {size} bytes; expected 32 bits each")
    return _made(make)


def read_block_length(response: bytes, place: str) -> int:
    """The longest request 36 that the unit takes, in bytes, with service and counter."""
    service = RequestDownload if response[0] == 0x74 else RequestUpload
    data = _read(response, place, service.interpret_response)
    return cast(int, data.max_length)


def transfer(counter: int, data: bytes) -> bytes:
    return _made(lambda: TransferData.make_request(counter & 0xFF, data or None))


def read_transfer(response: bytes, place: str) -> bytes:
    """The bytes that an upload gives."""
    data = _read(response, place, TransferData.interpret_response)
    return cast(bytes, data.parameter_records)


def transfer_exit(data: bytes = b"") -> bytes:
    return _made(lambda: RequestTransferExit.make_request(data or None))
