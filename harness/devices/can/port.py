"""What a bus needs of an adapter, whatever the adapter is.

A port carries `can.Message` objects whose `timestamp` is the loop's time (seconds). It calls its
sinks on the event loop: whole batches of received frames, each frame that was sent, each that
could not be, and, once, the adapter's death. A port that has gone silent for any other reason than
a silent bus is dead, and says so.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import can

from harness.clock import Deadline
from harness.devices.can.connection import CanConnection


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where a port delivers."""

    on_frames: Callable[[list[can.Message]], None]
    """Frames of the others and error frames, in order."""
    on_sent: Callable[[can.Message], None]
    """A frame of ours that the adapter has taken."""
    on_unsent: Callable[[can.Message, Exception], None]
    """A frame of ours that the adapter refused."""
    on_death: Callable[[Exception], None]
    """The adapter is gone, or its reader; nothing comes any more."""


class Port(ABC):
    """One adapter on one bus."""

    def __init__(self, connection: CanConnection, sinks: Sinks) -> None:
        self.connection = connection
        self.sinks = sinks
        self.listen_only = False
        """Whether the adapter was opened so that it does not even acknowledge."""

    @property
    def garbled(self) -> int:
        """Lines or packets of the adapter that are no frame (noise on a serial line)."""
        return 0

    @abstractmethod
    async def open(self, deadline: Deadline, *, listen_only: bool) -> None:
        """Open the adapter; with `listen_only` so that it does not acknowledge, if it can do that.

        Raises ConnectionFailedError that says what to look at.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close the adapter within a few seconds, whatever state it is in. Never raises."""

    @abstractmethod
    def send(self, message: can.Message) -> None:
        """Hand a frame over without waiting. The port may keep the object.

        Raises BusError when the adapter takes no frames.
        """


def port_for(connection: CanConnection, sinks: Sinks) -> Port:
    """The port that serves a connection; not open yet."""
    # Each kind is imported when it is used, as other packages' interfaces are.
    if connection.is_memory:
        from harness.devices.can.memory_port import MemoryPort  # noqa: PLC0415

        return MemoryPort(connection, sinks)
    if connection.is_recording:
        from harness.devices.can.recorded_port import RecordedPort  # noqa: PLC0415

        return RecordedPort(connection, sinks)
    from harness.devices.can.thread_port import ThreadedPort  # noqa: PLC0415

    return ThreadedPort(connection, sinks)
