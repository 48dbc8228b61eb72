"""Judging the clock of a device."""

from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.registry import PointName, action
from harness.bench.clock_offset import clock_offset
from harness.clock import sleep
from harness.fields import DurationField
from harness.quantity import Measurement
from harness.text import Text


@action(
    "pile.clock_offset",
    "meter.clock_offset",
    kind="R",
    limit="needed",
    title=Text("时钟误差", "Clock error"),
)
async def judge_clock_offset(
    step: StepContext,
    *,
    point: PointName = "clock",
    readings: Annotated[int, Field(ge=1, le=100)] = 1,
    every: DurationField = 5.0,
) -> None:
    """Judge the offset of the device's clock against the harness clock.

    Of several readings the one furthest off is judged; all go on record.
    """
    offsets: list[Measurement] = []
    for number in range(readings):
        if number:
            await sleep(min(every, step.deadline.remaining()))
        offset = await clock_offset(step.modbus, point, step.clock, step.deadline)
        if readings > 1:
            step.measured(offset)
        if number_of(offset) is None:
            step.judge(offset)
            return
        offsets.append(offset)
    step.judge(max(offsets, key=lambda one: abs(number_of(one) or 0.0)))
