"""Buses without hardware for the CAN tests: a hub in memory, an slcan adapter on a TCP port.

A `Rig` is one bus with an adapter of ours on it and the others beside it: the tests put frames on
the bus with `put` and see in `heard` what our adapter sent.
"""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import can

from harness.clock import Clock, Deadline, loop_time, run, sleep
from harness.devices.can.bus import CanBus
from harness.devices.can.connection import CanConnection
from harness.devices.can.database import Database, load_database
from harness.devices.can.memory import OnFrame, offer_hub, withdraw_hub
from harness.errors import DeviceLostError

DATA = Path(__file__).parent / "data" / "can"
_names = itertools.count()


def database(name: str = "good") -> Database:
    return load_database(DATA / f"{name}.dbc")


def soon(seconds: float = 20.0) -> Deadline:
    return Deadline.after(seconds)


def virtual(main: Callable[[], Awaitable[None]]) -> None:
    async def go() -> None:
        await main()

    run(go, virtual=True)


def live(main: Callable[[], Awaitable[None]]) -> None:
    async def go() -> None:
        async with asyncio.timeout(60):
            await main()

    run(go, virtual=False)


def frame(frame_id: int, data: bytes = b"", *, extended: bool = False) -> can.Message:
    return can.Message(arbitration_id=frame_id, is_extended_id=extended, data=data)


def content(message: can.Message) -> tuple[int, bool, bool, bytes]:
    """What of a frame must arrive."""
    return (
        message.arbitration_id,
        message.is_extended_id,
        message.is_remote_frame,
        bytes(message.data),
    )


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what a thread brings about."""
    deadline = Deadline.after(seconds)
    while not condition():
        assert not deadline.passed(), "it did not come about"
        await sleep(0.005)


class FakeHub:
    """A bus in memory that delivers at once, as `simulators.canbus` does at the exact time."""

    def __init__(self) -> None:
        self.heard: list[can.Message] = []
        self.listeners: list[OnFrame] = []
        self.silent = 0
        self.refuses = False

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        self.listeners.append(on_frame)
        self.silent += listen_only
        return lambda: self.listeners.remove(on_frame)

    def transmit(self, message: can.Message) -> None:
        if self.refuses:
            raise can.CanOperationError("bus-off")
        self.heard.append(message)

    def put(self, message: can.Message) -> None:
        message.timestamp = loop_time()
        for listener in tuple(self.listeners):
            listener(message)


class SlcanAdapter:
    """The far side of `socket://`: answers like an adapter, frames can be put on its bus."""

    def __init__(self) -> None:
        self.heard: list[can.Message] = []
        self.pass_on: Callable[[can.Message], None] = lambda _: None
        """Called with every frame that the other side sends."""
        self.commands: list[str] = []
        self.port = 0
        self.is_open = False
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.append(task)
        self._writers.append(writer)
        buffer = b""
        try:
            while data := await reader.read(4096):
                *lines, buffer = (buffer + data).split(b"\r")
                for line in lines:
                    self._command(line.decode())
                    writer.write(b"z\r" if line[:1] in b"tTrRdDbB" and line else b"\r")
        except ConnectionError:
            pass  # the client went away, as clients do
        finally:
            self.is_open = False
            writer.close()

    def _command(self, line: str) -> None:
        from harness.devices.can.slcan import parse_line  # noqa: PLC0415 - only for slcan tests

        message = parse_line(line) if line and line[0] in "tTrRdDbB" else None
        if message is None:
            self.commands.append(line)
            self.is_open = line in "OL" if line[:1] in "OLC" else self.is_open
        else:
            self.heard.append(message)
            self.pass_on(message)

    def write(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    def put(self, message: can.Message) -> None:
        self.write(line_of(message).encode())

    async def drain(self) -> None:
        for writer in self._writers:
            await writer.drain()

    async def stop(self) -> None:
        """Close the connections and the server, as when the adapter's box is switched off."""
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def line_of(message: can.Message) -> str:
    """A frame as an slcan adapter writes it."""
    letter = "r" if message.is_remote_frame else "b" if message.bitrate_switch else "t"
    letter = "d" if message.is_fd and not message.bitrate_switch else letter
    head = f"{letter}{message.arbitration_id:03X}"
    if message.is_extended_id:
        head = f"{letter.upper()}{message.arbitration_id:08X}"
    code = can.util.len2dlc(message.dlc)
    return f"{head}{code:X}{message.data.hex().upper()}\r"


class Rig(ABC):
    """One bus with the others on it. `bus` is ours, open."""

    is_virtual = False
    can_die = True
    bus: CanBus

    def __init__(self, *, read_only: bool = False, fd: bool = False) -> None:
        self.read_only = read_only
        self.fd = fd
        self.lost: list[DeviceLostError] = []

    @abstractmethod
    async def connect(self) -> CanConnection:
        """Bring the others up."""

    async def open(self) -> None:
        """Open our bus, and wait until the adapter has heard of it."""
        await self.bus.open(soon())

    @abstractmethod
    def put(self, message: can.Message) -> None:
        """Put a frame of the others on the bus."""

    @abstractmethod
    def heard(self) -> list[can.Message]:
        """What the others got from us."""

    @abstractmethod
    async def disconnect(self) -> None:
        """The others go; for adapters with a plug this is what pulling it does."""


class MemoryRig(Rig):
    is_virtual = True
    can_die = False

    async def connect(self) -> CanConnection:
        self.hub = FakeHub()
        self.name = f"rig-{next(_names)}"
        offer_hub(self.name, self.hub)
        return CanConnection(can="memory", channel=self.name)

    def put(self, message: can.Message) -> None:
        self.hub.put(message)

    def heard(self) -> list[can.Message]:
        return self.hub.heard

    async def disconnect(self) -> None:
        withdraw_hub(self.name)


class LibraryRig(Rig):
    """python-can's `virtual` interface."""

    async def connect(self) -> CanConnection:
        name = f"rig-{next(_names)}"
        self.other = can.Bus(interface="virtual", channel=name, ignore_config=True)
        self._heard: list[can.Message] = []
        return CanConnection(can="virtual", channel=name, fd=self.fd)

    def put(self, message: can.Message) -> None:
        self.other.send(message)

    def heard(self) -> list[can.Message]:
        while (message := self.other.recv(0)) is not None:
            self._heard.append(message)
        return self._heard

    async def disconnect(self) -> None:
        self.other.shutdown()
        # The library's virtual bus cannot be pulled out; closing ours under the reader is as bad.
        port = self.bus._port
        inner = getattr(port, "_bus", None)
        if inner is not None:
            inner.shutdown()


class SlcanRig(Rig):
    async def connect(self) -> CanConnection:
        self.adapter = SlcanAdapter()
        await self.adapter.start()
        channel = f"socket://127.0.0.1:{self.adapter.port}"
        rate = 2_000_000 if self.fd else None
        return CanConnection(can="slcan", channel=channel, fd=self.fd, data_bitrate=rate)

    def put(self, message: can.Message) -> None:
        self.adapter.put(message)

    def heard(self) -> list[can.Message]:
        return self.adapter.heard

    async def open(self) -> None:
        await super().open()
        await until(lambda: self.adapter.is_open)

    async def disconnect(self) -> None:
        await self.adapter.stop()


R = TypeVar("R", bound=Rig)
RIGS: list[type[Rig]] = [MemoryRig, LibraryRig, SlcanRig]


@asynccontextmanager
async def running(rig: R) -> AsyncIterator[R]:
    """The rig with our bus open."""
    connection = await rig.connect()
    rig.bus = CanBus(
        "test",
        connection,
        clock=Clock(virtual=rig.is_virtual),
        read_only=rig.read_only,
        on_lost=rig.lost.append,
    )
    try:
        await rig.open()
        yield rig
    finally:
        await rig.bus.close()
        await rig.disconnect()


def on_rig(rig: R, main: Callable[[R], Awaitable[None]]) -> None:
    """Run a test on a rig, on the loop that it needs."""

    async def go() -> None:
        async with running(rig):
            await main(rig)

    (virtual if rig.is_virtual else live)(go)
