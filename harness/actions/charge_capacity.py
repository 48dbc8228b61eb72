"""The capacity of a battery from a short charge: what went in, over the gain in state of charge.

A state of charge that is shown in steps of 0.1 % says little about half a percent. So the charge is
counted from one step to another: at the moment of a step its value is known far better than its
resolution, and what remains is how exactly that moment is seen.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, number_of, require_passed
from harness.actions.registry import PointName, action
from harness.actions.signal_watch import Signal, SignalWatch
from harness.clock import Deadline
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField
from harness.quantity import Measurement
from harness.text import Text


@dataclass
class _Count:
    """Charge and energy that went in since the first step of the state of charge."""

    soc: float | None = None
    """The last one that was seen (%)."""
    began: float | None = None
    """Loop time of the first step; nothing is counted before."""
    ended: float = 0.0
    soc_at_start: float = 0.0
    ampere_hours: float = 0.0
    watt_hours: float = 0.0
    at_end: tuple[float, float] = (0.0, 0.0)
    """Charge and energy at the last step."""
    current: float | None = None
    voltage: float | None = None
    since: float = 0.0
    longest: float = 0.0
    """Longest time without a usable current (s)."""

    @property
    def gain(self) -> float:
        """From the first to the last step (%)."""
        return 0.0 if self.soc is None or self.began is None else self.soc - self.soc_at_start

    def flowed(self, current: float | None, at: float) -> None:
        """From here on another current flows into the battery (A)."""
        if self.began is not None and self.current is not None:
            hours = (at - self.since) / 3600
            self.longest = max(self.longest, at - self.since)
            self.ampere_hours += self.current * hours
            self.watt_hours += self.current * (self.voltage or 0.0) * hours
        self.current, self.since = current, at

    def stepped(self, soc: float, at: float) -> None:
        """The state of charge is shown as this (%)."""
        if self.soc is not None and soc > self.soc:
            self.flowed(self.current, at)
            if self.began is None:
                self.began, self.soc_at_start = at, soc
                self.ampere_hours = self.watt_hours = 0.0
            self.ended, self.at_end = at, (self.ampere_hours, self.watt_hours)
        self.soc = soc if self.soc is None else max(self.soc, soc)


@action("vehicle.capacity_by_charge", kind="J", limit="needed", check=check_passed,
        title=Text("充电实测容量", "Capacity by a short charge"))  # fmt: skip
async def capacity_by_charge(
    step: StepContext,
    *,
    gain: QuantityField,
    within: DurationField,
    rated_capacity: QuantityField,
    current_uncertainty: QuantityField,
    soc_uncertainty: QuantityField,
    soc: PointName = "soc",
    current: PointName = "pack_current",
    voltage: PointName = "pack_voltage",
    reported: PointName = "soh",
    if_passed: Passed = (),
) -> None:
    """Count what goes into the battery while its state of charge gains `gain`, and judge the SOH.

    Judged is the capacity that follows, over `rated_capacity`, less the state of health that the
    vehicle reports, in percentage points. Uncertainties (k = 2) in % of the value: of the current,
    and of the gain (how straight the vehicle's state of charge is); how exactly the moments of the
    two steps are seen is added. Currents are positive when the battery gives.
    """
    require_passed(step, if_passed)
    wanted = gain.to("%")
    count = _Count()
    watch = SignalWatch(step, [soc, current, voltage], _taker(count, soc, current))
    try:
        await watch.until(
            Deadline(min(step.deadline.at, watch.started + within)),
            lambda: count.gain >= wanted - 1e-6,
        )
    finally:
        watch.stop()
    if count.began is None or count.gain < wanted - 1e-6:
        raise NotAvailableError(
            f"the state of charge gained {count.gain:.1f} % within {within:g} s, not {wanted:g} %"
        )
    if count.longest > _longest(watch, current):
        raise NotAvailableError(f"no current for {count.longest:.1f} s: nothing can be counted")
    health = await step.read_one(reported)
    number = number_of(health)
    if number is None:
        step.judge(health)
        return
    ampere_hours, watt_hours = count.at_end
    capacity = ampere_hours / count.gain * 100
    cycle = watch.signals[soc].cycle
    seconds = count.ended - count.began
    spread = math.hypot(
        current_uncertainty.to("%"), soc_uncertainty.to("%"), 100 * math.sqrt(2) * cycle / seconds
    )
    rated = rated_capacity.to("Ah")
    for name, value, unit, share in (
        ("soc_gain", round(count.gain, 2), "%", None),
        ("charge_in", round(ampere_hours, 4), "Ah", current_uncertainty.to("%")),
        ("energy_in", round(watt_hours / 1000, 4), "kWh", current_uncertainty.to("%")),
        ("capacity_estimate", round(capacity, 2), "Ah", spread),
    ):
        step.measured(
            Measurement(name, value, unit, None if share is None else round(value * share / 100, 4),
                        source=step.role, at=step.clock.elapsed(), note=f"within {seconds:.1f} s")
        )  # fmt: skip
    health_now = 100 * capacity / rated
    step.judge(
        Measurement(
            "soh_error",
            round(health_now - number, 3),
            "%",
            round(health_now * spread / 100, 3),
            source=step.role,
            at=step.clock.elapsed(),
            note=f"measured {health_now:.1f} %, reported {number:.1f} %",
        )
    )


def _taker(count: _Count, soc: str, current: str) -> Callable[[Signal, Measurement, float], None]:
    def take(signal: Signal, reading: Measurement, at: float) -> None:
        value = number_of(reading) if signal.usable(reading) else None
        if signal.point.name == current:
            if value is not None:
                count.flowed(-value, at)
        elif value is None:
            return
        elif signal.point.name == soc:
            count.stepped(value, at)
        else:
            count.voltage = value

    return take


def _longest(watch: SignalWatch, current: str) -> float:
    return max(watch.signals[current].longest_gap, 1.0)
