"""Time stamps of an adapter, brought to the loop's time.

Some adapters (and the Linux kernel) stamp a frame when it is on the bus. That is better than the
moment in which a busy process gets to it, but their clocks start anywhere and run a little fast or
slow. The smallest difference between receiving and stamp within the last seconds is the one with
the least delay in it, so it tells how the clocks stand to each other.
"""

import math

STAMPED = frozenset(
    {"socketcan", "pcan", "kvaser", "vector", "ixxat", "gs_usb", "neovi", "systec", "canalystii"}
)
"""Interfaces whose driver stamps frames; the others stamp when python-can reads."""
_WINDOW = 2.0
"""Seconds; two clocks part by 0.1 ms in it at 50 ppm."""
_LATEST = 1.0
"""Seconds between frame and reading from which the stamp is not believed (it jumped)."""


class StampAligner:
    """Maps the stamps of one adapter to the loop's time; never runs backwards."""

    __slots__ = ("_before", "_last", "_now", "_started")

    def __init__(self) -> None:
        self._before = self._now = math.inf
        self._started = -math.inf
        self._last = -math.inf

    def align(self, stamp: float, received: float) -> float:
        """Loop time of a frame, from its stamp and the loop time at which it was read."""
        offset = received - stamp
        if received - self._started > _WINDOW:
            self._before, self._now = self._now, offset
            self._started = received
        elif offset < self._now:
            self._now = offset
        at = stamp + min(self._before, self._now)
        if received - at > _LATEST:
            self._before, self._now, self._started = math.inf, offset, received
            at = received
        self._last = at = max(self._last, min(at, received))
        return at
