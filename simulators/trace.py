"""What physically happened, with exact times: the simulator's own recorder.

Only a trace proves a limit shorter than the interval between two polls. An entry is a time in
seconds (the bench's `now`), a name and a plain value that JSON can hold.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from harness.quantity import Value

MAX_ENTRIES = 100_000
"""A live simulator may run for weeks; the oldest entries go first."""


class Entry(NamedTuple):
    t: float
    name: str
    value: Value


Listener = Callable[[Entry], None]


class Trace:
    """The physical events of one bench in order of time."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._last: dict[str, Value] = {}
        self._listeners: list[Listener] = []

    def note(self, t: float, name: str, value: Value) -> None:
        """Add an entry, unless the name has that value already."""
        if name in self._last and self._last[name] == value:
            return
        self._last[name] = value
        entry = Entry(t, name, value)
        self.entries.append(entry)
        for listener in self._listeners:
            listener(entry)

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every entry from now on, at the moment it is made."""
        self._listeners.append(listener)

    def last(self, name: str) -> Value | None:
        """The latest value of a name; None when it was never seen."""
        return self._last.get(name)

    def times(self, name: str, value: Value) -> list[float]:
        """When the name took that value."""
        return [entry.t for entry in self.entries if entry.name == name and entry.value == value]

    def first_after(self, t: float, name: str, value: Value) -> float | None:
        """The first time at or after `t` at which the name took that value."""
        return next((at for at in self.times(name, value) if at >= t), None)
