"""The gateway's diagnostic routing: from the bus of the OBD connector to the others and back.

Frames are forwarded as they are, by id: requests (and the tester's flow control) inwards, responses
(and the unit's flow control) outwards. The gateway does not look into them.
"""

from collections.abc import Callable, Mapping

import can

from harness.devices.diag.diagnostics import Diagnostics
from harness.devices.diag.link import FrameId, FrameLink


class DiagnosticRouter:
    """Routing of one gateway.

    `outer` is its node on the connector's bus, `inner` its nodes on the other buses by name. Units
    on a bus that is not in `inner` are not routed: they are on the outer bus themselves.
    """

    def __init__(
        self,
        outer: FrameLink,
        inner: Mapping[str, FrameLink],
        diagnostics: Diagnostics,
        *,
        powered: Callable[[], bool] = lambda: True,
    ) -> None:
        self.blocked: frozenset[str] = frozenset()
        """Buses to and from which nothing is routed: a fault, or a closed secure gateway."""
        self.forwarded = 0
        self.dropped = 0
        """Frames that could not be sent on: bus-off, no supply, or a blocked bus."""
        self._powered = powered
        self._outer = outer
        self._inner = dict(inner)
        self._routes: dict[FrameId, tuple[str, ...]] = {}
        self._ends: list[Callable[[], None]] = []
        requests: dict[FrameId, set[str]] = {}
        for name, link in self._inner.items():
            units = [unit for unit in diagnostics.units.values() if unit.bus == name]
            if not units:
                continue
            widths = {unit.address.extended for unit in units}
            for unit in units:
                requests.setdefault((unit.address.transmit, unit.address.extended), set()).add(name)
            for functional in diagnostics.functional:
                if functional.extended in widths:
                    id = (functional.request, functional.extended)
                    requests.setdefault(id, set()).add(name)
            responses = [(unit.address.receive, unit.address.extended) for unit in units]
            self._ends.append(link.subscribe(self._outward(name), responses))
        self._routes = {id: tuple(sorted(names)) for id, names in requests.items()}
        if self._routes:
            self._ends.append(outer.subscribe(self._inward, list(self._routes)))

    def close(self) -> None:
        """Stop routing. May be called twice."""
        ends, self._ends = self._ends, []
        for end in ends:
            end()

    def _inward(self, message: can.Message) -> None:
        for name in self._routes[message.arbitration_id, message.is_extended_id]:
            self._forward(message, self._inner[name], name)

    def _outward(self, name: str) -> Callable[[can.Message], None]:
        return lambda message: self._forward(message, self._outer, name)

    def _forward(self, message: can.Message, to: FrameLink, bus: str) -> None:
        if message.is_error_frame or message.is_remote_frame:
            return
        if bus in self.blocked or not self._powered():
            self.dropped += 1
            return
        copy = can.Message(
            arbitration_id=message.arbitration_id,
            is_extended_id=message.is_extended_id,
            data=message.data,
            is_rx=False,
        )
        try:
            to.send(copy)
        except can.CanError:
            self.dropped += 1
        else:
            self.forwarded += 1
