"""What a bench cannot test itself: the entry of a laboratory's test report."""

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.devices.operator import ABNORMAL, NORMAL, Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Equals
from harness.quantity import Measurement, Quality
from harness.text import Text

_LABELS = {
    NORMAL: Text("有报告，合格", "there is a report, passed"),
    ABNORMAL: Text("不合格，或不是该型号的报告", "not passed, or of another model"),
}
NO_NUMBER = "no number of the report was given"


@action("operator.report", kind="V", limit="none",
        title=Text("核对检测报告", "Entry of a test report"))  # fmt: skip
async def report(step: StepContext, *, ask: TextField, subject: str) -> None:
    """Have the person look up a test in a laboratory's report: passed, and the report's number.

    The number is written as the note of the answer. Without it nothing is concluded; where there
    is no report the question is skipped, and the step is not run.
    """
    answer = await step.ask(
        Question(
            kind="inspect",
            step=step.step,
            subject=subject,
            ask=ask,
            choices=[NORMAL, ABNORMAL],
            labels=_LABELS,
        )
    )
    if answer.value is None:
        raise NotAvailableError(f"no report on {subject!r} was shown")
    numbered = bool(answer.note.strip())
    step.judge(
        Measurement(
            name=subject,
            value=answer.value if numbered else None,
            quality=Quality.GOOD if numbered else Quality.MISSING,
            source=answer.by,
            at=step.clock.elapsed(),
            note=answer.note if numbered else NO_NUMBER,
        ),
        Equals(NORMAL),
    )
