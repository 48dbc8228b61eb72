"""A roller test stand with a brake that puts the resistance of a road on the driven wheels.

While it is switched on, the wheels are not free: what the motor has to give follows from the road
load and the mass that the rollers imitate. Powers are worked out anew every `TICK` seconds of
motion and constant in between, so that what the battery holds does not depend on who looks.
"""

from collections.abc import Callable

from simulators.timers import Timers
from simulators.vehicle.part import Part, Site
from simulators.vehicle.ramp import Ramp

TICK = 1.0
MASS = 1_650.0
"""Of car and driver (kg), as the rollers imitate it."""
_ROLLING = 125.0
"""Rolling resistance (N)."""
_AIR = 0.42
"""Air resistance (N) over the square of the speed in m/s."""
_TO_ROAD = 0.90
"""Efficiency from the link to the wheels, and from the wheels to the link."""
_MOST_BACK = 3_000.0
"""The motor slows the car with no more (N); the friction brake does the rest."""
STANDBY = 60.0
"""What an inverter takes that switches and gives nothing (W)."""


class Rollers(Part):
    """Resistance of the stand and the power at the link that it costs."""

    def __init__(self, site: Site, changed: Callable[[], None]) -> None:
        super().__init__(site)
        self.on = False
        """The wheels stand on the rollers and the stand brakes them."""
        self.regenerates = True
        """False: the inverter gives nothing back."""
        self.drag = 1.0
        """Rolling resistance over that of a sound car: a brake that rubs, soft tyres."""
        self.road = _ROLLING * site.random("car/rollers").uniform(0.95, 1.05)
        self._power = 0.0
        self._force = 0.0
        self._timers = Timers(site.scheduler)
        self._changed = changed

    def update(self, course: Ramp) -> None:
        """Work out the power until the next tick; go on as long as the wheels turn."""
        if not self.on:
            self._power = self._force = 0.0
            self._timers.cancel_all()
            return
        first, last = abs(course.at(self.t)) / 3.6, abs(course.at(self.t + TICK)) / 3.6
        moving = max(first, last) > 0.02
        speed = (first + last) / 2
        against = self.road * self.drag + _AIR * speed * speed
        force = against + MASS * (last - first) / TICK
        self._force = max(force, -_MOST_BACK) if moving else 0.0
        at_wheels = self._force * speed
        if at_wheels >= 0.0:
            self._power = at_wheels / _TO_ROAD
        else:
            # Below walking pace the friction brake does it.
            back = self.regenerates and speed > 1.0
            self._power = at_wheels * _TO_ROAD if back else 0.0
        if not self._timers.running("tick") and (moving or course.target != 0.0):
            self._timers.plan("tick", TICK, self._changed)

    def power(self) -> float:
        """At the link (W), beside what the inverter takes for itself; negative: given back."""
        return self._power

    def force(self) -> float:
        """At the wheels (N)."""
        return self._force
