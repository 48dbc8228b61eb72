"""Bytes of a data identifier to values and back. Pure; all numbers are big endian.

Types: ascii (padded with spaces or zeros), u8 u16 u32 i8 i16 i32, bytes (shown in hex) and bcd-date
(YY MM DD in three bytes or YYYY MM DD in four, shown as 2026-01-05).
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from harness.errors import ImplausibleError, UsageError
from harness.quantity import Quality, Value

ValueType = Literal["ascii", "u8", "u16", "u32", "i8", "i16", "i32", "bytes", "bcd-date"]
SIZES: dict[str, int] = {"u8": 1, "u16": 2, "u32": 4, "i8": 1, "i16": 2, "i32": 4}
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_CENTURY = 2000
_DIGITS = 9
"""Decimal places kept, so that 0.1 V times 4001 is 400.1 V."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a few bytes say. `value` is None where they say nothing that can be used."""

    value: Value | None
    raw: int | str
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """How one value stands in the bytes."""

    type: ValueType
    length: int | None = None
    """Bytes; None for `bytes` of any length."""
    scale: float = 1.0
    offset: float = 0.0
    unit: str | None = None
    values: Mapping[int, str] = field(default_factory=dict)
    """Code -> name."""
    low: float | None = None
    high: float | None = None

    @property
    def is_number(self) -> bool:
        return self.type in SIZES and not self.values

    def interpret(self, data: bytes, place: str) -> Decoded:
        """The value, and whether it can be used.

        A code without a name and a number outside its range keep the raw number. Raises
        ImplausibleError that names the place for a wrong length and for bytes that are no text or
        no date.
        """
        self.check_length(data, place)
        if self.type not in SIZES:
            return _DECODERS[self.type](data, place)
        raw = int.from_bytes(data, "big", signed=self.type[0] == "i")
        if self.values:
            name = self.values.get(raw)
            quality = Quality.UNKNOWN_CODE if name is None else Quality.GOOD
            return Decoded(name, raw, quality)
        number = self._number(raw)
        return Decoded(number, raw, Quality.GOOD if self._fits(number) else Quality.OUT_OF_RANGE)

    def decode(self, data: bytes, place: str) -> Value:
        """The value. Raises ImplausibleError for whatever is not a usable one."""
        found = self.interpret(data, place)
        if found.quality is Quality.UNKNOWN_CODE:
            known = ", ".join(f"{code} {name}" for code, name in self.values.items())
            raise ImplausibleError(f"{place}: {found.raw} has no meaning; expected {known}")
        if found.value is None or found.quality is not Quality.GOOD:
            raise ImplausibleError(f"{place}: {found.value}; expected {self._span()}")
        return found.value

    def check_length(self, data: bytes, place: str) -> None:
        """Raises ImplausibleError that says which length was expected and which was found."""
        if self.length is not None and len(data) != self.length:
            shown = data.hex(" ").upper() or "none"
            raise ImplausibleError(
                f"{place}: {len(data)} bytes ({shown}); expected {self.length} ({self.type})"
            )

    def encode(self, value: Value, place: str) -> bytes:
        """The bytes for a value (a name where the codes have names). Raises UsageError."""
        if self.type not in SIZES:
            return _ENCODERS[self.type](self, value, place)
        size = SIZES[self.type]
        raw = self._code(value, place) if self.values else self._raw(value, place)
        signed = self.type[0] == "i"
        try:
            return raw.to_bytes(size, "big", signed=signed)
        except OverflowError as error:
            ends = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, 256**size - 1)
            low, high = sorted((self._number(ends[0]), self._number(ends[1])))
            raise _refused(place, value, f"{low:g} to {high:g} {self.unit or ''}") from error

    def _number(self, raw: int) -> int | float:
        if self.scale == 1 and self.offset == 0:
            return raw
        return round(raw * self.scale + self.offset, _DIGITS)

    def _fits(self, number: float) -> bool:
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )

    def _span(self) -> str:
        ends = [
            f"at least {self.low:g}" if self.low is not None else "",
            f"at most {self.high:g}" if self.high is not None else "",
        ]
        span = " and ".join(end for end in ends if end) or "a finite number"
        return f"{span} {self.unit or ''}".strip()

    def _code(self, value: Value, place: str) -> int:
        for code, name in self.values.items():
            if name == value:
                return code
        raise _refused(place, value, ", ".join(self.values.values()))

    def _raw(self, value: Value, place: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _refused(place, value, "a number")
        if not math.isfinite(value) or not self._fits(value):
            raise _refused(place, value, self._span())
        return round((value - self.offset) / self.scale)


def _refused(place: str, value: Value, expected: str) -> UsageError:
    return UsageError(f"{place} cannot be {value!r}; expected {expected.strip()}")


def _decode_ascii(data: bytes, place: str) -> Decoded:
    text = data.rstrip(b"\0 ").lstrip(b"\0")
    if not text.isascii() or not text.decode("ascii").isprintable():
        raise ImplausibleError(f"{place}: {data.hex(' ').upper()} is no text; expected ASCII")
    return Decoded(text.decode("ascii"), data.hex())


def _decode_bytes(data: bytes, place: str) -> Decoded:
    return Decoded(data.hex(" ").upper(), data.hex())


def _decode_date(data: bytes, place: str) -> Decoded:
    digits = data.hex()
    digits = digits if len(data) == 4 else f"{_CENTURY // 100}{digits}"
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise ImplausibleError(
            f"{place}: {data.hex(' ').upper()} is no date; expected BCD year, month, day"
        ) from error
    return Decoded(found.isoformat(), data.hex())


def _encode_ascii(form: ValueFormat, value: Value, place: str) -> bytes:
    length = form.length or 0
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise _refused(place, value, f"ASCII text of at most {length} characters")
    if len(value) > length:
        raise _refused(place, value, f"at most {length} characters")
    return value.encode("ascii").ljust(length)


def _encode_bytes(form: ValueFormat, value: Value, place: str) -> bytes:
    wanted = f"{form.length} bytes in hex" if form.length else "bytes in hex"
    try:
        data = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        data = b""
    if not data or (form.length is not None and len(data) != form.length):
        raise _refused(place, value, wanted)
    return data


def _encode_date(form: ValueFormat, value: Value, place: str) -> bytes:
    match = _DATE.match(value) if isinstance(value, str) else None
    try:
        parsed = date.fromisoformat(match[0]) if match else None
    except ValueError:
        parsed = None
    long = form.length == 4
    if parsed is None or not (long or _CENTURY <= parsed.year < _CENTURY + 100):
        raise _refused(place, value, "a date like 2026-01-05")
    digits = parsed.isoformat().replace("-", "")
    return bytes.fromhex(digits if long else digits[2:])


_DECODERS: dict[str, Callable[[bytes, str], Decoded]] = {
    "ascii": _decode_ascii,
    "bytes": _decode_bytes,
    "bcd-date": _decode_date,
}
_ENCODERS: dict[str, Callable[[ValueFormat, Value, str], bytes]] = {
    "ascii": _encode_ascii,
    "bytes": _encode_bytes,
    "bcd-date": _encode_date,
}
