"""What the nodes of one group make of each other's frames, looked up once per condition."""

from collections.abc import Iterable
from math import log, log1p
from random import Random
from typing import TYPE_CHECKING

from simulators.canbus.hearing import Hearing

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode


class Ears:
    """Tables over a `Hearing`, for nodes instead of names."""

    def __init__(self, nodes: "Iterable[BusNode]", hearing: Hearing, random: Random) -> None:
        self.nodes = tuple(nodes)
        self._hearing = hearing
        self._random = random
        self.hearers: dict[BusNode, tuple[BusNode, ...]] = {}
        """Who hears a node, that node apart."""
        self.heard: dict[BusNode, frozenset[BusNode]] = {}
        """Whom a node hears, itself included if it reads its own bits."""
        self._noise: dict[BusNode, dict[BusNode, float]] = {}
        for sender in self.nodes:
            hearers = tuple(
                node for node in self.nodes
                if node is not sender and hearing.hears(node.name, sender.name)
            )  # fmt: skip
            self.hearers[sender] = hearers
            self._noise[sender] = {
                viewer: hearing.bit_error(viewer.name, sender.name) for viewer in (sender, *hearers)
            }
        for viewer in self.nodes:
            self.heard[viewer] = frozenset(
                sender for sender in self.nodes if hearing.hears(viewer.name, sender.name)
            )

    def reaches(self, witness: "BusNode", sender: "BusNode") -> bool:
        """Does the error flag of `witness` break off a frame of `sender`, directly or by echo?"""
        if not witness.flags_errors:
            return witness is sender
        told, spreading = {witness}, [witness]
        while spreading and sender not in told:
            for node in self.hearers[spreading.pop()]:
                if node not in told:
                    told.add(node)
                    if node.flags_errors:
                        spreading.append(node)
        return sender in told

    def cancelled(self, viewer: "BusNode", sender: "BusNode", other: "BusNode") -> bool:
        """Does `viewer` miss the dominant bits of `sender` while `other` drives as well?"""
        return not self._hearing.hears(viewer.name, sender.name, other.name)

    @property
    def sound(self) -> bool:
        """Everybody hears everybody, without bit errors."""
        everybody = len(self.nodes)
        return self._hearing.ringing == 0 and all(
            len(self.heard[node]) == everybody and not any(self._noise[node].values())
            for node in self.nodes
        )

    def first_error(
        self, sender: "BusNode", bits: int, deaf: "set[BusNode]"
    ) -> "tuple[int, BusNode] | None":
        """Which bit of a frame somebody misreads first, and who; None when it gets by.

        Those in `deaf` have lost the frame already and do not count.
        """
        viewers = [node for node in (sender, *self.hearers[sender]) if node not in deaf]
        noise = self._noise[sender]
        shared = (self._hearing.ringing + sender.frame_noise) / len(viewers)
        errors = [noise[node] + shared for node in viewers]
        total = sum(errors)
        if total <= 0:
            return None
        draw = 1.0 - self._random.random()
        first = 0 if total >= 1 else int(log(draw) / log1p(-total))
        if first >= bits:
            return None
        return first, self._random.choices(viewers, errors)[0]
