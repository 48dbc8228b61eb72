"""Reading a block: the request, and the fastest way from its data bytes to measurements.

All registers of a block are taken apart by one `struct` call that was worked out beforehand; what
then remains per point is its own rule (scale, states, markers) and one `Measurement`.
"""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.devices.modbus.codec import codec_of
from harness.devices.modbus.frames import Request
from harness.devices.modbus.layout import STRUCT, Raw, bits_of, words_of
from harness.devices.modbus.plan import Block
from harness.devices.modbus.points import Point, ReadRules
from harness.errors import UsageError
from harness.quantity import Measurement, Quality, Quantity, convert

_SHOWN = 3
Interpret = Callable[[Any], tuple[Any, int | str | None, Quality]]


def uncertainty_of(point: Point, stated: Quantity | None) -> tuple[float | None, float | None]:
    """Expanded uncertainty (k = 2) of a reading: absolute in its unit, or as a part of it.

    What the bench states comes first; else half a step of resolution each way, taken as a
    rectangular distribution: U = 2 * (step / 2) / sqrt(3). None for floats, states and texts.
    Raises UsageError when the stated unit does not fit the point.
    """
    if stated is None:
        step = point.resolution
        return (None if step is None else step / 3**0.5), None
    if stated.unit == "%" and point.unit != "%":
        return None, stated.value / 100
    if point.unit is None:
        raise UsageError(f"{point.name} has no unit, so no uncertainty of {stated}")
    return convert(stated.value, stated.unit, point.unit), None


_USUAL = ReadRules()
NO_FACTORS: Mapping[str, float | None] = MappingProxyType({})


def _spread(
    point: Point, stated: Quantity | None, factor: float | None
) -> tuple[float | None, float | None]:
    """The uncertainty; half a step of resolution grows with the factor, what is stated does not."""
    absolute, part = uncertainty_of(point, stated)
    if absolute is not None and stated is None:
        absolute *= abs(factor or 1.0)
    return absolute, part


def _times(factor: float | None, interpret: Interpret) -> Interpret:
    """A reading multiplied by `factor`; without one nobody knows what the number stands for."""
    if factor == 1.0:
        return interpret

    def scaled(raw: Any) -> tuple[Any, int | str | None, Quality]:
        value, kept, quality = interpret(raw)
        if factor is None:
            return None, raw if kept is None else kept, Quality.MISSING
        return (value if value is None else value * factor), kept, quality

    return scaled


class BlockReader:
    """One block of a plan, ready to be read and decoded many times."""

    __slots__ = ("_bits", "_entries", "_unpack", "request")

    def __init__(
        self,
        block: Block,
        unit: int,
        source: str,
        uncertainty: Mapping[str, Quantity],
        *,
        factors: Mapping[str, float | None] = NO_FACTORS,
        rules: ReadRules = _USUAL,
    ) -> None:
        """`factors`: what the values of some points are multiplied by; None: it is not known."""
        self.request = Request(
            unit if block.unit_id is None else block.unit_id,
            block.table.read_function,
            block.address,
            block.count,
            about=_about(source, [point.name for point in block.points]),
            longer=rules.longer_replies,
            again_after=rules.first_ignored,
        )
        self._bits = block.count if block.table.is_bits else 0
        places: dict[int, int] = {}
        self._unpack = _unpacker(block, places)
        self._entries = [
            (
                point.name,
                point.address - block.address if self._bits else places[point.address],
                _times(
                    factors.get(point.name, 1.0),
                    _reader(point, bits=bool(self._bits), alone=_is_plain(point, block)),
                ),
                point.unit,
                *_spread(point, uncertainty.get(point.name), factors.get(point.name, 1.0)),
                dict[Any, str](point.labels) or None,
                source,
            )
            for point in block.points
        ]

    def decode(
        self, data: bytes, at: float, lines: list[int], into: dict[str, Measurement]
    ) -> None:
        """Put a measurement for every point of the block into `into`."""
        raws: Any = bits_of(data, self._bits) if self._bits else self._unpack(data)
        for name, place, interpret, unit, absolute, part, labels, source in self._entries:
            value, raw, quality = interpret(raws[place])
            spread = absolute
            if part is not None and isinstance(value, int | float):
                spread = abs(value) * part
            note = labels.get(raw, "") if labels else ""
            into[name] = Measurement(
                name, value, unit, spread, quality, source, at, raw, None, lines, note
            )


def _about(source: str, names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{source}: {', '.join(names[:_SHOWN])}{more}"


def _is_plain(point: Point, block: Block) -> bool:
    """Can `struct` read the point in its place, and does nobody else want the same registers?"""
    views = [other for other in block.points if other.address == point.address]
    return all(_struct_reads(view) and view.type == point.type for view in (point, *views))


def _struct_reads(point: Point) -> bool:
    if point.type not in STRUCT or point.byte_order != "big" or point.part is not None:
        return False
    return point.word_order == "big" or point.words == 1


def _unpacker(block: Block, places: dict[int, int]) -> Callable[[bytes], tuple[Any, ...]]:
    """One struct for all registers; `places` learns which item belongs to which address."""
    layout = ">"
    at = block.address
    for point in block.points:
        if point.address in places:
            continue
        layout += f"{2 * (point.address - at)}x" if point.address > at else ""
        layout += STRUCT[point.type] if _is_plain(point, block) else f"{2 * point.words}s"
        places[point.address] = len(places)
        at = point.end
    return struct.Struct(layout).unpack


def _reader(point: Point, *, bits: bool, alone: bool) -> Interpret:
    codec = codec_of(point)
    if bits or alone:
        return codec.interpret
    interpret, unpack = codec.interpret, codec.unpack

    def read(data: bytes) -> tuple[Any, int | str | None, Quality]:
        raw: Raw = unpack(words_of(data))
        return interpret(raw)

    return read
