"""One run at a time on one wire: a lock file per connection, released when the process dies."""

import re
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_state_path

from harness.errors import ConnectionFailedError
from harness.text import Text

_IN_USE = Text("台架正被另一次运行占用", "The bench is in use by another run")
_LOOPBACK = ("127.0.0.1", "::1", "[::1]", "0:0:0:0:0:0:0:1", "ip6-localhost")
_NETWORK = re.compile(r"(tcp|rtu-over-tcp)-(.+)-(\d+|None)", re.IGNORECASE)
_SERIAL = re.compile(r"(?:rtu|ascii)-None-(.+)", re.IGNORECASE | re.DOTALL)


class BenchLock:
    """The locks that one run holds."""

    def __init__(self) -> None:
        self._held: dict[str, FileLock] = {}

    def take(self, connection: str) -> None:
        """Lock a connection (`tcp-HOST-PORT`, `rtu-None-PORT`).

        Raises ConnectionFailedError when another run has it.
        """
        name = lock_name(connection)
        if name in self._held:
            return  # two devices of one bench on one wire
        folder = user_state_path("charging-harness", ensure_exists=True) / "locks"
        folder.mkdir(exist_ok=True)
        lock = FileLock(Path(folder) / f"{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ConnectionFailedError(
                f"{connection} is used by another run of the harness", headline=_IN_USE
            ) from error
        self._held[name] = lock

    def release(self) -> None:
        for lock in self._held.values():
            lock.release()
        self._held.clear()


def lock_name(connection: str) -> str:
    """The same file name for every spelling of one wire.

    A link to a serial port (udev's /dev/serial/by-id/...) is that port; a host name has no case;
    the names of this machine's loopback are one, and so are the framings spoken to one TCP port.
    """
    if (serial := _SERIAL.fullmatch(connection)) is not None:
        connection = f"rtu-{_port_name(serial[1])}"
    elif (network := _NETWORK.fullmatch(connection)) is not None:
        host = network[2].lower().rstrip(".")
        host = "localhost" if host in _LOOPBACK else host
        connection = f"tcp-{host}-{network[3]}"
    return re.sub(r"[^A-Za-z0-9.-]+", "_", connection)


def _port_name(port: str) -> str:
    """What a serial port is called in the end. Windows has no case in COM3."""
    if re.fullmatch(r"(?:\\\\\.\\)?com\d+", port, re.IGNORECASE):
        return port.rpartition("\\")[2].upper()
    return str(Path(port).resolve())
