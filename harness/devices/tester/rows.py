"""The rows of a tester's table: words, numbers in range, none doubled, none missing."""

import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.devices.tester.layout import Key, Layout, Number
from harness.devices.tester.mapping import TableColumn

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A number as testers write it. Python takes more, `0_9` among it, which is a slip of the hand."""
ONE_EACH = "one cell for each header, and a point as the decimal mark"
_HOLE = 3.0
"""A step of time that is so many times the usual one (the median) has lost rows. Our own value: no
tester's own steps are known to differ so much."""
Told = tuple[int, int, str, str]
"""Line and column from 1, what is wrong there, what was expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is about, and its numbers in the units of the layout."""

    line: int
    words: Mapping[str, str]
    numbers: Mapping[str, float]


class RowReader:
    """Takes the rows of one table and says afterwards what was wrong with them."""

    def __init__(
        self,
        kind: Layout,
        places: Mapping[str, tuple[int, float]],
        mapped: Mapping[str, TableColumn],
        width: int,
    ) -> None:
        self._kind, self._places, self._mapped = kind, places, mapped
        self._width = width
        self.rows: list[Row] = []
        self._told: list[Told] = []
        self._seen: dict[tuple[object, ...], Row] = {}
        self._last: dict[tuple[str, ...], Row] = {}

    def take(self, line: int, cells: Sequence[str]) -> None:
        """One row of the table."""
        if any(cell.strip() for cell in cells[self._width :]):
            # A decimal comma among commas: every number would be read without its fraction.
            what = f"{len(cells)} cells under {self._width} headers: {','.join(cells)}"
            self._told.append((line, self._width + 1, what, ONE_EACH))
            return
        words: dict[str, str] = {}
        numbers: dict[str, float] = {}
        sound = True
        for name, (index, factor) in self._places.items():
            cell = cells[index].strip() if index < len(cells) else ""
            one = self._kind.columns[name]
            if isinstance(one, Key):
                word = self._word(line, index, one, cell)
                sound &= word is not None
                words[name] = word or ""
            elif cell or not one.optional:
                number = self._number(line, index, one, cell, factor)
                sound &= number is not None
                numbers[name] = math.nan if number is None else number
        if sound:
            self._keep(Row(line, words, numbers))

    def finish(self, head: int) -> Iterator[Told]:
        """Everything that was wrong, rows that are missing last. `head`: line of the headers."""
        yield from self._told
        if self._told:
            return  # a row that could not be read would be told twice
        names = [key.name for key in self._kind.keys]
        for words in self._kind.needed:
            found = sum(tuple(row.words[n] for n in names) == words for row in self.rows)
            if found < self._kind.fewest:
                about = " ".join(words) or "the test"
                expected = f"at least {self._kind.fewest}"
                yield head, 0, f"{found} rows for {about}", expected
        yield from self._holes()

    def _holes(self) -> Iterator[Told]:
        """Rows that are missing inside: readings not numbered on from 1, a long step of time."""
        along = self._kind.along
        if along is None:
            return
        column = self._places[along.name][0] + 1
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in self.rows:
            groups.setdefault(self._about(row), []).append(row)
        for rows in groups.values():
            counted = [row.numbers[along.name] for row in rows]
            steps = [after - before for before, after in pairwise(counted)]
            numbered = along.unit == "1"
            if numbered and counted[0] != 1:
                what = f"rows are missing: the first {along.name} is {counted[0]:g}"
                yield rows[0].line, column, what, f"{along.name} 1"
            usual = 1.0 if numbered or not steps else statistics.median_low(steps)
            for row, step, last in zip(rows[1:], steps, counted, strict=False):
                if step == usual or (not numbered and step <= _HOLE * usual * (1 + 1e-6)):
                    continue
                what = f"rows are missing: {along.name} {row.numbers[along.name]:g} after {last:g}"
                expected = f"steps of about {usual:.3g} {along.unit}"
                yield row.line, column, what, f"{along.name} {last + 1:g}" if numbered else expected

    def _about(self, row: Row) -> tuple[str, ...]:
        return tuple(row.words[key.name] for key in self._kind.keys)

    def _word(self, line: int, index: int, key: Key, cell: str) -> str | None:
        mapped = self._mapped.get(key.name)
        table = mapped.words if mapped is not None and mapped.words is not None else None
        word = cell if table is None else table.get(cell, "")
        if word in key.words:
            return word
        known = ", ".join(key.words if table is None else table)
        self._told.append((line, index + 1, f"{cell!r} is no {key.name}", f"one of: {known}"))
        return None

    def _number(self, line: int, index: int, one: Number, cell: str, factor: float) -> float | None:
        value = float(cell) if _PLAIN.fullmatch(cell.strip()) else math.nan
        if not math.isfinite(value):
            what = f"{one.name}: {cell!r} is not a number"
            point = " with a decimal point" if "," in cell else ""
            self._told.append((line, index + 1, what, f"a number in {one.unit}{point}"))
            return None
        value *= factor
        if not one.low <= value <= one.high:
            what = f"{one.name} cannot be {value:g} {one.unit}"
            expected = f"{one.low:g} to {one.high:g} {one.unit}"
            self._told.append((line, index + 1, what, expected))
            return None
        return value

    def _keep(self, row: Row) -> None:
        about = self._about(row)
        along = self._kind.along
        mark: tuple[object, ...] = about
        if along is not None:
            mark = (*about, row.numbers[along.name])
            last = self._last.get(about)
            if mark not in self._seen and last is not None:
                self._told += self._going_back(last, row)
            self._last[about] = row
        if mark in self._seen:
            shown = " ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in mark)
            first = self._seen[mark]
            what = f"a second row for {shown or 'the test'}{_other_values(first, row)}"
            self._told.append((row.line, 1, what, f"one; the first is line {first.line}"))
            return
        self._seen[mark] = row
        self.rows.append(row)

    def _going_back(self, last: Row, row: Row) -> Iterator[Told]:
        """What is lower than in the row before and cannot be."""
        for name, number in row.numbers.items():
            one, before = self._kind.columns[name], last.numbers.get(name, -math.inf)
            counts = one is self._kind.along
            if number < before and (counts or (isinstance(one, Number) and not one.falls)):
                what = f"{name} goes back: {number:g} after {before:g}"
                expected = f"{name} that {'rises' if counts else 'does not fall'}"
                yield row.line, self._places[name][0] + 1, what, expected


def _other_values(first: Row, second: Row) -> str:
    """What the second row says otherwise than the first."""
    other = [
        f"{name} {second.numbers[name]:g} after {number:g}"
        for name, number in first.numbers.items()
        if name in second.numbers and second.numbers[name] != number
    ]
    return f" with other values: {', '.join(other)}" if other else ""
