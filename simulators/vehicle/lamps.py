"""Exterior lamps: bulbs, the channels of the body controller that feed them, and their currents.

A channel's feedback is what its current says: a bulb that draws nothing while it is switched on is
an open circuit, and nobody knows of a burnt bulb before the lamp is switched on. That of a turn
signal comes and goes with its flashes (see `flasher.py`).
"""

from simulators.vehicle.flasher import Flasher
from simulators.vehicle.part import Part, Site

CHANNELS: dict[str, tuple[str, ...]] = {
    "low_beam_left": ("low_beam_left",),
    "low_beam_right": ("low_beam_right",),
    "high_beam_left": ("high_beam_left",),
    "high_beam_right": ("high_beam_right",),
    "position": (
        "position_front_left", "position_front_right", "position_rear_left", "position_rear_right",
    ),
    "turn_left": ("turn_left_front", "turn_left_rear"),
    "turn_right": ("turn_right_front", "turn_right_rear"),
    "brake": ("brake_left", "brake_right", "brake_high"),
    "reverse": ("reverse",),
    "fog_rear": ("fog_rear",),
    "drl": ("drl_left", "drl_right"),
    "plate": ("plate",),
}  # fmt: skip
"""Channel -> its bulbs. The hazard lamps are both turn channels."""

_WATTS = {"low": 35.0, "high": 35.0, "posi": 3.0, "turn": 8.0, "brak": 5.0, "reve": 16.0,
          "fog_": 16.0, "drl_": 12.0, "plat": 3.0}  # fmt: skip
TURN = frozenset(("turn_left", "turn_right"))
"""Channels that flash."""


class Bulb(Part):
    """One lamp (a bulb or an LED unit)."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(site)
        self.name = name
        watts = next((w for start, w in _WATTS.items() if name.startswith(start)), 5.0)
        self.current = watts / 13.0
        """When lit (A)."""
        self.burnt = False
        self.shorted = False


class Lamps(Part):
    """All lamps. The commands are set by the body controller (see `body.py`)."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.bulbs = {name: Bulb(site, name) for group in CHANNELS.values() for name in group}
        self.flasher = Flasher(site)
        self.commanded: frozenset[str] = frozenset()
        """Channels that are switched on."""

    def command(self, channels: frozenset[str]) -> None:
        if channels != self.commanded:
            if channels & TURN != self.commanded & TURN:
                self.flasher.begin()
            self.commanded = channels
            self.note("lamps", ",".join(sorted(channels)))

    def feedback(self, channel: str) -> str:
        """`off`, `on`, `open_circuit` or `short_circuit`."""
        bulbs = [self.bulbs[name] for name in CHANNELS[channel]]
        if channel not in self.commanded:
            return "off"
        if any(bulb.shorted for bulb in bulbs):
            return "short_circuit"
        return "open_circuit" if any(bulb.burnt for bulb in bulbs) else "on"

    def lit(self, name: str) -> bool:
        """What an eye sees of one bulb; a flashing one counts as lit."""
        bulb = self.bulbs[name]
        on = any(name in CHANNELS[channel] for channel in self.commanded)
        return on and not bulb.burnt and not bulb.shorted

    def seen(self, channel: str) -> str:
        """What an eye sees of a channel: `on` when every bulb is lit, `off` when none is."""
        lit = [self.lit(name) for name in CHANNELS[channel]]
        return "on" if all(lit) else "partly" if any(lit) else "off"

    def current(self) -> float:
        """Of all lamps (A)."""
        return sum(bulb.current for bulb in self.bulbs.values() if self.lit(bulb.name))

    @property
    def _bulb_out(self) -> bool:
        """The flasher sees that a turn signal that is on has a burnt bulb."""
        return any(self.feedback(channel) == "open_circuit" for channel in TURN & self.commanded)

    def conducts(self, channel: str) -> bool:
        """Whether the current of a turn signal flows at this moment, so that a bulb is lit."""
        if not any(self.lit(name) for name in CHANNELS[channel]):
            return False
        return self.flasher.conducts(channel, bulb_out=self._bulb_out)

    def flash_rate(self) -> int:
        """What the body controller says (per minute); 0: no turn signal is on."""
        return self.flasher.figure(bulb_out=self._bulb_out) if TURN & self.commanded else 0
