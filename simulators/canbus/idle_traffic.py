"""Nodes that nobody hears: alone on their piece of the bus, or on wires that never go recessive."""

from collections.abc import Iterable
from math import ceil
from typing import TYPE_CHECKING

from simulators.canbus.confinement import BUS_OFF, PASSIVE
from simulators.canbus.frame_length import INTERMISSION
from simulators.canbus.hearing import frame_error
from simulators.canbus.traffic import Flight, Traffic

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus
    from simulators.canbus.node import BusNode

_ERROR_FRAME = 6 + 8 + INTERMISSION
_SUSPENDED = 8
_TYPICAL = 110
SPOILT = 0.05
"""From this share of spoilt attempts on, bit errors and not the missing ACK decide."""


class LoneTraffic(Traffic):
    """One node that nobody hears and that hears nobody.

    Whatever it sends is never acknowledged. Sixteen attempts make it error-passive; then a missing
    ACK is counted no more (ISO 11898-1, fault confinement, exception 1 of rule c), so it goes on
    trying without end and never gets bus-off. If it does not even read its own bits, those are bit
    errors, and it gets bus-off soon. The attempts are not played one by one.
    """

    def __init__(self, bus: "SimulatedBus", node: "BusNode", bit_error: float) -> None:
        super().__init__(bus, (node,))
        self._node = node
        spoilt = frame_error(bit_error, _TYPICAL)
        self._bit_errors = spoilt >= SPOILT
        attempt = min(1 / bit_error, _TYPICAL) if self._bit_errors else _TYPICAL
        self._attempt = (attempt + _ERROR_FRAME) * self.bit_time
        self._per_attempt = 8 * (spoilt if self._bit_errors else 1.0)
        self._since: float | None = None
        self._retired = False

    def asked(self) -> None:
        if self._since is None:
            node = self._node
            self._since = self.agenda.scheduler.t
            limit = BUS_OFF if self._bit_errors else PASSIVE
            attempts = ceil(max(0, limit - node.tec) / self._per_attempt)
            self.agenda.plan(self._since + attempts * self._attempt, self._decided)

    def _decided(self, t: float) -> None:
        if self._retired:
            return
        node = self._node
        limit = BUS_OFF if self._bit_errors else PASSIVE
        while node.tec < limit:
            node.send_errors += 1
            if node.count_send_error():
                self.bus.went_off(node)
        self.bus.tell(node)

    def free_at(self, node: "BusNode") -> float:
        return 0.0

    def start(self, t: float) -> None:
        """Nothing ever gets through."""

    def retire(self) -> Flight | None:
        self._retired = True
        if self._since is not None and self._node.tec >= PASSIVE and not self._bit_errors:
            passed = self.agenda.scheduler.t - self._since
            attempt = self._attempt + _SUSPENDED * self.bit_time
            self._node.send_errors += int(passed / attempt)
        return None


class BlockedTraffic(Traffic):
    """Nodes that read dominant all the time: for them the bus is never idle.

    A node that was sending goes on counting bit errors and is bus-off after some 250 bits. The
    others count the dominant bits that never end and get error-passive. Nobody sends.
    """

    def __init__(
        self, bus: "SimulatedBus", nodes: Iterable["BusNode"], sending: "BusNode | None"
    ) -> None:
        super().__init__(bus, nodes)
        self._sending = sending
        self._retired = False
        later = self.agenda.scheduler.t + (14 + BUS_OFF) * self.bit_time
        self.agenda.plan(later, self._counted)

    def _counted(self, t: float) -> None:
        if self._retired:
            return
        for node in self.nodes:
            if node is self._sending:
                while not node.count_send_error():
                    node.send_errors += 1
                self.bus.went_off(node)
            elif node.rec < PASSIVE:
                node.receive_errors += ceil((PASSIVE - node.rec) / 8)
                node.rec = PASSIVE
            else:
                continue
            node.told(t, True)

    def asked(self) -> None:
        """It waits until the bus is idle, which it never is."""

    def free_at(self, node: "BusNode") -> float:
        return 0.0

    def start(self, t: float) -> None:
        """The bus is never idle."""

    def retire(self) -> Flight | None:
        self._retired = True
        return None
