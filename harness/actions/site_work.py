"""What a person concludes from the round: which pile first, and what is ordered."""

from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.registry import action
from harness.actions.site_piles import earlier_found, found_in, kept, listed
from harness.bench.roles import title
from harness.devices.operator import Question
from harness.fields import TextField
from harness.text import Text
from harness.verdict import Verdict

_FAILED = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
NOBODY = "none"
URGENT, NORMAL, NO_ORDER = "urgent", "normal", "no_order"
PRIORITIES = {
    URGENT: Text("紧急：今日到场", "urgent: on site today"),
    NORMAL: Text("一般：排入计划", "normal: on the schedule"),
    NO_ORDER: Text("不派单", "no order"),
}
Steps = Annotated[list[str], Field(description="Earlier steps")]


@action(
    "site.decide_first",
    kind="D",
    judges=False,
    limit="none",
    check=lambda context: earlier_found(context, "of"),
    title=Text("确定先去的桩", "Conclude which pile to visit first"),
)
async def decide_first(step: StepContext, *, of: str, ask: TextField) -> None:
    """Have the person say which pile to visit first, and compare with the ranking of `of`."""
    ranked: list[str] = kept(step, of, list)
    right = ranked[0] if ranked else NOBODY
    choices = [*step.bench.piles, NOBODY]
    labels = {role: title(role) for role in step.bench.piles}
    labels[NOBODY] = Text("不需要到场", "none")
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject="first-visit",
            ask=ask,
            choices=choices,
            labels=labels,
        )
    )
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = right
    step.conclude(value, right, {role: str(place) for place, role in enumerate(ranked, 1)})


@action(
    "site.work_order",
    kind="D",
    judges=False,
    limit="none",
    check=lambda context: [
        *earlier(context, tuple(context.parameters["urgent_if_failed"]), "urgent_if_failed"),
        *earlier(context, tuple(context.parameters["normal_if_failed"]), "normal_if_failed"),
    ],
    title=Text("派单", "Work order"),
)
async def work_order(
    step: StepContext, *, ask: TextField, urgent_if_failed: Steps, normal_if_failed: Steps
) -> None:
    """Put together what has to be ordered, and have the person set its priority.

    The order holds the steps that failed as symptoms, with what they found by pile, and the maker
    of each pile concerned. The priority follows from which steps failed.
    """
    verdicts = step.memory.verdicts
    urgent = [name for name in urgent_if_failed if verdicts.get(name) in _FAILED]
    normal = [name for name in normal_if_failed if verdicts.get(name) in _FAILED]
    right = URGENT if urgent else NORMAL if normal else NO_ORDER
    basis: dict[str, str] = {}
    for name in (*urgent, *normal):
        basis[name] = "; ".join(found_in(step, name)) or str(verdicts[name])
    concerned = sorted(
        {entry.partition(":")[0] for text in basis.values() for entry in text.split("; ")}
    )
    makers = [
        f"{role}:vendor_name={step.bench.ledger(role).get('vendor_name', '?')}"
        for role in concerned
        if role in step.bench.piles
    ]
    if basis:
        symptoms = [entry for name in basis for entry in found_in(step, name) or [name]]
        step.measured(listed(step, "order_symptoms", symptoms))
        step.measured(listed(step, "order_piles", makers))
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject="work-order",
            ask=ask,
            choices=list(PRIORITIES),
            labels=PRIORITIES,
        )
    )
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = right
    step.conclude(value, right, basis)
