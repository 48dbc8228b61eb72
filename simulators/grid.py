"""The mains at the pile's terminals: level and frequency with slow, seeded variation.

The variation is a sum of sines, so voltage times a linear current integrates in closed form.
"""

import math
from random import Random

_TAU = 2 * math.pi


class Wave:
    """A sum of sines around zero."""

    __slots__ = ("parts",)

    def __init__(self, random: Random, amplitude: float, periods: tuple[float, ...]) -> None:
        share = amplitude / len(periods)
        self.parts = tuple(
            (share * random.uniform(0.5, 1.0), _TAU / random.uniform(0.8 * p, 1.2 * p),
             random.uniform(0.0, _TAU))
            for p in periods
        )  # fmt: skip

    def at(self, t: float) -> float:
        return sum(a * math.sin(w * t + f) for a, w, f in self.parts)

    def times_line(self, t0: float, t1: float, y0: float, y1: float) -> float:
        """Integral over [t0, t1] of the wave times the straight line from y0 to y1."""
        if t1 <= t0:
            return 0.0
        slope = (y1 - y0) / (t1 - t0)
        total = 0.0
        for a, w, f in self.parts:
            b0, b1 = w * t0 + f, w * t1 + f
            total += a * (
                (y0 * math.cos(b0) - y1 * math.cos(b1)) / w
                + slope * (math.sin(b1) - math.sin(b0)) / (w * w)
            )
        return total


class Grid:
    """Voltages (V, phase to neutral) and frequency (Hz). `level` is the average of all phases."""

    def __init__(self, random: Random, *, phases: int, rated_voltage: float) -> None:
        self.phases = phases
        self.level = rated_voltage * random.uniform(1.0, 1.03)
        self._sound_level = self.level
        self.frequency_level = 50.0 + random.uniform(-0.02, 0.02)
        self.lost_phases: frozenset[int] = frozenset()
        """Phases (1 to 3) that are missing."""
        self.reversed = False
        """L1 and N are changed over at the pile's terminals."""
        self._waves = [Wave(random, 1.5, (37.0, 113.0, 389.0)) for _ in range(phases)]
        self._frequency_wave = Wave(random, 0.03, (23.0, 71.0))

    def present(self, phase: int) -> bool:
        return 1 <= phase <= self.phases and phase not in self.lost_phases

    def _across(self, phase: int) -> float:
        """What lies between a phase terminal and the N terminal, over the phase voltage.

        With L1 at the terminal N, the other phases stand against L1 instead of N.
        """
        return math.sqrt(3) if self.reversed and phase > 1 else 1.0

    def voltage(self, phase: int, t: float) -> float:
        """Voltage of a phase terminal (1 to 3) against N; 0 for one that is not there."""
        if not self.present(phase):
            return 0.0
        return (self.level + self._waves[phase - 1].at(t)) * self._across(phase)

    def beside(self, t: float) -> float:
        """Voltage of a sound circuit beside this one, whatever is wrong with this one."""
        return self._sound_level + self._waves[0].at(t)

    def highest(self) -> float:
        """The highest of these voltages as the pile filters them, without the slow variation."""
        there = [p for p in range(1, self.phases + 1) if self.present(p)]
        return self.level * max((self._across(p) for p in there), default=0.0)

    def neutral_to_earth(self, t: float) -> float:
        """Voltage of the terminal N against PE: about a volt, or a phase voltage when reversed."""
        return self.voltage(1, t) if self.reversed else 0.004 * self.level

    def deviation(self, phase: int, t: float) -> float:
        """By how much a phase differs from the level (V)."""
        return self._waves[phase - 1].at(t)

    def frequency(self, t: float) -> float:
        return self.frequency_level + self._frequency_wave.at(t)

    def volt_ampere_seconds(self, phase: int, t0: float, t1: float, i0: float, i1: float) -> float:
        """Integral of voltage times a current that goes straight from i0 to i1 (VAs)."""
        if t1 <= t0 or not self.present(phase):
            return 0.0
        steady = self.level * (i0 + i1) / 2 * (t1 - t0)
        varying = self._waves[phase - 1].times_line(t0, t1, i0, i1)
        return (steady + varying) * self._across(phase)
