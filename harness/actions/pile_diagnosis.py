"""Naming the fault of a pile: findings by subject, hand checks that separate causes, diagnosis."""

from harness.actions.context import StepContext
from harness.actions.pile_fault import readings as words
from harness.actions.pile_fault.causes import BY_NAME, CAUSES
from harness.actions.pile_fault.checks import ALWAYS, CC, CHECKS, INSPECTED, LAMP
from harness.actions.pile_fault.model import NONE, OK, UNKNOWN, Diagnosis, HandCheck
from harness.actions.pile_fault.record import gathered, note_findings
from harness.actions.pile_fault.rules import abnormal, diagnose, next_check
from harness.actions.registry import action
from harness.devices.operator import ABNORMAL, NORMAL, Question, QuestionKind
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Quality
from harness.text import Text
from harness.verdict import CandidateVerdict

DIAGNOSIS = "diagnosis"
NAMED = "named_fault"
"""What a candidate has named."""
_MOST_CHECKS = 12
_LAMP_OF = {
    "charging": "charging",
    "suspended_ev": "charging",
    "suspended_evse": "charging",
    "fault": "fault",
}
_NO_FAULT = Text("没有发现故障", "no fault found")
_NOT_SURE = Text("无法确定", "not determined")


def _now(step: StepContext) -> Diagnosis:
    found, alarms_read = gathered(step)
    if not found and step.examiner is None:
        raise NotAvailableError("nothing was found out about the pile yet")
    return diagnose(found, alarms_read=alarms_read)


@action("pile.findings", kind="J", limit="none", title=Text("汇总发现", "Findings on a subject"))
async def findings(step: StepContext, *, of: list[str]) -> None:
    """Judge that nothing abnormal is on record about a subject.

    `of` names findings (`rest.cp`) or groups of them (`rest`, `alarm`). What was not found out is
    no pass: where nothing is on record, the step is not run.
    """
    found, alarms_read = gathered(step)
    mine = {
        key: word
        for key, word in found.items()
        if any(key == one or key.startswith(f"{one}.") for one in of)
    }
    if not mine and not ("alarm" in of and alarms_read):
        raise NotAvailableError("nothing is on record about this")
    wrong = [
        key.removeprefix("alarm.") if key.startswith("alarm.") else f"{key} = {mine[key]}"
        for key in abnormal(mine)
    ]
    step.judge(
        Measurement("findings", list(wrong), source=step.role, at=step.clock.elapsed()), Clear([])
    )


@action(
    "operator.look_over",
    kind="I",
    judges=False,
    limit="none",
    title=Text("外观与手工测量", "Look over and measure by hand"),
)
async def look_over(step: StepContext) -> None:
    """Look at and measure what no pile reports: lamp, enclosure, cable, plug contacts, CC."""
    for key in ALWAYS:
        await _do(step, CHECKS[key])


@action(
    "operator.tell_apart",
    kind="I",
    judges=False,
    limit="none",
    title=Text("分辨原因的测量", "Measure what separates the causes"),
)
async def tell_apart(step: StepContext) -> None:
    """Ask for the hand checks that tell the remaining causes apart, one after the other.

    Each is the one that most of the causes depend on that still agree with everything found. It
    ends when one cause is left or nothing that a hand can do separates the others.
    """
    done: set[str] = set()
    for _ in range(_MOST_CHECKS):
        found, alarms_read = gathered(step)
        check = next_check(found, alarms_read=alarms_read)
        if check is None or check.key in done:
            return
        done.add(check.key)
        await _do(step, check)


async def _do(step: StepContext, check: HandCheck) -> None:
    """One hand check. What nobody can measure or see leaves no finding."""
    kind: QuestionKind = "reading" if check.unit else "observe"
    choices, labels = list(check.choices), dict(check.choices)
    if check.key in INSPECTED:
        kind, choices = "inspect", [NORMAL, ABNORMAL]
    try:
        answer = await step.ask(
            Question(
                kind=kind,
                step=step.step,
                subject=check.subject,
                ask=check.ask,
                choices=choices,
                labels=labels,
                unit=check.unit or None,
                instrument=check.instrument,
            )
        )
    except NotAvailableError as error:
        step.measured(_missing(step, check, error.detail))
        return
    if answer.value is None:
        step.measured(_missing(step, check, answer.note or "nobody answered"))
        return
    if not check.unit:
        note_findings(step, {check.key: _seen(step, check, str(answer.value))}, note=answer.note)
        return
    tool = step.bench.instrument(answer.instrument or None, check.instrument)
    usable = tool is not None and tool.in_date
    value = answer.value
    reading = Measurement(
        name=check.subject,
        value=value,
        unit=check.unit,
        uncertainty=answer.uncertainty,
        quality=Quality.GOOD if usable else Quality.OUT_OF_CALIBRATION,
        source=f"{answer.by} / {tool.id if tool is not None else check.instrument}",
        at=step.clock.elapsed(),
    )
    step.measured(reading)
    if usable and not isinstance(value, bool) and isinstance(value, int | float):
        note_findings(step, {check.key: _meaning(step, check, float(value))})


def _missing(step: StepContext, check: HandCheck, note: str) -> Measurement:
    return Measurement(
        check.subject, None, check.unit or None, quality=Quality.MISSING, source=step.role,
        at=step.clock.elapsed(), note=note,
    )  # fmt: skip


def _meaning(step: StepContext, check: HandCheck, value: float) -> str:
    if check.key == CC:
        rated = step.bench.modbus("pile").profile.ratings.get("current")
        return words.cc(value, rated.to("A") if rated is not None else None)
    return next((band.state for band in check.bands if band.holds(value)), UNKNOWN)


def _seen(step: StepContext, check: HandCheck, seen: str) -> str:
    if check.key != LAMP:
        return seen
    if seen == "off":
        return "dark"
    rest = gathered(step)[0].get("rest.state", OK)
    return OK if rest == "busy" or seen == _LAMP_OF.get(rest, "standby") else "wrong"


@action("pile.diagnose", kind="J", limit="none", title=Text("故障诊断", "Diagnosis"))
async def judge_diagnosis(step: StepContext) -> None:
    """Name the fault from what is on record, and judge that there is none.

    Put on record as `diagnosis`: `no_fault`, one cause, several that cannot be told apart
    (`a|b`), or `unknown`, which is inconclusive.
    """
    diagnosis = _now(step)
    measurement = Measurement(
        name=DIAGNOSIS,
        value=diagnosis.value,
        quality=Quality.GOOD if diagnosis.known else Quality.UNSTABLE,
        source=step.role,
        at=step.clock.elapsed(),
        note="; ".join(diagnosis.reasons),
    )
    step.measured(measurement)
    step.judge(measurement, Equals(NONE))


@action(
    "operator.name_pile_fault",
    kind="D",
    judges=False,
    limit="none",
    title=Text("判断故障", "Name the fault"),
)
async def name_pile_fault(step: StepContext, *, ask: TextField) -> None:
    """Have the person name the fault; the key is what the table makes of the evidence.

    Any of several causes that cannot be told apart is right. Where the table names nothing, the
    answer stays pending, for the assessor.
    """
    diagnosis = _now(step)
    choices = [NONE, *(cause.name for cause in CAUSES)]
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject="pile-fault",
            ask=ask,
            choices=choices,
            labels={NONE: _NO_FAULT, **{cause.name: cause.title for cause in CAUSES}},
        )
    )
    right = sorted(diagnosis.causes) or [NONE]
    value = answer.value
    if step.examiner is not None and value is not None:
        # A candidate repairs what he has named himself, right or wrong.
        step.measured(Measurement(NAMED, value, source=answer.by, at=step.clock.elapsed()))
    if value is None and step.bench.operator.simulated and diagnosis.known:
        value = right[0]  # the simulated technician goes by the same table
    if not diagnosis.known:
        step.candidate = CandidateVerdict.PENDING
        return
    key = value if value in right else right[0]
    step.conclude(value, key, {DIAGNOSIS: diagnosis.value})


def cause_title(name: str) -> Text:
    """The title of a cause, of `no_fault` or of `unknown`."""
    if name in BY_NAME:
        return BY_NAME[name].title
    return _NO_FAULT if name == NONE else _NOT_SURE
