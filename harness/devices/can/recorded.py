"""A recorded bus in the place of an adapter: which file, which channel, and since when it runs.

A bench file names recordings as `{can: recording, file: drive.blf}`. The loader of the bench reads
them all and gives each connection the span of all of them, so that buses that were recorded at the
same time are played at the same time. Raises FileError and UsageError as `logs.read_log`.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import Field

from harness.datafile import sha256
from harness.devices.can.connection import CanConnection
from harness.devices.can.logs import read_log
from harness.devices.can.logs_frames import Recording
from harness.errors import FileError, Problem, UsageError

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
    """Of the last frame of any of them."""
    dated: bool
    """Whether these are dates; otherwise they count from the start of the recording."""

    @property
    def recording_sha256(self) -> str:
        return self.sha256

    @property
    def seconds(self) -> float:
        """How long all recordings of the bench last together."""
        return (self.ends - self.begins) / 1e9


def read_recorded(path: Path, channel: str | int | None) -> Recording:
    """The frames of one bus in the order of time, and sure to be some.

    A file that is cut off is refused, with the place; so is one whose times go back by more than
    a reordering of buffers explains.
    """
    state = path.stat() if path.is_file() else None
    stamp = (state.st_mtime_ns, state.st_size) if state is not None else (0, 0)
    return _read(path, None if channel is None else str(channel), *stamp)


@lru_cache(maxsize=8)
def _read(path: Path, channel: str | None, _changed: int, _size: int) -> Recording:
    recording = read_log(path, channel=channel).recording
    frames = recording.frames
    if not len(frames):
        raise FileError([Problem(str(path), 0, 0, "the recording has no frame", _EXPECTED)])
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
        recording = Recording(
            frames.take(order), recording.dated, recording.damage, recording.channel_names,
            recording.notes,
        )  # fmt: skip
    return recording


def located(connection: CanConnection, folder: Path) -> RecordedConnection:
    """The connection with its file read; its span is that of this bus alone."""
    path = Path(str(connection.file))
    path = path if path.is_absolute() else folder / path
    if not path.is_file():
        raise FileError([Problem(str(path), 0, 0, "there is no such file", "a recorded bus")])
    recording = read_recorded(path, connection.channel)
    time = recording.frames.time
    return RecordedConnection.model_construct(
        connection.model_fields_set,
        **{name: getattr(connection, name) for name in CanConnection.model_fields},
        path=path,
        sha256=sha256(path.read_bytes()),
        begins=int(time[0]),
        ends=int(time[-1]),
        dated=recording.dated,
    )
