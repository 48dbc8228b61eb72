"""Frames of single control units over one watch: how often they come, and whether they are whole.

One step watches the buses for a while; each unit is then judged by itself, so that a finding
belongs to a sensor and not to a whole bus.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.network import Watch, flaws, in_time, with_sender
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.errors import NotAvailableError, UnknownNameError
from harness.fields import DurationField
from harness.limits import Clear
from harness.quantity import Measurement, Quality
from harness.text import Text

_PERIODS = 5
"""Periods to watch at least before a mean period says anything."""


@dataclass(slots=True)
class _Frames:
    """What came of one unit: names are `bus:NODE.Message`."""

    off_cycle: list[str] = field(default_factory=list)
    flawed: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    """Not watched for long enough to tell the period."""
    counted: int = 0
    """Frames that came of all its messages."""


@action("can.watch_frames", kind="R", judges=False, limit="none",
        title=Text("监听报文", "Watch frames"))  # fmt: skip
async def watch_frames(
    step: StepContext,
    *,
    buses: tuple[str, ...] = (),
    watch: DurationField = 30.0,
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 0.1,
) -> None:
    """Watch the buses, and keep for each node how its frames came: period, counter, checksum.

    The mean period may be off by `tolerance`, a share of the nominal one. Judged by
    `can.frames_of`.
    """
    seen = Watch(step, buses)
    before = {bus.name: flaws(bus) for bus in seen.buses}
    await seen.over(watch)
    kept: dict[str, _Frames] = {}
    for bus in seen.buses:
        after = flaws(bus)
        for message in bus.database.messages:
            if message.cycle_time is None:
                continue
            name, count = with_sender(bus, message), seen.count(bus, message)
            for node in message.senders:
                frames = kept.setdefault(node, _Frames())
                frames.counted += count
                if after[message.name] > before[bus.name][message.name]:
                    frames.flawed.append(name)
                if seen.seconds < _PERIODS * message.cycle_time:
                    frames.short.append(name)
                elif not count:
                    frames.absent.append(name)
                elif not in_time(count, seen.seconds, message.cycle_time, tolerance):
                    frames.off_cycle.append(name)
    step.memory.kept[step.step] = kept
    step.measured(
        Measurement("watched_seconds", round(seen.seconds, 3), "s", source=step.role,
                    at=step.clock.elapsed())
    )  # fmt: skip


@action("can.frames_of", kind="J", limit="none", title=Text("节点报文健康", "Frames of a node"))
async def frames_of(step: StepContext, *, node: str, watched_by: str) -> None:
    """Judge period, counters and checksums of a node's cyclic messages over an earlier watch.

    Messages off their period and messages with flaws are two findings. A node of which no frame
    came sends none of its messages: all of them are off their period.
    """
    kept = step.memory.kept.get(watched_by)
    if not isinstance(kept, dict):
        raise NotAvailableError(f"step {watched_by} watched nothing")
    frames = kept.get(node)
    if not isinstance(frames, _Frames):
        raise NotAvailableError(f"step {watched_by} did not watch {node}")
    late = sorted({*frames.off_cycle, *frames.absent})
    step.judge(_found(step, "off_cycle_messages", late), Clear([]))
    if frames.counted:
        step.judge(_found(step, "flawed_messages", frames.flawed), Clear([]))
    if frames.short:
        note = f"not watched for long enough: {', '.join(frames.short)}"
        step.judge(
            Measurement("off_cycle_messages", None, quality=Quality.MISSING, source=step.role,
                        at=step.clock.elapsed(), note=note),
            Clear([]),
        )  # fmt: skip


def _found(step: StepContext, name: str, value: list[str]) -> Measurement:
    return Measurement(name, value, source=step.role, at=step.clock.elapsed())


@check_of("can.frames_of")
def _named(context: CheckContext) -> Iterator[Complaint]:
    """The watch comes before, and the node is one of the vehicle's."""
    yield from _earlier_watch(context)
    vehicle, node = context.bench.vehicle, context.parameters["node"]
    if vehicle is None:
        return
    databases = [one for bus in vehicle.databases.values() for one in bus]
    known = list(dict.fromkeys(name for one in databases for name in one.nodes))
    if known and node not in known:
        detail = UnknownNameError("node", node, known).detail
        yield ("with", "node"), detail, "a node of the databases"


def _earlier_watch(context: CheckContext) -> Iterator[Complaint]:
    name = context.parameters["watched_by"]
    for _, what, expected in earlier(context, (name,), "watched_by"):
        yield ("with", "watched_by"), what, expected
