"""The buses of the vehicle as such: who is there, how busy they are, what is wrong with frames."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.clock import loop_time
from harness.errors import NotAvailableError, UnknownNameError
from harness.fields import DurationField
from harness.limits import Clear
from harness.quantity import Measurement, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.attached import AttachedBus

_CYCLE_TOLERANCE = 0.2
_CYCLE_SLACK = 0.005
"""Seconds that a period may be off on top; timers of desktop systems are no better."""


async def _observe(step: StepContext, seconds: float) -> None:
    """Let the buses run for a while. Raises DeviceLostError when one of them dies."""
    await step.vehicle.listen(min(step.deadline.at, loop_time() + seconds))


def _counts(bus: "AttachedBus") -> dict[str, int]:
    """Message -> frames so far."""
    return {name: state.count for name, state in bus.monitor.states.items()}


def _flaws(bus: "AttachedBus") -> dict[str, int]:
    """Message -> frames so far with something wrong."""
    return {name: sum(state.flaws.values()) for name, state in bus.monitor.states.items()}


def _measurement(
    step: StepContext, name: str, value: Value, *, unit: str | None = None, note: str = ""
) -> Measurement:
    return Measurement(
        name=name, value=value, unit=unit, source=step.role, at=step.clock.elapsed(), note=note
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
    come five times. Silent ones are named in the verdict, as `bus:NODE`.
    """
    chosen = step.vehicle.chosen(buses)
    before = {bus.name: _counts(bus) for bus in chosen}
    begun = loop_time()
    await _observe(step, watch)
    seconds = loop_time() - begun
    silent = [
        f"{bus.name}:{node}"
        for bus in chosen
        for node in bus.database.nodes
        if _is_silent(bus, node, before[bus.name], seconds)
    ]
    step.judge(_measurement(step, "silent_nodes", silent), Clear(list(allowed)))


def _is_silent(bus: "AttachedBus", node: str, before: dict[str, int], seconds: float) -> bool:
    cyclic = [one for one in bus.database.sent_by(node) if one.stale_after is not None]
    due = [one for one in cyclic if one.stale_after is not None and one.stale_after <= seconds]
    if not due:
        return False  # it sends nothing in cycles, or was not watched for long enough
    return all(bus.monitor.states[one.name].count == before[one.name] for one in cyclic)


@action("can.bus_load", kind="R", limit="needed", title=Text("总线负载率", "Bus load"))
async def bus_load(
    step: StepContext, *, buses: tuple[str, ...] = (), watch: DurationField = 2.0
) -> None:
    """Judge how much of its bit rate each bus carries, frames counted with their stuff bits."""
    chosen = step.vehicle.chosen(buses)
    before = {bus.name: bus.bus.load.busy for bus in chosen if bus.bus.load is not None}
    begun = loop_time()
    await _observe(step, watch)
    seconds = loop_time() - begun
    if not before:
        raise NotAvailableError("the bit rate of the buses is not known, so there is no load")
    for bus in chosen:
        if bus.bus.load is None:
            continue
        share = (bus.bus.load.busy - before[bus.name]) / seconds
        step.judge(_measurement(step, f"bus_load.{bus.name}", round(100 * share, 3), unit="%"))


@action("can.error_frames", kind="R", limit="needed", title=Text("错误帧", "Error frames"))
async def error_frames(
    step: StepContext, *, buses: tuple[str, ...] = (), watch: DurationField = 2.0
) -> None:
    """Judge how many error frames come on each bus while it is watched."""
    chosen = step.vehicle.chosen(buses)
    before = {bus.name: bus.bus.tallies().error_frames for bus in chosen}
    await _observe(step, watch)
    for bus in chosen:
        count = bus.bus.tallies().error_frames - before[bus.name]
        step.judge(
            _measurement(
                step, f"error_frames.{bus.name}", count, unit="1", note=f"within {watch:g} s"
            )
        )


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
    """Watch counters, checksums, lengths and values; messages with flaws are named."""
    chosen = step.vehicle.chosen(buses)
    before = {bus.name: _flaws(bus) for bus in chosen}
    await _observe(step, watch)
    flawed = [
        f"{bus.name}:{message}"
        for bus in chosen
        for message, count in _flaws(bus).items()
        if count > before[bus.name][message]
    ]
    step.judge(_measurement(step, "flawed_messages", flawed), Clear(list(allowed)))


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
    """Expect no identifier that the databases do not know; the diagnostic ones are known."""
    chosen = step.vehicle.chosen(buses)
    before = {
        (bus.name, identifier): found.count
        for bus in chosen
        for identifier, found in bus.monitor.unknown.items()
    }
    await _observe(step, watch)
    unknown = [
        f"{bus.name}:{_written(identifier)}"
        for bus in chosen
        for identifier, found in bus.monitor.unknown.items()
        if found.count > before.get((bus.name, identifier), 0)
    ]
    step.judge(_measurement(step, "unknown_messages", unknown), Clear(list(allowed)))


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
    tolerance: float = _CYCLE_TOLERANCE,
    allowed: tuple[str, ...] = (),
) -> None:
    """Watch how often each cyclic message comes; those off their nominal period are named.

    Counted over the time watched, so that single late frames do not matter.
    """
    chosen = step.vehicle.chosen(buses)
    before = {bus.name: _counts(bus) for bus in chosen}
    begun = loop_time()
    await _observe(step, watch)
    seconds = loop_time() - begun
    off: list[str] = []
    for bus in chosen:
        now = _counts(bus)
        for message in bus.database.messages:
            if message.cycle_time is None or seconds < 2 * message.cycle_time:
                continue
            count = now[message.name] - before[bus.name][message.name]
            expected = seconds / message.cycle_time
            slack = 1 + expected * (tolerance + _CYCLE_SLACK / message.cycle_time)
            if abs(count - expected) > slack:
                off.append(f"{bus.name}:{message.name}")
    step.judge(_measurement(step, "off_cycle_messages", off), Clear(list(allowed)))


@check_of(
    "can.nodes_online",
    "can.bus_load",
    "can.error_frames",
    "can.integrity",
    "can.unknown_messages",
    "can.cycle_times",
)
def _known_buses(context: CheckContext) -> Iterator[Complaint]:
    """The buses are those of the vehicle."""
    vehicle = context.bench.vehicle
    known = list(vehicle.buses) if vehicle is not None else []
    for index, name in enumerate(context.parameters["buses"]):
        if known and name not in known:
            detail = UnknownNameError("bus", name, known).detail
            yield ("with", "buses", index), detail, "a bus of the vehicle"
