"""Requests, and what a valid reply to one looks like on the wire. Pure functions of bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

READ_BITS = (1, 2)
READ_REGISTERS = (3, 4)

EXCEPTIONS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    5: "acknowledged, still working",
    6: "busy",
    7: "negative acknowledge",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not answer",
}


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One request: a read of `count` from `address`, or a write of `values` to it."""

    unit: int
    function: int
    address: int
    count: int
    values: Sequence[int] = ()
    about: str = ""
    """What it is for, in messages: role and points."""
    longer: bool = False
    """The reply may carry more data than was asked for; what was asked for comes first."""
    again_after: float = 0.0
    """The device ignores it until it comes again, so many seconds later; 0: it does not."""
    data_bytes: int = field(init=False)
    """Data bytes of a good reply to a read; 0 for writes."""
    pdu_length: int = field(init=False)
    """Bytes of a good reply from the function code on, without CRC."""
    pdu: Any = field(default=None, init=False, repr=False)
    """The client library's form of the request, once it was sent."""

    def __post_init__(self) -> None:
        size = 0
        if self.function in READ_REGISTERS:
            size = 2 * self.count
        elif self.function in READ_BITS:
            size = (self.count + 7) // 8
        object.__setattr__(self, "data_bytes", size)
        object.__setattr__(self, "pdu_length", 2 + size if size else 5)

    def prepare(self, pdu: Any) -> None:
        """Keep the client library's form of the request."""
        object.__setattr__(self, "pdu", pdu)

    def signature(self) -> tuple[int, int, int]:
        """On RTU, replies to requests of one signature cannot be told apart."""
        return (self.unit, self.function, self.pdu_length)

    def __str__(self) -> str:
        last = self.address + self.count - 1
        span = f"{self.address}" if self.count == 1 else f"{self.address} to {last}"
        wire = f"FC {self.function:02d} at {span} of unit {self.unit}"
        return f"{self.about} ({wire})" if self.about else wire


def crc16(data: bytes) -> int:
    """Modbus CRC; its low byte comes first on the wire."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _crc_table() -> list[int]:
    table: list[int] = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return table


_CRC_TABLE = _crc_table()


def _pdu_fault(request: Request, pdu: bytes) -> str:
    """What is wrong with a reply from its function code on; empty if nothing is."""
    function = pdu[0]
    if function == request.function | 0x80:
        return "" if len(pdu) == 2 else f"wrong length: {len(pdu)} bytes of exception reply"
    if function != request.function:
        return f"wrong function: the reply is to FC {function & 0x7F:02d}"
    if len(pdu) != _length(request, pdu):
        return f"wrong length: {len(pdu)} bytes where {request.pdu_length} answer the request"
    if request.data_bytes:
        if pdu[1] != request.data_bytes and not request.longer:
            return f"wrong length: {pdu[1]} data bytes announced, {request.data_bytes} asked for"
    elif pdu[1] << 8 | pdu[2] != request.address:
        return f"wrong address: the reply is about {pdu[1] << 8 | pdu[2]}"
    return ""


def _length(request: Request, pdu: bytes) -> int:
    """How long a good reply that begins like this is, from its function code on, without CRC."""
    if request.longer and request.data_bytes and len(pdu) > 1:
        return 2 + max(pdu[1], request.data_bytes)
    return request.pdu_length


def look_rtu(request: Request, data: bytes) -> bytes:
    """The valid RTU reply among the bytes received so far, from its function code on without CRC.

    Empty if there is none yet. Noise before the frame, as bus drivers make it when they turn
    round, is stepped over: a frame counts only with the right unit, function, length and CRC.
    """
    for start in range(len(data) - 4):
        if data[start] != request.unit:
            continue
        good = _length(request, data[start + 1 :]) + 3 if request.longer else request.pdu_length + 3
        end = start + (5 if data[start + 1] & 0x80 else good)
        if len(data) < end or crc16(data[start : end - 2]) != data[end - 1] << 8 | data[end - 2]:
            continue
        body = data[start + 1 : end - 2]
        if not _pdu_fault(request, body):
            return _asked_for(request, body)
    return b""


def _asked_for(request: Request, body: bytes) -> bytes:
    """A reply without what came beyond the data that was asked for."""
    return body[: request.pdu_length] if request.longer and not body[0] & 0x80 else body


def fault_rtu(request: Request, data: bytes) -> str:
    """Why these bytes, all that came until the time was up, are no reply."""
    needed = request.pdu_length + 3
    if len(data) >= 4 and crc16(data[:-2]) == data[-1] << 8 | data[-2]:
        if data[0] != request.unit:
            return f"wrong unit: a reply from unit {data[0]}"
        return _pdu_fault(request, data[1:-2]) or "wrong length"
    if len(data) >= 2 and data[1] == request.function | 0x80:
        needed = 5
    if len(data) < needed:
        return f"short frame: {len(data)} of {needed} bytes"
    wire = data[-1] << 8 | data[-2]
    return f"bad CRC: {wire:04X} in {len(data)} bytes, calculated {crc16(data[:-2]):04X}"


def look_tcp(request: Request, transaction: int, data: bytes) -> bytes:
    """The reply with this transaction number among the bytes received, from its function code on.

    Empty if there is none yet. Replies with other numbers are late ones and are stepped over.
    Raises ValueError when these bytes can never become a valid reply.
    """
    start = 0
    while len(data) - start >= 8:
        length = data[start + 4] << 8 | data[start + 5]
        if data[start + 2] or data[start + 3] or not 2 <= length <= 254:
            raise ValueError("garbage: no Modbus TCP header")
        end = start + 6 + length
        if len(data) < end:
            break
        if data[start] << 8 | data[start + 1] == transaction:
            if data[start + 6] != request.unit:
                raise ValueError(f"wrong unit: a reply from unit {data[start + 6]}")
            body = data[start + 7 : end]
            if fault := _pdu_fault(request, body):
                raise ValueError(fault)
            return _asked_for(request, body)
        start = end
    return b""


def fault_tcp(request: Request, transaction: int, data: bytes) -> str:
    """Why these bytes, all that came until the time was up, are no reply."""
    try:
        look_tcp(request, transaction, data)
    except ValueError as error:
        return str(error)
    if len(data) >= 8:
        number = data[0] << 8 | data[1]
        if len(data) >= 6 + (data[4] << 8 | data[5]):
            return f"wrong transaction: a reply to number {number}, not {transaction}"
    return f"short frame: {len(data)} of {request.pdu_length + 7} bytes"


def lrc(data: bytes) -> int:
    """Checksum of a Modbus ASCII frame: the bytes and it add up to 0, modulo 256."""
    return -sum(data) & 0xFF


def look_ascii(request: Request, data: bytes) -> bytes:
    """The valid Modbus ASCII reply among the bytes so far, from its function code on without LRC.

    Empty if there is none yet. Frames of other units, damaged ones and noise are stepped over.
    """
    for _, frame in _ascii_frames(data):
        if frame and lrc(frame[:-1]) == frame[-1] and frame[0] == request.unit:
            body = frame[1:-1]
            if len(body) >= 2 and not _pdu_fault(request, body):
                return _asked_for(request, body)
    return b""


def fault_ascii(request: Request, data: bytes) -> str:
    """Why these bytes, all that came until the time was up, are no reply."""
    frames = list(_ascii_frames(data))
    if not frames:
        return f"short frame: {len(data)} bytes without ':' and line end"
    text, frame = frames[-1]
    if len(frame) < 4:
        return f"no Modbus ASCII frame: {text!r}"
    if lrc(frame[:-1]) != frame[-1]:
        return f"bad LRC: {frame[-1]:02X}, calculated {lrc(frame[:-1]):02X}"
    if frame[0] != request.unit:
        return f"wrong unit: a reply from unit {frame[0]}"
    return _pdu_fault(request, frame[1:-1]) or "wrong length"


def unit_in_ascii(data: bytes) -> int | None:
    """Unit id of the last whole frame; None if there is none."""
    whole = [frame for _, frame in _ascii_frames(data) if frame and lrc(frame[:-1]) == frame[-1]]
    return whole[-1][0] if whole else None


def _ascii_frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What stands between each ':' and its line end, and the bytes that it spells (b"": none)."""
    for part in data.split(b":")[1:]:
        text, end, _ = part.partition(b"\r\n")
        if not end:
            continue
        try:
            yield text, bytes.fromhex(text.decode("ascii"))
        except ValueError:
            yield text, b""
