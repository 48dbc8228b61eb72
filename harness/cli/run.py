"""`harness run`: procedures on a bench."""

import sys
from pathlib import Path

import click

from harness.cli.announce import announce
from harness.cli.base import argument, command, language, option
from harness.cli.progress import Progress
from harness.cli.session import make_console, perform
from harness.clock import real_now
from harness.devices.operator.absent import AbsentOperator
from harness.devices.operator.terminal import TerminalOperator
from harness.engine.prepare import default_folder, prepare
from harness.text import Text


@command(
    "run",
    about=Text(
        "在台架上执行流程。退出码：0 全部合格；1 有不合格；2 用法或文件有误（未打开任何设备）；"
        "3 无法判定或未全部执行；4 台架或程序故障；130 人为中止。",
        "Run procedures on a bench. Exit code: 0 all pass; 1 a device verdict is fail; 2 wrong "
        "usage or file (nothing was opened); 3 inconclusive or not everything run; 4 the bench or "
        "the harness failed; 130 aborted.",
    ),
)
@argument(
    "procedures",
    nargs=-1,
    required=True,
    metavar="PROCEDURE...",
    about=Text("流程编号或流程文件", "Id or file of a procedure"),
)
@option(
    "--bench",
    default="sim",
    metavar="FILE|sim",
    about=Text("台架文件；缺省为内置模拟台架 sim", "Bench file; by default the simulated bench"),
)
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    about=Text(
        "本次运行的证据文件夹（新建或空）；缺省 runs/<流程>-<时间>",
        "Folder of this run, new or empty; by default runs/<procedure>-<time>",
    ),
)
@option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    about=Text("模拟的随机种子（缺省 1）", "Seed of the simulation (default 1)"),
)
@option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME",
    about=Text("在模拟台架上注入故障，可重复", "Seed a fault on the simulated bench; repeatable"),
)
@option(
    "--answers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("由文件代替人员作答", "Answers from a file instead of a person"),
)
@option(
    "--live",
    is_flag=True,
    about=Text(
        "按真实时间运行并打开实际连接（接有真实设备时必须）",
        "Run in real time and open real connections (needed for real devices)",
    ),
)
@option(
    "--operator",
    "operator_name",
    default="",
    metavar="CODE",
    about=Text("操作员代号，写入记录", "Code of the operator, for the record"),
)
@option(
    "--allow-energise",
    is_flag=True,
    about=Text("放行会使充电枪通电的步骤", "Release the steps that put mains on the plug"),
)
@option(
    "--allow-motion",
    is_flag=True,
    about=Text(
        "放行会使转向、制动、车轮动作的步骤",
        "Release the steps that move steering, brakes or wheels",
    ),
)
@option(
    "--read-only",
    is_flag=True,
    about=Text(
        "只读：不向任何 CAN 总线发送一帧，需要发送的步骤不执行",
        "Send not one frame on any CAN bus; steps that would have to are not run",
    ),
)
@option(
    "--step",
    "steps",
    multiple=True,
    metavar="ID",
    about=Text("只执行这些步骤，可重复", "Run only these steps; repeatable"),
)
@option(
    "--pile-profile",
    metavar="NAME",
    about=Text("模拟台架上充电桩的点表", "Profile of the pile on the simulated bench"),
)
@option("--quiet", is_flag=True, about=Text("不显示逐步进度", "No line for every step"))
def run(
    *,
    procedures: tuple[str, ...],
    bench: str,
    out: Path | None,
    seed: int,
    faults: tuple[str, ...],
    answers: Path | None,
    live: bool,
    operator_name: str,
    allow_energise: bool,
    allow_motion: bool,
    read_only: bool,
    steps: tuple[str, ...],
    pile_profile: str | None,
    quiet: bool,
) -> int:
    """Check everything, then run."""
    request = prepare(
        procedures,
        bench,
        folder=out or default_folder(procedures, real_now()),
        seed=seed,
        faults=faults,
        answers=answers,
        live=live,
        operator_name=operator_name,
        selected=steps or None,
        energise=allow_energise,
        motion=allow_motion,
        pile_profile=pile_profile,
        read_only=read_only,
    )
    console = make_console()
    if live:
        console.print(
            announce(
                request.plans,
                request.bench,
                released=allow_energise,
                motion=allow_motion,
                read_only=read_only,
            )
        )

    def give_operator(progress: Progress) -> None:
        if request.operator is not None or not live:
            return  # a file answers, or the technician of the simulated bench
        if sys.stdin.isatty():
            request.operator = TerminalOperator(language(), operator_name, progress.show)
        else:
            request.operator = AbsentOperator()

    shown = perform(request, language(), quiet=quiet, console=console, before=give_operator)
    return shown.exit_code
