"""Single ISO-TP frames: what is wrong with one, and how a single frame is made.

can-isotp is lenient in places where a control unit may lie: it takes a first frame of three
bytes, and an escaped length in a classic frame. So every frame is looked at here before it sees it.

Source: ISO 15765-2, protocol control information.
"""

from harness.errors import UsageError

SINGLE, FIRST, CONSECUTIVE, FLOW_CONTROL = range(4)
CLASSIC = 8
"""Bytes of a classic CAN frame."""
SINGLE_MOST = 7
"""Payload bytes of a single frame on classic CAN."""
_ESCAPED_FROM = 0x1000
_LONGEST_STMIN = 0x7F


def complaint(data: bytes) -> str | None:
    """What is wrong with a received frame, in words; None when it is a proper one."""
    if not data:
        return "an empty frame"
    kind = data[0] >> 4
    if kind == SINGLE:
        return _wrong_single(data)
    if kind == FIRST:
        return _wrong_first(data)
    if kind == CONSECUTIVE:
        return "a consecutive frame without data" if len(data) < 2 else None
    return _wrong_flow_control(data) if kind == FLOW_CONTROL else f"a frame of unknown type {kind}"


def _wrong_single(data: bytes) -> str | None:
    announced, room = data[0] & 0xF, len(data) - 1
    if len(data) > CLASSIC:
        if announced:
            return f"a long single frame whose first byte is {data[0]:02X}; expected 00"
        announced, room = data[1], len(data) - 2
    if announced == 0:
        return "a single frame that announces 0 bytes; expected at least 1"
    if announced > room:
        return f"a single frame that announces {announced} bytes but has room for {room}"
    return None


def _wrong_first(data: bytes) -> str | None:
    if len(data) < CLASSIC:
        return f"a first frame of {len(data)} bytes; expected {CLASSIC}"
    length = first_frame_length(data)
    if data[0] == 0x10 and data[1] == 0 and length < _ESCAPED_FROM:
        return f"a first frame with a long length of {length}; expected more than 4095"
    least = CLASSIC if len(data) == CLASSIC else len(data) - 1
    if length < least:
        return f"a first frame that announces {length} bytes; expected at least {least}"
    return None


def _wrong_flow_control(data: bytes) -> str | None:
    if len(data) < 3:
        return f"a flow control frame of {len(data)} bytes; expected 3"
    status = data[0] & 0xF
    return f"a flow control frame with status {status}; expected 0 to 2" if status > 2 else None


def first_frame_length(data: bytes) -> int:
    """The payload length that a first frame announces."""
    length = (data[0] & 0xF) << 8 | data[1]
    return length or int.from_bytes(data[2:6], "big")


def normalised(data: bytes) -> bytes:
    """A flow control frame with a reserved separation time asks for the longest one, 127 ms."""
    if data[0] >> 4 == FLOW_CONTROL and not (data[2] <= _LONGEST_STMIN or 0xF1 <= data[2] <= 0xF9):
        return data[:2] + bytes([_LONGEST_STMIN]) + data[3:]
    return data


def single_frame(payload: bytes, padding: int | None) -> bytes:
    """The data of one classic frame that carries the whole payload. Raises UsageError."""
    if not 1 <= len(payload) <= SINGLE_MOST:
        raise UsageError(
            f"{len(payload)} bytes do not fit a single frame; expected 1 to {SINGLE_MOST}"
        )
    data = bytes([len(payload)]) + payload
    return data if padding is None else data.ljust(CLASSIC, bytes([padding]))


def single_payload(data: bytes) -> bytes | None:
    """The payload of a proper single frame; None when it is another kind of frame."""
    if data[0] >> 4 != SINGLE:
        return None
    length, start = (data[0] & 0xF, 1) if data[0] & 0xF else (data[1], 2)
    return data[start : start + length]
