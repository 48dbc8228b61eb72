"""The pile's own meter: what it measures, with its own error, and what its registers show."""

import math
from random import Random

from simulators.grid import Grid
from simulators.load import POWER_FACTOR, Load
from simulators.scheduler import Scheduler


class Meter:
    """Reads the world through its gains. Energy registers count whole steps of `step` Wh."""

    def __init__(
        self,
        random: Random,
        scheduler: Scheduler,
        grid: Grid,
        load: Load,
        *,
        accuracy: float = 0.006,
        step: float = 1.0,
    ) -> None:
        self._scheduler = scheduler
        self._grid = grid
        self._load = load
        self.voltage_gain = 1 + random.uniform(-0.2, 0.2) * accuracy
        self.current_gain = 1 + random.uniform(-0.5, 0.5) * accuracy
        self.step = step
        """Wh that the register moves by at once."""
        self._offset = 0.0
        self._offset_counted = 0.0
        self._offset_from = load.energy_per_ampere()
        self._creep = 0.0
        self._crept = 0.0
        self._crept_at = scheduler.t
        # Not a whole multiple of 10 Wh: a register that counts single Wh shows it at first sight.
        whole = random.randrange(50_000, 900_000) * 10 + random.randrange(1, 10)
        self._start = whole + random.uniform(0.2, 0.8)
        self._start_true = load.energy()

    @property
    def power_gain(self) -> float:
        """Gain of power and energy; class 1 allows 1 %."""
        return self.voltage_gain * self.current_gain

    @property
    def current_to_be(self) -> float:
        """Where the current through it is going (A)."""
        return self._load.target

    @property
    def creep(self) -> float:
        """Power (W) that the register counts though no current flows."""
        return self._creep

    @creep.setter
    def creep(self, watts: float) -> None:
        self._settle()
        self._creep = watts

    @property
    def offset(self) -> float:
        """Current (A) by which the channel is off while a current flows: felt at small currents."""
        return self._offset

    @offset.setter
    def offset(self, amperes: float) -> None:
        self._settle()
        self._offset = amperes

    def _settle(self) -> None:
        carried = self._load.energy_per_ampere()
        self._offset_counted += self._offset * (carried - self._offset_from)
        self._offset_from = carried
        t = self._scheduler.t
        self._crept += self._creep * (t - self._crept_at) / 3600
        self._crept_at = t

    def counted(self) -> float:
        """What the metering chip has counted in all (Wh), before the register's step."""
        self._settle()
        true = self._load.energy() - self._start_true
        return self._start + true * self.power_gain + self._crept + self._offset_counted

    def register(self, watt_hours: float) -> float:
        """The register for a number of Wh: whole steps, rounded down."""
        return math.floor(watt_hours / self.step + 1e-9) * self.step

    def voltage(self, phase: int) -> float:
        return self._grid.voltage(phase, self._scheduler.t) * self.voltage_gain

    def current(self, phase: int) -> float:
        true = self._load.current_in(phase)
        return true * self.current_gain + (self._offset if true > 0.0 else 0.0)

    def power(self, phase: int) -> float:
        return self.apparent_power(phase) * POWER_FACTOR

    def apparent_power(self, phase: int) -> float:
        return self.voltage(phase) * self.current(phase)

    def frequency(self) -> float:
        return self._grid.frequency(self._scheduler.t)
