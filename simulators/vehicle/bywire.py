"""By-wire operation of one actuator: mode, and what was wrong with the commands."""

from simulators.vehicle.part import Part, Site


class ByWire(Part):
    """State of one unit that takes commands."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.mode = "manual"
        """`manual`, `by_wire`, or `rejected`: asked for, and not granted."""
        self.override = False
        """The driver has taken over; manual until the commands ask anew."""
        self.timeout = 0.1
        """Silence (s) after which the actuator goes to its safe state."""
        self.timed_out = False
        self.bad_counter = False
        self.bad_checksum = False
        self.out_of_range = False

    @property
    def active(self) -> bool:
        return self.mode == "by_wire"

    @property
    def complaints(self) -> bool:
        """Something is or was wrong with the commands."""
        return self.timed_out or self.bad_counter or self.bad_checksum or self.out_of_range
