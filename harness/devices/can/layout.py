"""Where the bits of a signal are in the payload.

A payload is taken as one integer, in both byte orders: a little-endian signal is then one run of
bits of the first, a big-endian signal one run of bits of the second. Pure arithmetic.
"""

from typing import NamedTuple

from harness.devices.can.specs import SignalSpec


class Field(NamedTuple):
    """A signal's place in the payload as an integer: `(word >> shift) & mask`."""

    name: str
    big: int
    """1: the word is the payload read big-endian; 0: little-endian."""
    shift: int
    mask: int
    sign: int
    """Value of the sign bit of signed integers, else 0: `(bits ^ sign) - sign` is the number."""
    end: int
    """Payload bytes that must be there for the signal to be whole."""
    spec: SignalSpec


def field_of(signal: SignalSpec, size: int) -> Field:
    """The place of a signal in a payload of `size` bytes, which must hold it (`fits`)."""
    mask = (1 << signal.length) - 1
    sign = 1 << (signal.length - 1) if signal.signed and not signal.is_float else 0
    first = first_bit(signal)
    if signal.little_endian:
        end = (signal.start + signal.length + 7) // 8
        return Field(signal.name, 0, signal.start, mask, sign, end, signal)
    end = (first + signal.length + 7) // 8
    shift = 8 * size - first - signal.length
    return Field(signal.name, 1, shift, mask, sign, end, signal)


def first_bit(signal: SignalSpec) -> int:
    """Start bit of a big-endian signal, counted from the first bit on the wire."""
    return 8 * (signal.start // 8) + 7 - signal.start % 8


def fits(signal: SignalSpec, size: int) -> bool:
    """Whether the signal lies inside a payload of `size` bytes."""
    first = signal.start if signal.little_endian else first_bit(signal)
    return first + signal.length <= 8 * size


def bits_of(signal: SignalSpec, size: int) -> int:
    """The payload read big-endian with ones where the signal is; for finding overlaps."""
    place = field_of(signal, size)
    ones = place.mask << place.shift
    if place.big:
        return ones
    return int.from_bytes(ones.to_bytes(size, "little"), "big")


def whole_byte(signal: SignalSpec) -> int | None:
    """Index of the byte that the signal fills exactly; None if it does not fill one."""
    first = signal.start if signal.little_endian else first_bit(signal)
    return first // 8 if signal.length == 8 and first % 8 == 0 else None
