"""`harness demo`: what the harness does, shown on the simulated bench in a few seconds."""

from pathlib import Path

import click

from harness.bench.simulated import SeededFault, seeded_faults
from harness.cli import wide
from harness.cli.base import columns, command, language, option, own_program, say
from harness.cli.session import Shown, make_console, perform
from harness.clock import real_now
from harness.engine.prepare import check_folder, default_folder, prepare
from harness.text import Text
from harness.verdict import ExitCode, Verdict

PROCEDURES = ("PILE-INSP-01", "VEH-INSP-01")
_PREFERRED = {"PILE-INSP-01": "supply-undervoltage", "VEH-INSP-01": "low-beam-left-burnt"}
_HEALTHY = Text("一、正常的充电桩和车辆", "1. A healthy pile and a healthy car")
_FAULTY = Text("二、同一台架，注入故障：{}", "2. The same bench with seeded faults: {}")
_AS_EXPECTED = Text(
    "演示完成：正常的桩和车全部合格，故障由规定的步骤检出。",
    "Done: the healthy pile and car passed, and the faults were found by the steps that should "
    "find them.",
)
_NOT_AS_EXPECTED = Text("演示结果与预期不符", "The demonstration did not come out as it should")
_PRACTISE = Text(
    "练习查找隐藏故障：\n  {} exam start pile-fault-complaint --candidate K-1 --practice",
    "To practise finding a hidden fault:\n"
    "  {} exam start pile-fault-complaint --candidate K-1 --practice",
)
_NEXT = Text(
    "在浏览器中打开报告；核验证据：\n  {} evidence verify {}",
    "Open the reports in a browser. To verify the evidence:\n  {} evidence verify {}",
)


@command(
    "demo",
    about=Text(
        "在模拟台架上对充电桩和车辆各做日常检查两次：一次正常，一次带故障，并给出报告位置。",
        "Inspect a pile and a car on the simulated bench, once healthy and once with seeded "
        "faults, and say where the reports are.",
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
    faults = [_fault_for(procedure) for procedure in PROCEDURES]
    console = make_console()
    console.print(f"== {say(_HEALTHY)} ==", style="bold")
    sound = prepare(PROCEDURES, folder=above / "healthy")
    healthy = perform(sound, language(), console=console, quiet=True)
    titles = ", ".join(say(fault.title) for fault in faults)
    console.print(f"\n== {say(_FAULTY).format(titles)} ==", style="bold")
    names = [fault.name for fault in faults]
    broken = prepare(PROCEDURES, folder=above / "faulty", faults=names)
    faulty = perform(broken, language(), console=console)
    expected = {
        (procedure, step)
        for fault in faults
        for procedure in PROCEDURES
        for step in fault.expects.get(procedure, ())
    }
    right = healthy.run_code == ExitCode.PASS and _failed(faulty) == expected
    words = say(_AS_EXPECTED if right else _NOT_AS_EXPECTED)
    click.echo("\n" + click.style(wide.indent(words, columns(), 0), bold=True))
    program = own_program()
    click.echo(say(_NEXT).format(program, above / "faulty"))
    click.echo(say(_PRACTISE).format(program))
    if right and (healthy.troubles or faulty.troubles):
        return ExitCode.BENCH
    return ExitCode.PASS if right else ExitCode.FAIL


def _fault_for(procedure: str) -> SeededFault:
    """The fault that shows best what this procedure finds."""
    faults = seeded_faults()
    preferred = faults.get(_PREFERRED[procedure])
    if preferred is not None and preferred.expects.get(procedure):
        return preferred
    return next(fault for fault in faults.values() if fault.expects.get(procedure))


def _failed(shown: Shown) -> set[tuple[str, str]]:
    steps = shown.digest.with_verdict(Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
    return {(step.started.procedure, step.started.step) for step in steps}
