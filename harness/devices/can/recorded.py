"""A recorded bus in the place of an adapter: which file, which channel, and since when it runs.

A bench file names recordings as `{can: recording, file: drive.blf}`. The loader of the bench reads
them all and gives each connection the beginning of all of them, so that buses that were recorded
at the same time are played at the same time. Raises FileError and UsageError as `logs.read_log`.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import Field

from harness.devices.can.connection import CanConnection
from harness.devices.can.logs import of_channel, read_log
from harness.devices.can.logs_frames import ERROR, Recording
from harness.errors import FileError, Problem, UsageError
from harness.text import Text

_EXPECTED = "a recording with frames"
_BUFFERS = 1_000_000_000
"""Nanoseconds by which loggers with several buffers may write a frame too late."""


class RecordedConnection(CanConnection):
    """A connection whose file was found and read."""

    path: Path
    """Where the file lies."""
    sha256: str
    begins: int = Field(ge=0)
    """Nanoseconds since 1970 of the first frame of any bus of the bench."""
    ends: int = Field(ge=0)
    """Of the last frame of this file, of whatever channel: after it nothing is known of the bus."""
    dated: bool
    """Whether these are dates; otherwise they count from the start of the recording."""
    errors: bool
    """Whether there is an error frame among the frames of this bus."""
    notes: tuple[Text, ...]
    """What a reader of the values should know about the file."""

    @property
    def recording_sha256(self) -> str:
        return self.sha256

    @property
    def recording_begins(self) -> str:
        return datetime.fromtimestamp(self.begins / 1e9, UTC).isoformat() if self.dated else ""

    @property
    def recording_has_errors(self) -> bool:
        return self.errors

    @property
    def recording_notes(self) -> tuple[Text, ...]:
        return self.notes

    @property
    def seconds(self) -> float:
        """How long it lasts, from the first frame of any bus of the bench."""
        return (self.ends - self.begins) / 1e9


class RecordedBus(NamedTuple):
    """What a file has of one bus."""

    recording: Recording
    """Its frames in the order of time, and sure to be some."""
    sha256: str
    """Of the whole file."""
    ends: int
    """Nanoseconds; the last frame of any channel of the file."""


class _Stamp(NamedTuple):
    """By which a file is known to be the same as before."""

    changed: int
    size: int


def read_recorded(path: Path, channel: str | int | None) -> RecordedBus:
    """The frames of one bus.

    A file that is cut off is refused, with the place; so is one whose times go back by more than
    a reordering of buffers explains.
    """
    state = path.stat() if path.is_file() else None
    stamp = _Stamp(state.st_mtime_ns, state.st_size) if state is not None else _Stamp(0, 0)
    return _read(path, None if channel is None else str(channel), stamp)


@lru_cache(maxsize=4)
def _whole(path: Path, _stamp: _Stamp) -> tuple[Recording, str]:
    """A file with all its channels, and its hash. Many channels of one file are read once."""
    recording = read_log(path).recording
    with path.open("rb") as file:
        return recording, hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=8)
def _read(path: Path, channel: str | None, stamp: _Stamp) -> RecordedBus:
    whole, digest = _whole(path, stamp)
    if not len(whole.frames):
        raise FileError([Problem(str(path), 0, 0, "the recording has no frame", _EXPECTED)])
    ends = int(whole.frames.time.max())
    recording = whole if channel is None else of_channel(whole, channel)
    frames = recording.frames
    if channel is None and len(numbers := np.unique(frames.channel)) > 1:
        met = ", ".join(recording.channel_names.get(n, str(n)) for n in numbers.tolist())
        raise UsageError(
            f"the recording has several channels; expected 'channel' with one of {met}"
        )
    back = np.flatnonzero(np.diff(frames.time) < -_BUFFERS)
    if len(back):
        row = int(back[0])
        earlier, later = frames.time[row], frames.time[row + 1]
        what = (
            f"frame {row + 2} is {(earlier - later) / 1e9:.3f} s earlier than the frame before it"
        )
        raise FileError([Problem(str(path), 0, 0, what, "times that never go back")])
    if (np.diff(frames.time) < 0).any():
        order = np.argsort(frames.time, kind="stable")
        recording = replace(recording, frames=frames.take(order))
    return RecordedBus(recording, digest, ends)


def located(connection: CanConnection, folder: Path) -> RecordedConnection:
    """The connection with its file read; it begins with the first frame of this bus."""
    path = Path(str(connection.file))
    path = path if path.is_absolute() else folder / path
    if not path.is_file():
        raise FileError([Problem(str(path), 0, 0, "there is no such file", "a recorded bus")])
    bus = read_recorded(path, connection.channel)
    return RecordedConnection.model_construct(
        connection.model_fields_set,
        **{name: getattr(connection, name) for name in CanConnection.model_fields},
        path=path,
        sha256=bus.sha256,
        begins=int(bus.recording.frames.time[0]),
        ends=bus.ends,
        dated=bus.recording.dated,
        errors=bool((bus.recording.frames.flags & ERROR).any()),
        notes=bus.recording.notes,
    )
