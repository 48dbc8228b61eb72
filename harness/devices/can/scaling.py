"""Raw numbers and physical values: scale, offset, limits, names."""

import math
import struct
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from harness.devices.can.specs import SignalSpec
from harness.errors import UnknownNameError, UsageError
from harness.quantity import Scalar

_IEEE = {16: ("<e", "<H"), 32: ("<f", "<I"), 64: ("<d", "<Q")}
FLOAT_LENGTHS = tuple(_IEEE)
_MOST_DIGITS = 12
_SLACK = Fraction(1, 1_000_000)
"""Steps by which a limit may miss a raw number and still mean it."""
_KEPT = 20_000
"""Signals whose conversion is remembered."""


class Scaling:
    """Conversion of one signal. Raw numbers are integers, of floats their bit pattern."""

    __slots__ = (
        "_digits",
        "_offset",
        "_scale",
        "_whole",
        "high",
        "is_enumeration",
        "low",
        "lowest",
        "most",
        "sentinels",
        "spec",
    )

    def __init__(self, spec: SignalSpec) -> None:
        self.spec = spec
        self._scale, self._offset = _tidy(spec.scale), _tidy(spec.offset)
        self._whole = isinstance(self._scale, int) and isinstance(self._offset, int)
        self._digits = max(_decimals(spec.scale), _decimals(spec.offset))
        signed = spec.signed and not spec.is_float
        self.lowest = -(1 << (spec.length - 1)) if signed else 0
        self.most = (1 << (spec.length - (1 if signed else 0))) - 1
        """Smallest and largest raw number that the bits can hold."""
        self.low, self.high = self._raw_limits()
        """Smallest and largest raw number within the described limits."""
        self.sentinels = spec.sentinels
        self.is_enumeration = spec.is_enumeration

    def _raw_limits(self) -> tuple[int, int]:
        spec = self.spec
        if spec.is_float:
            return self.lowest, self.most
        scale, offset = Fraction(repr(spec.scale)), Fraction(repr(spec.offset))
        ends = [
            None if limit is None else (Fraction(repr(limit)) - offset) / scale
            for limit in (spec.low, spec.high)
        ]
        low, high = ends if scale > 0 else reversed(ends)
        return (
            self.lowest if low is None else max(self.lowest, math.ceil(low - _SLACK)),
            self.most if high is None else min(self.most, math.floor(high + _SLACK)),
        )

    def to_physical(self, raw: int) -> float:
        """The value of a raw number in the signal's unit; whole numbers stay integers.

        Binary noise of the multiplication is cut off at the decimals of scale and offset.
        """
        if self.spec.is_float:
            return bits_to_float(raw, self.spec.length) * self._scale + self._offset
        value = raw * self._scale + self._offset
        if self._whole or self._digits > _MOST_DIGITS:
            return value
        return round(value, self._digits)

    def in_range(self, raw: int) -> bool:
        """Whether a raw number is within the described limits or has a name."""
        spec = self.spec
        if not spec.is_float:
            return self.low <= raw <= self.high or raw in spec.values
        value = self.to_physical(raw)
        if not math.isfinite(value):
            return False
        slack = float(_SLACK) * abs(spec.scale)
        return (spec.low is None or value >= spec.low - slack) and (
            spec.high is None or value <= spec.high + slack
        )

    def label(self, raw: int) -> str | None:
        """The name of a raw number, if it has one."""
        return self.spec.values.get(raw)

    def from_physical(self, value: Scalar, *, strict: bool = True) -> int:
        """The raw number nearest to a value in the signal's unit, or that of a name.

        Raises UsageError for a value outside the described limits unless `strict` is off (faults
        injected on purpose), and always for one that the bits cannot hold; UnknownNameError for a
        name that is not in the value table.
        """
        spec = self.spec
        if isinstance(value, str):
            raw = _numbers(spec).get(value)
            if raw is None:
                raise UnknownNameError(f"value of {spec.name}", value, list(_numbers(spec)))
            return raw
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if spec.is_float:
            raw = float_to_bits((number - self._offset) / self._scale, spec.length)
        elif not math.isfinite(number):
            raise UsageError(f"{spec.name}: {number:g} is not a number that can be sent")
        elif self._whole and isinstance(value, int):
            raw = _nearest(value - int(self._offset), int(self._scale))
        else:
            raw = round((number - self._offset) / self._scale)
        nearest = min(max(raw, self.lowest), self.most)
        # Beyond 53 bits the value of the last number may have been rounded up.
        if raw != nearest and self.to_physical(nearest) != number:
            low, high = sorted((self.to_physical(self.lowest), self.to_physical(self.most)))
            raise UsageError(
                f"{spec.name}: {number:g} does not fit {spec.length} bits; "
                f"expected {low:g} to {high:g}{_unit(spec)}"
            )
        raw = nearest
        if strict and not self.in_range(raw):
            raise UsageError(f"{spec.name}: {number:g} is out of range; expected {self.limits()}")
        return raw

    def limits(self) -> str:
        """The described limits, in signs of no language."""
        spec = self.spec
        low = "-∞" if spec.low is None else f"{spec.low:g}"
        high = "∞" if spec.high is None else f"{spec.high:g}"
        return f"{low} … {high}{_unit(spec)}"


@lru_cache(maxsize=_KEPT)
def scaling_of(spec: SignalSpec) -> Scaling:
    """The conversion of a signal, made once."""
    return Scaling(spec)


@lru_cache(maxsize=_KEPT)
def _numbers(spec: SignalSpec) -> dict[str, int]:
    """Name -> raw number; the first of several."""
    names: dict[str, int] = {}
    for raw, name in spec.values.items():
        names.setdefault(name, raw)
    return names


def bits_to_float(bits: int, length: int) -> float:
    """The number with this IEEE 754 bit pattern (16, 32 or 64 bits)."""
    number, whole = _IEEE[length]
    value: float = struct.unpack(number, struct.pack(whole, bits))[0]
    return value


def float_to_bits(value: float, length: int) -> int:
    """The IEEE 754 bit pattern of a number; what is too large becomes infinity."""
    number, whole = _IEEE[length]
    try:
        packed = struct.pack(number, value)
    except OverflowError:
        packed = struct.pack(number, math.copysign(math.inf, value))
    bits: int = struct.unpack(whole, packed)[0]
    return bits


def _unit(spec: SignalSpec) -> str:
    return "" if spec.unit is None else f" {spec.unit}"


def _tidy(number: float) -> float:
    """Whole numbers as integers: they stay exact."""
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def _decimals(number: float) -> int:
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _nearest(number: int, step: int) -> int:
    """number / step to the nearest integer, halves to even, exact for any size."""
    quotient, rest = divmod(number, step)
    double = 2 * rest
    # The rest has the sign of the step, so the quotient is at or below the true one.
    above = abs(double) > abs(step) or (abs(double) == abs(step) and quotient % 2 == 1)
    return quotient + 1 if above else quotient
