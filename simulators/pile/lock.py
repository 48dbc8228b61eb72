"""The electronic lock that holds the plug in the vehicle's inlet."""

from collections.abc import Callable

from simulators.scheduler import Event, Scheduler
from simulators.trace import Trace


class Lock:
    """A motor lock: follows its command after `move` seconds unless it is jammed."""

    def __init__(
        self,
        scheduler: Scheduler,
        trace: Trace,
        *,
        move: float,
        changed: Callable[[], None],
    ) -> None:
        self.jammed = False
        self.locked = False
        self.commanded = False
        self.held = False
        """Locked by command from outside: stays so after the session."""
        self._scheduler = scheduler
        self._trace = trace
        self._move = move
        self._changed = changed
        self._moving: Event | None = None

    def command(self, locked: bool) -> None:
        self.commanded = locked
        if self._moving is not None:
            self._moving.cancel()
            self._moving = None
        if locked != self.locked:
            self._moving = self._scheduler.after(self._move, self._arrive)

    def _arrive(self) -> None:
        self._moving = None
        if self.jammed or self.locked == self.commanded:
            return
        self.locked = self.commanded
        self._trace.note(self._scheduler.t, "lock", "locked" if self.locked else "unlocked")
        self._changed()
