"""The emergency stop: button, safety chain, monitoring contact, reset button."""


class EmergencyStop:
    """The button latches mechanically until it is released.

    It has two contacts: one opens the safety chain that feeds the contactor's coil, the other is
    read by the controller for display.
    """

    def __init__(self) -> None:
        self.pressed = False
        self.wired = True
        """False: neither contact is connected."""
        self.monitor_welded = False
        """The monitoring contact reports "pressed" whatever the button does."""
        self.latched = True
        """The stop stays until a reset. False: the latch is bridged, release is enough."""
        self.reset_works = True
        """The reset button at the pile is connected."""

    @property
    def chain_closed(self) -> bool:
        return not (self.pressed and self.wired)

    @property
    def shown_pressed(self) -> bool:
        """What the monitoring contact says."""
        return self.monitor_welded or (self.pressed and self.wired)
