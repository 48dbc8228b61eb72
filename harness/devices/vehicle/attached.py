"""One adapter of the bench on the buses of a vehicle: reader, monitor, recording."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.clock import Clock, Deadline, loop_time
from harness.devices.can.bus import CanBus, Tallies
from harness.devices.can.capture import Capture, read_capture
from harness.devices.can.connection import CanConnection
from harness.devices.can.database import Database
from harness.devices.can.monitor import Monitor
from harness.devices.can.reading import read_signal, stale_after
from harness.devices.can.sender import Sender
from harness.devices.can.specs import Identifier
from harness.devices.vehicle.attachment import Attachment, database_of
from harness.devices.vehicle.points import VehiclePoint
from harness.devices.vehicle.profile import VehicleProfile
from harness.devices.vehicle.reading import to_measurement
from harness.errors import DeviceLostError, EvidenceError
from harness.quantity import Measurement, Quantity

_AT_LEAST = 0.1
_FIRST_FRAME = 1.0
"""Seconds to wait at least for a message that was never seen."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Frames in the recording of a bus."""

    received: int
    sent: int
    """By the harness itself."""
    diagnostic: int
    """Received ones by which somebody else asks a control unit, or is answered."""


class AttachedBus:
    """What is connected where. Made at once, opened later."""

    def __init__(
        self,
        place: Attachment,
        profile: VehicleProfile,
        *,
        clock: Clock,
        others: set[Identifier],
        read_only: bool,
        captures: Path | None,
        on_lost: Callable[[str, str], None],
    ) -> None:
        self.name = place.name
        self.buses = place.buses
        self.connection: CanConnection = place.connection
        self.database: Database = database_of(place, profile)
        self.monitor = Monitor(self.database, others=others)
        self._others = others
        self.bus = CanBus(place.name, place.connection, clock=clock, read_only=read_only)
        self.bus.on_lost = self._died
        self.sender = Sender(self.bus, self.database)
        self.capture_name = f"can-{place.name}.blf" if captures is not None else ""
        self.opened = False
        self.unrecorded: EvidenceError | None = None
        """Why frames are no longer recorded."""
        self._clock = clock
        self._captures = captures
        self._capture: Capture | None = None
        self._told = on_lost

    async def open(self, deadline: Deadline) -> None:
        """Start listening and recording. Raises BenchError."""
        self.monitor.attach(self.bus)
        if self._captures is not None:
            path = self._captures / self.capture_name
            self._capture = Capture(path, clock=self._clock, on_failure=self._not_recorded)
            self._capture.attach(self.bus)
        try:
            await self.bus.open(deadline)
        except BaseException:
            self._end_capture()
            raise
        self.opened = True

    async def close(self) -> None:
        """Stop sending, listening and recording. Raises EvidenceError when the recording failed."""
        self.sender.stop_all()
        await self.bus.close()
        self.opened = False
        self._end_capture()

    def recorded(self, mark: str) -> Recorded | None:
        """Frames as the recording on the disk has them; None without one.

        `mark` is put where the recording was read. Raises EvidenceError when it is not whole.
        """
        path = self._on_disk(mark)
        if path is None:
            return None
        received = sent = asked = 0
        others = self._others
        for frame in read_capture(path):
            if not frame.is_rx:
                sent += 1
                continue
            received += 1
            if (frame.arbitration_id, frame.is_extended_id) in others:
                asked += 1
        return Recorded(received, sent, asked)

    def recorded_bytes(self, mark: str) -> bytes | None:
        """The recording on the disk up to now; None without one. Raises as `recorded`."""
        path = self._on_disk(mark)
        try:
            return None if path is None else path.read_bytes()
        except OSError as error:
            raise EvidenceError(f"{path}: {error.strerror or error}") from error

    def _on_disk(self, mark: str) -> Path | None:
        """Where the recording lies, with everything that was recorded so far."""
        capture = self._capture
        if capture is None:
            return None
        capture.mark(f"{mark}: read back")  # and with it everything is on the disk
        if capture.failure is not None:
            raise capture.failure
        return capture.path

    def _end_capture(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.close()

    def _not_recorded(self, error: EvidenceError) -> None:
        self.unrecorded = error

    def _died(self, error: DeviceLostError) -> None:
        self.monitor.fail(error)
        self._told(self.name, error.detail)

    @property
    def lost(self) -> str:
        """Why nothing comes any more; empty while it does."""
        return self.bus.lost.detail if self.bus.lost is not None else ""

    def tallies(self) -> Tallies:
        """Everything that was counted."""
        return self.monitor.complete(self.bus.tallies())

    def mark(self, step: str) -> None:
        """From now on, frames belong to this step."""
        if self._capture is not None:
            self._capture.mark(step, loop_time())

    # Reading

    async def reading(
        self,
        point: VehiclePoint,
        asked: float,
        deadline: Deadline,
        source: str,
        stated: Quantity | None,
    ) -> Measurement:
        """The signal in a frame that came after `asked`; the latest one where none comes.

        Waits at most until a message that came just before `asked` would be stale. Raises
        DeviceLostError when the bus dies.
        """
        spec = self.database.signal(f"{point.message}.{point.signal}").signal
        state = self.monitor.state(point.message)

        def fresh(_: Monitor) -> bool:
            frame = state.frame_with(point.signal)
            return frame is not None and frame.timestamp > asked

        patience = stale_after(state.spec, spec)
        if state.frame_with(point.signal) is None:
            # The adapter may have been opened this very moment.
            patience = max(patience or 0.0, _FIRST_FRAME)
        elif patience is None:
            patience = 0.0  # an event message: the latest frame stands until there is another
        else:
            patience = max(patience, _AT_LEAST)
        # From `asked` on, so that many silent signals take no longer than the slowest of them.
        await self.monitor.wait_for(fresh, Deadline(min(deadline.at, asked + patience)))
        return self.latest(point, source, stated)

    def seen_at(self, point: VehiclePoint) -> float | None:
        """Stamp (loop time) of the latest frame with a signal; None before the first."""
        frame = self.monitor.state(point.message).frame_with(point.signal)
        return None if frame is None else frame.timestamp

    def latest(self, point: VehiclePoint, source: str, stated: Quantity | None) -> Measurement:
        """The signal in the latest frame, also when nothing comes any more."""
        spec = self.database.signal(f"{point.message}.{point.signal}").signal
        state = self.monitor.state(point.message)
        now = loop_time()
        return to_measurement(
            point,
            read_signal(state, spec, now),
            state,
            source=source,
            bus=self.name,
            start=self._clock.start.loop_time,
            now=now,
            stated=stated,
        )
