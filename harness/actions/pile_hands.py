"""What hands and eyes find out about a pile: looks from outside, measurements that separate causes.

What needs hands at conductors is asked only where the pile is proved dead.
"""

from harness.actions.context import StepContext
from harness.actions.isolation import require_dead
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.pile_fault import readings as words
from harness.actions.pile_fault.checks import AT_THE_PINS, CC, CHECKS, INSPECTED, LAMP, OUTSIDE
from harness.actions.pile_fault.model import OK, UNKNOWN, HandCheck, Power
from harness.actions.pile_fault.record import gathered, note_findings
from harness.actions.pile_fault.rules import next_check
from harness.actions.registry import action
from harness.devices.operator import ABNORMAL, NORMAL, Question, QuestionKind
from harness.errors import NotAvailableError
from harness.over_range import is_over_range
from harness.quantity import Measurement, Quality
from harness.text import Text

_MOST_CHECKS = 12
_LAMP_OF = {
    "charging": "charging",
    "suspended_ev": "charging",
    "suspended_evse": "charging",
    "fault": "fault",
}


@action(
    "operator.look_over",
    kind="I",
    judges=False,
    limit="none",
    title=Text("外观检查", "Look over from outside"),
)
async def look_over(step: StepContext) -> None:
    """Look from outside at what no pile reports: place of the plug, lamp, enclosure, cable."""
    for key in OUTSIDE:
        await _do(step, CHECKS[key])


@action(
    "operator.tell_apart",
    kind="I",
    judges=False,
    limit="none",
    check=check_passed,
    title=Text("分辨原因的测量", "Measure what separates the causes"),
)
async def tell_apart(
    step: StepContext, *, power: Power, device: str = "pile", if_passed: Passed = ()
) -> None:
    """Ask for the hand checks that tell the remaining causes apart, one after the other.

    Each is the one that most of the causes depend on that still agree with everything found. It
    ends when one cause is left or nothing that a hand can do separates the others.

    `power: "on"` asks for looks and for what cannot be measured without power. `power: "off"` asks
    for what needs hands at conductors, and first for what no pile reports of its plug: nothing of
    that is asked unless the pile was switched off and proved dead in this run.
    """
    require_passed(step, if_passed)
    done: set[str] = set()
    if power == "off":
        require_dead(step, device)
        for key in AT_THE_PINS:
            await _do(step, CHECKS[key])
    for _ in range(_MOST_CHECKS):
        found, alarms_read = gathered(step)
        check = next_check(found, alarms_read=alarms_read, power=power)
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
        note=answer.note if is_over_range(answer.note) else "",
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
