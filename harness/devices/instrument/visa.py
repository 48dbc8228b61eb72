"""A real instrument through PyVISA and its own back end in Python: no maker's driver is needed.

PyVISA waits, so every call runs in a thread of its own, one at a time. A call that outlives its
deadline is left to end by VISA's own timeout; until then the link takes no other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, TypeVar

from harness.clock import Deadline
from harness.devices.instrument.connection import VisaConnection
from harness.errors import ConnectionFailedError, DeviceLostError, NoReplyError

T = TypeVar("T")
BACKEND = "@py"
_TIMEOUT = "VI_ERROR_TMO"


class VisaTransport:
    """One VISA resource."""

    def __init__(self, connection: VisaConnection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"visa {connection.visa}")
        self._manager: Any = None
        self._resource: Any = None

    async def open(self, deadline: Deadline) -> None:
        """Raises ConnectionFailedError."""
        try:
            library = import_module("pyvisa")
        except ImportError as error:
            raise ConnectionFailedError(
                f"{self._connection.visa}: the extra 'instruments' is not installed "
                "(pip install 'charging-harness[instruments]')"
            ) from error

        def opening() -> Any:
            self._manager = library.ResourceManager(BACKEND)
            resource = self._manager.open_resource(
                self._connection.visa, open_timeout=int(1000 * self._connection.timeout)
            )
            resource.timeout = int(1000 * self._connection.timeout)
            resource.read_termination = resource.write_termination = self._connection.end
            return resource

        try:
            self._resource = await self._in_thread(opening, deadline)
        except NoReplyError as error:
            raise ConnectionFailedError(f"{self._connection.visa}: {error.detail}") from error
        except DeviceLostError as error:
            raise ConnectionFailedError(error.detail) from error

    async def send(self, line: str, deadline: Deadline) -> None:
        await self._in_thread(lambda: self._resource.write(line), deadline, line)

    async def ask(self, line: str, deadline: Deadline) -> str:
        return str(await self._in_thread(lambda: self._resource.query(line), deadline, line))

    async def close(self) -> None:
        def closing() -> None:
            if self._resource is not None:
                self._resource.close()
            if self._manager is not None:
                self._manager.close()

        try:
            # Whatever still waits ends by its own timeout first.
            limit = Deadline.after(2 * self._connection.timeout + 1.0)
            await self._in_thread(closing, limit)
        finally:
            self._resource = self._manager = None
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], T], deadline: Deadline, line: str = "") -> T:
        """The result of a blocking call. Raises NoReplyError, DeviceLostError."""
        loop = asyncio.get_running_loop()
        what = line or self._connection.visa
        try:
            async with deadline.timeout():
                return await loop.run_in_executor(self._thread, work)
        except TimeoutError as error:
            raise NoReplyError(f"{what}: no reply in time") from error
        except Exception as error:
            raise _ours(error, what, self._connection) from error


def _ours(error: Exception, what: str, connection: VisaConnection) -> Exception:
    """Whatever VISA, sockets and back ends raise, as one of our own errors."""
    if _TIMEOUT in str(error):
        return NoReplyError(f"{what}: no reply within {connection.timeout:g} s")
    return DeviceLostError(f"{connection.visa}: {type(error).__name__}: {error}")
