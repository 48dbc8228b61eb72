"""What is left of a damaged MF4 file, cut into files that asammdf can read.

asammdf refuses a file as a whole when a single block is missing. An MDF 4 file is a chain of data
groups; each links to the descriptions of its channels and to its blocks of records. So each group
is offered alone, with its blocks of records ending at the damage. Nothing is written: the changes
are in memory, of the pages that they touch.

Loggers and measuring tools write the descriptions first, and most of a file that was cut off is
saved. Libraries (asammdf, and python-can by it) write them last: of a file that lost its end, then
nothing can be read.
"""

import io
import mmap
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import numpy as np

from harness.devices.can.logs_mf4_links import BLOCK, HEADER, LINK, circle

_HEAD = BLOCK.size
_CYCLES, _RECORD = struct.Struct("<8xQ"), struct.Struct("<24xLL")
"""In the facts of a channel group: number of records; bytes of one, and its validity bytes."""
_LEAST = {b"##HD": (6, 16), b"##DG": (4, 8), b"##CG": (6, 32), b"##DL": (1, 8)}
"""Links and bytes of facts that a block has at least."""
_ZIPPED = struct.Struct("<2sBxLQQ")
_UNFINISHED = 60
"""Where the identification says what its writer had still to do."""
_DEFLATED = 0
_DEFLATED_COLUMNS = 1
"""Turned from rows into columns first: only of use as a whole."""
_MOST = 256_000_000
"""Bytes; a zipped block that claims more is damaged."""
_STEP = 64


class Remains:
    """A damaged file, to be used by `with`."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        self._size = len(self._file)
        self._more = bytearray()
        """Blocks instead of damaged ones, as if they stood behind the end of the file."""
        self._empty = self._append(b"")
        self._unfinished = False
        self._kept: list[tuple[int, int]] = []
        """Of the group at hand: links to blocks of records, and bytes of these."""
        self.described = False
        """Whether there was a data group with the description of its records."""

    def __enter__(self) -> "Remains":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def groups(self) -> Iterator[io.BufferedReader]:
        """The data groups that are left, each as the only one of its file."""
        if self._kind(HEADER) != b"##HD" or not self._whole(HEADER):
            return
        self._unfinished = any(self._file[_UNFINISHED : _UNFINISHED + 4])
        self._file[:8] = b"MDF     "
        self._file[_UNFINISHED : _UNFINISHED + 4] = bytes(4)
        first = HEADER + _HEAD
        at = self._link(first)
        for other in range(1, 6):  # history, events and the like lead to other groups
            self._put(first + other * LINK.size, 0)
        seen: set[int] = set()
        while at not in seen and self._kind(at) == b"##DG" and self._whole(at):
            seen.add(at)
            following = self._link(at + _HEAD)
            self._put(first, at)
            self._put(at + _HEAD, 0)
            if self._mend_group(at) and circle(self._file, at) is None:
                self.described = True
                yield io.BufferedReader(_View(self._file, self._more))
            at = following

    def _mend_group(self, at: int) -> bool:
        """Make the data group at `at` end before its damage; whether it is described at all."""
        groups: list[int] = []
        place = at + _HEAD + LINK.size
        while (group := self._link(place)) and group not in groups:
            if self._kind(group) != b"##CG" or not self._whole(group):
                break
            groups.append(group)
            place = group + _HEAD
        self._put(place, 0)
        self._kept.clear()
        held = self._mend_data(at + _HEAD + 2 * LINK.size)
        id_size = self._file[at + _HEAD + 4 * LINK.size]
        for group in groups:
            facts = group + _HEAD + self._links(group) * LINK.size
            cycles = _CYCLES.unpack_from(self._file, facts)[0]
            size = sum(_RECORD.unpack_from(self._file, facts)) + id_size
            most = held // size if size else 0
            if self._unfinished or (cycles > most and not id_size):
                self._put(facts + LINK.size, most)
                if not id_size and size:
                    self._shorten(held % size)
        return bool(groups)

    def _shorten(self, over: int) -> None:
        """Leave out the last `over` bytes: asammdf does not bear a part of a record."""
        while over and self._kept:
            place, records = self._kept.pop()
            left = max(0, records - over)
            over -= records - left
            self._put(place, self._append(self._records(self._link(place))[:left]))

    def _records(self, at: int) -> bytes:
        """The records of a whole block."""
        if at >= self._size:
            at -= self._size
            return bytes(self._more[at + _HEAD : at + BLOCK.unpack_from(self._more, at)[1]])
        if self._kind(at) != b"##DZ":
            return self._file[at + _HEAD : at + BLOCK.unpack_from(self._file, at)[1]]
        _, method, columns, size, packed = _ZIPPED.unpack_from(self._file, at + _HEAD)
        begin = at + _HEAD + _ZIPPED.size
        records = _unpack(self._file[begin : begin + packed])
        if method == _DEFLATED_COLUMNS and columns:
            inside = size // columns * columns
            table = np.frombuffer(records[:inside], np.uint8).reshape(columns, -1)
            records = table.T.tobytes() + records[inside:]
        return records

    def _mend_data(self, place: int) -> int:
        """Make readable to what the link at `place` leads, blocks or lists of them: their bytes."""
        at = self._link(place)
        if self._kind(at) == b"##LD":
            return self._size  # columns: left as they are
        if self._kind(at) == b"##HL" and self._whole(at):
            place = at + _HEAD
            at = self._link(place)
        if self._kind(at) != b"##DL":
            return self._mend_block(place)[0]
        if self._whole(at):
            return self._mend_list(at)
        self._put(place, 0)
        return 0

    def _mend_block(self, place: int) -> tuple[int, bool]:
        """Make readable the block to which the link at `place` leads: its bytes; if it is whole."""
        at = self._link(place)
        kind = self._kind(at)
        if kind in (b"##DT", b"##DV"):
            held, whole = self._mend_plain(at)
        elif kind == b"##DZ":
            held, whole = self._mend_zipped(at, place)
        else:
            self._put(place, self._empty)
            held, whole = 0, at == 0
        if held:
            self._kept.append((place, held))
        return held, whole

    def _mend_plain(self, at: int) -> tuple[int, bool]:
        length = BLOCK.unpack_from(self._file, at)[1]
        left = self._size - at
        whole = _HEAD <= length <= left
        if not whole or (length == _HEAD and self._unfinished):
            length = left
            self._put(at + 8, length)
        return length - _HEAD, whole

    def _mend_zipped(self, at: int, place: int) -> tuple[int, bool]:
        if at + _HEAD + _ZIPPED.size > self._size:
            self._put(place, self._empty)
            return 0, False
        _, method, _, size, packed = _ZIPPED.unpack_from(self._file, at + _HEAD)
        begin = at + _HEAD + _ZIPPED.size
        if method > _DEFLATED_COLUMNS and begin + packed <= self._size:
            return size, True
        saved = _unpack(self._file[begin : begin + packed]) if size <= _MOST else b""
        if len(saved) == size and begin + packed <= self._size:
            return size, True
        kept = saved[:size] if method == _DEFLATED else b""
        self._put(place, self._append(kept))
        return len(kept), False

    def _mend_list(self, at: int) -> int:
        held, whole = 0, True
        seen: set[int] = set()
        while True:
            seen.add(at)
            for number in range(1, self._links(at)):
                place = at + _HEAD + number * LINK.size
                if whole:
                    more, whole = self._mend_block(place)
                    held += more
                else:
                    self._put(place, self._empty)
            following = self._link(at + _HEAD)
            if not whole or following in seen or self._kind(following) != b"##DL":
                break
            if not self._whole(following):
                break
            at = following
        self._put(at + _HEAD, 0)
        return held

    def _kind(self, at: int) -> bytes:
        """The name of the block at `at`; nothing when its head is not in the file."""
        inside = 0 < at <= self._size - _HEAD
        return cast(bytes, BLOCK.unpack_from(self._file, at)[0]) if inside else b""

    def _whole(self, at: int) -> bool:
        """Whether the block at `at` is in the file, with all links and facts that it must have."""
        name, length, links = BLOCK.unpack_from(self._file, at)
        least, facts = _LEAST.get(name, (1, 0))
        inside = length <= self._size - at and least <= links <= length // LINK.size
        return bool(inside and _HEAD + links * LINK.size + facts <= length)

    def _links(self, at: int) -> int:
        return int(BLOCK.unpack_from(self._file, at)[2])

    def _link(self, at: int) -> int:
        return int(LINK.unpack_from(self._file, at)[0])

    def _put(self, at: int, number: int) -> None:
        LINK.pack_into(self._file, at, number)

    def _append(self, records: bytes) -> int:
        """A block with these records; where it stands."""
        self._more += bytes(-(self._size + len(self._more)) % 8)
        at = self._size + len(self._more)
        self._more += BLOCK.pack(b"##DT", _HEAD + len(records), 0) + records
        return at


class _View(io.RawIOBase):
    """A file of two parts, one after the other."""

    def __init__(self, first: mmap.mmap, second: bytearray) -> None:
        super().__init__()
        self._first = first
        self._second = second
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = len(self._first) + len(self._second)
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence] + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        inside = len(self._first)
        piece: bytes | bytearray = self._first[self._at : self._at + len(buffer)]
        if self._at >= inside:
            piece = self._second[self._at - inside : self._at - inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _unpack(data: bytes) -> bytes:
    """As much as can be unpacked of zlib data."""
    unpacker = zlib.decompressobj()
    saved: list[bytes] = []
    with suppress(zlib.error):
        saved.append(unpacker.decompress(data, _MOST))
        if unpacker.eof:
            return saved[0]
    unpacker = zlib.decompressobj()
    saved.clear()
    with suppress(zlib.error):
        for at in range(0, len(data), _STEP):
            saved.append(unpacker.decompress(data[at : at + _STEP], _MOST))
    return b"".join(saved)
