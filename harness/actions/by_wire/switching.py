"""Demands that are states, such as a parking brake's: when it is there, and what it drew."""

from dataclasses import dataclass

from harness.actions.by_wire.frames import Course
from harness.actions.by_wire.given import ReleasedBy, check_unit, commanded, found, has_unit
from harness.actions.by_wire.moving import Moves
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import OptionalPoints, PointNames, action
from harness.actions.timing import PATIENCE
from harness.clock import Deadline, loop_time
from harness.errors import NotAvailableError
from harness.text import Text


@dataclass(frozen=True, slots=True)
class Switched:
    """What a step that switched something leaves for those that look at it."""

    start: float
    courses: dict[str, Course]


@action(
    "vehicle.by_wire_switches",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("线控动作到位", "Switches by wire"),
)
async def switches(
    step: StepContext,
    *,
    unit: str,
    demand: str,
    becomes: str,
    released_by: ReleasedBy,
    also: OptionalPoints = (),
) -> None:
    """Ask for a state and time until the actuator shows it. It must not show it before."""
    limit = within_of(step)
    async with commanded(step, unit, released_by, *also) as (command, frames):
        entry = command.entry
        course = frames.course(entry.follows)
        before = course.latest
        asked = loop_time()
        command.demand(demand)
        patience = Deadline(min(step.deadline.at, asked + limit.high * PATIENCE))
        await frames.until(
            patience, lambda: course.first(asked, lambda value: value == becomes) is not None
        )
        step.memory.kept[step.step] = Switched(asked, frames.courses)
    name = f"{entry.follows}.time_to_{becomes}"
    if before == becomes:
        raise NotAvailableError(f"{entry.follows} was {becomes} before the demand")
    seen = course.first(asked, lambda value: value == becomes)
    if seen is None:
        note = f"still {course.latest}"
        step.judge(found(step, name, None, "s", at_least=limit.high * PATIENCE, note=note))
        return
    step.judge(found(step, name, seen - asked, "s", uncertainty=round(course.cycle, 6)))


@action("vehicle.by_wire_peak", kind="J", limit="needed", check=check_unit,
        title=Text("动作峰值", "Peak while it moved"))  # fmt: skip
async def peak(step: StepContext, *, of: str, points: PointNames) -> None:
    """Judge the highest value of each point while an earlier step switched or moved something.

    Of motion both ways the larger one counts.
    """
    kept = step.memory.kept.get(of)
    if isinstance(kept, Moves):
        kept = Switched(kept.moves[0].start, kept.courses)
    if not isinstance(kept, Switched):
        raise NotAvailableError(f"step {of} has switched nothing")
    for name in points:
        course = kept.courses.get(name)
        numbers = (
            [abs(value) for _, value in course.numbers(kept.start)] if course is not None else []
        )
        if course is None or not numbers:
            raise NotAvailableError(f"step {of} has not watched {name}")
        step.judge(found(step, f"{name}.peak", max(numbers), course.unit))
