"""Satellite positioning and inertial unit (the GNSS node), and where the car stands."""

import math
from random import Random

from simulators.grid import Wave
from simulators.vehicle.part import Part, Site
from simulators.vehicle.sensing import Sensor

GRAVITY = 9.806
METRES_PER_DEGREE = 111_320.0
"""Along a meridian, near enough for centimetres."""


class Place(Part):
    """The true position: degrees, metres, course in degrees."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/place")
        self.latitude = 31.0 + round(random.uniform(0.0, 0.5), 6)
        self.longitude = 121.0 + round(random.uniform(0.0, 0.5), 6)
        self.altitude = round(random.uniform(3.0, 40.0), 1)
        self.heading = round(random.uniform(0.0, 359.9), 1)


class Positioning(Sensor):
    """Receiver and inertial measurement."""

    def __init__(self, site: Site, random: Random) -> None:
        super().__init__(site, "GNSS", random)
        self.blockage = 0
        self.antenna = "ok"
        """`ok`, `open` or `short`."""
        self.sky = "rtk_fixed"
        """Best fix that the sky and the correction service allow here."""
        self.satellites_in_view = random.randint(18, 28)
        self.geometry = 1.0
        """Dilution of precision against that of a free sky."""
        self.pps_works = True
        self._bias = [random.uniform(-0.03, 0.03) for _ in range(3)]
        self._drift_rates = [random.uniform(-0.03, 0.03) for _ in range(3)]
        self._noise = Wave(random, 0.012, (0.9, 2.3, 6.1))
        self._error = (random.uniform(-1e-7, 1e-7), random.uniform(-1e-7, 1e-7))
        self.wander = 0.008
        """How far the position moves about although the car stands (m): more under reflections."""
        self._north = Wave(random, 1.0, (7.0, 23.0, 71.0))
        self._east = Wave(random, 1.0, (5.0, 19.0, 83.0))
        self.speed_error = 0.0
        """What its speed over ground is too high (m/s)."""
        self.accelerometer_bias = 0.0
        """Added to the upright acceleration (m/s²)."""
        self.gyro_bias = 0.0
        """Added to the yaw rate (degrees per second)."""
        self._turning = 0.0
        self._since = self.t

    @property
    def heading_drift(self) -> float:
        """How fast its heading runs away from now on (degrees per minute); 0: it does not."""
        return self._turning

    @heading_drift.setter
    def heading_drift(self, rate: float) -> None:
        self._turning, self._since = rate, self.t

    def fix(self) -> str:
        """Fix quality, in the words of the database."""
        if not self.works or self.antenna != "ok":
            return "none"
        return self.sky

    def satellites(self) -> int:
        return self.satellites_in_view if self.fix() != "none" else 0

    def hdop(self) -> float:
        if self.fix() == "none":
            return 25.0
        return self.geometry * {"rtk_fixed": 0.7, "rtk_float": 0.8}.get(self.fix(), 1.1)

    def position_std(self) -> float:
        """Metres."""
        known = {"rtk_fixed": 0.012, "rtk_float": 0.25, "differential": 0.6, "none": 20.0}
        return known.get(self.fix(), 2.0)

    def pps_locked(self) -> bool:
        return self.pps_works and self.fix() != "none"

    def health(self) -> str:
        if self.works and self.fix() == "none":
            return "degraded"
        return super().health()

    def position(self, place: Place) -> tuple[float, float] | None:
        """Latitude and longitude (degrees); None without a fix."""
        if self.fix() == "none":
            return None
        north, east = self._north.at(self.t), self._east.at(self.t)
        per_metre = self.wander / METRES_PER_DEGREE
        return (
            place.latitude + self._error[0] + north * per_metre,
            place.longitude
            + self._error[1]
            + east * per_metre / math.cos(math.radians(place.latitude)),
        )

    def heading(self, place: Place) -> float:
        """Course that it believes in (degrees)."""
        return (place.heading + self._turning * (self.t - self._since) / 60) % 360

    def ground_speed(self) -> float:
        """Of a car that stands, by satellites (m/s): a little noise."""
        return abs(self._noise.at(self.t)) * 0.5 + self.speed_error

    def accelerations(self, forwards: float) -> tuple[float, float, float]:
        """x, y, z (m/s²) of a level car that accelerates `forwards`."""
        wobble, (x, y, z) = self._noise.at(self.t), self._bias
        return forwards + x + wobble, y - wobble, GRAVITY + z + wobble + self.accelerometer_bias

    def rates(self) -> tuple[float, float, float]:
        """Roll, pitch, yaw (degrees per second) of a car at rest."""
        wobble, (x, y, z) = self._noise.at(self.t + 5.0), self._drift_rates
        return x + wobble, y - wobble, z + wobble + self.gyro_bias
