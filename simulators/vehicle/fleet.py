"""How a fleet has coded a car: the rental, its usage parameters, and presets of the last rental.

The values stand in the units' coding. Here is what follows from them, and what can be wrong with
that: a parameter that the car does not go by, a remote function that is switched off. What belongs
to a person (profiles, phones, accounts, keys) is in `user_data.py` and nowhere else.
"""

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from simulators.vehicle.part import Part, Site

if TYPE_CHECKING:
    from simulators.vehicle.units import Units

SERVICE_STATE, SPEED_LIMIT = "service_state", "rental_speed_limit"
PARAMETERS = ("rental_type", SPEED_LIMIT, "geofence_radius")


def rental_coding(node: str, random: Random) -> Mapping[str, int | str]:
    """Presets and parameters of the last rental in a unit, by the names of the identifiers."""
    if node == "ICM":
        return {"language": "zh", "speed_unit": "km_h", "time_offset": 480}
    if node == "BCM":
        return {
            "climate_preset_temperature": random.randint(18, 28),
            "climate_preset_mode": random.choice(("auto", "manual", "off")),
        }
    if node == "VCU":
        return {"speed_limit": 0}
    if node == "TBOX":
        return {
            "rental_type": random.choice(("by_hour", "by_day", "long_term")),
            SPEED_LIMIT: random.choice((0, 80, 110)),
            "geofence_radius": random.choice((0, 20, 50)),
            SERVICE_STATE: "not_ready",
        }
    return {}


class Fleet(Part):
    """How the car goes by what its telematics unit was told."""

    def __init__(self, site: Site, units: "Units") -> None:
        super().__init__(site)
        self._units = units
        self.revision = site.random("car/fleet").randint(3, 900)
        """Counts the writes of usage parameters."""
        self.state = "none"
        """What became of the latest parameters: `none`, `active` or `refused`."""
        self.screen_language = ""
        """What the cluster keeps on showing; empty: what is stored."""
        self.confirms = True
        """False: what was written stays in the memory and is not acknowledged."""
        self.hides: frozenset[str] = frozenset()
        """Presets that a unit does not give a tester."""
        self.worn_after_first: frozenset[str] = frozenset()
        """Units that take one write, and refuse every later one."""
        self.spoiled: frozenset[str] = frozenset()
        """Those in which that has happened."""
        self.changes_with_state: Mapping[str, int | str] = {}
        """What the telematics unit changes by itself when the service state is written."""
        self.limit_applied = True
        """False: the vehicle control does not take the speed limit over."""
        self.shows_parameters = True
        """False: the frame of the telematics unit keeps the values from before."""
        self.services_off: frozenset[str] = frozenset()
        """Remote commands that are not subscribed: the telematics unit does not hand them on."""
        self.silent_after_learning = False
        """The tyre pressure unit stops sending some seconds after it has learned its sensors."""
        self.learning = "passed"
        """How learning of the tyre sensors ends: `passed`, `failed` or `refused`."""
        self.inflator_error = 0.0
        """By how much the gauge of the workshop's inflator is off (kPa)."""
        self.broadcast: Mapping[str, int | str] = dict(units["TBOX"].configuration)

    def written(self, name: str) -> None:
        """A parameter of the telematics unit was written: the car goes by it at once."""
        coding = self._units["TBOX"].configuration
        if name in PARAMETERS:
            self.revision = (self.revision + 1) % 65000
            self.state = "active" if self.confirms else "none"
            if name == SPEED_LIMIT and self.limit_applied:
                control = self._units["VCU"]
                control.configuration = {**control.configuration, "speed_limit": coding[name]}
        if self.shows_parameters or name == SERVICE_STATE:
            self.broadcast = {**self.broadcast, name: coding[name]}

    def shown(self, name: str) -> int | str:
        """What the telematics unit broadcasts of a parameter."""
        return self.broadcast[name]
