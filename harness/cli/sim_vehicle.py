"""`harness sim vehicle`: a whole car on CAN, for any program that talks to an adapter.

The served addresses come first, one on a line, so that scripts can read them. What somebody would
do at the car is written to standard input, one thing on a line.
"""

import asyncio
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread

import click

from harness.bench.simulated import CAR, ServedSide
from harness.cli.base import command, option, say
from harness.cli.serving import (
    CAN_ADDRESS,
    STOP,
    check_faults,
    common,
    logger,
    open_log,
    vehicle_device,
    write_bench_option,
)
from harness.cli.serving import write_bench as write_file
from harness.clock import Clock, run
from harness.errors import HarnessError, UsageError
from harness.text import Text
from harness.verdict import ExitCode

_DEFAULT = "slcan://127.0.0.1:5030"
_HINT = Text(
    "第三方程序：python-can 用 interface=slcan、channel=socket://{}",
    "Other programs: with python-can interface=slcan, channel=socket://{}",
)
_HANDS = Text(
    "逐行输入要做的事，例如 make-ready、low-beam-on、fault tyre-soft、clear tyre-soft",
    "Type what to do, one on a line: make-ready, low-beam-on, fault tyre-soft, clear tyre-soft",
)
_KEYS = {"off": "switch-off", "on": "switch-on", "ready": "make-ready"}


@command(
    "vehicle",
    about=Text(
        "模拟一辆纯电动共享汽车：四条 CAN 总线、二十个控制单元、UDS 与 OBD 诊断。"
        "先输出服务地址，每行一个；标准输入逐行接受操作。",
        "Simulate a battery-electric shared car: four CAN buses, twenty control units, UDS and "
        "OBD. The served addresses come first, one on a line; standard input takes what is to be "
        "done at the car.",
    ),
)
@option(
    "--can",
    "address",
    metavar="ADDRESS",
    about=Text(
        f"诊断接口处的全部总线（缺省 {_DEFAULT}）。",
        f"All buses, as at the diagnostic connector (default {_DEFAULT}).",
    ),
)
@option(
    "--bus",
    "buses",
    multiple=True,
    metavar="NAME=ADDRESS",
    about=Text(
        "单独提供一条总线：powertrain、chassis、body、adas；可重复。" + CAN_ADDRESS.zh,
        "One bus of its own: powertrain, chassis, body, adas; repeatable. " + CAN_ADDRESS.en,
    ),
)
@option(
    "--key",
    type=click.Choice(list(_KEYS)),
    default="on",
    about=Text("电源挡位（缺省 on）", "Position of the key (default on)"),
)
@common
@write_bench_option
def vehicle(
    *,
    address: str | None,
    buses: tuple[str, ...],
    key: str,
    seed: int,
    faults: tuple[str, ...],
    events: Path | None,
    write_bench: Path | None,
) -> int:
    """Serve a car."""
    check_faults(faults)
    wanted = [_split(text) for text in buses]
    if len(dict(wanted)) < len(wanted):
        raise UsageError("a bus is named twice; expected each --bus once")
    if address is not None or not wanted:
        wanted.insert(0, ("", address or _DEFAULT))
    with ExitStack() as stack:
        log = stack.enter_context(open_log(events)) if events is not None else None

        async def main() -> None:
            clock = Clock(virtual=False)
            simulated = ServedSide(None, None, seed=seed, clock=clock, car=True)
            if log is not None:
                simulated.watch(logger(log, clock))
            served: dict[str, str] = {}
            try:
                for bus, where in wanted:
                    served[bus] = await simulated.serve_can(bus, where)
                    click.echo(f"{bus} {served[bus]}".strip())
                await simulated.act(_KEYS[key])
                for name in faults:
                    simulated.set_fault(name, on=True)
                if write_bench is not None:
                    write_file(write_bench, {"vehicle": vehicle_device(CAR, served)})
                sys.stdout.flush()
                place = next(iter(served.values())).removeprefix("slcan://")
                click.echo(say(_HINT).format(place), err=True)
                click.echo(say(_HANDS), err=True)
                click.echo(say(STOP), err=True)
                await asyncio.gather(_obey(simulated), simulated.until_it_fails())
            finally:
                await simulated.stop()

        with suppress(KeyboardInterrupt):  # the usual way to end it
            run(main, virtual=False)
    return ExitCode.PASS


def _split(text: str) -> tuple[str, str]:
    name, sign, address = text.partition("=")
    if not (name and sign and address):
        raise UsageError(f"{text!r} is no bus; expected NAME=ADDRESS")
    return name, address


async def _obey(simulated: ServedSide) -> None:
    """Do what standard input says, line by line; when it ends, go on until Ctrl-C."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    # A thread, because standard input cannot be awaited on every system; a daemon, because
    # nothing ends a read that waits for a person.
    Thread(target=_read_lines, args=(loop, lines), daemon=True, name="hands").start()
    while True:
        line = await lines.get()
        try:
            click.echo(await _do(simulated, line))
        except HarnessError as error:
            click.echo(error.detail, err=True)
        sys.stdout.flush()


def _read_lines(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str]") -> None:
    for line in sys.stdin:
        if line.strip():
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(lines.put_nowait, line.strip())


async def _do(simulated: ServedSide, line: str) -> str:
    verb, _, rest = line.partition(" ")
    if verb in ("fault", "clear"):
        check_faults((rest.strip(),))
        simulated.set_fault(rest.strip(), on=verb == "fault")
        return f"{line}: ok"
    return await simulated.act(line)
