"""One quantity over time: out of a recording, out of the journal, or worked out of two others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """One quantity over the whole record."""

    name: str
    time: Numbers
    """Seconds since the record's first instant; ascending."""
    value: Numbers
    """In `unit`; of a state its code. NaN: the frame said that there is no value."""
    unit: str | None = None
    states: Mapping[int, str] = field(default_factory=dict)
    """Code -> name, of an enumeration; empty for a quantity."""
    file: str = ""
    """The recording; empty: the readings of the journal."""
    signal: str = ""
    """`Message.Signal` there."""
    gap: float | None = None
    """Seconds without a frame that make a hole in the line; None: it stands until the next."""
    damaged: bool = False
    """The recording could be read in part only."""

    def between(self, start: float, end: float) -> "Course":
        """The part from `start` to `end` (s), and of what stands until the next the one before."""
        first, last = np.searchsorted(self.time, (start, end + 1e-9), side="left")
        if self.gap is None and first > 0:
            first -= 1
        time = np.maximum(self.time[first:last], start)
        return replace(self, time=time, value=self.value[first:last])


def difference(first: Course, second: Course) -> Course:
    """First minus second, at every moment that one of them changes, each held until its next.

    Where one of them has a hole, so has the difference.
    """
    time = np.union1d(first.time, second.time)
    time = time[time >= max(first.time[0], second.time[0])]
    parts = []
    for course in (first, second):
        at = np.searchsorted(course.time, time, side="right") - 1
        held = course.value[at]
        if course.gap is not None:
            held = np.where(time - course.time[at] > course.gap, np.nan, held)
        parts.append(held)
    value = np.round(parts[0] - parts[1], 9)  # no binary noise in the last digits
    gaps = [course.gap for course in (first, second) if course.gap is not None]
    files = dict.fromkeys(one.file for one in (first, second))
    signals = f"{first.signal} − {second.signal}"
    unit = "K" if first.unit == "°C" else first.unit
    return Course(
        f"{first.name} - {second.name}", time, value, unit, {}, ", ".join(files), signals,
        max(gaps) if gaps else None, first.damaged or second.damaged,
    )  # fmt: skip


def of_readings(name: str, unit: str | None, readings: Iterable[tuple[float, object]]) -> Course:
    """A course out of readings in the journal: `(at, value)`; text values become states."""
    rows = sorted(readings, key=lambda row: row[0])
    texts = sorted({str(value) for _, value in rows if isinstance(value, str | bool)})
    codes = {text: code for code, text in enumerate(texts)}
    numbers = [
        float(codes[str(value)]) if isinstance(value, str | bool)
        else float(value) if isinstance(value, int | float)
        else np.nan
        for _, value in rows
    ]  # fmt: skip
    time = np.array([at for at, _ in rows], np.float64)
    states = {code: text for text, code in codes.items()}
    return Course(name, time, np.array(numbers, np.float64), unit, states)
