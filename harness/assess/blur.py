"""Noise in what the operating system tells of the process while faults are brought in.

Page faults, memory and processor time of a process can be read by its neighbours, and switching a
fault on touches memory for the first time. Whoever knows these figures of a sound case would know
from them that something was switched. Meanwhile a thread touches memory and works, by amounts
that nobody can foretell and that are many times larger than what switching costs.
"""

import hashlib
import mmap
import secrets
import threading
from types import TracebackType

_PAGES = 256
"""Most pages that are touched and hashed at a time; switching faults on touches some 40 in all."""
_REST_MS = 4
"""Most milliseconds between two times."""
_KEPT = 2 << 20
"""Most bytes that stay in use afterwards."""


class Blur:
    """Context manager: noise from its beginning to its end."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._make_noise, daemon=True)
        self._kept = b""
        self.touched = 0
        """Pages so far."""

    @property
    def going_on(self) -> bool:
        return self._thread.is_alive()

    def __enter__(self) -> "Blur":
        self._kept = b"\1" * secrets.randbelow(_KEPT)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _make_noise(self) -> None:
        self._touch()
        while not self._over.wait(secrets.randbelow(_REST_MS * 1000) / 1e6):
            self._touch()

    def _touch(self) -> None:
        pages = 1 + secrets.randbelow(_PAGES)
        with mmap.mmap(-1, pages * mmap.PAGESIZE) as memory:
            for start in range(0, len(memory), mmap.PAGESIZE):
                memory[start] = 1
            hashlib.sha256(memory).digest()
        self.touched += pages
