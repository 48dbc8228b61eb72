"""Signals of many frames at once: each of them one step of numpy over the whole column.

The payload is seen as words of 64 bits, in both byte orders. A signal lies in one word, or in two
neighbours; it is pushed to the upper end of a word and from there down again, which also brings
the sign along.

What a frame does not carry (it is too short, its multiplexer says otherwise) is not in the column:
`rows` says which frames are.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.devices.can.layout import field_of, first_bit
from harness.devices.can.logs_frames import Index, Mask
from harness.devices.can.scaling import scaling_of
from harness.devices.can.specs import MessageSpec, SignalSpec

_EXACT_BITS = 62
_MOST_DIGITS = 12
_FLOATS = {16: (np.uint16, np.float16), 32: (np.uint32, np.float32), 64: (np.uint64, np.float64)}


@dataclass(frozen=True, slots=True)
class Column:
    """One signal in all frames that carry it."""

    signal: SignalSpec
    rows: Index
    """Which frames of the message carry it; ascending."""
    raw: NDArray[Any]
    """Raw numbers: int64, or uint64 for unsigned signals of 64 bits and for floating-point ones
    (their bit patterns); Python integers for signals of more bits."""
    value: NDArray[np.float64]
    """In the signal's unit."""
    outside: Mask
    """Which numbers are outside the described limits and have no name."""

    def __len__(self) -> int:
        return len(self.rows)


class MessageColumns:
    """All frames of one message; signals are decoded when they are asked for."""

    def __init__(
        self, spec: MessageSpec, length: NDArray[np.uint8], data: NDArray[np.uint8]
    ) -> None:
        """`data` has shape (n, 8) or (n, 64), `length` says how much of each row is payload."""
        self.spec = spec
        self._length = np.minimum(length, spec.length)
        self._all = np.arange(len(data))
        self._shortest = int(self._length.min(initial=spec.length))
        words = np.ascontiguousarray(data).view("<u8")
        self._little = words.T.astype(np.uint64, order="C")
        self._big = self._little.byteswap()
        self._raw: dict[str, tuple[Index, NDArray[Any]]] = {}
        self.short: Mask = length < spec.length
        self.long: Mask = length > spec.length

    def column(self, name: str) -> Column:
        """One signal. Raises UnknownNameError."""
        signal = self.spec.signal(name)
        rows, raw = self._numbers(signal)
        value = physical(signal, raw)
        return Column(signal, rows, raw, value, _outside(signal, raw, value))

    def unknown_mux(self) -> Mask:
        """Which frames have a multiplexer with a number for which nothing is described."""
        found = np.zeros(len(self._all), np.bool_)
        for signal in self.spec.signals:
            below = [s.mux_ids for s in self.spec.signals if s.multiplexer == signal.name]
            if signal.is_multiplexer and below:
                rows, raw = self._numbers(signal)
                found[rows[~np.isin(raw, np.unique(np.concatenate(below)))]] = True
        return found

    def _numbers(self, signal: SignalSpec) -> tuple[Index, NDArray[Any]]:
        """The frames that carry a signal, and its raw numbers there."""
        known = self._raw.get(signal.name)
        if known is None:
            rows = self._carriers(signal)
            known = self._raw[signal.name] = rows, self._extract(signal, rows)
        return known

    def _carriers(self, signal: SignalSpec) -> Index:
        rows = self._all
        end = field_of(signal, self.spec.length).end
        if signal.multiplexer is not None:
            above, raw = self._numbers(self.spec.signal(signal.multiplexer))
            rows = above[np.isin(raw, signal.mux_ids)]
        return rows if end <= self._shortest else rows[self._length[rows] >= end]

    def _extract(self, signal: SignalSpec, rows: Index) -> NDArray[Any]:
        if signal.length > 64:
            return self._extract_long(signal, rows)
        if not len(rows):
            return np.zeros(0, np.int64)
        words = self._little if signal.little_endian else self._big
        first = signal.start if signal.little_endian else first_bit(signal)
        at, bit = divmod(first, 64)
        chosen = words if len(rows) == len(self._all) else words[:, rows]
        unused = 64 - signal.length
        top: NDArray[np.uint64]
        if bit + signal.length <= 64:
            up = unused - bit if signal.little_endian else bit
            top = chosen[at] << np.uint64(up)
        elif signal.little_endian:
            low = chosen[at] >> np.uint64(bit)
            top = (low | chosen[at + 1] << np.uint64(64 - bit)) << np.uint64(unused)
        else:
            top = chosen[at] << np.uint64(bit) | chosen[at + 1] >> np.uint64(64 - bit)
        number: NDArray[Any]
        if signal.signed and not signal.is_float:
            number = top.view(np.int64) >> np.int64(unused)
        else:
            number = top >> np.uint64(unused)
            if unused and not signal.is_float:
                number = number.view(np.int64)
        return number

    def _extract_long(self, signal: SignalSpec, rows: Index) -> NDArray[Any]:
        """Numbers of more than 64 bits, one by one."""
        size = self.spec.length
        field = field_of(signal, size)
        order = "big" if field.big else "little"
        found = np.empty(len(rows), object)
        payload = np.ascontiguousarray(self._little.T).view(np.uint8)[:, :size]
        for at, row in enumerate(rows):
            # A frame may be short, and the table as narrow as a classic frame: zeros follow.
            word = int.from_bytes(payload[row].tobytes().ljust(size, b"\0"), order)  # type: ignore[arg-type]
            found[at] = ((word >> field.shift & field.mask) ^ field.sign) - field.sign
        return found


def physical(signal: SignalSpec, raw: NDArray[Any]) -> NDArray[np.float64]:
    """The values of raw numbers in the signal's unit, without binary noise in the last digits."""
    value: NDArray[np.float64]
    if signal.is_float:
        pattern, number = _FLOATS[signal.length]
        with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are values, too
            value = raw.astype(pattern).view(number).astype(np.float64)
            return value * signal.scale + signal.offset
    whole = _whole_numbers(signal)
    if whole is None:
        value = raw.astype(np.float64) * signal.scale + signal.offset
    else:
        value = (raw * whole.scale + whole.offset).astype(np.float64)
        if whole.unit != 1:
            value /= whole.unit
    return value


class _Whole(NamedTuple):
    """Value = (raw * scale + offset) / unit, in whole numbers, which are exact."""

    scale: int
    offset: int
    unit: int


@cache
def _whole_numbers(signal: SignalSpec) -> _Whole | None:
    """Scale and offset as decimal fractions; None when these need too many digits or bits."""
    scale, offset = Decimal(repr(signal.scale)), Decimal(repr(signal.offset))
    exponents = [number.normalize().as_tuple().exponent for number in (scale, offset)]
    digits = max(0, *(-at if isinstance(at, int) else _MOST_DIGITS + 1 for at in exponents))
    if digits > _MOST_DIGITS:
        return None
    whole = _Whole(int(scale.scaleb(digits)), int(offset.scaleb(digits)), 10**digits)
    bits = max(signal.length + whole.scale.bit_length(), whole.offset.bit_length()) + 1
    return whole if bits <= _EXACT_BITS else None


def _outside(signal: SignalSpec, raw: NDArray[Any], value: NDArray[np.float64]) -> Mask:
    scaling = scaling_of(signal)
    if signal.is_float:
        slack = 1e-6 * abs(signal.scale)
        low = -np.inf if signal.low is None else signal.low - slack
        high = np.inf if signal.high is None else signal.high + slack
        return ~(np.isfinite(value) & (value >= low) & (value <= high))
    if (scaling.low, scaling.high) == (scaling.lowest, scaling.most):
        return np.zeros(len(raw), np.bool_)
    outside: Mask = (raw < scaling.low) | (raw > scaling.high)
    if signal.values and outside.any():
        outside &= ~np.isin(raw, list(signal.values))
    return outside
