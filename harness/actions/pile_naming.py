"""What the person makes of the evidence: the symptom in his own words, hypotheses, the fault.

A hypothesis is a ranking that is made before anything is opened. It is held against the fault that
is named in the end: the list has to contain it, its place is put on record.
"""

from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.pile_diagnosis import (
    DIAGNOSIS,
    NAMED,
    NO_FAULT,
    cause_title,
    current_diagnosis,
    diagnosis_on_record,
)
from harness.actions.pile_fault.causes import CAUSES
from harness.actions.pile_fault.model import NONE, UNKNOWN, parse
from harness.actions.pile_fault.record import evidence
from harness.actions.registry import CheckContext, Complaint, action
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.quantity import Measurement
from harness.text import Text
from harness.verdict import CandidateVerdict

HYPOTHESES = "hypotheses"
NAMES = (NONE, *(cause.name for cause in CAUSES))
"""What may be named: no fault, or a cause of the table."""
MOST = 5


def _labels() -> dict[str, Text]:
    return {name: NO_FAULT if name == NONE else cause_title(name) for name in NAMES}


@action(
    "operator.describe",
    kind="O",
    judges=False,
    limit="none",
    title=Text("用自己的话描述", "Describe in one's own words"),
)
async def describe(step: StepContext, *, ask: TextField, subject: str) -> None:
    """Have the person write down what is there; the words go on record for the assessor.

    The harness does not mark them: the step stays pending. Without a text it is unanswered.
    """
    answer = await step.ask(
        Question(
            kind="observe",
            step=step.step,
            subject=f"describe-{subject}",
            ask=ask,
            evidence=evidence(step),
        )
    )
    text = "" if answer.value is None else str(answer.value).strip()
    if not text:
        step.candidate = CandidateVerdict.ABSENT
        return
    step.measured(Measurement(f"{subject}.words", text, source=answer.by, at=step.clock.elapsed()))
    step.candidate = CandidateVerdict.PENDING


@action(
    "operator.rank_pile_faults",
    kind="D",
    judges=False,
    limit="none",
    title=Text("故障假设排序", "Rank hypotheses"),
)
async def rank_pile_faults(
    step: StepContext, *, ask: TextField, least: Annotated[int, Field(ge=2, le=MOST)] = 2
) -> None:
    """Have the person list possible causes, the likeliest first: `least` to five of them.

    The ranking is put on record; `operator.hypotheses_held` holds it against what is found to be
    the fault. Raises NotAvailableError when nothing was found out about the pile yet.
    """
    current_diagnosis(step)
    answer = await step.ask(
        Question(
            kind="rank",
            step=step.step,
            subject="pile-fault-hypotheses",
            ask=ask,
            choices=list(NAMES),
            labels=_labels(),
            least=least,
            most=MOST,
            evidence=evidence(step),
        )
    )
    if not isinstance(answer.value, list):
        step.candidate = CandidateVerdict.ABSENT
        return
    step.measured(Measurement(HYPOTHESES, answer.value, source=answer.by, at=step.clock.elapsed()))


def _check_of(context: CheckContext) -> list[Complaint]:
    return list(earlier(context, (context.parameters["of"],), "of"))


@action(
    "operator.hypotheses_held",
    kind="D",
    judges=False,
    limit="none",
    check=_check_of,
    title=Text("假设与结果对照", "Hypotheses against the outcome"),
)
async def hypotheses_held(step: StepContext, *, of: str) -> None:
    """Hold the ranking of step `of` against the diagnosis on record.

    Right when it contains the fault, or one of those that cannot be told apart; the place is put
    on record, 1 for the likeliest. Where the diagnosis names nothing the ranking waits for the
    assessor.
    """
    last = diagnosis_on_record(step)
    ranked = next(
        (one.value for one in step.memory.measurements.get(of, []) if one.name == HYPOTHESES), None
    )
    if not isinstance(ranked, list):
        raise NotAvailableError("no hypotheses are on record")
    if last.value == UNKNOWN:
        step.candidate = CandidateVerdict.PENDING
        return
    right = parse(str(last.value)) or (NONE,)
    place = next((place for place, name in enumerate(ranked, 1) if name in right), 0)
    step.measured(
        Measurement(
            "place_of_the_fault",
            place,
            "1",
            source=step.role,
            at=step.clock.elapsed(),
            note="" if place else "the fault is not in the list",
        )
    )
    key = ranked[place - 1] if place else right[0]
    step.conclude(ranked, key, {DIAGNOSIS: str(last.value)}, right=place > 0)


@action(
    "operator.name_pile_fault",
    kind="D",
    judges=False,
    limit="none",
    title=Text("判断故障", "Name the fault"),
)
async def name_pile_fault(step: StepContext, *, ask: TextField) -> None:
    """Have the person name the fault; the key is what the table makes of the evidence.

    Any of several causes that cannot be told apart is right. Where the table names nothing, the
    answer stays pending, for the assessor.
    """
    diagnosis = current_diagnosis(step)
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject="pile-fault",
            ask=ask,
            choices=list(NAMES),
            labels=_labels(),
            evidence=evidence(step),
        )
    )
    if step.examiner is not None and answer.value is not None:
        # A candidate repairs what he has named himself, right or wrong.
        step.measured(Measurement(NAMED, answer.value, source=answer.by, at=step.clock.elapsed()))
    if not diagnosis.known:
        step.candidate = CandidateVerdict.PENDING
        return
    right = sorted(diagnosis.causes) or [NONE]
    key = answer.value if answer.value in right else right[0]
    step.conclude(answer.value, str(key), {DIAGNOSIS: diagnosis.value})
