"""slcan adapters over TCP and a pseudo-terminal, with python-can as the third-party program."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from types import SimpleNamespace

import can
import pytest
from can.interfaces.slcan import slcanBus
from canbus_help import NAMES, NODES, frame

from harness.clock import loop_time, run, sleep
from harness.devices.can.memory import OnFrame
from harness.errors import ConnectionFailedError, NotAvailableError
from simulators.canbus.bus import SimulatedBus
from simulators.canbus.layout import linear_layout
from simulators.canbus.slcan_server import MAX_CLIENTS, SlcanServer
from simulators.pump import Pump
from simulators.world import World

PATIENCE = 5.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


class Live:
    """A bus in real time with an slcan server on it."""

    def __init__(self) -> None:
        start = loop_time()
        self.world = World(1, lambda: loop_time() - start)
        self.bus = SimulatedBus(
            "powertrain",
            self.world.scheduler,
            random=Random(1),
            layout=linear_layout(NAMES),
            now=self.world.now,
            offset=start,
        )
        for name in NODES:
            self.bus.add_node(name)
        self.pump = Pump(self.world)
        self.server = SlcanServer(self.bus, bitrate=500_000)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = loop_time() + PATIENCE
        while not condition():
            assert loop_time() < end, "waited in vain"
            await sleep(0.005)


@asynccontextmanager
async def live() -> AsyncIterator[Live]:
    bench = Live()
    bench.pump.start()
    try:
        yield bench
    finally:
        await bench.server.stop()
        await bench.server.stop()
        await bench.pump.stop()


def on_the_real_loop(main: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await main()

    run(bounded, virtual=False)


def _open(address: str, *, listen_only: bool = False) -> slcanBus:
    channel = address if address.startswith("/") else f"socket://{address}"
    bus = can.Bus(
        interface="slcan",
        channel=channel,
        bitrate=500_000,
        sleep_after_open=0.0,
        listen_only=listen_only,
    )
    assert isinstance(bus, slcanBus)
    return bus


def _converse(address: str, number: int, sends: int, expects: int) -> list[can.Message]:
    """A program of its own: sends frames and waits for frames."""
    got: list[can.Message] = []
    with _open(address) as bus:
        for index in range(sends):
            bus.send(frame(0x400 + number, bytes([number, index])))
        while len(got) < expects:
            message = bus.recv(timeout=PATIENCE)
            if message is None:
                break
            got.append(message)
    return got


def test_two_programs_talk_with_the_bus_and_hear_each_other() -> None:
    async def main() -> None:
        async with live() as bench:
            asked: list[can.Message] = []
            bench.bus.node("BMS").subscribe(asked.append)
            address = await bench.server.serve_tcp()
            assert address.startswith("127.0.0.1:")
            talks = [
                asyncio.create_task(asyncio.to_thread(_converse, address, number, 3, 20))
                for number in (1, 2)
            ]
            sessions = bench.server.sessions
            await bench.until(lambda: sum(one.is_open for one in sessions) == 2)
            beat = bench.bus.node("BMS").cyclic(
                0x100, False, 0.01, 0.0, lambda t: int(t * 1000).to_bytes(8, "big")
            )
            first, second = await asyncio.gather(*talks)
            beat.cancel()
            for got in (first, second):
                assert len(got) == 20
                own = [m for m in got if m.arbitration_id == 0x100]
                values = [int.from_bytes(m.data, "big") for m in own]
                assert values == sorted(values)
                assert len(values) >= 14
            assert {m.arbitration_id for m in asked} == {0x401, 0x402}
            assert len(asked) == 6
            heard = {m.arbitration_id for m in first}, {m.arbitration_id for m in second}
            # The one that came second may have missed the first one's frames.
            assert 0x402 in heard[0] or 0x401 in heard[1]
            await bench.until(lambda: not sessions)  # both have closed
            assert set(bench.bus.nodes) == set(NODES)

    on_the_real_loop(main)


def test_python_can_reads_version_and_serial_number() -> None:
    async def main() -> None:
        async with live() as bench:
            address = await bench.server.serve_tcp()

            def ask() -> tuple[object, object]:
                with _open(address) as bus:
                    return bus.get_version(PATIENCE), bus.get_serial_number(PATIENCE)

            version, serial = await asyncio.to_thread(ask)
            assert version == (10, 13)
            assert serial == "SIM1"

    on_the_real_loop(main)


def test_a_listening_program_is_not_heard_of_on_the_bus() -> None:
    async def main() -> None:
        async with live() as bench:
            for name in NODES:
                bench.bus.node(name).powered = name == "VCU"
            address = await bench.server.serve_tcp()

            def listen() -> int:
                with _open(address, listen_only=True) as bus:
                    bus.send(frame(0x123))
                    return sum(bus.recv(timeout=0.05) is not None for _ in range(5))

            bench.bus.node("VCU").cyclic(0x100, False, 0.01, 0.0, lambda _t: b"")
            heard = await asyncio.to_thread(listen)
            assert heard > 0
            assert bench.bus.node("VCU").sent == 0  # nobody acknowledges

    on_the_real_loop(main)


class _PlainHub:
    """A hub without taps: clients hear each other through the server."""

    def __init__(self) -> None:
        self.taken: list[can.Message] = []
        self.attached: list[OnFrame] = []

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        self.attached.append(on_frame)
        return lambda: self.attached.remove(on_frame)

    def transmit(self, message: can.Message) -> None:
        self.taken.append(message)


async def _raw(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port))


def test_it_serves_any_hub() -> None:
    async def main() -> None:
        hub = _PlainHub()
        server = SlcanServer(hub)
        address = await server.serve_tcp()
        (read1, write1), (read2, write2) = await _raw(address), await _raw(address)
        for read, write in ((read1, write1), (read2, write2)):
            write.write(b"O\r")
            assert await read.readexactly(1) == b"\r"
        write1.write(b"t1231AA\r")
        assert await read1.readuntil(b"\r") == b"z\r"
        assert await read2.readuntil(b"\r") == b"t1231AA\r"
        assert [message.arbitration_id for message in hub.taken] == [0x123]
        for on_frame in hub.attached:
            on_frame(frame(0x321))
        assert await read1.readuntil(b"\r") == b"t3210\r"
        assert await read2.readuntil(b"\r") == b"t3210\r"
        await server.stop()
        assert hub.attached == []
        assert await read1.read() == b""
        for write in (write1, write2):
            write.close()

    on_the_real_loop(main)


def test_a_program_that_does_not_read_loses_frames_and_nobody_else_does() -> None:
    async def main() -> None:
        hub = _PlainHub()
        server = SlcanServer(hub)
        address = await server.serve_tcp()
        _, lazy = await _raw(address)
        eager_read, eager = await _raw(address)
        lazy.transport.pause_reading()  # type: ignore[attr-defined]
        for write in (lazy, eager):
            write.write(b"O\r")
        assert await eager_read.readexactly(1) == b"\r"
        end = loop_time() + PATIENCE
        while len(hub.attached) < 2:
            assert loop_time() < end
            await sleep(0.005)
        lost, got = server.sessions[0], 0
        while not lost.lost:
            assert loop_time() < end + PATIENCE
            for on_frame in tuple(hub.attached):
                for _ in range(500):
                    on_frame(frame(0x321, bytes(8)))
            for _ in range(500):
                assert await eager_read.readuntil(b"\r") == b"t3218" + b"00" * 8 + b"\r"
                got += 1
        assert server.sessions[1].lost == 0
        assert got > 2000
        lazy.write(b"t1230\r" * 10_000)  # commands that nobody reads the answers of
        await sleep(0.1)
        for on_frame in tuple(hub.attached):
            on_frame(frame(0x322))
        assert await eager_read.readuntil(b"\r") == b"t3220\r"
        lazy.transport.abort()
        eager.close()
        await server.stop()

    on_the_real_loop(main)


def test_rubbish_over_tcp_does_not_end_the_server() -> None:
    async def main() -> None:
        async with live() as bench:
            address = await bench.server.serve_tcp()
            random = Random(3)
            for _ in range(20):
                _, write = await _raw(address)
                for _ in range(random.randrange(5)):
                    write.write(random.randbytes(random.randrange(400)))
                    write.write(random.choice([b"O\r", b"t1238\r", b"\r", b"T"]))
                if random.random() < 0.5:
                    write.transport.abort()
                else:
                    write.close()
            got = await asyncio.to_thread(_converse, address, 1, 1, 0)
            assert got == []
            await bench.until(lambda: not bench.server.sessions)

    on_the_real_loop(main)


def test_there_is_room_for_so_many_programs_only() -> None:
    async def main() -> None:
        server = SlcanServer(_PlainHub())
        address = await server.serve_tcp()
        clients = [await _raw(address) for _ in range(MAX_CLIENTS)]
        for read, write in clients:
            write.write(b"V\r")
            assert await read.readuntil(b"\r") == b"V1013\r"
        read, late = await _raw(address)
        late.write(b"V\r")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await read.readuntil(b"\r")
        for _, write in (*clients, (read, late)):
            write.transport.abort()
        await server.stop()

    on_the_real_loop(main)


def test_a_port_that_is_taken_is_told() -> None:
    async def main() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(ConnectionFailedError, match=str(port)):
                await SlcanServer(_PlainHub()).serve_tcp(port=port)

    on_the_real_loop(main)


@posix
def test_a_pseudo_terminal_is_an_adapter() -> None:
    async def main() -> None:
        async with live() as bench:
            bench.bus.node("BMS").cyclic(0x100, False, 0.005, 0.0, lambda _t: b"\x01\x02")
            asked: list[can.Message] = []
            bench.bus.node("BMS").subscribe(asked.append)
            path = await bench.server.serve_pty()
            for _ in range(2):  # programs may come and go
                got = await asyncio.to_thread(_converse, path, 1, 2, 5)
                assert len(got) == 5
                assert {bytes(message.data) for message in got} == {b"\x01\x02"}
            await bench.until(lambda: len(asked) == 4)

    on_the_real_loop(main)


@posix
def test_a_pseudo_terminal_that_nobody_reads_is_bounded() -> None:
    async def main() -> None:
        hub = _PlainHub()
        server = SlcanServer(hub)
        path = await server.serve_pty()

        def open_channel() -> None:
            with open(path, "wb", buffering=0) as port:  # noqa: PTH123 - a device
                port.write(b"O\r")

        await asyncio.to_thread(open_channel)
        end = loop_time() + PATIENCE
        while not hub.attached:
            assert loop_time() < end
            await sleep(0.005)
        for _ in range(20_000):
            hub.attached[0](frame(0x321, bytes(8)))
        assert server.sessions[0].lost > 10_000
        await server.stop()
        await server.stop()

    on_the_real_loop(main)


def test_systems_without_pseudo_terminals_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        windows = SimpleNamespace(platform="win32")
        monkeypatch.setattr("simulators.canbus.slcan_pty.sys", windows)
        with pytest.raises(NotAvailableError, match="TCP"):
            await SlcanServer(_PlainHub()).serve_pty()

    on_the_real_loop(main)
