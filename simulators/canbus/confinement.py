"""Error confinement of ISO 11898-1: two counters that decide what a node may still do."""

from enum import StrEnum

PASSIVE = 128
BUS_OFF = 256
REC_AFTER_PASSIVE = 127
"""Where the receive counter goes on when an error-passive node receives a good frame."""
RECOVERY_SEQUENCES = 128
RECESSIVE_RUN = 11
"""A node that is bus-off may come back after 128 runs of 11 recessive bits."""


class NodeState(StrEnum):
    ERROR_ACTIVE = "error_active"
    """Takes part fully; signals errors with six dominant bits."""
    ERROR_PASSIVE = "error_passive"
    """Takes part, but its error flags are recessive and it pauses after sending."""
    BUS_OFF = "bus_off"
    """Is no longer on the bus."""


class ErrorCounters:
    """Transmit and receive error counter of one node."""

    def __init__(self) -> None:
        self.tec = 0
        self.rec = 0
        self.bus_off = False

    @property
    def state(self) -> NodeState:
        if self.bus_off:
            return NodeState.BUS_OFF
        passive = self.tec >= PASSIVE or self.rec >= PASSIVE
        return NodeState.ERROR_PASSIVE if passive else NodeState.ERROR_ACTIVE

    @property
    def error_active(self) -> bool:
        return not self.bus_off and self.tec < PASSIVE and self.rec < PASSIVE

    def count_sent(self) -> None:
        """A frame of this node went through."""
        if self.tec:
            self.tec -= 1

    def count_received(self) -> None:
        """A frame of another node came without error."""
        if self.rec:
            self.rec = REC_AFTER_PASSIVE if self.rec >= PASSIVE else self.rec - 1

    def count_send_error(self) -> bool:
        """An error in a frame of this node. True when that makes it bus-off."""
        self.tec += 8
        return self._check()

    def count_receive_error(self, *, first: bool) -> None:
        """An error in a frame of another. `first`: this node was first to see it (rule b)."""
        if self.rec < PASSIVE:
            self.rec += 9 if first else 1

    def _check(self) -> bool:
        if self.tec >= BUS_OFF and not self.bus_off:
            self.bus_off = True
            return True
        return False

    def reset(self) -> None:
        """After recovery from bus-off, or after power-on."""
        self.tec = self.rec = 0
        self.bus_off = False
