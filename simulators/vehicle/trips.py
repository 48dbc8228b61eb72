"""Use of the car by a renter, in time lapse, and the trip record that its telematics unit keeps.

A trip of half an hour is over in two seconds of the bench's time, so the stamps of the record are
those of the bench's clock. Distance and energy are those of the whole trip: odometer and battery
move on by them. Things may happen half way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from simulators.timers import Timers
from simulators.vehicle.drive import Drive
from simulators.vehicle.pack import Pack
from simulators.vehicle.part import Part
from simulators.vehicle.rental import Rental

HALF = 1.0
"""Seconds from setting out to half way, and from there to the return."""


@dataclass(frozen=True)
class Record:
    """What is kept of one trip. Times in seconds since 1970, distance in km, energy in kWh."""

    driver: str
    start: float
    end: float | None = None
    distance: float = 0.0
    energy: float = 0.0
    event: str = "none"
    event_time: float | None = None


@dataclass(frozen=True)
class Happening:
    """What happens half way: what the recorder calls it, and what it does to the car."""

    event: str = "none"
    """`none`, `hard_braking` or `curb_hit`."""
    effect: Callable[[], None] | None = None


class Trips(Part):
    """The latest trip, and what the next one will be like.

    `wall` gives Unix time, `changed` is called when something has happened.
    """

    def __init__(
        self,
        rental: Rental,
        drive: Drive,
        pack: Pack,
        timers: Timers,
        *,
        wall: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        super().__init__(rental.site)
        random = self.site.random("car/trips")
        self.rental = rental
        self._drive = drive
        self._pack = pack
        self._timers = timers
        self._wall = wall
        self._changed = changed
        self.count = random.randint(300, 2500)
        self.length = round(random.uniform(18.0, 32.0), 1)
        """Of the next trip (km)."""
        self.consumption = random.uniform(13.5, 17.0)
        """kWh for 100 km."""
        self.stays = False
        """The car is not moved at all, whatever is said about it."""
        self.other_driver = ""
        """Who really drives, where that is somebody else than the order says."""
        self.happenings: Mapping[str, Happening] = {}
        """What will happen half way, in this order, by the name of its cause. Replaced, never
        changed in place."""
        self.record_factor = 1.0
        """Recorded over true distance."""
        self.event_lag = 0.0
        """Seconds by which the recorder stamps events late (negative: early)."""
        self.clock_shift = 0.0
        """Seconds by which it stamps start and end late."""
        started = wall() - random.uniform(4.0, 40.0) * 3600
        self.record = Record(
            f"K-{random.randrange(1000, 9999)}",
            round(started),
            round(started + random.uniform(900.0, 5400.0)),
            round(random.uniform(5.0, 60.0), 1),
            round(random.uniform(1.0, 9.0), 2),
        )

    @property
    def under_way(self) -> bool:
        return self.record.end is None

    def set_out(self) -> None:
        """The renter takes the car; two seconds later it is back."""
        if self.under_way or self.stays:
            return
        self.record = Record(
            self.other_driver or self.rental.driver, self._wall() + self.clock_shift
        )
        self._timers.plan("trip", HALF, self._half_way)

    def _half_way(self) -> None:
        self._move_on(self.length / 2)
        for one in self.happenings.values():
            if one.event != "none":  # the record has room for one: the latest
                stamp = self._wall() + self.event_lag
                self.record = replace(self.record, event=one.event, event_time=stamp)
            if one.effect is not None:
                one.effect()
        self._timers.plan("trip", HALF, self._return)
        self._changed()

    def _return(self) -> None:
        self._move_on(self.length / 2)
        energy = self.length * self.consumption / 100
        self.record = replace(
            self.record,
            end=self._wall() + self.clock_shift,
            distance=self.length * self.record_factor,
            energy=energy,
        )
        self.count += 1
        self._changed()

    def _move_on(self, kilometres: float) -> None:
        self._drive.distance_at_start += kilometres
        self._pack.draw(10.0 * kilometres * self.consumption)  # Wh
