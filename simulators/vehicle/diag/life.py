"""What a control unit counts about itself: power-ons, hours, resets."""

from collections.abc import Callable
from random import Random

from harness.quantity import Value
from simulators.scheduler import Scheduler


class UnitLife:
    """Counters of one unit. A random source gives it a past; without one it is new.

    `wall` is the unit's clock (seconds since 1970); without it the unit has none.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        random: Random | None = None,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self._scheduler = scheduler
        self._wall = wall
        self.power_on_count = 0
        self.watchdog_resets = 0
        self.bus_off_count = 0
        self.reset_reason = "power_on"
        self._minutes = 0.0
        self._on_since: float | None = None
        if random is not None:
            self.power_on_count = random.randrange(900, 4200)
            self._minutes = self.power_on_count * random.uniform(20.0, 45.0)
            self.watchdog_resets = random.choice((0, 0, 0, 1))

    def power_on(self) -> None:
        self.power_on_count += 1
        self.reset_reason = "power_on"
        self._on_since = self._scheduler.t

    def power_off(self) -> None:
        self._minutes = self.operating_time
        self._on_since = None

    @property
    def operating_time(self) -> float:
        """Minutes with power, over the whole life."""
        running = 0.0 if self._on_since is None else self._scheduler.t - self._on_since
        return self._minutes + running / 60

    @property
    def run_time(self) -> float:
        """Seconds since power-on; 0 without power."""
        return 0.0 if self._on_since is None else self._scheduler.t - self._on_since

    def value(self, name: str) -> Value | None:
        """A counter by the name of its identifier; None for everything else."""
        if name == "utc_time":
            return None if self._wall is None else int(self._wall())
        if name == "operating_time":
            return int(self.operating_time)
        if name in ("power_on_count", "watchdog_resets", "bus_off_count", "reset_reason"):
            found: Value = getattr(self, name)
            return found
        return None
