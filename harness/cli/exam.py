"""`harness exam start`: a candidate works; what is hidden stays hidden until the end."""

from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from harness.assess.desk import TimeLeft
from harness.assess.escrow import read_passphrase
from harness.assess.exam import Exam, prepare_exam
from harness.assess.explain import tell
from harness.cli.base import argument, command, language, option, own_program, say
from harness.cli.exam_told import show_told
from harness.cli.progress import Progress
from harness.cli.session import make_console, require_key
from harness.cli.wide import hang
from harness.clock import real_now
from harness.engine import wording
from harness.engine.digest import RunDigest
from harness.engine.prepare import default_folder
from harness.engine.run import execute
from harness.events import Answered, Asked, ClockNoted, Event, RunEnded, StepEnded, StepStarted
from harness.text import Text
from harness.verdict import Ending, ExitCode, Verdict

_HEAD = Text("考试：{}    考生代号：{}    时间 {:g} 分钟", "Exam: {}    candidate {}    {:g} min")
_PRACTICE = Text(
    "练习：{}    考生代号：{}    时间 {:g} 分钟", "Practice: {}    candidate {}    {:g} min"
)
_ORDER = Text("工单", "Work order")
_TOOLS = Text(
    "任何提示处都可使用工具；输入“帮助”查看。“交卷”结束，“stop”中止。",
    "Tools work at every prompt: type `help`. `hand-in` ends the exam, `stop` aborts it.",
)
_NOT_RUN = Text("未进行：{}", "passed over: {}")
_OVER = Text("考试结束，记录已封存：{}", "The exam is over. The record is sealed: {}")
_NOT_SEALED = Text(
    "考试结束，记录未能封存：{}", "The exam is over. The record could not be sealed: {}"
)
_NEXT = Text(
    "查看评分：\n  {} score {}\n生成网页报告：\n  {} evidence report {}",
    "The marks:\n  {} score {}\nA report for the browser:\n  {} evidence report {}",
)
_PHASES = {
    "working": Text("计时中", "The clock runs"),
    "overtime": Text("时间到，进入超时", "Time is over: overtime runs"),
    "referee_pause": Text("裁判暂停计时", "A referee stopped the clock"),
    "technical_stop": Text("技术暂停", "Technical stop"),
}


@command(
    "start",
    about=Text(
        "开始一场考试或练习。考生只用代号。故障由抽签决定，结束前任何人无法得知。"
        "退出码：0 考试结束并已封存；2 用法或文件有误；4 台架或程序故障；130 人为中止。",
        "Begin an exam or practice. Candidates have codes, never names. What is in the bench is "
        "drawn by lot and known to nobody before the end. Exit code: 0 over and sealed; 2 wrong "
        "usage or file; 4 the bench or the harness failed; 130 aborted.",
    ),
)
@argument("scenario", metavar="SCENARIO", about=Text("场景编号或文件", "Id or file of a scenario"))
@option(
    "--candidate",
    required=True,
    metavar="CODE",
    about=Text("考生代号，如 K-017；不得使用姓名", "Code of the candidate, like K-017; no name"),
)
@option(
    "--practice",
    is_flag=True,
    about=Text(
        "练习：有提示（计次），结束后讲解", "Practice: hints (counted), explained afterwards"
    ),
)
@option(
    "--case",
    "case",
    metavar="ID",
    about=Text("指定情形（仅练习或脚本）", "Choose the case (practice or script only)"),
)
@option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    about=Text("指定随机种子（仅练习或脚本）", "Choose the seed (practice or script only)"),
)
@option(
    "--script",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("由脚本代替考生（模拟时间）", "A script instead of a candidate (virtual time)"),
)
@option(
    "--bench",
    metavar="FILE|sim",
    about=Text("台架；缺省由场景指定", "Bench; by default the one that the scenario names"),
)
@option(
    "--live",
    is_flag=True,
    about=Text("打开实际连接（接有真实设备时必须）", "Open real connections (real devices)"),
)
@option(
    "--allow-energise",
    is_flag=True,
    about=Text("放行会使真实充电枪通电的步骤", "Release steps that put mains on a real plug"),
)
@option(
    "--allow-motion",
    is_flag=True,
    about=Text("放行会使真实车辆动作的步骤", "Release steps that move a real vehicle"),
)
@option(
    "--escrow-passphrase-file",
    "escrow",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text(
        "考评员口令文件：考试中断时可凭口令启封",
        "Assessors' passphrase: opens an exam that was cut off",
    ),
)
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    about=Text("证据文件夹（新建或空）", "Folder of this exam, new or empty"),
)
def start(
    *,
    scenario: str,
    candidate: str,
    practice: bool,
    case: str | None,
    seed: int | None,
    script: Path | None,
    bench: str | None,
    live: bool,
    allow_energise: bool,
    allow_motion: bool,
    escrow: Path | None,
    out: Path | None,
) -> int:
    """Check everything, seat the candidate, run, seal; in practice, explain."""
    exam = prepare_exam(
        scenario,
        candidate,
        folder=out or default_folder([f"exam-{candidate.replace('.', '-')}"], real_now()),
        practice=practice,
        case=case,
        seed=seed,
        script=script,
        bench=bench,
        live=live,
        energise=allow_energise,
        motion=allow_motion,
        passphrase=read_passphrase(escrow) if escrow is not None else None,
        language=language(),
    )
    require_key()
    return _hold(exam)


def _hold(exam: Exam) -> int:
    console = make_console()
    model, attendant = exam.scenario.model, exam.attendant
    head = _PRACTICE if attendant.practice else _HEAD
    title = model.title.get(language())
    console.print(say(head).format(title, attendant.candidate, model.minutes), style="bold")
    order = at_the_width_of(console, lambda text: console.print(text, soft_wrap=True))
    order(f"{say(_ORDER)}: {model.order.get(language())}")
    tools = at_the_width_of(console, lambda text: console.print(text, soft_wrap=True, style="dim"))
    tools(say(_TOOLS))
    digest = RunDigest()
    groups = {
        plan.procedure.id: {group.id: group.title for group in plan.procedure.model.groups}
        for plan in exam.request.plans
    }
    with Progress(console, language(), groups, digest=digest, spin=exam.request.live) as progress:
        if exam.request.operator is None:
            exam.seat(language(), at_the_width_of(console, progress.show))
        watch = _Watch(exam, progress)
        result = execute(exam.request, [digest, watch])
    if digest.ended is not None and digest.ended.headline is not None:
        console.print(say(digest.ended.headline), style="yellow", soft_wrap=True)
    text = _OVER if result.sealed else _NOT_SEALED
    console.print(say(text).format(result.folder), style="bold", soft_wrap=True)
    if attendant.practice:
        show_told(console, tell(result.folder), language())
        if result.sealed:
            console.print(say(_NEXT).format(*[own_program(), result.folder] * 2), soft_wrap=True)
    exam.check_script()
    if not result.sealed or result.ending is Ending.LOST:
        return ExitCode.BENCH
    return ExitCode.ABORTED if result.ending is Ending.ABORTED else ExitCode.PASS


def at_the_width_of(console: Console, show: Callable[[str], None]) -> Callable[[str], None]:
    """Lines broken where words end, for a terminal; a pipe gets each of them as it is."""

    def shown(text: str) -> None:
        lines = hang(text, console.width) if console.is_terminal else [text]
        for line in lines:
            show(line)

    return shown


class _Watch:
    """Shows the steps as they begin, with the time that is left; never what they come to.

    In practice it also says why a step is passed over.
    """

    def __init__(self, exam: Exam, progress: Progress) -> None:
        self._exam = exam
        self._progress = progress
        self._left_out = {step for plan in exam.request.plans for step in plan.deselected}
        self._titles = {
            step.model.id: step.model.title for plan in exam.request.plans for step in plan.steps
        }
        # In an exam the reason could tell what the device did; then it is on record only.
        self._practice = exam.attendant.practice
        self._numbers = exam.attendant.numbers
        self._over = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, Asked | StepEnded | ClockNoted | RunEnded):
            self._progress.idle()
        self._tell(event)
        if isinstance(event, StepStarted | Answered) and not self._over:
            self._progress.working()

    def _tell(self, event: Event) -> None:
        match event:
            case StepStarted() if event.step not in self._left_out and not self._over:
                clock = self._exam.attendant.clock
                left = TimeLeft.of(clock.left, language()) if clock is not None else ""
                number = self._numbers.get(event.step, event.number)
                self._progress.show(
                    f"{number:>3} {event.title.get(language())}    [{left}]", "bold"
                )
            case StepEnded(verdict=Verdict.NOT_RUN) if self._practice and not self._over:
                if event.step not in self._left_out:
                    why = wording.reason_with_steps(event.reason, self._titles)
                    self._progress.show(f"  {say(_NOT_RUN).format(why.get(language()))}", "yellow")
            case ClockNoted(phase="ended"):
                self._over = True
            case ClockNoted() if event.phase in _PHASES:
                self._progress.show(f"  {say(_PHASES[event.phase])}", "yellow")
            case _:
                pass
