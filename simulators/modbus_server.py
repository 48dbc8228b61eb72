"""Modbus frames for simulated devices: in memory, TCP, RTU over TCP and serial.

The one module of the simulators that imports pymodbus. Its transports, framers and PDU decoder are
used; what a request does is decided by `RegisterMap`, not by pymodbus's register memory, because
that answers requests for unknown units and function codes in its own way and checks maps too
lightly (an overlap behind a gap is silently moved).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Literal, Self

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusIOException
from pymodbus.framer import FramerAscii, FramerRTU, FramerType
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsResponse,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsResponse,
    WriteSingleCoilResponse,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterResponse,
)
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import DataType, SimData, SimDevice
from pymodbus.transaction import TransactionManager
from pymodbus.transport import NULLMODEM_HOST

from harness.clock import loop_time, sleep
from harness.devices.modbus.connection import Framing
from harness.devices.modbus.ports import PORT_ERRORS, usable_parity
from harness.errors import ConnectionFailedError
from simulators.register_map import (
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    Device,
    RefusalError,
    RegisterMap,
)
from simulators.wire import HANG, Disturbance, Wire

_ports = count(1)
"""In-memory lines have process-wide numbers; nothing that depends on them may reach a record."""


NON_SIGNIFICANT_UNIT = 0xFF


class SimulatedSlave:
    """One device on a wire: unit id, registers, response time, and the wire's condition."""

    def __init__(
        self,
        registers: RegisterMap,
        device: Device,
        wire: Wire,
        *,
        advance: Callable[[], None],
        response_delay: float,
        line: Wire | None = None,
    ) -> None:
        """`line`: the trunk that the device's own `wire` branches off, where there is one."""
        self.registers = registers
        self.device = device
        self.wire = wire
        self.line = line
        self.advance = advance
        self.response_delay = response_delay
        """Seconds from a request to its reply."""
        self._fetched = 0.0

    def hears(self, unit: int, *, direct: bool) -> bool:
        """Is the request for this device, and is anybody there?

        `direct`: it came over Modbus TCP, where the address already says who is meant; the unit
        id 255 then stands for "you" (Modbus messaging on TCP/IP, implementation guide).
        """
        self.advance()
        meant = unit == self.device.unit_id or unit in self.registers.unit_ids
        reached = not self.wire.dead and (self.line is None or not self.line.dead)
        there = self.device.powered and reached
        return (meant or (direct and unit == NON_SIGNIFICANT_UNIT)) and there

    def answer(self, request: ModbusPDU) -> ModbusPDU:
        """Carry out a request. Refusals are exception replies."""
        self.advance()
        if self.registers.any_request_feeds:
            self.device.feed()
        reply = self._carry_out(request)
        done = not isinstance(reply, ExceptionResponse)
        if done and self.registers.feeds_watchdog(
            request.function_code, request.address, request.count
        ):
            self.device.feed()
        return reply

    def _look_through_gateway(self) -> None:
        """What is read comes through whatever stands on the wire."""
        window, wire, now = self.registers.window, self.wire, loop_time()
        window.words_swapped = wire.words_swapped
        if not wire.cache_for:
            window.image = None
        elif window.image is None or now - self._fetched >= wire.cache_for:
            window.image = self.registers.image()
            self._fetched = now

    def _carry_out(self, request: ModbusPDU) -> ModbusPDU:
        self._look_through_gateway()
        function, address = request.function_code, request.address
        unit = request.dev_id
        part = unit if unit != self.device.unit_id and unit in self.registers.unit_ids else None
        try:
            if function in (1, 2, 3, 4):
                return self._read(function, address, request.count, part)
            if function in (5, 6):
                if function == 5:
                    self.registers.write(function, address, [int(request.bits[0])], part)
                    return WriteSingleCoilResponse(address=address, bits=list(request.bits))
                self.registers.write(function, address, list(request.registers), part)
                return WriteSingleRegisterResponse(address=address, registers=request.registers)
            if function == 15:
                if len(request.bits) != request.count:
                    raise RefusalError(ILLEGAL_VALUE)
                self.registers.write(function, address, list(request.bits), part)
                return WriteMultipleCoilsResponse(address=address, count=request.count)
            if function == 16:
                if len(request.registers) != request.count or not 1 <= request.count <= 123:
                    raise RefusalError(ILLEGAL_VALUE)
                self.registers.write(function, address, list(request.registers), part)
                return WriteMultipleRegistersResponse(address=address, count=request.count)
            raise RefusalError(ILLEGAL_FUNCTION)
        except RefusalError as refusal:
            return ExceptionResponse(function, refusal.code)

    def _read(self, function: int, address: int, number: int, part: int | None) -> ModbusPDU:
        words = self.registers.read(function, address, number, part)
        if function == 3:
            return ReadHoldingRegistersResponse(registers=words)
        if function == 4:
            return ReadInputRegistersResponse(registers=words)
        bits = [bool(word) for word in words]
        if function == 1:
            return ReadCoilsResponse(bits=bits)
        return ReadDiscreteInputsResponse(bits=bits)


class _Handler(ServerRequestHandler):
    """One connection. Requests are answered one by one after the device's response time."""

    def __init__(self, server: Any, slaves: Sequence[SimulatedSlave]) -> None:
        super().__init__(server, self._trace, None, None)  # type: ignore[no-untyped-call]
        self._slaves = slaves
        self._waiting: deque[tuple[SimulatedSlave, ModbusPDU, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._effect: Disturbance | None = None
        self._is_rtu = isinstance(self.framer, FramerRTU)
        self._is_ascii = isinstance(self.framer, FramerAscii)
        self._is_bus = self._is_rtu or self._is_ascii
        self._heard: bytes | None = None
        """The request that a device which wants everything twice has heard once."""
        self._limits: _Limits | None = None
        self._idle: asyncio.TimerHandle | None = None

    def limited(self, limits: "_Limits") -> Self:
        """Keep to what the device allows of a TCP connection."""
        self._limits = limits
        return self

    def callback_connected(self) -> None:
        super().callback_connected()
        limits = self._limits
        if limits is None:
            return
        limits.open.add(self)
        if limits.clients is not None and len(limits.open) > limits.clients:
            asyncio.get_running_loop().call_soon(self.close)
        self._stay_open()

    def _stay_open(self) -> None:
        """A request has come, or the connection: from now on the idle time counts anew."""
        if self._idle is not None:
            self._idle.cancel()
        if self._limits is not None and self._limits.idle_close is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._limits.idle_close, self.close)

    def callback_data(self, data: bytes, addr: tuple[Any, ...] | None = None) -> int:
        """Take a frame apart; what cannot be a request is refused or ignored as a device would."""
        try:
            used = TransactionManager.callback_data(self, data, addr)
        except ModbusIOException as error:
            function = _function_in(data, self._is_rtu, self._is_ascii)
            self._refuse(function, error.dev_id, error.transaction_id)
            return len(data)
        if self.last_pdu is not None:
            self._take(self.last_pdu, bytes(data[:used]))
        elif self._is_rtu and used == 0 and _is_whole_frame(data):
            # The framer does not know the function code, but the frame is sound.
            self._refuse(data[1], data[0], 0)
            return len(data)
        return used

    def callback_disconnected(self, exc: Exception | None) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._idle is not None:
            self._idle.cancel()
        if self._limits is not None:
            self._limits.open.discard(self)
        super().callback_disconnected(exc)

    def _listeners(self, unit: int) -> list[SimulatedSlave]:
        """Who takes a request for this unit to be meant for him: one, if the line is in order."""
        direct = not self._is_bus
        return [slave for slave in self._slaves if slave.hears(unit, direct=direct)]

    def _ignores(self, slave: SimulatedSlave, frame: bytes) -> bool:
        """A device that hears a request only when it comes once more."""
        if not slave.registers.profile.rules.first_ignored:
            return False
        again, self._heard = frame == self._heard, frame
        if again:
            self._heard = None
        return not again

    def _take(self, request: ModbusPDU, frame: bytes) -> None:
        listeners = self._listeners(request.dev_id)
        if self._is_bus:
            # On a serial line a newer request means that the master has given up on the old one.
            self._waiting.clear()
        if not listeners or self._ignores(listeners[0], frame):
            return  # a device is silent on what is meant for others
        self._stay_open()
        # Two devices under one address answer at once, and nobody understands either.
        self._waiting.append((listeners[0], request, len(listeners) > 1))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            slave, _, clash = self._waiting[0]
            effect = Disturbance.GARBLED if clash else slave.wire.next_reply()
            delay = slave.response_delay + slave.wire.extra_delay
            await sleep(delay + HANG if effect is Disturbance.DELAYED else delay)
            if not self._waiting:
                return
            slave, request, _ = self._waiting.popleft()
            if effect is Disturbance.REFUSED:
                reply: ModbusPDU = ExceptionResponse(request.function_code, ExcCodes.DEVICE_BUSY)
                slave.advance()
                if slave.registers.any_request_feeds:
                    slave.device.feed()
            else:
                reply = slave.answer(request)
            self._send(reply, request.dev_id, request.transaction_id, effect)

    def _refuse(self, function: int, unit: int, transaction: int) -> None:
        """A request that is no request: its function is unknown, or its contents are."""
        for slave in self._listeners(unit)[:1]:
            known = function in slave.registers.functions
            code = ExcCodes.ILLEGAL_VALUE if known else ExcCodes.ILLEGAL_FUNCTION
            self._send(ExceptionResponse(function & 0x7F, code), unit, transaction, None)

    def _send(
        self, reply: ModbusPDU, unit: int, transaction: int, effect: Disturbance | None
    ) -> None:
        reply.dev_id, reply.transaction_id = unit, transaction
        if effect is Disturbance.DROPPED:
            return
        if effect is Disturbance.WRONG_UNIT:
            reply.dev_id = unit % 247 + 1
        self._effect = effect
        self.pdu_send(reply)
        self._effect = None

    def _trace(self, sending: bool, data: bytes) -> bytes:
        if sending and self._effect is Disturbance.GARBLED:
            return bytes(byte ^ 0x55 for byte in data)
        if not sending or self._effect is not Disturbance.CORRUPTED:
            return data
        if self._is_rtu:
            return data[:2] + bytes([data[2] ^ 0x10]) + data[3:]
        if self._is_ascii:
            return data[:5] + bytes([data[5] ^ 0x01]) + data[6:]
        return data[:-1]


def _function_in(data: bytes, is_rtu: bool, is_ascii: bool) -> int:
    """The function code of a frame that the framer has found to be whole."""
    if is_ascii:
        return int(data[3:5], 16)
    return data[1] if is_rtu else data[7]


_FRAMERS = {"rtu": FramerType.RTU, "ascii": FramerType.ASCII, "tcp": FramerType.SOCKET}


def _is_whole_frame(data: bytes) -> bool:
    return len(data) >= 4 and FramerRTU.compute_CRC(data[:-2]) == int.from_bytes(data[-2:], "big")


def _stand_in() -> SimDevice:
    """pymodbus wants a memory at construction; no request ever reaches it."""
    return SimDevice(0, [SimData(0, datatype=DataType.REGISTERS)])


class _Limits:
    """What a device allows of its TCP connections, by its profile; and who is connected."""

    def __init__(self, slave: SimulatedSlave) -> None:
        link = slave.registers.profile.links.get("tcp")
        self.clients = link.clients if link is not None else None
        self.idle_close = link.idle_close if link is not None else None
        self.open: set[_Handler] = set()


class _TcpServer(ModbusTcpServer):
    def __init__(
        self, slaves: Sequence[SimulatedSlave], address: tuple[str, int], framer: FramerType
    ) -> None:
        super().__init__(_stand_in(), address=address, framer=framer)
        self._slaves = slaves
        self._limits = _Limits(slaves[0]) if address[0] != NULLMODEM_HOST else None

    def callback_new_connection(self) -> _Handler:
        handler = _Handler(self, self._slaves)
        return handler if self._limits is None else handler.limited(self._limits)


class _SerialServer(ModbusSerialServer):
    def __init__(
        self, slaves: Sequence[SimulatedSlave], port: str, framer: FramerType, **line: Any
    ) -> None:
        super().__init__(_stand_in(), port=port, framer=framer, **line)
        self._slaves = slaves

    def callback_new_connection(self) -> _Handler:
        return _Handler(self, self._slaves)


class Serving:
    """One open server."""

    def __init__(self, server: _TcpServer | _SerialServer, address: str, port: int) -> None:
        self._server = server
        self.address = address
        """`memory:N`, `tcp://HOST:PORT`, `rtu-over-tcp://HOST:PORT`, `rtu:PORT`, `ascii:PORT`."""
        self.port = port

    async def stop(self) -> None:
        await self._server.shutdown()  # type: ignore[no-untyped-call]


async def serve_in_memory(
    slave: SimulatedSlave, framing: Framing, *others: SimulatedSlave
) -> Serving:
    """Serve on pymodbus's in-process line; clients use its number as port.

    `others` are on the same line, each under its own unit id.
    """
    number = next(_ports)
    server = _TcpServer((slave, *others), (NULLMODEM_HOST, number), _FRAMERS[framing])
    await server.serve_forever(background=True)
    return Serving(server, f"memory:{number}", number)


async def serve_tcp(
    slave: SimulatedSlave, host: str, port: int, *others: SimulatedSlave, rtu: bool
) -> Serving:
    """Serve on a TCP port (0: any). Raises ConnectionFailedError.

    `others` are behind the same port, as behind a gateway, each under its own unit id.
    """
    framer = FramerType.RTU if rtu else FramerType.SOCKET
    server = _TcpServer((slave, *others), (host, port), framer)
    scheme = "rtu-over-tcp" if rtu else "tcp"
    try:
        await server.serve_forever(background=True)
    except RuntimeError as error:
        raise ConnectionFailedError(f"cannot listen on {scheme}://{host}:{port}") from error
    transport: Any = server.transport
    found = int(transport.sockets[0].getsockname()[1])
    return Serving(server, f"{scheme}://{host}:{found}", found)


async def serve_serial(
    slave: SimulatedSlave,
    port: str,
    *others: SimulatedSlave,
    baudrate: int,
    parity: Literal["N", "E", "O"],
    bytesize: int,
    stopbits: int,
    framing: Framing = "rtu",
) -> Serving:
    """Serve RTU or ASCII on a serial port or pty. Raises ConnectionFailedError."""
    server = _SerialServer(
        (slave, *others),
        port,
        _FRAMERS[framing],
        baudrate=baudrate,
        parity=usable_parity(port, parity),
        bytesize=bytesize,
        stopbits=stopbits,
    )
    try:
        await server.serve_forever(background=True)
    except PORT_ERRORS as error:
        raise ConnectionFailedError(f"cannot open the serial port {port}: {error}") from error
    return Serving(server, f"{framing}:{port}", 0)
