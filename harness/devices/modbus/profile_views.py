"""Two points on one register: a second view of one thing, or a slip of the pen.

`voltage_l1: {at: input 1, unit: V}` and `current_l1: {at: input 1, unit: A}` cannot both be right.
What can be meant (a status word, a raw count beside the quantity) is doubted, not refused.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import combinations

from harness.devices.modbus.points import Point
from harness.devices.modbus.profile_conditions import Complaints
from harness.devices.modbus.profile_file import ProfileFile
from harness.quantity import convert, same_dimension
from harness.text import Text

_SAME = Text(
    "与 {} 是同一个寄存器的两种读法；请核对地址",
    "the same register as {}, in another view; compare the addresses",
)


def check_views(file: ProfileFile, points: Mapping[str, Point], complain: Complaints) -> None:
    """No register holds two quantities, or one quantity on two scales.

    Points that are there only under a condition may take turns.
    """
    for first, point in _pairs(points):
        rows = file.points[first.name], file.points[point.name]
        if any(row.available_if or row.readable_if for row in rows):
            continue
        if not (_number(first) and _number(point)) or first.conversion != point.conversion:
            continue
        path = ("points", point.name, "at")
        apart = "registers of their own, or 'available_if' where they take turns"
        if first.unit and point.unit and not same_dimension(first.unit, point.unit):
            complain.add(
                path,
                f"{point.where()} is {first.name} in {first.unit} and {point.name} in {point.unit}",
                apart,
            )
        elif bool(first.unit) == bool(point.unit) and not _same_way(first, point):
            complain.add(
                path,
                f"{point.where()} is counted in one way by {first.name}"
                f" and in another by {point.name}",
                apart,
            )


def doubted_views(points: Mapping[str, Point]) -> list[tuple[Point, Text]]:
    """Points that show the registers of another in another way, with what is said of it.

    Two lists of states that tell the same codes apart are one status word and no doubt.
    """
    return [
        (point, Text(_SAME.zh.format(first.name), _SAME.en.format(first.name)))
        for first, point in _pairs(points)
        if not (first.values and point.values and set(first.values) == set(point.values))
        and not (first.available_if or point.available_if)
    ]


def _pairs(points: Mapping[str, Point]) -> Iterator[tuple[Point, Point]]:
    """Every two points of the same registers (and the same bits of them)."""
    found: dict[object, list[Point]] = {}
    for point in points.values():
        place = (point.unit_id, point.table, point.address, point.end, point.part)
        found.setdefault(place, []).append(point)
    for views in found.values():
        yield from combinations(views, 2)


def _number(point: Point) -> bool:
    plain = not (point.values or point.flags or point.is_text or point.packing)
    return plain and point.type != "bool"


def _same_way(point: Point, other: Point) -> bool:
    """Do the registers become the same number, whichever of the two is read?"""
    if (point.type, point.scale_by, point.special, point.curve) != (
        other.type,
        other.scale_by,
        other.special,
        other.curve,
    ):
        return False
    if point.words > 1 and point.word_order != other.word_order:
        return False
    if point.byte_order != other.byte_order:
        return False
    unit, wanted = point.unit or "1", other.unit or "1"
    for raw in (0, 1000):
        shown = convert(raw * point.scale + point.offset, unit, wanted)
        if not math.isclose(shown, raw * other.scale + other.offset, rel_tol=1e-9, abs_tol=1e-9):
            return False
    return True
