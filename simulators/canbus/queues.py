"""Frames that wait, node by node, each node's best in front."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from simulators.canbus.frame import Frame
from simulators.canbus.traffic import Waiting

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode


class NodeQueues:
    """One queue for each node. Frames that were called off in the meantime do not count."""

    def __init__(self, nodes: "Iterable[BusNode]") -> None:
        self._queues: dict[BusNode, list[Waiting]] = {node: [] for node in nodes}

    def push(self, entry: Waiting) -> None:
        """One more frame waits."""
        heappush(self._queues[entry[2].node], entry)

    def best(self, node: "BusNode") -> Frame | None:
        """The frame that a node would send next."""
        queue = self._queues[node]
        while queue and not queue[0][2].waiting:
            heappop(queue)
        return queue[0][2] if queue else None

    def pop(self, node: "BusNode") -> None:
        """The best frame of a node no longer waits."""
        heappop(self._queues[node])

    def backlog(self, node: "BusNode") -> int:
        """How many frames of a node wait."""
        return sum(1 for _, _, frame in self._queues[node] if frame.waiting)

    def waiting(self) -> "Iterator[BusNode]":
        """Nodes with something to send."""
        return (node for node, queue in self._queues.items() if queue)

    def hand_over(self) -> list[Waiting]:
        """Give away everything that waits."""
        given = [entry for queue in self._queues.values() for entry in queue if entry[2].waiting]
        for queue in self._queues.values():
            queue.clear()
        return given
