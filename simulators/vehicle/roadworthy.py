"""What the testers of an inspection line and a road test measure of the car: its true condition.

Wheel forces, axle loads, braking runs, aim of the headlamps and the rest are seeded around what a
sound car has; they are our own values, typical of a small battery-electric car, of no standard. The
tread is that of the wheels, the VIN that of the units. `testers.py` writes them as files.
"""

from dataclasses import dataclass
from random import Random

from simulators.vehicle.part import Part, Site

AXLES = ("front", "rear")
SIDES = ("left", "right")
LOADS = {
    "unladen": {"front": 900.0, "rear": 780.0},
    "laden": {"front": 960.0, "rear": 1115.0},
}
"""Mass on each axle (kg): with the driver only, and at the gross mass."""
_FORCE = {"front": 3700.0, "rear": 2680.0}
_PARKING = 2350.0
_DRAG = 110.0
RUNS = {"unladen": (7.6, 0.20), "laden": (6.9, 0.22), "emergency": (3.9, 0.24)}
"""Braking run -> deceleration (m/s²) and time until it is there (s), of a sound car."""


def _near(random: Random, value: float, share: float = 0.03) -> float:
    return round(value * random.uniform(1 - share, 1 + share), 2)


class Run(Part):
    """One kind of braking from 50 km/h."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(site)
        random = site.random(f"car/line/run/{name}")
        deceleration, delay = RUNS[name]
        self.initial = round(random.uniform(50.2, 51.0), 1)
        self.deceleration = _near(random, deceleration)
        self.delay = _near(random, delay, 0.05)

    def at(self, t: float) -> tuple[float, float]:
        """Speed (km/h) and distance (m) at `t` seconds after the pedal was touched."""
        v0 = self.initial / 3.6
        stop = self.delay + v0 / self.deceleration
        braked = max(0.0, min(t, stop) - self.delay)
        way = v0 * min(t, self.delay) + v0 * braked - self.deceleration * braked**2 / 2
        return max(0.0, v0 - self.deceleration * braked) * 3.6, way

    @property
    def lasts(self) -> float:
        """Seconds from the pedal to standstill."""
        return self.delay + self.initial / 3.6 / self.deceleration


class AxleBrake(Part):
    """Peak forces (N) of an axle on the roller tester."""

    def __init__(self, site: Site, axle: str) -> None:
        super().__init__(site)
        random = site.random(f"car/line/brake/{axle}")
        self.left, self.right = (_near(random, _FORCE[axle]) for _ in SIDES)
        parked = axle == "rear"
        self.parking_left, self.parking_right = (
            _near(random, _PARKING) if parked else 0.0 for _ in SIDES
        )
        self.drag_left, self.drag_right = (_near(random, _DRAG, 0.2) for _ in SIDES)
        self.load = {name: _near(random, axles[axle], 0.01) for name, axles in LOADS.items()}
        self.laden = (1.0, 1.0)
        """Peak forces of the service brake on the laden axle over those unladen, left and right."""

    def peaks(self, loaded: str) -> tuple[float, float]:
        """Of the service brake, left and right (N), `laden` or `unladen`."""
        left, right = self.laden if loaded == "laden" else (1.0, 1.0)
        return left * self.left, right * self.right


class Headlamp(Part):
    """One headlamp: height (mm), intensity (cd), aim in mm on the 10 m screen, right positive."""

    def __init__(self, site: Site, side: str) -> None:
        super().__init__(site)
        random = site.random(f"car/line/headlamp/{side}")
        self.height = round(random.uniform(675.0, 685.0))
        self.intensity = round(random.uniform(24_000, 32_000), -2)
        self.drop = round(random.uniform(110.0, 160.0))
        self.sideways = round(random.uniform(-40.0, 60.0))
        self.main_sideways = round(random.uniform(-40.0, 60.0))
        self.main_above = round(random.uniform(-60.0, -10.0))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for a hand instrument: unit, what a sound car has, and its spread."""

    unit: str
    usual: float
    spread: float
    uncertainty: float
    digits: int


FIGURES = {
    "body_height_difference": Figure("mm", 8.0, 5.0, 2.0, 0),
    "glazing_transmittance": Figure("%", 76.0, 1.5, 1.0, 1),
    "wheel_run_out": Figure("mm", 1.2, 0.5, 0.1, 1),
    "steering_free_play": Figure("deg", 5.0, 1.5, 1.0, 1),
    "steering_effort": Figure("N", 90.0, 15.0, 5.0, 0),
    "pedal_force_unladen": Figure("N", 240.0, 25.0, 5.0, 0),
    "pedal_force_laden": Figure("N", 300.0, 25.0, 5.0, 0),
    "emergency_foot_force": Figure("N", 340.0, 25.0, 5.0, 0),
    "pedal_travel_share": Figure("%", 55.0, 5.0, 2.0, 0),
    "pedal_travel_length": Figure("mm", 78.0, 6.0, 2.0, 0),
    "brake_response": Figure("s", 0.22, 0.02, 0.02, 2),
    "slope_held": Figure("min", 3.0, 0.2, 0.05, 2),
    "tyre_longest_cut": Figure("mm", 0.0, 0.0, 2.0, 0),
}
"""Quantity that is read off a hand instrument -> what it is on a sound car."""


class Roadworthy(Part):
    """All of it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/line")
        self.brakes = {axle: AxleBrake(site, axle) for axle in AXLES}
        self.runs = {name: Run(site, name) for name in RUNS}
        self.lamps = {side: Headlamp(site, side) for side in SIDES}
        self.horn_level = round(random.uniform(100.0, 106.0), 1)
        """dB(A), 2 m in front of the car and 1.2 m high."""
        self.side_slip = round(random.uniform(-1.5, 1.5), 1)
        """m for each km."""
        self.front_suspension = "independent"
        """Or `rigid`: an axle beam, of which alone the side slip is judged."""
        self.speedometer_ahead = round(random.uniform(1.5, 2.5), 1)
        """What the speedometer shows more than the true speed at 40 km/h (km/h)."""
        self.stand_braked = 0.0
        """How fast the stand's brake slows the wheels down, kept while the car is on a road."""
        self.worn = dict.fromkeys(("FL", "FR", "RL", "RR"), 0.0)
        """How much less tread one shoulder has than the crown (mm)."""
        self.figures = {
            name: round(one.usual + random.uniform(-one.spread, one.spread), one.digits)
            for name, one in FIGURES.items()
        }
        """Replaced, never changed."""
