"""A conclusion of several grades that follows from which steps failed."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from harness.actions.context import StepContext
from harness.actions.joint_given import earlier, require_run
from harness.actions.person import Ran
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.devices.operator import Question
from harness.fields import FileModel, TextField
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict


class Grade(FileModel):
    """One choice, and the steps that lead to it: each of them, or all together."""

    choice: str
    if_failed: list[str] = Field(default_factory=list, description="One of them failed")
    if_all_failed: list[str] = Field(default_factory=list, description="All of them failed")

    @model_validator(mode="after")
    def _one(self) -> "Grade":
        if bool(self.if_failed) == bool(self.if_all_failed):
            raise ValueError("either if_failed or if_all_failed")
        return self

    @property
    def steps(self) -> list[str]:
        return self.if_failed or self.if_all_failed


_BAD = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
_KNOWN = (*_BAD, Verdict.PASS, Verdict.CONDITIONAL_PASS)


def grade_from(
    verdicts: Mapping[str, Verdict | None], grades: list[Grade], otherwise: str
) -> tuple[str | None, dict[str, str]]:
    """The first grade of which a step failed, with those steps; `otherwise` when none did.

    None when a step that could still lead to a heavier grade was not judged: nobody knows.
    """
    for grade in grades:
        failed = {name: str(verdicts[name]) for name in grade.steps
                  if verdicts.get(name) in _BAD}  # fmt: skip
        if len(failed) >= (len(grade.if_all_failed) or 1):
            return grade.choice, failed
        unknown = [name for name in grade.steps if verdicts.get(name) not in _KNOWN]
        if unknown:
            return None, {}
    return otherwise, {}


@action("operator.grade", kind="D", judges=False, limit="none",
        title=Text("分级结论", "Conclude by grade"))  # fmt: skip
async def grade(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
    grades: Annotated[list[Grade], Field(min_length=1)],
    otherwise: str,
    if_run: Ran = (),
) -> None:
    """Have the person conclude, and compare with what the verdicts of earlier steps give.

    `grades` are looked at in their order, the heaviest first. In an exam the verdicts are those of
    the true values. When a step that decides was not judged, the answer stays pending.
    Without the steps of `if_run` there is nothing to conclude on, and nobody is asked.
    """
    require_run(step, if_run)
    verdicts = dict(step.memory.verdicts)
    if step.examiner is not None:
        verdicts |= step.memory.by_truth
    right, basis = grade_from(verdicts, grades, otherwise)
    answer = await step.ask(
        Question(
            kind="decide", step=step.step, subject=subject, ask=ask, choices=list(choices),
            labels=choices,
        )
    )  # fmt: skip
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = right  # as in `operator.decide`
    if right is None:
        step.candidate = CandidateVerdict.PENDING
        return
    step.conclude(value, right, basis)


@check_of("operator.grade")
def _known(context: CheckContext) -> Iterator[Complaint]:
    """Grades and the rest are choices, and their steps come before."""
    parameters = context.parameters
    yield from earlier(context, parameters["if_run"], "if_run")
    choices = parameters["choices"]
    named = [(("with", "grades", n, "choice"), one.choice)
             for n, one in enumerate(parameters["grades"])]  # fmt: skip
    for path, name in [*named, (("with", "otherwise"), parameters["otherwise"])]:
        if name not in choices:
            yield path, f"{name!r} is not one of the choices", "one of: " + ", ".join(choices)
    for number, one in enumerate(parameters["grades"]):
        key = "if_failed" if one.if_failed else "if_all_failed"
        for (_, _, index), what, expected in earlier(context, tuple(one.steps), key):
            yield ("with", "grades", number, key, index), what, expected
