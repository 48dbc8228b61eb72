"""`harness evidence show`: a recorded run, as it looked on the terminal."""

from collections import Counter
from pathlib import Path

import click

from harness.actions.registry import all_actions
from harness.cli import wide
from harness.cli.base import columns, command, language, say
from harness.cli.evidence import folder_argument, must_be_record
from harness.cli.progress import Progress
from harness.cli.session import make_console
from harness.cli.summary import Summary
from harness.clock import shown_time
from harness.engine.digest import RunDigest
from harness.events import DeviceOpened, RunStarted
from harness.evidence.reality import reality
from harness.report.record import Record, load_record
from harness.report.summary import bus_counts
from harness.report.vehicle import bus_name
from harness.report.view import RunView
from harness.report.words import OUTCOMES, integrity
from harness.text import Text

_RUN = Text("运行", "Run")
_WHEN = Text("开始时间", "Started")
_SIMULATED_TIME = Text("模拟时间", "simulated time")
_RECORDED_TIME = Text("录制时间", "time of the recording")
_BENCH = Text("台架", "Bench")
_SIMULATED = Text("全部为模拟设备", "all devices simulated")
_REAL = Text("含真实设备", "with real devices")
_RECORDED = Text("录制的总线数据", "from a recording")
_PARTLY_RECORDED = Text("部分为录制的总线数据", "partly from a recording")
_NONE = Text("未接设备", "no device")
_SEED = Text("种子", "seed")
_OPERATOR = Text("操作员", "Operator")
_STATE = Text("证据状态", "State")
_READ_ONLY = Text("只读运行", "Read-only")
_DIAGNOSIS = Text("诊断请求", "Diagnosis")
_REQUESTS = Text("{} 个控制单元，{} 次请求：", "{} units, {} requests: ")


@command(
    "show",
    about=Text(
        "逐步查看一次运行的记录（被改动的记录，能读多少显示多少）。",
        "Show a recorded run step by step (of an altered one, whatever can be read).",
    ),
)
@folder_argument
def show(folder: Path) -> int:
    """Replay a journal on the terminal."""
    must_be_record(folder)
    show_record(load_record(folder), folder)
    return 0


def show_record(record: Record, folder: Path) -> None:
    """Print a record; `folder` is where it is said to lie."""
    digest = RunDigest()
    console = make_console()
    groups: dict[str, dict[str, Text]] = {}
    for (procedure, group), title in record.groups.items():
        groups.setdefault(procedure, {})[group] = title
    with Progress(console, language(), groups, digest=digest) as progress:
        for entry in record.entries:
            if isinstance(entry.event, RunStarted):
                click.echo(_head(record, entry.event))
            digest(entry.event)
            progress(entry.event)
    actions = all_actions()
    judging = {
        place
        for place, step in digest.steps.items()
        if step.started.action not in actions or actions[step.started.action].judges
    }
    for procedure, plan in digest.plans.items():
        judging -= {(procedure, step) for step in plan.deselected}
    summary = Summary(console, language())
    summary.show(digest, judging, folder, sealed=record.check.sealed)
    summary.show_rows(_vehicle(RunView(record)))


def _vehicle(view: RunView) -> list[tuple[Text, str]]:
    """The buses of a vehicle, what its units were asked, and whether a read-only run was one."""
    side = view.vehicle
    rows = [(bus_name(bus.name), bus_counts(bus, language())) for bus in side.buses.values()]
    if side.exchanges:
        counts = Counter(one.outcome for one in side.exchanges)
        parts = [f"{say(OUTCOMES.get(name, Text(name, name)))} {n}" for name, n in counts.items()]
        head = say(_REQUESTS).format(len(side.units()), side.requests)
        comma = "、" if language() == "zh" else ", "
        rows.append((_DIAGNOSIS, head + comma.join(parts)))
    if view.started is not None and view.started.read_only:
        rows.append((_READ_ONLY, say(side.read_only().text)))
    return rows


def _head(record: Record, started: RunStarted) -> str:
    state, sentence = integrity(record.check)
    which = _RECORDED_TIME if started.recorded_time else _SIMULATED_TIME
    when = shown_time(started.utc) + (f" ({say(which)})" if started.virtual_time else "")
    devices = [e.event for e in record.entries if isinstance(e.event, DeviceOpened)]
    kind = _SIMULATED if started.simulated else _REAL if devices else _NONE
    if started.recorded:
        kind = _RECORDED if reality(started, devices) == "recorded" else _PARTLY_RECORDED
    pairs = [
        (say(_RUN), started.run_id),
        (say(_WHEN), when),
        (say(_BENCH), f"{started.bench} ({say(kind)}) · {say(_SEED)} {started.seed}"),
        (say(_STATE), ": ".join(part for part in (say(state), say(sentence)) if part)),
    ]
    if started.operator:
        pairs.insert(3, (say(_OPERATOR), started.operator))
    return wide.rows(pairs, columns(), by=0) + "\n"
