"""Electric power steering: wheel angle, torques, condition."""

from simulators.thermal import Node
from simulators.timers import Timers
from simulators.vehicle.learned import Learned
from simulators.vehicle.part import Part, Site
from simulators.vehicle.ramp import Ramp

_FASTEST = 300.0
"""Degrees per second that its motor can do."""


class Steering(Part):
    """Angles in degrees (positive to the left), torques in Nm."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/steering")
        self._course = Ramp(round(random.uniform(-1.2, 1.2), 1), self.t)
        self.works = True
        """False: no assistance, warning lamp."""
        self.sensor_works = True
        """Of the steering angle."""
        self.torque_channels_agree = True
        self.sensor_offset = random.uniform(-0.2, 0.2)
        """What its angle sensor shows too much since the zero was set at the factory."""
        self.learned = Learned(site)
        """The zero that was set since then, which is taken off."""
        self.driver_torque = 0.0
        """What hands put on the wheel."""
        by_wire = site.random("car/steering/by-wire")
        self.gain = {"left": by_wire.uniform(0.995, 1.005), "right": by_wire.uniform(0.995, 1.005)}
        """Angle reached over angle commanded, by side."""
        self.overshoot = by_wire.uniform(0.0, 0.015)
        """How far it turns beyond a commanded angle first (share of the way)."""
        self.speed_share = 1.0
        """Rate reached over rate commanded."""
        self.heeds_rate = True
        """False: it turns as fast as it can, whatever rate it is allowed."""
        self.reach = 500.0
        """By a command it turns no further (degrees)."""
        self._wanted: float | None = None
        self._timers = Timers(site.scheduler)
        self.torque_offset = random.uniform(-0.06, 0.06)
        self.temperature = Node(site.ambient() + random.uniform(0.0, 1.0), 600.0, self.t)

    @property
    def calibrated(self) -> bool:
        """The sensor knows its zero."""
        return self.learned.state == "calibrated"

    @calibrated.setter
    def calibrated(self, known: bool) -> None:
        self.learned.state = "calibrated" if known else "not_calibrated"

    @property
    def shift(self) -> float:
        """What the measured angle is too large."""
        return self.sensor_offset - self.learned.first

    def turn(self, angle: float, rate: float = 180.0) -> float:
        """Turn the wheel to an angle at a rate (degrees per second); returns the arrival time."""
        at = self._course.go_to(angle, rate, self.t)
        self.site.revision += 1
        return at

    def follow(self, angle: float, rate: float) -> None:
        """A command: the measured angle becomes the one commanded, as well as the unit can.

        It turns a little too far first and comes back.
        """
        if angle == self._wanted:
            return
        self._wanted = angle
        within = min(max(angle, -self.reach), self.reach)
        aim = within * self.gain["left" if angle > 0 else "right"] - self.shift
        beyond = aim + (aim - self.angle()) * self.overshoot
        speed = (rate if self.heeds_rate else _FASTEST) * self.speed_share
        arrives = self.turn(beyond, speed)
        self._timers.plan("settle", max(arrives - self.t, 0.0), lambda: self._settle(aim, speed))

    def _settle(self, aim: float, rate: float) -> None:
        self.turn(aim, rate)

    def stop(self) -> None:
        """Stay where it is."""
        self._timers.cancel_all()
        self._wanted = None
        self.turn(self.angle())

    def angle(self) -> float:
        """True angle."""
        return self._course.at(self.t)

    @property
    def target(self) -> float:
        return self._course.target

    def measured_angle(self) -> float:
        return self.angle() + self.shift

    def rate(self) -> float:
        """Degrees per second."""
        return self._course.rate(self.t)

    def measured_torque(self) -> float:
        """At the torsion bar."""
        return self.driver_torque + self.torque_offset

    def assist(self, active: bool) -> float:
        """Torque of the assist motor while the assistance is active."""
        if not (active and self.works):
            return 0.0
        return 4.0 * self.driver_torque + 0.02 * self.rate()
