"""Reading a tester's file, and refusing one that cannot be what it says it is.

Our own layout needs no mapping:

    # charging-harness tester 1
    # kind side-slip
    # vin <17 characters>
    # tested 2026-11-28
    # uncertainty slip_per_km 0.2
    reading,slip_per_km [m]
    1,-2.4

A header states the unit of its numbers, and it has to be the layout's. Everything that is wrong is
told at once, with line and column: nothing is left out of a result silently.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from harness.devices.recorder.stated_unit import bare, contradiction, in_header
from harness.devices.tester.layout import KINDS, Key, Layout, Number
from harness.devices.tester.mapping import TableColumn, TableMapping
from harness.devices.tester.rows import ONE_EACH, Row, RowReader
from harness.devices.tester.vin import vin_problem
from harness.errors import FileError, Problem, UsageError
from harness.quantity import convert

OWN = "# charging-harness tester 1"
_DAY = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?=[T ]|$)")
_MOST = 20
_TOO_LONG = "a cell goes on without end"
"""Problems told of one file."""
_HEAD_LINES = 200
"""Lines above the table that are looked through."""


@dataclass(frozen=True)
class LineFile:
    """What a tester found on one vehicle, in the units of the layout."""

    kind: Layout
    vin: str
    rows: tuple[Row, ...]
    uncertainty: Mapping[str, float] = field(default_factory=dict)
    """Of each column that states one, in the column's unit (k = 2)."""
    day: date | None = None
    """When the test was made, where the file says so."""

    def of(self, **keys: str) -> list[Row]:
        """The rows with these words."""
        return [row for row in self.rows if all(row.words[k] == w for k, w in keys.items())]

    def column(self, name: str, **keys: str) -> list[float]:
        """The numbers of a column in these rows. Raises UsageError where a row has none."""
        rows = self.of(**keys)
        lines = [row.line for row in rows if name not in row.numbers]
        if lines:
            raise UsageError(f"no {name} in line {lines[0]}; expected a number in every row")
        return [row.numbers[name] for row in rows]


def read_tester(
    name: str,
    data: bytes,
    *,
    kind: str,
    vin: str,
    day: date | None = None,
    entry: TableMapping | None = None,
) -> LineFile:
    """The file of a tester of this kind, for the vehicle with this VIN.

    `entry` maps the columns of a file that is not in our own layout. Of `day` has to be a file that
    says when the test was made. Raises FileError with every place that is wrong: another kind,
    another vehicle, another day, units, numbers, rows.
    """
    lines = [_unpadded(line) for line in _text(name, data, entry).splitlines()]
    if not any(line.strip() for line in lines):
        raise FileError([Problem(name, 0, 0, "the file is empty", "a table of a tester")])
    own = lines[0].strip() == OWN
    if not own and entry is None:
        expected = f"{OWN!r}, or a mapping of the columns"
        raise FileError([Problem(name, 1, 1, "this is not our own layout", expected)])
    return _Reader(name, lines, kind, (vin, day), None if own else entry).read()


def _unpadded(line: str) -> str:
    """A `#` line as it was before a spreadsheet program gave it a cell under every header."""
    return line.rstrip(", \t") if line.startswith("#") else line


def _text(name: str, data: bytes, entry: TableMapping | None) -> str:
    encoding = "utf-8-sig" if entry is None else entry.encoding
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte {error.start} is not {encoding} text"
        raise FileError([Problem(name, line, 0, what, "`encoding:` as it is")]) from error
    except LookupError as error:
        raise UsageError(f"no text encoding is called {encoding!r}") from error


class _Reader:
    """One file while it is read."""

    def __init__(
        self,
        name: str,
        lines: Sequence[str],
        kind: str,
        of: tuple[str, date | None],
        entry: TableMapping | None,
    ) -> None:
        self._name, self._lines, self._entry = name, lines, entry
        self._vin, self._day = of
        self._delimiter = "," if entry is None else entry.delimiter
        self._wanted = kind
        self.problems: list[Problem] = []

    def read(self) -> LineFile:
        kind = self._kind()
        vin = self._checked_vin()
        day = self._checked_day()
        head, header = self._header(kind)
        places = dict(self._places(kind, head, header))
        uncertainty = dict(self._uncertainties(kind))
        self._stop()
        mapped = {} if self._entry is None else self._entry.columns
        reader = RowReader(kind, places, mapped, len(header))
        table = csv.reader(self._lines[head + 1 :], delimiter=self._delimiter)
        try:
            for cells in table:
                if any(cell.strip() for cell in cells):
                    reader.take(head + 1 + table.line_num, cells)
        except csv.Error:
            self._say(head + 1 + table.line_num, 0, _TOO_LONG, ONE_EACH)
        self._say_all(reader.finish(head + 1))
        self._stop()
        return LineFile(kind, vin, tuple(reader.rows), uncertainty, day)

    def _say(self, line: int, column: int, what: str, expected: str) -> None:
        self.problems.append(Problem(self._name, line, column, what, expected))

    def _say_all(self, found: Iterator[tuple[int, int, str, str]]) -> None:
        for one in found:
            self._say(*one)

    def _stop(self) -> None:
        if self.problems:
            raise FileError(self.problems[:_MOST])

    def _declared(self, word: str) -> list[tuple[int, list[str]]]:
        """Lines `# word ...` of our own layout, with their numbers from 1."""
        found = []
        for number, line in enumerate(self._lines, 1):
            if not line.startswith("#"):
                break
            parts = line[1:].split()
            if parts[:1] == [word]:
                found.append((number, parts[1:]))
        return found

    def _kind(self) -> Layout:
        line, said = 0, self._wanted
        if self._entry is not None:
            said = self._entry.kind
        else:
            declared = self._declared("kind")
            line, words = declared[0] if declared else (1, [])
            said = " ".join(words)
        if said != self._wanted:
            what = f"a file of kind {said!r}" if said else "the file does not say its kind"
            raise FileError([Problem(self._name, line, 1, what, f"`# kind {self._wanted}`")])
        return KINDS[said]

    def _checked_vin(self) -> str:
        line, column, said = self._said_vin()
        if problem := vin_problem(said, self._vin):
            self._say(line, column, *problem)
        return said

    def _said_vin(self) -> tuple[int, int, str]:
        if self._entry is not None:
            return self._beside(self._entry.vin)
        declared = self._declared("vin")
        if len(declared) > 1:
            self._say(declared[1][0], 1, "a second VIN", "one line `# vin ...`")
        return (declared[0][0], 7, " ".join(declared[0][1])) if declared else (1, 1, "")

    def _checked_day(self) -> date | None:
        line, column, said = self._said_day()
        if not said:
            return None
        day = day_of(said)
        if day is None:
            self._say(line, column, f"{said!r} is no day", "a day as 2026-11-28")
        elif self._day is not None and day != self._day:
            self._say(line, column, f"the file is of another day: {day}", f"{self._day}")
        return day

    def _said_day(self) -> tuple[int, int, str]:
        if self._entry is not None:
            return self._beside(self._entry.tested) if self._entry.tested else (0, 0, "")
        declared = self._declared("tested")
        return (declared[0][0], 10, " ".join(declared[0][1])) if declared else (0, 0, "")

    def _beside(self, first: str) -> tuple[int, int, str]:
        """Line and place of what stands beside this cell above the table, and what it is."""
        for number, text in enumerate(self._lines[:_HEAD_LINES], 1):
            cells = [cell.strip() for cell in _cells(text, self._delimiter)]
            if cells[:1] == [first]:
                return number, 2, cells[1] if len(cells) > 1 else ""
        return 0, 0, ""

    def _header(self, kind: Layout) -> tuple[int, list[str]]:
        """Number (from 0) and cells of the line that has most of the wanted headers."""
        wanted = set(self._headers(kind).values())
        best, most = (0, [""]), 0
        for number, text in enumerate(self._lines[:_HEAD_LINES]):
            cells = [cell.strip() for cell in _cells(text, self._delimiter)]
            hits = len(wanted & ({bare(cell) for cell in cells} | set(cells)))
            if hits > most and not text.startswith("#"):
                best, most = (number, cells), hits
        if not most and self._entry is None:
            self._no_commas(wanted)
        return best

    def _no_commas(self, wanted: set[str]) -> None:
        """Stops at a table whose cells are told apart by something else than commas."""
        for number, text in enumerate(self._lines[:_HEAD_LINES], 1):
            for mark, word in ((";", "semicolons"), ("\t", "tabs")):
                if wanted & {bare(cell.strip()) for cell in text.split(mark)} and mark in text:
                    expected = "commas between cells, and a point as the decimal mark"
                    self._say(number, 1, f"the cells stand between {word}", expected)
                    self._stop()

    def _headers(self, kind: Layout) -> dict[str, str]:
        if self._entry is None:
            return {name: name for name in kind.columns}
        return {name: one.column for name, one in self._entry.columns.items()}

    def _places(
        self, kind: Layout, head: int, header: list[str]
    ) -> Iterator[tuple[str, tuple[int, float]]]:
        """Column -> its place (from 0) and the factor to the layout's unit."""
        shown = ", ".join(filter(None, header)) or "nothing"
        for name, wanted in self._headers(kind).items():
            one = kind.columns[name]
            at = [n for n, cell in enumerate(header) if wanted in (cell, bare(cell))]
            if len(at) > 1:
                self._say(head + 1, at[1] + 1, f"a second column {wanted!r}", "one of that name")
            if not at:
                if not (isinstance(one, Number) and one.optional):
                    expected = f"a header like it; there is: {shown}"
                    self._say(head + 1, 0, f"no column is called {wanted!r}", expected)
                continue
            if isinstance(one, Key):
                yield name, (at[0], 1.0)
                continue
            yield name, (at[0], self._factor(one, head + 1, at[0], header[at[0]], wanted))

    def _factor(self, one: Number, line: int, index: int, cell: str, wanted: str) -> float:
        mapped = None if self._entry is None else self._entry.columns[one.name]
        unit = (mapped.unit if mapped else None) or one.unit
        said = "" if cell == wanted else in_header(cell, wanted)
        if wrong := contradiction(said, unit):
            what, _ = wrong
            self._say(line, index + 1, what.replace("the mapping", "the layout"), f"[{unit}]")
        if self._entry is None and not said and one.unit != "1":
            self._say(line, index + 1, f"{one.name} states no unit", f"{one.name} [{one.unit}]")
        return convert(1.0, unit, one.unit) * (mapped.scale if mapped else 1.0)

    def _uncertainties(self, kind: Layout) -> Iterator[tuple[str, float]]:
        if self._entry is not None:
            for name, mapped in self._entry.columns.items():
                one = kind.columns[name]
                if isinstance(one, Number) and mapped.uncertainty is not None:
                    yield name, mapped.uncertainty.to(one.unit)
            return
        known = [name for name, one in kind.columns.items() if isinstance(one, Number)]
        for line, words in self._declared("uncertainty"):
            try:
                name, number = words[0], float(words[1])
                if len(words) != 2 or name not in known or not 0 <= number < float("inf"):
                    raise ValueError(words)
            except (ValueError, IndexError):
                expected = f"`# uncertainty <column> <number>`, a column of: {', '.join(known)}"
                self._say(line, 1, f"{' '.join(words)!r} is no uncertainty", expected)
                continue
            yield name, number


def day_of(said: str) -> date | None:
    """The day of `2026-11-28`, `2026/11/28` or `20261128`, with or without a time behind it."""
    found = _DAY.match(said)
    try:
        return date(*(int(found[part]) for part in (1, 3, 4))) if found else None
    except ValueError:
        return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # longer than any cell may be: then it is no name of a column either
        return [line]


__all__ = ["OWN", "LineFile", "TableColumn", "TableMapping", "read_tester"]
