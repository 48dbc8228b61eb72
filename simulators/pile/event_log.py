"""The pile's memory of what went wrong: each alarm with the time of its own clock.

It outlasts a loss of supply: the control supply holds long enough to write the last entry.
"""

from collections import deque
from collections.abc import Callable

LENGTH = 100


class EventLog:
    """The newest entries, oldest first. Times are of the pile's own clock (Unix s)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.stores = True
        """False: a defect of its memory, nothing is kept any more."""
        self.entries: deque[tuple[float, str]] = deque(maxlen=LENGTH)

    def add(self, code: str) -> None:
        if self.stores:
            self.entries.append((self._clock(), code))

    def last_number(self) -> int:
        """Number of the newest alarm (36 for F-36); 0: none is kept."""
        return int(self.entries[-1][1].partition("-")[2]) if self.entries else 0

    def last_time(self) -> float | None:
        return self.entries[-1][0] if self.entries else None
