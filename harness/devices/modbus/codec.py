"""Registers to values and back, by the rules of a point. Pure: no clock, no I/O.

`decode` never raises: whatever a device sends becomes a value with a quality. `encode` raises
UsageError that names the point, the value and what is allowed. Everything that can be worked out
once per point is worked out on first use and kept on the point, so a decode costs about 1 µs.
"""

import math
import struct
from collections.abc import Callable, Sequence

from harness.devices.modbus.interpret import (
    BITS,
    FLOATS,
    SIGNED,
    Decoded,
    along,
    amps_of_duty,
    as_seen,
    duty_of_amps,
    interpreter,
    packed,
)
from harness.devices.modbus.layout import STRUCT, Raw, layout
from harness.devices.modbus.points import Point, in_choices, show_choices
from harness.errors import UsageError
from harness.quantity import Quality, Value

_MISSING = Decoded(None, None, Quality.MISSING)


class Codec:
    """The precomputed rules of one point."""

    __slots__ = ("decode", "interpret", "pack", "unpack")

    def __init__(self, point: Point) -> None:
        self.unpack, self.pack = layout(point)
        self.interpret = interpreter(point)
        self.decode = _decoder(point.words, self.unpack, self.interpret)


def codec_of(point: Point) -> Codec:
    """The point's codec, made on first use."""
    found: Codec | None = point.codec
    if found is None:
        found = Codec(point)
        object.__setattr__(point, "codec", found)  # a cache, not a change of the point
    return found


def decode(point: Point, words: Sequence[int]) -> Decoded:
    """The value in these registers (or this one bit). Never raises.

    Too few words give quality MISSING.
    """
    return (point.codec or codec_of(point)).decode(words)


def encode(point: Point, value: Value | None, *, checked: bool = True) -> list[int]:
    """The registers (or one bit) that hold `value`.

    Numbers are in the point's unit; states are given by their shared or the vendor's own label.
    `checked` refuses what may not be written; simulators switch it off, and may then also give
    None for "not available". Raises UsageError.
    """
    if checked and value is not None and point.allowed is not None:
        named = code_of(point, value) is not None
        if not named and not in_choices(_plain(value), point.allowed):
            raise _refused(point, value)
    raw = _not_available(point) if value is None and not checked else raw_of(point, value)
    return codec_of(point).pack(raw)


def raw_of(point: Point, value: Value | None) -> Raw:
    """The raw number (or bytes) that stands for `value`. Raises UsageError."""
    if point.packing is not None:
        whole = packed(point.packing, value, BITS[point.type] // 8)
        if whole is None:
            raise _refused(point, value)
        return whole
    code = None if point.flags else code_of(point, value)
    if isinstance(code, str):
        return code.encode(point.encoding)
    if point.values and point.type == "string":
        raise _refused(point, value)
    special = _RAW_OF.get("flags" if point.flags else point.type)
    if special is not None:
        return special(point, value)
    if code is not None:
        return code
    return _number(point, value)


def _number(point: Point, value: Value | None) -> Raw:
    """The raw number of a quantity. Raises UsageError."""
    only_states = bool(point.values) and point.allowed is None
    if only_states or isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(point, value)
    if not math.isfinite(value):
        raise _refused(point, value)
    stands_for = next((raw for raw, shown in point.special.items() if shown == value), None)
    if stands_for is not None:
        return stands_for
    if point.curve:
        return _fitting_whole(point, value, round(_on_curve(point, value)))
    if point.conversion == "cp_duty":
        value = duty_of_amps(value)
    plain = point.scale == 1.0 and point.offset == 0.0  # exact, also above 2**53
    number = value if plain else (value - point.offset) / point.scale
    if point.type in FLOATS:
        return _fitting_float(point, value, number)
    return _fitting_whole(point, value, round(number))


def code_of(point: Point, value: Value | None) -> int | str | None:
    """The code of a state, by its shared label (the lowest code wins) or the vendor's own."""
    for names in (point.values, point.labels):
        for code, name in names.items():
            if type(name) is type(value) and name == value:
                return code
    if isinstance(value, float):
        return next((c for c, n in point.values.items() if type(n) is int and n == value), None)
    return None


def label_of(point: Point, raw: int | str | None) -> str:
    """The vendor's own word for a raw code; empty if there is none."""
    return point.labels.get(raw, "") if isinstance(raw, int | str) else ""


def what_fits(point: Point) -> str:
    """What can be written to a point, in words."""
    unit = f" {point.unit}" if point.unit else ""
    parts = [str(name) for name in point.values.values()]
    if point.allowed is not None:
        parts = [name for name in parts if name in point.allowed]
        parts += [show_choices((c,)) for c in point.allowed if not isinstance(c, str)]
    if parts:
        return ", ".join(parts) + unit
    if point.type in BITS and point.type != "bool" and not point.flags:
        if point.curve:
            return f"{min(v for _, v in point.curve):g} to {max(v for _, v in point.curve):g}{unit}"
        low, high = _raw_range(point)
        ends = sorted((low * point.scale + point.offset, high * point.scale + point.offset))
        if point.conversion == "cp_duty":
            ends = [amps_of_duty(min(end, 100.0)) for end in ends]
        return f"{ends[0]:g} to {ends[1]:g}{unit}"
    kinds = {
        "string": f"text of at most {2 * point.words} bytes",
        "bytes": f"{2 * point.words} bytes in hex",
        "bool": "true or false",
    }
    if point.flags:
        return "a list of " + ", ".join(point.flags.values())
    return kinds.get(point.type, f"a number{unit and ' in' + unit}")


def _refused(point: Point, value: Value | None) -> UsageError:
    return UsageError(f"{point.name} cannot be {value!r}; expected {what_fits(point)}")


def _plain(value: Value) -> Value:
    return ", ".join(value) if isinstance(value, list) else value


def _decoder(
    count: int, unpack: Callable[[Sequence[int]], Raw], interpret: Callable[[Raw], Decoded]
) -> Callable[[Sequence[int]], Decoded]:
    def decode_words(words: Sequence[int]) -> Decoded:
        return _MISSING if len(words) < count else interpret(unpack(words))

    return decode_words


# Value -> raw


def _raw_range(point: Point) -> tuple[int, int]:
    if point.type == "bcd16":
        return 0, 9999
    if point.digits_at is not None:
        return 0, 10 ** (point.digits_at[1] - point.digits_at[0] + 1) - 1
    bits = point.width or BITS[point.type]
    if point.type in SIGNED:
        return -(1 << bits - 1), (1 << bits - 1) - 1
    return 0, (1 << bits) - 1


def _fitting_whole(point: Point, value: Value, number: int) -> int:
    low, high = _raw_range(point)
    if not low <= number <= high:
        raise _refused(point, value)
    return int(str(number), 16) if point.type == "bcd16" else number


def _on_curve(point: Point, value: int | float) -> float:
    raw = along(sorted((shown, raw) for raw, shown in point.curve), value)
    if raw is None:
        raise _refused(point, value)
    return raw


def _fitting_float(point: Point, value: Value, number: float) -> float:
    try:
        struct.pack(">" + STRUCT[point.type], number)
    except OverflowError as error:
        raise _refused(point, value) from error
    return number


def _not_available(point: Point) -> Raw:
    if point.type in FLOATS:
        return math.nan
    if point.type in ("string", "bytes"):
        return b""
    if not point.not_available:
        raise UsageError(f"{point.name} has no marker for 'not available'")
    return as_seen(point, point.not_available[0])


def _flag_word(point: Point, value: Value | None) -> int:
    if not isinstance(value, list) or not point.flags:
        raise _refused(point, value)
    bits = {name: bit for bit, name in point.flags.items()}
    unknown = [name for name in value if name not in bits]
    if unknown:
        raise UsageError(
            f"{point.name} has no flag {unknown[0]!r}; expected {', '.join(bits) or 'none'}"
        )
    word = 0
    for name in value:
        word |= 1 << bits[name]
    return word


def _text_bytes(point: Point, value: Value | None) -> bytes:
    if not isinstance(value, str):
        raise _refused(point, value)
    try:
        data = value.encode(point.encoding)
    except UnicodeEncodeError as error:
        raise _refused(point, value) from error
    if len(data) > 2 * point.words or "\0" in value:
        raise _refused(point, value)
    return data


def _hex_bytes(point: Point, value: Value | None) -> bytes:
    if not isinstance(value, str):
        raise _refused(point, value)
    try:
        data = bytes.fromhex(value)
    except ValueError as error:
        raise _refused(point, value) from error
    if len(data) != 2 * point.words:
        raise _refused(point, value)
    return data


def _switch(point: Point, value: Value | None) -> int:
    code = code_of(point, value)
    if isinstance(code, int):
        return code
    if point.values or value not in (0, 1):
        raise _refused(point, value)
    return int(value)  # type: ignore[arg-type]


_RAW_OF: dict[str, Callable[[Point, Value | None], Raw]] = {
    "flags": _flag_word,
    "string": _text_bytes,
    "bytes": _hex_bytes,
    "bool": _switch,
}
