"""What is going on on a bus, held against its description.

The monitor takes whole batches and does little per frame: signals are decoded when somebody asks.
Whoever waits for something is woken by frames, never by polling.

    monitor = Monitor(database)
    monitor.attach(bus)
    reading = monitor.read("BMS_Status.BMS_Soc")
    await monitor.wait_for(lambda m: m.read("BMS_Soc").value == 80, deadline)
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import can

from harness.clock import Deadline, loop_time
from harness.devices.can.bus import EXTENDED, CanBus, key_of
from harness.devices.can.database import Database
from harness.devices.can.message_state import MessageState
from harness.devices.can.reading import Reading, read_signal
from harness.devices.can.silence import Silence, observation_time, silence_of
from harness.devices.can.specs import Identifier, MessageSpec, format_id
from harness.devices.can.tallies import Tallies
from harness.devices.can.waiting import Waiters

T = TypeVar("T")
_MOST_UNKNOWN = 4096


@dataclass(slots=True)
class UnknownFrames:
    """Frames with an id that no database describes."""

    count: int
    latest: can.Message


class Monitor:
    """The messages of one bus. All times are the loop's, in seconds."""

    def __init__(self, database: Database, *, others: Collection[Identifier] = ()) -> None:
        """`others` are ids that no database describes and that still belong here (diagnostics)."""
        self.database = database
        self.others = dict.fromkeys(others, 0)
        """Id that belongs here without a description -> frames."""
        self.states = {message.name: MessageState(message) for message in database.messages}
        """Every described message, also those never seen."""
        self.unknown: dict[Identifier, UnknownFrames] = {}
        self.unknown_more = 0
        """Frames with further unknown ids, when there were too many to keep apart."""
        self.error_frames = 0
        self.last_error: can.Message | None = None
        self.start = loop_time()
        """Since when frames are watched."""
        self._by_key = {key_of(*state.spec.id): state for state in self.states.values()}
        self._waiters = Waiters()
        self._stops: list[Callable[[], None]] = []

    def attach(self, bus: CanBus) -> Callable[[], None]:
        """Watch a bus from now on; its death ends all waiting. Returns how to stop.

        A monitor watches one bus at a time: what it watched before is let go.
        """
        self.detach()
        self.start = loop_time()
        self._waiters.revive()
        self._stops = [bus.subscribe_batches(self.take), bus.subscribe_lost(self.fail)]
        return self.detach

    def detach(self) -> None:
        """Watch no more; what is known stays."""
        while self._stops:
            self._stops.pop()()

    def take(self, frames: list[can.Message]) -> None:
        """Take a batch of frames in their order."""
        by_key = self._by_key
        for frame in frames:
            key = frame.arbitration_id
            if frame.is_extended_id:
                key |= EXTENDED
            state = by_key.get(key)
            if frame.is_error_frame:
                self.error_frames += 1
                self.last_error = frame
            elif state is None:
                self._take_unknown(frame)
            elif frame.is_remote_frame:
                state.remote += 1
            else:
                state.take(frame)
        if self._waiters:
            self._waiters.wake(frames)

    def _take_unknown(self, frame: can.Message) -> None:
        identifier = (frame.arbitration_id, frame.is_extended_id)
        found = self.unknown.get(identifier)
        if identifier in self.others:
            self.others[identifier] += 1
        elif found is not None:
            found.count += 1
            found.latest = frame
        elif len(self.unknown) < _MOST_UNKNOWN:
            self.unknown[identifier] = UnknownFrames(1, frame)
        else:
            self.unknown_more += 1

    def restart(self) -> None:
        """Begin all counting anew, for a step of its own; the latest frames stay."""
        for state in self.states.values():
            state.restart()
        self.unknown.clear()
        self.unknown_more = self.error_frames = 0
        self.start = loop_time()

    # Ask

    def state(self, message: str) -> MessageState:
        """What is known of a message. Raises UnknownNameError."""
        return self.states[self.database.message(message).name]

    def read(self, signal: str) -> Reading:
        """A signal (`Message.Signal` or, when unique, `Signal`) as it stands now.

        Raises UnknownNameError, or UsageError for a name that several messages have.
        """
        message, spec = self.database.signal(signal)
        return read_signal(self.states[message.name], spec, loop_time())

    def missing(self) -> list[MessageSpec]:
        """Cyclic messages that have not come for five of their cycles or more."""
        return [message for message in self.database.messages if self.is_missing(message)]

    def is_missing(self, message: MessageSpec) -> bool:
        """Whether a cyclic message has not come for five of its cycles; events never are."""
        after = message.stale_after
        if after is None:
            return False
        state = self.states[message.name]
        since = self.start if state.message is None else max(self.start, state.at)
        return loop_time() - since > after

    def nodes(self) -> dict[str, Silence]:
        """For every node of the database whether it is alive, silent, or not yet known."""
        observed = loop_time() - self.start
        return {
            node: silence_of(self.database.sent_by(node), self.states, self.is_missing, observed)
            for node in self.database.nodes
        }

    def silent_nodes(self) -> list[str]:
        """Nodes whose cyclic messages are all missing. Watch for `observation_time` first."""
        return [node for node, silence in self.nodes().items() if silence is Silence.SILENT]

    @property
    def observation_time(self) -> float:
        """Seconds to watch before silence of any node is certain."""
        return observation_time(self.database.messages)

    def complete(self, tallies: Tallies) -> Tallies:
        """The tallies of the bus with what only the monitor knows."""
        tallies.unknown = {
            format_id(*identifier): found.count for identifier, found in self.unknown.items()
        }
        if self.unknown_more:
            tallies.unknown["…"] = self.unknown_more
        tallies.undecodable = sum(state.undecodable for state in self.states.values())
        return tallies

    # Wait

    async def wait_for(
        self,
        condition: Callable[["Monitor"], T],
        deadline: Deadline,
        *,
        every: float | None = None,
    ) -> T | None:
        """The first true answer of `condition`, which is asked now and after every batch.

        None when the deadline passes first. A condition that time alone can fulfil (something has
        become stale) is also asked `every` so many seconds. What the condition raises is raised
        here, and so is DeviceLostError when the bus dies (`fail`).
        """
        return await self._waiters.wait(lambda: condition(self), deadline, every=every)

    async def next_frame(self, message: str | Identifier, deadline: Deadline) -> can.Message | None:
        """The next frame of a message, by name or by id; None when the deadline passes first.

        Raises UnknownNameError for a name, DeviceLostError when the bus dies.
        """
        wanted = self.database.message(message).id if isinstance(message, str) else message
        return await self._waiters.next_frame(wanted, deadline)

    def fail(self, error: Exception) -> None:
        """The bus is gone: raise this from everything that waits, now and later."""
        self._waiters.fail(error)
