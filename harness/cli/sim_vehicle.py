"""`harness sim vehicle`: a whole car on CAN, for any program that talks to an adapter.

The served addresses come first, one on a line, so that scripts can read them. What somebody would
do at the car is written to standard input, one thing on a line.
"""

import asyncio
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from harness.bench.simulated import CAR, ServedSide
from harness.cli.base import command, option, say
from harness.cli.serving import (
    STOP,
    check_faults,
    common,
    logger,
    open_log,
    vehicle_device,
    write_bench_option,
)
from harness.cli.serving import write_bench as write_file
from harness.cli.sim_car import HANDS, car_options, obey, serve_car, wanted_buses
from harness.clock import Clock, run
from harness.pauses import no_long_pauses
from harness.text import Text
from harness.verdict import ExitCode

_DEFAULT = "slcan://127.0.0.1:5030"
_HINT = Text(
    "第三方程序：python-can 用 interface=slcan、channel=socket://{}",
    "Other programs: with python-can interface=slcan, channel=socket://{}",
)


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
@car_options
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
    wanted = wanted_buses(address if buses else address or _DEFAULT, buses)
    with ExitStack() as stack:
        log = stack.enter_context(open_log(events)) if events is not None else None

        async def main() -> None:
            clock = Clock(virtual=False)
            simulated = ServedSide(None, None, seed=seed, clock=clock, car=True)
            if log is not None:
                simulated.watch(logger(log, clock))
            try:
                served = await serve_car(
                    simulated,
                    wanted,
                    key,
                    told=lambda bus, at: click.echo(f"{bus} {at}".strip()),
                )
                for name in faults:
                    simulated.set_fault(name, on=True)
                if write_bench is not None:
                    write_file(write_bench, {"vehicle": vehicle_device(CAR, served)})
                sys.stdout.flush()
                stack.enter_context(no_long_pauses())
                place = next(iter(served.values())).removeprefix("slcan://")
                click.echo(say(_HINT).format(place), err=True)
                click.echo(say(HANDS), err=True)
                click.echo(say(STOP), err=True)
                await asyncio.gather(obey(simulated), simulated.until_it_fails())
            finally:
                await simulated.stop()

        with suppress(KeyboardInterrupt):  # the usual way to end it
            run(main, virtual=False)
    return ExitCode.PASS
