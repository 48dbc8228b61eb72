"""`harness check`: everything that can be known before power."""

import click
from rich.console import Console
from rich.text import Text as Line

from harness.catalogue.load import Catalogue, load_catalogue
from harness.cli import wide
from harness.cli.announce import announce, points_of
from harness.cli.base import argument, columns, command, language, option, say
from harness.cli.options import bench_option
from harness.cli.session import make_console
from harness.engine import wording
from harness.engine.plan import Plan, PlannedStep
from harness.engine.prepare import bind, load_bench_for
from harness.procedure.load import load_procedure
from harness.text import Text

_WRITES = Text("写入", "writes")
_ENERGISES = Text("通电", "energises")
_MOVES = Text("动作", "moves")
_CRITICAL = Text("安全关键，不合格即停止", "critical: a failure stops the run")
_NOT_HERE = Text("本台架不能执行", "not possible here")
_REPLACED = Text("参考值，由台架文件给出", "reference value, from the bench file")
_STEPS = Text("{} 个步骤，其中 {} 个对设备作出判定", "{} steps, {} of which judge the device")
_CANNOT = Text("本台架不能执行 {} 步", "{} steps are not possible on this bench")
_ALL_RIGHT = Text("检查通过", "No mistakes found")


@command(
    "check",
    about=Text(
        "通电之前检查：数据点、单位、限值、检验项目，以及会写入什么、会给什么通电。"
        "有错误时按 文件:行:列 列出，退出码 2。不打开任何设备。",
        "Everything that can be known before power: points, units, limits, items, what would be "
        "written and energised. Mistakes are listed as file:line:column, exit code 2. Opens "
        "nothing.",
    ),
)
@argument(
    "procedures",
    nargs=-1,
    required=True,
    metavar="PROCEDURE...",
    about=Text("流程编号或流程文件", "Id or file of a procedure"),
)
@bench_option()
@option(
    "--pile-profile",
    metavar="NAME",
    about=Text("模拟台架上充电桩的点表", "Profile of the pile on the simulated bench"),
)
def check(procedures: tuple[str, ...], bench: str, pile_profile: str | None) -> int:
    """Bind the procedures to the bench and show every step."""
    loaded = load_bench_for(bench, live=True, pile_profile=pile_profile)
    catalogue = load_catalogue(loaded.catalogue_folders)
    plans = bind(
        [load_procedure(name) for name in procedures], loaded, catalogue, energise=True, motion=True
    )
    console = make_console()
    for plan in plans:
        model = plan.procedure.model
        console.print(Line(f"{model.procedure}  {say(model.title)}", "bold"), soft_wrap=True)
        groups = {group.id: say(group.title) for group in model.groups}
        group: str | None = None
        for step in plan.steps:
            if step.model.group != group:
                group = step.model.group
                console.print(Line(groups.get(group or "", ""), "bold cyan"), soft_wrap=True)
            _show(console, step, catalogue)
        click.echo()
    click.echo(announce(plans, loaded, released=True, motion=True))
    for plan in plans:
        _close(plan)
    return 0


def _show(console: Console, step: PlannedStep, catalogue: Catalogue) -> None:
    def line(text: str, look: str) -> None:
        console.print(Line(wide.indent(text, columns(), 6), look), soft_wrap=True)

    head = Line(f"{step.number:>3} ")
    head.append(say(step.model.title), "bold")
    head.append(f"  {step.model.id} · {step.model.do}", "dim")
    if step.model.critical:
        head.append(f" ★ {say(_CRITICAL)}", "yellow")
    console.print(head, soft_wrap=True)
    if step.limit is not None:
        line(wording.limit(step.limit, language()), "")
    if step.item is not None:
        item = catalogue.item(step.item.id)
        parts = [step.item.id]
        if not item.practice:
            parts.append(wording.clause(item.clause, language()))
        replaced = step.limit is not None and step.item.source != item.source
        parts.append(say(_REPLACED) if replaced else say(item.label))
        line(" · ".join(parts), "dim")
    written = [f"{role}.{point}" for role, point in points_of(step, "write")]
    if written or step.action.writes:
        line(f"{say(_WRITES)}: {', '.join(written) or say(step.action.title)}", "yellow")
    if step.energises:
        line(f"{say(_ENERGISES)}: {say(step.action.title)}", "bold red")
    if step.moves:
        line(f"{say(_MOVES)}: {say(step.action.title)}", "bold red")
    if step.not_possible:
        reason = wording.reason(step.not_possible).get(language())
        line(f"{say(_NOT_HERE)}: {reason}", "yellow")


def _close(plan: Plan) -> None:
    judging = sum(step.action.judges for step in plan.steps)
    line = f"{say(_ALL_RIGHT)}: {plan.procedure.id}, "
    line += say(_STEPS).format(len(plan.steps), judging)
    if plan.not_possible:
        line += "; " + say(_CANNOT).format(len(plan.not_possible))
    click.echo(line)
