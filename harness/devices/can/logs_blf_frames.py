"""Frames from the objects of a BLF file: the layouts of their bodies, and their facts as columns.

No official description of the format is public. The facts here are those on which python-can and
the Vector tools agree; the tests compare every field with what python-can reads.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.devices.can.logs_blf_objects import DamagedError, field
from harness.devices.can.logs_frames import (
    BRS,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    FD_LENGTHS,
    REMOTE,
    TX,
    Frames,
    Index,
    clear_beyond,
    join,
)

_HEAD = np.dtype(
    [
        ("mark", "<u4"),
        ("header_size", "<u2"),
        ("version", "<u2"),
        ("size", "<u4"),
        ("type", "<u4"),
        ("time_unit", "<u4"),
        ("status", "<u4"),
        ("time", "<u8"),
    ]
)
_BODY = {1: 32, 2: 40}
"""Header version -> where the body begins."""
_TEN_MICROSECONDS = 1

_CLASSIC = np.dtype(
    [("channel", "<u2"), ("flags", "u1"), ("dlc", "u1"), ("id", "<u4"), ("data", "u1", 8)]
)
_FD = np.dtype(
    [
        ("channel", "<u2"),
        ("flags", "u1"),
        ("dlc", "u1"),
        ("id", "<u4"),
        ("frame_time", "<u4"),
        ("bits", "u1"),
        ("fd_flags", "u1"),
        ("valid", "u1"),
        ("reserved", "u1", 5),
        ("data", "u1", 64),
    ]
)
_FD_64 = np.dtype(
    [
        ("channel", "u1"),
        ("dlc", "u1"),
        ("valid", "u1"),
        ("tries", "u1"),
        ("id", "<u4"),
        ("frame_time", "<u4"),
        ("fd_flags", "<u4"),
        ("rates", "<u4", 2),
        ("offsets", "<u4", 2),
        ("bits", "<u2"),
        ("direction", "u1"),
        ("more_at", "u1"),
        ("crc", "<u4"),
        ("data", "u1", 64),
    ]
)
_FD_FIXED, _FD_64_FIXED = _FD.itemsize - 64, _FD_64.itemsize - 64
_ERROR = np.dtype([("channel", "<u2"), ("length", "<u2")])
_ERROR_EXT = np.dtype(
    [("channel", "<u2"), ("facts", "u1", 14), ("id", "<u4"), ("flags", "<u4"), ("data", "u1", 8)]
)
_ERROR_FD = np.dtype([("channel", "u1"), ("dlc", "u1"), ("valid", "u1"), ("code", "u1")])


class _Objects(NamedTuple):
    """Objects of one type."""

    time: NDArray[np.int64]
    record: NDArray[Any]
    """Their bodies, as a structured array."""
    begin: NDArray[np.int64]
    """Bytes from the start of each to its body."""
    room: NDArray[np.int64]
    """Bytes of each body."""


def frames_of(buffer: bytes, starts: Index) -> tuple[Frames, DamagedError | None]:
    """The frames among the objects at `starts`; time in nanoseconds from the start of the file.

    An object that is shorter than its type ends the reading there, and is told.
    """
    head = _records(buffer, _HEAD, starts)
    begin = np.where(head["version"] == 2, _BODY[2], _BODY[1])
    known = (head["version"] == 1) | (head["version"] == 2)
    room = head["size"].astype(np.int64) - begin
    found = {kind: np.flatnonzero((head["type"] == kind) & known) for kind in _KINDS}
    short = [rows[room[rows] < _KINDS[kind].least][:1] for kind, rows in found.items()]
    end = int(np.concatenate(short).min(initial=len(starts)))
    parts: list[Frames] = []
    places: list[Index] = []
    for kind, every in found.items():
        rows = every[every < end]
        if not len(rows):
            continue
        time = head["time"][rows].astype(np.int64)
        time[head["time_unit"][rows] == _TEN_MICROSECONDS] *= 10_000
        record = _records(buffer, _KINDS[kind].layout, (starts + begin)[rows])
        parts.append(_KINDS[kind].columns(_Objects(time, record, begin[rows], room[rows])))
        places.append(rows)
    frames = join(parts)
    if len(parts) > 1:
        frames = frames.take(np.argsort(np.concatenate(places)))
    if end == len(starts):
        return frames, None
    what = f"an object of type {head['type'][end]} with a body of {room[end]} bytes begins here"
    return frames, DamagedError(int(starts[end]), what, starts[:end])


def _classic(objects: _Objects) -> Frames:
    record = objects.record
    remote = (record["flags"] & 0x80) != 0
    flags = np.where(remote, REMOTE, 0) | np.where(record["flags"] & 1, TX, 0)
    length = np.minimum(record["dlc"], 8)
    return _frames(objects, flags, length, np.where(remote, 0, length))


def _fd(objects: _Objects) -> Frames:
    record = objects.record
    mode = record["fd_flags"]
    remote = (record["flags"] & 0x80) != 0
    flags = np.where(remote, REMOTE, 0) | np.where(record["flags"] & 1, TX, 0)
    flags |= np.where(mode & 1, FD, 0) | np.where(mode & 2, BRS, 0) | np.where(mode & 4, ESI, 0)
    length = np.minimum(record["valid"], 64)
    held = np.minimum(length, objects.room - _FD_FIXED)
    length = np.where(remote, FD_LENGTHS[record["dlc"] & 15], length)
    return _frames(objects, flags, length, np.where(remote, 0, held))


def _fd_64(objects: _Objects) -> Frames:
    record = objects.record
    mode = record["fd_flags"]
    remote = (mode & 0x10) != 0
    flags = np.where(remote, REMOTE, 0) | np.where(record["direction"], TX, 0)
    flags |= np.where(mode & 0x1000, FD, 0)
    flags |= np.where(mode & 0x2000, BRS, 0) | np.where(mode & 0x4000, ESI, 0)
    more = record["more_at"].astype(np.int64)  # counts from the start of the object
    room = np.where(more > 0, np.minimum(more - objects.begin, objects.room), objects.room)
    length = np.minimum(record["valid"], 64)
    held = np.clip(room - _FD_64_FIXED, 0, length)
    length = np.where(remote, FD_LENGTHS[record["dlc"] & 15], length)
    return _frames(objects, flags, length, np.where(remote, 0, held))


def _error(objects: _Objects) -> Frames:
    """Error frames, of which only time and channel are kept."""
    none = np.zeros(len(objects.time), np.uint8)
    return Frames(
        objects.time,
        objects.record["channel"].astype(np.uint16),
        none.astype(np.uint32),
        none + np.uint8(ERROR),
        none,
        np.zeros((len(none), 8), np.uint8),
    )


def _frames(
    objects: _Objects, flags: NDArray[Any], length: NDArray[Any], held: NDArray[Any]
) -> Frames:
    """`held` says how many payload bytes the object really has."""
    data = objects.record["data"].copy()
    clear_beyond(data, held.astype(np.uint8))
    return Frames(
        objects.time,
        objects.record["channel"].astype(np.uint16),
        objects.record["id"] & np.uint32(EXTENDED | 0x1FFF_FFFF),
        flags.astype(np.uint8),
        length.astype(np.uint8),
        data,
    )


class _Kind(NamedTuple):
    """A type of object."""

    layout: np.dtype[np.void]
    """Of its body."""
    least: int
    """Bytes that its body must have."""
    columns: Callable[[_Objects], Frames]


_KINDS = {
    1: _Kind(_CLASSIC, 16, _classic),
    2: _Kind(_ERROR, 4, _error),
    73: _Kind(_ERROR_EXT, 32, _error),
    86: _Kind(_CLASSIC, 16, _classic),
    100: _Kind(_FD, _FD_FIXED, _fd),
    101: _Kind(_FD_64, _FD_64_FIXED, _fd_64),
    104: _Kind(_ERROR_FD, 4, _error),
}


def _records(buffer: bytes, layout: np.dtype[np.void], at: Index) -> NDArray[np.void]:
    """The records of one layout that begin at `at`, wherever that is."""
    if len(at) > 1:
        step = int(at[1] - at[0])
        if at[-1] - at[0] == step * (len(at) - 1) and (np.diff(at) == step).all():
            return np.ndarray((len(at),), layout, buffer, int(at[0]), (step,))  # nothing is copied
    return field(buffer, layout, 0)[at]
