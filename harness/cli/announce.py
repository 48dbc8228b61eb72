"""What a run is going to do to a bench, said before anything is opened."""

from collections.abc import Sequence

from harness.bench.load import LoadedBench
from harness.bench.model import DeviceEntry
from harness.cli import wide
from harness.cli.base import columns, say
from harness.devices.can.connection import CanConnection
from harness.devices.modbus.profile import Profile
from harness.engine.plan import Plan, PlannedStep, at_end, roles_needed
from harness.text import Text

_BENCH = Text("台架", "Bench")
_SIMULATED = Text("模拟", "simulated")
_IN_PROCESS = Text("本进程内模拟", "simulated in this process")
_READS = Text("将读取", "Reads")
_WRITES = Text("将写入", "Writes")
_ENERGISES = Text("将通电", "Energises")
_NOT_RELEASED = Text("未放行，不会执行；放行用 --allow-energise", "not released; --allow-energise")
_MOVES = Text("将动作", "Moves")
_HELD = Text("未放行，不会执行；放行用 --allow-motion", "not released; --allow-motion")
_AT_END = Text("结束时", "At the end")
_STOPS = Text("若 {} 仍在充电，则停止并核实", "stops {} if it is found charging, and measures that")
_READ_ONLY = Text(
    "只读运行：不向 CAN 总线发送任何报文，需要发送的步骤不执行",
    "read-only: nothing is sent on any CAN bus; steps that would have to are not run",
)
_NOTHING = Text("无", "nothing")
_POINTS = Text("{} 个数据点", "{} points")


def announce(
    plans: Sequence[Plan],
    bench: LoadedBench,
    *,
    released: bool,
    motion: bool = False,
    read_only: bool = False,
) -> str:
    """The bench, and what would be read, written and energised there.

    `read_only`: the run was declared so when it was asked for, apart from bench and procedures.
    """
    title = f" · {say(bench.model.title)}" if bench.model.title else ""
    pairs = [(say(_BENCH), bench.id + title)]
    needed = roles_needed(plans, bench)
    for role, entry in bench.model.devices.items():
        profile = bench.profile_of(role)
        if role not in needed or profile is None:
            continue
        where = say(_IN_PROCESS)
        if entry.connected:
            where = _where(entry, bench.profiles.get(role))
            where += f" ({say(_SIMULATED)})" if entry.simulated else ""
        pairs.append((f"  {role}", f"{say(profile.title)} [{profile.id}] · {where}"))
    read_only = read_only or bench.model.read_only or bool(bench.recorded)
    if "vehicle" in needed and (read_only or any(plan.procedure.model.read_only for plan in plans)):
        pairs.append(("  CAN", say(_READ_ONLY)))
    pairs.append((say(_READS), _reads(plans)))
    writes = [line for plan in plans for line in plan.writes]
    pairs.append((say(_WRITES), "; ".join(writes) or say(_NOTHING)))
    if stopping := at_end(bench, roles_needed(plans, bench)):
        pairs.append((say(_AT_END), "; ".join(say(_STOPS).format(role) for role in stopping)))
    energising = [step for plan in plans for step in plan.steps if step.energises]
    shown = "; ".join(f"{step.model.id} ({say(step.action.title)})" for step in energising)
    if energising and not released:
        shown += f" – {say(_NOT_RELEASED)}"
    pairs.append((say(_ENERGISES), shown or say(_NOTHING)))
    moving = [step for plan in plans for step in plan.steps if step.moves]
    if moving:
        shown = "; ".join(f"{step.model.id} ({say(step.action.title)})" for step in moving)
        pairs.append((say(_MOVES), shown if motion else f"{shown} – {say(_HELD)}"))
    return wide.rows(pairs, columns(), by=0)


def _where(entry: DeviceEntry, profile: Profile | None) -> str:
    if entry.modbus is not None and profile is not None:
        return entry.modbus.complete(profile).describe()
    if entry.visa is not None:
        return entry.visa.describe()
    buses = [f"{bus}: {one.describe()}" for bus, one in entry.connections.items()]
    if isinstance(entry.connection, CanConnection):
        buses.append(entry.connection.describe())
    return "; ".join(buses)


_WITHOUT_POINTS = {
    "diag.": Text("向控制单元发诊断请求的步骤 {} 个", "diagnostic requests in {} steps"),
    "can.": Text("监听总线的步骤 {} 个", "the traffic of the buses in {} steps"),
}
"""Verbs that read without naming points."""


def _reads(plans: Sequence[Plan]) -> str:
    found: dict[str, set[str]] = {}
    for plan in plans:
        for step in plan.steps:
            if step.not_possible:
                continue
            for role, point in points_of(step, "read"):
                found.setdefault(role, set()).add(point)
    parts = [
        f"{role}: {say(_POINTS).format(len(points))}" for role, points in sorted(found.items())
    ]
    for family, words in _WITHOUT_POINTS.items():
        if steps := sum(_does(plan, family) for plan in plans):
            parts.append(f"vehicle: {say(words).format(steps)}")
    return "; ".join(parts) or say(_NOTHING)


def _does(plan: Plan, family: str) -> int:
    """How many steps call a verb of this family."""
    return sum(step.action.name.startswith(family) and not step.not_possible for step in plan.steps)


def points_of(step: PlannedStep, access: str) -> list[tuple[str, str]]:
    """Role and name of every point that a step names for reading, or for writing."""
    return [
        (role, point)
        for role, point, reference in step.action.point_names(step.parameters)
        if reference.access == access
    ]
