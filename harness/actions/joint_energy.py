"""Power and energy on both sides of the cable: what goes in at the pile, what comes to the battery.

All is worked out from samples that an earlier step took of both sides at the same moments.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import (
    Passed,
    check_passed,
    earlier,
    number_of,
    require_passed,
    together,
)
from harness.actions.registry import CheckContext, Complaint, PointRef, action
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Range
from harness.quantity import Measurement, convert
from harness.text import Text

PilePoints = Annotated[list[str], PointRef(role="pile")]
VehiclePoints = Annotated[list[str], PointRef(role="vehicle")]
PilePoint = Annotated[str, PointRef(role="pile")]
VehiclePoint = Annotated[str, PointRef(role="vehicle")]
Interval = tuple[float, float]
_LEAST_STEPS = 2
"""Steps of the state of charge between which energy can be told."""


def _check_samples(context: CheckContext) -> "list[Complaint]":
    found = list(check_passed(context))
    limit = context.limit
    if limit is not None and not isinstance(limit, Range):
        context.limit_problem(f"{context.step.do} cannot judge by this limit", "low and high in %")
    return [*found, *earlier(context, (context.parameters["samples"],), "samples")]


@action(
    "bench.sample",
    kind="R",
    judges=False,
    limit="none",
    check=check_passed,
    title=Text("双侧同时采样", "Sample both sides"),
)
async def sample(
    step: StepContext,
    *,
    pile: PilePoints,
    vehicle: VehiclePoints,
    over: DurationField,
    every: DurationField = 2.0,
    if_passed: Passed = (),
) -> None:
    """Read points of both sides at the same moments, again and again, for steps that compare."""
    require_passed(step, if_passed)
    until = loop_time() + over
    while True:
        asked_at = loop_time()
        await together(step.read(pile, role="pile"), step.read(vehicle, role="vehicle"))
        if loop_time() >= until:
            break
        await sleep_until(min(until, asked_at + every))


def samples_of(step: StepContext, earlier_step: str, name: str, side: str) -> list[Measurement]:
    """The readings of one point of one side in an earlier step. Raises NotAvailableError.

    Pile and vehicle may have points of one name: `side` is the first word of the reading's source.
    """
    found = [
        one
        for one in step.memory.measurements.get(earlier_step, [])
        if one.name == name and one.source.partition(" ")[0] == side
    ]
    if not found:
        raise NotAvailableError(f"step {earlier_step!r} gave no reading to compare with")
    return found


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean of samples and its expanded uncertainty, None where no reading states one."""

    value: float
    uncertainty: float | None


def mean_of(readings: list[Measurement], unit: str) -> Mean | Measurement:
    """The mean in a unit, or the reading that cannot be used.

    Errors of one instrument go together, so a mean is no better than its readings.
    """
    numbers: list[float] = []
    stated: list[float] = []
    for reading in readings:
        number = number_of(reading)
        if number is None:
            return reading
        own = reading.unit or unit
        numbers.append(convert(number, own, unit))
        if reading.uncertainty is not None:
            stated.append(convert(reading.uncertainty, own, unit))
    return Mean(sum(numbers) / len(numbers), max(stated) if stated else None)


def ratio(name: str, part: Mean, whole: Mean, *, at: float, note: str = "") -> Measurement:
    """part / whole in %, uncertainties as root of the sum of squares. Raises NotAvailableError."""
    if whole.value == 0.0:
        raise NotAvailableError(f"{name.rpartition(' / ')[2]} is 0: there is no ratio")
    value = 100.0 * part.value / whole.value
    # Absolute, so that a part of zero keeps the uncertainty that it has.
    shares = [
        (slope * one.uncertainty) ** 2
        for one, slope in ((part, 100.0 / whole.value), (whole, value / whole.value))
        if one.uncertainty is not None
    ]
    uncertainty = sum(shares) ** 0.5 if shares else None
    return Measurement(
        name=name,
        value=round(value, 6),
        unit="%",
        uncertainty=None if uncertainty is None else round(uncertainty, 6),
        source="pile, vehicle",
        at=at,
        note=note,
    )


@action(
    "bench.efficiency",
    kind="J",
    limit="needed",
    check=_check_samples,
    title=Text("充电机效率", "Efficiency of the charger"),
)
async def efficiency(
    step: StepContext,
    *,
    samples: str,
    ac_power: PilePoint,
    dc_voltage: VehiclePoint,
    dc_current: VehiclePoint,
    if_passed: Passed = (),
) -> None:
    """Judge the DC power of the on-board charger over the AC power of the pile, in %."""
    require_passed(step, if_passed)
    ac = mean_of(samples_of(step, samples, ac_power, "pile"), "W")
    volts = mean_of(samples_of(step, samples, dc_voltage, "vehicle"), "V")
    amperes = mean_of(samples_of(step, samples, dc_current, "vehicle"), "A")
    for one in (ac, volts, amperes):
        if isinstance(one, Measurement):
            step.judge(one)
            return
    assert isinstance(ac, Mean) and isinstance(volts, Mean) and isinstance(amperes, Mean)
    shares = [
        (one.uncertainty / one.value) ** 2
        for one in (volts, amperes)
        if one.uncertainty is not None and one.value
    ]
    power = volts.value * amperes.value
    dc = Mean(power, abs(power) * sum(shares) ** 0.5 if shares else None)
    step.judge(ratio("charger_efficiency", dc, ac, at=step.clock.elapsed()))


@action(
    "bench.charged",
    kind="J",
    limit="needed",
    check=_check_samples,
    title=Text("电量与 SOC 增量", "Energy and gain of SOC"),
)
async def charged(
    step: StepContext,
    *,
    samples: str,
    energy: PilePoint,
    soc: VehiclePoint,
    voltage: VehiclePoint,
    capacity: VehiclePoint,
    margin: Annotated[float, Field(ge=0)] = 0.0,
    if_passed: Passed = (),
) -> None:
    """Judge the energy of the battery's gain of charge over the energy that the pile counted, in %.

    Charge is the gain of SOC times the present capacity, energy that times the battery's voltage.
    SOC comes in steps. Between the first and the last step that the samples show it has changed by
    a whole number of them, so only the moments of these two are uncertain: by what the pile counted
    between the samples around them. With fewer than two steps the plain difference is taken, with
    one resolution as its uncertainty. `margin` is what voltage and capacity may be off, in %.
    """
    require_passed(step, if_passed)
    counted = samples_of(step, samples, energy, "pile")
    steps = samples_of(step, samples, soc, "vehicle")
    volts = mean_of(samples_of(step, samples, voltage, "vehicle"), "V")
    ampere_hours = await step.read_one(capacity, role="vehicle")
    bad = next((one for one in (*counted, *steps, ampere_hours) if number_of(one) is None), None)
    if bad is not None or isinstance(volts, Measurement):
        step.judge(bad if bad is not None else volts)  # type: ignore[arg-type]
        return
    gained, through, note = _gain(counted, steps)
    size = convert(number_of(ampere_hours) or 0.0, ampere_hours.unit or "Ah", "Ah")
    stored = Mean(
        gained.value / 100.0 * size * volts.value,
        (gained.uncertainty or 0.0) / 100.0 * size * volts.value
        + gained.value / 100.0 * size * volts.value * margin / 100.0,
    )
    step.judge(ratio(f"{soc} / {energy}", stored, through, at=step.clock.elapsed(), note=note))


def _gain(counted: list[Measurement], steps: list[Measurement]) -> tuple[Mean, Mean, str]:
    """Gain of SOC (%) and energy of the pile (Wh) over one and the same time."""
    pairs = list(zip(counted, steps, strict=False))
    wh = [convert(number_of(one) or 0.0, one.unit or "kWh", "Wh") for one, _ in pairs]
    soc = [number_of(one) or 0.0 for _, one in pairs]
    register = _resolution(counted)
    edges = [k for k in range(1, len(pairs)) if soc[k] != soc[k - 1]]
    if len(edges) < _LEAST_STEPS:
        resolution = 2 * (steps[0].uncertainty or 0.0)
        gained, through = soc[-1] - soc[0], wh[-1] - wh[0]
        return Mean(gained, resolution), Mean(through, register), "less than two steps of SOC"
    first, last = edges[0], edges[-1]
    least, most = wh[last - 1] - wh[first], wh[last] - wh[first - 1]
    # The two readings of one sample are not quite of one moment.
    apart = max(abs(one.at - other.at) for one, other in pairs)
    power = (wh[-1] - wh[0]) / max(pairs[-1][0].at - pairs[0][0].at, 1e-9)
    unsure = (most - least) / 2 + register + 2 * apart * power
    note = f"{len(edges) - 1} steps of SOC"
    return Mean(soc[last] - soc[first], None), Mean((least + most) / 2, unsure), note


def _resolution(readings: list[Measurement]) -> float:
    """One step of an energy register (Wh), from its raw number; 0 where that is not known."""
    for one in readings:
        number = number_of(one)
        if number is not None and isinstance(one.raw, int) and one.raw:
            return convert(number / one.raw, one.unit or "kWh", "Wh")
    return 0.0
