"""Judging the clock of a device."""

from harness.actions.context import StepContext
from harness.actions.registry import PointName, action
from harness.bench.clock_offset import clock_offset
from harness.text import Text


@action(
    "pile.clock_offset",
    "meter.clock_offset",
    kind="R",
    limit="needed",
    title=Text("时钟误差", "Clock error"),
)
async def judge_clock_offset(step: StepContext, *, point: PointName = "clock") -> None:
    """Judge the offset of the device's clock against the harness clock."""
    step.judge(await clock_offset(step.modbus, point, step.clock, step.deadline))
