"""The clock of an exam: which phase began when, by whom and why; and when the time is over.

Working time counts; preparation, referee pauses and technical stops do not. What happens when the
time is over is the scheme's business: overtime, if it allows some, and then the end.
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from harness.clock import loop_time
from harness.events import ClockNoted

Phase = Literal["preparation", "working", "referee_pause", "technical_stop", "overtime", "ended"]
_COUNTS = ("working", "overtime")


class ExamClock:
    """The ledger while it is written, and the alarm. Seconds of the loop's time."""

    def __init__(
        self,
        *,
        limit: float,
        overtime: float,
        note: Callable[[ClockNoted], None],
        over: Callable[[], None],
    ) -> None:
        """`limit`: working time; `overtime`: what the scheme allows beyond it; `over` is called
        once, when both are used up."""
        self._limit = limit
        self._overtime = overtime
        self._note = note
        self._over = over
        self._phase: Phase | None = None
        self._since = 0.0
        self._used = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def phase(self) -> Phase | None:
        return self._phase

    @property
    def used(self) -> float:
        """Seconds worked so far, overtime included."""
        running = loop_time() - self._since if self._phase in _COUNTS else 0.0
        return self._used + running

    @property
    def left(self) -> float:
        """Seconds of the time limit that are left; negative in overtime."""
        return self._limit - self.used

    def enter(self, phase: Phase, *, by: str, why: str = "") -> None:
        """A phase begins; the one before it ends with that."""
        if self._phase == "ended":
            return
        self._used = self.used
        self._phase, self._since = phase, loop_time()
        self._note(ClockNoted(phase=phase, by=by, why=why))
        self._set_alarm()

    def go_on(self, *, by: str, why: str = "") -> None:
        """Work goes on after a pause; in overtime, if that had begun."""
        self.enter("working" if self.left > 0 else "overtime", by=by, why=why)

    def stop(self, *, by: str, why: str) -> None:
        """The exam is over."""
        self.enter("ended", by=by, why=why)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._phase not in _COUNTS:
            return
        left = self._limit - self._used + (self._overtime if self._phase == "overtime" else 0.0)
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(max(0.0, left), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._phase == "working" and self._overtime > 0:
            self.enter("overtime", by="clock", why="the time limit was reached")
        else:
            self._over()
