"""Fewer points for the same picture: of each column of the picture its lowest and highest value.

A recording has a frame every 10 ms and a plot some hundred columns. Taking every n-th point would
lose the one frame that made a step fail; the extremes of each column lose nothing that a line of
that width could show.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

COLUMNS = 240


def extremes(
    time: Numbers, value: Numbers, start: float, end: float, columns: int = COLUMNS
) -> Rows:
    """Which points to draw, ascending: the first, the last, and each column's extremes.

    NaN is left out. Few points are all kept.
    """
    good = np.flatnonzero(~np.isnan(value))
    if len(good) <= 2 * columns:
        return good
    place = np.clip((time[good] - start) / max(end - start, 1e-9) * columns, 0, columns - 1)
    column = place.astype(np.intp)
    order = np.lexsort((value[good], column))
    edges = np.flatnonzero(np.diff(column[order]))
    lowest = order[np.concatenate(([0], edges + 1))]
    highest = order[np.concatenate((edges, [len(order) - 1]))]
    kept = np.unique(np.concatenate(([0], lowest, highest, [len(good) - 1])))
    rows: Rows = good[kept]
    return rows


def segments(time: Numbers, value: Numbers, gap: float | None) -> Rows:
    """A number for each point; between two numbers the line is broken: a hole in time, or NaN."""
    bad = np.isnan(value)
    new = np.zeros(len(time), np.bool_)
    new[1:] = bad[1:] != bad[:-1]
    if gap is not None:
        new[1:] |= np.diff(time) > gap
    found: Rows = np.cumsum(new)
    return found


class Stretch(NamedTuple):
    """A state from `start` to `end` (s). `code` None: it changes within a column; NaN: unknown."""

    start: float
    end: float
    code: float | None


def stretches(
    time: Numbers, code: Numbers, end: float, gap: float | None, least: float
) -> Iterator[Stretch]:
    """How long each state stood; what is shorter than `least` (s) is put together as mixed.

    No change is lost: a short one shows as mixed, together with short ones beside it.
    """
    if not len(time):
        return
    same = (code[1:] == code[:-1]) | (np.isnan(code[1:]) & np.isnan(code[:-1]))
    broken = np.diff(time) > gap if gap is not None else np.zeros(len(time) - 1, np.bool_)
    first = np.concatenate(([0], np.flatnonzero(~same | broken) + 1))
    mixed: Stretch | None = None
    for at, row in enumerate(first):
        last = int(first[at + 1]) if at + 1 < len(first) else len(time)
        until = float(time[last]) if last < len(time) else end
        if gap is not None and until - time[last - 1] > gap:
            until = float(time[last - 1])
        one = Stretch(float(time[row]), until, float(code[row]))
        if one.end - one.start < least and len(first) > 2:
            mixed = Stretch(mixed.start if mixed else one.start, one.end, None)
            continue
        if mixed is not None:
            yield mixed
            mixed = None
        yield one
    if mixed is not None:
        yield mixed
