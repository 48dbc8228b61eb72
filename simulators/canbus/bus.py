"""One simulated CAN bus: its nodes, its wiring, and the frames that follow from both."""

from collections.abc import Callable, Mapping
from itertools import count
from random import Random
from types import MappingProxyType

import can

from harness.devices.can.memory import OnFrame
from harness.errors import UnknownNameError
from harness.quantity import Value
from simulators.canbus.agenda import Agenda
from simulators.canbus.confinement import RECESSIVE_RUN, RECOVERY_SEQUENCES
from simulators.canbus.frame import Frame
from simulators.canbus.grouping import traffics
from simulators.canbus.hearing import Hearing
from simulators.canbus.layout import Layout
from simulators.canbus.node import BusNode
from simulators.canbus.occupancy import Occupancy
from simulators.canbus.tester import Tester
from simulators.canbus.traffic import Flight, Traffic, Waiting
from simulators.canbus.wiring import Wire, Wiring
from simulators.scheduler import Scheduler

TESTER = "tester"
_BLOCKED_WAIT = 0.05


class SimulatedBus:
    """A classical CAN bus with its nodes. Satisfies `Hub`: the tester at the layout's tester tap.

    `now` is the time to which the world is to be brought (as `World.now`); with it, many frames are
    carried out at a stroke. `offset` is the loop's time at the scheduler's zero: messages carry
    loop time. `note(t, name, value)` hears of nodes that change their error state (as
    `Trace.note`). Buses of one scheduler keep the exact order among each other.
    """

    def __init__(
        self,
        name: str,
        scheduler: Scheduler,
        *,
        bitrate: int = 500_000,
        random: Random,
        layout: Layout,
        now: Callable[[], float] | None = None,
        offset: float = 0.0,
        note: Callable[[float, str, Value], object] | None = None,
    ) -> None:
        self.name = name
        self.bitrate = bitrate
        self.bit_time = 1.0 / bitrate
        self.offset = offset
        self.random = random
        self.agenda = Agenda.of(scheduler, now)
        self.wiring = Wiring(layout, self._rewired)
        self.occupancy = Occupancy(bitrate)
        self.count_frame = self.occupancy.frame
        self.count_error = self.occupancy.error
        self.ticket = count(1)
        self._held: list[Waiting] = []
        self._note = note
        self._nodes: dict[str, BusNode] = {}
        self._traffics: list[Traffic] = []
        self._hearing: Hearing | None = None
        self._clashing = False
        self._regroup_planned = False
        self._tester = Tester(self, TESTER)

    # Nodes

    @property
    def nodes(self) -> Mapping[str, BusNode]:
        """Every node on the bus, testers included, by name."""
        return MappingProxyType(self._nodes)

    def add_node(
        self,
        name: str,
        *,
        place: str | None = None,
        listen_only: bool = False,
        recovery: float | None = 0.2,
    ) -> BusNode:
        """Put a node on the bus, behind the tap of its name or that of `place`.

        See `BusNode` for the rest. Raises UnknownNameError and UsageError (name taken).
        """
        threshold = self.random.uniform(0.65, 0.75)
        transceiver = self.wiring.fit(name, threshold, place=place)
        node = BusNode(self, name, transceiver, listen_only=listen_only, recovery=recovery)
        self._nodes[name] = node
        return node

    def remove_node(self, name: str) -> None:
        """Take a node off the bus for good."""
        node = self.node(name)
        node.powered = False
        del self._nodes[name]
        self.wiring.unfit(name)

    def node(self, name: str) -> BusNode:
        """The node of that name. Raises UnknownNameError."""
        if name not in self._nodes:
            raise UnknownNameError(f"node of the bus {self.name}", name, list(self._nodes))
        return self._nodes[name]

    # The tester's side

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        """Give `on_frame` every frame at the tester's tap. Returns how to detach."""
        return self._tester.attach(on_frame, listen_only=listen_only)

    def transmit(self, message: can.Message) -> None:
        """Send a frame as the tester. Raises can.CanOperationError."""
        self._tester.transmit(message)

    def tap(self) -> Tester:
        """One more adapter at the tester's tap, which hears what the others there send."""
        return Tester(self, f"{TESTER}-{next(self.ticket)}")

    # What is going on

    def load(self, window: float = 1.0) -> float:
        """Share of the last `window` seconds in which the bus was not idle (0 to 1)."""
        return self.occupancy.load(self.agenda.scheduler.t, window)

    @property
    def frames(self) -> int:
        """Frames that went through so far."""
        return self.occupancy.frames

    @property
    def error_frames(self) -> int:
        """Frames that were broken off by an error so far."""
        return self.occupancy.error_frames

    def hears(self, receiver: str, sender: str) -> bool:
        """Do frames of `sender` reach `receiver`, as far as the wiring goes?"""
        return self.hearing().hears(receiver, sender)

    def hearing(self) -> Hearing:
        """Who hears whom in the present condition of the wiring."""
        if self._hearing is None:
            powered = [name for name, part in self.wiring.transceivers.items() if part.powered]
            self._hearing = Hearing(self.wiring, powered, self.bitrate)
        return self._hearing

    def average_level(self, place: str, wire: Wire) -> float:
        """What a voltmeter (DC) shows between a wire and ground, the traffic averaged in (V)."""
        share = self.load() / 2  # about half the bits of frames are dominant
        recessive = self.wiring.level(place, wire, "recessive")
        dominant = self.wiring.level(place, wire, "dominant")
        return recessive + share * (dominant - recessive)

    # For nodes and traffic

    def tell(self, node: BusNode) -> None:
        """The error state of a node is a different one."""
        if self._note is not None:
            t = self.agenda.scheduler.t
            self._note(t, f"can.{self.name}.{node.name}", node.state.value)

    def went_off(self, node: BusNode) -> None:
        """A node has become bus-off."""
        node.bus_offs += 1
        node.refresh()
        if node.recovery is not None:
            number = node.bus_offs
            restart = self.agenda.scheduler.t + node.recovery
            self.agenda.plan(restart, lambda t: self._restart(node, number, t))

    def _restart(self, node: BusNode, number: int, t: float) -> None:
        since = self.occupancy.mark(t)

        def look(now: float) -> None:
            if not node.bus_off or node.bus_offs != number:
                return
            if node.name in self.hearing().blocked:
                self.agenda.plan(now + _BLOCKED_WAIT, lambda at: self._restart(node, number, at))
                return
            missing = RECOVERY_SEQUENCES - self.occupancy.recessive_runs(since, now)
            if missing > 0:
                self.agenda.plan(now + missing * RECESSIVE_RUN * self.bit_time, look)
                return
            node.reset()
            node.refresh()
            self.tell(node)

        look(t)

    def hold(self, frame: Frame) -> None:
        """A node that is new on the bus has a frame to send: keep it until that is sorted out."""
        self._held.append((frame.priority, next(self.ticket), frame))

    def disturb(self) -> None:
        """Two nodes are about to send one identifier at once."""
        self._clashing = True
        self.regroup_soon()

    def forget_routes(self) -> None:
        """Somebody subscribed, or no longer does."""
        for traffic in self._traffics:
            traffic.routes.clear()

    def _rewired(self) -> None:
        self._hearing = None
        self.regroup_soon()

    def regroup_soon(self) -> None:
        """Something changed: find out again who affects whom, before anything else happens."""
        if not self._regroup_planned:
            self._regroup_planned = True
            self.agenda.plan(self.agenda.scheduler.t, self._regroup)

    def _regroup(self, t: float) -> None:
        self._regroup_planned = False
        flights: list[Flight] = []
        waiting, self._held = self._held, []
        idle_at: dict[BusNode, float] = {}
        for old in self._traffics:
            idle_at.update((node, old.free_at(node)) for node in old.nodes)
            flight = old.retire()
            if flight is not None:
                flights.append(flight)
            waiting += old.hand_over()
        for _, _, frame in waiting:
            if not frame.node.able:
                frame.waiting = False
                frame.node.dropped += 1
        sending = flights[0].frame.node if flights else None
        clashing, self._clashing = self._clashing, False
        self._traffics = traffics(self, self.hearing(), idle_at, sending=sending, clashing=clashing)
        for node in self._nodes.values():
            node.traffic = None
        for traffic in self._traffics:
            for node in traffic.nodes:
                node.traffic = traffic
        for flight in flights:
            own = flight.frame.node.traffic
            if own is not None and flight.frame.node.able and not own.adopt(flight):
                own.again(flight.frame)
        for traffic in self._traffics:
            traffic.take(
                entry for entry in waiting if entry[2].waiting and entry[2].node.traffic is traffic
            )
        for node in self._nodes.values():
            node.babble()
