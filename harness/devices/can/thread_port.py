"""The port of any python-can interface: one thread reads, one writes, the loop gets batches.

python-can blocks, so it must not run on the loop: an adapter that hangs in a write would hold up
the way to the safe state. Frames are stamped as they are read. On a busy bus they are handed over
every two milliseconds, because waking the loop costs more than a frame.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar, runtime_checkable

import can

from harness.clock import Deadline, VirtualTimeLoop
from harness.devices.can.adapters import can_listen_only, open_bus
from harness.devices.can.connection import CanConnection
from harness.devices.can.port import Port, Sinks
from harness.devices.can.stamps import STAMPED, StampAligner
from harness.errors import BusError, ConnectionFailedError

T = TypeVar("T")
_POLL = 0.1
"""Seconds after which the reader looks whether it shall stop."""
_HOLD = 0.002
"""Least seconds between two hand-overs."""
_SEND_WITHIN = 0.5
_MOST_WAITING = 512
"""Frames that may wait for the adapter; more means that it takes none."""
_CLOSE_WITHIN = 2.0


@runtime_checkable
class BatchReader(Protocol):
    """An interface that gives all frames at once."""

    garbled: int

    def recv_many(self, timeout: float) -> list[can.Message]: ...


class ThreadedPort(Port):
    """An adapter that python-can drives. Real time only."""

    def __init__(self, connection: CanConnection, sinks: Sinks) -> None:
        super().__init__(connection, sinks)
        self._bus: can.BusABC | None = None
        self._stop = threading.Event()
        self._outbox: queue.SimpleQueue[can.Message | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._aligner = StampAligner() if connection.can in STAMPED else None
        self._closed = False

    @property
    def garbled(self) -> int:
        return self._bus.garbled if isinstance(self._bus, BatchReader) else 0

    async def open(self, deadline: Deadline, *, listen_only: bool) -> None:
        loop = asyncio.get_running_loop()
        where = self.connection.describe()
        if isinstance(loop, VirtualTimeLoop):
            raise ConnectionFailedError(f"{where}: real adapters need real time, not a simulation")
        self._loop = loop
        silent = listen_only and can_listen_only(self.connection.can)
        try:
            async with deadline.timeout():
                self._bus = await _in_thread(
                    lambda: open_bus(self.connection, listen_only=silent), late=_discard
                )
        except TimeoutError as error:
            raise ConnectionFailedError(
                f"{where}: the adapter did not open in time; unplug it and plug it in again"
            ) from error
        self.listen_only = silent
        for work, name in ((self._read, "reader"), (self._write, "writer")):
            thread = threading.Thread(target=work, args=(self._bus,), name=f"{where} {name}")
            thread.daemon = True  # a driver that hangs must not keep the process alive
            thread.start()
            self._threads.append(thread)

    async def close(self) -> None:
        bus, self._bus = self._bus, None
        if bus is None:
            return
        self._closed = True
        self._stop.set()
        self._outbox.put(None)
        # A driver that hangs keeps its threads; they are daemons, so nothing waits for them.
        for step in (self._join, lambda: _discard(bus)):
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_WITHIN):
                    await _in_thread(step)

    def send(self, message: can.Message) -> None:
        if self._bus is None:
            raise BusError(f"{self.connection.describe()}: the bus is not open")
        if self._outbox.qsize() >= _MOST_WAITING:
            raise BusError(
                f"{self.connection.describe()}: the adapter takes no frames, "
                f"{_MOST_WAITING} are waiting; is anybody on the bus to acknowledge?"
            )
        self._outbox.put(message)

    # The threads

    def _read(self, bus: can.BusABC) -> None:
        now = self._loop.time
        take = bus.recv_many if isinstance(bus, BatchReader) else _one_at_a_time(bus)
        aligner = self._aligner
        held: list[can.Message] = []
        due = 0.0
        try:
            while not self._stop.is_set():
                frames = take(max(0.0, due - now()) if held else _POLL)
                at = now()
                for frame in frames:
                    stamp = frame.timestamp
                    frame.timestamp = at if aligner is None else aligner.align(stamp, at)
                held += frames
                if held and at >= due:
                    self._post(self._received, held)
                    held, due = [], at + _HOLD
        except Exception as error:  # noqa: BLE001 - whatever it is, the bus must not look quiet
            self._post(self._received, held)
            self._post(self._died, error)

    def _write(self, bus: can.BusABC) -> None:
        while (message := self._outbox.get()) is not None:
            try:
                bus.send(message, timeout=_SEND_WITHIN)
            except Exception as error:  # noqa: BLE001 - drivers raise anything; told to the loop
                self._post(self._refused, message, error)
            else:
                message.timestamp = self._loop.time()
                self._post(self._sent, message)

    def _post(self, call: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:
            self._stop.set()  # the loop is closed: nobody is interested any more

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()

    # On the loop

    def _received(self, frames: list[can.Message]) -> None:
        if frames and not self._closed:
            self.sinks.on_frames(frames)

    def _sent(self, message: can.Message) -> None:
        self.sinks.on_sent(message)

    def _refused(self, message: can.Message, error: Exception) -> None:
        if not self._closed:
            self.sinks.on_unsent(message, error)

    def _died(self, error: Exception) -> None:
        if not self._closed:
            self.sinks.on_death(error)


def _one_at_a_time(bus: can.BusABC) -> Callable[[float], list[can.Message]]:
    def take(timeout: float) -> list[can.Message]:
        frame = bus.recv(timeout)
        return [] if frame is None else [frame]

    return take


def _discard(bus: can.BusABC) -> None:
    with suppress(Exception):  # a dead adapter cannot say goodbye; it is given up either way
        bus.shutdown()


async def _in_thread(work: Callable[[], T], *, late: Callable[[T], None] | None = None) -> T:
    """Run blocking work in a thread of its own that nothing waits for at the end.

    When the caller gives up first, `late` gets the result, in a thread as well.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def succeed(result: T) -> None:
        if not answer.done():
            answer.set_result(result)
        elif late is not None:
            threading.Thread(target=late, args=(result,), daemon=True).start()

    def fail(error: Exception) -> None:
        if not answer.done():
            answer.set_exception(error)

    def go() -> None:
        with suppress(RuntimeError):  # the loop may be closed by then
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - raised where the answer is awaited
                loop.call_soon_threadsafe(fail, error)
            else:
                loop.call_soon_threadsafe(succeed, result)

    threading.Thread(target=go, daemon=True).start()
    return await answer
