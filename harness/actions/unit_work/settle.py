"""The end of work in control units: kept where everything was shown to be right, else put back."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.changes import change, said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, action
from harness.events import Written
from harness.limits import Clear
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import Verdict

NOT_BACK = "not_put_back"
_RIGHT = (Verdict.PASS, Verdict.CONDITIONAL_PASS, None)


def check_settle(context: CheckContext) -> Iterator[Complaint]:
    """The steps that decide come before."""
    yield from earlier(context, tuple(context.parameters["keep_if_passed"]), "keep_if_passed")


@action("diag.settle_work", kind="W", writes=True, limit="none", possible=has_diagnostics,
        check=check_settle, title=Text("保留或恢复", "Keep or put back"))  # fmt: skip
async def settle_work(
    step: StepContext, *, keep_if_passed: Annotated[list[str], Field(min_length=1)]
) -> None:
    """Keep the work when every step of `keep_if_passed` passed; otherwise put all of it back.

    Old and new value of everything that was touched go on record. Judged is that nothing is left
    between: what was to be put back is put back, by reading it. Until this step, and where it is
    not reached, the end of the run puts everything back.
    """
    work = step.vehicle.control_units.work
    verdicts = step.memory.verdicts
    bad = [name for name in keep_if_passed if verdicts.get(name, Verdict.NOT_RUN) not in _RIGHT]
    touched = work.open
    if not bad:
        for point in touched:
            unit, _, did = point.partition(".")
            now = await step.read_one(point)
            told = change(work.kept(unit, did), now.value)
            step.measured(said(step, f"{point}.changed", told, "kept"))
        work.keep({point.partition(".")[0] for point in touched})
        step.judge(said(step, NOT_BACK, []), Clear())
        return
    step.measured(said(step, "steps_not_passed", bad))
    found = await work.put_back(step.deadline)
    step.vehicle.require_alive()
    for one in found:
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
            step.measured(
                said(step, f"{one.point}.changed", change(one.found, one.now), "put back")
            )
    left = [one.point for one in found if not one.right]
    why = "; ".join(one.why for one in found if not one.right)
    step.judge(said(step, NOT_BACK, left, why), Clear())
