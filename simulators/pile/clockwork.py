"""The pile's own clock."""

from collections.abc import Callable

DAY = 86_400.0


class Clockwork:
    """Runs at its own rate from the moment it was last set. Time is Unix time in s."""

    def __init__(self, wall: Callable[[], float], *, offset: float, drift: float) -> None:
        self._wall = wall
        self._offset = offset
        self._set_at = wall()
        self.settable = True
        """False: a defect, setting it is acknowledged and has no effect."""
        self.drift = drift
        """Relative error of the rate (1e-6 is one second in 11.6 days)."""
        self.lost = 0.0
        """Seconds that it went back when its backup battery failed."""
        self.unset_for = 0.0
        """Seconds before the start of the simulation since which nobody has set it."""

    def read(self) -> float:
        wall = self._wall()
        return wall - self.lost + self._offset + self.drift * (wall - self._set_at + self.unset_for)

    def set(self, unix: float) -> None:
        if not self.settable:
            return
        self._set_at = self._wall()
        self._offset = unix - self._set_at
        self.unset_for = 0.0
        self.lost = 0.0
