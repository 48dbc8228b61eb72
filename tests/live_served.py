"""The simulated bench as a process of its own on real connections, with the technician beside it.

The car is on slcan adapters, the pile beside it on Modbus TCP, coupled in one world: plug, pilot,
mains. The relays that put faults in are a board of their own. Whoever started the process asks the
technician through a pipe; everything else goes over the wires.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from live_recorder import WithRecorder

from harness.bench.load import SIMULATED, load_bench
from harness.clock import Clock, Deadline, loop_time
from harness.devices.modbus.profile import load_profile
from harness.devices.operator import Answer, Operator, Question
from harness.errors import HarnessError
from harness.pauses import no_long_pauses
from simulators.bench import SimulatedBench

BUSES = ("powertrain", "chassis", "body", "adas")
RELAYS = "relay-8ch"
_ANY_PORT = "tcp://127.0.0.1:0"


@dataclass(frozen=True)
class Order:
    """What is to be served."""

    seed: int
    faults: tuple[str, ...]
    roles: tuple[str, ...]
    wiring: Mapping[str, str]
    """Fault -> the relay that puts it in."""
    pace: float
    folder: Path
    """Where the recorder puts its files."""


@dataclass
class Told:
    """What whoever writes the bench file has to know."""

    addresses: dict[str, str]
    """Of buses, the pile and the relays."""
    site: dict[str, Any]
    coding: dict[str, Any]
    task: dict[str, Any]
    """What the work order wants written."""
    papers: dict[str, Any] = field(default_factory=dict)
    """Those of the workshop that the car comes from."""
    before: bytes = b""
    """The snapshot from before that work."""


def serve(pipe: Connection, order: Order) -> None:
    """The whole life of the process: ends when it is told to, or when the other end is gone."""
    asyncio.run(_serve(pipe, order))


def _bench(order: Order) -> SimulatedBench:
    """What the built-in bench simulates, on the running loop's real time."""
    built_in = load_bench(SIMULATED)
    carries = built_in.model.devices["pile"].component_current
    clock = Clock(virtual=False)
    start = clock.start.loop_time
    return SimulatedBench(
        seed=order.seed, now=lambda: loop_time() - start, wall=lambda: clock.now().utc,
        pile=built_in.profiles["pile"] if "pile" in order.roles else None,
        injector=load_profile(RELAYS) if order.wiring else None, relays=order.wiring,
        car="vehicle" in order.roles, loop_start=start, pace=order.pace,
        edition=built_in.model.edition, parts_carry=carries.to("A") if carries else None,
    )  # fmt: skip


async def _serve(pipe: Connection, order: Order) -> None:
    bench = _bench(order)
    try:
        told = await _open(bench, order)
        person = WithRecorder(bench.technician, bench.recorder, order.folder)
        with no_long_pauses():
            pipe.send(told)
            await _answer(pipe, person)
    finally:
        await bench.stop()


async def _open(bench: SimulatedBench, order: Order) -> Told:
    addresses = {role: await bench.serve(role, _ANY_PORT) for role in bench.slaves}
    if "vehicle" in order.roles:
        car = bench.car_bench()
        for bus in BUSES:
            addresses[bus] = await car.serve(bus, "slcan://127.0.0.1:0")
    rig = bench.rig
    told = Told(addresses, dict(bench.site), dict(rig.repair.coding), dict(rig.task.told()))
    for name in order.faults:
        bench.set_fault(name, on=True)
    if "vehicle" in order.roles:
        told.papers = dict(bench.car_bench().service_papers)
        told.before = bench.car_bench().before_service.dump()
    return told


async def _answer(pipe: Connection, person: Operator) -> None:
    """Have the technician answer, question by question."""
    while True:
        try:
            asked: tuple[Question, float] | None = await asyncio.to_thread(pipe.recv)
        except EOFError:
            return
        if asked is None:
            return
        question, left = asked
        said: Answer | tuple[type[HarnessError], str]
        try:
            said = await person.ask(question, Deadline.after(left))
        except HarnessError as error:
            said = type(error), error.detail
        pipe.send(said)
