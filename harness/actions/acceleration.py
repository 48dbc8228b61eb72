"""The acceleration that an inertial unit measures at rest: gravity, and no more."""

import math

from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.registry import PointNames, action
from harness.quantity import Measurement
from harness.text import Text

GRAVITY = 9.81
"""What the norm is held against (m/s²)."""


@action("vehicle.acceleration_at_rest", kind="R", limit="needed",
        title=Text("静止时加速度模", "Norm of the acceleration at rest"))  # fmt: skip
async def acceleration_at_rest(step: StepContext, *, points: PointNames) -> None:
    """Judge the norm of the three axes less 9.81 m/s². An axis that gives no number is judged."""
    found = await step.read(points)
    squares = 0.0
    for reading in found.values():
        number = number_of(reading)
        if number is None:
            step.judge(reading)
            return
        squares += number**2
    step.judge(
        Measurement(
            name="acceleration_error",
            value=round(math.sqrt(squares) - GRAVITY, 6),
            unit="m/s²",
            source=step.role,
            at=step.clock.elapsed(),
        )
    )
