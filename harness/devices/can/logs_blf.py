"""BLF recordings (Vector's binary log) as columns.

The file is a header and a row of containers, most of them compressed; put together, their
contents are one stream of objects, which are cut by the containers anywhere. It is read some
megabytes at a time.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from harness.devices.can.logs_blf_frames import frames_of
from harness.devices.can.logs_blf_objects import PADDING, DamagedError, find_objects
from harness.devices.can.logs_frames import Frames, Recording, join
from harness.errors import Problem
from harness.text import Text

MAGIC = b"LOGG"

_HEADER = struct.Struct("<4sL8x2QLL8H8H")
_CONTAINER = struct.Struct("<4sHHLLH6xL4x")
_CONTAINER_TYPE = 10
_STORED, _DEFLATED = 0, 2
_BLOCK = 4_000_000
"""Bytes of objects looked at together: large enough for numpy, small enough for the cache."""
_MOST = 256_000_000
"""Bytes; a container that claims more is damaged."""
_STEP = 64
"""Bytes at a time, when as much as possible of a damaged container is to be saved."""

_LATEST = 2200
"""Year; not much later, the nanoseconds since 1970 do not fit into 64 bits."""

_NOT_CLOSED = Text(
    "文件未正常关闭（记录程序可能中途结束），最后的报文可能缺失",
    "The file was not closed (its writer was stopped, it seems): the last frames may be missing",
)
_NO_DATE = Text(
    "文件没有日期：时间从记录开始算起",
    "The file has no date: times count from the start of the recording",
)


class _BrokenError(Exception):
    """The file cannot be read on from byte `at`."""

    def __init__(self, at: int, what: str, expected: str, saved: bytes = b"") -> None:
        super().__init__(what)
        self.at = at
        self.what = what
        self.expected = expected
        self.saved = saved


def read_blf(path: Path) -> Recording:
    """All frames of a BLF file. Damage ends the reading and is reported, not raised.

    The date of a BLF file is taken as UTC, as python-can writes it. Raises OSError.
    """
    size = path.stat().st_size
    parts: list[Frames] = []
    with path.open("rb") as file:
        try:
            header = _Header(file, size)
        except _BrokenError as error:
            return Recording(join([]), False, _problem(path, error, 0))
        broken = _read(_Containers(file, header.length, size), parts)
    frames = join(parts)
    frames.time[:] += header.start
    if broken is None and header.file_size > size:
        broken = _BrokenError(size, "the file ends here", f"{header.file_size} bytes")
    damage = None if broken is None else _problem(path, broken, len(frames))
    told = ((_NOT_CLOSED, header.file_size < size), (_NO_DATE, header.start == 0))
    notes = tuple(note for note, holds in told if holds and len(frames))
    return Recording(frames, header.start > 0, damage, notes=notes)


class _Header:
    """The first bytes of the file. Raises _BrokenError."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        data = file.read(_HEADER.size)
        if len(data) < _HEADER.size:
            raise _BrokenError(size, "the file ends here", f"a header of {_HEADER.size} bytes")
        # A writer leaves the size of the file, and often the date, until it closes it.
        _, self.length, self.file_size, _, _, _, *times = _HEADER.unpack(data)
        if not _HEADER.size <= self.length <= 4096:
            what = f"the header says that it has {self.length} bytes"
            raise _BrokenError(4, what, f"{_HEADER.size} to 4096")
        if size < self.length:
            raise _BrokenError(size, "the file ends here", f"a header of {self.length} bytes")
        self.start = _nanoseconds(times[:8])
        file.seek(self.length)


def _nanoseconds(system_time: list[int]) -> int:
    """A Windows SYSTEMTIME as nanoseconds since 1970; 0 when it holds no date that can be."""
    year, month, _, day, hour, minute, second, milliseconds = system_time
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return 0
    if year > _LATEST:
        return 0
    return max(0, round(moment.timestamp()) * 1_000_000_000 + milliseconds * 1_000_000)


def _read(containers: "_Containers", parts: list[Frames]) -> _BrokenError | None:
    """Add the frames of all containers to `parts`; what ended the reading early, if anything."""
    left_over = b""
    left_at = 0
    broken: _BrokenError | None = None
    for block in containers:
        buffer = b"".join((left_over, *block.pieces, PADDING))
        end = len(buffer) - len(PADDING)
        damaged, used = None, end
        try:
            starts, used = find_objects(buffer, end)
        except DamagedError as error:
            starts, damaged = error.starts, error
        frames, earlier = frames_of(buffer, starts)
        parts.append(frames)
        if (damaged := earlier or damaged) is not None:
            at = block.container_of(damaged.at - len(left_over), left_at)
            return _BrokenError(at, f"in the container here, {damaged.what}", "a log object")
        if used < end and used >= len(left_over):
            left_at = block.container_of(used - len(left_over), left_at)
        left_over = buffer[used:end]
        broken = block.broken
    if broken is None and left_over.strip(b"\0"):
        what = f"the last {len(left_over)} bytes in the container here are part of an object"
        broken = _BrokenError(left_at, what, "a whole object")
    return broken


class _Block:
    """Contents of some containers in a row."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.places: list[tuple[int, int]] = []
        """For each piece: where it begins in the block, and its container in the file."""
        self.size = 0
        self.broken: _BrokenError | None = None

    def add(self, at: int, piece: bytes) -> None:
        self.places.append((self.size, at))
        self.pieces.append(piece)
        self.size += len(piece)

    def container_of(self, at: int, before: int) -> int:
        """Where the container of byte `at` of the block begins; `before`, if it is not here."""
        return max((place for begin, place in self.places if begin <= at), default=before)


class _Containers:
    """The contents of the containers, block by block; the last block may carry `broken`."""

    def __init__(self, file: BinaryIO, at: int, size: int) -> None:
        self._file = file
        self._at = at
        self._size = size

    def __iter__(self) -> Iterator[_Block]:
        block = _Block()
        while block.broken is None and self._at < self._size:
            at = self._at
            try:
                piece = self._next()
            except _BrokenError as broken:
                block.broken = broken
                piece = broken.saved
            block.add(at, piece)
            if block.size >= _BLOCK and block.broken is None:
                yield block
                block = _Block()
        yield block

    def _next(self) -> bytes:
        """The contents of the object at `_at`; nothing if it is no container."""
        at = self._at
        head = self._file.read(_CONTAINER.size)
        if not head.strip(b"\0") and at + len(head) == self._size:
            self._at = self._size  # padding at the end
            return b""
        if not head.startswith(b"LOBJ"[: len(head)]):
            raise _BrokenError(at, f"{head[:4]!r} begins here", "a container (LOBJ)")
        if len(head) < _CONTAINER.size:
            what = f"the file ends {len(head)} bytes into a container header"
            raise _BrokenError(at, what, f"{_CONTAINER.size} bytes")
        _, _, _, size, kind, method, unpacked = _CONTAINER.unpack(head)
        if not _CONTAINER.size <= size <= _MOST or unpacked > _MOST:
            what = f"the container here says that it has {max(size, unpacked)} bytes"
            raise _BrokenError(at, what, f"{_CONTAINER.size} to {_MOST}")
        body = self._file.read(size - _CONTAINER.size)
        if len(body) < size - _CONTAINER.size:
            saved = b""
            if kind == _CONTAINER_TYPE:
                saved = body if method == _STORED else _rescue(body)
            what = f"the file ends {len(head) + len(body)} bytes into the container here"
            raise _BrokenError(at, what, f"{size} bytes", saved)
        self._at += size + len(self._file.read(size % 4))
        return _unpack(at, body, method, unpacked) if kind == _CONTAINER_TYPE else b""


def _unpack(at: int, body: bytes, method: int, size: int) -> bytes:
    if method == _STORED:
        return body
    if method != _DEFLATED:
        what = f"the container here is packed by method {method}"
        raise _BrokenError(at, what, f"{_STORED} (stored) or {_DEFLATED} (zlib)")
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(body, _MOST)
    except zlib.error as error:
        what = f"the container here cannot be unpacked ({error})"
        raise _BrokenError(at, what, f"{size} bytes of zlib data", _rescue(body)) from error
    if not unpacker.eof:
        what = f"the container here holds {len(piece)} bytes and no end"
        raise _BrokenError(at, what, f"{size} bytes of zlib data", piece)
    return piece


def _rescue(body: bytes) -> bytes:
    """As much as can be unpacked of zlib data that breaks off or is damaged."""
    unpacker = zlib.decompressobj()
    saved: list[bytes] = []
    with suppress(zlib.error):
        for at in range(0, len(body), _STEP):
            saved.append(unpacker.decompress(body[at : at + _STEP], _MOST))
    return b"".join(saved)


def _problem(path: Path, broken: _BrokenError, frames: int) -> Problem:
    what = f"byte {broken.at}: {broken.what}; {frames} frames were read before it"
    return Problem(str(path), 0, 0, what, broken.expected)
