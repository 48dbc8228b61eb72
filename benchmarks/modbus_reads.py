"""What reading through a profile costs on top of bare pymodbus.

For every shipped profile, all readable points are read once through `ModbusDevice.read`, and the
same blocks are read by a bare pymodbus loop that decodes nothing. Both talk over TCP loopback to
one pymodbus server in this process; rounds alternate, and medians are compared. The pause that a
profile asks for is left out of both. Also shown: the number of requests, and the least possible
number by exhaustive search where that is feasible.

    python benchmarks/modbus_reads.py [--rounds 400]
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import cache

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from harness.clock import Clock, Deadline
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.modbus.plan import Block, plan
from harness.devices.modbus.points import Point, Profile, ReadRules, Table
from harness.devices.modbus.profile import list_profiles, load_profile
from harness.events import Transaction

TARGET = 1.15


def least_requests(points: list[Point], rules: ReadRules) -> int:
    """The least number of requests, by trying every way to cut each table into blocks."""
    total = 0
    for unit, table in dict.fromkeys((p.unit_id, p.table) for p in points):
        here = [p for p in points if (p.unit_id, p.table) == (unit, table)]
        spans = sorted({(p.address, p.end) for p in here})
        documented = {a for first, end in spans for a in range(first, end)}
        limit = rules.max_bits if table.is_bits else rules.max_registers

        def allowed(
            first: int, end: int, documented: set[int] = documented, limit: int = limit
        ) -> bool:
            gap = longest = 0
            for address in range(first, end):
                gap = 0 if address in documented else gap + 1
                longest = max(longest, gap)
            return end - first <= limit and longest <= rules.gap

        @cache
        def best(
            start: int,
            spans: list[tuple[int, int]] = spans,
            allowed: Callable[[int, int], bool] = allowed,
        ) -> int:
            if start == len(spans):
                return 0
            return 1 + min(
                best(end + 1)
                for end in range(start, len(spans))
                if end == start or (not rules.exact and allowed(spans[start][0], spans[end][1]))
            )

        total += best(0)
    return total


def served(profile: Profile, unit: int) -> list[SimDevice]:
    """Devices that have the profile's registers, all holding 1; one for each unit id."""
    ids = dict.fromkeys(point.unit_id for point in profile.points.values())
    return [_unit(profile, one, unit if one is None else one) for one in ids]


def _unit(profile: Profile, part: int | None, unit: int) -> SimDevice:
    blocks: list[list[SimData]] = []
    for table in (Table.COIL, Table.DISCRETE, Table.HOLDING, Table.INPUT):
        known = sorted(
            {
                address
                for point in profile.points.values()
                if point.table is table and point.unit_id == part
                for address in range(point.address, point.end)
            }
        )
        kind = DataType.BITS if table.is_bits else DataType.REGISTERS
        values: list[int] | list[bool] = [True] if table.is_bits else [1]
        blocks.append([SimData(at, values=values, datatype=kind) for at in known or [0]])
    return SimDevice(unit, (blocks[0], blocks[1], blocks[2], blocks[3]))


def bare_reader(
    client: AsyncModbusTcpClient, blocks: list[Block], unit: int
) -> Callable[[], Awaitable[None]]:
    calls = {
        Table.COIL: client.read_coils,
        Table.DISCRETE: client.read_discrete_inputs,
        Table.HOLDING: client.read_holding_registers,
        Table.INPUT: client.read_input_registers,
    }

    async def read() -> None:
        for block in blocks:
            asked = unit if block.unit_id is None else block.unit_id
            reply = await calls[block.table](block.address, count=block.count, device_id=asked)
            assert not reply.isError()

    return read


async def _timed(read: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await read()
    return time.perf_counter() - started


async def measure(name: str, rounds: int) -> tuple[int, int, int, float, float]:
    """Points, requests, least requests, median seconds bare and with the harness."""
    profile = load_profile(name)
    unit = 1
    server = ModbusTcpServer(served(profile, unit), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    port = server.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    bare = AsyncModbusTcpClient("127.0.0.1", port=port)
    await bare.connect()
    connection = ModbusConnection(modbus="tcp", host="127.0.0.1", port=port, unit=unit, pause=0.0)
    kept: list[Transaction] = []

    def record(transaction: Transaction) -> int:
        kept.append(transaction)
        return len(kept)

    line = Line(connection, record)
    device = ModbusDevice(
        "device", profile, line, unit=unit, clock=Clock(virtual=False), simulated=True
    )
    await device.open(Deadline.after(5))
    names = [name for name in profile.points if device.has(name)]
    points = [profile.points[name] for name in names]
    blocks = plan(points, profile.rules)
    bare_read = bare_reader(bare, blocks, unit)

    async def our_read() -> object:
        return await device.read(names, Deadline.after(5))

    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 20):
        pair = ((0, bare_read), (1, our_read))
        for which, read in pair if number % 2 else pair[::-1]:
            seconds = await _timed(read)
            if number >= 20:
                times[which].append(seconds)
        kept.clear()
    bare.close()
    await device.close()
    await server.shutdown()
    least = least_requests(points, profile.rules)
    return (
        len(names),
        len(blocks),
        least,
        statistics.median(times[0]),
        statistics.median(times[1]),
    )


async def main(rounds: int) -> None:
    print(f"{'profile':28} points requests least   bare ms  harness ms  ratio")
    worst = 0.0
    for name in list_profiles():
        points, requests, least, bare, ours = await measure(name, rounds)
        ratio = ours / bare
        worst = max(worst, ratio)
        print(
            f"{name:28} {points:6} {requests:8} {least:5} {bare * 1e3:9.3f} {ours * 1e3:11.3f}"
            f"  {ratio:.3f}"
        )
    print(f"worst ratio {worst:.3f}, target {TARGET}: {'met' if worst <= TARGET else 'MISSED'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=400)
    asyncio.run(main(parser.parse_args().rounds))
