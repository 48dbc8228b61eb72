"""The electronic lock that holds a plug: in the vehicle's inlet, or in the pile's own socket."""

from collections.abc import Callable

from simulators.scheduler import Event, Scheduler
from simulators.trace import Trace


class Lock:
    """A motor lock: follows its command after `move` seconds unless it is jammed.

    `changed` is called when its command, its bolt or its feedback is another.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        trace: Trace,
        *,
        move: float,
        changed: Callable[[], None],
    ) -> None:
        self._jammed = False
        self.locked = False
        """The bolt is out."""
        self.commanded = False
        self.held = False
        """Locked by command from outside: stays so after the session."""
        self.feedback_stuck: bool | None = None
        """The feedback contact reports locked (True) or unlocked (False) always; None: it works."""
        self.believed = False
        """A defect of the program: it takes the command for the confirmation."""
        self._scheduler = scheduler
        self._trace = trace
        self.move = move
        """Seconds that the bolt needs."""
        self._changed = changed
        self._moving: Event | None = None

    @property
    def jammed(self) -> bool:
        """The bolt does not move."""
        return self._jammed

    @jammed.setter
    def jammed(self, on: bool) -> None:
        self._jammed = on
        if not on:
            self._drive()

    @property
    def feedback(self) -> bool:
        """What the feedback contact says: locked?"""
        if self.believed:
            return self.commanded
        return self.locked if self.feedback_stuck is None else self.feedback_stuck

    def command(self, locked: bool) -> None:
        """Drive the bolt; the same command again changes nothing."""
        if locked == self.commanded:
            return
        self.commanded = locked
        if self._moving is not None:
            self._moving.cancel()
            self._moving = None
        self._drive()
        self._changed()

    def _drive(self) -> None:
        if self.commanded != self.locked and self._moving is None:
            self._moving = self._scheduler.after(self.move, self._arrive)

    def _arrive(self) -> None:
        self._moving = None
        if self._jammed or self.locked == self.commanded:
            return
        self.locked = self.commanded
        self._trace.note(self._scheduler.t, "lock", "locked" if self.locked else "unlocked")
        self._changed()
