"""Motion by command that something has to end: an emergency stop, a door that opens."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import Annotated

from harness.actions.by_wire.frames import Course, Frames
from harness.actions.by_wire.given import (
    ReleasedBy,
    check_unit,
    commanded,
    entry_of,
    found,
    has_unit,
    require_in_time,
)
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import PointRef, StateOf, action
from harness.actions.timing import PATIENCE
from harness.clock import Deadline, loop_time
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Equals, Range
from harness.text import Text

_GETS_THERE = 5.0
"""Seconds within which the demand ought to be reached; another speed serves as well."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What a step that had motion ended leaves for those that look at what came after."""

    unit: str
    follows: str
    rest: float
    """So much is no motion, in the unit of the point."""
    mode: Course
    active: str
    stood: bool
    over: float
    """When the cause was gone again."""
    courses: dict[str, Course]


def _seen(frames: Frames, cause: dict[str, str], since: float) -> Iterator[float | None]:
    """Stamps of the first frames that show each state of the cause."""
    for name, wanted in cause.items():
        yield frames.course(name).first(since, partial(eq, wanted))


@action(
    "vehicle.by_wire_interrupted",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("线控运动中断", "Motion by wire is ended"),
)
async def interrupted(
    step: StepContext,
    *,
    unit: str,
    demand: float,
    cause: Annotated[dict[str, str], PointRef(), StateOf()],
    does: str,
    ask: TextField,
    undo: str,
    undo_ask: TextField,
    released_by: ReleasedBy,
    watch: DurationField,
    also: Annotated[dict[str, str], PointRef(), StateOf()] | None = None,
) -> None:
    """Have somebody end motion by command, and time until nothing moves.

    Time counts from the first frame that shows the cause. The commands go on all the time; they are
    watched for `watch` after the cause is gone, for `vehicle.by_wire_stays_off`. States of `also`
    are expected once it stands.
    """
    limit = within_of(step)
    entry, states = entry_of(step, unit), also or {}
    most = entry.at_rest.get(entry.follows)
    if most is None:
        raise NotAvailableError(f"the profile does not say when {entry.follows} is at rest")
    points = dict.fromkeys([*cause, *states])
    async with commanded(step, unit, released_by, *points, may_leave=True) as (command, frames):
        course, mode = frames.course(entry.follows), frames.course(entry.shows)
        rest = most.to(course.unit or "1")
        entered = loop_time()
        near = entry.near.to(course.unit or "1") if entry.near is not None else 0.0
        aim = demand * entry.scale
        command.demand(demand)

        def there() -> bool:
            value = course.latest
            return isinstance(value, int | float) and abs(value - aim) <= near

        await frames.until(Deadline(min(step.deadline.at, loop_time() + _GETS_THERE)), there)
        require_in_time(command, frames, entered)
        begun = loop_time()
        value = course.latest
        if not isinstance(value, int | float) or abs(value) <= rest:
            raise NotAvailableError(f"{entry.follows} did not leave rest")

        def stood(since: float) -> float | None:
            return next((at for at, value in course.numbers(since) if abs(value) <= rest), None)

        await step.do_by_hand(does, ask)
        try:
            patience = Deadline(min(step.deadline.at, loop_time() + limit.high * PATIENCE))
            await frames.until(
                patience,
                lambda: stood(begun) is not None and None not in [*_seen(frames, cause, begun)],
            )
            shown = {name: frames.course(name).latest for name in states}
        finally:
            await step.do_by_hand(undo, undo_ask)
        over = loop_time()
        await frames.run(step, watch)
    since = [at for at in _seen(frames, cause, begun) if at is not None]
    if not since:
        raise NotAvailableError(f"{next(iter(cause))} was not seen meanwhile")
    at_rest = stood(begun)
    step.memory.kept[step.step] = Interrupted(
        unit, entry.follows, rest, mode, entry.active, at_rest is not None, over, frames.courses
    )
    name = f"{entry.follows}.time_to_standstill"
    if at_rest is None:
        note = f"still {course.latest}"
        step.judge(found(step, name, None, "s", at_least=limit.high * PATIENCE, note=note))
    else:
        spread = round(course.cycle + max(frames.course(one).cycle for one in cause), 6)
        took = max(at_rest - min(since), 0.0)
        step.judge(found(step, name, took, "s", uncertainty=spread))
    for name, wanted in states.items():
        if shown[name] is None:
            raise NotAvailableError(f"{name} was not seen meanwhile")
        step.judge(found(step, name, str(shown[name]), None), Equals(wanted))


@action("vehicle.by_wire_stays_off", kind="J", limit="none", check=check_unit,
        title=Text("中断后不自行恢复", "Stays off until it is asked anew"))  # fmt: skip
async def stays_off(
    step: StepContext,
    *,
    of: str,
    states: Annotated[dict[str, str], PointRef(), StateOf()] | None = None,
) -> None:
    """Expect that nothing moved after the cause was gone, although commands went on.

    By-wire operation must not have come back, and `states` must have stayed, too.
    """
    kept = step.memory.kept.get(of)
    if not isinstance(kept, Interrupted):
        raise NotAvailableError(f"step {of} has ended no motion")
    if not kept.stood:
        raise NotAvailableError(f"in step {of} the motion did not end")
    course = kept.courses[kept.follows]
    numbers = [abs(value) for _, value in course.numbers(kept.over)]
    if not numbers:
        raise NotAvailableError(f"{kept.follows} was not seen meanwhile")
    most = Range(course.unit or "1", high=kept.rest)
    step.judge(found(step, f"{kept.follows}.largest", max(numbers), course.unit), most)
    back = kept.mode.first(kept.over, lambda value: value == kept.active) is not None
    said = "active" if back else "off"
    step.judge(found(step, f"{kept.unit}.by_wire_again", said, None), Equals("off"))
    for name, wanted in (states or {}).items():
        if name not in kept.courses:
            raise NotAvailableError(f"step {of} has not watched {name}")
        shown = kept.courses[name]
        after = [value for at, value in zip(shown.at, shown.values, strict=True) if at > kept.over]
        if not after:
            raise NotAvailableError(f"{name} was not seen meanwhile")
        other = next((value for value in after if value != wanted), wanted)
        step.judge(found(step, name, str(other), None), Equals(wanted))
