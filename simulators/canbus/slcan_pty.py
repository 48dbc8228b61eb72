"""A pseudo-terminal that stands for an adapter's serial port (POSIX only)."""

import asyncio
import os
import sys
from collections.abc import Callable

from harness.errors import NotAvailableError

_CHUNK = 4096


class PtyPort:
    """The master side of a pty: bytes in to a consumer, bytes out bounded by `limit`.

    The slave side is held open too, so that programs may come and go. Raises NotAvailableError
    where there are no pseudo-terminals.
    """

    def __init__(self, limit: int) -> None:
        if sys.platform == "win32":
            raise NotAvailableError(
                "this system has no pseudo-terminals; serve slcan over TCP instead"
            )
        import tty  # noqa: PLC0415 - exists on POSIX only

        self._limit = limit
        self._out = bytearray()
        self._consumer: Callable[[bytes], None] = lambda _data: None
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self.path = os.ttyname(self._slave)
        """What a program opens as its serial port."""

    def start(self, consumer: Callable[[bytes], None]) -> None:
        """Give `consumer` the bytes that come, from now on."""
        self._consumer = consumer
        self._loop.add_reader(self._master, self._read)

    def close(self) -> None:
        """Take the port away. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._master)
            self._loop.remove_writer(self._master)
            os.close(self._master)
            os.close(self._slave)

    def _read(self) -> None:
        try:
            data = os.read(self._master, _CHUNK)
        except BlockingIOError:
            return
        self._consumer(data)

    def write(self, data: bytes) -> bool:
        """Send bytes; False when too many wait."""
        if self._closed or len(self._out) + len(data) > self._limit:
            return False
        if not self._out:
            self._loop.add_writer(self._master, self._flush)
        self._out += data
        return True

    def _flush(self) -> None:
        try:
            sent = os.write(self._master, self._out)
        except BlockingIOError:
            return
        del self._out[:sent]
        if not self._out:
            self._loop.remove_writer(self._master)
