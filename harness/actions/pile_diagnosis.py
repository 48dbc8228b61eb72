"""Naming the fault of a pile: findings by subject, and the diagnosis that the rules make."""

from harness.actions.context import StepContext
from harness.actions.pile_fault.causes import BY_NAME
from harness.actions.pile_fault.model import NONE, UNKNOWN, Diagnosis
from harness.actions.pile_fault.record import gathered
from harness.actions.pile_fault.rules import abnormal, diagnose
from harness.actions.registry import action
from harness.errors import NotAvailableError
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Quality
from harness.text import Text

DIAGNOSIS = "diagnosis"
NAMED = "named_fault"
"""What a candidate has named."""
NO_FAULT = Text("没有发现故障", "no fault found")
_NOT_SURE = Text("无法确定", "not determined")


def current_diagnosis(step: StepContext) -> Diagnosis:
    """What is on record now points to. Raises NotAvailableError when nothing is."""
    found, alarms_read = gathered(step)
    if not found and step.examiner is None:
        raise NotAvailableError("nothing was found out about the pile yet")
    return diagnose(found, alarms_read=alarms_read)


@action("pile.findings", kind="J", limit="none", title=Text("汇总发现", "Findings on a subject"))
async def findings(step: StepContext, *, of: list[str]) -> None:
    """Judge that nothing abnormal is on record about a subject.

    `of` names findings (`rest.cp`) or groups of them (`rest`, `alarm`). What was not found out is
    no pass: where nothing is on record, the step is not run.
    """
    found, alarms_read = gathered(step)
    mine = {
        key: word
        for key, word in found.items()
        if any(key == one or key.startswith(f"{one}.") for one in of)
    }
    if not mine and not ("alarm" in of and alarms_read):
        raise NotAvailableError("nothing is on record about this")
    wrong = [
        key.removeprefix("alarm.") if key.startswith("alarm.") else f"{key} = {mine[key]}"
        for key in abnormal(mine)
    ]
    step.judge(
        Measurement("findings", list(wrong), source=step.role, at=step.clock.elapsed()), Clear([])
    )


@action("pile.diagnose", kind="J", limit="none", title=Text("故障诊断", "Diagnosis"))
async def judge_diagnosis(step: StepContext) -> None:
    """Name the fault from what is on record, and judge that there is none.

    Put on record as `diagnosis`: `no_fault`, one cause, several that cannot be told apart
    (`a|b`), or `unknown`, which is inconclusive.
    """
    diagnosis = current_diagnosis(step)
    measurement = Measurement(
        name=DIAGNOSIS,
        value=diagnosis.value,
        quality=Quality.GOOD if diagnosis.known else Quality.UNSTABLE,
        source=step.role,
        at=step.clock.elapsed(),
        note="; ".join(diagnosis.reasons),
    )
    step.measured(measurement)
    step.judge(measurement, Equals(NONE))


def diagnosis_on_record(step: StepContext) -> Measurement:
    """The last diagnosis; in an exam, what the scenario says. Raises NotAvailableError."""
    if step.examiner is not None:
        true = "|".join(step.examiner.diagnoses) or UNKNOWN
        return Measurement(DIAGNOSIS, true, source=step.role)
    kept = [one for found in step.memory.measurements.values() for one in found]
    last = next((one for one in reversed(kept) if one.name == DIAGNOSIS), None)
    if last is None:
        raise NotAvailableError("no diagnosis is on record")
    return last


def cause_title(name: str) -> Text:
    """The title of a cause, of `no_fault` or of `unknown`."""
    if name in BY_NAME:
        return BY_NAME[name].title
    return NO_FAULT if name == NONE else _NOT_SURE
