"""Sending messages of a database: once, or in cycles on the loop's clock.

Counters and checksums are put in per frame. Values outside the described limits are refused
unless the caller says that a fault is meant; `spoil` changes a payload after everything else, for
faults such as a wrong checksum.

A cycle that the adapter or the bus does not take any more ends there and is told (`on_failure`);
until somebody stops or renews it, it stands in `failed`.
"""

import asyncio
from collections.abc import Callable, Mapping

import can

from harness.devices.can.bus import CanBus
from harness.devices.can.checks import Protection
from harness.devices.can.codec import MessageCodec, codec_of
from harness.devices.can.database import Database
from harness.devices.can.specs import MessageSpec
from harness.errors import BenchError, BusError, DeviceLostError, UsageError
from harness.quantity import Scalar
from harness.text import Text

Spoil = Callable[[bytearray], None]
_FAILED = Text("周期发送中断", "Sending in cycles has failed")


class _Outgoing:
    """A message that we send: its values so far and its counter."""

    def __init__(self, spec: MessageSpec, *, switched: bool) -> None:
        self.spec = spec
        self.switched = switched
        """FD frames: the data phase has a rate of its own."""
        self.codec: MessageCodec = codec_of(spec)
        self.protection = Protection(spec)
        self.raw: dict[str, int] = {}
        self.counter = 0

    def set(self, values: Mapping[str, Scalar], *, strict: bool) -> None:
        """Change some signals; the others stay. Raises as `MessageCodec.pack`."""
        raw = self.raw | self.codec.to_raw(values, strict=strict)
        mux = self.spec.mux
        if mux is not None and mux.name in values:
            # The signals of the other multiplexer numbers are not in the frame any more.
            key = self.codec.mux_key(self.codec.pack_raw({mux.name: raw[mux.name]}))
            inside = self.codec.names_with(key or ())
            raw = {name: n for name, n in raw.items() if name in inside or name in values}
        self.codec.pack_raw(raw)
        self.raw = raw

    def frame(self, spoil: Spoil | None) -> can.Message:
        """The next frame."""
        data = bytearray(self.codec.pack_raw(self.raw))
        self.protection.apply(data, self.counter)
        self.counter += 1
        if spoil is not None:
            spoil(data)
        return can.Message(
            arbitration_id=self.spec.frame_id,
            is_extended_id=self.spec.extended,
            is_fd=self.spec.fd,
            bitrate_switch=self.spec.fd and self.switched,
            data=data,
            is_rx=False,
        )


class Cyclic:
    """A message that is sent in cycles until it is stopped."""

    def __init__(
        self, sender: "Sender", outgoing: _Outgoing, period: float, spoil: Spoil | None
    ) -> None:
        self.period = period
        self.sent = 0
        self.last_at = 0.0
        """When the latest frame was handed over (loop time)."""
        self.longest_gap = 0.0
        """Between two frames (s): longer than the period when this computer was too busy."""
        self.failure: BenchError | None = None
        """Why sending ended without anybody stopping it."""
        self.spoil = spoil
        """Changes each payload after counter and checksum; None: as it should be."""
        self._sender = sender
        self._outgoing = outgoing
        self._loop = asyncio.get_running_loop()
        self._start = self._loop.time()
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._send()

    @property
    def is_running(self) -> bool:
        return self._timer is not None

    @property
    def spec(self) -> MessageSpec:
        return self._outgoing.spec

    def fail(self, error: BenchError) -> None:
        """A frame was not taken: send no more, and have it told. Once only."""
        if self.failure is None:
            self.failure = error
            self.stop()
            self._sender.has_failed(self)

    @property
    def next_counter(self) -> int:
        """What the next frame counts as."""
        return self._outgoing.counter

    def count_on_from(self, counter: int) -> None:
        """The next frame counts as this: frames before it were no valid ones."""
        self._outgoing.counter = counter

    def update(self, values: Mapping[str, Scalar], *, strict: bool = True) -> None:
        """Change signals from the next frame on. Raises as `MessageCodec.pack`."""
        self._outgoing.set(values, strict=strict)

    def stop(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _send(self) -> None:
        self._sender.transmit(self._outgoing, self.spoil)
        self.sent += 1
        now = self._loop.time()
        if self.sent > 1:
            self.longest_gap = max(self.longest_gap, now - self.last_at)
        self.last_at = now
        # Counted from the start, so that delays do not add up; what is missed is not made up for.
        late = self._loop.time() - self._start
        self._number = max(self._number, int(late / self.period + 1e-6)) + 1
        due = self._start + self._number * self.period
        self._timer = self._loop.call_at(due, self._again)

    def _again(self) -> None:
        try:
            self._send()
        except BenchError as error:
            self.fail(error)


class Sender:
    """Sends messages of a database on one bus."""

    def __init__(self, bus: CanBus, database: Database) -> None:
        self.bus = bus
        self.database = database
        self.last_payload = b""
        """Of the latest frame that the adapter took."""
        self._outgoing: dict[str, _Outgoing] = {}
        self._cyclic: dict[str, Cyclic] = {}
        self.failed: dict[str, BenchError] = {}
        """Messages that should be sent in cycles and are not, with the reason."""
        self.on_failure: Callable[[BenchError], None] = lambda _: None
        """Told once of each cycle that fails."""
        bus.subscribe_unsent(self._refused)

    def send(
        self,
        message: str,
        values: Mapping[str, Scalar] | None = None,
        *,
        strict: bool = True,
        spoil: Spoil | None = None,
    ) -> None:
        """Send one frame. `values` are physical ones or names; signals left out keep theirs.

        Raises ReadOnlyError, DeviceLostError and BusError as `CanBus.send`; UnknownNameError for a
        name; UsageError for a value that the description (or, without `strict`, the bits) does
        not allow.
        """
        outgoing = self._prepare(message, values, strict=strict)
        self.transmit(outgoing, spoil)

    def cyclic(
        self,
        message: str,
        values: Mapping[str, Scalar] | None = None,
        *,
        period: float | None = None,
        strict: bool = True,
        spoil: Spoil | None = None,
    ) -> Cyclic:
        """Send a message now and then every `period` seconds (default: its cycle time).

        A message that is being sent already is stopped first. Raises as `send`.
        """
        outgoing = self._prepare(message, values, strict=strict)
        every = outgoing.spec.cycle_time if period is None else period
        if every is None or every <= 0:
            raise UsageError(f"{message} has no cycle time; expected a period above 0 s")
        if (running := self._cyclic.pop(message, None)) is not None:
            running.stop()
        self.failed.pop(message, None)
        self._cyclic[message] = cyclic = Cyclic(self, outgoing, every, spoil)
        return cyclic

    def stop(self, message: str) -> None:
        """End the cyclic sending of one message; harmless when there is none. Never raises."""
        cyclic = self._cyclic.pop(message, None)
        if cyclic is not None:
            cyclic.stop()
        self.failed.pop(message, None)

    def stop_all(self) -> None:
        """End all cyclic sending. Never raises."""
        for cyclic in self._cyclic.values():
            cyclic.stop()
        self._cyclic.clear()
        self.failed.clear()

    def has_failed(self, cyclic: Cyclic) -> None:
        """A cycle ended by itself. When the whole bus is gone, that is told by the bus."""
        error = cyclic.failure
        if error is None or isinstance(error, DeviceLostError):
            return
        name, sent = cyclic.spec.name, cyclic.sent
        detail = f"{name} is no longer sent in cycles, after {sent} frames: {error.detail}"
        self.failed[name] = failure = BusError(detail, headline=_FAILED)
        self.on_failure(failure)

    def _refused(self, message: can.Message, error: Exception) -> None:
        """The adapter did not take a frame, perhaps long after it was handed over."""
        identifier = (message.arbitration_id, message.is_extended_id)
        for cyclic in tuple(self._cyclic.values()):
            if cyclic.is_running and cyclic.spec.id == identifier:
                known = error if isinstance(error, BenchError) else BusError(self._said(error))
                cyclic.fail(known)

    def _said(self, error: Exception) -> str:
        return f"{self.bus.connection.describe()}: {str(error) or type(error).__name__}"

    @property
    def running(self) -> list[str]:
        """Messages that are being sent in cycles."""
        return [name for name, cyclic in self._cyclic.items() if cyclic.is_running]

    @property
    def not_stopped(self) -> list[str]:
        """Messages whose sending nobody has ended, also those that are no longer sent."""
        return [
            name
            for name, cyclic in self._cyclic.items()
            if cyclic.is_running or cyclic.failure is not None
        ]

    def _prepare(
        self, message: str, values: Mapping[str, Scalar] | None, *, strict: bool
    ) -> _Outgoing:
        spec = self.database.message(message)
        self.bus.must_be_writable(spec.name)
        outgoing = self._outgoing.get(message)
        if outgoing is None:
            switched = self.bus.connection.data_bitrate is not None
            outgoing = self._outgoing[message] = _Outgoing(spec, switched=switched)
        outgoing.set(values or {}, strict=strict)
        return outgoing

    def transmit(self, outgoing: _Outgoing, spoil: Spoil | None) -> None:
        """Send the next frame of a message. Raises as `CanBus.send`."""
        frame = outgoing.frame(spoil)
        self.bus.send(frame)
        self.last_payload = bytes(frame.data)
