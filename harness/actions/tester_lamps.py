"""What follows from a tester's figures by a small sum: light of both lamps, height of the beam."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.tester_files import OfFile, check_file, file_of, number_from
from harness.catalogue.criteria.inputs import calculated, number, root_sum
from harness.devices.tester.reader import LineFile
from harness.errors import NotAvailableError
from harness.fields import QuantityField
from harness.quantity import Measurement, Quantity, same_dimension
from harness.text import Text

SHOWN = 40.0
"""Indicated speed (km/h) at which GB 7258 states the true speeds that it allows."""


def _column(step: StepContext, file: LineFile, name: str, lamp: str) -> Measurement:
    values = file.column(name, lamp=lamp)
    if not values:
        raise NotAvailableError(f"a file of {file.kind.name} has no column {name}")
    return number_from(step, file, name, values[0])


@action(
    "operator.total_intensity",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("远光总光强", "Total main-beam intensity"),
)
async def total_intensity(step: StepContext, *, file: OfFile) -> None:
    """Judge the sum of the main beams of both lamps."""
    found = file_of(step, file, "headlamp")
    parts = [_column(step, found, "main_intensity", lamp) for lamp in ("left", "right")]
    total = sum(number(one, "cd")[0] for one in parts)
    spread = root_sum(*(one.uncertainty for one in parts))
    result = calculated("total_intensity", total, "cd", spread, inputs=parts)
    step.measured(result)
    step.judge(result)


def _check_height(context: CheckContext) -> Iterator[Complaint]:
    yield from check_file(context)
    given = context.parameters["lamp_up_to"]
    if isinstance(given, Quantity) and not same_dimension(given.unit, "mm"):
        yield ("with", "lamp_up_to"), f"{given} is no height", "a height like 1000 mm"


@action(
    "operator.dipped_beam_drop",
    kind="I",
    limit="needed",
    check=_check_height,
    title=Text("近光截止线下降量", "Drop of the dipped beam"),
)
async def dipped_beam_drop(
    step: StepContext,
    *,
    file: OfFile,
    lamp_up_to: Annotated[QuantityField, Field(description="Height of lamp that the item is for")],
) -> None:
    """Judge how far the cut-off of each lamp is below it on the 10 m screen, in mm.

    Another item holds for a lamp higher than `lamp_up_to`: then nothing is judged of either lamp.
    """
    found = file_of(step, file, "headlamp")
    highest = lamp_up_to.to("mm")
    for lamp in ("left", "right"):
        (height,) = found.column("height", lamp=lamp)
        if height > highest:
            raise NotAvailableError(
                f"the {lamp} lamp is {height:g} mm high; expected up to {highest:g} mm"
            )
    for lamp in ("left", "right"):
        reading = _column(step, found, "dipped_drop", lamp)
        step.measured(reading)
        step.judge(reading)


@action(
    "operator.main_beam_height",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("远光中心高度比", "Height of the main beam over lamp height"),
)
async def main_beam_height(step: StepContext, *, file: OfFile) -> None:
    """Judge how high the brightest point of each lamp is on the 10 m screen, over its height H."""
    found = file_of(step, file, "headlamp")
    for lamp in ("left", "right"):
        parts = [_column(step, found, name, lamp) for name in ("height", "main_above")]
        (height, u_height), (above, u_above) = (number(one, "mm") for one in parts)
        # (H + a) / H: an error of H counts with a / H only, that of the aim in full.
        share = None if u_height is None else u_height * abs(above) / height
        spread = root_sum(share, u_above)
        spread = None if spread is None else spread / height
        ratio = (height + above) / height
        result = calculated("main_beam_height", ratio, "1", spread, inputs=parts)
        step.measured(result)
        step.judge(result)


@action(
    "operator.true_speed_at_40",
    kind="I",
    limit="needed",
    check=check_file,
    title=Text("指示 40 km/h 时的实际车速", "True speed at an indicated 40 km/h"),
)
async def true_speed_at_40(step: StepContext, *, file: OfFile) -> None:
    """Judge the true speed at an indicated 40 km/h, on the line between the readings beside it."""
    found = file_of(step, file, "speedometer")
    pairs = sorted(zip(found.column("indicated"), found.column("true"), strict=True))
    for (low, slow), (high, fast) in pairwise(pairs):
        if low <= SHOWN <= high and high > low:
            true = slow + (fast - slow) * (SHOWN - low) / (high - low)
            spread = root_sum(found.uncertainty.get("indicated"), found.uncertainty.get("true"))
            result = calculated("true_speed_at_40", true, "km/h", spread)
            step.measured(result)
            step.judge(result)
            return
    raise NotAvailableError("no readings on both sides of an indicated 40 km/h")
