"""What can be wrong with a frame. A finding is data: the frame itself is always kept."""

from enum import StrEnum
from typing import NamedTuple

from harness.text import Language, Text


class Flaw(StrEnum):
    """The kinds of findings."""

    SHORT = "short_frame"
    """Fewer bytes than described; signals beyond the end are missing."""
    LONG = "long_frame"
    """More bytes than described; the rest is ignored."""
    OUT_OF_RANGE = "out_of_range"
    """A raw number whose physical value is outside the described limits."""
    UNKNOWN_MUX = "unknown_multiplexer"
    """The multiplexer has a number for which nothing is described."""
    COUNTER = "counter"
    """The counter did not go on by one."""
    CHECKSUM = "checksum"
    """The checksum does not fit the payload."""


_TEXTS: dict[Flaw, Text] = {
    Flaw.SHORT: Text(
        "报文 {message} 过短：{got} 字节，应为 {expected}",
        "{message} is short: {got} of {expected} bytes",
    ),
    Flaw.LONG: Text(
        "报文 {message} 过长：{got} 字节，应为 {expected}",
        "{message} is long: {got} bytes, expected {expected}",
    ),
    Flaw.OUT_OF_RANGE: Text(
        "信号 {signal} 超出范围：{got}，应为 {expected}",
        "{signal} is out of range: {got}, expected {expected}",
    ),
    Flaw.UNKNOWN_MUX: Text(
        "多路复用信号 {signal} 取值未定义：{got}，应为 {expected}",
        "multiplexer {signal} has an unknown number: {got}, expected {expected}",
    ),
    Flaw.COUNTER: Text(
        "报文 {message} 计数器 {signal} 不连续：{got}，应为 {expected}",
        "counter {signal} of {message} jumps: {got}, expected {expected}",
    ),
    Flaw.CHECKSUM: Text(
        "报文 {message} 校验和 {signal} 错误：{got}，应为 {expected}",
        "checksum {signal} of {message} is wrong: {got}, expected {expected}",
    ),
}


class Finding(NamedTuple):
    """One thing wrong with one frame."""

    flaw: Flaw
    message: str
    signal: str
    """Empty when the whole frame is meant."""
    got: str
    expected: str

    def describe(self, language: Language) -> str:
        """One sentence for people."""
        fields = self._asdict()
        return _TEXTS[self.flaw].get(language).format(**fields)

    def __str__(self) -> str:
        return self.describe("en")
