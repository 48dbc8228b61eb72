"""Motor, inverter, wheels and distance. The car stands with its wheels free or on rollers.

So the speed follows the pedals along straight lines: it never needs the physics of a road.
"""

import math
from collections.abc import Callable

from simulators.thermal import Node
from simulators.vehicle.part import Part, Site
from simulators.vehicle.ramp import Ramp
from simulators.vehicle.rollers import STANDBY, Rollers

WHEEL_RADIUS = 0.334
GEAR_RATIO = 9.1
CREEP = 5.0
"""Speed (km/h) in gear with no pedal pressed."""
TOP_SPEED = 60.0
"""Speed (km/h) that the pedal reaches on the stand."""
_PICK_UP = 5.0
"""km/h per second at full pedal."""
_ROLL_OUT = 2.0
_BRAKED = 15.0
_FRICTION = 1.6
"""Torque at the motor (Nm) that keeps free wheels turning."""
_INERTIA = 3.0
"""Torque at the motor (Nm) for 1 m/s² of free wheels."""
PULSES_PER_KM = 48_000
"""Of one wheel-speed sensor."""


class Drive(Part):
    """Speeds in km/h (negative: backwards), torque in Nm at the motor."""

    def __init__(self, site: Site, changed: Callable[[], None]) -> None:
        super().__init__(site)
        self.rollers = Rollers(site, changed)
        random = site.random("car/drive")
        self.speed_course = Ramp(0.0, self.t)
        self._rate = 0.0
        """Of that course (km/h per second)."""
        self.enabled = False
        """The inverter switches."""
        self.works = True
        """False: the inverter has a fault."""
        self.resolver_works = True
        self.overcurrent = False
        """A phase has been short-circuited: the protection has tripped."""
        self.pump_works = True
        """The motor's coolant pump."""
        self.top_speed = TOP_SPEED
        self.braked = _BRAKED
        """Slowing down (km/h per second) with the brake pressed: on a stand, or on a road."""
        self.inverter_heat = 1.0
        """Thermal resistance of the inverter over that of a sound one."""
        self.motor_sensor_error = 0.0
        """Error of the thermistor in the motor (K)."""
        self.distance_at_start = round(random.uniform(12_000.0, 58_000.0), 1)
        """True distance of the car (km)."""
        air = site.ambient()
        self.motor = Node(air + random.uniform(0.0, 2.0), 1800.0, self.t)
        self.inverter = Node(air + random.uniform(0.0, 2.0), 400.0, self.t)

    # Motion

    def speed(self) -> float:
        return self.speed_course.at(self.t)

    @property
    def standing(self) -> bool:
        return abs(self.speed()) < 0.3

    def travelled(self) -> float:
        """Since the start (km)."""
        return self.speed_course.integral(self.t) / 3600

    def distance(self) -> float:
        """True odometer (km)."""
        return self.distance_at_start + self.travelled()

    def acceleration(self) -> float:
        """m/s²."""
        return self.speed_course.rate(self.t) / 3.6

    def follow(self, *, gear: str, accelerator: float, brake: float, held: bool) -> None:
        """The pedals (%), the gear or the parking brake (`held`) are different."""
        target, rate = 0.0, _ROLL_OUT
        if brake > 5.0 or held:
            rate = self.braked
        elif self.enabled and gear in ("d", "r"):
            share = accelerator / 100
            target = CREEP + (self.top_speed - CREEP) * share
            rate = _PICK_UP * max(share, 0.3)
            if gear == "r":
                target = -min(target, 20.0)
        self.go_to(target, rate)

    def go_to(self, speed: float, rate: float) -> None:
        """Go straight to another speed; `rate` in km/h per second."""
        faster_or_slower = rate != self._rate and self.speed() != speed
        if speed != self.speed_course.target or faster_or_slower:
            self._rate = rate
            self.speed_course.go_to(speed, rate, self.t)
            self.site.revision += 1

    # Motor

    def motor_speed(self) -> float:
        """rpm."""
        return self.speed() / 3.6 / (2 * math.pi * WHEEL_RADIUS) * 60 * GEAR_RATIO

    def torque(self) -> float:
        """At the motor (Nm); free wheels need little."""
        if not self.enabled:
            return 0.0
        speed = self.speed()
        if self.rollers.on:
            at_motor = self.rollers.force() * WHEEL_RADIUS / GEAR_RATIO
            return at_motor if speed >= 0.0 else -at_motor
        friction = math.copysign(_FRICTION, speed) if abs(speed) > 0.3 else 0.0
        return friction + _INERTIA * self.acceleration()

    def power(self) -> float:
        """Taken from the link (W), at the speed that the course ends with; negative: given back."""
        if not self.enabled:
            return 0.0
        if self.rollers.on:
            return STANDBY + self.rollers.power()
        return 60.0 + 22.0 * abs(self.speed_course.target)

    def phase_current(self) -> float:
        """Of the motor (A rms)."""
        return abs(self.torque()) * 1.9 + (3.0 if self.enabled else 0.0)

    def update(self) -> None:
        """The course or the enabling has changed: temperatures follow."""
        self.rollers.update(self.speed_course)
        air, share = self.site.ambient(), abs(self.speed_course.target) / TOP_SPEED
        poor = 1.0 if self.pump_works else 4.0
        self.motor.aim(air + (20.0 * share + (1.0 if self.enabled else 0.0)) * poor, self.t)
        rise = (12.0 * share + (4.0 if self.enabled else 0.5)) * poor
        self.inverter.aim(air + rise * self.inverter_heat, self.t)

    def motor_temperature(self) -> float:
        """As the thermistor in the motor shows it (°C)."""
        return self.motor.at(self.t) + self.motor_sensor_error
