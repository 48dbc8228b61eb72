"""A node of a simulated bus: what a control unit sends and hears, and how it stands with errors."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import can

from simulators.canbus.confinement import ErrorCounters
from simulators.canbus.cyclic import CyclicMessage, Data
from simulators.canbus.frame import Frame
from simulators.canbus.node_fault import BABBLED_ID, OSCILLATOR_NOISE, NodeFault
from simulators.canbus.parts import Transceiver
from simulators.canbus.subscriptions import Subscriptions

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus
    from simulators.canbus.traffic import Traffic

QUEUE = 256


class BusNode(ErrorCounters, Subscriptions):
    """One node. Made by `SimulatedBus.add_node`. Satisfies `FrameLink`.

    `recovery`: seconds after bus-off until its software starts the controller again (which then
    waits for 128 x 11 recessive bits); None: only switching off and on helps.
    """

    def __init__(
        self,
        bus: "SimulatedBus",
        name: str,
        transceiver: Transceiver,
        *,
        listen_only: bool = False,
        recovery: float | None = 0.2,
    ) -> None:
        ErrorCounters.__init__(self)
        Subscriptions.__init__(self, bus.forget_routes)
        self.bus = bus
        self.name = name
        self.transceiver = transceiver
        self.recovery = recovery
        self.sent = 0
        """Frames that went through."""
        self.replaced = 0
        """Cyclic frames whose data was replaced before they were sent."""
        self.dropped = 0
        """Frames that were not taken, or thrown away at bus-off or power-off."""
        self.send_errors = 0
        self.receive_errors = 0
        self.bus_offs = 0
        self.on_error: Callable[[float], None] | None = None
        """Told the time of every error that this node sees, and of its own bus-off."""
        self.frame_noise = 0.0
        """Probability per bit that a frame of this node is misread by somebody."""
        self.traffic: Traffic | None = None
        self._powered = True
        self._listen_only = listen_only
        self._fault = NodeFault.NONE
        self._cyclic: list[CyclicMessage] = []
        self._babble = Frame(self, BABBLED_ID, False, bytes(8), repeats=True)
        self.able = False
        """Takes part in sending: on, not bus-off, not listening only."""
        self.refresh()

    # Condition

    @property
    def powered(self) -> bool:
        """Has its supply. Without, its cyclic messages rest."""
        return self._powered

    @powered.setter
    def powered(self, on: bool) -> None:
        if on == self._powered:
            return
        self.bus.agenda.catch_up()
        self._powered = on
        self.reset()
        self.refresh()
        if on:
            for message in self._cyclic:
                message.resume()

    @property
    def fault(self) -> NodeFault:
        """What is wrong with the node itself."""
        return self._fault

    @fault.setter
    def fault(self, fault: NodeFault) -> None:
        if fault is not self._fault:
            self.bus.agenda.catch_up()
            self._fault = NodeFault(fault)
            self.refresh()

    @property
    def listen_only(self) -> bool:
        """Hears, but neither sends nor acknowledges nor signals errors."""
        return self._listen_only or self._fault is NodeFault.SILENT

    @listen_only.setter
    def listen_only(self, on: bool) -> None:
        if on != self._listen_only:
            self.bus.agenda.catch_up()
            self._listen_only = on
            self.refresh()

    @property
    def listening(self) -> bool:
        """Hears frames, if any come."""
        return self._powered and self._fault is not NodeFault.DEAD and not self.bus_off

    @property
    def acknowledges(self) -> bool:
        return self.able

    @property
    def flags_errors(self) -> bool:
        """Signals an error with dominant bits."""
        return self.able and self.error_active

    @property
    def at_ease(self) -> bool:
        """Needs no error confinement beyond a send counter that goes down."""
        return self.rec == 0 and self.error_active

    def refresh(self) -> None:
        """Work out what follows from supply, fault and bus-off, and tell the bus."""
        fault = self._fault
        self.transceiver.powered = self._powered and fault is not NodeFault.DEAD
        self.transceiver.stuck = fault is NodeFault.STUCK_DOMINANT
        self.frame_noise = OSCILLATOR_NOISE if fault is NodeFault.BAD_OSCILLATOR else 0.0
        self._babble.repeats = fault is NodeFault.BABBLING
        self.able = self.listening and not self.listen_only
        self.bus.regroup_soon()

    def babble(self) -> None:
        """Start babbling, if that is the fault."""
        if self._babble.repeats and self.able and not self._babble.waiting:
            self.queue(self._babble)

    # Errors

    def send_error(self, t: float) -> None:
        """An error in a frame of this node, counted and told."""
        was = self.state
        self.send_errors += 1
        if self.count_send_error():
            self.bus.went_off(self)
        self.told(t, was is not self.state)

    def receive_error(self, t: float, *, first: bool) -> None:
        """An error in a frame of another, counted and told."""
        was = self.state
        self.receive_errors += 1
        self.count_receive_error(first=first)
        self.told(t, was is not self.state)

    def sent_well(self) -> None:
        """A frame of this node went through."""
        self.sent += 1
        self._better(self.count_sent)

    def received_well(self) -> None:
        """A frame of another came without error."""
        if self.rec:
            self._better(self.count_received)

    def _better(self, count: Callable[[], None]) -> None:
        was = self.state
        count()
        if was is not self.state:
            self.bus.tell(self)

    def told(self, t: float, changed: bool) -> None:
        """This node saw an error, and perhaps its state is `changed` by it."""
        if changed:
            self.bus.tell(self)
        if self.on_error is not None:
            self.on_error(t)

    # Sending

    def queue(self, frame: Frame) -> bool:
        """A frame is to be sent when its turn comes. False when the node does not take it."""
        if not self.able:
            self.dropped += 1
            return False
        if frame.waiting:
            self.replaced += 1
        else:
            frame.waiting = True
            if self.traffic is not None:
                self.traffic.queue(frame)
            else:
                self.bus.hold(frame)
        return True

    def offer(self, message: can.Message) -> bool:
        """Send one frame; frames of one identifier go in the order in which they were given.

        False when the node drops it: it is off, bus-off or listening only, or `QUEUE` frames wait.
        Raises ValueError for frames that a classical bus does not carry.
        """
        if message.is_fd or message.is_error_frame:
            raise ValueError("a classical bus carries data and remote frames only")
        self.bus.agenda.catch_up()
        if self.traffic is not None and self.traffic.backlog(self) >= QUEUE:
            self.dropped += 1
            return False
        frame = Frame(
            self,
            message.arbitration_id,
            message.is_extended_id,
            bytes(message.data),
            remote=message.is_remote_frame,
            dlc=message.dlc,
        )
        return self.queue(frame)

    def send(self, message: can.Message) -> None:
        """Send one frame, or drop it (see `offer`) as a control unit does: counted in `dropped`."""
        self.offer(message)

    def cyclic(
        self, arbitration_id: int, extended: bool, period: float, offset: float, data: Data
    ) -> CyclicMessage:
        """Send a frame every `period` seconds, first `offset` seconds from now.

        `data(t)` is asked when the frame is queued, at exactly that moment of the world; None
        leaves one out. If the last one still waits, the new data takes its place.
        """
        self.bus.agenda.catch_up()
        frame = Frame(self, arbitration_id, extended, b"")
        message = CyclicMessage(self, frame, period, offset, data)
        self._cyclic.append(message)
        return message

    def forget(self, message: CyclicMessage) -> None:
        """A cyclic message was cancelled."""
        self._cyclic.remove(message)
