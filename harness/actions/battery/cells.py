"""Cell voltages and insulation of a segment: spread, sampling faults, frames that are too low."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from harness.actions.battery.given import (
    Maker,
    Of,
    at_moments,
    check_of,
    judge_by,
    numbers_of,
    segment_of,
    spread_of,
    thinned,
    worked_out,
)
from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, PointName, action
from harness.catalogue.criteria.cell_spread_rms import cell_spread_rms
from harness.catalogue.criteria.inputs import Series
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField
from harness.quantity import convert
from harness.text import Text

_SAMPLING_SPREAD = 0.5
"""V; GB/T 45688-2025, C.10."""
_ALIKE = 0.7
"""The widest a of C.10: it lies between 0.7 and 0.95."""


def _check_spread(context: CheckContext) -> Iterator[Complaint]:
    maker = context.parameters["maker"]
    yield from check_of(context)
    if maker is not None and context.parameters["as_"] == "rms":
        what = "the maker gives a largest spread, no root mean square"
        yield ("with", "maker"), what, "no `maker`, or `as: largest`"
    elif maker is None and context.limit is None:
        yield (), "vehicle.segment_spread needs a limit", "an item with one, or `limit:`"


@action("vehicle.segment_spread", kind="J", check=_check_spread,
        title=Text("片段内极差", "Spread in a segment"))  # fmt: skip
async def spread(
    step: StepContext,
    *,
    of: Of,
    high: PointName,
    low: PointName,
    as_: Literal["largest", "rms"] = "largest",
    maker: Maker = None,
) -> None:
    """Judge the difference of two points of one moment: the largest, or its root mean square.

    The uncertainty is that of one difference: errors of the inputs do not average out. The limit
    of the vehicle's maker for the largest comes first, where the profile gives it.
    """
    segment = segment_of(step, of)
    top = numbers_of(step, segment, of, high)
    bottom = at_moments(numbers_of(step, segment, of, low), [at for at, _ in top])
    unit = segment.courses[high].unit or "V"
    spreads = (spread_of(segment, high), spread_of(segment, low))
    if as_ == "rms":
        step.judge(
            cell_spread_rms(
                Series([value for _, value in top], unit, spreads[0]),
                Series(bottom, segment.courses[low].unit or unit, spreads[1]),
            )
        )
        return
    largest = max(value - beside for (_, value), beside in zip(top, bottom, strict=True))
    unsure = (spreads[0] ** 2 + spreads[1] ** 2) ** 0.5
    shown = "K" if unit == "°C" else unit
    found = worked_out(step, f"{high} - {low}", largest, shown, uncertainty=unsure)
    judge_by(step, found, maker, "high")


@action("vehicle.segment_low_insulation", kind="J", limit="needed", check=check_of,
        title=Text("绝缘低的帧数", "Frames with low insulation"))  # fmt: skip
async def low_insulation(
    step: StepContext,
    *,
    of: Of,
    resistance: PointName = "insulation_resistance",
    voltage: PointName = "pack_voltage",
    at_most: QuantityField,
    every: Annotated[DurationField, Field(gt=0)] = 1.0,
) -> None:
    """Count the samples in which the insulation over the voltage is this or less.

    One sample a second: so often a terminal reports while an alarm stands. The voltage is that of
    the same moment.
    """
    segment = segment_of(step, of)
    samples = thinned(numbers_of(step, segment, of, resistance), every)
    volts = at_moments(numbers_of(step, segment, of, voltage), [at for at, _ in samples])
    unit = segment.courses[resistance].unit or "Ω"
    bound = at_most.to("Ω/V")
    shares = [
        convert(ohms, unit, "Ω") / beside
        for (_, ohms), beside in zip(samples, volts, strict=True)
        if beside > 0
    ]
    if not shares:
        raise NotAvailableError(f"{voltage} was not seen in the segment")
    step.measured(worked_out(step, "insulation_per_volt.lowest", min(shares), "Ω/V"))
    count = sum(share <= bound for share in shares)
    name = f"{resistance}.low_frames"
    step.judge(worked_out(step, name, count, "1", note=f"{len(shares)} samples"))


@action("vehicle.segment_sampling", kind="J", limit="needed", check=check_of,
        title=Text("电压采样合理性", "Plausible cell voltages"))  # fmt: skip
async def sampling(
    step: StepContext,
    *,
    of: Of,
    high: PointName = "max_cell_voltage",
    low: PointName = "min_cell_voltage",
    high_cell: PointName = "max_cell_number",
    low_cell: PointName = "min_cell_number",
    voltage: PointName = "pack_voltage",
) -> None:
    """Look for the pattern of a bad sense wire: of two neighbours one as high as the other is low.

    The middle is the mean of all cells, which the pack's voltage gives; the profile says how many
    cells there are in series. Judged is `plausible` or `sampling_fault`.
    """
    cells = step.vehicle.profile.ratings.get("cells_in_series")
    if cells is None or cells.value < 1:
        raise NotAvailableError("the profile does not say how many cells are in series")
    segment = segment_of(step, of)
    top = numbers_of(step, segment, of, high)
    moments = [at for at, _ in top]
    columns = [
        at_moments(numbers_of(step, segment, of, name), moments)
        for name in (low, high_cell, low_cell, voltage)
    ]
    found = 0
    for (_, most), least, first, second, volts in zip(top, *columns, strict=True):
        middle = volts / cells.value
        near = abs(first - second) == 1 and most - least >= _SAMPLING_SPREAD
        if near and least < middle < most:
            found += _ALIKE < (most - middle) / (middle - least) < 1 / _ALIKE
    value = "sampling_fault" if found else "plausible"
    note = f"{found} of {len(top)} samples"
    step.judge(worked_out(step, "cell_sampling", value, None, note=note))
