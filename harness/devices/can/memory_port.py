"""The port of an in-process simulated bus."""

from collections.abc import Callable

import can

from harness.clock import Deadline, loop_time
from harness.devices.can.memory import Hub, find_hub
from harness.devices.can.port import Port
from harness.errors import BusError


class MemoryPort(Port):
    """Frames go straight to and from a hub, at the exact time that the hub gives them."""

    _hub: Hub | None = None
    _detach: Callable[[], None] | None = None

    async def open(self, deadline: Deadline, *, listen_only: bool) -> None:
        self._hub = find_hub(str(self.connection.channel))
        self._detach = self._hub.attach(self._received, listen_only=listen_only)
        self.listen_only = listen_only

    async def close(self) -> None:
        if self._detach is not None:
            self._detach()
        self._detach = self._hub = None

    def send(self, message: can.Message) -> None:
        if self._hub is None:
            raise BusError(f"{self.connection.describe()}: the bus is not open")
        message.timestamp = loop_time()
        try:
            self._hub.transmit(message)
        except can.CanError as error:
            raise BusError(f"{self.connection.describe()}: {error}") from error
        self.sinks.on_sent(message)

    def _received(self, message: can.Message) -> None:
        self.sinks.on_frames([message])
