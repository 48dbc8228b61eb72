"""Cleaning the face of a sensor by the means that the candidate chooses."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, LimitedPoint, action, check_of
from harness.clock import loop_time, sleep_until
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Range, describe
from harness.text import Text

Means = Annotated[dict[str, TextField], Field(min_length=2)]


@action("vehicle.clean_sensor", kind="O", limit="needed",
        title=Text("清洁传感器", "Clean a sensor"))  # fmt: skip
async def clean_sensor(
    step: StepContext,
    *,
    subject: str,
    point: LimitedPoint,
    ask: TextField,
    means: Means,
    allowed: Annotated[list[str], Field(min_length=1)],
    settle: DurationField = 2.0,
) -> None:
    """Have the person choose a means, clean with it, and judge what the sensor then says of its
    blockage.

    The choice is held against `allowed`: that is the candidate's verdict. What the sensor reports
    afterwards is the device's. The action asked for is `clean-SUBJECT-MEANS`.
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
    step.judge(await step.read_one(point))


@check_of("vehicle.clean_sensor")
def _known_means(context: CheckContext) -> Iterator[Complaint]:
    """What is allowed can be chosen, and the limit is a range."""
    means = context.parameters["means"]
    for index, name in enumerate(context.parameters["allowed"]):
        if name not in means:
            what = f"{name!r} is not one of the choices"
            yield ("with", "allowed", index), what, "one of: " + ", ".join(means)
    if context.limit is not None and not isinstance(context.limit, Range):
        what = f"{context.step.do} cannot judge by {describe(context.limit)}"
        context.limit_problem(what, "a limit with low or high")
