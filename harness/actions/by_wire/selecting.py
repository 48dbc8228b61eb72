"""Gears by command: each has to be shown soon after it was asked for."""

from harness.actions.by_wire.frames import Course, Frames
from harness.actions.by_wire.given import (
    ReleasedBy,
    check_unit,
    commanded,
    entry_of,
    found,
    has_unit,
)
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import action
from harness.actions.timing import PATIENCE
from harness.clock import Deadline, loop_time
from harness.errors import NotAvailableError
from harness.text import Text


@action(
    "vehicle.by_wire_gears",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("线控换挡", "Gears by wire"),
)
async def gears(step: StepContext, *, unit: str, gears: list[str], released_by: ReleasedBy) -> None:
    """Ask for one gear after the other at standstill, and time until each is shown.

    Afterwards the gear that by-wire operation begins with is asked for again.
    """
    entry = entry_of(step, unit)
    if entry.gears is None:
        raise NotAvailableError(f"the profile says no gears of {unit}")
    signal, follows = entry.gears.demand, entry.gears.follows
    async with commanded(step, unit, released_by, follows) as (command, frames):
        course = frames.course(follows)
        for gear in gears:
            if course.latest == gear:
                raise NotAvailableError(f"{follows} was {gear} before the demand")
            asked = loop_time()
            command.ask({signal: gear})
            await _shown(step, frames, course, gear, asked)
        command.ask({signal: entry.besides[signal]} if signal in entry.besides else {})


async def _shown(
    step: StepContext, frames: Frames, course: Course, gear: str, asked: float
) -> None:
    """Wait until a gear is shown, and judge the time."""
    limit = within_of(step)
    patience = Deadline(min(step.deadline.at, asked + limit.high * PATIENCE))
    await frames.until(patience, lambda: course.latest == gear)
    name = f"{course.name}.time_to_{gear}"
    seen = course.first(asked, lambda value: value == gear)
    if seen is None:
        waited, note = limit.high * PATIENCE, f"still {course.latest}"
        step.judge(found(step, name, None, "s", at_least=waited, note=note))
        return
    step.judge(found(step, name, seen - asked, "s", uncertainty=round(course.cycle, 6)))
