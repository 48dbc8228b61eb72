"""Frames on a sound bus: everybody hears everybody, so one frame follows the other.

A group of nodes that hear each other has one `Traffic`. This module holds the base of all kinds and
the kind for the usual case, which has to be quick: arbitration when the bus is idle, exact frame
times, delivery at the end of the frame. What happens on a faulty bus is in `disturbed`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import can

from simulators.canbus.frame import Frame
from simulators.canbus.frame_length import INTERMISSION
from simulators.canbus.subscriptions import Consumer

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus
    from simulators.canbus.node import BusNode

Waiting = tuple[int, int, Frame]
"""Rank in arbitration, number in the order of asking, frame."""


class Flight(NamedTuple):
    """A frame that is on the wires: from its first bit to its last (s)."""

    frame: Frame
    message: can.Message
    begin: float
    end: float
    bits: int


class Traffic(ABC):
    """The frames of a group of nodes that affect each other."""

    def __init__(self, bus: "SimulatedBus", nodes: Iterable["BusNode"]) -> None:
        self.bus = bus
        self.agenda = bus.agenda
        self.bit_time = bus.bit_time
        self.nodes = tuple(nodes)
        self.routes: dict[int, tuple[tuple[BusNode, Consumer], ...]] = {}
        """Who wants frames of an identifier; found out when the first one comes."""
        self.waiting: list[Waiting] = []
        self.ticket = bus.ticket

    def queue(self, frame: Frame) -> None:
        """A frame wants to be sent."""
        heappush(self.waiting, (frame.priority, next(self.ticket), frame))
        self.asked()

    @abstractmethod
    def asked(self) -> None:
        """A frame was added to those waiting."""

    @abstractmethod
    def start(self, t: float) -> None:
        """Begin what can begin now; everything else of this moment has been done."""

    @abstractmethod
    def free_at(self, node: "BusNode") -> float:
        """From when the bus is idle for a node (s), as far as known."""

    @abstractmethod
    def retire(self) -> Flight | None:
        """The group is no more. Returns the frame on the wires, to be taken over."""

    def adopt(self, flight: Flight) -> bool:
        """Take over a frame that is on the wires. False when it is broken off instead."""
        return False

    def take(self, frames: Iterable[Waiting]) -> None:
        """Take over frames that wait, with their ranks and numbers."""
        self.waiting.extend(frames)
        heapify(self.waiting)
        if self.waiting:
            self.asked()

    def hand_over(self) -> list[Waiting]:
        """Give away the frames that wait."""
        waiting, self.waiting = self.waiting, []
        return [entry for entry in waiting if entry[2].waiting]

    def backlog(self, node: "BusNode") -> int:
        """How many frames of a node wait."""
        return sum(1 for _, _, frame in self.waiting if frame.node is node and frame.waiting)

    def route(self, key: int) -> tuple[tuple["BusNode", "Consumer"], ...]:
        """Nodes and their consumers for frames of an identifier."""
        found = self.routes.get(key)
        if found is None:
            found = self.routes[key] = tuple(
                (node, consumer) for node in self.nodes for consumer in node.consumers(key)
            )
        return found

    def again(self, frame: Frame) -> None:
        """A frame that did not get through waits again, unless newer data does already."""
        if not frame.waiting and frame.node.able:
            frame.waiting = True
            self.queue(frame)


class SoundTraffic(Traffic):
    """The traffic of nodes that all hear each other without errors, none of them error-passive."""

    def __init__(self, bus: "SimulatedBus", nodes: Iterable["BusNode"], idle_at: float) -> None:
        super().__init__(bus, nodes)
        self._idle_at = idle_at
        """From when a frame may start: the intermission is over."""
        self._flight: Flight | None = None
        self._start_planned = False

    def asked(self) -> None:
        if not self._start_planned and self._flight is None:
            self._start_planned = True
            self.agenda.plan_start(self._idle_at, self)

    def start(self, t: float) -> None:
        self._start_planned = False
        waiting = self.waiting
        while waiting and self._flight is None:
            rank, _, frame = heappop(waiting)
            if not frame.waiting:
                continue
            if waiting and waiting[0][0] == rank and self._rivals(frame):
                heappush(waiting, (rank, -next(self.ticket), frame))
                self.bus.disturb()
                return
            frame.waiting = False
            bits = frame.bits()
            end = t + bits * self.bit_time
            message = frame.message(end + self.bus.offset, self.bus.name)
            self._flight = Flight(frame, message, t, end, bits)
            self.agenda.plan(end, self._finish)

    def _rivals(self, frame: Frame) -> bool:
        """Does another node send the same identifier? Neither yields, so bits will differ."""
        return any(
            rank == frame.priority and other.waiting and other.node is not frame.node
            for rank, _, other in self.waiting
        )

    def _finish(self, t: float) -> None:
        flight = self._flight
        if flight is None or flight.end != t:
            return
        self._flight = None
        self._idle_at = t + INTERMISSION * self.bit_time
        frame, message, _, _, bits = flight
        node = frame.node
        self.bus.count_frame(t, bits)
        node.sent += 1
        if node.tec:
            node.tec -= 1
        for owner, consumer in self.routes.get(frame.key) or self.route(frame.key):
            if owner is not node:
                consumer(message)
        for consumer in node.echoes:
            consumer(message)
        if frame.repeats:
            self.again(frame)
        if self.waiting:
            self.asked()

    def free_at(self, node: "BusNode") -> float:
        return self._idle_at

    def retire(self) -> Flight | None:
        flight, self._flight = self._flight, None
        return flight

    def adopt(self, flight: Flight) -> bool:
        self._flight = flight
        self.agenda.plan(flight.end, self._finish)
        return True
