"""Frames on a faulty bus: errors, error frames, retransmission, error confinement.

Played frame by frame, not bit by bit. Who hears whom, and how well, comes from `hearing`; here it
is applied to whole frames with the rules of ISO 11898-1:

- a node starts when the bus is idle for it; it does not wait for those that it does not hear;
- of those that start together, a node yields to a better identifier that it hears;
- two frames at once spoil each other for everyone who hears both, and for a sender whose dominant
  bits the other cancels (a node with H and L swapped does that), within a few bits;
- whoever is error-active and sees an error sends six dominant bits, which is an error for everyone
  who hears them: so one error is everybody's, as far as they hear each other;
- a receiver that is error-passive loses the frame for itself;
- a sender without ACK repeats; when it is error-passive that is counted no more, and those that
  listen without acknowledging receive each repetition.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulators.canbus.attempt import Attempt, Outcome
from simulators.canbus.clash import clash, twins
from simulators.canbus.ears import Ears
from simulators.canbus.error_frame import error_frame
from simulators.canbus.frame import Frame
from simulators.canbus.frame_length import INTERMISSION
from simulators.canbus.queues import NodeQueues
from simulators.canbus.traffic import Flight, Traffic, Waiting

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus
    from simulators.canbus.node import BusNode

CLASH_AFTER = 4
"""Bits after which two frames at once have met with different bits."""
ACK_FROM_END = 9
"""The ACK slot is that many bits before the end of a frame."""
SUSPEND = 8
"""Bits that an error-passive node leaves the bus to others after it has sent."""
PASSIVE_PAUSE = 6 + 8
"""Passive error flag and delimiter."""
_NEVER = float("inf")


class DisturbedTraffic(Traffic):
    """The traffic of nodes that affect each other, with everything that can go wrong.

    `curable_at`: nothing is wrong with the wires or the nodes, so from then on (s) the bus is sound
    again as soon as the error counters are down; None when something is wrong.
    """

    def __init__(
        self, bus: "SimulatedBus", ears: Ears, free_at: float, *, curable_at: float | None
    ) -> None:
        super().__init__(bus, ears.nodes)
        self._ears = ears
        self._curable_at = curable_at
        self._free = dict.fromkeys(self.nodes, free_at)
        self._queues = NodeQueues(self.nodes)
        self._active: list[Attempt] = []
        self._planned = _NEVER
        self._retired = False

    def free_at(self, node: "BusNode") -> float:
        return self._free[node]

    def queue(self, frame: Frame) -> None:
        self._queues.push((frame.priority, next(self.ticket), frame))
        self.asked()

    def take(self, frames: Iterable[Waiting]) -> None:
        for entry in frames:
            self._queues.push(entry)
        self.asked()

    def hand_over(self) -> list[Waiting]:
        return self._queues.hand_over()

    def backlog(self, node: "BusNode") -> int:
        return self._queues.backlog(node)

    # Starting

    def asked(self) -> None:
        self._plan(self.agenda.scheduler.t)

    def _plan(self, at: float) -> None:
        if at < self._planned:
            self._planned = at
            self.agenda.plan_start(at, self)

    def _plan_next(self) -> None:
        """Look again when the bus is idle for somebody who has something to send."""
        at = min((self._free[node] for node in self._queues.waiting()), default=_NEVER)
        if at < _NEVER:
            self._plan(at)

    def start(self, t: float) -> None:
        if self._retired:
            return
        self._planned = _NEVER
        busy = {attempt.node for attempt in self._active}
        for attempt in self._active:
            busy.update(attempt.hearers)
        contenders: dict[BusNode, Frame] = {}
        later = _NEVER
        for node in self.nodes:
            if node not in busy and (frame := self._queues.best(node)) is not None:
                if self._free[node] > t:
                    later = min(later, self._free[node])
                else:
                    contenders[node] = frame
        for node, frame in self._arbitrate(contenders):
            self._queues.pop(node)
            self._launch(t, frame)
        if later < _NEVER:
            self._plan(later)

    def _arbitrate(self, contenders: dict["BusNode", Frame]) -> "list[tuple[BusNode, Frame]]":
        """Who goes on after the identifiers: whoever hears nobody better who goes on as well."""
        going: list[tuple[BusNode, Frame]] = []
        for node, frame in sorted(contenders.items(), key=lambda item: item[1].priority):
            heard = self._ears.heard[node]
            if not any(other in heard and best.priority < frame.priority for other, best in going):
                going.append((node, frame))
        return going

    def _launch(self, t: float, frame: Frame) -> None:
        frame.waiting = False
        message = frame.message(0.0, self.bus.name)
        attempt = Attempt(frame, message, t, frame.bits(), self._ears.hearers[frame.node])
        self._fly(attempt)

    def _fly(self, attempt: Attempt) -> None:
        self._foresee(attempt)
        now = self.agenda.scheduler.t
        attempt.end = max(attempt.end, now)  # one that was taken over may have had its error
        for other in self._active:
            attempt.twin |= twins(attempt, other)
            touched = clash(attempt, other, self._ears)
            for one in (attempt, other):
                self._spoil(one, now + CLASH_AFTER * self.bit_time, touched)
        self._active.append(attempt)
        self._plan_end(attempt)

    def _plan_end(self, attempt: Attempt) -> None:
        self.agenda.plan(attempt.end, lambda t: self._over(attempt, t))

    # What becomes of a frame

    def _foresee(self, attempt: Attempt) -> None:
        ears, node = self._ears, attempt.node
        attempt.end = attempt.begin + attempt.bits * self.bit_time
        if node not in ears.heard[node]:
            attempt.outcome, attempt.witnesses = Outcome.BIT_ERROR, {node}
            attempt.end = attempt.begin + self.bit_time
            return
        while (error := ears.first_error(node, attempt.bits, attempt.deaf)) is not None:
            bit, victim = error
            if ears.reaches(victim, node):
                attempt.outcome, attempt.witnesses = Outcome.BIT_ERROR, {victim}
                attempt.end = attempt.begin + (bit + 1) * self.bit_time
                return
            attempt.deaf.add(victim)
        if not any(
            other.acknowledges and other not in attempt.deaf and other in ears.heard[node]
            for other in attempt.hearers
        ):
            attempt.outcome, attempt.witnesses = Outcome.NO_ACK, {node}
            if node.error_active:
                attempt.end -= (ACK_FROM_END - 1) * self.bit_time

    def _spoil(self, attempt: Attempt, at: float, touched: "set[BusNode]") -> None:
        concerned = {n for n in touched if n is attempt.node or n in attempt.hearers}
        witnesses = {n for n in concerned if self._ears.reaches(n, attempt.node)}
        attempt.deaf |= concerned - witnesses
        if witnesses and at < attempt.end:
            attempt.outcome, attempt.witnesses, attempt.end = Outcome.BIT_ERROR, witnesses, at
            self._plan_end(attempt)

    def _over(self, attempt: Attempt, t: float) -> None:
        if not attempt.live or attempt.end != t:
            return
        counted = attempt.outcome is Outcome.NO_ACK and attempt.node.error_active
        if counted or attempt.outcome is Outcome.BIT_ERROR:
            self._error(attempt, t)
        else:
            self._delivered(attempt, t)
        self._plan_next()

    def _delivered(self, attempt: Attempt, t: float) -> None:
        bus, node, frame = self.bus, attempt.node, attempt.frame
        attempt.live = False
        self._active.remove(attempt)
        acknowledged = attempt.outcome is Outcome.SENT
        free = t + INTERMISSION * self.bit_time
        for other in attempt.hearers:
            self._free[other] = max(self._free[other], free)
        pause = (0 if node.error_active else SUSPEND) + (0 if acknowledged else PASSIVE_PAUSE)
        self._free[node] = free + pause * self.bit_time
        attempt.message.timestamp = t + bus.offset
        if not attempt.twin:
            bus.count_frame(t, attempt.bits)
            self._receive(attempt, t)
        if acknowledged:
            node.sent_well()
            for consumer in node.echoes:
                consumer(attempt.message)
        if not acknowledged:
            node.send_errors += 1
            self.again(frame)
        elif frame.repeats:
            self.again(frame)
        curable = self._curable_at is not None and t >= self._curable_at
        if curable and not self._active and all(other.at_ease for other in self.nodes):
            bus.regroup_soon()

    def _receive(self, attempt: Attempt, t: float) -> None:
        received = [other for other in attempt.hearers if other not in attempt.deaf]
        for other in received:
            other.received_well()
        for other in attempt.deaf:
            other.receive_error(t, first=False)
        for owner, consumer in self.route(attempt.frame.key):
            if owner in received:
                consumer(attempt.message)

    def _error(self, attempt: Attempt, t: float) -> None:
        drawn, broken, echoed, pause = error_frame(attempt, self._active, self._ears)
        self.bus.count_error(t, round((t - attempt.begin) / self.bit_time) + pause)
        for other in broken:
            other.live = False
            self._active.remove(other)
        senders = {other.node for other in broken}
        for node in drawn:
            waits = pause + (SUSPEND if node in senders and not node.error_active else 0)
            self._free[node] = t + waits * self.bit_time
        for node in drawn:
            if node in senders:
                node.send_error(t)
            else:
                node.receive_error(t, first=echoed and node in attempt.witnesses)
        for other in broken:
            self.again(other.frame)

    # Changes

    def adopt(self, flight: Flight) -> bool:
        frame, message, begin, _, bits = flight
        attempt = Attempt(frame, message, begin, bits, self._ears.hearers[frame.node])
        self._fly(attempt)
        return True

    def retire(self) -> Flight | None:
        self._retired = True
        for attempt in self._active:
            attempt.live = False
            frame = attempt.frame
            if not frame.waiting and frame.node.able:
                frame.waiting = True
                self._queues.push((frame.priority, -next(self.ticket), frame))
        self._active.clear()
        return None
