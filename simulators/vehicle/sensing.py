"""Sensors of the driving assistance: camera, radar, lidar, ultrasonic, and what they see."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from simulators.thermal import Node
from simulators.vehicle.learned import Learned
from simulators.vehicle.part import Part, Site
from simulators.vehicle.scene import Target, in_view, surroundings

NODES = ("CAM", "RAD", "LID", "USS", "GNSS")
USS_CHANNELS = 12
USS_RANGE = 5.0
"""Reach of an ultrasonic sensor (m)."""
USS_NOTHING = 5.1
"""What the unit sends when nothing is in reach (m)."""
BLOCKED = 60.0
"""Blockage (%) from which a sensor calls itself degraded."""
SYNC_LIMIT = 10.0
"""Time offset (ms) from which it does so, too."""
_MOST_OFFSET = 101.9
"""The largest offset that a sensor can report (ms)."""
_CAMERA_VIEW = 30.0
"""Half the width of the camera's view (degrees)."""
_WARM = {"CAM": 16.0, "RAD": 12.0, "LID": 20.0, "USS": 6.0, "GNSS": 10.0}


class Sensor(Part):
    """What all of them have."""

    def __init__(self, site: Site, name: str, random: Random) -> None:
        super().__init__(site)
        self.name = name
        self.works = True
        self.blockage: float = round(random.uniform(0.0, 4.0))
        """Dirt, film or a sticker before it (%)."""
        self.soil = "dust"
        """What that is; see `cleaning.py`."""
        self.misalignment = 0.0
        """Angle by which it is turned against where it was when it left the factory (degrees)."""
        self.azimuth_error = 0.0
        """What it measures too much by itself (degrees)."""
        past = site.random(f"car/past/{name}/pitch")
        self.pitch = round(past.uniform(-0.2, 0.2), 2)
        """The same, up and down (degrees)."""
        self.learned = Learned(site, second=self.pitch)
        """What calibration has found: yaw and pitch, which it takes off what it measures."""
        self.supply_drop = random.uniform(0.02, 0.15)
        """Loss between the battery and the connector (V)."""
        self.sync_offset = random.uniform(-1.5, 1.5)
        """What is left of the offset while it is kept in step (ms)."""
        self._drift = 0.0
        self._since = self.t
        self.thermistor_error = 0.0
        """What its own temperature sensor reads too much (K)."""
        self.temperature = Node(site.ambient() + random.uniform(0.0, 1.0), 900.0, self.t)

    @property
    def sync_drift(self) -> float:
        """How much its clock runs away from now on (ms per minute); 0: it is kept in step."""
        return self._drift

    @sync_drift.setter
    def sync_drift(self, rate: float) -> None:
        self._drift, self._since = rate, self.t

    @property
    def calibration(self) -> str:
        """`calibrated`, `not_calibrated` or `failed`; `running` is `learned.shown`."""
        return self.learned.state

    @calibration.setter
    def calibration(self, state: str) -> None:
        self.learned.state = state

    @property
    def turned(self) -> float:
        """Angle between where it looks and where it thinks it looks (degrees)."""
        return self.misalignment + self.azimuth_error - self.learned.first

    def time_offset(self) -> float:
        """Its time against the computer's (ms); beyond what it can tell it stays at the end."""
        offset = self.sync_offset + self._drift * (self.t - self._since) / 60
        return max(-_MOST_OFFSET, min(offset, _MOST_OFFSET))

    def warmth(self) -> float:
        """The temperature that it reports (°C)."""
        return self.temperature.at(self.t) + self.thermistor_error

    def health(self) -> str:
        """What it says of itself."""
        if not self.works or self.calibration == "failed":
            return "fault"
        poor = (
            self.blockage >= BLOCKED
            or self.calibration != "calibrated"
            or abs(self.time_offset()) > SYNC_LIMIT
        )
        return "degraded" if poor else "ok"

    @property
    def sees(self) -> bool:
        return self.works and self.blockage < BLOCKED

    def power(self, on: bool) -> None:
        """It has been switched on or off."""
        rise = _WARM[self.name] if on else 0.0
        self.temperature.aim(self.site.ambient() + rise, self.t)


class Camera(Sensor):
    """Front camera: lane lines and picture."""

    def __init__(self, site: Site, name: str, random: Random) -> None:
        super().__init__(site, name, random)
        self.frame_rate = 30.0
        """Frames per second that the sensor delivers."""
        self.drop_rate = 0.0
        """Frames per second that are lost on the way to the computer."""
        self.saturated = round(random.uniform(0.2, 1.5), 1)
        """Pixels that are overexposed (%)."""
        self.lane_left = round(random.uniform(1.4, 1.9), 2)
        self.lane_right = -round(random.uniform(1.4, 1.9), 2)
        self.lane_heading = round(random.uniform(-0.6, 0.6), 2)
        self.brightness = round(random.uniform(38.0, 52.0), 1)
        self.range_factor = random.uniform(0.97, 1.03)
        """One lens tells distances by size: its error grows with the distance."""

    @property
    def seen_heading(self) -> float:
        """Heading against the lane as it believes it (degrees)."""
        return self.lane_heading + self.turned

    def dropped_frames(self, seconds: float) -> int:
        """Lost in that time since it was switched on."""
        return int(self.drop_rate * seconds)


class Lidar(Sensor):
    """Rotating lidar: 10 turns per second."""

    def __init__(self, site: Site, name: str, random: Random) -> None:
        super().__init__(site, name, random)
        self.range_error = 0.0
        """What it measures too much (m)."""
        self.rotation = 600.0
        """rpm."""
        self.point_loss = round(random.uniform(0.5, 2.5), 1)
        """Points that do not come back in a free scene (%)."""

    def lost_points(self) -> float:
        """In percent of the full rate."""
        return min(self.point_loss + self.blockage * 0.9, 100.0)

    def point_rate(self) -> float:
        """Thousands of points per second."""
        return 1152.0 * (1 - self.lost_points() / 100) if self.works else 0.0


class Ultrasonic(Sensor):
    """Twelve transducers in the bumpers."""

    def __init__(self, site: Site, name: str, random: Random) -> None:
        super().__init__(site, name, random)
        self.dead: frozenset[int] = frozenset()
        """Transducers (1 to 12) that do not work."""
        near = {n: round(random.uniform(0.6, 4.5), 3) for n in random.sample(range(1, 13), 7)}
        self.echoes: dict[int, float] = near
        """True distance (m) before a transducer; nothing is there if it is left out."""
        self.errors: dict[int, float] = {n: random.uniform(-0.01, 0.01) for n in range(1, 13)}
        self.board: tuple[int, float] | None = None
        """A board square before a transducer: its number, and the true distance (m)."""

    def alive(self) -> int:
        """Bit map, bit 0 is transducer 1."""
        return sum(1 << (n - 1) for n in range(1, USS_CHANNELS + 1) if n not in self.dead)

    def distance(self, number: int) -> float | None:
        """In metres, `USS_NOTHING` when nothing is in reach; None for a dead transducer."""
        if not self.works or number in self.dead:
            return None
        true = self.echoes.get(number)
        if self.board is not None and self.board[0] == number:
            true = self.board[1] if true is None else min(true, self.board[1])
        if true is None or true > USS_RANGE or self.blockage >= BLOCKED:
            return USS_NOTHING
        return true + self.errors[number]


class Radar(Sensor):
    """Front radar with an object list of eight."""

    def __init__(self, site: Site, name: str, random: Random) -> None:
        super().__init__(site, name, random)
        self.range_error = random.uniform(-0.15, 0.15)
        self.azimuth_error = random.uniform(-0.25, 0.25)


class Sensing(Part):
    """All sensors and the scene that they look at."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)

        def part(name: str) -> Random:
            return site.random(f"car/{name.lower()}")

        self.camera = Camera(site, "CAM", part("CAM"))
        self.radar = Radar(site, "RAD", part("RAD"))
        self.lidar = Lidar(site, "LID", part("LID"))
        self.ultrasonic = Ultrasonic(site, "USS", part("USS"))
        self.scene: tuple[Target, ...] = surroundings(site.random("car/scene"))
        """What stands around the car."""
        self.board: Target | None = None
        """The target board before the car, where somebody has put it up."""

    @property
    def all(self) -> dict[str, Sensor]:
        """By node."""
        return {
            "CAM": self.camera, "RAD": self.radar, "LID": self.lidar, "USS": self.ultrasonic,
        }  # fmt: skip

    def place(self, *targets: Target) -> None:
        """Put targets before the car (a corner reflector)."""
        self.scene = (*targets, *self.scene)

    @property
    def around(self) -> tuple[Target, ...]:
        """Everything that there is to see."""
        return self.scene if self.board is None else (self.board, *self.scene)

    def radar_objects(self) -> tuple[Target, ...]:
        """What the radar lists, nearest first, at most eight."""
        radar = self.radar
        if not radar.sees:
            return ()
        seen = [
            replace(one, range=one.range + radar.range_error, azimuth=one.azimuth + radar.turned)
            for one in self.around
        ]
        return tuple(sorted(seen, key=_range)[:8])

    def camera_objects(self) -> int:
        """A camera that has been turned looks past what stands at the edge of its view."""
        return len(self._camera_view())

    def _camera_view(self) -> list[Target]:
        turned = self.camera.turned
        return in_view(self.around, turned, _CAMERA_VIEW) if self.camera.sees else []

    def camera_nearest(self) -> Target | None:
        """What the camera places nearest, to within its own error; None: nothing is in view."""
        nearest = min(self._camera_view(), key=_range, default=None)
        return nearest and replace(nearest, range=nearest.range * self.camera.range_factor)

    def lidar_objects(self) -> int:
        return len(self.around) if self.lidar.sees else 0

    def nearest(self) -> Target | None:
        """What the lidar sees nearest; None: nothing."""
        return min(self.around, key=_range) if self.around and self.lidar.sees else None


_range: Callable[[Target], float] = lambda target: target.range  # noqa: E731 - a sort key
