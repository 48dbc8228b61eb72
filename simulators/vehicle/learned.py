"""What a control unit has learned about its own mounting: state, two numbers, and the day."""

from datetime import date

from simulators.vehicle.part import Part, Site

_BUILT = date(2025, 10, 19)
"""Day on which the car was calibrated at the end of its line."""


class Learned(Part):
    """What is kept when the supply is away. A routine or a tester puts other values there."""

    def __init__(self, site: Site, first: float = 0.0, second: float = 0.0) -> None:
        super().__init__(site)
        self.state = "calibrated"
        """`calibrated`, `not_calibrated` or `failed`."""
        self.first = first
        """Yaw of a sensor (degrees), zero of an angle (degrees) or of a pedal (%)."""
        self.second = second
        """Pitch of a sensor (degrees)."""
        self.day = _BUILT
        self.running = False
        """A routine is at work."""

    @property
    def numbers(self) -> tuple[float, float]:
        return self.first, self.second

    @property
    def shown(self) -> str:
        """The state as others see it."""
        return "running" if self.running else self.state

    def keep(self, state: str, numbers: tuple[float, float], day: date) -> None:
        """Put all of it in place at once."""
        self.state, self.day = state, day
        self.first, self.second = numbers
