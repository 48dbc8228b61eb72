"""The ASCII protocol of serial CAN adapters ("slcan", after Lawicel's CAN232): lines and frames.

A command is one letter with hexadecimal arguments, ended by CR. The adapter answers CR for done or
BEL for refused, and sends received frames as lines of the same form. Pure text in and out.
"""

import can

DONE = b"\r"
REFUSED = b"\a"
SENT_STANDARD, SENT_EXTENDED = b"z\r", b"Z\r"
LONGEST = 32
"""Longest command line that means anything (an extended frame with eight bytes has 26)."""

BITRATES = (10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000)
"""What S0 to S8 stand for (bit/s)."""
CONTROLLER_CLOCK = 8_000_000
"""SJA1000 at 16 MHz: the clock that the registers of `s` divide (Hz)."""
CLOSEST = 0.015
"""Bit rates this close to each other understand each other."""

# Status flags of `F`
RECEIVE_FULL = 0x01
SEND_FULL = 0x02
WARNING = 0x04
OVERRUN = 0x08
PASSIVE = 0x20
BUS_ERROR = 0x80

_HEX = frozenset("0123456789ABCDEFabcdef")
_TIMESTAMP_WRAP = 60_000


class RefusedLineError(ValueError):
    """A line that is no command, or a command that makes no sense."""


def parse_hex(text: str) -> int:
    """A hexadecimal number, digits only. Raises RefusedLineError."""
    if not text or not _HEX.issuperset(text):
        raise RefusedLineError(f"{text!r} is no hexadecimal number")
    return int(text, 16)


def parse_frame(line: str) -> can.Message:
    """A frame from a command `t`, `T`, `r` or `R`. Raises RefusedLineError."""
    kind = line[:1]
    if kind not in ("t", "T", "r", "R"):
        raise RefusedLineError(f"{kind!r} does not send a classical frame")
    extended, remote = kind in "TR", kind in "rR"
    digits, limit = (8, 1 << 29) if extended else (3, 1 << 11)
    identifier = parse_hex(line[1 : 1 + digits])
    size = parse_hex(line[1 + digits : 2 + digits])
    payload = line[2 + digits :]
    if len(line) < 2 + digits or identifier >= limit or size > 8:
        raise RefusedLineError(f"{line!r}: identifier or length out of range")
    if len(payload) != (0 if remote else 2 * size):
        raise RefusedLineError(f"{line!r}: {size} bytes announced")
    if payload:
        parse_hex(payload)
    return can.Message(
        arbitration_id=identifier,
        is_extended_id=extended,
        is_remote_frame=remote,
        dlc=size,
        data=None if remote else bytes.fromhex(payload),
    )


def format_frame(message: can.Message, *, timestamp: bool) -> bytes:
    """A received frame as a line. With `timestamp` its milliseconds within a minute follow."""
    letter = "r" if message.is_remote_frame else "t"
    width = 3
    if message.is_extended_id:
        letter, width = letter.upper(), 8
    line = f"{letter}{message.arbitration_id:0{width}X}{message.dlc:X}"
    if not message.is_remote_frame:
        line += message.data.hex().upper()
    if timestamp:
        line += f"{int(message.timestamp * 1000) % _TIMESTAMP_WRAP:04X}"
    return line.encode("ascii") + DONE


def register_bitrate(registers: int) -> float:
    """Bit rate that the timing registers of `s` (BTR0 and BTR1) give (bit/s)."""
    btr0, btr1 = registers >> 8, registers & 0xFF
    prescaler = (btr0 & 0x3F) + 1
    quanta = 1 + (btr1 & 0x0F) + 1 + (btr1 >> 4 & 0x07) + 1
    return CONTROLLER_CLOCK / (prescaler * quanta)


def same_bitrate(a: float, b: float) -> bool:
    """Do controllers with these bit rates understand each other?"""
    return abs(a / b - 1.0) <= CLOSEST
