"""How one error becomes everybody's: error flags and who is drawn in by them."""

from typing import TYPE_CHECKING, NamedTuple

from simulators.canbus.attempt import Attempt
from simulators.canbus.ears import Ears
from simulators.canbus.frame_length import INTERMISSION

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode

FLAG = 6
ECHO = 6
"""Those who see an error only by the flag send their own flag behind it."""
DELIMITER = 8


class ErrorFrame(NamedTuple):
    """What an error comes to."""

    drawn: "tuple[BusNode, ...]"
    """Nodes that see it, those that saw it first in front."""
    broken: tuple[Attempt, ...]
    """Frames that are broken off."""
    echoed: bool
    """Others answered with flags of their own."""
    pause: int
    """Bits until the bus is idle again for those drawn in."""


def error_frame(attempt: Attempt, active: list[Attempt], ears: Ears) -> ErrorFrame:
    """The error of one attempt, with all frames that are on the wires at that moment.

    A flag of an error-active node draws in whoever hears that node. A sender that is drawn in stops
    in the middle of its frame, which draws in whoever hears that sender.
    """
    first = attempt.witnesses
    drawn: dict[BusNode, None] = dict.fromkeys(node for node in ears.nodes if node in first)
    broken: list[Attempt] = []
    spreading = list(drawn)
    while spreading:
        node = spreading.pop(0)
        reached = list(ears.hearers[node]) if node.flags_errors else []
        for other in active:
            if other.node is node:
                broken.append(other)
                reached += other.hearers
        for viewer in reached:
            if viewer not in drawn:
                drawn[viewer] = None
                spreading.append(viewer)
    if attempt not in broken:  # its witnesses have got error-passive meanwhile
        broken.append(attempt)
        drawn[attempt.node] = None
    echoed = len(drawn) > len(first)
    pause = FLAG + (ECHO if echoed else 0) + DELIMITER + INTERMISSION
    return ErrorFrame(tuple(drawn), tuple(broken), echoed, pause)
