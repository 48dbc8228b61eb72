"""Registers to raw numbers and back, by type, word order and byte order."""

import struct
import sys
from array import array
from collections.abc import Callable, Sequence

from harness.devices.modbus.points import Point

Raw = int | float | bytes
"""What stands in the registers before scaling and naming; text and bytes as they are."""

STRUCT = {"u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q", "f32": "f", "f64": "d"}
"""Letters of the `struct` module for the numbers."""


def layout(point: Point) -> tuple[Callable[[Sequence[int]], Raw], Callable[[Raw], list[int]]]:
    """Functions from registers to raw and back, for the point's type and orders."""
    if point.table.is_bits or point.type == "bool":
        return _unpack_bit, _pack_bit
    if point.type in ("string", "bytes"):
        return _bytes_layout(point)
    if point.type == "bcd16":
        swapped = point.byte_order == "little"
        return (
            (lambda words: _swap(words[0])) if swapped else (lambda words: words[0]),
            (lambda raw: [_swap(int(raw))]) if swapped else (lambda raw: [int(raw)]),
        )
    if point.digits_at is not None:
        return _digits_layout(point, *point.digits_at)
    return _number_layout(point) if point.bits_at is None else _part_layout(point, *point.bits_at)


def _part_layout(
    point: Point, lowest: int, highest: int
) -> tuple[Callable[[Sequence[int]], Raw], Callable[[Raw], list[int]]]:
    """Some bits of an unsigned number. Packed alone, the other bits are 0."""
    whole_of, words_of_whole = _number_layout(point)
    mask = (1 << highest - lowest + 1) - 1

    def unpack(words: Sequence[int]) -> Raw:
        return int(whole_of(words)) >> lowest & mask

    def pack(raw: Raw) -> list[int]:
        return words_of_whole((int(raw) & mask) << lowest)

    return unpack, pack


def _digits_layout(
    point: Point, lowest: int, highest: int
) -> tuple[Callable[[Sequence[int]], Raw], Callable[[Raw], list[int]]]:
    """Some decimal digits of an unsigned number. Packed alone, the other digits are 0."""
    whole_of, words_of_whole = _number_layout(point)
    place: int = 10**lowest
    room: int = 10 ** (highest - lowest + 1)

    def unpack(words: Sequence[int]) -> Raw:
        return int(whole_of(words)) // place % room

    def pack(raw: Raw) -> list[int]:
        return words_of_whole(int(raw) % room * place)

    return unpack, pack


def put_part(point: Point, words: Sequence[int], part: Sequence[int]) -> list[int]:
    """`words` of the whole register with the bits or digits of `point` taken from `part`."""
    unpack, pack = layout(point)
    if point.digits_at is None:
        masks = pack(-1)  # the bits of each register that the point occupies
        return [a & ~mask | b & mask for a, b, mask in zip(words, part, masks, strict=True)]
    whole_of, words_of_whole = _number_layout(point)
    change = (int(unpack(part)) - int(unpack(words))) * 10 ** point.digits_at[0]
    return words_of_whole(int(whole_of(words)) + change)


def _unpack_bit(words: Sequence[int]) -> int:
    return 1 if words[0] else 0


def _pack_bit(raw: Raw) -> list[int]:
    return [1 if raw else 0]


def _swap(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8


def _bytes_layout(
    point: Point,
) -> tuple[Callable[[Sequence[int]], bytes], Callable[[Raw], list[int]]]:
    words_struct = struct.Struct((">" if point.byte_order == "big" else "<") + f"{point.words}H")

    def unpack(words: Sequence[int]) -> bytes:
        return words_struct.pack(*words[: point.words])

    def pack(raw: Raw) -> list[int]:
        assert isinstance(raw, bytes)
        return list(words_struct.unpack(raw.ljust(2 * point.words, b"\0")))

    return unpack, pack


def _number_layout(
    point: Point,
) -> tuple[Callable[[Sequence[int]], Raw], Callable[[Raw], list[int]]]:
    code = STRUCT[point.type]
    count = point.words
    # Registers laid down in the point's byte order; a low word first is turned round before.
    words_struct = struct.Struct((">" if point.byte_order == "big" else "<") + f"{count}H")
    number = struct.Struct(">" + code)
    backwards = point.word_order == "little" and count > 1
    if count == 1 and point.type == "u16" and point.byte_order == "big":
        return (lambda words: words[0]), (lambda raw: [int(raw)])
    pack_words, unpack_number = words_struct.pack, number.unpack

    def unpack(words: Sequence[int]) -> Raw:
        if backwards:
            words = words[count - 1 :: -1] if len(words) == count else words[:count][::-1]
        elif len(words) != count:
            words = words[:count]
        return unpack_number(pack_words(*words))[0]  # type: ignore[no-any-return]

    def pack(raw: Raw) -> list[int]:
        words = list(words_struct.unpack(number.pack(raw)))
        return words[::-1] if backwards else words

    return unpack, pack


def words_of(data: bytes) -> Sequence[int]:
    """Registers of a reply's data bytes (high byte first); an odd last byte is dropped."""
    words = array("H", data[: len(data) & ~1])
    if sys.byteorder == "little":
        words.byteswap()
    return words


def bits_of(data: bytes, count: int) -> list[int]:
    """Coils of a reply's data bytes (first coil in the lowest bit)."""
    return [data[index >> 3] >> (index & 7) & 1 for index in range(min(count, 8 * len(data)))]
