"""Raw numbers to values: scale, states, flags, markers and the quality of a reading."""

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from harness.devices.modbus.layout import Raw
from harness.devices.modbus.points import Packing, Point
from harness.quantity import Quality, Value

BITS = {"u16": 16, "i16": 16, "u32": 32, "i32": 32, "u64": 64, "bcd16": 16, "bool": 1}
SIGNED = frozenset({"i16", "i32"})
FLOATS = frozenset({"f32", "f64"})
_LARGEST = sys.float_info.max
_LINEAR_UP_TO = 85.0
"""Duty cycle in %; above it, more amperes to the percent."""


class Decoded(NamedTuple):
    """A value in the point's unit, the number before scaling and whether it can be used.

    `raw` is None for good floats and texts; bytes that cannot be read are kept in hex.
    """

    value: Value | None
    raw: int | str | None
    quality: Quality


def as_seen(point: Point, marker: int) -> int:
    """A marker as the signed number that it reads as (0x8000 in an i16 is -32768)."""
    if point.type not in SIGNED or marker < 0:
        return marker
    bits = BITS[point.type]
    return marker - (1 << bits) if marker >> (bits - 1) else marker


def interpreter(point: Point) -> Callable[[Raw], Decoded]:
    """The function that turns the point's raw numbers into values."""
    if point.flags:
        return _flag_names(point)
    if point.packing is not None:
        return _packed(point)
    if point.values and point.type == "string":
        return _text_states(point)
    if point.values:
        return _enumeration(point)
    special = _BY_TYPE.get(point.type)
    return special(point) if special is not None else _whole(point)


def amps_of_duty(percent: float) -> float:
    """The current that a duty cycle of the control pilot stands for (GB/T 18487.1, IEC 61851-1)."""
    return percent * 0.6 if percent <= _LINEAR_UP_TO else (percent - 64.0) * 2.5


def duty_of_amps(amps: float) -> float:
    """The duty cycle in % that stands for a current.

    The two rules leave out what lies between 51 and 52.5 A; there it is 51 A.
    """
    if amps <= amps_of_duty(_LINEAR_UP_TO):
        return amps / 0.6
    return max(_LINEAR_UP_TO, amps / 2.5 + 64.0)


def along(pairs: Sequence[tuple[float, float]], at: float) -> float | None:
    """The second number of the pairs (by rising first number) at `at`; None outside of them."""
    if not pairs[0][0] <= at <= pairs[-1][0]:
        return None
    after = next(index for index, pair in enumerate(pairs) if at <= pair[0])
    if at == pairs[after][0]:
        return float(pairs[after][1])
    (left, low), (right, high) = pairs[after - 1], pairs[after]
    return low + (high - low) * (at - left) / (right - left)


def _scaling(point: Point) -> Callable[[int | float], float | int]:
    """Raw to value. 0.1 is done by dividing by ten, so that 123 becomes 12.3 and not 12.3000…1."""
    if point.conversion == "cp_duty":
        percent = _scaling(replace(point, conversion=None))
        return lambda raw: amps_of_duty(percent(raw))
    scale, offset = point.scale, point.offset
    if scale == 1.0 and offset == 0.0:
        if point.unit is None and point.type not in FLOATS:
            return int
        return float
    divisor = round(1 / scale) if 1e-15 < abs(scale) < 1 else 0
    if divisor and math.isclose(divisor * scale, 1.0, rel_tol=1e-12):
        if offset == 0.0:
            return lambda raw: raw / divisor
        return lambda raw: raw / divisor + offset
    return lambda raw: float(raw * scale + offset)


def _whole(point: Point) -> Callable[[Raw], Decoded]:
    markers = frozenset(as_seen(point, marker) for marker in point.not_available)
    convert = _by_table(point) if point.special or point.curve else _scaling(point)
    good, sentinel, out = Quality.GOOD, Quality.SENTINEL, Quality.OUT_OF_RANGE
    low = -_LARGEST if point.low is None else point.low
    high = _LARGEST if point.high is None else point.high

    def interpret(raw: Raw) -> Decoded:
        if raw in markers:
            return Decoded(None, raw, sentinel)  # type: ignore[arg-type]
        value = convert(raw)  # type: ignore[arg-type]
        if value is None:
            return Decoded(None, raw, out)  # type: ignore[arg-type]
        quality = good if low <= value <= high else out
        return Decoded(value, raw, quality)  # type: ignore[arg-type]

    return interpret


def _by_table(point: Point) -> Callable[[int | float], float | None]:
    """Raw to value by special numbers and a curve; None beyond the ends of the curve."""
    special = {as_seen(point, raw): float(value) for raw, value in point.special.items()}
    curve, scaled = point.curve, _scaling(point)

    def convert(raw: int | float) -> float | None:
        if raw in special:
            return special[int(raw)]
        return along(curve, raw) if curve else scaled(raw)

    return convert


def _float(point: Point) -> Callable[[Raw], Decoded]:
    markers = frozenset(float(marker) for marker in point.not_available)
    convert = _scaling(point)
    good, out, finite = Quality.GOOD, Quality.OUT_OF_RANGE, math.isfinite
    low = -math.inf if point.low is None else point.low
    high = math.inf if point.high is None else point.high

    def interpret(raw: Raw) -> Decoded:
        if raw in markers:
            return Decoded(None, str(raw), Quality.SENTINEL)
        value = convert(raw)  # type: ignore[arg-type]
        if not finite(value):
            return Decoded(None, str(raw), Quality.NOT_A_NUMBER)
        return Decoded(value, None, good if low <= value <= high else out)

    return interpret


def _packed(point: Point) -> Callable[[Raw], Decoded]:
    """Several things in one number; what cannot be one of them is kept raw."""
    markers = frozenset(point.not_available)
    size = BITS[point.type] // 8

    def interpret(raw: Raw) -> Decoded:
        assert isinstance(raw, int)
        if raw in markers:
            return Decoded(None, raw, Quality.SENTINEL)
        value = unpacked(point.packing, raw.to_bytes(size, "big"))
        if value is None:
            return Decoded(None, raw, Quality.UNKNOWN_CODE)
        return Decoded(value, raw, Quality.GOOD)

    return interpret


def unpacked(packing: Packing | None, data: bytes) -> Value | None:
    """What is in the bytes, highest first; None when they cannot be that."""
    if packing == "hex":
        return f"0x{int.from_bytes(data):X}"
    if packing == "dotted":
        # The lowest of four bytes is a build number that nobody prints.
        return ".".join(str(byte) for byte in data[:3])
    if packing == "letter_number":
        letter = chr(data[-2])
        return f"{letter}{data[-1]}" if letter.isascii() and letter.isalpha() else None
    minutes, seconds = data[-2], data[-1]
    return float(60 * minutes + seconds) if seconds < 60 else None


def packed(packing: Packing | None, value: Value | None, size: int) -> int | None:
    """The number that holds a value; None when it cannot."""
    text = str(value)
    try:
        if packing == "hex":
            number = int(text, 16)
        elif packing == "dotted":
            parts = bytes(int(part) for part in text.split("."))
            number = int.from_bytes(parts.ljust(size, b"\0")[:size])
        elif packing == "letter_number":
            number = ord(text[0]) << 8 | int(text[1:])
        else:
            minutes, seconds = divmod(round(float(text)), 60)
            number = minutes << 8 | seconds
    except (ValueError, IndexError, TypeError):
        return None
    return number if 0 <= number < 1 << 8 * size else None


def _bcd(point: Point) -> Callable[[Raw], Decoded]:
    number = _whole(point)

    def interpret(raw: Raw) -> Decoded:
        assert isinstance(raw, int)
        if raw in point.not_available:
            return Decoded(None, raw, Quality.SENTINEL)
        digits = f"{raw:04x}"
        if not digits.isdecimal():
            return Decoded(None, raw, Quality.NOT_A_NUMBER)
        found = number(int(digits))
        return Decoded(found.value, raw, found.quality)

    return interpret


def _enumeration(point: Point) -> Callable[[Raw], Decoded]:
    named: dict[float | int, Decoded] = {
        code: Decoded(name, code, Quality.GOOD)
        for code, name in point.values.items()
        if isinstance(code, int)
    }
    for marker in point.not_available:
        seen = as_seen(point, marker)
        named[seen] = Decoded(None, seen, Quality.SENTINEL)

    def interpret(raw: Raw) -> Decoded:
        found = named.get(raw)  # type: ignore[arg-type]
        if found is not None:
            return found
        if isinstance(raw, float):
            if not math.isfinite(raw):
                return Decoded(None, str(raw), Quality.NOT_A_NUMBER)
            raw = int(raw) if raw.is_integer() else raw
        kept = raw if isinstance(raw, int) else str(raw)
        return Decoded(None, kept, Quality.UNKNOWN_CODE)

    return interpret


def _flag_names(point: Point) -> Callable[[Raw], Decoded]:
    names: Mapping[int, str] = point.flags
    markers = frozenset(point.not_available)

    def interpret(raw: Raw) -> Decoded:
        assert isinstance(raw, int)
        if raw in markers:
            return Decoded(None, raw, Quality.SENTINEL)
        found: list[str] = []
        if raw:
            found = [names.get(bit, f"bit_{bit}") for bit in range(64) if raw >> bit & 1]
        return Decoded(found, raw, Quality.GOOD)

    return interpret


def _string(point: Point) -> Callable[[Raw], Decoded]:
    nul = unit_of(point.encoding) * b"\0"

    def interpret(raw: Raw) -> Decoded:
        assert isinstance(raw, bytes)
        try:
            if len(nul) == 1:
                data = raw.split(nul, 1)[0].rstrip(b" \xff")
                return Decoded(data.decode(point.encoding).strip(), None, Quality.GOOD)
            text = _up_to(raw, nul).decode(point.encoding)
            return Decoded(text.rstrip(" \uffff").strip(), None, Quality.GOOD)
        except UnicodeDecodeError:
            return Decoded(None, raw.hex(), Quality.UNKNOWN_CODE)

    return interpret


def unit_of(encoding: str) -> int:
    """Bytes of the smallest unit of a text encoding: 2 in UTF-16, 1 in UTF-8 and GBK."""
    return len("\0\0".encode(encoding)) - len("\0".encode(encoding))


def _up_to(raw: bytes, nul: bytes) -> bytes:
    """What stands before the first unit that is zero."""
    units = range(0, len(raw), len(nul))
    return raw[: next((at for at in units if raw[at : at + len(nul)] == nul), len(raw))]


def _text_states(point: Point) -> Callable[[Raw], Decoded]:
    """States that the device gives as text; a text that is no known state is kept."""
    text = _string(point)

    def interpret(raw: Raw) -> Decoded:
        found = text(raw)
        if found.quality is not Quality.GOOD:
            return found
        shown = str(found.value)
        if shown in point.values:
            return Decoded(point.values[shown], shown, Quality.GOOD)
        if not shown:
            return Decoded(None, shown, Quality.SENTINEL)
        return Decoded(None, shown, Quality.UNKNOWN_CODE)

    return interpret


def _switch(point: Point) -> Callable[[Raw], Decoded]:
    del point
    on, off = Decoded(True, 1, Quality.GOOD), Decoded(False, 0, Quality.GOOD)
    return lambda raw: on if raw else off


def _hex(point: Point) -> Callable[[Raw], Decoded]:
    del point
    return lambda raw: Decoded(raw.hex(), None, Quality.GOOD)  # type: ignore[union-attr]


_BY_TYPE = {
    "string": _string,
    "bytes": _hex,
    "bool": _switch,
    "bcd16": _bcd,
    "f32": _float,
    "f64": _float,
}
