"""The pile's pilot generator: switch S1, PWM and what it announces."""

from collections.abc import Callable
from random import Random

from simulators.pilot import PWM_FREQUENCY, R1, S1, VCC, duty_for
from simulators.scheduler import Scheduler
from simulators.trace import Trace

DIGITAL_DUTY = 5.0
"""Duty (%) that asks for digital communication before any energy (table A.2)."""


class PilotOutput:
    """Generator with seeded deviations inside table A.1 (±0.6 V, ±20 Hz, ±0.5 points, R1 ±3 %)."""

    def __init__(
        self, random: Random, scheduler: Scheduler, trace: Trace, changed: Callable[[], None]
    ) -> None:
        self.high = VCC + random.uniform(-0.15, 0.15)
        self.low = -VCC + random.uniform(-0.15, 0.15)
        self.r1 = R1 * (1 + random.uniform(-0.01, 0.01))
        self.frequency = PWM_FREQUENCY + random.uniform(-4.0, 4.0)
        self.duty_error = random.uniform(-0.1, 0.1)
        """Points of duty."""
        self.stuck_pwm = False
        """A defect: it never goes back to steady +12 V."""
        self.s1 = S1.HIGH
        self._digital = False
        self.announced = 0.0
        """Current (A) that the program wants announced; 0 without PWM."""
        self.changed_at = -1e9
        """When the duty was last changed."""
        self._scheduler = scheduler
        self._trace = trace
        self._changed = changed

    @property
    def digital(self) -> bool:
        """A setting: the PWM asks for digital communication (5 %) instead of naming a current."""
        return self._digital

    @digital.setter
    def digital(self, on: bool) -> None:
        self._digital = on
        self._changed()

    @property
    def told(self) -> float:
        """Current (A) that the PWM stands for; 0 without PWM, and at 5 %."""
        return 0.0 if self._digital else self.announced

    @property
    def duty(self) -> float:
        """Duty (%) as it is really put out; 0 without PWM."""
        if self.announced <= 0:
            return 0.0
        return (DIGITAL_DUTY if self._digital else duty_for(self.announced)) + self.duty_error

    def steady_high(self) -> None:
        if self.stuck_pwm:
            self._set(S1.PWM, self.announced or 6.0)
            return
        self._set(S1.HIGH, 0.0)

    def steady_low(self) -> None:
        self._set(S1.LOW, 0.0)

    def pwm(self, current: float) -> None:
        """Announce a current (A) of 6 to 63."""
        self._set(S1.PWM, current)

    def _set(self, s1: S1, current: float) -> None:
        if (s1, current) == (self.s1, self.announced):
            return
        self.s1, self.announced = s1, current
        self.changed_at = self._scheduler.t
        self._trace.note(self._scheduler.t, "s1", s1.value)
        self._trace.note(self._scheduler.t, "announced", round(self.told, 2))
        self._changed()
