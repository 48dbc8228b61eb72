"""The buses of the vehicle as such: who is there, how busy they are, what is wrong with frames."""

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.clock import loop_time
from harness.devices.can.specs import MessageSpec
from harness.errors import NotAvailableError, UnknownNameError
from harness.fields import DurationField
from harness.limits import Clear
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.attached import AttachedBus

_CYCLE_TOLERANCE = 0.2
_CYCLE_AT_LEAST = 0.001
"""Seconds that a mean period may be off at least."""
_PERIODS = 5
"""Periods to watch: from here on a message that comes half as often is told from a sound one."""
_HAIR = 0.01
"""Seconds by which a watch may end early and still be whole."""

_SILENT = "silent_nodes"
_OFF_CYCLE = "off_cycle_messages"
_NO_FRAME = "no frame on bus {} during the watch"
_NOTHING_DUE = "nothing is due on bus {}: no message of a node has a cycle time"
_TOO_SHORT = "not watched for long enough: {}"
_NOT_SEEN = "due, but not received: {}"


class Watch:
    """What came on some buses while a step watched them."""

    def __init__(self, step: StepContext, names: tuple[str, ...]) -> None:
        self.buses = step.vehicle.chosen(names)
        self.seconds = 0.0
        self._step = step
        self._begun = loop_time()
        self._received = {bus.name: bus.bus.tallies().received for bus in self.buses}
        self._counts = {
            bus.name: {name: state.count for name, state in bus.monitor.states.items()}
            for bus in self.buses
        }

    async def over(self, seconds: float) -> None:
        """Let the buses run for a while. Raises DeviceLostError when one of them dies."""
        await self._step.vehicle.listen(min(self._step.deadline.at, loop_time() + seconds))
        self.seconds = loop_time() - self._begun

    @property
    def heard(self) -> "list[AttachedBus]":
        """The buses on which anything was received. Error frames are nothing that was received."""
        return [bus for bus in self.buses if self.is_heard(bus)]

    def is_heard(self, bus: "AttachedBus") -> bool:
        return bus.bus.tallies().received > self._received[bus.name]

    def count(self, bus: "AttachedBus", message: MessageSpec) -> int:
        """Frames of a message."""
        return bus.monitor.states[message.name].count - self._counts[bus.name][message.name]

    def is_due(self, message: MessageSpec) -> bool:
        """Whether a message would have come by now if its sender were there."""
        return message.stale_after is not None and message.stale_after <= self.seconds

    def with_senders(self, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Messages that a procedure names as `bus:Message`, named as findings are."""
        known = {
            f"{bus.name}:{message.name}": with_sender(bus, message)
            for bus in self.buses
            for message in bus.database.messages
        }
        return tuple(known.get(one, one) for one in allowed)

    def judge(self, name: str, found: list[str], allowed: tuple[str, ...]) -> None:
        """Judge a list of findings, none of which may be but those allowed.

        A bus without a frame shows nothing: without it there is no pass.
        """
        if self.heard:
            self._step.judge(_measurement(self._step, name, found), Clear(list(allowed)))
        silent = [bus.name for bus in self.buses if not self.is_heard(bus)]
        self.nothing_shown(name, silent, _NO_FRAME)

    def nothing_shown(self, name: str, of: list[str], why: str) -> None:
        """Of these nothing can be said: no verdict about the device. None is none."""
        if of:
            note = why.format(", ".join(of))
            self._step.judge(_missing(self._step, name, note), Clear([]))


async def _watched(step: StepContext, buses: tuple[str, ...], seconds: float) -> Watch:
    watch = Watch(step, buses)
    await watch.over(seconds)
    return watch


def with_sender(bus: "AttachedBus", message: MessageSpec) -> str:
    """How a finding names a message: `bus:NODE.Message`, with the unit that a technician looks at.

    Where the database names no sender it is `bus:Message`.
    """
    sender = f"{'+'.join(message.senders)}." if message.senders else ""
    return f"{bus.name}:{sender}{message.name}"


def flaws(bus: "AttachedBus") -> dict[str, int]:
    """Message -> frames so far with something wrong."""
    return {name: sum(state.flaws.values()) for name, state in bus.monitor.states.items()}


def _measurement(
    step: StepContext, name: str, value: Value, *, unit: str | None = None, note: str = ""
) -> Measurement:
    return Measurement(
        name=name, value=value, unit=unit, source=step.role, at=step.clock.elapsed(), note=note
    )


def _missing(step: StepContext, name: str, note: str, unit: str | None = None) -> Measurement:
    return Measurement(
        name=name,
        value=None,
        unit=unit,
        quality=Quality.MISSING,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


@action(
    "can.nodes_online",
    kind="R",
    limit="none",
    title=Text("网络节点在线", "All nodes are on the bus"),
)
async def nodes_online(
    step: StepContext,
    *,
    buses: tuple[str, ...] = (),
    watch: DurationField = 3.0,
    allowed: tuple[str, ...] = (),
) -> None:
    """Watch the buses and expect every node of the databases to send.

    A node is silent when none of its cyclic messages came, although its fastest one should have
    come five times. Silent ones are named in the verdict, as `bus:NODE`. A node that did not send
    and was not watched for so long, or a bus whose nodes send nothing in cycles, shows nothing:
    that is inconclusive.
    """
    seen = await _watched(step, buses, watch)
    silent: list[str] = []
    unsure: list[str] = []
    idle: list[str] = []
    for bus in seen.buses:
        nodes = {node: _cyclic(bus, node) for node in bus.database.nodes}
        if not any(nodes.values()):
            idle.append(bus.name)
        for node, cyclic in nodes.items():
            name = f"{bus.name}:{node}"
            if not cyclic or any(seen.count(bus, one) for one in cyclic):
                continue
            if any(seen.is_due(one) for one in cyclic):
                silent.append(name)
            elif name not in allowed:
                unsure.append(name)
    if len(idle) < len(seen.buses):
        step.judge(_measurement(step, _SILENT, silent), Clear(list(allowed)))
    seen.nothing_shown(_SILENT, idle, _NOTHING_DUE)
    seen.nothing_shown(_SILENT, unsure, _TOO_SHORT)


def _cyclic(bus: "AttachedBus", node: str) -> list[MessageSpec]:
    return [one for one in bus.database.sent_by(node) if one.cycle_time is not None]


@action("can.bus_load", kind="R", limit="needed", title=Text("总线负载率", "Bus load"))
async def bus_load(
    step: StepContext, *, buses: tuple[str, ...] = (), watch: DurationField = 2.0
) -> None:
    """Judge how much of its bit rate each bus carries, frames counted with their stuff bits.

    A bus on which nothing is received is inconclusive.
    """
    seen = Watch(step, buses)
    before = {bus.name: bus.bus.load.busy for bus in seen.buses if bus.bus.load is not None}
    await seen.over(watch)
    if not before:
        raise NotAvailableError("the bit rate of the buses is not known, so there is no load")
    for bus in seen.buses:
        if bus.bus.load is None:
            continue
        name = f"bus_load.{bus.name}"
        if not seen.is_heard(bus):
            step.judge(_missing(step, name, _NO_FRAME.format(bus.name), "%"))
            continue
        share = (bus.bus.load.busy - before[bus.name]) / seen.seconds
        step.judge(_measurement(step, name, round(100 * share, 3), unit="%"))


@action("can.error_frames", kind="R", limit="needed", title=Text("错误帧", "Error frames"))
async def error_frames(
    step: StepContext, *, buses: tuple[str, ...] = (), watch: DurationField = 2.0
) -> None:
    """Judge how many error frames come on each bus while it is watched.

    A bus on which nothing else is received is inconclusive, unless there are too many of them.
    """
    seen = Watch(step, buses)
    before = {bus.name: bus.bus.tallies().error_frames for bus in seen.buses}
    await seen.over(watch)
    for bus in seen.buses:
        name = f"error_frames.{bus.name}"
        count = bus.bus.tallies().error_frames - before[bus.name]
        if count or seen.is_heard(bus):
            step.judge(_measurement(step, name, count, unit="1", note=f"within {watch:g} s"))
        if not seen.is_heard(bus):
            step.judge(_missing(step, name, _NO_FRAME.format(bus.name), "1"))


@action(
    "can.integrity",
    kind="R",
    limit="none",
    title=Text("报文完整性", "Frames are whole"),
)
async def integrity(
    step: StepContext,
    *,
    buses: tuple[str, ...] = (),
    watch: DurationField = 3.0,
    allowed: tuple[str, ...] = (),
) -> None:
    """Watch counters, checksums, lengths and values; messages with flaws are named with their unit.

    Messages with a counter or a checksum that should have come and did not are named as well: of
    them nothing is shown, so without a flaw the step is inconclusive. So is a bus without a frame.
    """
    seen = Watch(step, buses)
    before = {bus.name: flaws(bus) for bus in seen.buses}
    await seen.over(watch)
    allowed = seen.with_senders(allowed)
    flawed = [
        with_sender(bus, bus.monitor.states[message].spec)
        for bus in seen.buses
        for message, count in flaws(bus).items()
        if count > before[bus.name][message]
    ]
    absent = [
        with_sender(bus, message)
        for bus in seen.heard
        for message in bus.database.messages
        if (message.counter is not None or message.checksum is not None)
        and seen.is_due(message)
        and not seen.count(bus, message)
    ]
    seen.judge("flawed_messages", flawed, allowed)
    absent = [one for one in absent if one not in allowed]
    seen.nothing_shown("flawed_messages", absent, _NOT_SEEN)


@action(
    "can.unknown_messages",
    kind="R",
    limit="none",
    title=Text("未知报文", "Unknown messages"),
)
async def unknown_messages(
    step: StepContext,
    *,
    buses: tuple[str, ...] = (),
    watch: DurationField = 2.0,
    allowed: tuple[str, ...] = (),
) -> None:
    """Expect no identifier that the databases do not know; the diagnostic ones are known.

    A bus on which nothing is received is inconclusive.
    """
    seen = Watch(step, buses)
    before = {
        (bus.name, identifier): found.count
        for bus in seen.buses
        for identifier, found in bus.monitor.unknown.items()
    }
    await seen.over(watch)
    unknown = [
        f"{bus.name}:{_written(identifier)}"
        for bus in seen.buses
        for identifier, found in bus.monitor.unknown.items()
        if found.count > before.get((bus.name, identifier), 0)
    ]
    seen.judge("unknown_messages", unknown, allowed)


def _written(identifier: tuple[int, bool]) -> str:
    """An id as people write it: 3 hex digits with 11 bits, 8 with 29."""
    number, extended = identifier
    return f"0x{number:08X}" if extended else f"0x{number:03X}"


@action(
    "can.cycle_times",
    kind="R",
    limit="none",
    title=Text("报文周期", "Cycle times"),
)
async def cycle_times(
    step: StepContext,
    *,
    buses: tuple[str, ...] = (),
    watch: DurationField = 5.0,
    tolerance: Annotated[float, Field(gt=0, lt=1)] = _CYCLE_TOLERANCE,
    allowed: tuple[str, ...] = (),
) -> None:
    """Watch how often each cyclic message comes; those off their nominal period are named,
    each with the unit that sends it.

    The mean period over the watch may be off by `tolerance`, a share of the nominal one (0.2 is
    20 %), and by 1 ms at least; on top, one frame more or less may fall into the watch. Single
    late frames do not matter. A message that was not watched for five periods is inconclusive, and
    so is a bus on which nothing is received.
    """
    seen = await _watched(step, buses, watch)
    allowed = seen.with_senders(allowed)
    off: list[str] = []
    short: list[str] = []
    for bus in seen.heard:
        for message in bus.database.messages:
            if message.cycle_time is None:
                continue
            name = with_sender(bus, message)
            if seen.seconds + _HAIR < _PERIODS * message.cycle_time:
                short.append(name)
            elif not in_time(seen.count(bus, message), seen.seconds, message.cycle_time, tolerance):
                off.append(name)
    seen.judge(_OFF_CYCLE, off, allowed)
    seen.nothing_shown(_OFF_CYCLE, [one for one in short if one not in allowed], _TOO_SHORT)


def in_time(count: int, seconds: float, period: float, tolerance: float) -> bool:
    """Whether so many frames within these seconds fit a mean period within its tolerance."""
    spread = max(tolerance * period, _CYCLE_AT_LEAST)
    fewest = seconds / (period + spread) - 1
    most = seconds / (period - spread) + 1 if spread < period else inf
    return fewest <= count <= most


@check_of(
    "can.nodes_online",
    "can.bus_load",
    "can.error_frames",
    "can.integrity",
    "can.unknown_messages",
    "can.cycle_times",
)
def known_buses(context: CheckContext) -> Iterator[Complaint]:
    """The buses are those of the vehicle."""
    vehicle = context.bench.vehicle
    known = list(vehicle.buses) if vehicle is not None else []
    for index, name in enumerate(context.parameters["buses"]):
        if known and name not in known:
            detail = UnknownNameError("bus", name, known).detail
            yield ("with", "buses", index), detail, "a bus of the vehicle"
