"""What the live simulators have in common: their options, their event log, the bench file."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import click

from harness.bench.instruments import Instrument
from harness.bench.load import SIMULATED, load_bench
from harness.bench.simulated import seeded_faults
from harness.cli.base import option, say
from harness.clock import Clock
from harness.errors import UnknownNameError, UsageError
from harness.quantity import Value
from harness.text import Text

STOP = Text("按 Ctrl-C 结束", "Ctrl-C ends it")
_FILL_IN = Text(
    "请在 instruments 中填写所用仪表的编号、不确定度和校准有效期（calibration_due），"
    "否则仪表读数得不出结论；不是模拟仪表的，删去 simulated",
    "fill in the id, uncertainty and calibration_due of the instruments that are used, or their "
    "readings come to no verdict; take out simulated where an instrument is real",
)
CAN_ADDRESS = Text(
    "CAN 服务地址 slcan://HOST:PORT 或 pty；端口 0 为任选",
    "CAN address: slcan://HOST:PORT or pty; port 0 takes any",
)


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that every simulator has."""
    for add in reversed(
        (
            option(
                "--seed",
                type=click.IntRange(0, 2**32 - 1),
                default=1,
                about=Text("随机种子（缺省 1）", "Random seed (default 1)"),
            ),
            option(
                "--fault",
                "faults",
                multiple=True,
                metavar="NAME",
                about=Text("注入故障，可重复", "Seed a fault; repeatable"),
            ),
            option(
                "--events",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                about=Text(
                    "把物理事件逐行追加为 JSON（接触器、CP、告警等）",
                    "Append physical events as JSON lines (contactor, CP, alarms …)",
                ),
            ),
        )
    ):
        function = add(function)
    return function


write_bench_option: Callable[[Any], Any] = option(
    "--write-bench",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    about=Text(
        "写出可用于 harness run --live 的台架文件", "Write a bench file for harness run --live"
    ),
)


def check_faults(names: tuple[str, ...]) -> None:
    """Raises UnknownNameError for a fault that does not exist."""
    known = seeded_faults()
    for name in names:
        if name not in known:
            raise UnknownNameError("fault", name, list(known))


def open_log(path: Path) -> TextIO:
    """The file for events, to be appended to. Raises UsageError."""
    try:
        return path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def logger(log: TextIO, clock: Clock) -> Callable[[float, str, Value], None]:
    """Writes each physical event with the loop's monotonic time and the wall time."""

    def note(t: float, name: str, value: Value) -> None:
        moment = clock.start.utc + timedelta(seconds=t)
        row = {
            "t": round(t, 6),
            "loop": round(clock.start.loop_time + t, 6),
            "wall": round(moment.timestamp(), 6),
            "utc": moment.isoformat(),
            "name": name,
            "value": value,
        }
        log.write(json.dumps(row, ensure_ascii=False) + "\n")

    return note


def write_bench(path: Path, devices: Mapping[str, str]) -> None:
    """Write a bench file and say what is still to be filled in; `devices` are role -> its line.

    The hand instruments of the built-in bench are listed, but for what only their owner knows.
    Raises UsageError.
    """
    lines = ["bench: simulated-live", "devices:", *(f"  {r}: {d}" for r, d in devices.items())]
    lines += ["instruments:", *(f"  # {text}" for text in (_FILL_IN.zh, _FILL_IN.en))]
    for name, tool in load_bench(SIMULATED).model.instruments.items():
        lines += _instrument(name, tool)
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    click.echo(f"{path}: {say(_FILL_IN)}", err=True)


def _instrument(name: str, tool: Instrument) -> list[str]:
    """An instrument in a bench file, with a place for the date of its calibration."""
    lines = [f"  {name}:", f"    type: {tool.type}"]
    if tool.title is not None:
        lines.append(f"    title: {{zh: {tool.title.zh}, en: {tool.title.en}}}")
    if tool.resolution is not None:
        lines.append(f"    resolution: {tool.resolution}")
    if tool.uncertainty is not None:
        lines.append(f"    uncertainty: {tool.uncertainty}")
    return [*lines, "    # calibration_due: YYYY-MM-DD", "    simulated: true"]


def modbus_device(
    profile: str,
    address: str,
    faults: Mapping[str, str] | None = None,
    *,
    variant: str | None = None,
) -> str:
    """The line of a Modbus device in a bench file; `faults` are an injector's."""
    kind, _, place = address.partition(":")
    if kind in ("rtu", "ascii"):
        connection = f"{{modbus: {kind}, port: {place}}}"
    else:
        host, _, port = place.removeprefix("//").rpartition(":")
        connection = f"{{modbus: {kind}, host: {host}, port: {port}}}"
    wired = ", ".join(f"{fault}: {relay}" for fault, relay in (faults or {}).items())
    more = f", faults: {{{wired}}}" if wired else ""
    which = f"{profile}, variant: {variant}" if variant is not None else profile
    return f"{{profile: {which}, simulated: true, connection: {connection}{more}}}"


def scpi_device(profile: str, visa: str) -> str:
    """The line of a load or a source in a bench file."""
    return f'{{profile: {profile}, simulated: true, connection: {{visa: "{visa}"}}}}'


def vehicle_device(profile: str, addresses: Mapping[str, str]) -> str:
    """The line of a vehicle in a bench file; `addresses` by bus, "" for one adapter for all."""
    shown = {bus: _can_connection(address) for bus, address in addresses.items()}
    if "" in shown:
        return f"{{profile: {profile}, simulated: true, connection: {shown['']}}}"
    buses = ", ".join(f"{bus}: {connection}" for bus, connection in shown.items())
    return f"{{profile: {profile}, simulated: true, connections: {{{buses}}}}}"


def _can_connection(address: str) -> str:
    channel = address.removeprefix("slcan://")
    if channel != address:
        channel = f"socket://{channel}"
    return f'{{can: slcan, channel: "{channel}", bitrate: 500000}}'
