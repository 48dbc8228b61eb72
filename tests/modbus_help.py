"""A small pymodbus server with the register map of a profile, for the Modbus tests."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from pymodbus.transport import NULLMODEM_HOST

from harness.clock import Clock, Deadline, run
from harness.devices.modbus.codec import encode
from harness.devices.modbus.connection import ModbusConnection
from harness.devices.modbus.device import ModbusDevice
from harness.devices.modbus.line import Line
from harness.devices.modbus.points import Profile, Table
from harness.devices.modbus.profile import load_profile
from harness.events import Transaction
from harness.quantity import Quantity, Value

MEMORY = ["memory-tcp", "memory-rtu", "memory-ascii"]
PILE = "gb-ac-pile"
_memory_lines = itertools.count(7000)
_LETTER = {1: "c", 5: "c", 15: "c", 2: "d", 3: "h", 6: "h", 16: "h", 4: "i"}
_ORDER = (Table.COIL, Table.DISCRETE, Table.HOLDING, Table.INPUT)


def soon() -> Deadline:
    return Deadline.after(60)


def virtual(main: Callable[[], Awaitable[None]]) -> None:
    async def go() -> None:
        await main()

    run(go, virtual=True)


class FakeDevice:
    """Registers of one or more profiles (by unit id), and a wire that can be made to misbehave."""

    def __init__(self, **profiles: Profile) -> None:
        self.words: dict[tuple[int, str, int], int] = {}
        self.requests: list[bytes] = []
        self.writes: list[tuple[int, int, list[int]]] = []
        self.spoil: Callable[[bytes], bytes] = lambda reply: reply
        """Gets every reply frame, gives what goes on the wire instead (b"" for silence)."""
        self.refuse: dict[int, ExcCodes] = {}
        """Address -> exception code."""
        self.delay = 0.0
        self.units = {int(key[1:]): profile for key, profile in profiles.items()}
        for unit, profile in self.units.items():
            for point in profile.points.values():
                for address in range(point.address, point.end):
                    self.words[unit, point.table.value[0], address] = 0

    def put(self, name: str, value: Value | None, unit: int = 1) -> None:
        """Let a point have a value (None: not available)."""
        point = self.units[unit].points[name]
        for offset, word in enumerate(encode(point, value, checked=False)):
            self.words[unit, point.table.value[0], point.address + offset] = word

    def put_words(self, name: str, words: list[int], unit: int = 1) -> None:
        point = self.units[unit].points[name]
        for offset, word in enumerate(words):
            self.words[unit, point.table.value[0], point.address + offset] = word

    def _devices(self) -> list[SimDevice]:
        return [self._device(unit) for unit in self.units]

    def _device(self, unit: int) -> SimDevice:
        blocks: list[list[SimData]] = []
        for table in _ORDER:
            known = sorted(a for u, t, a in self.words if u == unit and t == table.value[0])
            kind = DataType.BITS if table.is_bits else DataType.REGISTERS
            off: Any = False if table.is_bits else 0
            blocks.append([SimData(a, values=[off], datatype=kind) for a in known or [0]])

        async def action(*access: Any) -> ExcCodes | None:
            return await self._access(unit, *access)

        return SimDevice(unit, tuple(blocks), action=action)  # type: ignore[arg-type]

    async def _access(self, unit: int, function: int, start: int, *rest: Any) -> ExcCodes | None:
        address, count, registers, values = rest
        if address in self.refuse:
            return self.refuse[address]
        if self.delay:
            await asyncio.sleep(self.delay)
        letter = _LETTER[function]
        if values is not None:
            self.writes.append((function, address, [int(value) for value in values]))
            for offset, value in enumerate(values):
                self.words[unit, letter, address + offset] = int(value)
            return None
        if letter in "hi":
            for here in range(address, address + count):
                registers[here - start] = self.words[unit, letter, here]
            return None
        for word in range(address // 16, address // 16 + count):
            bits = (self.words.get((unit, letter, 16 * word + bit), 0) for bit in range(16))
            registers[word - start] = sum(value << bit for bit, value in enumerate(bits))
        return None

    def trace(self, sending: bool, data: bytes) -> bytes:
        if sending:
            return self.spoil(data)
        self.requests.append(data)
        return data


@asynccontextmanager
async def serving(fake: FakeDevice, kind: str) -> AsyncIterator[ModbusConnection]:
    """Serve over one of: memory-tcp, memory-rtu, memory-ascii, tcp, rtu-over-tcp, serial, ascii."""
    framer = FramerType.SOCKET if kind in ("tcp", "memory-tcp") else FramerType.RTU
    if kind.endswith("ascii"):
        framer = FramerType.ASCII
    options: dict[str, Any] = {"framer": framer, "trace_packet": fake.trace}
    if kind in ("serial", "ascii"):
        async with pty_pair() as (ours, theirs):
            serial = ModbusSerialServer(fake._devices(), port=theirs, baudrate=9600, **options)
            await serial.serve_forever(background=True)
            try:
                yield ModbusConnection(
                    modbus="ascii" if kind == "ascii" else "rtu",
                    port=ours,
                    baudrate=9600,
                    parity="N",
                    bytesize=8,
                    timeout=0.3,
                    unit=1,
                )
            finally:
                await serial.shutdown()
        return
    memory = kind.startswith("memory")
    address = (NULLMODEM_HOST, next(_memory_lines)) if memory else ("127.0.0.1", 0)
    server = ModbusTcpServer(fake._devices(), address=address, **options)
    await server.serve_forever(background=True)
    try:
        if memory:
            yield ModbusConnection(
                modbus="memory",
                port=address[1],
                framing=kind.removeprefix("memory-"),  # type: ignore[arg-type]
                timeout=1.0,
                unit=1,
            )
        else:
            port = server.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
            modbus: Any = kind
            yield ModbusConnection(modbus=modbus, host="127.0.0.1", port=port, timeout=0.3, unit=1)
    finally:
        await server.shutdown()


@asynccontextmanager
async def pty_pair() -> AsyncIterator[tuple[str, str]]:
    """Two pseudo-terminals, wired to each other like a null-modem cable."""
    import tty  # noqa: PLC0415 - not on Windows

    loop = asyncio.get_running_loop()
    first, second = os.openpty(), os.openpty()
    for master, slave in (first, second):
        tty.setraw(slave)
        os.set_blocking(master, False)

    def carry(source: int, target: int) -> None:
        os.write(target, os.read(source, 4096))

    loop.add_reader(first[0], carry, first[0], second[0])
    loop.add_reader(second[0], carry, second[0], first[0])
    try:
        yield os.ttyname(first[1]), os.ttyname(second[1])
    finally:
        for master, slave in (first, second):
            loop.remove_reader(master)
            os.close(master)
            os.close(slave)


class Record(list[Transaction]):
    """Keeps transactions as the run's record would."""

    def __call__(self, transaction: Transaction) -> int:
        self.append(transaction)
        return len(self)


@asynccontextmanager
async def opened(
    connection: ModbusConnection,
    profile: Profile,
    *,
    virtual: bool,
    uncertainty: dict[str, Quantity] | None = None,
) -> AsyncIterator[tuple[ModbusDevice, Record]]:
    """An open device on a line of its own."""
    record = Record()
    line = Line(connection, record)
    device = ModbusDevice(
        "pile",
        profile,
        line,
        unit=connection.unit or 1,
        clock=Clock(virtual=virtual),
        uncertainty=uncertainty,
        simulated=True,
    )
    await device.open(Deadline.after(5))
    try:
        yield device, record
    finally:
        await device.close()


def shipped(name: str) -> Profile:
    return load_profile(name)
