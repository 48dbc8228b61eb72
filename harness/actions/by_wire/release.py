"""Releasing motion: nothing moves, everything is manual, and the bench is as it should be."""

from typing import TYPE_CHECKING, Annotated, Any

from harness.actions.by_wire.frames import Frames
from harness.actions.by_wire.given import Released, check_unit, found
from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.registry import CheckContext, PointRef, StateOf, action
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Equals, OneOf, Range
from harness.text import Text
from harness.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.actions.registry import Complaint
    from harness.bench.load import LoadedBench


def _has_units(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
    vehicle = bench.vehicle
    if vehicle is None:
        return "the bench has no vehicle"
    return "" if vehicle.commanded else f"the profile {vehicle.id} has no by-wire units"


def _check(context: CheckContext) -> "Iterator[Complaint]":
    yield from check_unit(context)
    yield from check_passed(context)


@action(
    "vehicle.release_motion",
    kind="R",
    limit="none",
    possible=_has_units,
    check=_check,
    title=Text("放行前确认静止", "Nothing moves before release"),
)
async def release_motion(
    step: StepContext,
    *,
    states: Annotated[dict[str, str | list[str]], PointRef(), StateOf()],
    watch: DurationField = 2.0,
    if_passed: Passed = (),
) -> None:
    """Watch every by-wire unit: none may be in by-wire operation, none may move.

    Only when that is shown, every point of `states` is as it has to be, and all steps of
    `if_passed` have passed, are the verbs that move something released.
    """
    require_passed(step, if_passed)
    units = step.vehicle.profile.by_wire
    modes = [entry.shows for entry in units.values()]
    resting = {name: most for entry in units.values() for name, most in entry.at_rest.items()}
    frames = Frames(step, [*modes, *resting])
    try:
        await frames.run(step, watch)
    finally:
        frames.stop()
    for name, reading in (await step.read(list(states))).items():
        wanted = states[name]
        step.judge(reading, OneOf(list(wanted)) if isinstance(wanted, list) else Equals(wanted))
    for name, entry in units.items():
        course = frames.course(entry.shows)
        if not course.values:
            raise NotAvailableError(f"{entry.shows} of the by-wire unit {name} is not seen")
        seen = "active" if entry.active in course.values else "off"
        step.judge(found(step, f"{name}.by_wire_seen", seen, None), Equals("off"))
    for name, most in resting.items():
        course = frames.course(name)
        numbers = [abs(value) for _, value in course.numbers(0.0)]
        if not numbers:
            raise NotAvailableError(f"{name} is not seen")
        limit = most.to(course.unit or "1")
        step.judge(
            found(step, f"{name}.largest", max(numbers), course.unit),
            Range(course.unit or "1", high=limit),
        )
    if all(one in (Verdict.PASS, Verdict.CONDITIONAL_PASS) for one in step.verdicts):
        step.memory.kept[step.step] = Released()
