"""The V2X unit in the telematics unit, and the roadside messages that reach it.

There is no radio here and no roadside unit: a message is an event of this world, let go by the hand
that works the roadside sender. It carries its own time mark; when the unit has decoded it, the
latency is its clock's time less that mark. Real times are of this size on the air: some tens of
milliseconds.
"""

from dataclasses import dataclass

from simulators.vehicle.part import Part, Site

_KEPT = 60.0
"""So long the latest message stays on the bus (s)."""
_CERTIFICATE_LASTS = (120, 330)
_NORTH = 111_320.0
"""Metres in a degree along a meridian."""


@dataclass(frozen=True, slots=True)
class RoadsideMessage:
    """What a roadside unit says about one intersection."""

    kind: str
    """`map` or `signal` (its traffic light)."""
    intersection: int
    lanes: int = 0
    phase: str = "none"
    remaining: float = 0.0
    """Seconds that the colour stays."""


MAP = RoadsideMessage("map", intersection=4102, lanes=3)
SIGNAL = RoadsideMessage("signal", intersection=4102, phase="red", remaining=22.0)
"""What the roadside sender of the bench has ready: one intersection, its map and its light."""


class V2xUnit(Part):
    """Receiver, certificate, and a position of its own."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/v2x")
        self.works = True
        self.switched_off = False
        self.hears = True
        """Its 5.9 GHz antenna is connected."""
        self.certificate_days = random.randint(*_CERTIFICATE_LASTS)
        """Days that are left; below 0 it has expired."""
        self.certificate_starts_in = 0
        """Days until it becomes valid."""
        self.delay = random.uniform(0.02, 0.06)
        """From the time mark to decoded (s)."""
        self.clock_error = random.uniform(-0.002, 0.002)
        """Of its clock against that of the roadside unit (s)."""
        self.swaps_bytes = False
        """It reads the number of the intersection in the wrong byte order."""
        self.loses_lanes = False
        self.swaps_colours = False
        self.off_north = random.uniform(-1.0, 1.0)
        """How far its position is off (m)."""
        self.fixed = True
        self.errors = 0
        self._message: RoadsideMessage | None = None
        self._sent = 0.0
        self._count = 0

    def state(self) -> str:
        """In the words of the database."""
        if self.switched_off:
            return "off"
        return "ok" if self.works else "fault"

    @property
    def runs(self) -> bool:
        return self.state() == "ok"

    def send(self, message: RoadsideMessage) -> None:
        """The roadside sender lets a message go, now."""
        if self.runs and self.hears:
            self._message, self._sent = message, self.t
            self._count += 1

    def decoded(self) -> RoadsideMessage | None:
        """The latest message that is decoded by now."""
        since = self.t - self._sent
        if self._message is None or not self.runs or not self.delay <= since < _KEPT:
            return None
        return self._message

    def received(self) -> int:
        """How many since it was switched on, as its counter of 8 bit says."""
        waiting = self._message is not None and self.t - self._sent < self.delay
        return (self._count - waiting) % 256

    def intersection(self) -> int | None:
        message = self.decoded()
        if message is None:
            return None
        number = message.intersection
        return (number & 0xFF) << 8 | number >> 8 if self.swaps_bytes else number

    def lanes(self) -> int | None:
        message = self.decoded()
        if message is None or message.kind != "map":
            return None
        return 0 if self.loses_lanes else message.lanes

    def phase(self) -> str:
        message = self.decoded()
        if message is None:
            return "none"
        if self.swaps_colours:
            return {"red": "green", "green": "red"}.get(message.phase, message.phase)
        return message.phase

    def remaining(self) -> float | None:
        """Of the colour, counted down from the time mark (s)."""
        message = self.decoded()
        if message is None or message.kind != "signal":
            return None
        return max(message.remaining - (self.t - self._sent), 0.0)

    def latency(self) -> float | None:
        """As the unit works it out (ms)."""
        if self.decoded() is None:
            return None
        return max(1000.0 * (self.delay + self.clock_error), 0.0)

    def certificate(self) -> str:
        if self.certificate_starts_in > 0:
            return "not_yet_valid"
        return "valid" if self.certificate_days >= 0 else "expired"

    def latitude(self, true: float) -> float | None:
        """Of its own receiver (degrees)."""
        return true + self.off_north / _NORTH if self.fixed and self.runs else None
