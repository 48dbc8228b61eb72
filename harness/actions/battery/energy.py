"""Charge and energy of a segment, counted from current and voltage on the bus."""

from itertools import pairwise
from typing import Literal

from harness.actions.battery.given import (
    Of,
    Segment,
    at_moments,
    check_of,
    numbers_of,
    segment_of,
    spread_of,
    worked_out,
)
from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.registry import PointName, action
from harness.errors import NotAvailableError
from harness.text import Text

_LEAST_STEPS = 20
"""Steps of the state of charge from which a capacity can be told to within some per cent."""
_SENSOR = 0.01
"""Relative uncertainty that a current sensor of a vehicle has where the bench states none."""


_LONGEST_GAP = 1.0
"""Seconds without a usable frame after which a sum over time is no longer one."""


def _require_unbroken(rows: list[tuple[float, float]], point: str) -> None:
    """Raises NotAvailableError: what was not heard says nothing about the car."""
    gap = max((later - at for (at, _), (later, _) in pairwise(rows)), default=0.0)
    if gap > _LONGEST_GAP:
        raise NotAvailableError(f"no usable frame of {point} for {gap:.1f} s in the segment")


def _integral(rows: list[tuple[float, float]]) -> float:
    """Over time in hours; each number stands until the next one."""
    return sum(value * (later - at) for (at, value), (later, _) in pairwise(rows)) / 3600.0


@action("vehicle.segment_capacity", kind="J", limit="needed", check=check_of,
        title=Text("容量估算与上报值比较", "Estimated against reported capacity"))  # fmt: skip
async def capacity(
    step: StepContext,
    *,
    of: Of,
    current: PointName = "pack_current",
    soc: PointName = "soc",
    reported: PointName = "battery_capacity",
) -> None:
    """Count the charge of the segment, divide it by the change of the state of charge, and judge
    how much the capacity that the battery management reports differs from that, in %.

    Uncertainty: half a step of the SOC at either end, and the current sensor. Needs a change of
    at least twenty steps of the SOC.
    """
    segment = segment_of(step, of)
    amperes = numbers_of(step, segment, of, current)
    _require_unbroken(amperes, current)
    states = _between_steps(numbers_of(step, segment, of, soc))
    resolution = segment.resolutions.get(soc, 0.0)
    if len(states) < 2 or abs(states[-1][1] - states[0][1]) < _LEAST_STEPS * resolution:
        raise NotAvailableError(f"{soc} has hardly changed in the segment")
    start, end = states[0][0], states[-1][0]
    charge = abs(_integral([(at, value) for at, value in amperes if start <= at <= end]))
    change = abs(states[-1][1] - states[0][1]) / 100.0
    estimate = charge / change
    of_soc = spread_of(segment, soc) * 2**0.5 / (100.0 * change)
    relative = float(
        (of_soc**2 + _of_current(segment, current, charge * 3600.0 / (end - start)) ** 2) ** 0.5
    )
    step.measured(
        worked_out(step, "battery_capacity.estimate", estimate, "Ah",
                   uncertainty=estimate * relative)
    )  # fmt: skip
    shown = await step.read_one(reported)
    own = number_of(shown)
    if own is None:
        step.judge(shown)
        return
    share = 100.0 * (own / estimate - 1.0)
    unsure = 100.0 * own / estimate * relative
    name = f"{reported}.against_estimate"
    step.judge(worked_out(step, name, share, "%", uncertainty=unsure))


def _between_steps(states: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The moments at which the SOC changes: there it is known better than by its step."""
    return [later for before, later in pairwise(states) if later[1] != before[1]]


def _of_current(segment: Segment, current: str, mean: float) -> float:
    """Relative expanded uncertainty of a counted charge."""
    stated = segment.stated.get(current)
    return _SENSOR if stated is None or mean == 0.0 else abs(stated / mean)


@action("vehicle.segment_energy", kind="J", limit="needed", check=check_of,
        title=Text("片段能量", "Energy of a segment"))  # fmt: skip
async def energy(
    step: StepContext,
    *,
    of: Of,
    voltage: PointName = "pack_voltage",
    current: PointName = "pack_current",
    speed: PointName = "vehicle_speed",
    as_: Literal["way", "recovered"] = "way",
) -> None:
    """Judge the way per energy, or the energy that came back while slowing down.

    Current out of the battery counts as positive. What was taken, what came back and the way are
    on record.
    """
    segment = segment_of(step, of)
    amperes = numbers_of(step, segment, of, current)
    _require_unbroken(amperes, current)
    moments = [at for at, _ in amperes]
    volts = at_moments(numbers_of(step, segment, of, voltage), moments)
    powers = [(at, value * beside) for (at, value), beside in zip(amperes, volts, strict=True)]
    taken = _integral([(at, max(power, 0.0)) for at, power in powers])
    back = _integral([(at, max(-power, 0.0)) for at, power in powers])
    way = _integral(numbers_of(step, segment, of, speed))
    relative = _of_current(segment, current, max(abs(value) for _, value in amperes))
    if as_ == "recovered":
        name = "drive.recovered_energy"
        step.judge(worked_out(step, name, back, "Wh", uncertainty=back * relative))
        return
    if way <= 0.0:
        raise NotAvailableError("the car has not moved in the segment")
    step.measured(worked_out(step, "drive.distance", way, "km"))
    step.measured(worked_out(step, "drive.energy_taken", taken, "Wh"))
    step.measured(worked_out(step, "drive.recovered_energy", back, "Wh"))
    if taken <= back:
        raise NotAvailableError("the segment gave back more energy than it took")
    per_energy = way / ((taken - back) / 1000.0)
    name = "drive.way_per_energy"
    step.judge(worked_out(step, name, per_energy, "km/kWh", uncertainty=per_energy * relative))
