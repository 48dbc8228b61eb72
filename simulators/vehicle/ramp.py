"""A quantity that goes straight to its target, with its integral in closed form."""


class Ramp:
    """Value and the integral of it over time. Between two changes the value is a straight line."""

    __slots__ = ("_sum", "_t0", "_t1", "_v0", "_v1")

    def __init__(self, value: float, t: float) -> None:
        self._t0 = self._t1 = t
        self._v0 = self._v1 = value
        self._sum = 0.0

    @property
    def target(self) -> float:
        return self._v1

    def at(self, t: float) -> float:
        if t >= self._t1:
            return self._v1
        return self._v0 + (self._v1 - self._v0) * (t - self._t0) / (self._t1 - self._t0)

    def integral(self, t: float) -> float:
        """Value times seconds since the start."""
        if t <= self._t1:
            return self._sum + (self._v0 + self.at(t)) / 2 * (t - self._t0)
        ramp = (self._v0 + self._v1) / 2 * (self._t1 - self._t0)
        return self._sum + ramp + self._v1 * (t - self._t1)

    def go_to(self, target: float, rate: float, t: float) -> float:
        """From `t` on go to another value at `rate` (per second); returns the time of arrival."""
        self._sum, self._v0 = self.integral(t), self.at(t)
        self._t0, self._v1 = t, target
        self._t1 = t + abs(target - self._v0) / rate
        return self._t1

    def rate(self, t: float) -> float:
        """Change per second at `t`."""
        if t >= self._t1 or self._t1 <= self._t0:
            return 0.0
        return (self._v1 - self._v0) / (self._t1 - self._t0)
