"""Looking at one bus of a vehicle: does anything come, and is it what the database describes?"""

from collections.abc import Iterator
from enum import Enum, auto

from harness.bench import can_findings as words
from harness.bench.findings import Finding
from harness.devices.can.findings import Flaw
from harness.devices.can.message_state import MessageState
from harness.devices.vehicle.attached import AttachedBus
from harness.devices.vehicle.profile import VehicleProfile
from harness.text import Text

_FIT = 0.5
"""Share of frames that a database should know, and of frames that should be as described."""
_HARDLY = 0.2
"""Share of the described messages below which hardly anything of a database comes."""
_BUSY = 0.9
_SHOWN = 8
_WRONG_LENGTH = (Flaw.SHORT, Flaw.LONG)


class Fit(Enum):
    """How what comes fits a database that does not know most of the frames."""

    MOSTLY = auto()
    IN_PART = auto()
    NOT = auto()


def look_at(bus: AttachedBus, profile: VehicleProfile) -> Iterator[Finding]:
    """What is wrong with what came on a bus. A bus without any frame is left to the caller."""
    tallies = bus.tallies()
    if bus.lost:
        yield Finding("link-lost", Text(f"{bus.name}：连接断开", f"{bus.name} was lost"),
                      Text(bus.lost, bus.lost))  # fmt: skip
        return
    count = tallies.error_frames
    errors = Text(f"{bus.name}：错误帧 {count} 个", f"{bus.name}: {count} error frames")
    if not tallies.received:
        if count:
            yield Finding("only-errors", errors, words.ONLY_ERRORS)
        return
    if count:
        yield Finding("error-frames", errors, words.SOME_ERRORS)
    busy = tallies.load_peak is not None and tallies.load_peak > _BUSY
    unknown = sum(tallies.unknown.values())
    # A node that babbles fills a bus with one frame; that says nothing about the database.
    in_part = unknown > _FIT * tallies.received and not busy
    if in_part:
        misfit = _misfit(bus, profile, unknown, tallies.received)
        yield misfit
        if misfit.severity == "problem":
            return
    yield from _silent_nodes(bus)
    yield from _flawed(bus)
    if tallies.unknown and not in_part:
        shown = ", ".join(sorted(tallies.unknown)[:_SHOWN])
        yield Finding(
            "unknown-messages",
            Text(f"{bus.name}：未知报文 {shown}", f"{bus.name}: unknown messages {shown}"),
            words.UNKNOWN,
            severity="note",
        )
    if busy:
        peak = round(100 * (tallies.load_peak or 0.0))
        yield Finding(
            "busy-bus",
            Text(f"{bus.name}：负载率达 {peak} %", f"{bus.name}: loaded up to {peak} %"),
            words.BUSY,
        )


def _misfit(bus: AttachedBus, profile: VehicleProfile, unknown: int, received: int) -> Finding:
    """What it means that the database does not know most of the frames."""
    fit, came, wanted = _fit_of(bus)
    other = _fitting(bus, profile) if fit is not Fit.MOSTLY else None
    if other is not None:
        return Finding(
            "buses-swapped",
            Text(
                f"接在 {bus.name} 上的其实是 {other}",
                f"what is connected as {bus.name} is {other}",
            ),
            words.SWAPPED,
        )
    shown = ", ".join(sorted(bus.tallies().unknown)[:_SHOWN])
    what = Text(
        f"{bus.name}：{received} 帧中有 {unknown} 帧不在数据库中（{shown}）",
        f"{bus.name}: {unknown} of {received} frames are not in the database ({shown})",
    )
    if fit is Fit.NOT:
        return Finding("wrong-database", what, words.WRONG_DATABASE)
    return Finding(
        "partial-database",
        Text(
            f"{what.zh}；库中 {wanted} 个报文有 {came} 个与描述相符",
            f"{what.en}; of its {wanted} messages {came} come as described",
        ),
        words.PARTIAL_DATABASE,
        severity="note",
    )


def _fit_of(bus: AttachedBus) -> tuple[Fit, int, int]:
    """How the described messages fit; how many come as described, and of how many.

    Messages that are sent on events only count where they came: nobody can wait for them.
    """
    states = bus.monitor.states.values()
    came = [state for state in states if state.count]
    wanted = sum(bool(state.count) or state.spec.cycle_time is not None for state in states)
    good = sum(_as_described(state) for state in came)
    lying = sum(_has_other_length(state) for state in came)
    if not good or lying > _FIT * len(came) or good < _HARDLY * wanted:
        return Fit.NOT, good, wanted
    return (Fit.MOSTLY if good >= _FIT * wanted else Fit.IN_PART), good, wanted


def _as_described(state: MessageState) -> bool:
    return max(state.flaws.values(), default=0) <= _FIT * state.count


def _has_other_length(state: MessageState) -> bool:
    return sum(state.flaws.get(flaw, 0) for flaw in _WRONG_LENGTH) > _FIT * state.count


def _fitting(bus: AttachedBus, profile: VehicleProfile) -> str | None:
    """The bus of the profile whose database knows most of these frames."""
    seen = {identifier: one.count for identifier, one in bus.monitor.unknown.items()}
    total = sum(seen.values())
    for name, databases in profile.databases.items():
        known = {message.id for database in databases for message in database.messages}
        if sum(count for one, count in seen.items() if one in known) > _FIT * total:
            return name
    return None


def _silent_nodes(bus: AttachedBus) -> Iterator[Finding]:
    for node in bus.monitor.silent_nodes():
        yield Finding(
            "silent-node",
            Text(f"{bus.name}：{node} 没有报文", f"{bus.name}: nothing comes from {node}"),
            words.SILENT_NODE,
        )


def _flawed(bus: AttachedBus) -> Iterator[Finding]:
    for name, state in bus.monitor.states.items():
        if not state.flaws:
            continue
        example = next(iter(state.examples.values()))
        count = sum(state.flaws.values())
        senders = "+".join(state.spec.senders)
        whose = Text(name, name)
        if senders:
            whose = Text(f"{senders} 的 {name}", f"{name} from {senders}")
        yield Finding(
            "flawed-message",
            Text(
                f"{bus.name}：{whose.zh} 有 {count} 帧异常（{example.describe('zh')}）",
                f"{bus.name}: {count} bad frames of {whose.en} ({example.describe('en')})",
            ),
            words.FLAWED,
            point=name,
        )
