"""The raw bus beside the journal: a BLF file per bus.

Every frame, received and sent, with its direction and its time in UTC (the record's start plus the
record time), and markers that name the steps. The same frames give the same bytes. The file is
usable at any moment: its header carries the start from the first byte on, and what was recorded
reaches the disk in pieces of 32 KiB and at every marker, so a killed run loses little.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from struct import error as StructError  # noqa: N812 - it is an exception
from zlib import error as ZlibError  # noqa: N812

import can
from can.io.blf import FILE_HEADER_SIZE, BLFParseError, BLFReader, BLFWriter

from harness.clock import Clock, loop_time
from harness.devices.can.bus import CanBus
from harness.errors import EvidenceError

_PIECE = 32 * 1024
_LEVEL = 6
"""zlib's default, said so that the bytes do not depend on it."""
_DISORDER = 1.0
"""Seconds by which a frame may stand behind a later one (sent and received ones are merged)."""


class _Writer(BLFWriter):
    """python-can's writer with a header that is right from the start, and cuts on demand."""

    def begin(self, start: float) -> None:
        """Take `start` (UTC seconds) as the time from which stamps count."""
        self.start_timestamp = int(start * 1000) / 1000
        self.stop_timestamp = self.start_timestamp
        self.file.seek(0)
        self._write_header(FILE_HEADER_SIZE)
        self.file.flush()

    def cut(self) -> None:
        """Write what is in memory."""
        self._flush()
        self.file.flush()


class Capture:
    """Records one bus. `on_failure` is called once when the disk does not take the record."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        channel: int = 0,
        on_failure: Callable[[EvidenceError], None] | None = None,
    ) -> None:
        """Create the file. `channel` counts from 0. Raises EvidenceError."""
        self.path = path
        self.failure: EvidenceError | None = None
        self.frames = 0
        self._on_failure = on_failure
        start = clock.start
        # Loop time plus this is UTC.
        self._to_utc = start.utc.timestamp() - start.loop_time
        self._frame = can.Message(channel=channel)
        try:
            self._writer = _Writer(
                path, compression_level=_LEVEL, max_container_size=_PIECE, channel=channel + 1
            )
            self._writer.begin(start.utc.timestamp())
        except OSError as error:
            raise EvidenceError(f"{path}: {error.strerror or error}") from error
        self._stops: list[Callable[[], None]] = []
        self._closed = False

    def attach(self, bus: CanBus) -> None:
        """Record a bus from now on, until the capture is closed."""
        self._stops.append(bus.subscribe_batches(self.take))
        self._stops.append(bus.subscribe_sent(self.take_sent))

    def take(self, frames: list[can.Message]) -> None:
        """Record received frames. Never raises: see `failure`."""
        if self.failure is not None or self._closed:
            return
        try:
            for frame in frames:
                self._write(frame, True)
        except OSError as error:
            self._fail(error)

    def take_sent(self, frame: can.Message) -> None:
        """Record a frame of ours. Never raises: see `failure`."""
        if self.failure is not None or self._closed:
            return
        try:
            self._write(frame, False)
        except OSError as error:
            self._fail(error)

    def mark(self, text: str, stamp: float | None = None) -> None:
        """Put a marker (the name of a step) at the loop's time `stamp` or now; write to disk."""
        if self.failure is not None or self._closed:
            return
        plain = text.encode("ascii", "backslashreplace").decode("ascii")
        try:
            at = loop_time() if stamp is None else stamp
            self._writer.log_event(plain, round(at + self._to_utc, 6))
            self._writer.cut()
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Finish the file. Raises EvidenceError if any of the record is missing."""
        if self._closed:
            return
        self._closed = True
        while self._stops:
            self._stops.pop()()
        try:
            self._writer.stop()
        except OSError as error:
            self._fail(error)
            with suppress(OSError):  # it says once more that the disk is full, and is closed
                self._writer.file.close()
        if self.failure is not None:
            raise self.failure

    def _write(self, frame: can.Message, received: bool) -> None:
        # A frame may belong to others as well; so a copy is changed, always the same one.
        copy = self._frame
        copy.timestamp = round(frame.timestamp + self._to_utc, 6)
        copy.arbitration_id = frame.arbitration_id
        copy.is_extended_id = frame.is_extended_id
        copy.is_remote_frame = frame.is_remote_frame
        copy.is_error_frame = frame.is_error_frame
        copy.is_fd = frame.is_fd
        copy.bitrate_switch = frame.bitrate_switch
        copy.error_state_indicator = frame.error_state_indicator
        copy.dlc = frame.dlc
        copy.data = frame.data
        copy.is_rx = received
        self._writer.on_message_received(copy)
        self.frames += 1

    def _fail(self, error: OSError) -> None:
        if self.failure is not None:
            return
        self.failure = EvidenceError(f"{self.path}: {error.strerror or error}")
        self.failure.__cause__ = error
        if self._on_failure is not None:
            self._on_failure(self.failure)


def read_capture(path: Path) -> Iterator[can.Message]:
    """Frames of a BLF file in their order, `timestamp` in UTC seconds; also of one cut off.

    Raises EvidenceError when the file is missing or is no BLF file.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}") from error
    with file:
        try:
            frames = iter(BLFReader(file))
        except (OSError, BLFParseError, StructError) as error:
            raise EvidenceError(f"{path}: not a BLF file ({error})") from error
        while True:
            try:
                yield next(frames)
            except (StopIteration, BLFParseError, StructError, ZlibError):
                return  # the end, or where a killed run left it


def frames_between(path: Path, start: float, end: float) -> list[can.Message]:
    """Frames of a step: those with start <= timestamp <= end, both UTC seconds.

    Raises EvidenceError when the file is missing or is no BLF file.
    """
    found = []
    for frame in read_capture(path):
        if start <= frame.timestamp <= end:
            found.append(frame)
        elif frame.timestamp > end + _DISORDER:
            break
    return found
