"""An adapter plugged into a simulated bus: the hub through which the harness reaches it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import can

from harness.devices.can.memory import OnFrame

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus
    from simulators.canbus.node import BusNode

RECOVERY = 0.1


class Tester:
    """One adapter at the tester's tap. Satisfies `Hub`; a node of the bus while it is attached.

    Those attached share the adapter, so they hear the others but not each other; take one `tap`
    each for that. The adapter acknowledges unless all who are attached only listen.
    """

    def __init__(self, bus: "SimulatedBus", name: str) -> None:
        self._bus = bus
        self.name = name
        self._attached: dict[int, tuple[OnFrame, bool]] = {}
        self._number = 0
        self.node: BusNode | None = None
        """Its node: error counters and statistics. None while nobody is attached."""

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        """Give `on_frame` every frame and error frame of the bus. Returns how to detach."""
        self._bus.agenda.catch_up()
        self._number += 1
        number = self._number
        self._attached[number] = (on_frame, listen_only)
        node = self.node or self._plug_in(listen_only=listen_only)
        end = node.subscribe(on_frame)
        self._listen()

        def detach() -> None:
            if self._attached.pop(number, None) is not None:
                self._bus.agenda.catch_up()
                end()
                self._listen()

        return detach

    def _plug_in(self, *, listen_only: bool) -> "BusNode":
        tap = self._bus.wiring.layout.tester
        self.node = self._bus.add_node(
            self.name, place=tap, listen_only=listen_only, recovery=RECOVERY
        )
        self.node.on_error = self._error
        return self.node

    def _listen(self) -> None:
        if self.node is None:
            return
        if self._attached:
            self.node.listen_only = all(only for _, only in self._attached.values())
        else:
            self._bus.remove_node(self.name)
            self.node = None

    def _error(self, t: float) -> None:
        message = can.Message(
            timestamp=t + self._bus.offset,
            is_extended_id=False,
            is_error_frame=True,
            channel=self._bus.name,
        )
        for on_frame, _ in tuple(self._attached.values()):
            on_frame(message)

    def transmit(self, message: can.Message) -> None:
        """Put a frame on the bus. Raises can.CanOperationError when the adapter cannot take it."""
        self._bus.agenda.catch_up()
        node = self.node
        where = f"{self._bus.name}: the adapter {self.name}"
        if node is None:
            raise can.CanOperationError(f"{where} is not attached to the bus")
        if node.listen_only:
            raise can.CanOperationError(f"{where} only listens")
        if node.bus_off:
            raise can.CanOperationError(f"{where} is bus-off")
        try:
            taken = node.offer(message)
        except ValueError as error:
            raise can.CanOperationError(f"{where} cannot send this: {error}") from error
        if not taken:
            raise can.CanOperationError(f"{where} has its transmit queue full: nothing gets out")
