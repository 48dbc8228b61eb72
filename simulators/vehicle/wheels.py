"""Four wheels with their speed sensors, tyres and pressure sensors, and the inertial sensors."""

from simulators.grid import Wave
from simulators.thermal import Node
from simulators.vehicle.drive import PULSES_PER_KM, Drive
from simulators.vehicle.part import Part, Site

WHEELS = ("FL", "FR", "RL", "RR")
PLACARD = 250.0
"""Pressure on the placard, cold (kPa)."""
LOW_PRESSURE = 0.8 * PLACARD
_SLIP = 4.0
"""Difference of wheel speeds (km/h) at which the controls act."""
_SKID = 20.0
_KELVIN = 273.15
_COLD = 20.0


class Wheel(Part):
    """One wheel."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(site)
        random = site.random(f"car/wheel/{name}")
        self.name = name
        self.speed_sensor_works = True
        self.speed_factor = 1 + random.uniform(-0.001, 0.001)
        """Rolling radius of the others over its own."""
        self._cold_pressure = PLACARD + random.uniform(-7.0, 3.0)
        self._leak = 0.0
        self._since = self.t
        self.pressure_sensor_offset = random.uniform(-2.0, 2.0)
        """Error of the pressure sensor (kPa)."""
        self.pressure_sensor_works = True
        """False: it does not transmit."""
        self.sensor_battery_low = False
        self.tread = round(random.uniform(4.0, 7.0), 1)
        """Depth (mm)."""
        self.temperature = Node(site.ambient() + random.uniform(-0.5, 1.0), 1200.0, self.t)

    @property
    def cold_pressure(self) -> float:
        """Gauge pressure at 20 °C (kPa)."""
        return max(self._cold_pressure - self._leak * (self.t - self._since) / 3600, 0.0)

    @cold_pressure.setter
    def cold_pressure(self, pressure: float) -> None:
        self._cold_pressure, self._since = pressure, self.t

    @property
    def leak(self) -> float:
        """Loss (kPa per hour)."""
        return self._leak

    @leak.setter
    def leak(self, rate: float) -> None:
        self.cold_pressure = self.cold_pressure
        self._leak = rate

    def pressure(self) -> float:
        """Gauge pressure now (kPa), at the tyre's temperature."""
        warmth = (self.temperature.at(self.t) + _KELVIN) / (_COLD + _KELVIN)
        return (self.cold_pressure + 101.3) * warmth - 101.3

    def cold_pressure_at(self, pressure: float) -> float:
        """The gauge pressure at 20 °C that shows as `pressure` at the tyre's temperature (kPa)."""
        warmth = (self.temperature.at(self.t) + _KELVIN) / (_COLD + _KELVIN)
        return (pressure + 101.3) / warmth - 101.3

    def measured_pressure(self) -> float:
        return max(self.pressure() + self.pressure_sensor_offset, 0.0)


class Wheels(Part):
    """All four, and what moves with them. Rates in degrees per second, accelerations in m/s²."""

    def __init__(self, site: Site, drive: Drive) -> None:
        super().__init__(site)
        self._drive = drive
        self.all = {name: Wheel(site, name) for name in WHEELS}
        random = site.random("car/inertial")
        self.esc_works = True
        """False: the stability control has an internal fault."""
        self.yaw_works = True
        """The yaw sensor gives something sensible."""
        self.esc_switched_off = False
        """By the driver."""
        self.yaw_offset = random.uniform(-0.05, 0.05)
        self.lateral_offset = random.uniform(-0.04, 0.04)
        self.longitudinal_offset = random.uniform(-0.04, 0.04)
        self._wobble = Wave(random, 0.01, (0.7, 1.9, 5.3))

    def __getitem__(self, name: str) -> Wheel:
        return self.all[name]

    def measured_speed(self, name: str) -> float | None:
        """What a wheel-speed sensor gives (km/h); None: it is dead."""
        wheel = self.all[name]
        return abs(self._drive.speed()) * wheel.speed_factor if wheel.speed_sensor_works else None

    @property
    def sensors_sound(self) -> bool:
        return all(wheel.speed_sensor_works for wheel in self.all.values())

    def speed(self) -> float:
        """Vehicle speed by the wheels that can be trusted (km/h)."""
        good = [v for name in WHEELS if (v := self.measured_speed(name)) is not None]
        return sum(good) / len(good) if good else 0.0

    def pulses(self, name: str) -> int:
        """Pulses of a wheel since the start."""
        wheel = self.all[name]
        if not wheel.speed_sensor_works:
            return 0
        return int(abs(self._drive.travelled()) * wheel.speed_factor * PULSES_PER_KM)

    @property
    def slipping(self) -> bool:
        """A braked wheel turns slower than the car moves."""
        return self._spread() > _SLIP and self._drive.acceleration() < 0.0

    @property
    def spinning(self) -> bool:
        """A driven wheel turns faster than the others."""
        return self._spread() > _SLIP and self._drive.acceleration() >= 0.0

    @property
    def skidding(self) -> bool:
        """The car yaws though its wheels stand still or roll straight."""
        return abs(self._drive.speed()) > _SLIP and abs(self.yaw_rate()) > _SKID

    def _spread(self) -> float:
        speeds = [v for name in WHEELS if (v := self.measured_speed(name)) is not None]
        return max(speeds) - min(speeds) if speeds else 0.0

    def yaw_rate(self) -> float:
        broken = 0.0 if self.yaw_works else 38.0
        return self.yaw_offset + broken + self._wobble.at(self.t)

    def lateral(self) -> float:
        return self.lateral_offset + 0.3 * self._wobble.at(self.t + 3.1)

    def longitudinal(self) -> float:
        return self.longitudinal_offset + 0.3 * self._wobble.at(self.t + 7.7)

    def update(self) -> None:
        """The speed has another course: the tyres warm up with it."""
        rise = 0.15 * abs(self._drive.speed_course.target)
        for wheel in self.all.values():
            wheel.temperature.aim(self.site.ambient() + rise, self.t)
