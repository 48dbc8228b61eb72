"""The handshake: how soon a unit takes up by-wire operation."""

from harness.actions.by_wire.frames import Frames
from harness.actions.by_wire.given import (
    ReleasedBy,
    check_unit,
    entry_of,
    found,
    has_unit,
    require_release,
    taken_back,
)
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import action
from harness.actions.timing import PATIENCE
from harness.clock import Deadline, loop_time
from harness.text import Text


@action(
    "vehicle.by_wire_handshake",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("线控使能握手", "By-wire handshake"),
)
async def handshake(step: StepContext, *, unit: str, released_by: ReleasedBy) -> None:
    """Ask a unit for by-wire operation with its neutral demand, and time until it shows it.

    Then it is taken back; that it is manual and at rest again is waited for.
    """
    limit = within_of(step)
    require_release(step, released_by)
    entry = entry_of(step, unit)
    commands = step.vehicle.commands
    frames = Frames(step, [entry.shows])
    course = frames.course(entry.shows)
    name = f"{entry.shows}.time_to_{entry.active}"
    try:
        asked = loop_time()
        command = commands.begin(unit)
        try:
            patience = Deadline(min(step.deadline.at, asked + limit.high * PATIENCE))
            await frames.until(patience, lambda: course.latest == entry.active)
            await taken_back(step, command)
        except BaseException:
            command.abandon()
            commands.ended(command)
            raise
    finally:
        frames.stop()
    seen = course.first(asked, lambda value: value == entry.active)
    if seen is None:
        waited = limit.high * PATIENCE
        note = f"still {course.latest}"
        step.judge(found(step, name, None, "s", at_least=waited, note=note))
        return
    step.judge(found(step, name, seen - asked, "s", uncertainty=round(course.cycle, 6)))
