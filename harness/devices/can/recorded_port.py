"""The port of a recorded bus: every frame once, in order, as far apart as it was recorded.

Time is the loop's: in virtual time a recording of an hour passes as fast as it can be judged, with
`--live` it takes an hour. Nothing can be sent. When the last frame of the file has passed, the port
says so and is dead: whoever waits for more is told why nothing comes, and nobody takes a recording
that is over for a bus that is silent.
"""

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import can
import numpy as np

from harness.clock import Deadline, loop_time
from harness.devices.can.logs_frames import BRS, ERROR, ESI, EXTENDED, FD, REMOTE, Frames
from harness.devices.can.port import Port
from harness.devices.can.recorded import RecordedConnection, read_recorded
from harness.errors import BusError, ConnectionFailedError, FileError, UsageError

BATCH = 0.005
"""Seconds; frames are handed on in batches, each with its exact time."""
AFTER_THE_END = 0.5
"""Seconds of silence before the end is told, in which late readers still get their values."""


@dataclass(slots=True)
class _Showing:
    """Recordings that are played together: when they began, and how many are still open."""

    origin: float
    ports: int = 0


_Showings = WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, _Showing]]
_showings: _Showings = WeakKeyDictionary()
"""By the beginning of the recordings; it lasts from the first bus opened to the last one closed."""


def _enter(begins: int) -> float:
    """The loop's time at which these recordings began: the same for all buses of a run."""
    known = _showings.setdefault(asyncio.get_running_loop(), {})
    showing = known.setdefault(begins, _Showing(loop_time()))
    showing.ports += 1
    return showing.origin


def _leave(begins: int) -> None:
    known = _showings[asyncio.get_running_loop()]
    known[begins].ports -= 1
    if not known[begins].ports:
        del known[begins]


class RecordedPort(Port):
    """Plays one bus."""

    _timer: asyncio.TimerHandle | None = None
    _next = 0
    _began: int | None = None
    """Which recordings are being played; None when the port is not open."""

    async def open(self, deadline: Deadline, *, listen_only: bool) -> None:
        connection = self.connection
        if not isinstance(connection, RecordedConnection):
            raise ConnectionFailedError(
                f"{connection.describe()}: a recording is played from a bench file; expected "
                "{can: recording, file: …} there"
            )
        self.listen_only = True
        self._frames: Frames = _as_it_was(connection)
        self._began = connection.begins
        origin = _enter(self._began)
        self._stamps = origin + (self._frames.time - self._began) / 1e9
        self._end = origin + connection.seconds
        # Frames of the moments that opening took are played at once: none is left out.
        self._next = 0
        self._plan()

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._began is not None:
            _leave(self._began)
            self._began = None

    def send(self, message: can.Message) -> None:
        raise BusError(f"{self.connection.describe()}: nothing can be sent to a recording")

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        if self._next < len(self._stamps):
            at = float(self._stamps[self._next])
            last = int(np.searchsorted(self._stamps, at + BATCH, "right")) - 1
            self._timer = loop.call_at(float(self._stamps[last]), self._play, last + 1)
        else:
            self._timer = loop.call_at(self._end + AFTER_THE_END, self._ended)

    def _play(self, end: int) -> None:
        first, self._next = self._next, end
        self._plan()
        self.sinks.on_frames(messages(self._frames, self._stamps, first, end))

    def _ended(self) -> None:
        self._timer = None
        connection = self.connection
        assert isinstance(connection, RecordedConnection)
        self.sinks.on_death(EOFError(f"the recording ended at {connection.seconds:.3f} s"))


def _as_it_was(connection: RecordedConnection) -> Frames:
    """The frames of the very file whose hash is on record. Raises ConnectionFailedError."""
    where = connection.describe()
    try:
        bus = read_recorded(connection.path, connection.channel)
    except (FileError, UsageError, OSError) as error:
        raise ConnectionFailedError(f"{where}: {error}") from error
    if bus.sha256 != connection.sha256:
        raise ConnectionFailedError(
            f"{where}: the file was changed after the bench file was read; expected the same file"
        )
    return bus.recording.frames


def messages(
    frames: Frames, stamps: "np.ndarray[tuple[int], np.dtype[np.float64]]", first: int, end: int
) -> list[can.Message]:
    """Frames `first` to `end` (not included) as python-can has them; all are received ones."""
    rows = zip(
        stamps[first:end].tolist(),
        frames.key[first:end].tolist(),
        frames.flags[first:end].tolist(),
        frames.length[first:end].tolist(),
        frames.data[first:end],
        strict=True,
    )
    return [
        can.Message(
            timestamp=stamp,
            arbitration_id=key & ~EXTENDED,
            is_extended_id=bool(key & EXTENDED),
            is_remote_frame=bool(flags & REMOTE),
            is_error_frame=bool(flags & ERROR),
            is_fd=bool(flags & FD),
            bitrate_switch=bool(flags & BRS),
            error_state_indicator=bool(flags & ESI),
            dlc=length,
            data=None if flags & (REMOTE | ERROR) else data[:length].tobytes(),
        )
        for stamp, key, flags, length, data in rows
    ]
