"""Two hundred simulated piles served live over Modbus TCP by one process on one core.

Each pile is a whole one (physics, state machine, registers) at a port of its own. Another process
reads every point of every pile once a second, through the harness's own device, and takes the time
of each complete read. The baseline is the same reading of as many bare pymodbus servers with
nothing but a register memory, in one process on one core. What the simulated piles wait on purpose
before a reply (that of a slow serial line) is left out.

    python benchmarks/many_piles.py [--piles 200] [--seconds 10]
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from comparison import Row, duration, in_fresh_process, markdown
from modbus_reads import served as register_memory
from pymodbus.server import ModbusTcpServer

from harness.clock import Clock, Deadline
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.modbus.profile import load_profile
from harness.events import Transaction
from simulators.bench import SimulatedBench

PILES, SECONDS = 200, 10.0
PROFILE = "gb-ac-pile"
EVERY = 1.0
TARGET = 0.050
HOST = "127.0.0.1"


def on_one_core() -> None:
    """Stay on one core, where the system can be asked to."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


async def _serve(piles: int, bare: bool) -> None:
    profile = load_profile(PROFILE)
    clock = Clock(virtual=False)
    ports: list[int] = []
    for number in range(piles):
        if bare:
            server = ModbusTcpServer(register_memory(profile, 1), address=(HOST, 0))
            await server.serve_forever(background=True)
            ports.append(server.transport.sockets[0].getsockname()[1])  # type: ignore[attr-defined]
            continue
        bench = SimulatedBench(
            seed=number,
            now=clock.elapsed,
            wall=lambda: clock.now().utc,
            pile=profile,
            response_delay=0.0,
        )
        ports.append(int((await bench.serve("pile", f"tcp://{HOST}:0")).rpartition(":")[2]))
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until whoever started this closes its end


@contextmanager
def served(piles: int, *, bare: bool) -> Iterator[list[int]]:
    """A process that serves them; their ports."""
    command = [sys.executable, __file__, "--serve", str(piles), *(["--bare"] if bare else [])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(timeout=30)


async def _read(ports: list[int], seconds: float) -> list[float]:
    """Times of complete reads, every pile once a second, evenly spread over it."""
    profile = load_profile(PROFILE)
    clock = Clock(virtual=False)

    def keep(_transaction: Transaction) -> int:
        return 0

    taken: list[float] = []

    async def one(number: int, port: int) -> None:
        connection = ModbusConnection(modbus="tcp", host=HOST, port=port, unit=1, timeout=5.0)
        device = ModbusDevice(
            "pile", profile, Line(connection, keep), unit=1, clock=clock, simulated=True
        )
        await device.open(Deadline.after(30))
        names = [name for name in profile.points if device.has(name)]
        loop = asyncio.get_running_loop()
        await ready.wait()
        first = started[0] + 1.0 + EVERY * number / len(ports)
        for turn in range(int(seconds / EVERY)):
            await asyncio.sleep(max(0.0, first + turn * EVERY - loop.time()))
            before = loop.time()
            await device.read(names, Deadline.after(5))
            taken.append(loop.time() - before)
        await device.close()

    ready, started = asyncio.Event(), [0.0]
    tasks = [asyncio.create_task(one(*entry)) for entry in enumerate(ports)]
    await asyncio.sleep(3.0)
    started[0] = asyncio.get_running_loop().time()
    ready.set()
    await asyncio.gather(*tasks)
    return taken


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(piles: int, seconds: float, *, bare: bool) -> dict[str, float]:
    with served(piles, bare=bare) as ports:
        taken = asyncio.run(_read(ports, seconds))
    return {"reads": len(taken), "p50": percentile(taken, 0.5), "p99": percentile(taken, 0.99)}


def rows(piles: int = PILES, seconds: float = SECONDS) -> list[Row]:
    """One row: the 99th percentile of a complete read."""
    bare, ours = (
        in_fresh_process(__file__, "--measure", str(piles), "--seconds", str(seconds), *more)
        for more in (["--bare"], [])
    )
    return [
        Row(
            f"{piles} simulated piles live on one core, 99th percentile of a complete read",
            duration(ours["p99"]),
            f"{duration(bare['p99'])} (bare pymodbus servers)",
            ours["p99"] / bare["p99"],
            None,
            f"target {duration(TARGET)}; {ours['reads']:.0f} reads, median {duration(ours['p50'])}",
        )
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--piles", type=int, default=PILES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--serve", type=int)
    parser.add_argument("--measure", type=int)
    parser.add_argument("--bare", action="store_true")
    asked = parser.parse_args()
    if asked.serve is not None:
        on_one_core()
        asyncio.run(_serve(asked.serve, asked.bare))
    elif asked.measure is not None:
        print(json.dumps(measure(asked.measure, asked.seconds, bare=asked.bare)))
    else:
        print(markdown(rows(asked.piles, asked.seconds)))


if __name__ == "__main__":
    main()
