"""The computer of the driving assistance and the telematics unit."""

from collections.abc import Callable

from simulators.grid import Wave
from simulators.thermal import Node
from simulators.vehicle.part import Part, Site
from simulators.vehicle.v2x import V2xUnit

_NO_SINK = 8.0
"""Rise of temperature without the heat sink, times that with it."""
_LEAST_SATELLITES = 4
"""A position in three dimensions and the time need so many."""
_THROTTLED = 105.0
"""Here the processor slows down and gets no hotter (°C)."""


class Computer(Part):
    """The ADCU. Loads in percent, temperatures in °C."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/computer")
        air = site.ambient()
        self.works = True
        self.disk_free = round(random.uniform(38.0, 62.0), 1)
        self.memory_used = round(random.uniform(42.0, 55.0), 1)
        self.watchdog_resets = 0
        self.fan_works = True
        self.heat_sink_loose = False
        """It no longer lies on the chip: what the fan does is of no use."""
        self.base_load = 34.0
        """Mean load of the processor (%)."""
        self.supply_drop = random.uniform(0.02, 0.12)
        self.dssad_works = True
        self.edr_works = True
        self.dssad_events = random.randint(0, 40)
        self.edr_events = 0
        self.recorder_used = round(random.uniform(4.0, 22.0), 1)
        self.hands_on = False
        self.eyes_on = False
        self.cpu = Node(air + random.uniform(0.0, 1.0), 240.0, self.t)
        self.gpu = Node(air + random.uniform(0.0, 1.0), 240.0, self.t)
        self._load = Wave(random, 6.0, (7.0, 19.0, 61.0))
        self.on = False
        self.by_wire_request = "manual"
        """What the planner asks of the chassis: `manual`, `by_wire`, `emergency_stop`."""
        self.gear_request = "p"
        self.angle_request = 0.0
        self.speed_request = 0.0
        self.brake_request = 0.0
        self.set_speed = 0.0
        self.acc_on = False
        self.lka_on = False

    def load(self) -> float:
        """Of the processor."""
        return min(self.base_load + self._load.at(self.t), 100.0) if self.on else 0.0

    def power(self, on: bool) -> None:
        self.on = on
        self.update()

    def update(self) -> None:
        """Switched on or off, or the fan is different."""
        air, poor = self.site.ambient(), 1.0 if self.fan_works else 2.3
        if self.heat_sink_loose:
            poor = _NO_SINK
        self.cpu.aim(air + (26.0 * poor if self.on else 0.0), self.t)
        self.gpu.aim(air + (31.0 * poor if self.on else 0.0), self.t)

    def temperature(self, part: Node) -> float:
        """Of processor or graphics: it slows itself down before it burns (°C)."""
        return min(part.at(self.t), _THROTTLED)

    def hottest(self) -> float:
        return max(self.temperature(self.cpu), self.temperature(self.gpu))

    def health(self) -> str:
        """What it says of itself."""
        if not self.works:
            return "fault"
        poor = self.disk_free < 10.0 or self.hottest() > 85.0 or self.memory_used > 95.0
        return "degraded" if poor else "ok"


class Telematics(Part):
    """The TBOX: its link, its own satellite receiver, its alarms."""

    ALARMS = ("emergency", "overspeed", "geofence", "collision", "tow", "theft", "gnss_fault",
              "antenna_open", "antenna_short", "power_low", "power_lost", "sim", "storage",
              "clock")  # fmt: skip

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/tbox")
        self.network_available = True
        self.platform_accepts = True
        self.signal = round(random.uniform(-92.0, -68.0))
        """Level of the mobile network (dBm)."""
        self.antenna = "ok"
        """Of its satellite receiver: `ok`, `open` or `short`."""
        self.gnss_works = True
        self.sim_works = True
        self.storage_works = True
        self.main_power = True
        self.v2x = V2xUnit(site)
        self.satellites_in_view = random.randint(9, 16)
        self.clock_error = random.uniform(-0.2, 0.2)
        """Of its clock against true UTC (s)."""
        self.emergency_button = False
        self.towed = False
        self.geofence_left = False
        self.reporting_period = 10.0
        self.command = "none"
        """The latest command from the platform for the body controller."""
        self.token = 0
        self.transmit: Callable[[], None] = lambda: None
        """Puts the command on the bus."""
        self.upload_delay = 0.0
        """So long a report waits in the modem before it goes out (s)."""
        self._upload_phase = random.uniform(0.0, self.reporting_period)
        self._offline_since: float | None = None

    def online(self) -> str:
        """`offline`, `online` or `fault`."""
        if not self.sim_works:
            return "fault"
        return "online" if self.network_available else "offline"

    def login(self) -> str:
        if self.online() != "online":
            return "logged_out"
        return "logged_in" if self.platform_accepts else "refused"

    def fix(self) -> str:
        enough = self.satellites_in_view >= _LEAST_SATELLITES
        return "fix_3d" if self.gnss_works and self.antenna == "ok" and enough else "none"

    def satellites(self) -> int:
        return self.satellites_in_view if self.fix() != "none" else 0

    def upload_age(self) -> float | None:
        """Seconds since the last report went out; None: none does."""
        if self.login() != "logged_in":
            return None
        return (self.t + self._upload_phase) % self.reporting_period + self.upload_delay

    def waiting_records(self) -> int:
        """Reports that could not be sent yet."""
        if self._offline_since is None:
            return 0
        return int((self.t - self._offline_since) / self.reporting_period)

    def update(self) -> None:
        """The link may have come or gone."""
        logged_in = self.login() == "logged_in"
        if logged_in:
            self._offline_since = None
        elif self._offline_since is None:
            self._offline_since = self.t

    def hand_on(self, command: str) -> None:
        """A command of the platform goes to the body controller."""
        self.command, self.token = command, (self.token + 1) & 0xFFFF
        self.transmit()

    def time_source(self) -> str:
        if self.fix() != "none":
            return "gnss"
        return "network" if self.online() == "online" else "not_set"
