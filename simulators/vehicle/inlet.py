"""The charging inlet: lock, flap, two temperature sensors, lamp."""

from collections.abc import Callable

from simulators.load import Load
from simulators.thermal import Node
from simulators.timers import Timers
from simulators.vehicle.part import Part, Site

LOCK_MOVES = 0.4
_PIN_TIME = 300.0
HOT = 90.0
"""Pin temperature (°C) at which the car stops charging."""


class PinSensor(Part):
    """A temperature sensor at a power pin."""

    def __init__(self, site: Site, offset: float) -> None:
        super().__init__(site)
        self.offset = offset
        """Error (K)."""
        self.stuck_at: float | None = None
        """A broken sensor shows this whatever the temperature is."""


class Inlet(Part):
    """State of the inlet. `changed` is called when the lock has moved or failed."""

    def __init__(self, site: Site, load: Load, changed: Callable[[], None]) -> None:
        super().__init__(site)
        random = site.random("car/inlet")
        self._load = load
        self._changed = changed
        self._timers = Timers(site.scheduler)
        self.lock_jammed = False
        self.lock_commanded = False
        self.locked = False
        self.lock_moving = False
        self.flap_open = False
        self.flap_stuck_open = False
        """The hinge does not close: the flap stands open without a plug."""
        self._contact = 1.0
        self.sensors = (
            PinSensor(site, random.uniform(-0.8, 0.8)),
            PinSensor(site, random.uniform(-0.8, 0.8)),
        )
        """At the pins L1 and N."""
        self.pins = Node(site.ambient(), _PIN_TIME, self.t)

    # Lock

    @property
    def lock_failed(self) -> bool:
        """It is not where it was told to be."""
        return not self.lock_moving and self.locked != self.lock_commanded

    def lock(self, closed: bool) -> None:
        """Move the lock. A jammed one tries and stays."""
        if closed == self.lock_commanded:
            return
        self.lock_commanded, self.lock_moving = closed, True
        self._timers.plan("lock", LOCK_MOVES, self._moved)

    def retry(self) -> None:
        """One more attempt of a lock that failed."""
        if self.lock_failed:
            self.lock_moving = True
            self._timers.plan("lock", LOCK_MOVES, self._moved)

    def _moved(self) -> None:
        self.lock_moving = False
        if not self.lock_jammed:
            self.locked = self.lock_commanded
            self.note("inlet_lock", "locked" if self.locked else "unlocked")
        self._changed()

    # Flap

    @property
    def flap(self) -> bool:
        """Whether the flap is open."""
        return self.flap_open or self.flap_stuck_open

    # Heat

    @property
    def contact(self) -> float:
        """Contact resistance of the pins over that of sound ones."""
        return self._contact

    @contact.setter
    def contact(self, factor: float) -> None:
        self._contact = factor
        self.update()

    def update(self) -> None:
        """The current has another course or the contacts another condition."""
        rise = 18.0 * self._load.mean_square() / 32.0**2 * self._contact
        self.pins.aim(self.site.ambient() + rise, self.t)

    def temperature(self, number: int) -> float:
        """What sensor 1 or 2 shows (°C)."""
        sensor = self.sensors[number - 1]
        if sensor.stuck_at is not None:
            return sensor.stuck_at
        return self.pins.at(self.t) + sensor.offset

    def too_hot_in(self) -> float | None:
        """Seconds until a pin passes the limit; None: it has, or does not on this course."""
        return self.pins.crossing(HOT, self.t)
