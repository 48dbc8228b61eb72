"""A simulated SCPI instrument inside the process, and on a TCP socket for any client."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from harness.clock import sleep
from harness.devices.instrument.connection import MEMORY
from harness.devices.instrument.transport import offer, withdraw
from harness.errors import ConnectionFailedError
from simulators.scpi.commands import Commands

REPLY_DELAY = 0.005
"""Seconds from line to reply."""
_LONGEST = 4096
_number = count(1)


class Served:
    """One instrument; `distort` may change a reply, or take it away (None), for tests of a link."""

    def __init__(self, role: str, commands: Commands, advance: Callable[[], None]) -> None:
        self.distort: Callable[[str, str], str | None] = lambda _line, reply: reply
        self._name = f"{role}-{next(_number)}"
        self._commands = commands
        self._advance = advance
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._offered = False

    def offer(self) -> str:
        """Serve in this process; the VISA name that it has there."""
        if not self._offered:
            offer(self._name, self._handle)
            self._offered = True
        return MEMORY + self._name

    async def serve(self, host: str, port: int) -> str:
        """Serve on a TCP port (0: any); the VISA name. Raises ConnectionFailedError."""
        try:
            self._server = await asyncio.start_server(self._client, host, port, limit=_LONGEST)
        except OSError as error:
            raise ConnectionFailedError(f"{host}:{port}: {error.strerror or error}") from error
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"TCPIP::{host}::{port}::SOCKET"

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        with suppress(ConnectionError, ValueError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                reply = await self._handle(line.decode("ascii", "replace").strip())
                if reply is not None:
                    writer.write(reply.encode("utf-8") + b"\n")
                    await writer.drain()
        self._clients.discard(writer)
        writer.close()

    async def _handle(self, line: str) -> str | None:
        self._advance()
        reply = self._commands.handle(line)
        await sleep(REPLY_DELAY)
        return None if reply is None else self.distort(line, reply)

    async def stop(self) -> None:
        """Stop serving. Safe to call twice."""
        withdraw(self._name)
        self._offered = False
        if self._server is not None:
            self._server.close()
            for writer in list(self._clients):
                writer.close()
            self._server = None
