"""What the simulators with a car have in common: its buses, its key, and the hands of a person.

What somebody would do at the car, or at the pile beside it, is written to standard input, one
thing on a line.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

import click

from harness.bench.simulated import ServedSide
from harness.cli.base import option
from harness.cli.serving import CAN_ADDRESS, check_faults
from harness.errors import HarnessError, UsageError
from harness.text import Text

HANDS = Text(
    "逐行输入要做的事，例如 make-ready、low-beam-on、fault tyre-soft、clear tyre-soft",
    "Type what to do, one on a line: make-ready, low-beam-on, fault tyre-soft, clear tyre-soft",
)
HANDS_AT_BOTH = Text(
    "逐行输入要做的事，例如 connect-vehicle、switch-off、disconnect-vehicle、press-emergency-stop",
    "Type what to do, one on a line: connect-vehicle, switch-off, disconnect-vehicle, "
    "press-emergency-stop",
)
_KEYS = {"off": "switch-off", "on": "switch-on", "ready": "make-ready"}


def car_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--bus` and `--key`."""
    for add in reversed(
        (
            option(
                "--bus",
                "buses",
                multiple=True,
                metavar="NAME=ADDRESS",
                about=Text(
                    "单独提供一条总线：powertrain、chassis、body、adas；可重复。" + CAN_ADDRESS.zh,
                    "One bus of its own: powertrain, chassis, body, adas; repeatable. "
                    + CAN_ADDRESS.en,
                ),
            ),
            option(
                "--key",
                type=click.Choice(list(_KEYS)),
                default="on",
                about=Text("电源挡位（缺省 on）", "Position of the key (default on)"),
            ),
        )
    ):
        function = add(function)
    return function


def wanted_buses(address: str | None, buses: Sequence[str]) -> list[tuple[str, str]]:
    """Bus and address; "" is all of them, as at the diagnostic connector. Raises UsageError."""
    wanted = [_split(text) for text in buses]
    if len(dict(wanted)) < len(wanted):
        raise UsageError("a bus is named twice; expected each --bus once")
    if address is not None:
        wanted.insert(0, ("", address))
    return wanted


def _split(text: str) -> tuple[str, str]:
    name, sign, address = text.partition("=")
    if not (name and sign and address):
        raise UsageError(f"{text!r} is no bus; expected NAME=ADDRESS")
    return name, address


async def serve_car(
    simulated: ServedSide,
    wanted: Sequence[tuple[str, str]],
    key: str,
    *,
    told: Callable[[str, str], None],
) -> dict[str, str]:
    """Serve the buses of the car, and turn its key; bus -> address. `told` is told each of them.

    Raises UsageError, UnknownNameError, ConnectionFailedError.
    """
    served: dict[str, str] = {}
    for bus, where in wanted:
        served[bus] = await simulated.serve_can(bus, where)
        told(bus, served[bus])
    await simulated.act(_KEYS[key])
    return served


async def obey(simulated: ServedSide) -> None:
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
