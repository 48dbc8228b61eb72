"""One run at a time on one wire: a lock file per connection, released when the process dies."""

import re
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_state_path

from harness.errors import ConnectionFailedError
from harness.text import Text

_IN_USE = Text("台架正被另一次运行占用", "The bench is in use by another run")


class BenchLock:
    """The locks that one run holds."""

    def __init__(self) -> None:
        self._held: list[FileLock] = []

    def take(self, connection: str) -> None:
        """Lock a connection. Raises ConnectionFailedError when another run has it."""
        folder = user_state_path("charging-harness", ensure_exists=True) / "locks"
        folder.mkdir(exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", connection)
        lock = FileLock(Path(folder) / f"{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ConnectionFailedError(
                f"{connection} is used by another run of the harness", headline=_IN_USE
            ) from error
        self._held.append(lock)

    def release(self) -> None:
        for lock in self._held:
            lock.release()
        self._held.clear()
