"""Over-current of the pile's own parts: relay, cable and the like (A.3.10.10)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import OfStep, Part
from harness.actions.trace_timing import (
    INTERVAL,
    Exceeded,
    check_times,
    exceedance,
    judge_cut,
    over_current_limit,
)
from harness.devices.recorder.recording import Recording
from harness.fields import QuantityField
from harness.quantity import Measurement, Quality, Quantity, same_dimension
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench
    from harness.bench.model import BenchFile


def stated(bench: "BenchFile") -> Quantity | None:
    """What the bench file says that the pile's parts carry."""
    entry = bench.devices.get("pile")
    return entry.component_current if entry is not None else None


def unproved(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    """Why this rule cannot be seen by itself on this bench; empty when it can."""
    carries = stated(bench.model)
    if carries is None:
        return "the bench does not say what the pile's parts carry (component_current)"
    announced: Quantity = parameters["announced"]
    least = over_current_limit(announced.to("A"))
    if carries.to("A") >= least:
        return (
            f"the pile's parts carry {carries}; with {announced} announced it has to cut off "
            f"above {least:g} A in any case"
        )
    return ""


def _check_announced(context: CheckContext) -> Iterator[Complaint]:
    announced = context.parameters["announced"]
    if not same_dimension(announced.unit, "A"):
        yield ("with", "announced"), f"{announced} is no current", "a current, like 32 A"


def _check(context: CheckContext) -> Iterator[Complaint]:
    yield from _check_announced(context)
    yield from check_times(context)


@action(
    "pile.parts_carry",
    kind="R",
    judges=False,
    limit="none",
    check=_check_announced,
    possible=unproved,
    title=Text("部件载流能力", "What the pile's parts carry"),
)
async def parts_carry(step: StepContext, *, announced: QuantityField) -> None:
    """Put on record what the pile's parts carry, by the bench file (`component_current`).

    Where that is not stated, or no less than what cuts off a current that is too much for
    `announced`, the rule of A.3.10.10 cannot be seen by itself: not run.
    """
    step.measured(
        Measurement(
            name="component_current",
            value=_capacity(step),
            unit="A",
            source="bench file",
            at=step.clock.elapsed(),
            note=f"announced {announced}",
        )
    )


def _capacity(step: StepContext) -> float:
    carries = stated(step.bench.model)
    assert carries is not None  # see `unproved`
    return carries.to("A")


@action(
    "trace.parts_over_current",
    kind="J",
    limit="needed",
    check=_check,
    possible=unproved,
    title=Text("录波判定部件过流保护", "Over-current of the pile's parts in a recording"),
)
async def parts_over_current(
    step: StepContext, *, recording: OfStep, announced: QuantityField, if_passed: Passed = ()
) -> None:
    """Judge how long after the current is more than the pile's parts carry the supply is off.

    What they carry stands in the bench file (`component_current` of the pile). A current that is
    also too much for what is announced shows nothing of this rule; where it always is, with
    `announced`, the step is not run.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks("current", "cp_duty", "voltage", "s1"):
        part.nothing(INTERVAL, "s", why)
        return
    assert part.recording is not None
    capacity = _capacity(step)
    exceeded = exceedance(part, part.recording, lambda _announced: capacity)
    if isinstance(exceeded, str):
        part.nothing(INTERVAL, "s", exceeded, Quality.NOT_RECORDED)
        return
    if why := _too_much_anyway(part.recording, exceeded):
        part.nothing(INTERVAL, "s", why, Quality.NOT_RECORDED)
        return
    judge_cut(part, exceeded)


def _too_much_anyway(recording: Recording, exceeded: Exceeded) -> str:
    end = exceeded.until if exceeded.end is None else exceeded.end.earliest
    current = recording.track("current")
    highest = max(float(one) for _, one in current.between(exceeded.begin.latest, end))
    limit = over_current_limit(exceeded.announced)
    if highest > limit:
        return (
            f"the current was {highest:.4g} A, above the {limit:.4g} A that what is announced "
            "allows: nothing shows which limit counted"
        )
    return ""
