"""Lines to an instrument and back: what a back end has to do, and the one inside the process.

One line at a time. What a back end raises is our own: ConnectionFailedError at the opening,
NoReplyError for silence, DeviceLostError when the link is gone.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from harness.clock import Deadline, sleep
from harness.devices.instrument.connection import MEMORY, VisaConnection
from harness.errors import ConnectionFailedError, DeviceLostError, NoReplyError

Handler = Callable[[str], Awaitable[str | None]]
"""A simulated instrument: a line in, its reply out (without terminator); None: it stays silent."""


class Transport(Protocol):
    """A way to an instrument."""

    async def open(self, deadline: Deadline) -> None:
        """Raises ConnectionFailedError."""
        ...

    async def send(self, line: str, deadline: Deadline) -> None:
        """Raises DeviceLostError, NoReplyError."""
        ...

    async def ask(self, line: str, deadline: Deadline) -> str:
        """Send a line and return the reply, terminator taken off. Raises as `send`."""
        ...

    async def close(self) -> None: ...


_handlers: dict[str, Handler] = {}


def offer(name: str, handler: Handler) -> None:
    """Make a simulated instrument reachable as `{visa: memory::<name>}`."""
    if name in _handlers:
        raise ValueError(f"an instrument called {name!r} is already offered")
    _handlers[name] = handler


def withdraw(name: str) -> None:
    """Take an instrument away; no error if it is not there."""
    _handlers.pop(name, None)


class MemoryTransport:
    """To an instrument that is simulated in this process. Silence takes the whole time allowed."""

    def __init__(self, connection: VisaConnection) -> None:
        self._name = connection.visa.removeprefix(MEMORY)
        self._timeout = connection.timeout
        self._handler: Handler | None = None

    async def open(self, deadline: Deadline) -> None:
        handler = _handlers.get(self._name)
        if handler is None:
            raise ConnectionFailedError(f"memory::{self._name}: no simulator serves it")
        self._handler = handler

    async def send(self, line: str, deadline: Deadline) -> None:
        await self._opened()(line)

    async def ask(self, line: str, deadline: Deadline) -> str:
        reply = await self._opened()(line)
        if reply is None:
            wait = min(self._timeout, deadline.remaining())
            await sleep(wait)
            raise NoReplyError(f"{line}: no reply within {wait:g} s")
        return reply

    async def close(self) -> None:
        self._handler = None

    def _opened(self) -> Handler:
        if self._handler is None:
            raise DeviceLostError(f"memory::{self._name}: the line is not open")
        return self._handler


def transport_to(connection: VisaConnection) -> Transport:
    """The back end for a connection."""
    if connection.is_memory:
        return MemoryTransport(connection)
    # Late: only a real instrument needs the libraries behind it.
    from harness.devices.instrument.visa import VisaTransport  # noqa: PLC0415

    return VisaTransport(connection)
