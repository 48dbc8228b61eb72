"""The record of one charging session."""

import math
from collections.abc import Callable

from simulators.pile.session_log import SessionLog, SessionRecord


class Session:
    """The running session or the last one. Times are of the pile's own clock (Unix s)."""

    def __init__(
        self, clock: Callable[[], float], counted: Callable[[], float], log: SessionLog
    ) -> None:
        self._clock = clock
        self._log = log
        self._counted = counted
        self.active = False
        self.charged = False
        """The contactor was closed at least once."""
        self.started: float | None = None
        self.ended: float | None = None
        self.stop_reason = "none"
        self.keeps_reason = True
        """False: a defect of its software, the reason is always that the vehicle stopped."""
        self.survives = True
        """False: a defect of its memory, a power loss wipes the record."""
        self._energy_at_start = 0.0
        self._energy = 0.0
        self._time = 0.0

    def start(self) -> None:
        self.active = True
        self.charged = False
        self.started, self.ended = self._clock(), None
        self.stop_reason = "none"
        self._energy_at_start = self._counted()

    def end(self, reason: str) -> None:
        """Close the record; without effect when no session runs."""
        if not self.active:
            return
        self._energy, self._time = self.watt_hours, self.seconds
        self.active = False
        self.ended = self._clock()
        self.stop_reason = reason if self.keeps_reason else "vehicle_stopped"
        started = self.ended if self.started is None else self.started
        record = SessionRecord(started, self.ended, round(self._energy), self.stop_reason)
        self._log.add(record)

    def power_lost(self) -> None:
        """What is kept through a power loss, and what a broken memory loses."""
        if not self.survives and not self.active:
            self._energy = self._time = 0.0

    @property
    def watt_hours(self) -> float:
        """Energy of the running or last session (whole Wh)."""
        if not self.active:
            return self._energy
        return math.floor(self._counted() - self._energy_at_start + 1e-9)

    @property
    def seconds(self) -> float:
        """Duration of the running or last session (s)."""
        if not self.active or self.started is None:
            return self._time
        return max(0.0, self._clock() - self.started)
