"""How many bit times a frame takes, stuff bits counted exactly, a byte at a time.

The stuffing rule is a machine of eight states (level and length of the run that the stream ends
with), the CRC a register of fifteen bits. Both step through tables by whole bytes; the head of a
frame (identifier, length) is worked out once. Tested against the bit-by-bit way of `frame_bits`.
"""

from functools import lru_cache
from typing import NamedTuple

from simulators.canbus.frame_bits import (
    CRC_BITS,
    STUFF_AFTER,
    TAIL,
    crc15,
    head_bits,
    number_bits,
    stuffed,
)

INTERMISSION = 3
"""Recessive bits between frames; not part of a frame's length."""

_CRC = tuple(crc15(number_bits(byte, 8)) for byte in range(256))


class _Run:
    """A state of the stuffing rule: what the next byte adds, and the state after it."""

    __slots__ = ("next8", "stuff7")

    def __init__(self) -> None:
        self.next8: list[tuple[int, _Run]] = []
        self.stuff7: list[int] = []


def _after(level: int, length: int, bits: list[int]) -> tuple[int, tuple[int, int]]:
    """Stuff bits that `bits` need after a run, and the run they leave."""
    before = [1 - level, *[level] * length]
    whole = stuffed([*before, *bits])
    run = 1
    while run < len(whole) and whole[-run - 1] == whole[-1]:
        run += 1
    return len(whole) - len(before) - len(bits), (whole[-1], run)


def _runs() -> dict[tuple[int, int], _Run]:
    runs = {(level, length): _Run() for level in (0, 1) for length in range(1, STUFF_AFTER)}
    for (level, length), run in runs.items():
        for byte in range(256):
            more, left = _after(level, length, number_bits(byte, 8))
            run.next8.append((more, runs[left]))
        run.stuff7 = [_after(level, length, number_bits(part, 7))[0] for part in range(128)]
    return runs


_RUNS = _runs()


class Head(NamedTuple):
    """The beginning of a frame, up to its data: what all frames of that kind share."""

    length: int
    """Bit times of the frame without the stuff bits of data and CRC."""
    crc: int
    run: _Run


@lru_cache(maxsize=16_384)
def head(arbitration_id: int, extended: bool, remote: bool, dlc: int) -> Head:
    """The head of all frames with this identifier, kind and data length code."""
    bits = head_bits(arbitration_id, extended, remote, dlc)
    body = stuffed(bits)
    run = 1
    while body[-run - 1] == body[-1]:
        run += 1
    payload = 0 if remote else 8 * dlc
    return Head(len(body) + payload + CRC_BITS + len(TAIL), crc15(bits), _RUNS[body[-1], run])


def bit_times(start: Head, data: bytes) -> int:
    """Bit times from start of frame to the end of the frame, intermission not included."""
    length, crc, run = start
    for byte in data:
        more, run = run.next8[byte]
        length += more
        crc = ((crc << 8) & 0x7F00) ^ _CRC[(crc >> 7) ^ byte]
    more, run = run.next8[crc >> 7]
    return length + more + run.stuff7[crc & 0x7F]
