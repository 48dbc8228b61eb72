"""`harness snapshot compare`: what is different between two kept snapshots of a vehicle."""

from pathlib import Path

import click

from harness.actions.changes import change
from harness.cli import wide
from harness.cli.base import argument, columns, command, language, say
from harness.devices.snapshot import Snapshot, parse_snapshot
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.devices.vehicle.snapshot import Change, changes, not_read
from harness.engine import names, wording
from harness.errors import UsageError
from harness.text import Text

_SORTS = {
    "undeclared": Text("未申报", "undeclared"),
    "noteworthy": Text("须查明原因", "needs a reason"),
    "new fault": Text("新增故障码", "new fault"),
    "again": Text("故障码再次出现", "set again"),
    "not compared": Text("缺少一方数据，未比较", "not compared"),
    "expected": Text("预期变化", "expected"),
    "cleared": Text("故障码已清除", "cleared"),
    "in use": Text("使用中的变化", "in use"),
}
_NONE = Text("没有差异。", "No difference.")
_TAKEN = Text("读取时间", "Taken")
_PARTIAL = Text("未完整读取的控制单元", "Units that were not read completely")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@command(
    "compare",
    about=Text(
        "列出同一车型两次整车快照的差异；有须处理的差异时退出码为 1。",
        "List what is different between two snapshots of a vehicle; exit code 1 when it matters.",
    ),
)
@argument("before", metavar="BEFORE", type=_FILE, about=Text("较早的快照", "The earlier snapshot"))
@argument("after", metavar="AFTER", type=_FILE, about=Text("较晚的快照", "The later snapshot"))
def compare(before: Path, after: Path) -> int:
    """Read both, refuse what was altered, and print the differences, what is bad first."""
    first, second = _read(before), _read(after)
    if first.profile != second.profile:
        raise UsageError(f"a snapshot is of another profile: {second.profile}")
    diagnostics = load_vehicle_profile(first.profile).diagnostics
    if diagnostics is None:
        raise UsageError(f"{before} is no snapshot of a device")
    found = changes(diagnostics, first, second)
    click.echo(f"{say(_TAKEN)}: {first.taken} → {second.taken}")
    if partial := not_read(first, second):
        click.echo(f"{say(_PARTIAL)}: {', '.join(partial)}")
    rows = [(say(_SORTS[one.sort]), _told(one, second)) for one in found]
    click.echo(wide.rows(rows, columns()) if rows else say(_NONE))
    return 1 if any(one.is_bad for one in found) else 0


def _read(path: Path) -> Snapshot:
    found = parse_snapshot(path.read_bytes(), str(path))
    if found.digest != found.sha256:
        raise UsageError(f"{path} was altered: its SHA-256 does not fit what stands in it")
    return found


def _told(one: Change, after: Snapshot) -> str:
    status = one.kind == "fault"
    old, new = (
        f"0x{value:02X}" if status and isinstance(value, int) else value
        for value in (one.before, one.after)
    )
    text = change(old, new, after.units.get(one.point))
    before, arrow, then = text.partition(" → ")
    of, spoken = one.point.rpartition(".")[2], language()
    shown = (wording.value(value, None, spoken, of) for value in (before, then))
    return f"{names.point(one.point, spoken)}: {arrow.join(shown)}"
