"""The flasher of the turn signals: how fast, and when their current flows, in closed form."""

from simulators.vehicle.part import Part, Site

RATE, RATE_SPREAD = 85.0, 4.0
"""Flashes per minute of a sound car, and how far cars differ."""
DUTY, DUTY_SPREAD = 0.5, 0.04
"""Share of a flash in which the lamp is lit."""
BULB_OUT = 2
"""So many times faster with a burnt bulb, which is how a driver comes to know of it."""


class Flasher(Part):
    """Both turn signals have one. It begins anew, lit, when another side is switched on."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/flasher")
        self.rate = RATE + random.uniform(-RATE_SPREAD, RATE_SPREAD)
        """Per minute, with all bulbs sound."""
        self.duty = DUTY + random.uniform(-DUTY_SPREAD, DUTY_SPREAD)
        self.told: float | None = None
        """What the body controller says of the rate whatever the lamps do; None: the truth."""
        self.steady: frozenset[str] = frozenset()
        """Channels whose output is not interrupted: lit for as long as they are switched on."""
        self._begun = 0.0

    def begin(self) -> None:
        self._begun = self.t

    def conducts(self, channel: str, *, bulb_out: bool) -> bool:
        """Whether the output of a channel that is switched on lets current through now."""
        if channel in self.steady:
            return True
        rate = self.rate * (BULB_OUT if bulb_out else 1)
        return (self.t - self._begun) * rate / 60 % 1 < self.duty

    def figure(self, *, bulb_out: bool) -> int:
        """What the body controller says of the rate (per minute)."""
        told = self.rate if self.told is None else self.told
        return round(told) * (BULB_OUT if bulb_out else 1)
