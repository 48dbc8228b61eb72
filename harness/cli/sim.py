"""`harness sim`: live simulators for any third-party client.

The served addresses come first, one on a line, so that scripts can read them.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import click

from harness.bench.load import SIMULATED, load_bench
from harness.bench.simulated import ServedSide, seeded_faults
from harness.cli.base import command, option, say
from harness.clock import Clock, run
from harness.devices.modbus.profile import Profile, load_profile
from harness.errors import UnknownNameError, UsageError
from harness.quantity import Value
from harness.text import Text
from harness.verdict import ExitCode

_ADDRESS = Text(
    "服务地址 tcp://HOST:PORT、rtu-over-tcp://HOST:PORT 或 rtu:PORT；端口 0 为任选",
    "Address: tcp://HOST:PORT, rtu-over-tcp://HOST:PORT or rtu:PORT; port 0 takes any",
)
_STOP = Text("按 Ctrl-C 结束", "Ctrl-C ends it")
_METER = "eastron-sdm630"


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that both simulators have."""
    for add in reversed(
        (
            option(
                "--profile",
                metavar="NAME",
                about=Text("充电桩点表（缺省为内置 AC 桩）", "Profile of the pile"),
            ),
            option("--modbus", default="tcp://127.0.0.1:5020", metavar="ADDRESS", about=_ADDRESS),
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
                "--vehicle",
                type=click.Choice(["connected", "none"]),
                default="none",
                about=Text("车辆是否已插枪（缺省 none）", "Is a vehicle plugged in (default none)"),
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


@command(
    "pile",
    about=Text(
        "模拟一台交流充电桩，通过 Modbus 供任意客户端读写。第一行输出服务地址。",
        "Simulate one AC charging pile on Modbus for any client. The served address is the first "
        "line of output.",
    ),
)
@_common
def pile(*, modbus: str, **options: Any) -> int:
    """Serve a pile."""
    return _serve([("pile", modbus)], meter=None, **options)


@command(
    "bench",
    about=Text(
        "模拟整个台架：充电桩和参考电能表接在同一电路上。每台设备输出一行服务地址。",
        "Simulate a whole bench: a pile and a reference meter on one circuit. One line with the "
        "served address for each device.",
    ),
)
@_common
@option("--meter-modbus", default="tcp://127.0.0.1:5021", metavar="ADDRESS", about=_ADDRESS)
@option(
    "--meter-profile",
    default=_METER,
    metavar="NAME",
    about=Text("参考电能表点表", "Profile of the reference meter"),
)
@option(
    "--write-bench",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    about=Text(
        "写出可用于 harness run --live 的台架文件", "Write a bench file for harness run --live"
    ),
)
def bench(
    *,
    modbus: str,
    meter_modbus: str,
    meter_profile: str,
    write_bench: Path | None,
    **options: Any,
) -> int:
    """Serve a pile and a meter."""
    meter = _profile(meter_profile, "meter")
    roles = [("pile", modbus), ("meter", meter_modbus)]
    return _serve(roles, meter=meter, write_bench=write_bench, **options)


def _serve(
    roles: Sequence[tuple[str, str]],
    *,
    profile: str | None,
    meter: Profile | None,
    seed: int,
    faults: tuple[str, ...],
    vehicle: str,
    events: Path | None,
    write_bench: Path | None = None,
) -> int:
    served = _profile(profile or load_bench(SIMULATED).profiles["pile"].id, "pile")
    known = seeded_faults()
    for name in faults:
        if name not in known:
            raise UnknownNameError("fault", name, list(known))
    with ExitStack() as stack:
        log = stack.enter_context(_open_log(events)) if events is not None else None

        async def main() -> None:
            clock = Clock(virtual=False)
            simulated = ServedSide(served, meter, seed=seed, clock=clock)
            if log is not None:
                simulated.watch(_logger(log, clock))
            addresses: dict[str, str] = {}
            try:
                for role, address in roles:
                    addresses[role] = await simulated.serve(role, address)
                    line = addresses[role] if len(roles) == 1 else f"{role} {addresses[role]}"
                    click.echo(line)
                if vehicle == "connected":
                    await simulated.plug_in()
                for name in faults:
                    simulated.set_fault(name, on=True)
                if write_bench is not None:
                    _write(write_bench, _bench_file(served, meter, addresses))
                click.echo(say(_STOP), err=True)
                await asyncio.get_running_loop().create_future()  # until Ctrl-C
            finally:
                await simulated.stop()

        with suppress(KeyboardInterrupt):  # the usual way to end it
            run(main, virtual=False)
    return ExitCode.PASS


def _profile(name: str, kind: str) -> Profile:
    found = load_profile(name)
    if found.kind != kind:
        raise UsageError(f"the profile {name} is that of a {found.kind}; expected a {kind}")
    return found


def _open_log(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _logger(log: TextIO, clock: Clock) -> Callable[[float, str, Value], None]:
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


def _bench_file(pile: Profile, meter: Profile | None, addresses: dict[str, str]) -> str:
    lines = ["bench: simulated-live", "devices:"]
    for role, address in addresses.items():
        profile = pile.id if role == "pile" or meter is None else meter.id
        kind, _, place = address.partition(":")
        if kind == "rtu":
            connection = f"{{modbus: rtu, port: {place}}}"
        else:
            host, _, port = place.removeprefix("//").rpartition(":")
            connection = f"{{modbus: {kind}, host: {host}, port: {port}}}"
        lines.append(f"  {role}: {{profile: {profile}, simulated: true, connection: {connection}}}")
    return "\n".join(lines) + "\n"
