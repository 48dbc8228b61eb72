"""`harness demo`: what the harness does, shown on the simulated bench in a few seconds."""

import sys
from pathlib import Path
from shutil import which

import click

from harness.bench.simulated import seeded_faults
from harness.cli import wide
from harness.cli.base import columns, command, language, option, say
from harness.cli.session import Shown, make_console, perform
from harness.clock import real_now
from harness.engine.prepare import check_folder, default_folder, prepare
from harness.text import Text
from harness.verdict import ExitCode, Verdict

PROCEDURE = "PILE-INSP-01"
_PREFERRED = ("supply-undervoltage",)
_HEALTHY = Text("一、正常的充电桩", "1. A healthy pile")
_FAULTY = Text("二、同一台桩，注入故障：{}", "2. The same pile with a seeded fault: {}")
_AS_EXPECTED = Text(
    "演示完成：正常的桩全部合格，故障由规定的步骤检出。",
    "Done: the healthy pile passed, and the fault was found by the steps that should find it.",
)
_NOT_AS_EXPECTED = Text("演示结果与预期不符", "The demonstration did not come out as it should")
_NEXT = Text(
    "在浏览器中打开报告；核验证据：\n  {} evidence verify {}",
    "Open the reports in a browser. To verify the evidence:\n  {} evidence verify {}",
)


@command(
    "demo",
    about=Text(
        "在模拟台架上运行充电桩日常巡检两次：一次正常，一次带故障，并给出报告位置。",
        "Run the pile inspection twice on the simulated bench, healthy and with a seeded fault, "
        "and say where the reports are.",
    ),
)
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    about=Text("存放两次运行的文件夹；缺省 runs/demo-<时间>", "Folder for both runs"),
)
def demo(out: Path | None) -> int:
    """A healthy run and a faulty one."""
    above = out or default_folder(["demo"], real_now())
    check_folder(above)
    faults = seeded_faults()
    name = next(
        (name for name in _PREFERRED if name in faults),
        next(name for name, fault in faults.items() if fault.expects.get(PROCEDURE)),
    )
    console = make_console()
    console.print(f"== {say(_HEALTHY)} ==", style="bold")
    healthy = perform(prepare([PROCEDURE], folder=above / "healthy"), language(), console=console)
    console.print(f"\n== {say(_FAULTY).format(say(faults[name].title))} ==", style="bold")
    faulty = perform(
        prepare([PROCEDURE], folder=above / name, faults=[name]), language(), console=console
    )
    expected = set(faults[name].expects[PROCEDURE])
    right = healthy.run_code == ExitCode.PASS and _failed(faulty) == expected
    words = say(_AS_EXPECTED if right else _NOT_AS_EXPECTED)
    click.echo("\n" + click.style(wide.indent(words, columns(), 0), bold=True))
    # In a checkout the command is not on the PATH: show the one that was called.
    program = "harness" if which("harness") else sys.argv[0]
    click.echo(say(_NEXT).format(program, above / name))
    if right and (healthy.troubles or faulty.troubles):
        return ExitCode.BENCH
    return ExitCode.PASS if right else ExitCode.FAIL


def _failed(shown: Shown) -> set[str]:
    steps = shown.digest.with_verdict(Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
    return {step.started.step for step in steps}
