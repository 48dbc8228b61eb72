"""Recordings as CSV: our own layout, and the tables of other recorders by a mapping.

Our own layout (`own_layout.py`) is read without a mapping.

A foreign table is the first line that has all mapped columns, and everything below it. A cell that
is empty or not a number where one belongs (`NaN`, `---`) is a gap of its channel; anything else
that is not understood is an error with line and column.
"""

import codecs
import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.devices.recorder.channels import CHANNELS, ChannelInfo
from harness.devices.recorder.mapping import ChannelColumn, RecorderEntry
from harness.devices.recorder.own_layout import OWN, read_own
from harness.devices.recorder.plausible import implausible
from harness.devices.recorder.recording import Gap, Recording, Sample, Track, with_derived
from harness.devices.recorder.stated_unit import (
    alone,
    bare,
    contradiction,
    in_header,
    is_of_kind,
    unit_of,
)
from harness.devices.recorder.waveform import finished, sampled
from harness.errors import FileError, Problem, UsageError
from harness.quantity import convert

_HEADER_WITHIN = 300
"""Lines in which a table has to begin."""
_NOTHING = frozenset({"", "nan", "-", "--", "---", "n/a", "na", "null", "#n/a"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_csv(name: str, data: bytes, entry: RecorderEntry) -> Recording:
    """A recording from a CSV file. Raises FileError with every place that is wrong."""
    text = _text(name, data, entry.encoding)
    if not text.strip():
        raise FileError([Problem(name, 0, 0, "the file is empty", "a table of samples")])
    if text.startswith(OWN):
        return read_own(name, text)
    if not entry.channels:
        expected = "our own layout, or `recorder: channels:` in the bench file"
        raise FileError([Problem(name, 1, 1, "no mapping says what the columns are", expected)])
    return _Table(name, text, entry).recording()


def _text(name: str, data: bytes, encoding: str | None) -> str:
    known = next((one for bom, one in _BOMS if data.startswith(bom)), None)
    wanted = known or encoding or "utf-8"
    try:
        return data.decode(wanted)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte {error.start} is not {wanted} text"
        raise FileError([Problem(name, line, 0, what, "`recorder: encoding:` as it is")]) from error
    except LookupError as error:
        raise UsageError(f"no text encoding is called {wanted!r}") from error


def _number(cell: str, decimal_comma: bool) -> float | None:
    """A number, None for a sample that is not there. Raises ValueError for anything else."""
    try:
        number = float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        if cell.strip().lower() in _NOTHING:
            return None
        raise
    if math.isinf(number):
        raise ValueError(cell)
    return None if math.isnan(number) else number


@dataclass
class _Column:
    """One channel while its file is read."""

    name: str
    info: ChannelInfo
    index: int
    header: str
    mapped: ChannelColumn
    factor: float
    times: list[float] = field(default_factory=list)
    values: list[Sample] = field(default_factory=list)
    missing: list[Gap] = field(default_factory=list)
    hole_since: float | None = None

    def take(self, t: float, value: Sample | None) -> None:
        if value is None:
            if self.hole_since is None:
                self.hole_since = self.times[-1] if self.times else t
            return
        if self.hole_since is not None:
            self.missing.append((self.hole_since, t))
            self.hole_since = None
        self.times.append(t)
        self.values.append(value)

    def scaled(self, number: float) -> float:
        return (number * self.mapped.scale + self.mapped.offset) * self.factor

    @property
    def uncertainty(self) -> float | None:
        stated = self.mapped.uncertainty
        return None if stated is None or self.info.unit is None else stated.to(self.info.unit)


class _Table:
    """A foreign table being read. Collects what is wrong, up to a few places."""

    _MOST = 20

    def __init__(self, name: str, text: str, entry: RecorderEntry) -> None:
        self._name = name
        self._entry = entry
        self._lines = text.splitlines()
        self.problems: list[Problem] = []
        self._units: list[str] = []
        self._delimiter = entry.delimiter or _delimiter(self._lines)
        self._comma = self._delimiter != "," and _has_decimal_commas(self._lines, self._delimiter)

    def recording(self) -> Recording:
        header, at = self._header()
        time = self._entry.time
        time_index = self._index(time.column, header, at)
        self._units = self._units_row(header, time_index, at)
        self._check_unit(at, time_index, time.column, time.unit)
        columns = [
            self._column(name, one, header, at) for name, one in self._entry.channels.items()
        ]
        if self.problems:
            raise FileError(self.problems)
        self._rows(at, time_index, columns)
        tracks: dict[str, Track] = {}
        for column in columns:
            if not column.times and not self.problems:
                self._complain(at + 1, column.index, f"{column.header} has no usable sample",
                               "numbers below the header")  # fmt: skip
            elif column.times:
                tracks[column.name] = sampled(
                    column.name, column.info.unit, column.times, column.values,
                    step=self._entry.resolution, window=column.mapped.window,
                    uncertainty=column.uncertainty, missing=column.missing,
                )  # fmt: skip
        if self.problems:
            raise FileError(self.problems)
        for column in columns:
            if problem := implausible(tracks[column.name]):
                self._complain(at + 1, column.index, f"{column.header}: {problem}",
                               "unit and scale as they are")  # fmt: skip
        if self.problems:
            raise FileError(self.problems)
        return Recording(self._name, with_derived(finished(tracks)))

    def _complain(self, line: int, column: int, what: str, expected: str) -> None:
        if len(self.problems) < self._MOST:
            self.problems.append(Problem(self._name, line, column + 1, what, expected))

    def _header(self) -> tuple[list[str], int]:
        """The headers as they stand, and the number (from 0) of their line."""
        wanted = [self._entry.time.column, *(str(c.column) for c in self._entry.channels.values())]
        best: list[str] = []
        fewest = wanted
        for number, line in enumerate(self._lines[:_HEADER_WITHIN]):
            cells = [cell.strip().lstrip("\ufeff") for cell in _cells(line, self._delimiter)]
            missing = [one for one in wanted if not _places(one, cells)]
            if not missing:
                return cells, number
            if len(missing) < len(fewest):
                best, fewest = cells, missing
        shown = ", ".join(filter(None, map(bare, best))) or "no line with any of them"
        what = f"no column is called {', '.join(map(repr, fewest))}"
        raise FileError([Problem(self._name, 0, 0, what, f"headers as mapped; there is: {shown}")])

    def _index(self, wanted: str, header: Sequence[str], at: int) -> int:
        """The one column that is called so (from 0)."""
        places = _places(wanted, header)
        if len(places) > 1:
            what = f"column {places[1] + 1} is called {wanted!r}, as column {places[0] + 1} is"
            self._complain(at + 1, places[1], what, "one column of that name")
        return places[0]

    def _units_row(self, header: Sequence[str], time_index: int, at: int) -> list[str]:
        """The row of units below the header; empty where there is none."""
        below = self._lines[at + 1] if at + 1 < len(self._lines) else ""
        cells = _cells(below, self._delimiter)
        time = cells[time_index] if time_index < len(cells) else ""
        if unit_of(alone(time)) is not None:
            return cells
        channels = [_places(str(one.column), header)[0] for one in self._entry.channels.values()
                    if one.states is None]  # fmt: skip
        units = [one for one in channels if one < len(cells) and unit_of(alone(cells[one]))]
        try:
            float(time.replace(",", "."))
        except ValueError:
            return cells if units else []
        return []

    def _column(self, name: str, mapped: ChannelColumn, header: Sequence[str], at: int) -> _Column:
        info = CHANNELS[name]
        index = self._index(str(mapped.column), header, at)
        unit = mapped.unit or info.unit
        factor = 1.0
        if info.unit is not None and unit is not None:
            factor = convert(1.0, unit, info.unit)
            self._check_unit(at, index, str(mapped.column), unit)
        return _Column(name, info, index, str(mapped.column), mapped, factor)

    def _check_unit(self, at: int, index: int, mapped: str, unit: str) -> None:
        """A unit that the file itself states must be the one of the mapping."""
        cell = _cells(self._lines[at], self._delimiter)[index]
        said = in_header(cell, mapped)
        if bare(cell) == cell.strip().lstrip("\ufeff") and not is_of_kind(said, unit):
            said = ""  # a name without brackets
        places = [(at, said)]
        if index < len(self._units):
            places.append((at + 1, alone(self._units[index])))
        for line, one in places:
            if (wrong := contradiction(one, unit)) is not None:
                self._complain(line + 1, index, *wrong)
                return

    def _rows(self, at: int, time_index: int, columns: list[_Column]) -> None:
        to_seconds = convert(1.0, self._entry.time.unit, "s")
        last: float | None = None
        reader = csv.reader(self._lines[at + 1 :], delimiter=self._delimiter)
        for row, cells in enumerate(reader):
            number = at + reader.line_num
            if not any(cells) or (row == 0 and self._units):
                continue
            t = self._time(number, time_index, cells, to_seconds, last)
            if t is None:
                if len(self.problems) >= self._MOST:
                    return
                continue
            last = t
            for column in columns:
                column.take(t, self._value(number, column, cells))
        if last is None and not self.problems:
            self._complain(at + 1, time_index, "no row below the header", "samples")

    def _time(
        self, number: int, index: int, cells: Sequence[str], to_seconds: float, last: float | None
    ) -> float | None:
        cell = cells[index] if index < len(cells) else ""
        try:
            said = _number(cell, self._comma)
        except ValueError:
            said = None
        if said is None:
            self._complain(number + 1, index, f"{cell.strip()!r} is no time", "a number")
            return None
        t = said * to_seconds
        if last is not None and t <= last:
            how = "stands still" if t == last else "goes back"
            self._complain(number + 1, index, f"time {how}: {t:g} s after {last:g} s",
                           "times that rise from row to row")  # fmt: skip
            return None
        return t

    def _value(self, number: int, column: _Column, cells: Sequence[str]) -> Sample | None:
        cell = cells[column.index] if column.index < len(cells) else ""
        states = column.mapped.states
        if states is not None:
            cell = cell.strip()
            if cell.lower() in _NOTHING and cell not in states:
                return None
            state = states.get(cell) or states.get(_plain(cell))
            if state is None:
                known = ", ".join(states)
                self._complain(
                    number + 1, column.index, f"{cell!r} is no state", f"one of: {known}"
                )
            return state
        try:
            found = _number(cell, self._comma)
        except ValueError:
            self._complain(number + 1, column.index, f"{cell.strip()!r} is not a number",
                           "a number, or nothing where none was taken")  # fmt: skip
            return None
        return None if found is None else column.scaled(found)


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _places(wanted: str, header: Sequence[str]) -> list[int]:
    """The columns that are called so: with what is in brackets, or else without it."""
    whole = [index for index, cell in enumerate(header) if cell == wanted]
    return whole or [index for index, cell in enumerate(header) if bare(cell) == wanted]


def _plain(cell: str) -> str:
    """`1.0` as `1`, so that a logic channel may be written as a number."""
    try:
        return f"{float(cell):g}"
    except ValueError:
        return cell


def _delimiter(lines: Sequence[str]) -> str:
    counts = {one: sum(line.count(one) for line in lines[:50]) for one in (";", "\t", ",")}
    if counts[";"]:
        return ";"  # commas beside it are decimal commas
    return "\t" if counts["\t"] else ","


def _has_decimal_commas(lines: Sequence[str], delimiter: str) -> bool:
    cells = (cell.strip() for line in lines[:200] for cell in line.split(delimiter))
    return any("," in cell and cell.replace(",", "").lstrip("+-").isdecimal() for cell in cells)
