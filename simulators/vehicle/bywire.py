"""By-wire operation of one actuator: mode, and what was wrong with the commands.

What its control unit ought to do with commands is told by switches that a seeded defect turns over:
whether it looks at checksum, counter and limits, reports what is wrong, lets the driver take over.
"""

from harness.devices.can.findings import Flaw
from simulators.timers import Timers
from simulators.vehicle.part import Part, Site

REMEMBERS = 0.6
"""So long after the latest wrong command it is still complained of (s)."""


class ByWire(Part):
    """State of one unit that takes commands."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._timers = Timers(site.scheduler)
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
        self.grants = True
        """False: it never leaves manual operation."""
        self.checks_checksum = True
        self.checks_counter = True
        self.checks_range = True
        self.reports = True
        """It complains of wrong commands."""
        self.forgets = True
        """False: that commands were missing is complained of until the next start."""
        self.yields = True
        """The driver can take over."""
        self.defers = True
        """It does not take up by-wire operation while the driver acts."""
        self.needs_enable = True
        """It moves only in by-wire operation."""
        self.latches = True
        """Once broken off it has to be asked anew, also when the reason is gone."""
        self.lets_go = True
        """It goes back to manual operation when it is asked to."""
        self.reacts = True
        """It goes to the safe state when commands stop."""

    @property
    def active(self) -> bool:
        return self.mode == "by_wire"

    @property
    def complaints(self) -> bool:
        """Something is or was wrong with the commands."""
        return self.timed_out or self.bad_counter or self.bad_checksum or self.out_of_range

    def ignores(self, flaw: Flaw) -> bool:
        """It does not look at this."""
        looks = {Flaw.CHECKSUM: self.checks_checksum, Flaw.COUNTER: self.checks_counter}
        return not looks.get(flaw, True)

    def complain(self, about: str) -> None:
        """A command was wrong: `bad_checksum`, `bad_counter` or `out_of_range`."""
        if self.reports:
            setattr(self, about, True)
            self._timers.plan(about, REMEMBERS, lambda: setattr(self, about, False))
