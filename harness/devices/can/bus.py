"""One bus of the bench: its adapter, who listens, what is counted.

    bus = CanBus("powertrain", connection, clock=clock)
    await bus.open(deadline)
    stop = bus.subscribe(print, ids={(0x7E8, False)})
    bus.send(can.Message(arbitration_id=0x7E0, is_extended_id=False, data=b"\\x02\\x3e\\x00"))

Consumers get frames on the event loop, in order, with stamps of the loop's time; `record_time`
turns a stamp into seconds since the record's start. A read-only bus sends nothing whatever asks.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

import can

from harness.clock import Clock, Deadline, loop_time
from harness.devices.can.connection import CanConnection
from harness.devices.can.error_reports import silent_on_errors
from harness.devices.can.load import LoadMeter
from harness.devices.can.port import Port, Sinks, port_for
from harness.devices.can.specs import Identifier, format_id
from harness.devices.can.tallies import Tallies
from harness.errors import BusError, DeviceLostError, ReadOnlyError

__all__ = ["EXTENDED", "BatchConsumer", "CanBus", "Consumer", "Refused", "Tallies", "key_of"]

Consumer = Callable[[can.Message], None]
Refused = Callable[[can.Message, Exception], None]
BatchConsumer = Callable[[list[can.Message]], None]
EXTENDED = 0x8000_0000
T = TypeVar("T")


def key_of(frame_id: int, extended: bool) -> int:
    """Id and frame format as one number: bit 31 says 29 bits, as in a DBC file."""
    return frame_id | EXTENDED if extended else frame_id


class CanBus:
    """A bus by name. `on_lost` is called once when the adapter is gone; set it before `open`."""

    def __init__(
        self,
        name: str,
        connection: CanConnection,
        *,
        clock: Clock,
        read_only: bool = False,
        on_lost: Callable[[DeviceLostError], None] | None = None,
    ) -> None:
        self.name = name
        self.connection = connection
        self.clock = clock
        self.read_only = read_only
        self.on_lost = on_lost
        self.lost: DeviceLostError | None = None
        """Why nothing comes any more."""
        self.unsent_reason = ""
        """What the adapter said when it last refused a frame."""
        self.load: LoadMeter | None = None
        """None before the bus is open and where the bit rate is not known."""
        self._port: Port | None = None
        self._open = False
        self._tallies = Tallies()
        self._batches: list[BatchConsumer] = []
        self._sent: list[Consumer] = []
        self._unsent: list[Refused] = []
        self._all: list[Consumer] = []
        self._by_id: dict[int, list[Consumer]] = {}
        self._mourners: list[Callable[[DeviceLostError], None]] = []

    # Open and close

    async def open(self, deadline: Deadline) -> None:
        """Open the adapter. Raises ConnectionFailedError that says what to look at."""
        if self._open:
            return
        sinks = Sinks(self._frames, self._was_sent, self._was_not_sent, self._died)
        port = port_for(self.connection, sinks)
        self.lost = None
        silent = self.read_only or self.connection.listen_only
        if self.connection.bitrate is not None:
            rates = (self.connection.bitrate, self.connection.data_bitrate)
            self.load = LoadMeter(loop_time(), *rates)
        self._port = port
        await port.open(deadline, listen_only=silent)
        self._open = True

    async def close(self) -> None:
        """Close the adapter within a few seconds. Subscriptions stay. Never raises."""
        port, self._open = self._port, False
        if port is not None:
            self._tallies.garbled = port.garbled
            await port.close()

    @property
    def is_open(self) -> bool:
        return self._open and self.lost is None

    @property
    def listen_only(self) -> bool:
        """Whether the adapter does not even acknowledge frames (see `adapters`)."""
        return self._port is not None and self._port.listen_only

    @property
    def silent_on_errors(self) -> str:
        """Why a count of no error frame says nothing (see `error_reports`); empty: it does."""
        return silent_on_errors(self.connection)

    def record_time(self, stamp: float) -> float:
        """Seconds since the record's start, of a frame's stamp."""
        return stamp - self.clock.start.loop_time

    def tallies(self) -> Tallies:
        """What was counted so far; the monitor adds its part."""
        tallies = replace(self._tallies, unknown={})
        if self.load is not None:
            now = loop_time()
            tallies.load_mean = self.load.mean(now)
            tallies.load_peak = max(self.load.peak, self.load.now(now))
        if self._open and self._port is not None:
            tallies.garbled = self._port.garbled
        return tallies

    # Listen

    def subscribe(
        self, consumer: Consumer, ids: Collection[Identifier] | None = None
    ) -> Callable[[], None]:
        """Have `consumer` called for received data frames, of these ids or of all.

        Error frames and our own frames are left out. Returns how to stop; that may be called
        from within the consumer, and twice.
        """
        lists = [self._all]
        if ids is not None:
            keys = {key_of(*identifier) for identifier in ids}
            lists = [self._by_id.setdefault(key, []) for key in keys]
        return _enlist(consumer, lists)

    def subscribe_batches(self, consumer: BatchConsumer) -> Callable[[], None]:
        """Have `consumer` called with whole batches, error frames included. Cheap per frame."""
        return _enlist(consumer, [self._batches])

    def subscribe_sent(self, consumer: Consumer) -> Callable[[], None]:
        """Have `consumer` called with every frame of ours that was sent (`is_rx` is False)."""
        return _enlist(consumer, [self._sent])

    def subscribe_unsent(self, consumer: Refused) -> Callable[[], None]:
        """Have `consumer` called with every frame of ours that was not taken, and why not.

        A real adapter says so some time after `send`, which then did not raise.
        """
        return _enlist(consumer, [self._unsent])

    def subscribe_lost(self, consumer: Callable[[DeviceLostError], None]) -> Callable[[], None]:
        """Have `consumer` called once when the adapter is gone, as `on_lost`."""
        return _enlist(consumer, [self._mourners])

    def load_now(self) -> float | None:
        """Load over the last second, 0 to 1; None when the bit rate is not known."""
        return None if self.load is None else self.load.now(loop_time())

    # Send

    def send(self, message: can.Message) -> None:
        """Send one frame; a copy is kept, the caller's object stays the caller's.

        Raises ReadOnlyError on a read-only bus, DeviceLostError when the adapter is gone or not
        open, BusError when the bus takes no frames.
        """
        self.must_be_writable(format_id(message.arbitration_id, message.is_extended_id))
        if self.lost is not None:
            raise DeviceLostError(f"{self.name}: {self.lost.detail}")
        if not self._open or self._port is None:
            raise DeviceLostError(f"{self.name}: the bus is not open")
        ours = can.Message(
            arbitration_id=message.arbitration_id,
            is_extended_id=message.is_extended_id,
            is_remote_frame=message.is_remote_frame,
            dlc=message.dlc,
            data=bytes(message.data),
            is_fd=message.is_fd,
            bitrate_switch=message.bitrate_switch,
            is_rx=False,
        )
        try:
            self._port.send(ours)
        except BusError as error:
            self._was_not_sent(ours, error)
            raise

    def must_be_writable(self, what: str) -> None:
        """Count and refuse an attempt to send on a read-only bus. Raises ReadOnlyError."""
        if self.read_only or self.connection.listen_only:
            self._tallies.refused += 1
            raise ReadOnlyError(f"{self.name}: {what} was not sent, the bus is read-only")

    # From the port

    def _frames(self, frames: list[can.Message]) -> None:
        try:
            self._deliver(frames)
        except Exception as error:  # noqa: BLE001 - a listener that fails must not look like silence
            self._died(error)

    def _deliver(self, frames: list[can.Message]) -> None:
        tallies = self._tallies
        if tallies.first is None:
            tallies.first = self.record_time(frames[0].timestamp)
        tallies.last = self.record_time(frames[-1].timestamp)
        tallies.received += len(frames)
        if self.load is not None:
            add = self.load.add
            for frame in frames:
                add(frame)
        for take in tuple(self._batches):
            take(frames)
        everybody, by_id = self._all, self._by_id
        for frame in frames:
            if frame.is_error_frame:
                tallies.error_frames += 1
                tallies.received -= 1
                continue
            if everybody:
                for consumer in tuple(everybody):
                    consumer(frame)
            if by_id:
                key = frame.arbitration_id
                some = by_id.get(key | EXTENDED if frame.is_extended_id else key)
                if some:
                    for consumer in tuple(some):
                        consumer(frame)

    def _was_sent(self, message: can.Message) -> None:
        self._tallies.sent += 1
        if self.load is not None:
            self.load.add(message)
        for consumer in tuple(self._sent):
            consumer(message)

    def _was_not_sent(self, message: can.Message, error: Exception) -> None:
        self._tallies.unsent += 1
        shown = format_id(message.arbitration_id, message.is_extended_id)
        self.unsent_reason = f"{shown}: {error}"
        for consumer in tuple(self._unsent):
            consumer(message, error)

    def _died(self, error: Exception) -> None:
        if self.lost is None:
            where = self.connection.describe()
            said = str(error) or type(error).__name__
            self.lost = DeviceLostError(f"{self.name} ({where}): {said}")
            self.lost.__cause__ = error
            if self.on_lost is not None:
                self.on_lost(self.lost)
            for consumer in tuple(self._mourners):
                consumer(self.lost)


def _enlist(consumer: T, lists: list[list[T]]) -> Callable[[], None]:
    for entry in lists:
        entry.append(consumer)
    left = list(lists)

    def stop() -> None:
        while left:
            left.pop().remove(consumer)

    return stop
