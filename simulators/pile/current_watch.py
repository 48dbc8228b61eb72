"""Watching the current: over-current by the rule of GB/T 18487.1, and too little of it."""

import math
from collections.abc import Callable

from simulators.load import Load
from simulators.pile.settings import PileSettings
from simulators.scheduler import Event, Scheduler


def overcurrent_limit(announced: float) -> float:
    """Current (A) above which the over-current rule counts (A.3.10.9)."""
    return announced + 2.0 if announced <= 20.0 else 1.1 * announced


class CurrentWatch:
    """OC-1, OC-2 and OC-3: above the limit for 5 s, then off within the next 5 s.

    `overcurrent` and `small` are called when that is due. The current is the meter's.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        load: Load,
        settings: PileSettings,
        *,
        gain: float,
        overcurrent: Callable[[], None],
        small: Callable[[], None],
    ) -> None:
        self._scheduler = scheduler
        self._load = load
        self.settings = settings
        self.working = True
        """False: a defect of its software, nothing is watched."""
        self.rule: Callable[[float], float] = overcurrent_limit
        """Limit (A) for an announced current; a defect of its software has another."""
        self.knows_parts = True
        """False: the same, what the parts carry is not looked at."""
        self._gain = gain
        self._overcurrent = overcurrent
        self._small = small
        self._announced = 0.0
        self._live = False
        self._above_since: float | None = None
        self._trip: Event | None = None
        self._low: Event | None = None
        self._edge: Event | None = None

    def set(self, *, announced: float, live: bool) -> None:
        """What is announced (A; 0 while the pile is stopping) and whether the output is on."""
        if (announced, live) == (self._announced, self._live):
            return
        self._announced, self._live = announced, live
        self.look()

    def limit(self) -> float:
        """The lowest limit that counts now (A, measured)."""
        capacity = math.inf
        if self.knows_parts:
            capacity = self.settings.rated_current * self.settings.component_factor
        if self._announced <= 0:
            return capacity
        return min(self.rule(self._announced), capacity)

    def look(self) -> None:
        """The current changes its course, or what it may be has changed."""
        if self._edge is not None:
            self._edge.cancel()
            self._edge = None
        self._look_above()
        self._look_below()

    def _look_above(self) -> None:
        now = self._scheduler.t
        limit = self.limit() / self._gain
        watched = self._live and self.working
        crossing = self._load.when_above(limit) if watched else None
        if crossing is None:
            self._forget()
            return
        if crossing > now + 1e-9:
            self._forget()
            self._edge = self._scheduler.after(crossing - now, self.look)
            return
        if self._above_since is None:
            self._above_since = now
            wait = self.settings.overcurrent_hold + self.settings.overcurrent_react
            self._trip = self._scheduler.after(wait, self._tripped)
        falls = self._load.when_below(limit)
        if falls is not None and falls > now:
            self._edge = self._scheduler.after(falls - now + 1e-9, self.look)

    def _forget(self) -> None:
        self._above_since = None
        if self._trip is not None:
            self._trip.cancel()
            self._trip = None

    def _tripped(self) -> None:
        self._trip = None
        self._above_since = None
        self._overcurrent()

    def _look_below(self) -> None:
        small = self.settings.small_current
        quiet = self._live and self._announced > 0 and self._load.target < small
        if not quiet:
            if self._low is not None:
                self._low.cancel()
                self._low = None
        elif self._low is None:
            self._low = self._scheduler.after(self.settings.small_current_time, self._went_low)

    def _went_low(self) -> None:
        self._low = None
        self._small()
