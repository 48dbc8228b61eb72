"""Contacts and sensors of the enclosure, as the controller's inputs see them.

Each is a normally closed loop: what it watches opens it, and so does a broken wire. So an input
that reports cannot tell the one from the other; somebody has to look.
"""

from collections.abc import Callable

from simulators.enclosure import Enclosure
from simulators.pile.settings import PileSettings


class Contact:
    """One input. `sees` is what the sensor watches."""

    def __init__(self, sees: Callable[[], bool]) -> None:
        self._sees = sees
        self.wire_open = False
        """The sensor or its wire is broken: the loop is open whatever there is to see."""

    @property
    def reports(self) -> bool:
        return self.wire_open or self._sees()


class Contacts:
    """The inputs by name."""

    def __init__(self, box: Enclosure, settings: PileSettings) -> None:
        s = settings
        self.door = Contact(lambda: box.door_open)
        self.smoke = Contact(lambda: box.smoke >= s.smoke_alarm)
        self.water = Contact(lambda: box.water >= s.water_alarm)
        self.tilt = Contact(lambda: box.tilt >= s.tilt_alarm)
        self.arrester = Contact(lambda: not box.arrester_sound)
