"""A cable that comes off at both ends, and its plug in the pile's socket (connection mode B).

The supply plug closes test point 4 between the socket's CC contact and earth; what resistance it
has there is not known to us, so only open and closed are told apart.
"""

from random import Random

from simulators.cable import Cable

_CONTACT = 0.2
"""A closed contact (ohm)."""


class DetachableCable(Cable):
    """The cable with its supply plug. Whoever changes it calls `World.refresh` afterwards."""

    def __init__(self, random: Random, rated_current: float) -> None:
        super().__init__(random, rated_current)
        self.in_socket = False
        """The supply plug is in the pile's socket."""
        self.socket_contact_sound = True
        """The CC contact of the supply plug reaches that of the socket; open where the plug has
        been pulled out a little: it is the first contact that opens."""

    @property
    def joined(self) -> bool:
        return self.mated and self.in_socket

    @property
    def confirmed(self) -> bool:
        """Test point 4 is closed."""
        return self.in_socket and self.socket_contact_sound

    def attach(self) -> None:
        self.in_socket = True

    def sensed_resistance(self) -> float | None:
        """Test point 4 against earth (ohm); None: open. The vehicle's end is not seen here."""
        return _CONTACT if self.confirmed or self.connection_contact_stuck else None
