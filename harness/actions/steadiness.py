"""Whether what flows is steady, and having another current flow."""

from collections import deque
from typing import Annotated, Literal

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.loads import draw
from harness.actions.registry import OptionalPoints, PointName, PointNames, PointRef, action
from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.modbus.points import Point
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField
from harness.limits import Range
from harness.quantity import Measurement, Quality, Quantity, convert
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
    current: QuantityField | Literal["highest", "lowest"],
    point: Annotated[str, PointRef("write", role="pile")] = "current_limit",
) -> None:
    """Have this current drawn from the pile: its current limit is written and read back, and where
    the bench has a load, that is set to the same.

    `highest` and `lowest` are those that the pile may be set to and still charges with. That the
    current follows is for the next steps to measure.
    """
    profile = step.bench.modbus("pile").profile
    written = profile.points.get(point)
    if written is None:
        raise NotAvailableError(f"the profile {profile.id} has no point {point!r}")
    if isinstance(current, str):
        current = _end_of(written, current, profile.ratings.get("current"))
    value = current.to(written.unit or current.unit)
    read_back = await step.write(point, value, role="pile")
    shown = None if read_back is None else read_back.value
    if not isinstance(shown, int | float) or abs(shown - value) > _AGREES * max(1.0, abs(value)):
        raise NotAvailableError(f"{point} was set to {value:g} and reads {shown}")
    if "load" in step.bench.devices:
        await draw(step, current=current, power=None)


def _end_of(point: Point, which: Literal["highest", "lowest"], rated: Quantity | None) -> Quantity:
    """The highest or lowest current that may be written and lets it charge."""
    unit = point.unit or "A"
    numbers = [
        float(end)
        for choice in point.allowed or ()
        for end in (choice if isinstance(choice, tuple) else (choice,))
        if isinstance(end, int | float) and not isinstance(end, bool) and end > 0
    ]
    if rated is not None:
        most = rated.to(unit)
        numbers = [number for number in numbers if number <= most] or [most]
    if not numbers:
        raise NotAvailableError(f"the profile does not say how far {point.name} goes")
    return Quantity(max(numbers) if which == "highest" else min(numbers), unit)


@action(
    "pile.follows_limit",
    kind="R",
    limit="needed",
    title=Text("电流与设定", "Current against the limit set"),
)
async def follows_limit(
    step: StepContext,
    *,
    points: PointNames,
    if_present: OptionalPoints = (),
    limit: PointName = "current_limit",
    samples: Annotated[int, Field(ge=1, le=1000)] = 1,
    every: DurationField = 0.2,
) -> None:
    """Judge the current over the current limit that is set, in %: lowest and highest sample.

    Of a pile that does not show its limit, it is what this run has written.

    The uncertainties of both are combined (root of the sum of squares), where they are stated.
    """
    names = [*points, *(name for name in if_present if step.device.has(name))]
    taken: dict[str, list[Measurement]] = {name: [] for name in names}
    due = loop_time()
    for _ in range(samples):
        await sleep_until(due)
        due = loop_time() + every
        readable = [limit] if step.device.has(limit) else []
        found = await step.read([*names, *readable])
        allowed = found[limit] if readable else _written(step, limit)
        for name in names:
            taken[name].append(_share(step, found[name], allowed))
    for readings in taken.values():
        bad = next((one for one in readings if number_of(one) is None), None)
        if bad is not None:
            step.judge(bad)
            continue
        ordered = sorted(readings, key=lambda one: number_of(one) or 0.0)
        step.judge(ordered[0])
        if ordered[-1].value != ordered[0].value:
            step.judge(ordered[-1])


def _written(step: StepContext, point: str) -> Measurement:
    """What this run has written to a point that cannot be read. Raises NotAvailableError."""
    device = step.modbus
    value = device.written.get(point)
    if value is None:
        raise NotAvailableError(f"{point} of {device.profile.id} can only be written")
    unit = device.profile.points[point].unit
    at = step.clock.elapsed()
    return Measurement(point, value, unit, source="harness", at=at, note="as written")


def _share(step: StepContext, current: Measurement, limit: Measurement) -> Measurement:
    """A current in % of the limit; the reading that cannot be used, where there is one."""
    drawn, allowed = number_of(current), number_of(limit)
    if drawn is None or allowed is None:
        return current if drawn is None else limit
    unit = current.unit or "A"
    whole = convert(allowed, limit.unit or unit, unit)
    if whole == 0.0:
        return Measurement(
            f"{current.name} / {limit.name}", None, "%", quality=Quality.MISSING,
            source=step.role, at=current.at, note=f"{limit.name} is 0",
        )  # fmt: skip
    value = 100.0 * drawn / whole
    parts = [
        100.0 * (current.uncertainty or 0.0) / whole,
        value * convert(limit.uncertainty or 0.0, limit.unit or unit, unit) / whole,
    ]
    return Measurement(
        name=f"{current.name} / {limit.name}",
        value=round(value, 4),
        unit="%",
        uncertainty=round(sum(part**2 for part in parts) ** 0.5, 4),
        source=step.role,
        at=current.at,
        transactions=sorted({*current.transactions, *limit.transactions}),
    )
