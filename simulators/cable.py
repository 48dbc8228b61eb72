"""The tethered charging cable of the pile: plug, holder, pilot wire, earth, coding resistor."""

from enum import StrEnum
from random import Random

from simulators.pilot import CABLE_R4, CABLE_RC, TOLERANCE_R


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
        self.earth_sound = True
        self.connection_wire_sound = True
        """CC from the plug to the inlet; open where a plug is only half in."""
        self.connection_contact_stuck = False
        """The contact that reports the plug as mated stays closed."""

    @property
    def mated(self) -> bool:
        """The plug is in the vehicle's inlet."""
        return self.place is Place.VEHICLE

    @property
    def connection_made(self) -> bool:
        """The CC circuit from plug to inlet is closed."""
        return self.mated and self.connection_wire_sound

    def plug_resistance(self) -> float:
        """CC to PE of the plug by ohmmeter: RC, with the button pressed RC + R4."""
        return self.rc + self.r4 if self.button_pressed else self.rc

    def sensed_resistance(self) -> float | None:
        """What the pile's connection input sees (ohm); None: open circuit.

        The circuit returns through earth.
        """
        if self.mated and self.earth_sound and self.connection_wire_sound:
            return self.plug_resistance()
        return self.rc if self.connection_contact_stuck else None
