"""`harness can monitor`: what is going on on the buses of a vehicle. Sends nothing."""

import json
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text as Line

from harness.bench.bench import Bench
from harness.bench.load import LoadedBench, load_bench
from harness.bench.lock import BenchLock
from harness.cli.base import argument, command, option, say
from harness.cli.session import make_console
from harness.clock import Clock, Deadline, run
from harness.devices.can.connection import CanConnection
from harness.devices.can.specs import format_id
from harness.devices.vehicle.attached import AttachedBus
from harness.devices.vehicle.device import VehicleDevice
from harness.devices.vehicle.profile import VehicleProfile, profile_of_databases
from harness.errors import UnknownNameError, UsageError
from harness.quantity import parse_duration
from harness.text import Text
from harness.verdict import ExitCode

_DATA = Text("数据", "Data")
_COLUMNS = (
    Text("总线", "Bus"),
    Text("标识符", "Id"),
    Text("报文", "Message"),
    Text("帧数", "Frames"),
    Text("周期 ms", "Period ms"),
    _DATA,
    Text("信号", "Signals"),
)
_MORE = Text("另有 {} 条报文（用 --message 选择）", "{} more messages (choose with --message)")
_OPENING = 30.0
_SIGNALS = 4
_ROOM_FOR_FOOT = 6
_ROOM_FOR_DATA = 100
"""Columns of a terminal below which the signals need the place of the raw data."""


@command(
    "monitor",
    about=Text(
        "实时显示总线上的报文、周期与信号；只听不发，按 Ctrl-C 结束。给出台架文件，"
        "或用 --can、--channel、--database 直接连接。输出到管道时每次刷新一行 JSON。",
        "Show messages, periods and signals of the buses live. Listens only; Ctrl-C ends it. Give "
        "a bench file, or connect directly with --can, --channel and --database. Into a pipe: one "
        "JSON line per refresh.",
    ),
)
@argument(
    "bench", required=False, metavar="BENCH", about=Text("台架文件或 sim", "Bench file, or sim")
)
@option(
    "--can", "interface", metavar="NAME", about=Text("python-can 接口名", "python-can interface")
)
@option("--channel", metavar="NAME", about=Text("通道", "Channel of the interface"))
@option(
    "--bitrate",
    type=click.IntRange(5_000, 1_000_000),
    default=500_000,
    about=Text("波特率（缺省 500000）", "Bit rate (default 500000)"),
)
@option(
    "--database",
    "databases",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    about=Text("DBC 文件，可重复", "A DBC file; repeatable"),
)
@option(
    "--message",
    "messages",
    multiple=True,
    metavar="NAME",
    about=Text("只看这些报文，可重复", "Only these messages; repeatable"),
)
@option(
    "--count",
    type=click.IntRange(1),
    metavar="N",
    about=Text("刷新 N 次后结束", "End after N refreshes"),
)
@option(
    "--every",
    default="1 s",
    metavar="TIME",
    about=Text("刷新间隔（缺省 1 s）", "Time between refreshes (default 1 s)"),
)
def monitor(
    *,
    bench: str | None,
    interface: str | None,
    channel: str | None,
    bitrate: int,
    databases: tuple[Path, ...],
    messages: tuple[str, ...],
    count: int | None,
    every: str,
) -> int:
    """Listen and show until told to stop."""
    pause = parse_duration(every)
    if (bench is None) == (interface is None):
        what = "nothing to listen to is named" if bench is None else "a bench and --can are named"
        raise UsageError(f"{what}; expected either a bench, or --can with --channel and --database")
    if bench is not None and (channel is not None or databases):
        raise UsageError("--channel and --database go with --can; a bench file says both itself")
    loaded = load_bench(bench) if bench is not None else None
    connection = None
    if loaded is not None:
        if loaded.vehicle is None:
            raise UsageError(f"the bench {loaded.id} has no vehicle; expected one with a vehicle")
        loaded.check_adapters()
        profile = loaded.vehicle
    else:
        connection = _direct(interface or "", channel, bitrate, databases)
        profile = profile_of_databases("direct", databases, None)
    known = [
        name for parts in profile.databases.values() for part in parts for name in part.by_name
    ]
    for name in messages:
        if name not in known:
            raise UnknownNameError("message", name, known)
    show = _Monitor(messages, pause, count)
    try:
        run(lambda: _listen(show, loaded, profile, connection), virtual=False)
    except KeyboardInterrupt:
        return ExitCode.PASS  # the usual way to end it
    return ExitCode.PASS


def _direct(
    interface: str, channel: str | None, bitrate: int, databases: tuple[Path, ...]
) -> CanConnection:
    """The adapter that the options name. Raises UsageError."""
    if not databases:
        raise UsageError("--can needs at least one --database")
    for path in databases:
        if not path.is_file():
            raise UsageError(f"there is no file {path}; expected a DBC file")
    try:
        return CanConnection(can=interface, channel=channel, bitrate=bitrate)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"--can {interface!r}: {said}") from error


async def _listen(
    show: "_Monitor",
    loaded: LoadedBench | None,
    profile: VehicleProfile,
    connection: CanConnection | None,
) -> None:
    clock = Clock(virtual=False)
    async with AsyncExitStack() as stack:
        if loaded is not None:
            bench = Bench(
                loaded,
                seed=1,
                clock=clock,
                record=lambda _: 0,
                emit=lambda _: None,
                needed=["vehicle"],
                read_only=True,
            )
            stack.push_async_callback(bench.close)
            await bench.open(Deadline.after(_OPENING))
            await bench.switch_on()
            vehicle = bench.vehicle
        else:
            assert connection is not None
            if connection.is_adapter:
                lock = BenchLock()
                lock.take(connection.key())
                stack.callback(lock.release)
            vehicle = VehicleDevice(
                "vehicle",
                profile,
                connection,
                clock=clock,
                emit=lambda _: None,
                simulated=False,
                read_only=True,
            )
            stack.push_async_callback(vehicle.close)
            await vehicle.open(Deadline.after(_OPENING))
        await show.run(vehicle, clock)


class _Monitor:
    """The display of one vehicle."""

    def __init__(self, messages: tuple[str, ...], pause: float, count: int | None) -> None:
        self._messages = messages
        self._pause = pause
        self._count = count
        self._console: Console = make_console()

    async def run(self, vehicle: VehicleDevice, clock: Clock) -> None:
        """Refresh until the count is reached."""
        with _Display(self._console) as live:
            done = 0
            while self._count is None or done < self._count:
                next_at = clock.now().loop_time + self._pause
                await vehicle.listen(next_at)
                if live is not None:
                    live.update(self._table(vehicle), refresh=True)
                else:
                    click.echo(json.dumps(self._row(vehicle, clock), ensure_ascii=False))
                    sys.stdout.flush()
                done += 1

    def _shown(self, bus: AttachedBus) -> Iterator[Any]:
        for name, state in bus.monitor.states.items():
            if state.count and (not self._messages or name in self._messages):
                yield state

    def _table(self, vehicle: VehicleDevice) -> Group:
        table = Table(box=None, pad_edge=False, show_edge=False, expand=True)
        narrow = self._console.width < _ROOM_FOR_DATA
        for title in _COLUMNS:
            if narrow and title is _DATA:
                continue
            # What is too long is cut off at the signals, which come last.
            ratio = 1 if title is _COLUMNS[-1] else None
            table.add_column(say(title), no_wrap=True, ratio=ratio, overflow="ellipsis")
        rows = [(bus, state) for bus in vehicle.attached.values() for state in self._shown(bus)]
        room = max(5, self._console.height - _ROOM_FOR_FOOT - len(vehicle.attached))
        for bus, state in rows[:room]:
            period = state.period_mean
            cells = [
                bus.name,
                format_id(*state.spec.id),
                state.spec.name,
                str(state.count),
                "" if period is None else f"{1000 * period:.1f}",
            ]
            cells += [] if narrow else [state.message.data.hex(" ").upper()]
            cells.append(_signals(bus, state.spec.name))
            table.add_row(*cells, style="red" if state.flaws else None)
        # Below the table: a long line inside would take the width from its columns.
        feet = [Line(f"{bus.name}: {_foot(bus)}", "dim") for bus in vehicle.attached.values()]
        if len(rows) > room:
            feet.insert(0, Line(f"… {say(_MORE).format(len(rows) - room)}"))
        return Group(table, *feet)

    def _row(self, vehicle: VehicleDevice, clock: Clock) -> dict[str, Any]:
        row: dict[str, Any] = {"utc": clock.now().utc.isoformat(), "t": round(clock.elapsed(), 3)}
        for bus in vehicle.attached.values():
            tallies = bus.tallies()
            row[bus.name] = {
                "received": tallies.received,
                "error_frames": _error_frames(bus),
                "unknown": tallies.unknown,
                "undecodable": tallies.undecodable,
                "load": tallies.load_mean,
                "silent": bus.monitor.silent_nodes(),
                "messages": {
                    state.spec.name: {
                        "count": state.count,
                        "data": state.message.data.hex(),
                        "signals": {
                            signal.name: bus.monitor.read(f"{state.spec.name}.{signal.name}").value
                            for signal in state.spec.signals
                        },
                    }
                    for state in self._shown(bus)
                },
            }
        return row


class _Display:
    """A live display on a terminal; None into a pipe."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> Live | None:
        return self._live.__enter__() if self._live is not None else None

    def __exit__(self, *error: Any) -> None:
        if self._live is not None:
            self._live.__exit__(*error)


def _signals(bus: AttachedBus, message: str) -> str:
    spec = bus.database.message(message)
    shown: list[str] = []
    for signal in spec.signals[:_SIGNALS]:
        reading = bus.monitor.read(f"{message}.{signal.name}")
        value = f"{reading.value:g}" if isinstance(reading.value, float) else str(reading.value)
        unit = f" {reading.unit}" if reading.unit and reading.is_good else ""
        shown.append(f"{signal.name}={value}{unit}")
    return "  ".join(shown) + ("  …" if len(spec.signals) > _SIGNALS else "")


_FOOT = Text(
    "收到 {} · 错误帧 {} · 未知 {} · 负载率 {} · 静默 {}",
    "received {} · error frames {} · unknown {} · load {} · silent {}",
)
_NONE = Text("无", "none")


_UNREPORTED = Text("不上报", "not reported")


def _error_frames(bus: AttachedBus) -> int | None:
    """None where none came that the adapter would not have told of."""
    count = bus.tallies().error_frames
    return None if not count and bus.bus.silent_on_errors else count


def _foot(bus: AttachedBus) -> str:
    tallies = bus.tallies()
    load = "?" if tallies.load_mean is None else f"{100 * tallies.load_mean:.0f} %"
    silent = ", ".join(bus.monitor.silent_nodes()) or say(_NONE)
    unknown = ", ".join(tallies.unknown) or say(_NONE)
    errors = _error_frames(bus)
    shown = say(_UNREPORTED) if errors is None else errors
    return say(_FOOT).format(tallies.received, shown, unknown, load, silent)
