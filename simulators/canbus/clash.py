"""Two frames on the wires at once: whom that disturbs."""

from typing import TYPE_CHECKING

from simulators.canbus.attempt import Attempt
from simulators.canbus.ears import Ears

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode


def twins(one: Attempt, other: Attempt) -> bool:
    """Is it the very same frame at the same time? Then it is one frame for whoever hears it."""
    a, b = one.frame, other.frame
    same = a.priority == b.priority and a.dlc == b.dlc and one.message.data == other.message.data
    return same and one.begin == other.begin


def clash(one: Attempt, other: Attempt, ears: Ears) -> "set[BusNode]":
    """Who is disturbed: whoever hears both, and whose own sender is cancelled by the other."""
    if one.begin == other.begin and one.frame.priority == other.frame.priority:
        return set() if twins(one, other) else {one.node, other.node}
    touched: set[BusNode] = set()
    for mine, theirs in ((one, other), (other, one)):
        for viewer in (mine.node, *mine.hearers):
            hears_both = viewer is theirs.node or viewer in theirs.hearers
            if hears_both or ears.cancelled(viewer, mine.node, theirs.node):
                touched.add(viewer)
    return touched
