"""What a step of the joint procedure builds on, and mistakes of such steps that can be seen early.

Nobody can stop a charge that never began. Steps that need an earlier one to have passed say so with
`if_passed`; when it did not, they are not run, so that one failure does not become ten.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Annotated, Any, TypeVar

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint
from harness.errors import NotAvailableError, UnknownNameError
from harness.limits import Limit, Range, Within, describe
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict

Passed = Annotated[tuple[str, ...], Field(description="Steps that must have passed before")]
_GOOD = (Verdict.PASS, Verdict.CONDITIONAL_PASS, None)
A = TypeVar("A")
B = TypeVar("B")


def require_passed(step: StepContext, names: tuple[str, ...]) -> None:
    """Raises NotAvailableError unless all these steps passed (or passed conditionally).

    A step that makes no claim has passed once it was carried out.
    """
    for name in names:
        verdict = step.memory.verdicts.get(name, Verdict.NOT_RUN)
        if verdict not in _GOOD:
            assert verdict is not None
            raise NotAvailableError(f"step {name} has to pass first; it ended {verdict.value}")


def require_run(step: StepContext, names: tuple[str, ...]) -> None:
    """Raises NotAvailableError unless all these steps were carried out, whatever they found."""
    for name in names:
        if step.memory.verdicts.get(name, Verdict.NOT_RUN) is Verdict.NOT_RUN:
            raise NotAvailableError(f"it looks at what step {name} did, and that was not run")


def within_of(step: StepContext) -> Within:
    """The step's limit as a time. Raises NotAvailableError."""
    if not isinstance(step.limit, Within):
        raise NotAvailableError(f"step {step.step} needs a limit of the form `within: 3 s`")
    return step.limit


def number_of(reading: Measurement) -> float | None:
    """The value of a usable number."""
    if reading.quality is not Quality.GOOD or isinstance(reading.value, bool):
        return None
    return float(reading.value) if isinstance(reading.value, int | float) else None


def is_state(reading: Measurement, wanted: str | list[str]) -> bool:
    """Whether a usable reading is this state, or one of these."""
    if reading.quality is not Quality.GOOD:
        return False
    return reading.value in wanted if isinstance(wanted, list) else reading.value == wanted


async def together(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Do both at once. When one fails the other is ended before that is told."""
    first, second = asyncio.ensure_future(one), asyncio.ensure_future(other)
    try:
        return await asyncio.gather(first, second)
    finally:
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)


# Checks before anything is opened


def earlier(context: CheckContext, names: tuple[str, ...], key: str) -> Iterator[Complaint]:
    """Each name is that of an earlier step."""
    for index, name in enumerate(names):
        if name in context.earlier:
            continue
        if name in context.steps:
            what = f"the step {name!r} is not before this one"
            yield ("with", key, index), what, "an earlier step"
        else:
            error = UnknownNameError("earlier step", name, context.earlier)
            yield ("with", key, index), error.detail, "the id of an earlier step"


def check_passed(context: CheckContext) -> Iterator[Complaint]:
    """`if_passed` names earlier steps."""
    yield from earlier(context, context.parameters["if_passed"], "if_passed")


def check_timed(context: CheckContext) -> Iterator[Complaint]:
    """The same, for verbs that judge a time."""
    _wants(context, Within, "a limit of the form `within: 3 s`")
    yield from check_passed(context)


def check_ranged(context: CheckContext) -> Iterator[Complaint]:
    """The same, for verbs that judge a number."""
    _wants(context, Range, "a limit with low or high")
    yield from check_passed(context)


def _wants(context: CheckContext, form: type[Range | Within], words: str) -> None:
    limit: Limit | None = context.limit
    if limit is not None and not isinstance(limit, form):
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, words)
