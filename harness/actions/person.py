"""What the person at the bench does, sees, measures and concludes."""

from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import PointRef, action
from harness.devices.operator import ABNORMAL, NORMAL, Question
from harness.errors import NotAvailableError
from harness.fields import FileModel, TextField
from harness.limits import Equals
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict


@action("operator.confirm", kind="O", judges=False, limit="none",
        title=Text("操作确认", "Confirm an action"))  # fmt: skip
async def confirm(step: StepContext, *, ask: TextField, does: str) -> None:
    """Have the person do something and confirm it. A refusal ends the step as not run."""
    await step.do_by_hand(does, ask)


@action("operator.inspect", kind="V", title=Text("目视检查", "Look at it"))
async def inspect(step: StepContext, *, ask: TextField, subject: str) -> None:
    """Have the person look at something: normal or abnormal, with a note and a photo."""
    answer = await step.ask(
        Question(
            kind="inspect",
            step=step.step,
            subject=subject,
            ask=ask,
            choices=[NORMAL, ABNORMAL],
            labels={NORMAL: Text("正常", "normal"), ABNORMAL: Text("异常", "abnormal")},
        )
    )
    if answer.value is None:
        raise NotAvailableError(f"nobody looked at {subject!r}")
    step.judge(
        Measurement(
            name=subject,
            value=answer.value,
            source=answer.by,
            at=step.clock.elapsed(),
            note=answer.note,
        ),
        Equals(NORMAL),
    )


@action("operator.observe", kind="V", title=Text("观察并核对", "Observe and compare"))
async def observe(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    choices: list[str],
    labels: dict[str, TextField] | None = None,
    device: str = "pile",
    point: Annotated[str, PointRef(role_from="device")],
    states: dict[str, str],
) -> None:
    """Have the person say what is shown, and compare it with what the device reports.

    `states` maps each state of the point to the answer that belongs to it.
    """
    answer = await step.ask(
        Question(
            kind="observe",
            step=step.step,
            subject=subject,
            ask=ask,
            choices=choices,
            labels=labels or {},
        )
    )
    if answer.value is None:
        raise NotAvailableError(f"nobody observed {subject!r}")
    reported = await step.read_one(point, role=device)
    wanted = states.get(str(reported.value))
    seen = Measurement(
        name=subject,
        value=answer.value,
        quality=Quality.GOOD if wanted is not None else Quality.MISSING,
        source=answer.by,
        at=step.clock.elapsed(),
        note=answer.note
        if wanted is not None
        else f"{point} is {reported.value}: no answer belongs to that",
        transactions=reported.transactions,
    )
    step.judge(seen, Equals(wanted if wanted is not None else "?"))


@action("operator.reading", kind="I", limit="needed",
        title=Text("仪表读数", "Instrument reading"))  # fmt: skip
async def reading(
    step: StepContext, *, ask: TextField, quantity: str, unit: str, instrument: str
) -> None:
    """Have the person measure something with a hand instrument of the bench.

    The uncertainty is the instrument's. An instrument that the bench does not list, or whose
    calibration has run out, makes the reading inconclusive.
    """
    answer = await step.ask(
        Question(
            kind="reading",
            step=step.step,
            subject=quantity,
            ask=ask,
            unit=unit,
            instrument=instrument,
        )
    )
    if answer.value is None:
        raise NotAvailableError(f"nobody measured {quantity!r}")
    tool = step.bench.instrument(answer.instrument or None, instrument)
    quality, note = Quality.GOOD, answer.note
    if tool is None:
        quality, note = Quality.OUT_OF_CALIBRATION, "the bench lists no such instrument"
    elif not tool.in_date:
        quality, note = Quality.OUT_OF_CALIBRATION, f"calibration due {tool.calibration_due}"
    spread = answer.uncertainty
    if spread is None and tool is not None and tool.uncertainty is not None:
        spread = tool.uncertainty.to("K" if unit == "°C" else unit)
    measurement = Measurement(
        name=quantity,
        value=answer.value,
        unit=unit,
        uncertainty=spread,
        quality=quality,
        source=f"{answer.by} / {tool.id if tool else instrument}",
        at=step.clock.elapsed(),
        note=note,
    )
    step.measured(measurement)
    step.judge(measurement)


class ConclusionKey(FileModel):
    """How the right conclusion follows from the device verdicts of earlier steps."""

    in_service: str
    restricted: str
    out_of_service: str
    out_of_service_if_failed: list[str]


_FAILED = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)


@action("operator.decide", kind="D", judges=False, limit="none",
        title=Text("得出结论", "Conclude"))  # fmt: skip
async def decide(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
    key: ConclusionKey,
) -> None:
    """Have the person conclude, and compare with the key that the device verdicts give."""
    failed = {name: verdict for name, verdict in step.memory.verdicts.items() if verdict in _FAILED}
    if any(name in failed for name in key.out_of_service_if_failed):
        right = key.out_of_service
    elif failed:
        right = key.restricted
    else:
        right = key.in_service
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject=subject,
            ask=ask,
            choices=list(choices),
            labels=choices,
        )
    )
    value = answer.value
    if value is None and step.bench.operator.simulated:
        value = right  # the competent technician of the simulated bench knows the rule
    basis = {name: verdict.value for name, verdict in failed.items()}
    step.conclude(value, right, basis)


@action("operator.rate", kind="A", judges=False, limit="none",
        title=Text("评分", "Rate"))  # fmt: skip
async def rate(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    anchors: Annotated[dict[int, TextField], Field(min_length=4, max_length=4)],
) -> None:
    """Ask the assessor for 0 to 3, each with its written anchor. Stays pending without one."""
    answer = await step.ask(
        Question(
            kind="rate",
            step=step.step,
            subject=subject,
            ask=ask,
            choices=[str(mark) for mark in sorted(anchors)],
            labels={str(mark): text for mark, text in anchors.items()},
        )
    )
    if answer.value is None:
        step.candidate = CandidateVerdict.PENDING
        return
    step.measured(
        Measurement(
            name=f"{subject}.mark",
            value=answer.value,
            source=answer.by,
            at=step.clock.elapsed(),
            note=answer.note,
        )
    )
