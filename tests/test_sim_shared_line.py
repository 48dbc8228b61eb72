"""Two piles on one line: one silent, slow or answering with garbage, the other undisturbed."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from modbus_help import MEMORY, PILE, Record, pty_pair, shipped, virtual

from harness.clock import Clock, Deadline, run
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.errors import BadReplyError, NoReplyError
from simulators.bench import SimulatedBench
from simulators.modbus_server import Serving, serve_in_memory, serve_serial, serve_tcp

LIVE_TIMEOUT = 0.25
DELAY = 0.015


class Two:
    """Two simulated piles, units 1 and 2, and the harness's devices for them on one line."""

    def __init__(self, clock: Clock) -> None:
        self.benches = [
            SimulatedBench(
                seed=seed,
                now=clock.elapsed,
                wall=lambda: clock.now().utc,
                pile=shipped(PILE),
                response_delay=DELAY,
            )
            for seed in (1, 2)
        ]
        self.slaves = [bench.slaves["pile"] for bench in self.benches]
        self.benches[1].rig.registers.unit_id = 2
        self.wire = self.benches[1].rig.wires["pile"]
        self.record = Record()
        self.devices: list[ModbusDevice] = []

    async def open(self, connection: ModbusConnection, clock: Clock, timeout: float) -> None:
        self.timeout = timeout
        line = Line(connection, self.record)
        for number in (1, 2):
            device = ModbusDevice(
                f"pile-{number}", shipped(PILE), line, unit=number, clock=clock, simulated=True
            )
            await device.open(Deadline.after(10))
            self.devices.append(device)

    async def serial_number(self, number: int) -> Any:
        found = await self.devices[number - 1].read(
            ["serial_number"], Deadline.after(60), attempts=1
        )
        return found["serial_number"].value

    async def reads(self, count: int) -> list[float]:
        """Seconds from request to reply of so many reads of the first pile."""
        times: list[float] = []
        for _ in range(count):
            assert await self.serial_number(1) == self.benches[0].site["serial_number"]
            times.append(self.devices[0].context.seconds)
        return times


@asynccontextmanager
async def two_piles(kind: str) -> AsyncIterator[Two]:
    memory = kind.startswith("memory")
    clock = Clock(virtual=memory)
    two = Two(clock)
    first, second = two.slaves
    serving: Serving
    timeout = 1.0 if memory else LIVE_TIMEOUT
    async with contextlib.AsyncExitStack() as stack:
        common: dict[str, Any] = {"timeout": timeout, "unit": 1, "attempts": 2}
        if memory:
            framing: Any = kind.removeprefix("memory-")
            serving = await serve_in_memory(first, framing, second)
            connection = ModbusConnection(
                modbus="memory", port=serving.port, framing=framing, **common
            )
        elif kind == "rtu":
            theirs, ours = await stack.enter_async_context(pty_pair())
            serving = await serve_serial(
                first, theirs, second, baudrate=9600, parity="N", bytesize=8, stopbits=1
            )
            connection = ModbusConnection(modbus="rtu", port=ours, baudrate=9600, **common)
        else:
            serving = await serve_tcp(first, "127.0.0.1", 0, second, rtu=kind == "rtu-over-tcp")
            modbus: Any = kind
            connection = ModbusConnection(
                modbus=modbus, host="127.0.0.1", port=serving.port, **common
            )
        await two.open(connection.complete(shipped(PILE)), clock, timeout)
        try:
            yield two
        finally:
            for device in two.devices:
                await device.close()
            await serving.stop()


def on(kind: str, work: Callable[[Two], Awaitable[None]]) -> None:
    async def main() -> None:
        async with two_piles(kind) as two:
            await work(two)

    if kind.startswith("memory"):
        virtual(main)
    else:
        run(main, virtual=False)


POSIX = pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
LINES = [
    *MEMORY,
    "tcp",
    "rtu-over-tcp",
    pytest.param("rtu", marks=POSIX),
]
READS = 8


@pytest.mark.parametrize("kind", LINES)
def test_each_pile_answers_for_itself(kind: str) -> None:
    async def work(two: Two) -> None:
        one, other = await asyncio.gather(two.serial_number(1), two.serial_number(2))
        assert (one, other) == tuple(bench.site["serial_number"] for bench in two.benches)
        assert one != other

    on(kind, work)


@pytest.mark.parametrize("trouble", ["broken", "garbled"])
@pytest.mark.parametrize("kind", LINES)
def test_a_pile_in_trouble_does_not_disturb_the_other(kind: str, trouble: str) -> None:
    """Reads of the sound pile take as long as without it, but for waiting its turn."""

    async def work(two: Two) -> None:
        loop = asyncio.get_running_loop()
        before = await two.reads(READS)
        setattr(two.wire, trouble, True)
        kind_of_failure = NoReplyError if trouble == "broken" else BadReplyError

        async def ask_the_other() -> None:
            for _ in range(2):
                with pytest.raises(kind_of_failure):
                    await two.serial_number(2)

        other = asyncio.ensure_future(ask_the_other())
        await asyncio.sleep(0)
        started = loop.time()
        meanwhile = await two.reads(READS)
        whole = loop.time() - started
        await other
        slack = 1e-6 if kind.startswith("memory") else 0.1
        assert max(meanwhile) <= max(before) + slack
        # It waits for at most the two attempts at the other, each as long as the time-out.
        assert whole <= sum(meanwhile) + 2 * two.timeout + slack + READS * 0.02
        setattr(two.wire, trouble, False)
        assert await two.serial_number(2) == two.benches[1].site["serial_number"]

    on(kind, work)


@pytest.mark.parametrize("kind", ["memory-rtu", "memory-ascii"])
def test_late_replies_of_one_are_never_taken_for_the_other(kind: str) -> None:
    async def work(two: Two) -> None:
        two.wire.extra_delay = 1.2
        for _ in range(4):
            with pytest.raises(NoReplyError):
                await two.serial_number(2)
            await two.reads(3)
        two.wire.extra_delay = 0.0
        await asyncio.sleep(3)
        assert await two.serial_number(2) == two.benches[1].site["serial_number"]

    on(kind, work)


@pytest.mark.parametrize("kind", ["memory-rtu", "memory-ascii"])
def test_two_piles_under_one_address_garble_each_other(kind: str) -> None:
    async def work(two: Two) -> None:
        two.benches[1].rig.registers.unit_id = 1
        with pytest.raises(BadReplyError):
            await two.serial_number(1)
        with pytest.raises(NoReplyError):
            await two.serial_number(2)
        two.benches[1].rig.registers.unit_id = 2
        assert await two.serial_number(1) == two.benches[0].site["serial_number"]

    on(kind, work)


def test_a_write_reaches_only_the_pile_that_it_is_for() -> None:
    async def work(two: Two) -> None:
        first, second = two.devices
        await first.write("current_limit", 10.0, Deadline.after(10))
        limits = [
            (await device.read(["current_limit"], Deadline.after(10)))["current_limit"].value
            for device in (first, second)
        ]
        assert limits == [10.0, 32.0]

    on("memory-rtu", work)
