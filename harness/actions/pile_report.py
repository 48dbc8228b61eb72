"""Closing the report on a fault: what lay behind it, how it was handled, what prevents it."""

from harness.actions.context import StepContext
from harness.actions.pile_diagnosis import DIAGNOSIS, diagnosis_on_record
from harness.actions.pile_fault.families import BY_CAUSE, CHOICES, Aspect
from harness.actions.pile_fault.model import NONE, UNKNOWN, parse
from harness.actions.pile_fault.record import evidence
from harness.actions.registry import action
from harness.devices.operator import Question
from harness.fields import TextField
from harness.text import Text
from harness.verdict import CandidateVerdict


@action(
    "operator.attribute_pile_fault",
    kind="D",
    judges=False,
    limit="none",
    title=Text("归因", "What lay behind it"),
)
async def attribute_pile_fault(step: StepContext, *, aspect: Aspect, ask: TextField) -> None:
    """Have the person say what lay behind the fault, how it is handled, or what prevents it.

    The key comes from the family of the fault that was diagnosed; with several that cannot be
    told apart, from each of theirs. Where nothing was named the answer waits for the assessor.
    """
    last = diagnosis_on_record(step)
    usual = {name: family.right(aspect)[0] for name, family in BY_CAUSE.items()}
    choices = CHOICES[aspect]
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject=f"pile-fault-{aspect}",
            ask=ask,
            choices=list(choices),
            labels=dict(choices),
            evidence=evidence(step, usual),
        )
    )
    if last.value == UNKNOWN:
        step.candidate = CandidateVerdict.PENDING
        return
    names = parse(str(last.value)) or (NONE,)
    right = list(dict.fromkeys(one for name in names for one in BY_CAUSE[name].right(aspect)))
    key = answer.value if answer.value in right else right[0]
    step.conclude(answer.value, str(key), {DIAGNOSIS: str(last.value)})
