"""Energy of one interval on two registers: what it was, and what is not known about it.

Plain numbers, no device. The contributions to the uncertainty of a metering error are

* the reference meter's own, as its calibration states it;
* one step of each register at both ends of the interval: a register that counts in steps of d is
  off by a rectangular distribution of width d, so two readings make U = 2 d / sqrt(6) (k = 2);
* the moments: a register shows what it was at some moment between request and reply, and may be
  `refresh` old. Each of these spans is a rectangular distribution, at both ends of the interval.
"""

import math
from dataclasses import dataclass

TENTH = 10.0
"""The interval is so long that steps and moments together are at most this part of the limit."""
_TWO_STEPS = 2.0 / math.sqrt(6.0)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Both registers at one moment: Wh, the moment (s), and the spans of the two exchanges (s)."""

    pile: float
    reference: float
    at: float
    pile_span: float
    reference_span: float


@dataclass(frozen=True, slots=True)
class Steps:
    """How finely the two registers count (Wh)."""

    pile: float
    reference: float


@dataclass(frozen=True, slots=True)
class Interval:
    """What passed between two snapshots."""

    first: Snapshot
    last: Snapshot

    @property
    def seconds(self) -> float:
        return self.last.at - self.first.at

    @property
    def pile(self) -> float:
        """Energy by the pile (Wh)."""
        return self.last.pile - self.first.pile

    @property
    def reference(self) -> float:
        """Energy by the reference (Wh)."""
        return self.last.reference - self.first.reference

    @property
    def power(self) -> float:
        """Mean power by the reference (W)."""
        return 3600.0 * self.reference / self.seconds if self.seconds > 0 else 0.0

    @property
    def error(self) -> float:
        """Error of the pile in %; the reference must have counted something."""
        return 100.0 * (self.pile - self.reference) / self.reference

    def uncertainty(self, steps: Steps, reference: float, refresh: float) -> float:
        """Expanded uncertainty (k = 2) of the error, in %.

        `reference` is that of the reference's energy in Wh, `refresh` how old (s) what a register
        shows may be.
        """
        watts = self.power / 3600.0
        spans = [
            watts * span
            for end in (self.first, self.last)
            for span in (end.pile_span, end.reference_span, refresh, refresh)
        ]
        squares = (
            reference**2
            + (_TWO_STEPS * steps.pile) ** 2
            + (_TWO_STEPS * steps.reference) ** 2
            # A rectangular distribution of width w: 2 * w / sqrt(12), squared.
            + sum(span**2 for span in spans) / 3.0
        )
        return 100.0 * math.sqrt(squares) / self.reference


def energy_needed(steps: Steps, limit: float, power: float, refresh: float) -> float:
    """Energy (Wh) from which on steps and age of the registers are a tenth of the limit (in %)."""
    unsure = steps.pile + steps.reference + power * refresh / 3600.0
    return TENTH * unsure / (limit / 100.0)


def float_step(value: float) -> float:
    """The distance from a number to the next one that a 32-bit float can hold."""
    if value == 0.0:
        return 0.0
    return math.ldexp(1.0, math.frexp(abs(value))[1] - 24)


def power_of_ten_in(raw: int) -> int:
    """The largest power of ten that divides the raw number; 1 for zero, which shows nothing."""
    power = 1
    while raw and raw % (power * 10) == 0:
        power *= 10
    return power
