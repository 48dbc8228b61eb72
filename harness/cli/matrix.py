"""`harness matrix`: which check finds which fault."""

import sys

import click

from harness.cli import wide
from harness.cli.base import columns, command, option, say
from harness.cli.options import json_option, print_json
from harness.engine.matrix import HEALTHY_SEEDS, FaultRow, Matrix, compute_matrix
from harness.engine.wording import VERDICTS
from harness.text import Text

_HEALTHY = Text("正常台架运行 {} 次，误报 {} 次", "{} healthy runs, {} false alarms")
_FOUND = Text("{} / {} 个故障由规定的步骤检出", "{} of {} faults found by exactly the right steps")
_EXPECTED = Text("应检出", "expected")
_FAILED = Text("实际", "failed")
_NAMED = Text("应诊断为 {}，实际 {}", "to be named {}, named {}")
_UNFIT = Text("该点表缺少所需点、未运行的流程", "Procedures that need points which this map lacks")
_NEVER = Text("从未被任何故障触发的检验", "Checks that no fault ever fails")
_NONE = Text("无", "none")


@command(
    "matrix",
    about=Text(
        "在模拟台架上（虚拟时间）先以多个种子运行正常设备，再逐个注入故障，核对每个故障由哪些"
        "步骤检出。全部相符且无误报时退出码为 0，否则为 1。",
        "Run the simulated bench in virtual time, healthy with many seeds and then with every "
        "fault, and compare which steps find it. Exit code 0 when all agree and nothing alarms "
        "falsely, else 1.",
    ),
)
@option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME",
    about=Text("只计算这些故障，可重复", "Only these faults; repeatable"),
)
@option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=HEALTHY_SEEDS,
    about=Text("正常设备运行的种子数（缺省 20）", "Healthy runs, each its own seed (default 20)"),
)
@option(
    "--procedure",
    "procedures",
    multiple=True,
    metavar="ID",
    about=Text("只计算这些程序，可重复", "Only these procedures; repeatable"),
)
@option(
    "--pile-profile",
    metavar="NAME",
    about=Text("换成这种点表的桩，只做正常运行", "Pile of this profile instead; healthy runs only"),
)
@option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    about=Text("并行的进程数（缺省 1）", "Processes that share the work (default 1)"),
)
@json_option
def matrix(
    *,
    faults: tuple[str, ...],
    seeds: int,
    procedures: tuple[str, ...],
    pile_profile: str | None,
    jobs: int,
    as_json: bool,
) -> int:
    """Compute the matrix and print it."""
    found = compute_matrix(
        faults,
        procedures=procedures,
        seeds=seeds,
        pile_profile=pile_profile,
        jobs=jobs,
        tell=_tell if sys.stderr.isatty() else _silent,
    )
    if sys.stderr.isatty():
        _tell("")
    if as_json:
        print_json(found.to_json())
    else:
        _show(found)
    return 0 if found.holds else 1


def _tell(what: str) -> None:
    click.echo(f"\r{wide.pad(wide.cut(what, 70), 70)}\r", err=True, nl=False)


def _silent(what: str) -> None:
    pass


def _show(found: Matrix) -> None:
    click.echo(say(_HEALTHY).format(found.healthy_runs, len(found.alarms)))
    for alarm in found.alarms:
        word = say(VERDICTS[alarm.verdict])
        click.echo(f"  {alarm.procedure}::{alarm.step} ({alarm.seed}): {word}")
    if found.unfit:
        click.echo(wide.indent(f"{say(_UNFIT)}: {', '.join(found.unfit)}", columns(), 0))
    if not found.faults:
        return
    right = sum(row.as_expected for row in found.faults)
    click.echo(say(_FOUND).format(right, len(found.faults)))
    pairs = [(row.fault, _row(row)) for row in found.faults]
    click.echo(wide.rows(pairs, columns()))
    names = ", ".join(found.never_failed) or say(_NONE)
    click.echo(wide.indent(f"{say(_NEVER)}: {names}", columns(), 0))


def _row(row: FaultRow) -> str:
    if row.as_expected:
        return f"✓ {row.procedure}: {', '.join(row.failed) or say(_NONE)}"
    expected = f"{say(_EXPECTED)} {', '.join(row.expected) or say(_NONE)}"
    failed = f"{say(_FAILED)} {', '.join(row.failed) or say(_NONE)}"
    named = ""
    if row.diagnosis is not None and row.named != row.diagnosis:
        named = "; " + say(_NAMED).format(row.diagnosis, row.named or say(_NONE))
    return f"✗ {row.procedure}: {expected}; {failed}{named}"
