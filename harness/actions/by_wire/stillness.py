"""Whether an actuator kept still while something came that it must not obey."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.actions.by_wire.frames import Frames
from harness.actions.by_wire.given import found
from harness.actions.context import StepContext
from harness.errors import NotAvailableError
from harness.limits import Equals
from harness.quantity import Value

if TYPE_CHECKING:
    from harness.devices.vehicle.profile_file import ByWireEntry


@dataclass(frozen=True, slots=True)
class Rest:
    """Where an actuator was before, and from when on it is watched (loop time)."""

    before: Value | None
    since: float


def has_states(entry: "ByWireEntry") -> bool:
    """Its demands are states, such as those of a parking brake."""
    return isinstance(entry.neutral, str)


def watched(entry: "ByWireEntry") -> tuple[str, ...]:
    """Points that show the motion of an actuator whose own point only has states."""
    return tuple(entry.at_rest) if has_states(entry) else ()


def moved_by(entry: "ByWireEntry", frames: Frames, rest: Rest) -> float:
    """How far a number has moved since a moment. Raises NotAvailableError."""
    course = frames.course(entry.follows)
    where = float(rest.before) if isinstance(rest.before, int | float) else 0.0
    moved = max((abs(value - where) for _, value in course.numbers(rest.since)), default=None)
    if moved is None:
        raise NotAvailableError(f"{course.name} was not seen meanwhile")
    return moved


def judge_still(
    step: StepContext, entry: "ByWireEntry", frames: Frames, rest: Rest, note: str
) -> None:
    """Judge by the limit of the step that nothing moved. Raises NotAvailableError."""
    before, since = rest.before, rest.since
    course = frames.course(entry.follows)
    if not has_states(entry):
        moved = moved_by(entry, frames, rest)
        step.judge(found(step, f"{entry.follows}.moved", moved, course.unit, note=note))
        return
    for name in entry.at_rest:
        shown = frames.course(name)
        numbers = [abs(value) for _, value in shown.numbers(since)]
        if not numbers:
            raise NotAvailableError(f"{name} was not seen meanwhile")
        step.judge(found(step, f"{name}.largest", max(numbers), shown.unit, note=note))
    seen = [value for at, value in zip(course.at, course.values, strict=True) if at > since]
    other = next((value for value in seen if value != before), before)
    step.judge(
        found(step, f"{entry.follows}.state_after", str(other), None, note=note),
        Equals(str(before)),
    )
