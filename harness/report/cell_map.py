"""Voltages of cells and temperatures of probes as a grid: the extremes named, the spread said.

┌────┬────┬────┐     Shade goes with the value, light is low. The lowest and the highest have a
│ 01 │ 02 │▼03 │     heavy frame and a sign, so they are found in black and white as well.
└────┴────┴────┘
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from harness.devices.can.database import Database
from harness.devices.vehicle.points import unit_of
from harness.report.courses import Courses
from harness.report.plot_frame import number, plain, rect
from harness.text import Text

_NUMBERED = re.compile(r"(.*?)(\d+)")
_LEAST = {"V": 12, "mV": 12, "°C": 6}
"""Unit -> how many numbered signals of one message make a map."""
_PER_ROW = 12
_WIDTH, _HEIGHT = 59.0, 34.0
_MOST_EXTREME = 4
"""An extreme that more cells have is no extreme cell, and is not marked."""


@dataclass(frozen=True)
class Family:
    """Signals of one message that differ in their number only."""

    bus: str
    unit: str
    names: Sequence[str]
    """`Message.Signal`, in the order of their numbers."""
    numbers: Sequence[int]


@dataclass(frozen=True)
class CellMap:
    """What the cells had at one moment; None: no usable value until then."""

    family: Family
    at: float
    values: Sequence[float | None]
    file: str

    @property
    def known(self) -> list[tuple[float, int]]:
        """Value and number of every cell that has one."""
        pairs = zip(self.values, self.family.numbers, strict=True)
        return [(value, cell) for value, cell in pairs if value is not None]

    @property
    def spread(self) -> float:
        every = [value for value, _ in self.known]
        return max(every) - min(every)

    def at_extreme(self, extreme: float) -> list[int]:
        """Numbers of the cells that have this value."""
        return [cell for value, cell in self.known if value == extreme]


def families(bus: str, databases: Iterable[Database]) -> list[Family]:
    """The cells and probes that the databases of a bus describe."""
    found = []
    for database in databases:
        for message in database.messages:
            grouped: dict[tuple[str, str], list[tuple[int, str]]] = {}
            for signal in message.signals:
                match = _NUMBERED.fullmatch(signal.name)
                unit = unit_of(signal.unit)
                if match is not None and unit in _LEAST and not signal.is_enumeration:
                    entry = (int(match[2]), f"{message.name}.{signal.name}")
                    grouped.setdefault((match[1], unit), []).append(entry)
            for (_, unit), members in grouped.items():
                if len(members) >= _LEAST[unit]:
                    members.sort()
                    names = [name for _, name in members]
                    found.append(Family(bus, unit, names, [cell for cell, _ in members]))
    return found


def map_at(courses: Courses, family: Family, at: float) -> CellMap | Text:
    """The latest usable value of every cell at that moment, or why there is no map."""
    values: list[float | None] = []
    file = ""
    missing: Text | None = None
    for name in family.names:
        course = courses.of(name)
        if isinstance(course, Text):
            missing = course
            values.append(None)
            continue
        file = course.file
        until = int(np.searchsorted(course.time, at + 1e-6, side="right"))
        usable = np.flatnonzero(~np.isnan(course.value[:until]))
        values.append(float(course.value[usable[-1]]) if len(usable) else None)
    if all(value is None for value in values):
        return missing or Text(
            "此刻之前没有可用的单体数据。", "There were no usable values of the cells until then."
        )
    return CellMap(family, at, values, file)


def draw(cells: CellMap) -> Markup:
    """The grid."""
    rows = math.ceil(len(cells.values) / _PER_ROW)
    extremes = _extremes(cells)
    parts: list[str] = []
    marked: list[str] = []
    for place, (value, cell) in enumerate(zip(cells.values, cells.family.numbers, strict=True)):
        row, column = divmod(place, _PER_ROW)
        box = _cell(value, cell, (4 + column * _WIDTH, 4 + row * _HEIGHT), cells)
        (marked if value in extremes else parts).append(box)
    height = rows * _HEIGHT + 8
    width = round(_PER_ROW * _WIDTH + 8)
    return Markup(  # numbers and our own constants only
        f'<svg class="plot cells" viewBox="0 0 {width} {height:g}" width="{width}" '
        f'height="{height:g}" role="img" aria-hidden="true">{"".join(parts + marked)}</svg>'
    )


def _extremes(cells: CellMap) -> dict[float, str]:
    """The lowest and the highest value with their signs, as far as few cells have them."""
    known = [value for value, _ in cells.known]
    low, high = min(known), max(known)
    signs = {low: "▼", high: "▲"} if high > low else {}
    return {at: sign for at, sign in signs.items() if len(cells.at_extreme(at)) <= _MOST_EXTREME}


def _cell(value: float | None, cell: int, at: tuple[float, float], cells: CellMap) -> str:
    known = [value for value, _ in cells.known]
    low, high = min(known), max(known)
    x, y = at
    sign = "" if value is None else _extremes(cells).get(value, "")
    css = "cell unknown" if value is None else "cell extreme" if sign else "cell"
    shade = 0 if value is None or high == low else round(4 * (value - low) / (high - low))
    shown = "–" if value is None else said_value(value, cells.family.unit)
    return (
        rect(f"{css} shade-{shade}", x, y, _WIDTH - 2, _HEIGHT - 2)
        + plain("cell-number begin", x + 4, y + 12, f"{cell:02d}")
        + (plain("cell-sign end", x + _WIDTH - 6, y + 12, sign) if sign else "")
        + plain("cell-value", x + _WIDTH / 2 - 1, y + 26, shown)
    )


def said_value(value: float, unit: str) -> str:
    """With the digits that people compare cells by."""
    return f"{value:.3f}".replace("-", "−") if unit == "V" else number(round(value, 3))


def summary(cells: CellMap) -> Text:
    """Lowest, highest, spread and mean, in one sentence."""
    known = [value for value, _ in cells.known]
    low, high = min(known), max(known)
    unit = cells.family.unit
    wide = "K" if unit == "°C" else unit
    mean = said_value(sum(known) / len(known), unit) if unit == "V" else f"{np.mean(known):.1f}"
    spread = said_value(cells.spread, unit)
    lost = len(cells.values) - len(known)
    lowest, highest = f"{said_value(low, unit)} {unit}", f"{said_value(high, unit)} {unit}"
    at_low, at_high = _which(cells, low), _which(cells, high)
    zh = (
        f"{len(cells.values)} 个测点；最低 {lowest}（{at_low.zh}），"
        f"最高 {highest}（{at_high.zh}），极差 {spread} {wide}，平均 {mean} {unit}"
    )
    en = (
        f"{len(cells.values)} places; lowest {lowest} ({at_low.en}), "
        f"highest {highest} ({at_high.en}), spread {spread} {wide}, mean {mean} {unit}"
    )
    if lost:
        zh += f"；{lost} 个没有可用的值"
        en += f"; {lost} without a usable value"
    return Text(f"{zh}。", f"{en}.")


def _which(cells: CellMap, extreme: float) -> Text:
    places = [f"{cell:02d}" for cell in cells.at_extreme(extreme)]
    if len(places) > _MOST_EXTREME:
        return Text(f"{len(places)} 个", f"{len(places)} of them")
    which = f"№ {' '.join(places)}"
    return Text(which, which)
