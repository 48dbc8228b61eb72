"""Links that are lost, come back, or cannot be opened at all."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack

import pytest
from modbus_help import MEMORY, PILE, FakeDevice, Record, opened, serving, shipped, soon, virtual

from harness.clock import Deadline, loop_time, run, sleep
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.line import Line
from harness.errors import ConnectionFailedError, DeviceLostError, NoReplyError


@pytest.mark.parametrize("kind", MEMORY)
def test_a_server_that_goes_away_is_a_lost_device(kind: str) -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        async with AsyncExitStack() as outer, AsyncExitStack() as inner:
            connection = await inner.enter_async_context(serving(fake, kind))
            device, record = await outer.enter_async_context(
                opened(connection, profile, virtual=True)
            )
            await device.read(["voltage_l1"], soon())
            fake.delay = 0.5
            reading = asyncio.create_task(device.read(["voltage_l1"], soon(), attempts=1))
            await sleep(0.1)
            started = loop_time()
            await inner.aclose()
            with pytest.raises(DeviceLostError, match="the connection was lost"):
                await reading
            assert loop_time() - started < 0.1
            assert record[-1].outcome == "link_lost"
            with pytest.raises(DeviceLostError, match="no simulator serves"):
                await device.read(["voltage_l1"], soon())

    virtual(main)


def test_a_lost_tcp_link_is_noticed_at_once_and_opened_again() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        silent = asyncio.Event()

        async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(12)
            silent.set()
            writer.close()

        gate = await asyncio.start_server(drop, "127.0.0.1", 0)
        port = gate.sockets[0].getsockname()[1]
        connection = ModbusConnection(
            modbus="tcp", host="127.0.0.1", port=port, timeout=30.0, unit=1, attempts=2
        )
        async with opened(connection, profile, virtual=False) as (device, record):
            started = loop_time()
            with pytest.raises(DeviceLostError, match="the connection was lost"):
                await device.read(["voltage_l1"], soon())
            assert loop_time() - started < 5
            assert [t.outcome for t in record] == ["link_lost"] * 2
            gate.close()
            with pytest.raises(DeviceLostError, match="gone, and tcp 127"):
                await device.read(["voltage_l1"], soon())
            assert record[-1].request == ""
        await gate.wait_closed()

    async def go() -> None:
        await main()

    run(go, virtual=False)


def test_the_connection_comes_back_with_the_server() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        async with AsyncExitStack() as outer:
            async with serving(fake, "tcp") as connection:
                device, _ = await outer.enter_async_context(
                    opened(connection, profile, virtual=False)
                )
                await device.read(["voltage_l1"], soon())
            with pytest.raises(DeviceLostError):
                await device.read(["voltage_l1"], soon())
            from pymodbus.server import ModbusTcpServer  # noqa: PLC0415

            again = ModbusTcpServer(fake._devices(), address=("127.0.0.1", connection.port))
            await again.serve_forever(background=True)
            await device.read(["voltage_l1"], soon())
            await again.shutdown()

    run(main, virtual=False)


@pytest.mark.parametrize(
    ("connection", "advice"),
    [
        (
            ModbusConnection(modbus="tcp", host="127.0.0.1", port=1, timeout=0.3),
            "nothing listens on that port",
        ),
        (
            ModbusConnection(modbus="tcp", host="no-such-host.invalid", port=502, timeout=0.3),
            "check host name",
        ),
        (
            ModbusConnection(modbus="rtu", port="/dev/no-such-port", timeout=0.3),
            "serial ports of this machine: ",
        ),
    ],
)
def test_what_cannot_be_opened_says_what_to_look_at(
    connection: ModbusConnection, advice: str
) -> None:
    async def main() -> None:
        line = Line(connection, Record())
        with pytest.raises(ConnectionFailedError, match=advice) as caught:
            await line.open(Deadline.after(20))
        assert connection.describe() in str(caught.value)
        await line.close()

    run(main, virtual=False)


def test_an_in_memory_line_without_a_simulator() -> None:
    async def main() -> None:
        line = Line(ModbusConnection(modbus="memory", port=65000), Record())
        with pytest.raises(ConnectionFailedError, match="no simulator serves"):
            await line.open(soon())

    virtual(main)


if sys.platform == "linux":

    def test_a_serial_port_that_is_pulled_out_is_a_lost_device() -> None:
        async def main() -> None:
            master, slave = os.openpty()
            name = os.ttyname(slave)
            connection = ModbusConnection(modbus="rtu", port=name, timeout=30.0, unit=1)
            async with opened(connection, shipped(PILE), virtual=False) as (device, record):
                os.close(slave)
                reading = asyncio.create_task(device.read(["voltage_l1"], soon(), attempts=1))
                await sleep(0.1)
                os.close(master)
                with pytest.raises(DeviceLostError):
                    await reading
                assert record[-1].outcome == "link_lost"
                with pytest.raises(DeviceLostError, match="serial ports of this machine"):
                    await device.read(["voltage_l1"], soon())

        run(main, virtual=False)


def test_many_missed_replies_do_not_close_the_connection() -> None:
    async def main() -> None:
        profile = shipped(PILE)
        fake = FakeDevice(u1=profile)
        async with (
            serving(fake, "memory-tcp") as connection,
            opened(connection, profile, virtual=True) as (device, record),
        ):
            fake.spoil = lambda reply: b""
            for _ in range(20):
                with pytest.raises(NoReplyError):
                    await device.read(["voltage_l1"], soon(), attempts=1)
            fake.spoil = lambda reply: reply
            await device.read(["voltage_l1"], soon(), attempts=1)
            assert [t.outcome for t in record] == ["no_reply"] * 20 + ["ok"]

    virtual(main)
