"""What a used car has behind it: hours, energy, repairs, updates, and when codes were cleared.

Hours and energy belong to the kilometres that the car has really run. They are drawn when the car
is made, so a roll-back of the odometers leaves them as they are.
"""

from simulators.vehicle.drive import Drive
from simulators.vehicle.part import Part, Site

SOUND_PAINT = 0.115
"""Thickness of the paint as the maker puts it on (mm), about."""


class Past(Part):
    """The car's past. Energies in kWh, times in hours, paint in mm."""

    def __init__(self, site: Site, drive: Drive) -> None:
        super().__init__(site)
        random = site.random("car/past")
        kilometres = drive.distance_at_start
        self.hours = kilometres / random.uniform(25.0, 33.0)
        """With the drive system on."""
        self.charged = kilometres * random.uniform(0.155, 0.185)
        """Taken from the mains."""
        self.fast_share = random.uniform(0.08, 0.35)
        """Share of it that came by fast charging."""
        self.paint = SOUND_PAINT + random.uniform(0.0, 0.025)
        """Thickest place of the paint."""
        self.gaps = ""
        """What is wrong with the gaps between panels; empty: nothing."""
        self.glass = ""
        """Panes of another date."""
        self.flood = ""
        """Signs that it stood in water."""
        self.fire = ""
        """Signs of fire."""
        self.recall = ""
        """A recall that is open, as the maker's enquiry says."""
        self.rights = "fleet"
        """Who may update the car over the air: `fleet`, `former_owner`, `nobody`."""
        self.updates = 0
        """Updates that the maker has released and the car has not."""
