"""The end of work in control units: kept where everything was shown to be right, else put back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from harness.actions.changes import change, said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.unit_work.common import check_units, description_of
from harness.errors import UnknownNameError
from harness.events import Written
from harness.limits import Clear
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import Verdict

if TYPE_CHECKING:
    from harness.devices.vehicle.unit_work import PutBack

NOT_BACK = "not_put_back"
_RIGHT = (Verdict.PASS, Verdict.CONDITIONAL_PASS, None)


def check_settle(context: CheckContext) -> Iterator[Complaint]:
    """The steps that decide come before, and the units are those of the description."""
    parameters = context.parameters
    yield from earlier(context, tuple(parameters["if_passed"]), "if_passed")
    description = description_of(context)
    for unit, steps in parameters["keep"].items():
        for (_, _, index), what, expected in earlier(context, tuple(steps), "keep"):
            yield ("with", "keep", unit, index), what, expected
        if description is not None and unit not in description.units:
            detail = UnknownNameError("control unit", unit, list(description.units)).detail
            yield ("with", "keep", unit), detail, "a control unit of the diagnostic description"
    yield from check_units(context)


@action("diag.settle_work", kind="W", writes=True, limit="none", possible=has_diagnostics,
        check=check_settle, title=Text("保留或恢复", "Keep or put back"))  # fmt: skip
async def settle_work(
    step: StepContext,
    *,
    keep: Annotated[dict[str, list[str]], Field(min_length=1)],
    if_passed: Annotated[list[str], Field(min_length=1)],
    units: tuple[str, ...] = (),
) -> None:
    """Keep the work in a unit when it was shown to be right; put it back otherwise.

    `keep` names for each unit the steps that have to have passed, `if_passed` those that count for
    every unit. Old and new value of everything that is changed go on record. Judged is that
    nothing is left between: what was to be put back is put back, by reading it. Until this step,
    and where it is not reached, the end of the run puts everything back. With `units` only the work
    in these is settled; the others wait for a later step.
    """
    work = step.vehicle.control_units.work
    chosen = [one for one in work.open if not units or one.partition(".")[0] in units]
    common = _not_passed(step, if_passed)
    wrong: dict[str, list[str]] = {}
    for point in chosen:
        unit = point.partition(".")[0]
        wrong[unit] = [*common, *_not_passed(step, keep[unit])] if unit in keep else [unit]
    good = [unit for unit, steps in wrong.items() if not steps]
    for point in chosen:
        unit, _, did = point.partition(".")
        if unit in good:
            now = await step.read_one(point)
            backup = work.kept(unit, did)
            if now.value is not None and now.value != backup:
                told = change(backup, now.value)
                step.measured(said(step, f"{point}.changed", told, "kept"))
    work.keep(good)
    bad = dict.fromkeys(name for steps in wrong.values() for name in steps)
    if bad:
        step.measured(said(step, "steps_not_passed", list(bad)))
    found = await work.put_back(step.deadline, units or None)
    step.vehicle.require_alive()
    for one in found:
        _tell(step, one)
    left = [one.point for one in found if not one.right]
    why = "; ".join(one.why for one in found if not one.right)
    step.judge(said(step, NOT_BACK, left, why or _done(good, found)), Clear())


def _done(kept: list[str], found: "list[PutBack]") -> str:
    """What became of the units, in one line."""
    restored = [one.point for one in found if one.was_changed]
    same = [one.point for one in found if not one.was_changed]
    parts = [f"kept: {', '.join(kept)}"] if kept else []
    parts += [f"put back: {', '.join(restored)}"] if restored else []
    parts += [f"as before: {', '.join(same)}"] if same else []
    return "; ".join(parts)


def _not_passed(step: StepContext, names: list[str]) -> list[str]:
    verdicts = step.memory.verdicts
    return [name for name in names if verdicts.get(name, Verdict.NOT_RUN) not in _RIGHT]


def _tell(step: StepContext, one: "PutBack") -> None:
    """What was restored, by reading it afterwards; of a failure, the backup and what is there."""
    reading = Measurement(
        one.point, one.now, source=step.role, at=step.clock.elapsed(),
        quality=Quality.GOOD if one.now is not None else Quality.MISSING, note=one.why,
    )  # fmt: skip
    step.measured(reading)
    if one.was_changed and one.backup is not None:
        step.emit(
            Written(step=step.step, role=step.role, point=one.point, value=one.backup,
                    read_back=reading, agreed=one.right)
        )  # fmt: skip
        told = change(one.found if one.right else one.backup, one.now)
        step.measured(
            said(step, f"{one.point}.changed", told, "put back" if one.right else one.why)
        )
