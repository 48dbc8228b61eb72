"""The exact bit stream of a classical CAN frame (ISO 11898-1): fields, CRC-15, stuff bits.

The slow and plain way, bit by bit: for waveforms, and the reference for `frame_length`.
A bit is 0 for dominant and 1 for recessive.
"""

from collections.abc import Iterable
from typing import NamedTuple

CRC_POLYNOMIAL = 0x4599
CRC_BITS = 15
STUFF_AFTER = 5
TAIL = (1, 1, 1) + (1,) * 7
"""What follows the CRC, unstuffed: CRC delimiter, ACK slot (as the sender has it), ACK delimiter,
end of frame."""
ACK_SLOT = 1
"""Place of the ACK slot within the tail."""


class FrameBits(NamedTuple):
    """One frame as its sender drives it, stuff bits included."""

    bits: tuple[int, ...]
    ack_slot: int
    """Index of the ACK slot in `bits`."""


def number_bits(value: int, width: int) -> list[int]:
    """A number as bits, most significant first."""
    return [(value >> place) & 1 for place in range(width - 1, -1, -1)]


def head_bits(arbitration_id: int, extended: bool, remote: bool, dlc: int) -> list[int]:
    """Start of frame, arbitration field and control field."""
    rtr = int(remote)
    if extended:
        base, rest = arbitration_id >> 18, arbitration_id & 0x3FFFF
        ids = [*number_bits(base, 11), 1, 1, *number_bits(rest, 18), rtr, 0, 0]
    else:
        ids = [*number_bits(arbitration_id, 11), rtr, 0, 0]
    return [0, *ids, *number_bits(dlc, 4)]


def crc15(bits: Iterable[int], crc: int = 0) -> int:
    """The CRC sequence of a bit stream."""
    for bit in bits:
        turn = bit ^ (crc >> (CRC_BITS - 1))
        crc = (crc << 1) & 0x7FFF
        if turn:
            crc ^= CRC_POLYNOMIAL
    return crc


def stuffed(bits: Iterable[int]) -> list[int]:
    """The stream with a bit of the other level after every five bits of one level."""
    out: list[int] = []
    last, run = 1, 0
    for bit in bits:
        run = run + 1 if bit == last else 1
        last = bit
        out.append(bit)
        if run == STUFF_AFTER:
            last, run = 1 - bit, 1
            out.append(last)
    return out


def frame_bits(
    arbitration_id: int, extended: bool, data: bytes, *, remote: bool = False, dlc: int = 0
) -> FrameBits:
    """A whole frame. `dlc` counts only for remote frames, which carry no data."""
    stream = head_bits(arbitration_id, extended, remote, dlc if remote else len(data))
    if not remote:
        for byte in data:
            stream += number_bits(byte, 8)
    stream += number_bits(crc15(stream), CRC_BITS)
    body = stuffed(stream)
    return FrameBits((*body, *TAIL), len(body) + ACK_SLOT)
