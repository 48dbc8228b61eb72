"""`harness profile`: a register map from a printed table to a first reading."""

import re
import tempfile
from pathlib import Path
from typing import Any

import click
import yaml

from harness.bench.load import load_bench
from harness.cli import wide
from harness.cli.base import argument, columns, command, option, say
from harness.cli.library import both
from harness.cli.options import json_option, print_json
from harness.cli.profile_template import template
from harness.devices.modbus.canonical import CANONICAL
from harness.devices.modbus.derived import Derived
from harness.devices.modbus.plan import Block, plan
from harness.devices.modbus.points import Condition, Link, Point, Profile, show_choices
from harness.devices.modbus.profile import load_profile
from harness.devices.modbus.profile_views import doubted_views
from harness.errors import UsageError
from harness.text import Text

_WRITTEN = Text(
    "已写出 {}；下一步: harness profile check {}", "Wrote {}; next: harness profile check {}"
)
_READS = Text("一次全读", "One reading")
_REQUESTS = Text(
    "{} 个请求读 {} 个数据点（逐点读取需 {} 个）", "{} requests for {} points (one by one: {})"
)
_UNIT = Text("站号 {} ", "unit {} ")
_SHARED = Text("通用数据点", "Shared points")
_OWN = Text("厂家自有", "The vendor's own")
_MADE = Text("合成数据点", "Derived")
_CONNECTORS = Text("接口数", "Connectors")
_VARIANTS = Text("变型", "Variants")
_variant_option = option(
    "--variant", metavar="NAME", about=Text("点表中的变型", "A variant that the map describes")
)
_SAFE = Text("安全停止", "Made safe by")
_NEVER = Text("未写明，因此不会启动充电", "not said, so charging is never started")
_KEPT = Text("断电保持的设置", "Kept without supply")
_LOST = Text("断电丢失的设置", "Lost without supply")
_LINK = Text("连接", "Link")
_CLIENTS = Text("最多 {} 个主站", "{} masters at most")
_IDLE = Text("空闲 {:g} s 后断开", "closed after {:g} s without a request")
_WATCHDOG = Text("看门狗", "Watchdog")
_DOUBTS = Text("存疑", "Doubts")
_NONE = Text("无", "none")
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_NO_WATCHDOG = Text("未写明，因此不会启动充电", "not said, so charging is not started")
_IS = {
    "is": Text("为", "is"),
    "is_not": Text("不为", "is not"),
    "at_least": Text("不小于", "is at least"),
    "below": Text("小于", "is below"),
}
_RECOVER = Text(
    "动作后须由人执行操作序列 {}（测试中不自动执行）",
    "after a trip a person carries out {} (no run does)",
)
_FED = {
    "any_request": Text("任何请求都可喂狗", "fed by any request"),
    "rewrite_point": Text("须重写 {}", "fed by writing {} again"),
    "write_point": Text("须写 {}", "fed by writing {}"),
}


@command(
    "new",
    about=Text(
        "写出一个可直接加载的点表模板，按说明逐行填写。不覆盖已有文件。",
        "Write a register map to fill in, which loads as it is. An existing file is kept.",
    ),
)
@argument("file", metavar="FILE", about=Text("新点表文件（.yaml）", "The new file (.yaml)"))
@option(
    "--kind",
    type=click.Choice(["pile", "meter"]),
    default="pile",
    about=Text("设备类别", "What kind of device"),
)
def new(file: str, kind: str) -> None:
    """Write a template. Raises UsageError."""
    path = Path(file)
    if not _KEBAB.match(path.stem):
        raise UsageError(
            f"{path.stem!r} is no name for a register map; expected one like shop-pile"
        )
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"{file!r} is no name for a register map; expected one ending in .yaml")
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(template(path.stem, kind))
    except FileExistsError as error:
        raise UsageError(f"{file} exists already; expected the name of a new file") from error
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error
    click.echo(say(_WRITTEN).format(file, file))


@command(
    "check",
    about=Text(
        "加载点表，显示读取方案、通用数据点、看门狗、安全停止方式和存疑之处。不连接设备。",
        "Load a register map and show how it is read, its shared points, watchdog, safe state and "
        "doubts. Nothing is connected.",
    ),
)
@argument("profile", metavar="FILE", about=Text("点表文件或名称", "A file, or a name"))
@_variant_option
@json_option
def check(profile: str, variant: str | None, as_json: bool) -> None:
    """Load a profile and say what it amounts to. Raises FileError, UnknownNameError."""
    found = load_profile(profile, beside=[Path()], variant=variant)
    points = [point for point in found.points.values() if point.readable]
    blocks = plan(points, found.rules)
    if as_json:
        print_json(_as_json(found, points, blocks))
    else:
        _show(found, points, blocks)


def doubts_of(profile: Profile) -> list[tuple[Point | Derived, str]]:
    """Points of low confidence and those about which sources disagree, with what is said."""
    found: list[tuple[Point | Derived, str]] = []
    for point in profile.described.values():
        if point.confidence == "low":
            found.append((point, point.note or "confidence: low"))
        found += [(point, f"{doubt.says} ({doubt.source})") for doubt in point.doubts]
    found += [(point, say(said)) for point, said in doubted_views(profile.points)]
    return found


def _show(profile: Profile, points: list[Point], blocks: list[Block]) -> None:
    click.echo(click.style(f"{profile.id}  ", bold=True) + say(profile.title))
    shared = [name for name in profile.points if name in CANONICAL]
    own = [name for name in profile.points if name not in CANONICAL]
    made = [f"{one.name} ← {', '.join(one.needs)}" for one in profile.derived.values()]
    reading = say(_REQUESTS).format(len(blocks), len(points), _one_by_one(points))
    safe = profile.safe_state
    proof = say(_NEVER)
    if safe is not None:
        proof = "; ".join(_condition(one, profile.points[one.point]) for one in safe.proof)
    pairs = [
        (say(_READS), reading),
        *((f"  {_place(block)}", ", ".join(p.name for p in block.points)) for block in blocks),
        (say(_SHARED), ", ".join(shared) or say(_NONE)),
        (say(_OWN), ", ".join(own) or say(_NONE)),
        *([(say(_MADE), "; ".join(made))] if made else []),
        *([(say(_CONNECTORS), str(profile.connectors))] if profile.connectors > 1 else []),
        *([(say(_VARIANTS), ", ".join(profile.variants))] if profile.variants else []),
        *((say(_LINK), _link(link)) for link in profile.links.values()),
        (say(_WATCHDOG), _watchdog(profile)),
        *(
            (say(words), ", ".join(names))
            for words, kept in ((_KEPT, True), (_LOST, False))
            if (names := [p.name for p in profile.points.values() if p.retentive is kept])
        ),
    ]
    if profile.kind == "pile":
        pairs.append((say(_SAFE), f"{safe.sequence}: {proof}" if safe is not None else proof))
    click.echo(wide.rows(pairs, columns(), by=0))
    doubts = doubts_of(profile)
    click.echo(click.style(f"{say(_DOUBTS)}: {len(doubts)}", fg="yellow" if doubts else "green"))
    if doubts:
        click.echo(wide.rows([(point.name, said) for point, said in doubts], columns()))


def _condition(condition: Condition, point: Point) -> str:
    values = show_choices(condition.values) + (f" {point.unit}" if point.unit else "")
    return f"{condition.point} {say(_IS[condition.op])} {values}"


def _one_by_one(points: list[Point]) -> int:
    return len({(point.unit_id, point.table, point.address, point.end) for point in points})


def _place(block: Block) -> str:
    unit = "" if block.unit_id is None else say(_UNIT).format(block.unit_id)
    last = block.address + block.count - 1
    return f"{unit}{block.table} {block.address}" + (f"-{last}" if block.count > 1 else "")


def _link(link: Link) -> str:
    line = f"{link.baudrate} {link.bytesize}{link.parity}{link.stopbits}" if link.baudrate else ""
    parts = [link.kind, line, "" if link.port is None else f"port {link.port}"]
    parts.append("" if link.unit is None else say(_UNIT).format(link.unit).strip())
    if link.clients is not None:
        parts.append(say(_CLIENTS).format(link.clients))
    if link.idle_close is not None:
        parts.append(say(_IDLE).format(link.idle_close))
    return " · ".join(part for part in parts if part)


def _watchdog(profile: Profile) -> str:
    guard = profile.watchdog
    if guard is None:
        return say(_NO_WATCHDOG if profile.kind == "pile" else _NONE)
    parts = [f"{guard.timeout:g} s", say(_FED[guard.fed_by]).format(guard.point)]
    if guard.recover is not None:
        parts.append(say(_RECOVER).format(guard.recover))
    return " · ".join(parts)


def _as_json(profile: Profile, points: list[Point], blocks: list[Block]) -> dict[str, Any]:
    return {
        "id": profile.id,
        "title": both(profile.title),
        "kind": profile.kind,
        "points": len(profile.points),
        "requests": [
            {
                "unit": block.unit_id,
                "table": block.table.value,
                "address": block.address,
                "count": block.count,
                "points": [point.name for point in block.points],
            }
            for block in blocks
        ],
        "requests_one_by_one": _one_by_one(points),
        "derived": {name: list(one.needs) for name, one in profile.derived.items()},
        "connectors": profile.connectors,
        "variants": list(profile.variants),
        "shared": [name for name in profile.points if name in CANONICAL],
        "watchdog": profile.watchdog.fed_by if profile.watchdog is not None else None,
        "safe_state": profile.safe_state.sequence if profile.safe_state is not None else None,
        "doubts": [{"point": point.name, "says": said} for point, said in doubts_of(profile)],
    }


@command(
    "probe",
    about=Text(
        "按点表读一遍真实设备，指出不符之处：拒绝、不合理的值、高低字颠倒等。只读不写。"
        "退出码同 bench probe。",
        "Read a device once by its register map and name what disagrees: refusals, implausible "
        "values, swapped words. Only reads. Exit codes as of bench probe.",
    ),
)
@argument("profile", metavar="FILE", about=Text("点表文件或名称", "A file, or a name"))
@option(
    "--modbus",
    "address",
    required=True,
    metavar="ADDRESS",
    about=Text(
        "tcp://主机:端口、rtu-over-tcp://主机:端口、rtu:串口 或 ascii:串口",
        "tcp://HOST:PORT, rtu-over-tcp://HOST:PORT, rtu:PORT or ascii:PORT",
    ),
)
@option(
    "--unit",
    type=click.IntRange(0, 255),
    about=Text("站号（缺省为点表所写）", "Unit id (default: as the map says)"),
)
@option("--baudrate", type=click.IntRange(300, 4_000_000), about=Text("波特率", "Baud rate"))
@_variant_option
@json_option
def probe(
    profile: str,
    *,
    address: str,
    unit: int | None,
    baudrate: int | None,
    variant: str | None,
    as_json: bool,
) -> int:
    """Probe one device without a bench file."""
    from harness.cli.probe import show_probe  # noqa: PLC0415 - the others do without

    found = load_profile(profile, beside=[Path()], variant=variant)
    connection = connection_of(address)
    if unit is not None:
        connection["unit"] = unit
    if baudrate is not None:
        connection["baudrate"] = baudrate
    device = {"profile": str(found.path.absolute()), "connection": connection}
    if variant is not None:
        device["variant"] = variant
    devices = {found.kind: device}
    with tempfile.TemporaryDirectory(prefix="harness-probe-") as folder:
        bench = Path(folder) / "probe.yaml"
        text = yaml.safe_dump({"bench": "probe", "devices": devices}, allow_unicode=True)
        bench.write_text(text, encoding="utf-8")
        return show_probe(load_bench(str(bench)), as_json=as_json)


def connection_of(address: str) -> dict[str, Any]:
    """The connection of a bench file for an address as `harness sim` prints it.

    Raises UsageError.
    """
    scheme, separator, rest = address.partition("://")
    host, colon, port = rest.rpartition(":")
    if separator and scheme in ("tcp", "rtu-over-tcp") and colon and host and port.isdecimal():
        connection: dict[str, Any] = {"modbus": scheme, "host": host.strip("[]"), "port": int(port)}
        return connection
    kind, _, place = address.partition(":")
    if kind in ("rtu", "ascii") and place and not separator:
        return {"modbus": kind, "port": place}
    raise UsageError(
        f"{address!r} is no address; expected tcp://HOST:PORT, rtu-over-tcp://HOST:PORT, rtu:PORT"
        " or ascii:PORT"
    )
