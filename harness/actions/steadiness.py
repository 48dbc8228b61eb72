"""Whether what flows is steady, and having another current flow."""

from collections import deque
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.loads import draw
from harness.actions.registry import PointName, PointRef, action
from harness.clock import Deadline, loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField
from harness.limits import Range
from harness.quantity import Measurement, Quality, convert
from harness.text import Text

_AGREES = 1e-6


@action("pile.steady", "meter.steady", kind="R", limit="needed", title=Text("稳定", "Steady"))
async def steady(
    step: StepContext,
    *,
    point: PointName,
    over: DurationField = 10.0,
    every: Annotated[DurationField, Field(gt=0)] = 0.5,
    patience: DurationField = 60.0,
) -> None:
    """Wait until a number is steady: highest less lowest over the last `over` seconds, in % of
    their mean, within the limit. Judged as soon as it is, or when `patience` is at its end.

    How long it took goes on record.
    """
    if not isinstance(step.limit, Range) or step.limit.high is None:
        raise NotAvailableError(f"step {step.step} needs a limit with low or high")
    high = convert(step.limit.high, step.limit.unit, "%")
    began = loop_time()
    until = Deadline(min(step.deadline.at, began + max(patience, over)))
    window: deque[tuple[float, float]] = deque()
    while True:
        reading = (await step.device.read([point], step.deadline))[point]
        number = number_of(reading)
        if number is None:
            step.measured(reading)
            step.judge(reading)
            return
        now = loop_time()
        window.append((now, number))
        while window[0][0] < now - over - every:
            window.popleft()
        full = now - window[0][0] >= over
        spread = _spread([value for _, value in window])
        if (full and spread is not None and spread <= high) or until.passed():
            break
        await sleep_until(min(now + every, until.at))
    step.measured(reading)
    waited = Measurement(
        f"{point}.waited", round(loop_time() - began, 3), "s", source=step.role,
        at=step.clock.elapsed(),
    )  # fmt: skip
    step.measured(waited)
    step.judge(
        Measurement(
            name=f"{point}.unsteadiness",
            value=None if spread is None else round(spread, 4),
            unit="%",
            quality=Quality.GOOD if spread is not None else Quality.MISSING,
            source=step.role,
            at=step.clock.elapsed(),
            transactions=reading.transactions,
            note=f"{len(window)} samples" if spread is not None else f"{point} is 0",
        )
    )


def _spread(numbers: list[float]) -> float | None:
    """Highest less lowest in % of the mean; None where nothing flows."""
    mean = sum(numbers) / len(numbers)
    return 100.0 * (max(numbers) - min(numbers)) / abs(mean) if mean else None


@action(
    "bench.draw_current",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    limit="none",
    also=("load",),
    title=Text("设定电流", "Set the current"),
)
async def draw_current(
    step: StepContext,
    *,
    current: QuantityField,
    point: Annotated[str, PointRef("write", role="pile")] = "current_limit",
) -> None:
    """Have this current drawn from the pile: its current limit is written and read back, and where
    the bench has a load, that is set to the same.

    That the current follows is for the next steps to measure.
    """
    device = step.bench.modbus("pile")
    unit = device.profile.points[point].unit or current.unit
    value = current.to(unit)
    read_back = await step.write(point, value, role="pile")
    shown = None if read_back is None else read_back.value
    if not isinstance(shown, int | float) or abs(shown - value) > _AGREES * max(1.0, abs(value)):
        raise NotAvailableError(f"{point} was set to {value:g} and reads {shown}")
    if "load" in step.bench.devices:
        await draw(step, current=current, power=None)
