"""The communication watchdog: fed by any valid request, trips after a time of silence."""

from collections.abc import Callable

from simulators.scheduler import Event, Scheduler


class Watchdog:
    """Counts from the last request. `tripped` and `recovered` are called when that changes."""

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        timeout: float,
        recovery: float,
        on_change: Callable[[], None],
    ) -> None:
        self._scheduler = scheduler
        self._timeout = timeout
        self.haste = 1.0
        """How much faster than a clock it counts; 1 when it is sound."""
        self._recovery = recovery
        self._on_change = on_change
        self._fed_at = scheduler.t
        self._check: Event | None = None
        self._recovering: Event | None = None
        self.tripped = False
        self._arm()

    @property
    def timeout(self) -> float:
        """Seconds; 0 switches it off."""
        return self._timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self._timeout = seconds
        if self._check is not None:
            self._check.cancel()
            self._check = None
        if seconds == 0 and self.tripped:
            self._recover()
        self._arm()

    def feed(self) -> None:
        """A valid request has come."""
        self._fed_at = self._scheduler.t
        if self.tripped and self._recovering is None:
            if self._recovery == 0:
                self._recover()
            else:
                self._recovering = self._scheduler.after(self._recovery, self._recover)
        if self._check is None:
            self._arm()

    def remaining(self) -> float | None:
        """Seconds until it trips; None while it is off."""
        if self._timeout == 0:
            return None
        return max(0.0, self._fed_at + self._timeout / self.haste - self._scheduler.t)

    def _arm(self) -> None:
        # One event is enough however often it is fed: when it comes, it looks how late it is.
        if self._timeout > 0 and not self.tripped:
            left = self._fed_at + self._timeout / self.haste - self._scheduler.t
            self._check = self._scheduler.after(left, self._look)

    def _look(self) -> None:
        self._check = None
        if self._fed_at + self._timeout / self.haste > self._scheduler.t:
            self._arm()
            return
        self.tripped = True
        self._on_change()

    def _recover(self) -> None:
        if self._recovering is not None:
            self._recovering.cancel()
            self._recovering = None
        self.tripped = False
        self._arm()
        self._on_change()
