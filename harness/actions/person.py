"""What the person at the bench does, sees, measures and concludes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.instruments import ask_reading
from harness.actions.joint_given import Passed, check_passed, require_passed, require_run
from harness.actions.registry import CheckContext, Complaint, PointRef, StateOf, action
from harness.bench.left_behind import Left
from harness.devices.operator import ABNORMAL, NORMAL, Question
from harness.errors import NotAvailableError
from harness.fields import FileModel, TextField
from harness.limits import Equals
from harness.quantity import Measurement, Quality, Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

Ran = Annotated[tuple[str, ...], Field(description="Steps that must have been carried out before")]


def _check_confirm(context: CheckContext) -> Iterator[Complaint]:
    """`if_passed` names earlier steps, and `undo` comes with its words."""
    yield from check_passed(context)
    undo, words = context.parameters["undo"], context.parameters["undo_ask"]
    if (undo is None) != (words is None):
        yield ("with",), f"undo {undo!r}", "undo and undo_ask together, or neither"


@action("operator.confirm", kind="O", judges=False, limit="none", check=_check_confirm,
        title=Text("操作确认", "Confirm an action"))  # fmt: skip
async def confirm(
    step: StepContext,
    *,
    ask: TextField,
    does: str,
    undo: str | None = None,
    undo_ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """Have the person do something and confirm it. A refusal ends the step as not run.

    `undo` is what a later step's `does` takes back. A run that ends before it has the person asked
    for it at the end, and without his answer the bench is not called safe.
    """
    require_passed(step, if_passed)
    left = step.bench.left_behind
    if undo is not None and undo_ask is not None:
        left.put(Left(undo, undo_ask))
    try:
        await step.do_by_hand(does, ask)
    except NotAvailableError:
        if undo is not None:
            left.taken_away(undo)
        raise


@action("operator.inspect", kind="V", check=check_passed, title=Text("目视检查", "Look at it"))
async def inspect(
    step: StepContext, *, ask: TextField, subject: str, if_passed: Passed = ()
) -> None:
    """Have the person look at something: normal or abnormal, with a note and a photo."""
    require_passed(step, if_passed)
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
    states: Annotated[dict[str, str], StateOf("point", keys=True)],
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
    unfit = f"{point} is {reported.value}: no answer belongs to that"
    if reported.quality is Quality.MISSING and reported.note:
        unfit = reported.note
    seen = Measurement(
        name=subject,
        value=answer.value,
        quality=Quality.GOOD if wanted is not None else Quality.MISSING,
        source=answer.by,
        at=step.clock.elapsed(),
        note=answer.note if wanted is not None else unfit,
        transactions=reported.transactions,
    )
    step.judge(seen, Equals(wanted if wanted is not None else "?"))


@action(
    "operator.transcribe",
    kind="V",
    limit="none",
    possible=lambda bench, _role, parameters: (
        ""
        if bench.simulated_inside or parameters["ledger"] in bench.model.site
        else f"the bench file's site ledger has no {parameters['ledger']!r}"
    ),
    title=Text("抄录并与台账核对", "Read off and compare with the site ledger"),
)
async def transcribe(step: StepContext, *, ask: TextField, subject: str, ledger: str) -> None:
    """Have the person read off what is written somewhere, and compare it with the site ledger.

    What the ledger says is not shown. Blanks, small and capital letters make no difference.
    """
    answer = await step.ask(Question(kind="observe", step=step.step, subject=subject, ask=ask))
    if answer.value is None:
        raise NotAvailableError(f"nobody observed {subject!r}")
    if ledger not in step.bench.site:
        raise NotAvailableError(f"the bench file's site ledger has no {ledger!r}")
    step.judge(
        Measurement(
            name=subject,
            value=_plain(answer.value),
            source=answer.by,
            at=step.clock.elapsed(),
            note=answer.note,
        ),
        Equals(_plain(step.bench.site[ledger])),
    )


def _plain(text: Value) -> str:
    return "".join(str(text).split()).upper()


@action("operator.reading", kind="I", limit="needed",
        title=Text("仪表读数", "Instrument reading"))  # fmt: skip
async def reading(
    step: StepContext,
    *,
    ask: TextField,
    quantity: str,
    unit: str,
    instrument: str,
    if_run: Ran = (),
    reference_device: str = "pile",
    reference: Annotated[str | None, PointRef(optional=True, role_from="reference_device")] = None,
) -> None:
    """Have the person measure something with a hand instrument of the bench.

    `if_run` names steps whose consequences are measured: without them there is nothing to measure.
    The uncertainty is the instrument's; the bench states it in the reading's unit, for
    temperatures in °C or K, in % of the reading, or in digits of its resolution. An instrument that
    the bench does not list, whose calibration has run out or whose range does not hold what is said
    to be shown makes the reading inconclusive. `reference` is a point of `reference_device` for the
    same quantity: in an exam, a candidate's reading is held against it where the truth is not
    known otherwise.
    """
    require_run(step, if_run)
    question = Question(
        kind="reading", step=step.step, subject=quantity, ask=ask, unit=unit, instrument=instrument
    )
    compared = None if reference is None else (reference_device, reference)
    step.judge(await ask_reading(step, question, reference=compared))


class ConclusionKey(FileModel):
    """How the right conclusion follows from the device verdicts of earlier steps."""

    in_service: str
    restricted: str
    out_of_service: str
    out_of_service_if_failed: list[str]
    restricted_if_conditional: bool = Field(
        default=False, description="A step that passed conditionally makes it `restricted`, too"
    )
    undecided: str | None = Field(
        default=None,
        description="The choice where nothing failed and something is missing; else `restricted`",
    )


_FAILED = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
_UNKNOWN = (Verdict.ERROR, Verdict.INCONCLUSIVE)


def conclude_from(
    verdicts: Mapping[str, Verdict | None], rule: ConclusionKey
) -> tuple[str | None, dict[str, str]]:
    """The conclusion that device verdicts give, and the verdicts (by step) that brought it about.

    * `out_of_service`: a step of `out_of_service_if_failed` failed;
    * `restricted`: any other step failed; or a step ended inconclusive or in error, so nobody
      knows; or a step of `out_of_service_if_failed` was not run, so what would have put the pile
      out of service was not looked at; or, with `restricted_if_conditional`, a step passed only
      conditionally;
    * `undecided`, where the key has it: the place of `restricted` when no step failed, and one
      ended inconclusive or in error, or a step of `out_of_service_if_failed` was not run. There is
      nothing to correct then, only something to be looked at;
    * `in_service`: none of these. Every judged step passed (or passed conditionally). Other steps
      that were not run, because this device lacks the points, do not stand in the way;
    * None: nothing was judged, so nothing can be concluded.
    """
    if not any(verdict not in (None, Verdict.NOT_RUN) for verdict in verdicts.values()):
        return None, {}
    decisive = rule.out_of_service_if_failed
    failed = {name: found.value for name, found in verdicts.items() if found in _FAILED}
    if any(name in failed for name in decisive):
        return rule.out_of_service, failed
    unsure = {name: found.value for name, found in verdicts.items() if found in _UNKNOWN}
    omitted = {
        name: Verdict.NOT_RUN.value
        for name in decisive
        if verdicts.get(name, Verdict.NOT_RUN) is Verdict.NOT_RUN
    }
    near = {
        name: found.value
        for name, found in verdicts.items()
        if rule.restricted_if_conditional and found is Verdict.CONDITIONAL_PASS
    }
    if rule.undecided is not None and not failed and (unsure or omitted):
        return rule.undecided, {**unsure, **omitted}
    basis = {**failed, **unsure, **omitted, **near}
    return (rule.restricted if basis else rule.in_service), basis


def _conclude_now(step: StepContext, rule: ConclusionKey) -> tuple[str | None, dict[str, str]]:
    """The conclusion from the verdicts so far.

    In an exam: from those that the true values give, and steps that the scenario leaves out are no
    omission of the candidate.
    """
    if step.examiner is None:
        return conclude_from(dict(step.memory.verdicts), rule)
    out = step.examiner.left_out
    found = {**step.memory.verdicts, **step.memory.by_truth}
    decisive = [name for name in rule.out_of_service_if_failed if name not in out]
    return conclude_from(
        {name: verdict for name, verdict in found.items() if name not in out},
        rule.model_copy(update={"out_of_service_if_failed": decisive}),
    )


class ReadingKey(FileModel):
    """How the right conclusion follows from a reading of an earlier step."""

    reading_of: str
    name: str = Field(description="The quantity that was read in that step")
    answers: dict[str, str] = Field(min_length=1, description="Value of it -> the right choice")


def conclude_from_reading(
    readings: Mapping[str, Sequence[Measurement]], rule: ReadingKey
) -> tuple[str | None, dict[str, str]]:
    """The conclusion that the last usable reading gives, and that reading.

    None when there is no usable reading, or no answer belongs to its value.
    """
    for reading in reversed(readings.get(rule.reading_of, ())):
        if reading.name == rule.name and reading.quality is Quality.GOOD:
            return rule.answers.get(str(reading.value)), {rule.name: str(reading.value)}
    return None, {}


@action("operator.decide", kind="D", judges=False, limit="none",
        title=Text("得出结论", "Conclude"))  # fmt: skip
async def decide(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
    key: ConclusionKey | ReadingKey,
) -> None:
    """Have the person conclude, and compare with the key that verdicts or a reading give.

    Out of service when a step of `out_of_service_if_failed` failed. Restricted at best when any
    other step failed, when a step ended inconclusive or in error, or when a step of
    `out_of_service_if_failed` was not run. In service otherwise: a step that this device has no
    points for does not count. With `undecided`, a device of which nothing failed and something is
    missing is not restricted but not decided. When nothing was judged there is no key and the
    answer stays pending.

    With `reading_of`, the reading `name` of that step says which of the `answers` is right.
    """
    if isinstance(key, ReadingKey):
        right, basis = conclude_from_reading(step.memory.measurements, key)
    else:
        right, basis = _conclude_now(step, key)
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
        # The technician of the simulated bench goes by the rule of the procedure and by the
        # verdicts that are on record by then, as a trained person does with the inspection sheet.
        value = right
    if right is None:
        step.candidate = CandidateVerdict.PENDING
        return
    step.conclude(value, right, basis)


@action("operator.rate", kind="A", judges=False, limit="none",
        title=Text("评分", "Rate"))  # fmt: skip
async def rate(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    anchors: Annotated[dict[int, TextField], Field(min_length=4, max_length=4)],
    artefact: TextField | None = None,
) -> None:
    """Ask the assessor for 0 to 3, each with its written anchor. Stays pending without one.

    `artefact` says what shows the mark later (a form, a photo of it): asked for beside the
    assessor's note, and never needed for the mark to count.
    """
    if artefact is not None:
        ask = Text(
            f"{ask.zh}可附：{artefact.zh}。", f"{ask.en} To keep, if there is one: {artefact.en}."
        )
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
