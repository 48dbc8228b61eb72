"""`harness bench probe`: is everything there, and does it answer as its profile says?"""

import sys
from typing import Any

import click
import msgspec

from harness.bench.findings import BenchProbe, DeviceProbe, Finding
from harness.bench.load import LoadedBench, load_bench
from harness.bench.probe import probe_bench
from harness.cli import wide
from harness.cli.base import argument, columns, command, language, option, say
from harness.cli.library import both
from harness.cli.options import json_option, print_json
from harness.clock import Clock, run
from harness.engine import names, wording
from harness.engine.prepare import check_faults
from harness.quantity import Measurement
from harness.text import Language, Text

_REACHED = Text("已连通", "reached")
_NOT_REACHED = Text("未连通", "NOT REACHED")
_IDENTITY = Text("身份", "Identity")
_AGREE = Text("（{} 个控制单元一致）", " ({} control units agree)")
_OTHER = Text("{}：{}", "{}: {}")
_COMMA = Text("，", ", ")
_BETWEEN = Text("；", "; ")
_POINTS = Text("数据点", "Points")
_READ = Text("读到 {} 个，其中 {} 个不可用", "{} read, {} of them not usable")
_NOT_OFFERED = Text("本机没有", "Not offered")
_DO = Text("处理", "Do")
_FINE = Text("未发现问题", "Nothing wrong was found")
_COUNT = Text("发现 {} 个问题", "{} problem(s) found")


@command(
    "probe",
    about=Text(
        "逐台打开台架上的设备，辨认身份，把每个可读数据点读一遍，指出问题：串口不存在或被占用、"
        "设备无应答（并在其他地址和波特率下查找）、CRC 错误、读数不可信、高低字颠倒等。只读不写。"
        "退出码：0 正常；3 有问题；4 有设备未连通。",
        "Open every device of a bench, identify it, read every readable point once and name what "
        "is wrong: port missing or in use, no reply (then other unit ids and baud rates are "
        "tried), CRC errors, implausible values, swapped words. Only reads. Exit code: 0 fine; "
        "3 findings; 4 a device is not reachable.",
    ),
)
@argument("bench", metavar="FILE", about=Text("台架文件（或 sim）", "A bench file, or sim"))
@option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME",
    about=Text("给本进程内的模拟设备注入故障", "Seed a fault into devices simulated here"),
)
@json_option
def probe(bench: str, faults: tuple[str, ...], as_json: bool) -> int:
    """Probe a bench and show what was found."""
    loaded = load_bench(bench)
    check_faults(loaded, faults, loaded.simulated_inside, energise=False)
    for role, entry in loaded.model.devices.items():
        if entry.modbus is not None:
            entry.modbus.complete(loaded.profiles[role])  # complaints come before power
    return show_probe(loaded, faults, as_json=as_json)


def show_probe(loaded: LoadedBench, faults: tuple[str, ...] = (), *, as_json: bool) -> int:
    """Probe, show what was found, and say it by the exit code."""
    show = sys.stderr.isatty() and not as_json
    found = _run(loaded, faults, show=show)
    if show:
        _tell("")
    if as_json:
        print_json(_as_json(found))
    else:
        _show(found)
    return found.exit_code


def _run(loaded: LoadedBench, faults: tuple[str, ...], *, show: bool) -> BenchProbe:
    # Nothing but simulators inside this process: no reason to wait for them in real time.
    virtual = set(loaded.simulated_inside) == set(loaded.model.devices)

    async def main() -> BenchProbe:
        clock = Clock(virtual=virtual)
        return await probe_bench(
            loaded, clock, faults=faults, tell=_tell if show else lambda _: None
        )

    return run(main, virtual=virtual)


def _tell(what: str) -> None:
    click.echo(f"\r{wide.pad(wide.cut(what, 70), 70)}\r", err=True, nl=False)


def _show(found: BenchProbe) -> None:
    for device in found.devices:
        state = _REACHED if device.reachable else _NOT_REACHED
        click.echo(
            click.style(f"{device.role}: ", bold=True)
            + f"{say(device.profile.title)} [{device.profile.id}] · {device.connection} · "
            + click.style(say(state), fg="green" if device.reachable else "red")
        )
        pairs: list[tuple[str, str]] = []
        if device.identity:
            pairs.append((say(_IDENTITY), identity_shown(device, language())))
        if device.readings:
            usable = sum(one.value is not None for one in device.readings)
            total = len(device.readings)
            pairs.append((say(_POINTS), say(_READ).format(total, total - usable)))
        if device.not_offered:
            pairs.append((say(_NOT_OFFERED), ", ".join(device.not_offered)))
        if pairs:
            click.echo(wide.rows(pairs, columns()))
        for finding in device.findings:
            _show_finding(finding)
    problems = sum(len(device.problems) for device in found.devices)
    words = say(_COUNT).format(problems) if problems else say(_FINE)
    click.echo(click.style(words, fg="yellow" if problems else "green", bold=True))


def identity_shown(device: DeviceProbe, language: Language) -> str:
    """Who a device says it is; what all its control units agree on is said once."""
    comma = _COMMA.get(language)
    by_did: dict[str, list[Measurement]] = {}
    for one in device.identity:
        by_did.setdefault(one.name.rpartition(".")[2], []).append(one)
    several = any(len(found) > 1 for found in by_did.values())
    return (
        (_BETWEEN if several else _COMMA)
        .get(language)
        .join(
            _of_units(did, found, language)
            if len(found) > 1 and (did == "vin" or len({str(one.value) for one in found}) == 1)
            else comma.join(
                f"{wording.quantity(one, language)} {wording.measurement(one, language)}"
                for one in found
            )
            for did, found in by_did.items()
        )
    )


def _of_units(did: str, found: list[Measurement], language: Language) -> str:
    """What most control units say, and which of them say something else."""
    said = {one.name.rpartition(".")[0]: wording.measurement(one, language) for one in found}
    values = list(said.values())
    usual = max(values, key=values.count)
    agree = _AGREE.get(language).format(values.count(usual)) if values.count(usual) > 1 else ""
    parts = [f"{wording.point(did, language)} {usual}{agree}"]
    parts += [
        _OTHER.get(language).format(names.unit(unit), one)
        for unit, one in said.items()
        if one != usual
    ]
    return _COMMA.get(language).join(parts)


def _show_finding(finding: Finding) -> None:
    sign = "✗" if finding.severity == "problem" else "·"
    colour = "red" if finding.severity == "problem" else None
    first, *rest = wide.wrap(f"{say(finding.what)} [{finding.code}]", columns() - 4)
    click.echo("  " + click.style(f"{sign} {first}", fg=colour))
    for line in rest:
        click.echo("    " + click.style(line, fg=colour))
    click.echo(wide.indent(f"{say(_DO)}: {say(finding.do)}", columns(), 4))


def _as_json(found: BenchProbe) -> dict[str, Any]:
    return {
        "bench": found.bench,
        "exit_code": found.exit_code,
        "devices": [
            {
                "id": device.role,
                "profile": device.profile.id,
                "connection": device.connection,
                "reachable": device.reachable,
                "points": [
                    {
                        "id": one.name,
                        "value": one.value,
                        "unit": one.unit,
                        "raw": one.raw,
                        "quality": one.quality.value,
                    }
                    for one in device.readings
                ],
                "identity": {one.name: msgspec.to_builtins(one.value) for one in device.identity},
                "not_offered": device.not_offered,
                "findings": [
                    {
                        "id": finding.code,
                        "point": finding.point or None,
                        "severity": finding.severity,
                        "what": both(finding.what),
                        "do": both(finding.do),
                    }
                    for finding in device.findings
                ],
            }
            for device in found.devices
        ],
    }
