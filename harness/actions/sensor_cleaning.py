"""Cleaning the face of a sensor by the means that the candidate chooses."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.clock import loop_time, sleep_until
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.text import Text

Means = Annotated[dict[str, TextField], Field(min_length=2)]


@action("vehicle.clean_sensor", kind="O", judges=False, limit="none",
        title=Text("清洁传感器", "Clean a sensor"))  # fmt: skip
async def clean_sensor(
    step: StepContext,
    *,
    subject: str,
    ask: TextField,
    means: Means,
    allowed: Annotated[list[str], Field(min_length=1)],
    settle: DurationField = 1.0,
) -> None:
    """Have the person choose a means and clean with it.

    The choice is held against `allowed`. The action asked for is `clean-SUBJECT-MEANS`; what the
    sensor reports `settle` later is for the next step to judge.
    """
    question = Question(
        kind="decide", step=step.step, subject=f"cleaning-{subject}", ask=ask,
        choices=list(means), labels=means,
    )  # fmt: skip
    answer = await step.ask(question)
    chosen = answer.value
    if chosen is None and step.bench.operator.simulated:
        # The technician of the simulated bench knows what suits the face.
        chosen = allowed[0]
    if chosen is None or str(chosen) not in means:
        raise NotAvailableError(f"nobody said how {subject} is cleaned")
    step.conclude(chosen, allowed[0], {}, right=chosen in allowed)
    label = means[str(chosen)]
    await step.do_by_hand(
        f"clean-{subject}-{chosen}",
        Text(
            f"请按所选方法清洁（{label.zh}），完成后确认。",
            f"Clean it as chosen ({label.en}), and confirm when done.",
        ),
    )
    await sleep_until(min(step.deadline.at, loop_time() + settle))


@check_of("vehicle.clean_sensor")
def _known_means(context: CheckContext) -> Iterator[Complaint]:
    """What is allowed can be chosen."""
    means = context.parameters["means"]
    for index, name in enumerate(context.parameters["allowed"]):
        if name not in means:
            what = f"{name!r} is not one of the choices"
            yield ("with", "allowed", index), what, "one of: " + ", ".join(means)
