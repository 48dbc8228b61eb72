"""Named timers: planning one again replaces it."""

from collections.abc import Callable

from simulators.scheduler import Event, Scheduler


class Timers:
    """The running timers of one part, by name."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._running: dict[str, Event] = {}

    def plan(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        """Carry out `action` after `seconds`, unless cancelled or planned again before."""
        self.cancel(name)

        def due() -> None:
            self._running.pop(name, None)
            action()

        self._running[name] = self._scheduler.after(seconds, due)

    def running(self, name: str) -> bool:
        return name in self._running

    def cancel(self, *names: str) -> None:
        for name in names:
            event = self._running.pop(name, None)
            if event is not None:
                event.cancel()

    def cancel_all(self, *, but: str = "") -> None:
        self.cancel(*(name for name in self._running if name != but))
