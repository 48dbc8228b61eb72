"""Commands that stop: the actuator has to find to its safe state by itself."""

from harness.actions.by_wire.given import (
    ReleasedBy,
    brought_back,
    check_unit,
    commanded,
    found,
    has_unit,
    number,
)
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import action
from harness.actions.timing import PATIENCE
from harness.clock import Deadline
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Equals, Range
from harness.text import Text


@action(
    "vehicle.by_wire_timeout",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("指令超时", "Command time-out"),
)
async def timeout(
    step: StepContext,
    *,
    unit: str,
    demand: float | str,
    after: DurationField,
    settles: DurationField,
    released_by: ReleasedBy,
    back: str | None = None,
) -> None:
    """Stop the command frames while the actuator works, and time until by-wire operation ends.

    Time counts from the last frame. What the actuator does then is held against the profile's
    `on_timeout`: it stays where it is, goes above or below a value within `settles`, or keeps its
    state. `back` is asked for when it does not.
    """
    limit = within_of(step)
    async with commanded(step, unit, released_by, may_leave=True) as (command, frames):
        entry = command.entry
        reaction = entry.on_timeout
        if reaction is None:
            raise NotAvailableError(f"the profile says no safe state of {unit}")
        mode, course = frames.course(entry.shows), frames.course(entry.follows)
        command.demand(demand)
        await frames.run(step, after)
        before, last = course.latest, command.silence()
        patience = Deadline(min(step.deadline.at, last + limit.high * PATIENCE))
        await frames.until(
            patience, lambda: mode.first(last, lambda value: value != entry.active) is not None
        )
        left = mode.first(last, lambda value: value != entry.active)
        at_that = 0.0 if reaction.keeps else number(course)
        await frames.run(step, settles)
        at_end = 0.0 if reaction.keeps else number(course)
        state = str(course.latest)
        if reaction.keeps and course.latest != before:
            command.resume()
            await brought_back(step, frames, command, back)
    spread = round(mode.cycle + entry.period, 6)
    name = f"{entry.shows}.time_to_manual"
    if left is None:
        note = f"still {mode.latest}"
        step.judge(found(step, name, None, "s", at_least=limit.high * PATIENCE, note=note))
    else:
        step.judge(found(step, name, left - last, "s", uncertainty=spread))
    if reaction.keeps:
        step.judge(found(step, f"{entry.follows}.state_after", state, None), Equals(str(before)))
        return
    unit_of = course.unit or "1"
    if reaction.stays is not None:
        most = reaction.stays.to(unit_of)
        moved = found(step, f"{entry.follows}.moved", at_end - at_that, course.unit)
        step.judge(moved, Range(unit_of, low=-most, high=most))
        return
    settled = found(step, f"{entry.follows}.settled", at_end, course.unit)
    low = reaction.above.to(unit_of) if reaction.above is not None else None
    high = reaction.below.to(unit_of) if reaction.below is not None else None
    step.judge(settled, Range(unit_of, low=low, high=high))
