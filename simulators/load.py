"""The current through the plug and the true energy that went with it.

Between two events the current is a straight line in time, so energy is a closed form and does not
depend on how often it is asked for.
"""

from collections.abc import Callable

from simulators.grid import Grid
from simulators.scheduler import Event, Scheduler
from simulators.trace import Trace

POWER_FACTOR = 0.99
"""Of an on-board charger at load."""


class Load:
    """Current (A) per connected phase, the same in each, and true energy (Wh) since the start."""

    def __init__(self, scheduler: Scheduler, grid: Grid, trace: Trace) -> None:
        self.phases: tuple[int, ...] = ()
        """Phases that carry the current."""
        self.on_change: list[Callable[[], None]] = []
        """Called after every change of slope."""
        self._scheduler = scheduler
        self._grid = grid
        self._trace = trace
        self._t0 = self._t1 = scheduler.t
        self._i0 = self._i1 = 0.0
        self._done = scheduler.t
        self._watt_hours: dict[int, float] = {1: 0.0, 2: 0.0, 3: 0.0}
        self._per_ampere = 0.0
        self._arrival: Event | None = None

    def current(self, t: float | None = None) -> float:
        """Current at `t` (default: now), which must lie in the present stretch."""
        t = self._scheduler.t if t is None else t
        if t >= self._t1 or self._t1 <= self._t0:
            return self._i1
        return self._i0 + (self._i1 - self._i0) * (t - self._t0) / (self._t1 - self._t0)

    @property
    def target(self) -> float:
        """Where the current is going."""
        return self._i1

    @property
    def course(self) -> tuple[float, float, float, float]:
        """The present straight line: from and to (s), current at either end (A)."""
        return self._t0, self._t1, self._i0, self._i1

    def mean_square(self) -> float:
        """Mean of the square of the current over the present stretch (A²), for heating."""
        if self._scheduler.t >= self._t1:
            return self._i1**2
        return (self._i0**2 + self._i0 * self._i1 + self._i1**2) / 3

    def current_in(self, phase: int) -> float:
        return self.current() if phase in self.phases else 0.0

    def when_above(self, limit: float) -> float | None:
        """The time from which the current is above a limit; None: never on this course."""
        now = self._scheduler.t
        if self.current() > limit:
            return now
        if self._i1 <= limit:
            return None
        share = (limit - self._i0) / (self._i1 - self._i0)
        return max(now, self._t0 + share * (self._t1 - self._t0))

    def when_below(self, limit: float) -> float | None:
        """The time from which the current is at or below a limit; None: never on this course."""
        now = self._scheduler.t
        if self.current() <= limit:
            return now
        if self._i1 > limit:
            return None
        share = (self._i0 - limit) / (self._i0 - self._i1)
        return max(now, self._t0 + share * (self._t1 - self._t0))

    def go_to(self, target: float, rate: float | None = None) -> None:
        """Ramp to a current at `rate` (A/s); without a rate at once."""
        self.settle()
        t, now = self._scheduler.t, self.current()
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        self._t0, self._i0, self._i1 = t, now, target
        self._t1 = t if rate is None else t + abs(target - now) / rate
        self._trace.note(t, "current", round(self.current(), 3))
        if self._t1 > t:
            self._arrival = self._scheduler.after(self._t1 - t, self._arrived)
        self._tell()

    def _arrived(self) -> None:
        self._arrival = None
        self.settle()
        self._trace.note(self._scheduler.t, "current", round(self._i1, 3))
        self._tell()

    def _tell(self) -> None:
        for listener in self.on_change:
            listener()

    def power(self, phase: int) -> float:
        """True power of a phase now (W)."""
        return self._grid.voltage(phase, self._scheduler.t) * self.current_in(phase) * POWER_FACTOR

    def energy(self) -> float:
        """True energy of all phases since the start (Wh)."""
        self.settle()
        return sum(self._watt_hours.values())

    def energy_of(self, phase: int) -> float:
        self.settle()
        return self._watt_hours[phase]

    def energy_per_ampere(self) -> float:
        """Energy (Wh) that one ampere more would have carried while a current flowed."""
        self.settle()
        return self._per_ampere

    def settle(self) -> None:
        """Book the energy up to now. To be called before anything that it depends on changes."""
        t0, t = self._done, self._scheduler.t
        if t <= t0:
            return
        self._done = t
        if self._i0 == 0.0 and self._i1 == 0.0:
            return
        for start, end in ((t0, min(t, self._t1)), (max(t0, self._t1), t)):
            if end <= start:
                continue
            i0, i1 = self.current(start), self.current(end)
            for phase in self.phases:
                joules = self._grid.volt_ampere_seconds(phase, start, end, i0, i1)
                self._watt_hours[phase] += joules * POWER_FACTOR / 3600
                if i0 > 0.0 or i1 > 0.0:
                    volt_seconds = self._grid.volt_ampere_seconds(phase, start, end, 1.0, 1.0)
                    self._per_ampere += volt_seconds * POWER_FACTOR / 3600
