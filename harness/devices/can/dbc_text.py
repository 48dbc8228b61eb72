"""The text of a DBC file: which encoding it is in, and on which line things stand.

The parsing library reads DBC as cp1252 unless told otherwise, and Chinese comments then turn into
nonsense without an error. It also takes two messages with one id, or multiplexed signals without
multiplexer, without a word. So the bytes are decoded here, and the lines that define messages and
signals are looked at before the library sees them.
"""

import codecs
import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.errors import FileError, Problem

GUESSED = "?"
"""Behind the name of an encoding that is not sure."""
_ENOUGH = 8
"""Different characters of which a share says something."""
_CLEAR = 0.25
"""Difference of the shares of common characters that leaves no doubt."""
_UNITS = {"°", "±", "µ"}
"""The same in every Western encoding."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STRING = re.compile(r'"(?:\\"|[^"])*?"', re.DOTALL)
_N = r"(\d{1,20})"
_GAP = r"[ \t]+"
_MESSAGE = re.compile(rf"^[ \t]*BO_{_GAP}{_N}{_GAP}(\w+)\s*:\s*{_N}", re.MULTILINE)
_SIGNAL = re.compile(
    rf"^[ \t]*SG_{_GAP}(\w+)[ \t]*(M|m\d+M?)?[ \t]*:\s*\d+\s*\|\s*{_N}\s*@", re.MULTILINE
)
_MUX = re.compile(rf"^[ \t]*SG_MUL_VAL_{_GAP}{_N}{_GAP}(\w+){_GAP}(\w+){_GAP}([^;]*)", re.MULTILINE)
_RANGE = re.compile(rf"{_N}\s*-\s*{_N}")
INDEPENDENT = "VECTOR__INDEPENDENT_SIG_MSG"
"""A place for signals that belong to no message; not a message."""


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Text and encoding of a DBC file. `name` stands in messages. Raises FileError.

    The encoding ends with a question mark where it is a guess: no file says which of the older
    encodings it has, and most bytes are text in several of them.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(data, name, error) from error
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8"), "utf-8"
    chinese = _chinese(data)
    if chinese is not None:
        encoding = chinese.rstrip(GUESSED)
        return data.decode(encoding), chinese
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _undecodable(data, name, error) from error
    return text, "cp1252" if {sign for sign in text if sign > "\x7f"} <= _UNITS else "cp1252?"


def _chinese(data: bytes) -> str | None:
    """GBK or Big5, by which of them makes more common characters of the bytes; None if neither.

    Western text in cp1252 is often valid in both ("°C" reads as one rare character). So both ask
    for second bytes above 0xA0: of Chinese text in GBK nearly all are, in Big5 more than half.
    """
    gbk, big5 = _pairs(data, "gbk"), _pairs(data, "cp950")
    if 2 * sum(map(_is_high, gbk)) <= len(gbk):
        gbk = []
    if 3 * sum(map(_is_high, set(big5))) <= len(set(big5)):
        big5 = []
    shares = {
        "gbk": _share(gbk, [(0xA1, 0xA9), (0xB0, 0xD7)], high=True),
        "cp950": _share(big5, [(0xA1, 0xC6)], high=False),
    }
    best = max(shares, key=lambda encoding: shares[encoding])
    if 2 * shares[best] < 1:
        return None
    clear = shares[best] - min(shares.values()) >= _CLEAR
    enough = len(set(gbk if best == "gbk" else big5)) >= _ENOUGH
    return best if clear and enough else best + GUESSED


def _pairs(data: bytes, encoding: str) -> list[bytes]:
    """All characters beyond ASCII; none if the bytes are no text in this encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return []
    return [char.encode(encoding) for char in text if char > "\x7f"]


def _is_high(pair: bytes) -> bool:
    return len(pair) == 2 and pair[0] > 0xA0 and pair[1] > 0xA0


def _share(pairs: list[bytes], rows: list[tuple[int, int]], *, high: bool) -> float:
    """How much of the different characters is in these rows, which have the common ones."""
    different = set(pairs)
    common = sum(
        any(low <= pair[0] <= last for low, last in rows) and (_is_high(pair) or not high)
        for pair in different
    )
    return common / len(different) if different else 0.0


def _undecodable(data: bytes, name: str, error: UnicodeDecodeError) -> FileError:
    before = data[: error.start]
    line = before.count(b"\n") + 1
    column = error.start - (before.rfind(b"\n") + 1) + 1
    what = f"the byte 0x{data[error.start]:02X} is no text in any encoding tried"
    return FileError([Problem(name, line, column, what, "UTF-8, GBK or cp1252")])


@dataclass(slots=True)
class MessageLines:
    """A message as the text defines it. `raw_id` has bit 31 set for 29-bit ids."""

    raw_id: int
    name: str
    length: int
    line: int
    column: int
    signals: list["SignalLine"] = field(default_factory=list)


class SignalLine(NamedTuple):
    """A signal as the text defines it. `marker` is M, m0, m1M … or nothing."""

    name: str
    marker: str
    length: int
    line: int
    column: int


class MuxLine(NamedTuple):
    """An entry of extended multiplexing; `numbers` is how many its ranges hold."""

    raw_id: int
    signal: str
    multiplexer: str
    numbers: int
    line: int
    column: int


class DbcLines:
    """Where messages and signals stand in the text."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        # Comments may quote whole definitions; blank them without moving anything.
        self._text = _STRING.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        self.messages: list[MessageLines] = []
        found = [(m.start(), m) for m in _MESSAGE.finditer(self._text)]
        found += [(m.start(), m) for m in _SIGNAL.finditer(self._text)]
        for _, match in sorted(found, key=lambda pair: pair[0]):
            if match.re is _MESSAGE:
                line, column = self._place(match.start(2))
                self.messages.append(
                    MessageLines(int(match[1]), match[2], int(match[3]), line, column)
                )
            elif self.messages:
                line, column = self._place(match.start(1))
                signal = SignalLine(match[1], match[2] or "", int(match[3]), line, column)
                self.messages[-1].signals.append(signal)
        self.mux_values = [self._mux_line(match) for match in _MUX.finditer(self._text)]
        self.messages = [m for m in self.messages if m.name != INDEPENDENT]

    def _mux_line(self, match: "re.Match[str]") -> MuxLine:
        ranges = [(int(low), int(high)) for low, high in _RANGE.findall(match[4])]
        numbers = sum(abs(high - low) + 1 for low, high in ranges)
        place = self._place(match.start(2))
        return MuxLine(int(match[1]), match[2], match[3], numbers, *place)

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def place(self, message: str, signal: str = "") -> tuple[int, int]:
        """Line and column of a message or of one of its signals; (0, 0) if it is not found."""
        for found in self.messages:
            if found.name == message:
                for line in found.signals:
                    if line.name == signal:
                        return line.line, line.column
                return found.line, found.column
        return 0, 0

    def problem(self, message: str, signal: str, what: str, expected: str = "") -> Problem:
        """A problem at a message, or at its signal if one is named."""
        return Problem(self.file, *self.place(message, signal), what, expected)
