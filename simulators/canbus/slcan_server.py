"""Serves a simulated bus as slcan adapters: over TCP to many programs, on a pty to one.

Third-party programs reach it as they reach an adapter, for instance python-can and its viewer with
`--interface slcan --channel socket://127.0.0.1:PORT`.
"""

import asyncio
from typing import Protocol, cast, runtime_checkable

import can

from harness.devices.can.memory import Hub
from harness.errors import ConnectionFailedError
from simulators.canbus.slcan_pty import PtyPort
from simulators.canbus.slcan_session import SlcanSession

MAX_CLIENTS = 32
QUEUE = 64 * 1024
"""Bytes that may wait for a client that does not read (some 2,000 frames)."""


@runtime_checkable
class _Tapped(Protocol):
    """A hub that gives each adapter a place of its own on the bus."""

    def tap(self) -> Hub: ...


class SlcanServer:
    """Adapters on one hub. `bitrate` is that of the bus (bit/s).

    Each client has an adapter of its own. Clients also see each other's frames: on the bus, where
    the hub gives each adapter its own tap, otherwise handed over here as soon as the hub has taken
    them.
    """

    def __init__(self, hub: Hub, *, bitrate: int = 500_000) -> None:
        self._hub = hub
        self._bitrate = bitrate
        self._servers: list[asyncio.Server] = []
        self._clients: list[_Client] = []
        self._ptys: list[PtyPort] = []
        self.sessions: list[SlcanSession] = []
        """The adapters in use."""

    async def serve_tcp(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen on a TCP port, 0 for any free one; the address that it got (`HOST:PORT`).

        Raises ConnectionFailedError.
        """
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(lambda: _Client(self), host, port)
        except OSError as error:
            raise ConnectionFailedError(f"slcan on {host}:{port}: {error}") from error
        self._servers.append(server)
        bound = server.sockets[0].getsockname()
        name = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        return f"{name}:{bound[1]}"

    async def serve_pty(self) -> str:
        """Make a pseudo-terminal that looks like an adapter's serial port; its path.

        Raises NotAvailableError on systems without pseudo-terminals.
        """
        port = PtyPort(QUEUE)
        session = self.new_session(port.write)
        port.start(session.feed)
        self._ptys.append(port)
        return port.path

    async def stop(self) -> None:
        """Stop listening, close every channel. Safe to call twice."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
        for client in tuple(self._clients):
            client.drop()
        for port in self._ptys:
            port.close()
        self._ptys.clear()
        for session in tuple(self.sessions):
            self.end_session(session)
        for server in servers:
            await server.wait_closed()

    # For the transports

    def new_session(self, write: "_Write") -> SlcanSession:
        """An adapter for a new client."""
        if isinstance(self._hub, _Tapped):
            session = SlcanSession(self._hub.tap(), self._bitrate, write)
        else:

            def sent(message: can.Message) -> None:
                message.timestamp = asyncio.get_running_loop().time()
                for other in self.sessions:
                    if other is not session:
                        other.show(message)

            session = SlcanSession(self._hub, self._bitrate, write, sent)
        self.sessions.append(session)
        return session

    def end_session(self, session: SlcanSession) -> None:
        """A client has gone."""
        session.close()
        if session in self.sessions:
            self.sessions.remove(session)

    def admit(self, client: "_Client") -> bool:
        """Is there room for one more TCP client?"""
        if len(self._clients) >= MAX_CLIENTS:
            return False
        self._clients.append(client)
        return True

    def dismiss(self, client: "_Client") -> None:
        """A TCP client has gone."""
        if client in self._clients:
            self._clients.remove(client)


class _Write(Protocol):
    def __call__(self, data: bytes, /) -> bool: ...


class _Client(asyncio.Protocol):
    """One TCP connection. Output is gathered for a turn of the loop; it is bounded."""

    def __init__(self, server: SlcanServer) -> None:
        self._server = server
        self._session: SlcanSession | None = None
        self._transport: asyncio.Transport | None = None
        self._out = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._server.admit(self):
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(high=QUEUE // 2)
        self._session = self._server.new_session(self._write)

    def data_received(self, data: bytes) -> None:
        if self._session is not None:
            self._session.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.dismiss(self)
        self._transport = None
        if self._session is not None:
            self._server.end_session(self._session)
            self._session = None

    def pause_writing(self) -> None:
        """The client does not read: take no more commands from it until it does."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def drop(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _write(self, data: bytes) -> bool:
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() + len(self._out) + len(data) > QUEUE:
            return False
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += data
        return True

    def _flush(self) -> None:
        if self._transport is not None and self._out:
            self._transport.write(bytes(self._out))
        self._out.clear()
