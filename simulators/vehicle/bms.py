"""What the battery management concludes from what it measures.

Only its own readings count: a corroded sense wire makes it see a weak cell. Thresholds beside a
standard carry it; the others are usual settings of such a battery.
"""

from itertools import pairwise
from typing import NamedTuple

from simulators.vehicle.highvoltage import HighVoltage, Stage
from simulators.vehicle.insulation import Insulation
from simulators.vehicle.pack import BROKEN_PROBE, Pack
from simulators.vehicle.part import Part, Site

OHMS_PER_VOLT = 100.0
"""Least insulation (GB 18384); the warning comes at five times that."""
_WARNING_OHMS_PER_VOLT = 500.0
HOT = 60.0
RUNAWAY = 75.0
_TEMPERATURE_SPREAD = 10.0
_CELL_HIGH, _CELL_LOW = 4.25, 2.80
_SPREAD_WARNING, _SPREAD_FAULT = 0.30, 0.50
_SOC_LOW = 0.15
DISCHARGE_POWER = 150e3
_CHARGE_STEPS = (
    (0.90, 90e3), (0.94, 40e3), (0.96, 16e3), (0.97, 11e3), (0.98, 7e3), (0.99, 4e3), (1.01, 2e3),
)  # fmt: skip
"""Below a state of charge so much charging power (W) is allowed: the taper near full."""
_STEP_REACHED = 1e-7
FULL_VOLTAGE = 4.20 * 96


SAMPLING = 0.1
"""The battery management reads its cells and probes so often (s)."""


class Readings(NamedTuple):
    """One look at all cells and probes; numbers count from 1."""

    high: float
    high_cell: int
    low: float
    low_cell: int
    sampling_fault: bool
    hot: float
    hot_probe: int
    cold: float
    cold_probe: int
    mean: float
    """Of the probes (°C)."""

    @property
    def spread(self) -> float:
        """Highest minus lowest cell (V)."""
        return self.high - self.low


def _sampling_fault(volts: list[float]) -> bool:
    """Neighbouring cells that lie above and below the others by the same amount."""
    middle = sorted(volts)[len(volts) // 2]
    return any(
        a - middle > 0.05 and middle - b > 0.05 and abs(a + b - 2 * middle) < 0.03
        for a, b in pairwise(volts)
    )


class BatteryManagement(Part):
    """Derived from pack, contactors and insulation; holds next to nothing itself."""

    def __init__(
        self, site: Site, pack: Pack, circuit: HighVoltage, insulation: Insulation
    ) -> None:
        super().__init__(site)
        self._pack = pack
        self._circuit = circuit
        self._insulation = insulation
        self.smoke = False
        self.claimed_soh: float | None = None
        """State of health that it reports because somebody has written it; None: the true one."""
        self.current_sensor_works = True
        self.internal_bus_works = True
        self.matched = True
        """Cells and electronics belong to each other."""
        self.soc_jumped = False
        """Its estimate has made a jump."""
        self.pump_works = True
        """The battery's coolant pump."""
        self.intervenes = True
        """False: a defect of its program, it switches nothing off for what it measures."""
        self.capacity_gain = 1.0
        """Capacity that it reports over that of the battery."""
        self.target_soc = 1.0
        """Where the driver wants charging to end."""
        self._sampled: tuple[float, int, Readings | None] = (-1.0, -1, None)

    # Readings

    def readings(self) -> Readings:
        """Cells and probes as they were at the last sampling."""
        at, revision, readings = self._sampled
        if revision != self.site.revision or not at <= self.t < at + SAMPLING or readings is None:
            volts, probes = self._pack.cell_readings(), self._pack.probe_readings()
            whole = [p for p in probes if p > BROKEN_PROBE] or probes
            high, low, hot, cold = max(volts), min(volts), max(whole), min(whole)
            readings = Readings(
                high, volts.index(high) + 1, low, volts.index(low) + 1, _sampling_fault(volts),
                hot, probes.index(hot) + 1, cold, probes.index(cold) + 1,
                sum(whole) / len(whole),
            )  # fmt: skip
            self._sampled = (self.t, self.site.revision, readings)
        return readings

    def current(self) -> float:
        """Out of the battery (A)."""
        return self._pack.current() * self._pack.current_gain

    def shown_soh(self) -> float:
        """State of health that it reports, 0 to 1."""
        return self._pack.soh if self.claimed_soh is None else self.claimed_soh

    def voltage(self) -> float:
        return self._pack.voltage() * self._pack.pack_voltage_gain

    # Conclusions

    def insulation_fault(self) -> bool:
        return self._insulation.measured() * 1000 < OHMS_PER_VOLT * self._pack.voltage()

    def insulation_warning(self) -> bool:
        return self._insulation.measured() * 1000 < _WARNING_OHMS_PER_VOLT * self._pack.voltage()

    def temperature_spread(self) -> bool:
        readings = self.readings()
        return readings.hot - readings.cold > _TEMPERATURE_SPREAD

    def over_temperature(self) -> bool:
        return self.readings().hot > HOT

    def thermal_event(self) -> bool:
        return self.readings().hot > RUNAWAY or self.smoke

    def cell_high(self) -> bool:
        return self.readings().high > _CELL_HIGH

    def cell_low(self) -> bool:
        return self.readings().low < _CELL_LOW

    def poor_consistency(self) -> bool:
        return self.readings().spread > _SPREAD_WARNING

    def sampling_fault(self) -> bool:
        """A sense wire looks open or corroded."""
        return self.readings().sampling_fault

    def soc_low(self) -> bool:
        return self._pack.soc() < _SOC_LOW

    def contactor_fault(self) -> bool:
        failure = self._circuit.failure
        return self._circuit.welded or failure in ("contactor_open", "contactor_welded")

    def precharge_failed(self) -> bool:
        return self._circuit.failure == "precharge"

    def forbids(self) -> str | None:
        """Why the battery must not be connected now; None: nothing is in the way."""
        if not self._circuit.interlock.closed:
            return "interlock"
        if self.insulation_fault() and self.intervenes:
            return "insulation"
        measured = (
            self.thermal_event()
            or self.over_temperature()
            or self.cell_low()
            or self.readings().spread > _SPREAD_FAULT
        )
        unsafe = (measured and self.intervenes) or self.contactor_fault() or self.precharge_failed()
        return "battery" if unsafe else None

    def forbids_charging(self) -> bool:
        over = self.cell_high() and self.intervenes
        return self.forbids() is not None or over or not self.current_sensor_works

    def probe_broken(self) -> bool:
        return any(probe.broken for probe in self._pack.probes)

    def fault_level(self) -> int:
        """0 none to 3 stop."""
        if self.forbids() is not None or self.cell_high():
            return 3
        if self.insulation_warning() or self.poor_consistency() or self.temperature_spread():
            return 2
        return 1 if self.soc_low() or not (self.current_sensor_works and self.pump_works) else 0

    # Limits

    def charge_power(self) -> float:
        """Allowed into the battery now (W)."""
        if self.forbids_charging():
            return 0.0
        soc = self._pack.soc() + _STEP_REACHED
        return next(power for limit, power in _CHARGE_STEPS if soc < limit)

    def next_step(self) -> float:
        """State of charge at which the allowed power changes next."""
        soc = self._pack.soc() + _STEP_REACHED
        steps = [limit for limit, _ in _CHARGE_STEPS if limit > soc]
        return min([*steps, self.target_soc] if self.target_soc > soc else steps)

    def discharge_power(self) -> float:
        """Allowed out of the battery now (W)."""
        if self.forbids() is not None:
            return 0.0
        share = 0.4 if self.soc_low() or self.poor_consistency() else 1.0
        return DISCHARGE_POWER * share

    def full(self) -> bool:
        return self._pack.soc() + _STEP_REACHED >= self.target_soc

    def balancing(self) -> bool:
        """Resistors discharge the high cells, at high charge only."""
        return self._pack.soc() > 0.9 and self.readings().spread > 0.01 and self._circuit.connected

    def state(self, *, charging: bool, by_dc: bool = False) -> str:
        """In the words of the database."""
        stage = self._circuit.stage
        if stage is Stage.FAILED or self.forbids() is not None:
            return "fault"
        if stage is Stage.PRECHARGE:
            return "precharge"
        if stage is Stage.ON and by_dc:
            return "dc_charging"
        if stage is Stage.ON:
            return "ac_charging" if charging else "drive"
        return "standby"
