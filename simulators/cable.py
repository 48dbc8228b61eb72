"""The tethered charging cable of the pile: plug, holder, pilot wire, earth, coding resistor."""

import math
from enum import StrEnum
from random import Random

from simulators.pilot import CABLE_R4, CABLE_RC, TOLERANCE_R

OVER_RANGE = 40e6
"""What an ohmmeter stands for when nothing is joined (ohm)."""
_BAND = 0.05
"""RC counts within 95 to 105 % of table A.5 (A.3.10.1)."""


class Place(StrEnum):
    """Where the plug is."""

    HOLDER = "holder"
    HAND = "hand"
    VEHICLE = "vehicle"


class PilotWire(StrEnum):
    """Condition of the pilot wire in the cable."""

    SOUND = "sound"
    BROKEN = "broken"
    SHORTED = "shorted to PE"


class Cable:
    """State of the cable. Whoever changes it calls `World.refresh` afterwards."""

    def __init__(self, random: Random, rated_current: float) -> None:
        self.rating = next((a for a in CABLE_RC if a >= rated_current), 63)
        """Rated current of the cable assembly (A): 10, 16, 32 or 63."""
        self.rc = CABLE_RC[self.rating] * (1 + random.uniform(-0.5, 0.5) * TOLERANCE_R)
        self.r4 = CABLE_R4[self.rating] * (1 + random.uniform(-0.5, 0.5) * TOLERANCE_R)
        self.place = Place.HOLDER
        self.button_pressed = False
        """The latch button of the plug (S3)."""
        self.pilot_wire = PilotWire.SOUND
        self.pilot_leak = math.inf
        """Insulation of the pilot wire to PE in the cable (ohm); moisture or chafing lowers it."""
        self.earth_sound = True
        self.connection_wire_sound = True
        """CC from the plug to the inlet; open where a plug is only half in."""
        self.cc_open = False
        """The CC contact of the plug is open: nobody sees RC."""
        self.output_shorted = False
        """L and N touch in the cable."""
        self.connection_contact_stuck = False
        """The contact that reports the plug as mated stays closed."""

    @property
    def mated(self) -> bool:
        """The plug is in the vehicle's inlet."""
        return self.place is Place.VEHICLE

    @property
    def joined(self) -> bool:
        """Pile and vehicle are joined by it."""
        return self.mated

    @property
    def connection_made(self) -> bool:
        """The CC circuit from plug to inlet is closed."""
        return self.mated and self.connection_wire_sound

    def attach(self) -> None:
        """Its end at the pile is connected. This one is fixed there."""

    def plug_resistance(self) -> float:
        """CC to PE of the plug by ohmmeter: RC, with the button pressed RC + R4."""
        if self.cc_open:
            return OVER_RANGE
        return self.rc + self.r4 if self.button_pressed else self.rc

    def sensed_resistance(self) -> float | None:
        """What the pile's connection input sees (ohm); None: open circuit.

        The circuit returns through earth.
        """
        if self.mated and self.earth_sound and self.connection_wire_sound and not self.cc_open:
            return self.plug_resistance()
        return self.rc if self.connection_contact_stuck else None

    def coded_rating(self) -> int:
        """Current (A) that RC stands for; 0: open, or a resistor outside every band."""
        if self.cc_open:
            return 0
        return next((a for a, rc in CABLE_RC.items() if abs(self.rc - rc) <= _BAND * rc), 0)
