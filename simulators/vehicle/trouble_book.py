"""The gateway's list of stored trouble codes, which it broadcasts with their freeze frames.

It is compiled from the memories of the units that are on the bus, twice a second, because a car in
which nobody may ask anything has to tell it by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

PLACES = 16
"""Codes that the list has room for."""
REFRESH = 0.5
"""Seconds for which a compiled list holds."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One stored code: node of the unit, number of three bytes, status byte, first freeze frame."""

    unit: str
    number: int
    status: int
    odometer: float | None = None
    """km."""
    speed: float | None = None
    """km/h."""
    low_voltage: float | None = None
    """V."""


def _nothing() -> None:
    """There was nothing to clear."""


class TroubleBook:
    """`compile` asks the memories; empty until the units have any."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._at = -REFRESH
        self._listed: Sequence[Listed] = ()
        self.compile: Callable[[], Sequence[Listed]] = tuple
        self.clear: Callable[[], Callable[[], None]] = lambda: _nothing
        """Clear the codes of all units, as a tester does; returns what undoes it."""

    def codes(self) -> Sequence[Listed]:
        """All stored codes in the order of the units, however many there are."""
        if self._now() - self._at >= REFRESH:
            self._at = self._now()
            self._listed = self.compile()
        return self._listed

    def at(self, place: int) -> Listed | None:
        """The code at a place of the list, counted from 0."""
        codes = self.codes()
        return codes[place] if place < len(codes) else None
