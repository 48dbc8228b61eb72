"""What a pile is connected to: feeder switch, RCD, terminals, protective earth, insulation.

Voltages are those that a two-pole tester shows at the pile's supply terminals. With the feeder open
both poles are cut: what is left there is the charge of the input filter, which its discharge
resistor takes away, some induced voltage, and whatever a defect of the installation brings.
"""

import math
from collections.abc import Callable
from random import Random

from simulators.grid import Grid
from simulators.rcd import Rcd
from simulators.scheduler import Scheduler
from simulators.trace import Trace

_OPEN_WIRE = 1.9e3
"""What a low-ohm meter shows at an open conductor: its end of range (ohm)."""
_PEAK = math.sqrt(2.0)
_ARRESTER = 0.4
"""MΩ to earth that a surge arrester shows at 500 V: it begins to conduct."""
_ABSORPTION = 0.35
"""Share of the insulation resistance that is missing when the test begins."""
_ABSORPTION_TIME = 12.0


class SupplyPoint:
    """The installation of one pile. `changed` is called when mains comes or goes."""

    def __init__(
        self,
        random: Random,
        scheduler: Scheduler,
        trace: Trace,
        grid: Grid,
        changed: Callable[[], None],
    ) -> None:
        self._scheduler = scheduler
        self._trace = trace
        self._grid = grid
        self._changed = changed
        self.rcd = Rcd(random, scheduler, trace, self._power_may_differ)
        self.switch_closed = True
        self.locked = False
        self.label_right = True
        """False: the switch with this pile's name feeds another circuit."""
        self.back_feed = 0.0
        """V at L against earth from somewhere else while the feeder is open."""
        self.neutral_voltage = 0.0
        """V at N against earth, of circuits that share a broken neutral."""
        self.discharge_time = 0.25
        """Time constant of the input filter with its discharge resistor (s)."""
        self.bond = random.uniform(0.025, 0.055)
        """Plug PE pin to earth bar (ohm)."""
        self.earth_resistance = random.uniform(1.2, 2.6)
        """Earth electrode of the site (ohm)."""
        self.insulation = random.uniform(80.0, 300.0)
        """L and N to PE (MΩ), arrester disconnected."""
        self.capacitance = random.uniform(0.2, 0.4)
        """L and N to PE (µF)."""
        self.arrester_connected = True
        self.tester_voltage = 528.0
        """What the insulation tester puts out at its 500 V setting (V DC)."""
        self.discharger_sound = True
        """The tester's discharge circuit is whole."""
        self._induced = [random.uniform(0.3, 2.5) for _ in range(3)]
        self._live = True
        self._off_at = scheduler.t
        self._left = 0.0
        self._test_since: float | None = None
        self._charge = 0.0
        self._charge_at = scheduler.t

    # Mains

    @property
    def live(self) -> bool:
        """Mains reaches the pile."""
        return (self.switch_closed or not self.label_right) and self.rcd.closed

    def open_switch(self) -> None:
        self._switch(False)

    def close_switch(self) -> None:
        self._switch(True)

    def _switch(self, closed: bool) -> None:
        if closed != self.switch_closed:
            self.switch_closed = closed
            self._trace.note(self._scheduler.t, "feeder", "closed" if closed else "open")
            self._power_may_differ()

    def _power_may_differ(self) -> None:
        live = self.live
        if self._live and not live:
            self._off_at = self._scheduler.t
            self._left = self._grid.voltage(1, self._scheduler.t) * _PEAK
        self._live = live
        self._changed()

    def line_neutral(self) -> float:
        """V between L and N at the terminals."""
        if self.live:
            return self._grid.voltage(1, self._scheduler.t)
        left = self._left * math.exp((self._off_at - self._scheduler.t) / self.discharge_time)
        return left + self._induced[0]

    def line_earth(self) -> float:
        """V between L and PE."""
        if self.live:
            return self._grid.voltage(1, self._scheduler.t)
        return (self.back_feed or self._induced[1]) + self.charge()

    def neutral_earth(self) -> float:
        """V between N and PE."""
        if self.live:
            return 0.4 + self._induced[2] / 5
        return (self.neutral_voltage or self._induced[2]) + self.charge()

    # Insulation test

    def start_test(self) -> None:
        """The test voltage from L and N to PE, from now on."""
        self._test_since = self._scheduler.t
        self._charge_at, self._charge = self._scheduler.t, self.tester_voltage

    def end_test(self) -> None:
        """The tester lets go. With a sound discharge circuit the charge is gone with it."""
        self._charge = self.charge()
        self._charge_at = self._scheduler.t
        self._test_since = None
        if self.discharger_sound:
            self._charge = 0.0

    @property
    def under_test(self) -> bool:
        return self._test_since is not None

    def charge(self) -> float:
        """V DC that an insulation test has left between L, N and PE."""
        if self.under_test:
            return self.tester_voltage
        decay = self.total_insulation() * self.capacitance
        return self._charge * math.exp((self._charge_at - self._scheduler.t) / decay)

    def total_insulation(self) -> float:
        """MΩ from L and N to PE with everything that is connected."""
        if not self.arrester_connected:
            return self.insulation
        return self.insulation * _ARRESTER / (self.insulation + _ARRESTER)

    def insulation_reading(self) -> float:
        """MΩ that the instrument shows now: it rises while the insulation soaks up charge.

        Without the test voltage a surge arrester does not conduct, and a meter sees past it.
        """
        if self._test_since is None:
            return self.insulation
        since = self._scheduler.t - self._test_since
        missing = _ABSORPTION * math.exp(-since / _ABSORPTION_TIME)
        return self.total_insulation() * (1 - missing)

    # Protective earth

    def bond_reading(self, *, cable_sound: bool) -> float:
        """Ω from the plug's PE pin to the earth bar."""
        return self.bond if cable_sound else _OPEN_WIRE

    def condition(self) -> tuple[object, ...]:
        """What a defect may have changed."""
        rcd = self.rcd
        return (
            self.label_right, self.back_feed, self.neutral_voltage, self.discharge_time,
            self.bond, self.earth_resistance, self.insulation,
            self.tester_voltage, self.discharger_sound,
            rcd.rated, rcd.trip_current, rcd.time_at_rated, rcd.least_time, rcd.mechanism_free,
            rcd.test_circuit_sound, rcd.closings_left,
        )  # fmt: skip
