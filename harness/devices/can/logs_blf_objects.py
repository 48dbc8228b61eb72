"""Objects inside a BLF file: finding all of them at once.

An object is a header ("LOBJ", sizes, type, stamp) and a body by type. The next one follows its
end within four bytes, padded by rules that depend on who wrote the file. Instead of walking from
one to the next, all places that hold "LOBJ" are found with one comparison, and the places where
one object does not lead to the next (a payload that happens to hold "LOBJ") are walked over singly.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from harness.devices.can.logs_frames import Index

PADDING = bytes(256)
"""To follow the bytes of every buffer, so that a record may be read up to its last byte."""

_MARK = b"LOBJ"
_MARK_WORD = int.from_bytes(_MARK, "little")
_GAP = 4
"""Most bytes of padding between two objects."""
_LARGEST = 64_000_000
"""Bytes; a larger object is a sign that its size was overwritten."""
_SHORTEST = 16
"""Bytes of the part of a header that every version has."""


class DamagedError(Exception):
    """What stands at `at` (bytes into the buffer) is no object; `starts` were found before it."""

    def __init__(self, at: int, what: str, starts: Index) -> None:
        super().__init__(what)
        self.at = at
        self.what = what
        self.starts = starts


def find_objects(buffer: bytes, end: int) -> tuple[Index, int]:
    """Where the whole objects in `buffer[:end]` start, and where what is left over begins.

    `buffer` goes on with PADDING after `end`. Raises DamagedError.
    """
    links = _Links(buffer, end, every_byte=False)
    found: list[Index] = []
    at = 0
    while True:
        start = buffer.find(_MARK, at, min(at + _GAP + len(_MARK), end))
        if start < 0 and at + _GAP + len(_MARK) <= end:
            raise DamagedError(at, "no object begins here", _joined(found))
        if start < 0 or start + _SHORTEST > end:
            return _joined(found), at if start < 0 else start
        if start % 4 and not links.every_byte:
            links = _Links(buffer, end, every_byte=True)
        run, at = links.run_from(start)
        if not len(run):
            what = f"an object of {at - start} bytes begins here"
            raise DamagedError(start, what, _joined(found))
        if at > end:
            found.append(run[:-1])
            return _joined(found), int(run[-1])
        found.append(run)


class _Links:
    """Every place that holds the mark of an object, and where one leads to the next."""

    def __init__(self, buffer: bytes, end: int, *, every_byte: bool) -> None:
        self.every_byte = every_byte
        places = []
        for first in range(4 if every_byte else 1):
            words = np.frombuffer(buffer, "<u4", max(0, (end - first) // 4), first)
            places.append(np.flatnonzero(words == _MARK_WORD) * 4 + first)
        starts = np.sort(np.concatenate(places)) if every_byte else places[0]
        self._starts = starts[starts + _SHORTEST <= end]
        sizes = field(buffer, "<u4", 8)[self._starts].astype(np.int64)
        self._ends = self._starts + sizes
        gap = self._starts[1:] - self._ends[:-1]
        self._absurd = (sizes < _SHORTEST) | (sizes > _LARGEST)
        leads = (gap >= 0) & (gap <= _GAP) & ~self._absurd[1:] & ~self._absurd[:-1]
        self._breaks = np.append(np.flatnonzero(~leads), len(self._starts) - 1)

    def run_from(self, start: int) -> tuple[Index, int]:
        """Starts of objects that lead one to the next, and the end of the last.

        Empty when the object at `start` has a size that cannot be.
        """
        first = int(np.searchsorted(self._starts, start))
        if self._absurd[first]:
            return self._starts[:0], int(self._ends[first])
        last = int(self._breaks[np.searchsorted(self._breaks, first)])
        return self._starts[first : last + 1], int(self._ends[last])


def field(buffer: bytes, layout: DTypeLike, offset: int) -> NDArray[Any]:
    """What stands `offset` bytes after each byte of the buffer, without copying."""
    dtype = np.dtype(layout)
    count = len(buffer) - offset - dtype.itemsize + 1
    return np.ndarray((count,), dtype, buffer, offset, (1,))


def _joined(found: list[Index]) -> Index:
    return np.concatenate(found) if found else np.zeros(0, np.intp)
