"""The one module of the harness that speaks to pymodbus.

pymodbus owns the transports and frames and sends the requests. The reply is found by us, in the
bytes that its trace hook shows (see frames.py): pymodbus cannot tell silence from a damaged frame,
takes a reply to another function for an answer, drops the whole connection over some malformed
ones, and after a few missed replies. Its retries, its reconnecting and its logging are switched
off; retries are the line's business, each of them on record.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU, bit_message, register_message
from pymodbus.transport import NULLMODEM_HOST

from harness.clock import Deadline
from harness.devices.modbus.connection import DEFAULT_TCP_PORT, DEFAULT_TIMEOUT, ModbusConnection
from harness.devices.modbus.frames import (
    EXCEPTIONS,
    Request,
    fault_ascii,
    fault_rtu,
    fault_tcp,
    look_ascii,
    look_rtu,
    look_tcp,
)
from harness.devices.modbus.ports import PORT_ERRORS, advice, usable_parity
from harness.errors import (
    BadReplyError,
    BenchError,
    ConnectionFailedError,
    DeviceLostError,
    NoReplyError,
    RefusedError,
)

# pymodbus attaches its "no handler" guard to a misspelt name, so its warnings reach stderr.
_log = logging.getLogger("pymodbus")
_log.addHandler(logging.NullHandler())
_log.propagate = False
if _log.level == logging.NOTSET:
    _log.setLevel(logging.CRITICAL)


_MOST_BYTES = 4096
"""Received bytes that are kept: late replies may stand before the one that is waited for."""
_NO_TARGET = (10, 11)

_PymodbusClient = AsyncModbusTcpClient | AsyncModbusSerialClient
_NOT_OPENED: tuple[type[Exception], ...] = (ModbusException, *PORT_ERRORS)


def _pdu(request: Request) -> ModbusPDU:
    """pymodbus's form of a request."""
    unit, at, values = request.unit, request.address, request.values
    kind = _READS.get(request.function)
    if kind is not None:
        return kind(dev_id=unit, address=at, count=request.count)
    if request.function == 5:
        return bit_message.WriteSingleCoilRequest(dev_id=unit, address=at, bits=[bool(values[0])])
    if request.function == 15:
        bits = [bool(value) for value in values]
        return bit_message.WriteMultipleCoilsRequest(dev_id=unit, address=at, bits=bits)
    if request.function == 6:
        return register_message.WriteSingleRegisterRequest(
            dev_id=unit, address=at, registers=[values[0]]
        )
    return register_message.WriteMultipleRegistersRequest(
        dev_id=unit, address=at, registers=list(values), count=len(values)
    )


def _refusal(request: Request, code: int) -> RefusedError | NoReplyError:
    """A refusal by the device, or a gateway's word that the device behind it is silent."""
    what = f"exception {code} ({EXCEPTIONS.get(code, 'unknown code')})"
    if code in _NO_TARGET:
        return NoReplyError(f"{request}: the gateway answers with {what}")
    return RefusedError(f"{request}: refused with {what}", code)


_READS: dict[int, type[ModbusPDU]] = {
    1: bit_message.ReadCoilsRequest,
    2: bit_message.ReadDiscreteInputsRequest,
    3: register_message.ReadHoldingRegistersRequest,
    4: register_message.ReadInputRegistersRequest,
}


_FRAMERS = {"rtu": FramerType.RTU, "ascii": FramerType.ASCII, "tcp": FramerType.SOCKET}


class ModbusClient:
    """One connection. One request at a time; `Line` sees to that.

    `sent` and `received` are the bytes of the last transaction, good or bad.
    """

    def __init__(self, connection: ModbusConnection, on_stray: Callable[[], None]) -> None:
        """`on_stray` is called when bytes arrive that no request waits for."""
        self.connection = connection
        self.sent = b""
        self.received = b""
        self._on_stray = on_stray
        self._framing = connection.framed
        self._client: _PymodbusClient | None = None
        self._reason: BaseException | None = None
        self._request: Request | None = None
        self._answer: asyncio.Future[bytes] | None = None

    @property
    def connected(self) -> bool:
        return self._client is not None and self._client.connected

    async def open(self, deadline: Deadline) -> None:
        """Connect. Raises ConnectionFailedError that says what to look at."""
        self.close()
        self.sent = self.received = b""
        where = self.connection.describe()
        timeout = min(max(self.connection.timeout or DEFAULT_TIMEOUT, 3.0), deadline.remaining())
        try:
            client = self._make(timeout)
            if await client.connect():
                self._client = client
                return
            reason = self._reason
        except _NOT_OPENED as error:
            reason = error
        raise ConnectionFailedError(f"{where}: {advice(self.connection, reason)}") from reason

    def _make(self, timeout: float) -> _PymodbusClient:
        to = self.connection
        hooks: dict[str, Any] = {
            "retries": 0,
            "reconnect_delay": 0.0,
            "timeout": timeout,
            "trace_packet": self._trace,
            "trace_connect": self._link_changed,
        }
        client: _PymodbusClient
        if to.is_serial:
            client = AsyncModbusSerialClient(
                str(to.port),
                framer=_FRAMERS[self._framing],
                baudrate=to.baudrate or 9600,
                bytesize=to.bytesize or 8,
                parity=usable_parity(str(to.port), to.parity or "N"),
                stopbits=to.stopbits or 1,
                **hooks,
            )
        else:
            host = NULLMODEM_HOST if to.modbus == "memory" else str(to.host)
            client = AsyncModbusTcpClient(
                host,
                port=int(to.port or DEFAULT_TCP_PORT),
                framer=_FRAMERS[self._framing],
                **hooks,
            )
        client.ctx.max_buffer_size = _MOST_BYTES
        self._keep_reason(client)
        return client

    def _keep_reason(self, client: _PymodbusClient) -> None:
        """pymodbus only says that it could not connect; keep what the system said."""
        connect = client.ctx.call_create

        async def create() -> Any:
            try:
                return await connect()
            except PORT_ERRORS as error:
                self._reason = error
                raise

        self._reason = None
        client.ctx.call_create = create

    def close(self) -> None:
        """Close the connection, if it is open."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def transact(self, request: Request, timeout: float) -> bytes:
        """Send one request and return the data bytes of the reply (empty for writes).

        `timeout` is in seconds. Raises NoReplyError, BadReplyError, RefusedError or
        DeviceLostError.
        """
        client = self._client
        self.sent = self.received = b""
        if client is None or not client.connected:
            raise DeviceLostError(f"{request}: the connection is gone")
        if request.pdu is None:
            request.prepare(_pdu(request))
        loop = client.ctx.loop
        self._answer = answer = loop.create_future()
        self._request = request
        timer = loop.call_later(timeout, self._time_is_up, timeout)
        try:
            # pymodbus frames and sends; told to expect no reply, it leaves the waiting to us.
            await client.execute(True, request.pdu)
            if 0 < request.again_after < timeout:
                await asyncio.wait([answer], timeout=request.again_after)
                if not answer.done():
                    await client.execute(True, request.pdu)
            body = await answer
        except (ModbusException, OSError) as error:
            raise DeviceLostError(f"{request}: it cannot be sent ({error})") from error
        finally:
            timer.cancel()
            self._request = None
            if not answer.cancel():
                answer.exception()  # seen, even if sending failed first
        if body[0] & 0x80:
            raise _refusal(request, body[1])
        return body[2:] if request.data_bytes else b""

    def _time_is_up(self, timeout: float) -> None:
        request, data = self._request, self.received
        assert request is not None
        if not data:
            self._give_up(NoReplyError(f"{request}: no reply within {timeout:g} s"))
            return
        if self._framing == "rtu":
            fault = fault_rtu(request, data)
        elif self._framing == "ascii":
            fault = fault_ascii(request, data)
        else:
            fault = fault_tcp(request, self._number(), data)
        self._give_up(BadReplyError(f"{request}: {fault}"))

    def _give_up(self, error: BenchError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _number(self) -> int:
        """Transaction number of the request that was sent last (Modbus TCP)."""
        return self.sent[0] << 8 | self.sent[1]

    # Called by pymodbus

    def _trace(self, sending: bool, data: bytes) -> bytes:
        """Keep the bytes both ways and find the reply among those received.

        Nothing of a reply is passed on, so pymodbus keeps the bytes and shows them again with
        what came after them, until the next request empties its buffer.
        """
        if sending:
            self.sent = data
            return data
        request, answer = self._request, self._answer
        if request is None or answer is None or answer.done():
            self._on_stray()
            return b""
        self.received = data
        if self._framing == "rtu":
            body = look_rtu(request, data)
        elif self._framing == "ascii":
            body = look_ascii(request, data)
        else:
            try:
                body = look_tcp(request, self._number(), data)
            except ValueError as error:
                self._give_up(BadReplyError(f"{request}: {error}"))
                return b""
        if body:
            answer.set_result(body)
        return b""

    def _link_changed(self, up: bool) -> None:
        if not up and self._request is not None:
            self._give_up(DeviceLostError(f"{self._request}: the connection was lost"))
