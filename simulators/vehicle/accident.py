"""What an accident left: where the body is hit, what the restraints stored, what papers there are.

The body and the memory of the airbag unit are two things: old damage has no event, and an event
may have left no mark. The airbag itself, which also holds the high voltage off, is in `body`.
"""

from simulators.vehicle.part import Part, Site

ZONES = ("front", "rear", "left", "right")
"""Sides of the car; `none` stands for none of them."""


class Accident(Part):
    """The accident as the surveyor finds it. A car that had none has `none` everywhere."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/accident")
        self.damage = "none"
        """Side of the body with fresh damage."""
        self.zone = "none"
        """Side of the crash in the memory of the airbag unit."""
        self.crashes = 0
        """Crashes in that memory."""
        self.fired: frozenset[str] = frozenset()
        """Belt tensioners that have fired: `driver`, `passenger`."""
        self.scene = ""
        """What is dangerous around the car; empty: nothing."""
        self.panels = ""
        """What is broken of the outer panels and lamps."""
        self.structure = ""
        """What is bent of the members and of the battery case."""
        self.cables = ""
        """What is torn of the high-voltage cables."""
        self.authorised = True
        """The owner or an authority has agreed in writing that event data may be taken."""
        self.handed_by = f"T-{random.randrange(1000, 5000)}"
        """Code of the technician who hands the evidence over."""
        self.taken_by = f"I-{random.randrange(5000, 9999)}"
        """Code of the insurer's surveyor who takes it."""
        self.carrier_sound = True
        """The data carrier for the copy gives back what was written to it."""


def tensioner(accident: Accident, seat: str) -> str:
    """State of a belt tensioner as the body controller reports it."""
    return "fired" if seat in accident.fired else "ready"
