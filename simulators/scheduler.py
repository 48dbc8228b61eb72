"""Discrete events in exact order: what happens next in the simulated world, and when.

Nothing ticks. An event has a time and an action; `run_to` carries out everything that is due, each
at its own time, and events of the same time in the order in which they were planned. So what
happens does not depend on how often anybody looks.
"""

import heapq
from collections.abc import Callable
from itertools import count

Action = Callable[[], None]


class Event:
    """One planned event. `cancel` makes it not happen."""

    __slots__ = ("action", "at")

    def __init__(self, at: float, action: Action) -> None:
        self.at = at
        self.action: Action | None = action

    def cancel(self) -> None:
        self.action = None

    @property
    def pending(self) -> bool:
        return self.action is not None


class Scheduler:
    """A queue of events and the simulated time `t` (seconds), which never goes back."""

    def __init__(self, t: float = 0.0) -> None:
        self.t = t
        self.wake: Action | None = None
        """Called when an event is planned that is earlier than all others (see the pump)."""
        self._queue: list[tuple[float, int, Event]] = []
        self._number = count()
        self._running = False

    def after(self, seconds: float, action: Action) -> Event:
        """Plan an action `seconds` (zero or more) from the simulated now."""
        event = Event(self.t + max(0.0, seconds), action)
        first = self._queue[0][0] if self._queue else None
        heapq.heappush(self._queue, (event.at, next(self._number), event))
        if self.wake is not None and (first is None or event.at < first):
            self.wake()
        return event

    def next_event(self) -> float | None:
        """Time of the next event; None when nothing is planned."""
        while self._queue and not self._queue[0][2].pending:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def run_to(self, t: float) -> None:
        """Carry out everything due up to and including `t`; afterwards the time is `t`.

        Called from inside an action it does nothing: the outer call is at work.
        """
        if self._running or (t <= self.t and not self._due(t)):
            return
        self._running = True
        try:
            while self._due(t):
                _, _, event = heapq.heappop(self._queue)
                action, event.action = event.action, None
                if action is not None:
                    self.t = max(self.t, event.at)
                    action()
            self.t = max(self.t, t)
        finally:
            self._running = False

    def _due(self, t: float) -> bool:
        return bool(self._queue) and self._queue[0][0] <= t
