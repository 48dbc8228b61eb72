"""The services of UDS and OBD: names, what a response repeats of its request, and the checks.

Pure functions on payloads. Source: ISO 14229-1 (UDS), SAE J1979 / ISO 15031-5 (OBD).
"""

from harness.devices.diag.nrc import nrc_name
from harness.errors import BadReplyError, NegativeResponseError
from harness.text import Text

NEGATIVE = 0x7F
POSITIVE_OFFSET = 0x40
SUPPRESS = 0x80
"""Bit of the sub-function that asks for silence instead of a positive response."""

SERVICES: dict[int, Text] = {
    0x01: Text("OBD 读取当前数据", "OBD current data"),
    0x02: Text("OBD 读取冻结帧", "OBD freeze frame"),
    0x03: Text("OBD 读取已确认故障码", "OBD confirmed trouble codes"),
    0x04: Text("OBD 清除故障码", "OBD clear trouble codes"),
    0x07: Text("OBD 读取待定故障码", "OBD pending trouble codes"),
    0x09: Text("OBD 读取车辆信息", "OBD vehicle information"),
    0x0A: Text("OBD 读取永久故障码", "OBD permanent trouble codes"),
    0x10: Text("诊断会话控制", "diagnostic session control"),
    0x11: Text("ECU 复位", "ECU reset"),
    0x14: Text("清除诊断信息", "clear diagnostic information"),
    0x19: Text("读取故障码信息", "read DTC information"),
    0x22: Text("按标识符读数据", "read data by identifier"),
    0x27: Text("安全访问", "security access"),
    0x28: Text("通信控制", "communication control"),
    0x2E: Text("按标识符写数据", "write data by identifier"),
    0x2F: Text("输入输出控制", "input output control"),
    0x31: Text("例程控制", "routine control"),
    0x34: Text("请求下载", "request download"),
    0x35: Text("请求上传", "request upload"),
    0x36: Text("传输数据", "transfer data"),
    0x37: Text("请求退出传输", "request transfer exit"),
    0x3E: Text("待机握手（诊断仪在线）", "tester present"),
    0x85: Text("故障码设置控制", "control DTC setting"),
}
WITH_SUBFUNCTION = frozenset({0x10, 0x11, 0x19, 0x27, 0x28, 0x31, 0x3E, 0x85})
_REPEATED: dict[int, int] = {
    **dict.fromkeys(WITH_SUBFUNCTION, 1),
    **{0x01: 1, 0x02: 2, 0x09: 1},  # PID; PID and frame; information type
    **{0x22: 2, 0x2E: 2, 0x2F: 3, 0x31: 3, 0x36: 1},
}
"""How many bytes after the service a positive response repeats."""


def service_name(service: int) -> Text:
    return SERVICES.get(service) or Text(f"服务 {service:02X}", f"service {service:02X}")


def describe(request: bytes) -> str:
    """`22 F1 90 (read data by identifier)`, for messages; long requests are cut."""
    head = request[:8].hex(" ").upper() + (" …" if len(request) > 8 else "")
    return f"{head} ({service_name(request[0]).en})"


def signature(request: bytes) -> bytes:
    """The part of a request by which its response is known."""
    return bytes([request[0]]) + _echo_of(request)


def wants_silence(request: bytes) -> bool:
    """Whether the request asks that a positive response be suppressed."""
    return request[0] in WITH_SUBFUNCTION and len(request) > 1 and bool(request[1] & SUPPRESS)


def answers(response: bytes, request: bytes) -> bool:
    """Whether a payload can be a response (positive or negative) to the request."""
    if response[0] == NEGATIVE:
        return len(response) >= 2 and response[1] == request[0]
    return response[0] == request[0] + POSITIVE_OFFSET and _repeats(response, request)


def check_response(response: bytes, request: bytes, unit: str) -> None:
    """Accept a positive response to the request, or raise.

    NegativeResponseError for a refusal; BadReplyError for an echo, for the response to something
    else and for one that is too short to tell.
    """
    service = request[0]
    shown = f"{unit}: {describe(request)}: {_cut(response)}"
    if response[0] == NEGATIVE:
        if len(response) != 3:
            raise BadReplyError(f"{shown} is no negative response; expected 3 bytes")
        if response[1] != service:
            raise BadReplyError(
                f"{shown} refuses service {response[1]:02X}; expected {service:02X}"
            )
        raise refusal(unit, request, response[2])
    if response == request:
        raise BadReplyError(f"{shown} is the request itself (echo); expected a response")
    if response[0] != service + POSITIVE_OFFSET:
        wanted = service + POSITIVE_OFFSET
        raise BadReplyError(f"{shown} is no response to it; expected {wanted:02X} or 7F")
    if not _repeats(response, request):
        wanted_echo = _echo_of(request).hex(" ").upper()
        raise BadReplyError(f"{shown} answers something else; expected {wanted_echo} repeated")


def refusal(unit: str, request: bytes, code: int) -> NegativeResponseError:
    """The error for a negative response, with the code's name in both languages."""
    name, service = nrc_name(code), service_name(request[0])
    error = NegativeResponseError(
        f"{unit}: {describe(request)}: refused with NRC {code:02X} ({name.en})", code, request[0]
    )
    error.headline = Text(
        f"控制单元拒绝“{service.zh}”：{name.zh}（NRC {code:02X}）",
        f"The control unit refused “{service.en}”: {name.en} (NRC {code:02X})",
    )
    return error


def _echo_of(request: bytes) -> bytes:
    count = _REPEATED.get(request[0], 0)
    if request[0] == 0x22 and len(request) > 3:
        return b""  # several identifiers: a unit may leave out those that it does not have
    echo = request[1 : 1 + count]
    if request[0] in WITH_SUBFUNCTION and echo:
        echo = bytes([echo[0] & ~SUPPRESS]) + echo[1:]
    return echo


def _repeats(response: bytes, request: bytes) -> bool:
    echo = _echo_of(request)
    return response[1 : 1 + len(echo)] == echo


def _cut(payload: bytes) -> str:
    return payload[:16].hex(" ").upper() + (" …" if len(payload) > 16 else "")
