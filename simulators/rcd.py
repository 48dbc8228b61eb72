"""A residual-current device: current at which it trips, time that takes, test button, mechanism.

The time falls with the residual current: the stored energy of the trip coil is what has to be
reached, so at five times the current it takes a fifth. Figures are own choices inside what such
devices usually show (trips between half and the whole of its rated current).
"""

from collections.abc import Callable
from random import Random

from simulators.scheduler import Event, Scheduler
from simulators.trace import Trace

RATED = 30.0
"""Rated residual current (mA)."""


class Rcd:
    """Currents in mA, times in s. `changed` is called when it opens or is closed."""

    def __init__(
        self, random: Random, scheduler: Scheduler, trace: Trace, changed: Callable[[], None]
    ) -> None:
        self._scheduler = scheduler
        self._trace = trace
        self._changed = changed
        self.rated = RATED
        """What its label says."""
        self.trip_current = random.uniform(19.0, 26.0)
        self.time_at_rated = random.uniform(0.11, 0.17)
        """Time to trip at 30 mA."""
        self.least_time = 0.0
        """No faster than this, whatever the current; 0 in a sound device."""
        self.mechanism_free = True
        self.test_circuit_sound = True
        self.closings_left: int | None = None
        """How often its latch still holds; None: as often as one likes."""
        self.closed = True
        self._residual = 0.0
        self._trip: Event | None = None

    def time_to_trip(self, residual: float) -> float | None:
        """Seconds until it opens at a steady residual current; None: it never does."""
        if not self.mechanism_free or residual < self.trip_current:
            return None
        return max(self.least_time, self.time_at_rated * RATED / residual)

    def sees(self, residual: float) -> None:
        """The residual current behind it is this from now on."""
        if residual == self._residual:
            return
        self._residual = residual
        if self._trip is not None:
            self._trip.cancel()
            self._trip = None
        wait = self.time_to_trip(residual) if self.closed else None
        if wait is not None:
            self._trip = self._scheduler.after(wait, self.open)

    def press_test(self) -> None:
        """The test button sends a current of its own past the transformer."""
        if self.closed and self.test_circuit_sound and self.mechanism_free:
            self.open()

    def open(self) -> None:
        """It trips."""
        self._trip = None
        self._set(False)

    def close(self) -> None:
        """Somebody switches it on again."""
        if self.closed or self.closings_left == 0:
            return
        if self.closings_left is not None:
            self.closings_left -= 1
        self._residual = 0.0
        self._set(True)

    def _set(self, closed: bool) -> None:
        if closed != self.closed:
            self.closed = closed
            self._trace.note(self._scheduler.t, "rcd", "closed" if closed else "open")
            self._changed()
