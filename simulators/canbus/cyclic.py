"""Messages that a node sends at a fixed period, without jitter."""

from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING

from simulators.canbus.frame import Frame

if TYPE_CHECKING:
    from simulators.canbus.node import BusNode

Data = Callable[[float], bytes | None]
"""Payload of a frame queued at a time (s); None: none this time."""


class CyclicMessage:
    """One cyclic message of one node. `cancel` ends it."""

    def __init__(
        self, node: "BusNode", frame: Frame, period: float, offset: float, data: Data
    ) -> None:
        if period <= 0:
            raise ValueError(f"a period must be positive, not {period}")
        self._node = node
        self._frame = frame
        self._data = data
        self._plan = node.bus.agenda.plan
        self.period = period
        self._first = node.bus.agenda.scheduler.t + offset
        self._turn = 0
        self._resting = not node.powered
        self._cancelled = False
        if not self._resting:
            self._plan(self._first, self._due)

    def cancel(self) -> None:
        """Send no more, not even what waits. Safe to call twice."""
        if not self._cancelled:
            self._cancelled = True
            self._frame.waiting = False
            self._node.forget(self)

    def resume(self) -> None:
        """The node has its supply again: go on with the next turn of the old beat."""
        if self._resting and not self._cancelled:
            self._resting = False
            passed = self._node.bus.agenda.scheduler.t - self._first
            self._turn = max(0, ceil(passed / self.period))
            self._plan(self._first + self._turn * self.period, self._due)

    def _due(self, t: float) -> None:
        node = self._node
        if self._cancelled:
            return
        if not node.powered:
            self._resting = True
            return
        self._turn += 1
        self._plan(self._first + self._turn * self.period, self._due)
        if node.able:
            data = self._data(t)
            if data is not None:
                self._frame.load(data)
                node.queue(self._frame)
