"""An assistance function that is not offered, explained by the candidate.

The key follows from what the sensors themselves say on the bus: which of those that the function
needs is not as it should be, or that it was coded off.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import is_state
from harness.actions.registry import (
    CheckContext,
    Complaint,
    PointName,
    PointRef,
    StateOf,
    action,
    check_of,
)
from harness.devices.operator import Question
from harness.fields import TextField
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import CandidateVerdict


@action("vehicle.explain_function", kind="D", judges=False, limit="none",
        title=Text("解释功能不可用", "Explain a function"))  # fmt: skip
async def explain_function(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    point: PointName,
    available: Annotated[list[str], StateOf("point"), Field(min_length=1)],
    coded_off: Annotated[dict[str, str], StateOf("point", keys=True)],
    sensors: Annotated[dict[str, str], PointRef()],
    sound: Annotated[list[str], Field(min_length=1)],
    otherwise: str,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
) -> None:
    """Read whether a function is offered; when it is not, have the person say why.

    `sensors` maps the health of each sensor that the function needs to the choice that names it;
    every sensor that is not `sound`, or is not heard, is a right answer. `coded_off` maps states
    that say so themselves. Where nothing of that holds, `otherwise` is right. Nothing is asked of
    a function that is offered.
    """
    found = await step.read_one(point)
    if found.quality is Quality.GOOD and found.value in available:
        return
    health = await step.read(list(sensors))
    accepted, basis = _causes(found, health, sensors, sound)
    state = str(found.value)
    accepted = [coded_off[state]] if state in coded_off else accepted or [otherwise]
    answer = await step.ask(
        Question(
            kind="decide", step=step.step, subject=subject, ask=ask, choices=list(choices),
            labels=choices,
        )
    )  # fmt: skip
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = accepted[0]  # as in `operator.decide`
    if found.quality is not Quality.GOOD:
        step.candidate = CandidateVerdict.PENDING
        return
    step.conclude(value, accepted[0], basis, right=value in accepted)


def _causes(
    found: Measurement, health: dict[str, Measurement], sensors: dict[str, str], sound: list[str]
) -> tuple[list[str], dict[str, str]]:
    """The choices of all sensors that are not sound, and what was read of the function and them."""
    bad = {name: one for name, one in health.items() if not is_state(one, sound)}
    basis = {found.name: str(found.value)}
    basis |= {name: str(one.value) for name, one in bad.items()}
    return [sensors[name] for name in bad], basis


@check_of("vehicle.explain_function")
def _choices(context: CheckContext) -> Iterator[Complaint]:
    """Every answer that can be right can be chosen."""
    parameters = context.parameters
    choices = parameters["choices"]
    named = [
        (("with", "otherwise"), parameters["otherwise"]),
        *((("with", "coded_off", state), one) for state, one in parameters["coded_off"].items()),
        *((("with", "sensors", name), one) for name, one in parameters["sensors"].items()),
    ]
    for path, name in named:
        if name not in choices:
            yield path, f"{name!r} is not one of the choices", "one of: " + ", ".join(choices)
