"""A small vehicle on a bus in memory, with profile and bench files; and runs with a whole car.

`MiniCar` sends the messages of `good.dbc` in their cycles, well or badly, and has one control unit
that answers by script. `tamper` lets a run of the simulated bench do something to its car.
"""

import asyncio
import itertools
import shutil
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import can
from benchkit import Outcome, write_procedure
from can_help import SlcanAdapter, frame
from diag_help import SMALL, ScriptedServer, Wire

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.clock import Clock, Deadline, loop_time, run
from harness.devices.can.checks import Protection
from harness.devices.can.codec import codec_of
from harness.devices.can.connection import CanConnection
from harness.devices.can.database import Database, load_database
from harness.devices.can.memory import OnFrame, offer_hub, withdraw_hub
from harness.devices.vehicle.device import VehicleDevice
from harness.devices.vehicle.profile import VehicleProfile, load_vehicle_profile
from harness.engine.prepare import prepare
from harness.engine.run import RunRequest, execute
from harness.events import Event
from harness.evidence.read import read_journal
from harness.quantity import Scalar
from harness.text import Text
from simulators.bench import SimulatedBench
from simulators.car_bench import CarBench

T = TypeVar("T")
DBC = Path(__file__).parent / "data" / "can"
_names = itertools.count()

HEAD = """\
profile: mini
kind: vehicle
title: {zh: 小车, en: Small car}
vendor: Example
model: M
confidence: high
sources: [made for tests]
"""
PROFILE = (
    HEAD
    + """\
buses:
  powertrain: {database: good.dbc}
diagnostics: {description: small.diagnostics.yaml, bus: powertrain}
points:
  soc: {signal: BMS_Status.BMS_Soc, title: {zh: 荷电状态, en: State of charge}}
  temperature: {signal: BMS_Status.BMS_Temp}
  insulation: {signal: BMS_Status.BMS_Insulation}
  state: {signal: BMS_Status.BMS_State}
  speed: {signal: VCU_Torque.VCU_Speed}
  mode: {signal: VCU_Torque.VCU_Mode}
  cell_0: {signal: BMS_Cells.BMS_Cell00}
  cell_2: {signal: BMS_Cells.BMS_Cell02}
  event: {signal: VCU_Event.VCU_EventCode}
  vin: {did: bms.vin}
"""
)
VIN = "0EVE60AB9SA000123"


def write_profile(folder: Path, text: str = PROFILE, name: str = "mini.yaml") -> Path:
    """A profile with its database and its diagnostic description beside it."""
    shutil.copy(DBC / "good.dbc", folder)
    shutil.copy(SMALL, folder)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_bench(folder: Path, devices: str, more: str = "", name: str = "bench.yaml") -> Path:
    """A bench file; `devices` are the lines below `devices:`."""
    path = folder / name
    path.write_text(f"bench: lab\n{more}devices:\n{devices}", encoding="utf-8")
    return path


class MiniCar:
    """VCU and BMS of `good.dbc` on one bus, as a hub. What the tester sends is in `heard`."""

    def __init__(self, database: Database | None = None) -> None:
        self.database = database or load_database(DBC / "good.dbc")
        self.values: dict[str, dict[str, Scalar]] = {
            "VCU_Torque": {"VCU_Speed": 0, "VCU_Mode": "on"},
            "BMS_Status": {"BMS_Soc": 80, "BMS_Temp": 25, "BMS_Insulation": 5000,
                           "BMS_State": "standby"},
        }  # fmt: skip
        self.quiet: set[str] = set()
        """Messages that do not come."""
        self.spoilt: set[str] = set()
        """Messages whose last byte (the checksum) is turned over."""
        self.stuck: set[str] = set()
        """Messages whose counter stands still."""
        self.heard: list[can.Message] = []
        self.listen_only: list[bool] = []
        """Of each adapter that was attached, whether it only listened."""
        self.wire = Wire()
        self._tester = self.wire.node()
        self.unit = ScriptedServer(self.wire.node())
        self.unit.on("22F190", "62F190" + VIN.encode().hex())
        self.unit.on("3E00", "7E00")
        self._listeners: list[OnFrame] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._counters: dict[str, int] = {}
        self._turn = 0

    # Hub

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        self._listeners.append(on_frame)
        self.listen_only.append(listen_only)
        end = self._tester.subscribe(on_frame)
        for spec in self.database.messages:
            if spec.cycle_time is not None and spec.name not in self._timers:
                self._next(spec.name, spec.cycle_time)

        def detach() -> None:
            end()
            self._listeners.remove(on_frame)
            if not self._listeners:
                for timer in self._timers.values():
                    timer.cancel()
                self._timers.clear()

        return detach

    def transmit(self, message: can.Message) -> None:
        self.heard.append(message)
        self._tester.send(message)

    # What it sends

    def _next(self, name: str, period: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(period, self._cycle, name, period)

    def _cycle(self, name: str, period: float) -> None:
        self._next(name, period)
        if name not in self.quiet:
            self.send(name)

    def send(self, name: str) -> None:
        """One frame of a message, as its values and flaws say."""
        spec = self.database.message(name)
        values = dict(self.values.get(name, {}))
        if spec.mux is not None and spec.mux.name not in values:
            self._turn ^= 1
            values[spec.mux.name] = self._turn
        data = bytearray(codec_of(spec).pack(values, strict=False))
        counter = self._counters.get(name, 0)
        self._counters[name] = counter + (name not in self.stuck)
        Protection(spec).apply(data, counter)
        if name in self.spoilt:
            data[-1] ^= 0xFF
        self.put(frame(spec.frame_id, bytes(data), extended=spec.extended))

    def put(self, message: can.Message) -> None:
        """Any frame, now."""
        message.timestamp = loop_time()
        for listener in tuple(self._listeners):
            listener(message)


@contextmanager
def offered(hub: Any) -> Iterator[str]:
    """Make a hub reachable under a name of its own."""
    name = f"mini-{next(_names)}"
    offer_hub(name, hub)
    try:
        yield name
    finally:
        withdraw_hub(name)


@contextmanager
def served(car: MiniCar) -> Iterator[tuple[SlcanAdapter, Any]]:
    """The small car behind an slcan adapter on a socket, on a loop of its own.

    Gives the adapter, and a function that pulls it out.
    """
    adapter, ready = SlcanAdapter(), threading.Event()
    stop: list[Any] = []

    async def main() -> None:
        await adapter.start()
        over = asyncio.Event()
        loop = asyncio.get_running_loop()

        def pull_out() -> None:
            with suppress(RuntimeError):  # it is out already
                loop.call_soon_threadsafe(over.set)

        stop.append(pull_out)
        detach = car.attach(adapter.put)
        adapter.pass_on = car.transmit
        ready.set()
        await over.wait()
        detach()
        await adapter.stop()

    thread = threading.Thread(target=lambda: run(main, virtual=False))
    thread.start()
    ready.wait(10)
    try:
        yield adapter, stop[0]
    finally:
        stop[0]()
        thread.join(10)


def pull_out_later(adapter: SlcanAdapter, pull_out: Callable[[], None], seconds: float) -> None:
    """Pull the adapter out so long after somebody has opened it."""

    def wait() -> None:
        end = time.monotonic() + 30
        while not adapter.is_open and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(seconds)
        pull_out()

    threading.Thread(target=wait, daemon=True).start()


@asynccontextmanager
async def opened(
    profile: VehicleProfile | Path, car: Any, **options: Any
) -> AsyncIterator[VehicleDevice]:
    """The vehicle as an open device on a hub. `events` in the options takes what it emits."""
    if isinstance(profile, Path):
        profile = load_vehicle_profile(str(profile))
    events: list[Event] = options.pop("events", [])
    with offered(car) as name:
        device = VehicleDevice(
            "vehicle",
            profile,
            CanConnection(can="memory", channel=name),
            clock=Clock(virtual=True),
            emit=events.append,
            simulated=True,
            **options,
        )
        try:
            await device.open(Deadline.after(5))
            yield device
        finally:
            await device.close()


def virtual(main: Callable[[], Awaitable[T]]) -> T:
    """Run in virtual time; an hour of it is the most."""

    async def go() -> T:
        async with asyncio.timeout(3600):
            return await main()

    return run(go, virtual=True)


def perform(request: RunRequest, *, listener: Callable[[Event], None] | None = None) -> Outcome:
    """Run, and read what came of it."""
    result = execute(request, [] if listener is None else [listener])
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def request_for(folder: Path, procedure: str | Path, **options: Any) -> RunRequest:
    """A request into a new folder below `folder`."""
    number = len(list(folder.glob("run-*")))
    return prepare([str(procedure)], folder=folder / f"run-{number}", **options)


def run_on(
    car: Any,
    folder: Path,
    steps: str,
    *,
    profile: Path | None = None,
    head: str = "",
    more: str = "",
    read_only: bool = False,
    listener: Callable[[Event], None] | None = None,
    **options: Any,
) -> Outcome:
    """Run steps in virtual time on a vehicle that is `car` (a hub). `more`: lines of the bench."""
    profile = profile or write_profile(folder)
    with offered(car) as name:
        connection = f"{{can: memory, channel: {name}}}"
        device = (
            f"  vehicle: {{profile: {profile.name}, simulated: true, connection: {connection}}}"
        )
        bench = write_bench(folder, device + "\n", more)
        procedure = write_procedure(folder, steps, head=head)
        request = request_for(
            folder, procedure, bench=str(bench), live=True, read_only=read_only, **options
        )
        request.live = False  # nothing but a hub in this process: no need for real time
        return perform(request, listener=listener)


# Runs with a whole car

Tampering = Callable[[CarBench, SimulatedBench], object]
TAMPERINGS: dict[str, Tampering] = {}
"""What tests do to the simulated car in the middle of a run, by name."""


def bench_of(step: StepContext) -> SimulatedBench:
    """The simulated bench that a step runs on."""
    side: Any = step.bench.faults.injector
    bench: SimulatedBench = side._bench
    return bench


@action("vehicle.tamper", kind="O", judges=False, limit="none", title=Text("改动", "Tamper"))
async def tamper(step: StepContext, *, what: str) -> None:
    """Do something to the simulated car."""
    bench = bench_of(step)
    bench.rig.advance()
    TAMPERINGS[what](bench.car_bench(), bench)


@contextmanager
def tampering(**what: Tampering) -> Iterator[None]:
    """Make these available to `vehicle.tamper` (`-` is written `_`)."""
    TAMPERINGS.update({name.replace("_", "-"): do for name, do in what.items()})
    try:
        yield
    finally:
        TAMPERINGS.clear()


def step(name: str, verb: str, with_: str = "", *more: str) -> str:
    """One step of a procedure in YAML."""
    lines = [f"- id: {name}", f"  title: {{zh: {name}, en: {name}}}", f"  do: {verb}"]
    lines += [f"  with: {with_}"] if with_ else []
    lines += [f"  {line}" for line in more]
    return "\n".join(lines) + "\n"


def switch_on(seconds: int = 2) -> str:
    """The key is turned, and the units get time to start."""
    ask = "{does: switch-on, ask: {zh: 上电, en: Switch on}}"
    return step("on", "operator.confirm", ask) + step(
        "settle", "bench.wait", f"{{for: {seconds} s}}"
    )
