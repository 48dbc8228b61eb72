"""Temperatures of first order: each follows its equilibrium with one time constant."""

import math


class Node:
    """One temperature (°C). Between changes of its equilibrium it is an exponential."""

    __slots__ = ("_at", "_start", "equilibrium", "time_constant")

    def __init__(self, temperature: float, time_constant: float, t: float) -> None:
        self.equilibrium = temperature
        self.time_constant = time_constant
        self._start = temperature
        self._at = t

    def at(self, t: float) -> float:
        share = math.exp(-max(0.0, t - self._at) / self.time_constant)
        return self.equilibrium + (self._start - self.equilibrium) * share

    def aim(self, equilibrium: float, t: float) -> None:
        """From `t` on the temperature goes to another equilibrium."""
        self._start, self._at, self.equilibrium = self.at(t), t, equilibrium

    def settle(self, t: float) -> None:
        """It has been so for hours: the temperature is at its equilibrium."""
        self._start, self._at = self.equilibrium, t

    def crossing(self, threshold: float, t: float) -> float | None:
        """Seconds from `t` until it passes the threshold; None: it does not."""
        now = self.at(t)
        if (now - threshold) * (self.equilibrium - threshold) >= 0:
            return None
        return self.time_constant * math.log(
            (now - self.equilibrium) / (threshold - self.equilibrium)
        )
