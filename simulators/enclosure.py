"""The enclosure of the pile and what happens in it: door, smoke, water, impact, surge arrester."""


class Enclosure:
    """Physical state. Whoever changes it calls `World.refresh` afterwards."""

    def __init__(self) -> None:
        self.door_open = False
        self.smoke = 0.0
        """Obscuration inside (%/m)."""
        self.water = 0.0
        """Depth at the bottom (mm)."""
        self.tilt = 0.0
        """Angle from upright (degrees), after an impact."""
        self.arrester_sound = True
        """False: the module of the surge arrester has given up and its window shows red."""
