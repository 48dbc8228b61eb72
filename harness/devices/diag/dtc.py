"""Diagnostic trouble codes: letters and digits, bytes, status bits.

A UDS code has three bytes: two for the code of SAE J2012 (`P0AA6`) and one for the failure type
(`1A`). OBD gives the first two only. Bits 7–6 of the first byte are the letter, bits 5–4 the first
digit.
Source: SAE J2012-DA and ISO 15031-6 for the codes, ISO 14229-1 D.2 for the status byte.
"""

import re
from dataclasses import dataclass

from harness.errors import UsageError
from harness.text import Text

_LETTERS = "PCBU"
_CODE = re.compile(r"([PCBU])([0-3])([0-9A-F]{3})(?:-([0-9A-F]{2}))?\Z")

TEST_FAILED = 0x01
FAILED_THIS_CYCLE = 0x02
PENDING = 0x04
CONFIRMED = 0x08
NOT_COMPLETED_SINCE_CLEAR = 0x10
FAILED_SINCE_CLEAR = 0x20
NOT_COMPLETED_THIS_CYCLE = 0x40
WARNING_REQUESTED = 0x80

STATUS_BITS: dict[int, tuple[str, Text]] = {
    TEST_FAILED: ("test_failed", Text("当前故障", "failing now")),
    FAILED_THIS_CYCLE: (
        "test_failed_this_operation_cycle",
        Text("本次上电循环出现过故障", "failed in this operation cycle"),
    ),
    PENDING: ("pending", Text("待定故障", "pending")),
    CONFIRMED: ("confirmed", Text("已确认故障", "confirmed")),
    NOT_COMPLETED_SINCE_CLEAR: (
        "test_not_completed_since_last_clear",
        Text("清码后尚未完成检测", "not tested since the codes were cleared"),
    ),
    FAILED_SINCE_CLEAR: (
        "test_failed_since_last_clear",
        Text("清码后出现过故障", "failed since the codes were cleared"),
    ),
    NOT_COMPLETED_THIS_CYCLE: (
        "test_not_completed_this_operation_cycle",
        Text("本次上电循环尚未完成检测", "not tested in this operation cycle"),
    ),
    WARNING_REQUESTED: (
        "warning_indicator_requested",
        Text("请求点亮警告灯", "asks for the warning lamp"),
    ),
}
"""Bit of the status byte -> name in ISO 14229, and what to call it."""


def dtc_number(code: str) -> int:
    """The three bytes of `P0AA6-1A` as a number. Raises UsageError."""
    match = _CODE.match(code)
    if match is None or match[4] is None:
        raise UsageError(f"{code!r} is not a trouble code; expected one like P0AA6-1A")
    return _first_bytes(match) << 8 | int(match[4], 16)


def dtc_code(number: int) -> str:
    """`P0AA6-1A` for a number of three bytes."""
    return f"{short_code(number >> 8)}-{number & 0xFF:02X}"


def short_number(code: str) -> int:
    """The two bytes that OBD uses for `P0AA6`. Raises UsageError."""
    match = _CODE.match(code)
    if match is None or match[4] is not None:
        raise UsageError(f"{code!r} is not an OBD trouble code; expected one like P0AA6")
    return _first_bytes(match)


def short_code(number: int) -> str:
    """`P0AA6` for the two bytes of OBD."""
    return f"{_LETTERS[number >> 14 & 3]}{number >> 12 & 3}{number & 0xFFF:03X}"


def _first_bytes(match: re.Match[str]) -> int:
    return _LETTERS.index(match[1]) << 14 | int(match[2]) << 12 | int(match[3], 16)


@dataclass(frozen=True, slots=True)
class DtcStatus:
    """The status byte of a trouble code."""

    byte: int

    def __post_init__(self) -> None:
        if not 0 <= self.byte <= 0xFF:
            raise UsageError(f"{self.byte} is not a status byte; expected 0 to 255")

    @property
    def failing(self) -> bool:
        return bool(self.byte & TEST_FAILED)

    @property
    def pending(self) -> bool:
        return bool(self.byte & PENDING)

    @property
    def confirmed(self) -> bool:
        return bool(self.byte & CONFIRMED)

    @property
    def tested(self) -> bool:
        """Whether the test has run since the codes were cleared."""
        return not self.byte & NOT_COMPLETED_SINCE_CLEAR

    @property
    def warning(self) -> bool:
        return bool(self.byte & WARNING_REQUESTED)

    def names(self) -> tuple[str, ...]:
        """The names of the bits that are set, lowest bit first."""
        return tuple(name for bit, (name, _) in STATUS_BITS.items() if self.byte & bit)

    def texts(self) -> tuple[Text, ...]:
        """What the bits that are set mean, lowest bit first."""
        return tuple(text for bit, (_, text) in STATUS_BITS.items() if self.byte & bit)


def status_byte(*names: str) -> int:
    """The byte in which these bits are set, by their names. Raises UsageError."""
    known = {name: bit for bit, (name, _) in STATUS_BITS.items()}
    byte = 0
    for name in names:
        if name not in known:
            raise UsageError(f"no status bit is called {name!r}; known: {', '.join(known)}")
        byte |= known[name]
    return byte
