"""`harness exam list·show·check·open·recover`: scenarios, and exams that are over."""

from pathlib import Path

import click

from harness.assess import escrow
from harness.assess.explain import tell, told_by
from harness.assess.scenario_file import check_scenario, load_scenario, scenario_files
from harness.cli.base import argument, command, language, option, say
from harness.cli.evidence import folder_argument, must_be_record
from harness.cli.exam_told import show_told
from harness.cli.session import make_console
from harness.engine.prepare import load_bench_for
from harness.errors import EvidenceError, FileError, UsageError
from harness.events import ExamStarted
from harness.evidence.layout import ATTACHMENTS
from harness.evidence.read import opened_with, read_file, read_journal
from harness.text import Text

_scenario = argument("scenario", metavar="SCENARIO", about=Text("场景编号或文件", "Id or file"))
_FACTS = Text(
    "等级 {}，{:g} 分钟（另有准备 {:g} 分钟），流程 {}，评分方案 {}",
    "level {}, {:g} min (and {:g} min of preparation), procedures {}, scheme {}",
)
_LEVELS = {
    "junior": Text("初级", "junior"),
    "intermediate": Text("中级", "intermediate"),
    "senior": Text("高级", "senior"),
}
_LEFT_OUT = Text("不含步骤：{}", "without the steps: {}")
_CONCLUDES = Text("考生自行下结论的步骤：{}", "the candidate states his own verdict on: {}")
_KEY = Text("答案（仅供考评员）", "Key (for assessors)")
_CASE = Text("情形 {}: 故障 {}；诊断 {}", "case {}: faults {}; diagnosis {}")
_GOOD = Text("{}: 场景可用，{} 种情形", "{}: the scenario can be used, {} case(s)")
_NO_ESCROW = Text("该记录没有托管的密钥", "This record has no key in escrow")


@command("list", about=Text("列出考试场景。", "List the scenarios for exams."))
def list_() -> None:
    """Ids and titles; nothing about cases."""
    for name in scenario_files():
        model = load_scenario(name).model
        title = model.title.get(language())
        click.echo(f"{name}  {title}  ({say(_LEVELS[model.level])}, {model.minutes:g} min)")


@command("show", about=Text("查看一个场景；不显示答案。", "Show a scenario, without its key."))
@_scenario
@option(
    "--key",
    "with_key",
    is_flag=True,
    about=Text("连同答案一并显示（考评员）", "With its key (for assessors)"),
)
def show(*, scenario: str, with_key: bool) -> None:
    """What a candidate is given; the cases only when asked for."""
    loaded = load_scenario(scenario)
    model = loaded.model
    click.echo(f"{model.scenario}  {model.title.get(language())}")
    click.echo(model.order.get(language()))
    procedures = ", ".join(model.procedures)
    level = say(_LEVELS[model.level])
    click.echo(
        say(_FACTS).format(
            level, model.minutes, model.preparation, procedures, loaded.scheme.scheme
        )
    )
    if model.without:
        click.echo(say(_LEFT_OUT).format(", ".join(model.without)))
    if model.conclude:
        click.echo(say(_CONCLUDES).format(", ".join(model.conclude)))
    if not with_key:
        return
    click.echo(click.style(say(_KEY), bold=True))
    for case in model.cases:
        faults = ", ".join(one.fault for one in case.faults) or "–"
        diagnosis = ", ".join(case.key.diagnosis) or "–"
        click.echo(say(_CASE).format(case.id, faults, diagnosis))
        click.echo(f"    {case.explanation.get(language())}")


@command(
    "check",
    about=Text(
        "检查场景文件：故障、步骤、结论、评分方案是否都存在。",
        "Check a scenario file: does every fault, step, decision and scheme exist?",
    ),
)
@_scenario
def check(*, scenario: str) -> None:
    """Complain with file, line and column."""
    loaded = load_scenario(scenario)
    bench = load_bench_for(loaded.model.bench, live=True)
    problems = check_scenario(loaded, bench)
    if problems:
        raise FileError(problems)
    click.echo(say(_GOOD).format(loaded.id, len(loaded.model.cases)))


@command(
    "open",
    about=Text(
        "考评员查看一场已结束的考试：隐藏的内容、逐项对照、时间记录。",
        "For assessors: what an exam that is over had hidden, answer by answer, and its clock.",
    ),
)
@folder_argument
def open_(*, folder: Path) -> None:
    """Everything, from the record."""
    must_be_record(folder)
    show_told(make_console(), tell(folder), language(), everything=True)


@command(
    "recover",
    about=Text(
        "凭考评员口令启封一场被中断的考试（需在开始时托管密钥）。",
        "Open an exam that was cut off, by the assessors' passphrase (escrowed at its start).",
    ),
)
@folder_argument
@option(
    "--escrow-passphrase-file",
    "phrase",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("口令文件", "File with the passphrase"),
)
def recover(*, folder: Path, phrase: Path) -> None:
    """Open with the key in escrow; the record itself stays as it is."""
    must_be_record(folder)
    passphrase = escrow.read_passphrase(phrase)
    entries = read_journal(folder)
    exam = next((e.event for e in entries if isinstance(e.event, ExamStarted)), None)
    path = folder / ATTACHMENTS / escrow.KIND / escrow.NAME
    if exam is None or not path.is_file():
        raise UsageError(f"{path} does not exist", headline=_NO_ESCROW)
    key = escrow.unlock(read_file(path), passphrase, exam.commitment)
    try:
        found = opened_with(entries, key)
    except EvidenceError as error:
        raise UsageError(error.detail, headline=error.headline) from error
    show_told(make_console(), told_by(found), language(), everything=True)
