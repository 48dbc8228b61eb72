"""The cockpit: its units, what its screens really show, and the camera that watches the driver.

One cockpit computer (the node ICM) drives cluster screen, centre display, voice and driver monitor.
Each has a software of its own and says of itself how it is. What a screen shows to the eye may
differ from what the computer sends: that is what comparing them is for.
"""

from simulators.vehicle.cabin import Cabin
from simulators.vehicle.part import Part, Site
from simulators.vehicle.user_data import UserData

UNITS = ("display", "cluster", "voice", "monitor")
BUTTONS = ("volume", "voice", "phone")
"""Buttons on the steering wheel."""


class CockpitUnit(Part):
    """One of the units that the cockpit computer serves."""

    def __init__(self, site: Site, version: str) -> None:
        super().__init__(site)
        self.works = True
        self.slow = False
        """It runs, and not as it should."""
        self.version = version

    def state(self) -> str:
        """What the computer says of it."""
        if not self.works:
            return "fault"
        return "degraded" if self.slow else "ok"


class Cockpit(Part):
    """All of them. Only with the key on do the units run."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.display = CockpitUnit(site, "V5.02.10")
        self.cluster = CockpitUnit(site, "V3.18.00")
        self.voice = CockpitUnit(site, "V1.44.02")
        self.monitor = CockpitUnit(site, "V2.07.01")
        self.cabin = Cabin(site)
        self.user_data = UserData(site)
        self.pressed = "none"
        """The button that somebody holds down."""
        self.dead_buttons: frozenset[str] = frozenset()
        """Buttons whose contact no longer closes."""
        self.camera_covered = False
        """Something is before the camera of the driver monitor."""
        self.camera_flag: str | None = None
        """The flag stands at `clear` or `covered` whatever the camera sees."""
        self.speed_shown_extra = 0.0
        """What the needle or number on the screen is too high (km/h)."""
        self.charge_shown_extra = 0.0
        """The same for the state of charge (%)."""

    @property
    def units(self) -> dict[str, CockpitUnit]:
        """By name."""
        return {name: getattr(self, name) for name in UNITS}

    def button(self) -> str:
        """What the contacts say."""
        return "none" if self.pressed in self.dead_buttons else self.pressed

    def camera(self) -> str | None:
        """What the driver monitor says of its picture; None while it does not work."""
        if not self.monitor.works:
            return None
        if self.camera_flag is not None:
            return self.camera_flag
        return "covered" if self.camera_covered else "clear"
