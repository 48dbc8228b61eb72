"""One try to send a frame on a faulty bus: who hears it, and what becomes of it."""

from enum import Enum
from typing import TYPE_CHECKING

import can

from simulators.canbus.frame import Frame

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode


class Outcome(Enum):
    """What a try comes to."""

    SENT = "sent"
    """Acknowledged and without error to its end."""
    BIT_ERROR = "bit error"
    """Somebody reads a bit other than the one sent, or a frame that cannot be."""
    NO_ACK = "no ack"
    """Nobody that the sender hears acknowledges it."""


class Attempt:
    """A frame on the wires, as foreseen when it began; another frame may still spoil it."""

    __slots__ = (
        "begin", "bits", "deaf", "end", "frame", "hearers", "live", "message", "node", "outcome",
        "twin", "witnesses",
    )  # fmt: skip

    def __init__(
        self,
        frame: Frame,
        message: can.Message,
        begin: float,
        bits: int,
        hearers: "tuple[BusNode, ...]",
    ) -> None:
        self.frame = frame
        self.message = message
        self.node = frame.node
        self.begin = begin
        self.bits = bits
        self.hearers = hearers
        """Nodes that hear the sender (the sender apart)."""
        self.outcome = Outcome.SENT
        self.end = begin
        """When the outcome is known (s)."""
        self.witnesses: set[BusNode] = set()
        """Who sees the error first."""
        self.deaf: set[BusNode] = set()
        """Hearers that lost this frame for themselves, without a way to tell the others."""
        self.live = True
        self.twin = False
        """Another node sends the very same frame at the same time: on the wires they are one."""
