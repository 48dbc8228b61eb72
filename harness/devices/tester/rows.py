"""The rows of a tester's table: words, numbers in range, none doubled, none missing."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.devices.tester.layout import Key, Layout, Number
from harness.devices.tester.mapping import TableColumn

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A number as testers write it. Python takes more, `0_9` among it, which is a slip of the hand."""
ONE_EACH = "one cell for each header, and a point as the decimal mark"
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
        self._last: dict[tuple[str, ...], float] = {}

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
        about = tuple(row.words[key.name] for key in self._kind.keys)
        along = self._kind.along
        mark: tuple[object, ...] = about
        if along is not None:
            number = row.numbers[along.name]
            mark = (*about, number)
            column = self._places[along.name][0] + 1
            last = self._last.get(about)
            if mark not in self._seen and last is not None and number < last:
                what = f"{along.name} goes back: {number:g} after {last:g}"
                self._told.append((row.line, column, what, f"{along.name} that rises"))
            self._last[about] = number
        if mark in self._seen:
            shown = " ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in mark)
            first = self._seen[mark]
            what = f"a second row for {shown or 'the test'}{_other_values(first, row)}"
            self._told.append((row.line, 1, what, f"one; the first is line {first.line}"))
            return
        self._seen[mark] = row
        self.rows.append(row)


def _other_values(first: Row, second: Row) -> str:
    """What the second row says otherwise than the first."""
    other = [
        f"{name} {second.numbers[name]:g} after {number:g}"
        for name, number in first.numbers.items()
        if name in second.numbers and second.numbers[name] != number
    ]
    return f" with other values: {', '.join(other)}" if other else ""
