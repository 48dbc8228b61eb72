"""`harness watch`: live points of a bench. Reads only."""

import json
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table

from harness.bench.bench import Bench
from harness.bench.load import LoadedBench, load_bench
from harness.cli.base import argument, command, language, option, say
from harness.cli.session import make_console
from harness.clock import Clock, Deadline, run, sleep_until
from harness.devices.device import Device
from harness.engine import wording
from harness.errors import BenchError, DeviceError, UnknownNameError, UsageError
from harness.quantity import Measurement, Quality, parse_duration
from harness.text import Text
from harness.verdict import ExitCode

_POINT = Text("数据点", "Point")
_VALUE = Text("读数", "Value")
_NAME = Text("名称", "Name")
_FAILED = Text("读取失败", "reading failed")
_MORE = Text("另有 {} 个点（用 --point 选择）", "{} more (choose with --point)")
_OPENING = 30.0
_POLL = 10.0


@command(
    "watch",
    about=Text(
        "实时显示台架上的数据点；只读不写，按 Ctrl-C 结束。输出到管道时每次轮询一行 JSON。",
        "Show the points of a bench live. Reads only; Ctrl-C ends it. Into a pipe: one JSON line "
        "per poll.",
    ),
)
@argument("bench", metavar="BENCH", about=Text("台架文件，或 sim", "A bench file, or sim"))
@argument(
    "role",
    required=False,
    metavar="ROLE",
    about=Text("只看这一台设备（pile、meter、vehicle）", "Only this device (pile, meter, vehicle)"),
)
@option(
    "--count",
    type=click.IntRange(1),
    metavar="N",
    about=Text("轮询 N 次后结束", "End after N polls"),
)
@option(
    "--every",
    default="1 s",
    metavar="TIME",
    about=Text("轮询间隔（缺省 1 s）", "Time between polls (default 1 s)"),
)
@option(
    "--point",
    "points",
    multiple=True,
    metavar="NAME",
    about=Text("只看这些数据点，可重复", "Only these points; repeatable"),
)
def watch(
    *, bench: str, role: str | None, count: int | None, every: str, points: tuple[str, ...]
) -> int:
    """Poll the points of a bench until told to stop."""
    loaded = load_bench(bench)
    pause = parse_duration(every)
    if role is not None and role not in loaded.model.devices:
        raise UnknownNameError("device", role, list(loaded.model.devices))
    for name in points:
        if not any(name in loaded.points_of(role) for role in loaded.model.devices):
            known = sorted({one for role in loaded.model.devices for one in loaded.points_of(role)})
            raise UnknownNameError("point", name, known)
    vehicle = loaded.vehicle if points and role in (None, "vehicle") else None
    for name in points:
        if vehicle is not None and name in vehicle.points and vehicle.points[name].ecu:
            raise UsageError(f"{name} has to be asked for; expected a signal, watch only listens")
    try:
        run(lambda: _Watch(loaded, role, points).run(pause, count), virtual=False)
    except KeyboardInterrupt:
        return ExitCode.PASS  # the usual way to end it
    return ExitCode.PASS


class _Watch:
    """Polling one bench."""

    def __init__(self, loaded: LoadedBench, role: str | None, points: tuple[str, ...]) -> None:
        self._loaded = loaded
        self._role = role
        self._points = points
        self._console: Console = make_console()

    async def run(self, pause: float, count: int | None) -> None:
        clock = Clock(virtual=False)
        bench = Bench(
            self._loaded,
            seed=1,
            clock=clock,
            record=lambda _: 0,
            emit=lambda _: None,
            needed=None if self._role is None else [self._role],
            read_only=True,
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(bench.close)
            await bench.open(Deadline.after(_OPENING))
            if "vehicle" in bench.devices:
                await bench.switch_on()
            table = (
                stack.enter_context(Live(console=self._console, auto_refresh=False))
                if (self._console.is_terminal)
                else None
            )
            done = 0
            while count is None or done < count:
                next_at = clock.now().loop_time + pause
                polled = [
                    (device, await self._poll(device))
                    for name, device in bench.devices.items()
                    if self._role in (None, name)
                ]
                if table is not None:
                    table.update(self._table(polled), refresh=True)
                else:
                    self._line(clock, polled)
                done += 1
                if count is None or done < count:
                    await sleep_until(next_at)

    async def _poll(self, device: Device) -> dict[str, Measurement] | str:
        names = [name for name in (self._points or device.profile.shown) if device.has(name)]
        if not names:
            return {}
        try:
            return await device.read(names, Deadline.after(_POLL))
        except (BenchError, DeviceError) as error:
            detail = wording.reason(error.detail).get(language())
            return f"{error.headline.get(language())}: {detail}"

    def _line(
        self, clock: Clock, polled: list[tuple[Device, dict[str, Measurement] | str]]
    ) -> None:
        row: dict[str, Any] = {"utc": clock.now().utc.isoformat(), "t": round(clock.elapsed(), 3)}
        for device, found in polled:
            if isinstance(found, str):
                row[device.role] = {"error": found}
            else:
                row[device.role] = {name: _plain(one) for name, one in found.items()}
        click.echo(json.dumps(row))
        sys.stdout.flush()

    def _table(self, polled: list[tuple[Device, dict[str, Measurement] | str]]) -> Table:
        table = Table(box=None, pad_edge=False, show_edge=False)
        for title in (_POINT, _NAME, _VALUE):
            table.add_column(say(title), no_wrap=True)
        for device, found in polled:
            if isinstance(found, str):
                table.add_row(device.role, say(_FAILED), found, style="red")
                continue
            for row in self._rows(device, found):
                table.add_row(*row)
        return table

    def _rows(
        self, device: Device, found: dict[str, Measurement]
    ) -> Iterator[tuple[str, str, str]]:
        # More rows than the terminal has would scroll; the first ones are the important ones.
        room = max(5, self._console.height - 4)
        for name, one in list(found.items())[:room]:
            title = device.profile.described[name].title
            shown = title.get(language()) if title is not None else wording.point(name, language())
            yield f"{device.role}.{name}", shown, wording.measurement(one, language())
        if len(found) > room:
            yield "…", say(_MORE).format(len(found) - room), ""


def _plain(one: Measurement) -> Any:
    if one.quality is Quality.GOOD:
        return msgspec.to_builtins(one.value)
    return {"value": one.value, "raw": one.raw, "quality": one.quality.value}
