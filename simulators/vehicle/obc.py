"""The on-board charger: AC from the plug to DC for the battery, with its losses and its heat."""

import math
from collections.abc import Callable

from simulators.load import Load
from simulators.scheduler import Event
from simulators.thermal import Node
from simulators.vehicle.part import Part, Site
from simulators.vehicle.plug_view import PlugView

_TIME = 700.0
_DERATE, _RECOVER, _TRIP = 75.0, 70.0, 90.0
"""Case temperatures (°C): less current, full current again, no current at all."""
_DERATED_TO = 0.5


def efficiency(current: float) -> float:
    """DC power over AC power at a current per phase (A): 0.90 at 1 A, 0.955 at 32 A."""
    return 0.955 - 0.06 * math.exp(-max(current, 0.0) / 6.0)


class OnBoardCharger(Part):
    """`rated` is its current per phase (A). `changed` is called when it derates, trips, recovers.

    The efficiency of a stretch is that at the stretch's mean current, so the energy of a stretch is
    the plug's energy times one number.
    """

    def __init__(
        self,
        site: Site,
        load: Load,
        plug: PlugView,
        *,
        rated: float,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(site)
        random = site.random("car/obc")
        self._load = load
        self._plug = plug
        self._changed = changed
        self.rated = rated
        self.works = True
        """False: an internal fault, no output."""
        self.derated_to = 1.0
        """Share of the rated current that a damaged power stage still gives."""
        self.hot = False
        """It has derated itself because of its temperature."""
        self.tripped = False
        self.voltage_gain = 1 + random.uniform(-0.003, 0.003)
        self.current_gain = 1 + random.uniform(-0.004, 0.004)
        self.dc_current_gain = 1 + random.uniform(-0.004, 0.004)
        self._cooling = 1.0
        self._efficiency = efficiency(0.0)
        self.temperature = Node(site.ambient() + random.uniform(0.0, 1.5), _TIME, self.t)
        self._plan: Event | None = None

    # Condition

    @property
    def cooling(self) -> float:
        """Thermal resistance over that of a clean cooler; setting it means: for hours already."""
        return self._cooling

    @cooling.setter
    def cooling(self, factor: float) -> None:
        self._cooling = factor
        self.update()
        self.temperature.settle(self.t)
        self._look()

    @property
    def limit(self) -> float:
        """Current that it can take per phase now (A)."""
        if not self.works or self.tripped:
            return 0.0
        return self.rated * min(self.derated_to, _DERATED_TO if self.hot else 1.0)

    @property
    def derated(self) -> bool:
        return self.hot or self.derated_to < 1.0

    # Power

    def efficiency(self) -> float:
        """Of the present stretch."""
        return self._efficiency

    def dc_power(self) -> float:
        """Into the battery's side (W)."""
        return self._plug.power() * self._efficiency if self._load.current() else 0.0

    def update(self) -> None:
        """The current has another course. The caller has booked the energy up to now."""
        self._efficiency = efficiency(math.sqrt(self._load.mean_square()))
        share = self._load.mean_square() / self.rated**2
        idle = 4.0 if self._plug.live else 0.5
        goal = self.site.ambient() + (idle + 34.0 * share) * self._cooling
        self.temperature.aim(goal, self.t)
        self._look()

    def _look(self) -> None:
        now = round(self.temperature.at(self.t), 5)
        tripped = now >= _TRIP or (self.tripped and now > _RECOVER)
        hot = now >= _DERATE or (self.hot and now > _RECOVER)
        if (tripped, hot) != (self.tripped, self.hot):
            self.tripped, self.hot = tripped, hot
            self._changed()
        if self._plan is not None:
            self._plan.cancel()
            self._plan = None
        waits = [self.temperature.crossing(x, self.t) for x in (_DERATE, _RECOVER, _TRIP)]
        ahead = [wait for wait in waits if wait is not None and wait > 1e-6]
        if ahead:
            self._plan = self.site.scheduler.after(min(ahead) + 1e-6, self._look)

    # Its own measurements

    def ac_voltage(self, phase: int) -> float:
        return self._plug.voltage(phase) * self.voltage_gain

    def ac_current(self, phase: int) -> float:
        return self._plug.current(phase) * self.current_gain

    def ac_power(self) -> float:
        """Of all phases (W)."""
        return self._plug.power() * self.voltage_gain * self.current_gain

    def energy(self) -> float:
        """Counted since the start (Wh)."""
        return self._plug.energy() * self.voltage_gain * self.current_gain
