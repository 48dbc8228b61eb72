"""Protection of a pile by hand instruments: insulation test, discharge, RCD, what the pile logs."""

from collections.abc import Iterator

from msgspec.structs import replace

from harness.actions.context import StepContext
from harness.actions.isolation import LAST_ANSWER, SHOWN, check_unit, require_dead
from harness.actions.joint_given import (
    Passed,
    check_passed,
    check_timed,
    earlier,
    number_of,
    require_passed,
)
from harness.actions.person import reading
from harness.actions.registry import CheckContext, Complaint, PointName, action
from harness.actions.waiting import wait_for
from harness.bench.clock_offset import clock_offset
from harness.bench.isolation import Isolation
from harness.clock import sleep_until
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Equals, Range
from harness.quantity import Measurement, Quality, Quantity, same_dimension
from harness.text import Text

TEST_STARTED = "insulation_test_started"
TEST_DURATION = "insulation_test_duration"
_LEAST = Quantity(3.0, "A")
_GONE = Quantity(0.5, "A")
_STOP_POINTS = ("emergency_stop", "contactor_state")


# Insulation


@action(
    "operator.start_insulation_test",
    kind="O",
    judges=False,
    limit="none",
    check=check_passed,
    title=Text("开始绝缘测试", "Start the insulation test"),
)
async def start_insulation_test(
    step: StepContext, *, ask: TextField, does: str, device: str = "pile", if_passed: Passed = ()
) -> None:
    """Have the person put the test voltage on the terminals, and keep when that was.

    Only where this run has proved them dead. From now on they count as charged, until a reading
    shows that they are not.
    """
    require_passed(step, if_passed)
    isolation = require_dead(step, device)
    isolation.charged = True
    await step.do_by_hand(does, ask)
    now = round(step.clock.elapsed(), 3)
    step.measured(Measurement(TEST_STARTED, now, "s", source="operator", at=step.clock.elapsed()))


def check_instrument(context: CheckContext) -> Iterator[Complaint]:
    """The limit fits the reading; `if_passed` names earlier steps."""
    yield from check_unit(context)
    yield from check_passed(context)


def check_insulation(context: CheckContext) -> Iterator[Complaint]:
    """`started` names an earlier step; the limit fits the reading."""
    yield from check_instrument(context)
    yield from earlier(context, (context.parameters["started"],), "started")


@action(
    "operator.insulation",
    kind="I",
    limit="needed",
    check=check_insulation,
    title=Text("绝缘电阻", "Insulation resistance"),
)
async def insulation(
    step: StepContext,
    *,
    ask: TextField,
    started: str,
    quantity: str,
    instrument: str,
    unit: str = "MΩ",
    for_: DurationField = 60.0,
    if_passed: Passed = (),
) -> None:
    """Have the person read the insulation once the test has lasted long enough.

    `started` is the step that put the voltage on. The harness waits until `for` has passed since
    then and only then asks, so the duration on record is the one that was really kept.
    """
    require_passed(step, if_passed)
    kept = step.memory.measurements.get(started, [])
    begun = next((one for one in reversed(kept) if one.name == TEST_STARTED), None)
    if begun is None or number_of(begun) is None:
        raise NotAvailableError(f"step {started} has not started an insulation test")
    start = float(number_of(begun) or 0.0)
    await sleep_until(step.clock.start.loop_time + start + for_)
    await reading(step, ask=ask, quantity=quantity, unit=unit, instrument=instrument)
    lasted = round(step.clock.elapsed() - start, 3)
    step.measured(
        Measurement(TEST_DURATION, lasted, "s", source="operator", at=step.clock.elapsed())
    )


@action(
    "operator.discharged",
    kind="I",
    limit="needed",
    check=check_instrument,
    title=Text("确认已放电", "Discharge confirmed"),
)
async def discharged(
    step: StepContext,
    *,
    ask: TextField,
    quantity: str,
    instrument: str,
    unit: str = "V",
    device: str = "pile",
    if_passed: Passed = (),
) -> None:
    """A reading that shows that the charge of the insulation test is gone, before anybody touches.

    Until it has passed the terminals count as charged: nothing is switched on, and the end of the
    run says so.
    """
    require_passed(step, if_passed)
    isolation: Isolation = require_dead(step, device)
    await reading(step, ask=ask, quantity=quantity, unit=unit, instrument=instrument)
    isolation.charged = any(verdict not in SHOWN for verdict in step.verdicts)


@action(
    "operator.judge_reading",
    kind="J",
    limit="needed",
    check=lambda context: earlier(context, (context.parameters["reading_of"],), "reading_of"),
    title=Text("按另一要求判定读数", "Hold a reading against another requirement"),
)
async def judge_reading(step: StepContext, *, reading_of: str, quantity: str) -> None:
    """Judge the last reading of an earlier step once more, by this step's own limit."""
    kept = step.memory.measurements.get(reading_of, [])
    found = next((one for one in reversed(kept) if one.name == quantity), None)
    if found is None:
        raise NotAvailableError(f"step {reading_of!r} gave no reading to compare with")
    step.judge(replace(found, at=step.clock.elapsed()))


# RCD


@action(
    "operator.read_label",
    kind="V",
    limit="needed",
    check=check_unit,
    title=Text("抄录铭牌数值", "Read a number off a label"),
)
async def read_label(step: StepContext, *, ask: TextField, quantity: str, unit: str) -> None:
    """Have the person read off a number that is printed somewhere; it has no uncertainty."""
    answer = await step.ask(
        Question(kind="observe", step=step.step, subject=quantity, ask=ask, unit=unit)
    )
    if answer.value is None:
        raise NotAvailableError(f"nobody observed {quantity!r}")
    number = _number(answer.value)
    step.judge(
        Measurement(
            name=quantity,
            value=answer.value if number is None else number,
            unit=unit,
            quality=Quality.GOOD if number is not None else Quality.NOT_A_NUMBER,
            source=answer.by,
            at=step.clock.elapsed(),
            note=answer.note,
        )
    )


def _number(value: object) -> float | None:
    try:
        return None if isinstance(value, bool) else float(str(value))
    except ValueError:
        return None


@action(
    "operator.rcd_reading",
    kind="I",
    limit="needed",
    check=check_instrument,
    title=Text("漏电保护器测量", "Measure the RCD"),
)
async def rcd_reading(
    step: StepContext,
    *,
    ask: TextField,
    quantity: str,
    unit: str,
    instrument: str,
    residual: QuantityField | None = None,
    device: str = "pile",
    if_passed: Passed = (),
) -> None:
    """A reading of an RCD tester. It trips the RCD, so afterwards the pile may be without supply.

    `residual` is the current that the tester is set to; it stands in the record beside the reading.
    """
    require_passed(step, if_passed)
    if device in step.bench.devices:
        # The pile may go out with the reading. Whether it has is seen when it is next asked.
        step.bench.isolated[device] = tripped = Isolation(step.step)
        tripped.silent = True
    if residual is not None:
        step.measured(
            Measurement(
                name=f"{quantity}.residual",
                value=residual.value,
                unit=residual.unit,
                source="operator",
                at=step.clock.elapsed(),
            )
        )
    await reading(step, ask=ask, quantity=quantity, unit=unit, instrument=instrument)


# What the pile remembers


def check_logged(context: CheckContext) -> Iterator[Complaint]:
    """`happened` names an earlier step."""
    yield from earlier(context, (context.parameters["happened"],), "happened")
    yield from check_passed(context)


@action(
    "pile.logged",
    kind="R",
    limit="needed",
    check=check_logged,
    title=Text("告警已记录", "The alarm is in the log"),
)
async def logged(
    step: StepContext,
    *,
    happened: str,
    alarm: int,
    number: PointName = "last_alarm_number",
    time: PointName = "last_alarm_time",
    if_passed: Passed = (),
) -> None:
    """Read the newest entry of the pile's log: the right alarm, at the time when it happened.

    `happened` is the step that watched the pile go silent. The time of the entry is held against
    the moment of the last answer there, by the pile's own clock: its offset is measured and taken
    off. The difference is judged by the step's limit.
    """
    require_passed(step, if_passed)
    kept = step.memory.measurements.get(happened, [])
    seen = next((one for one in reversed(kept) if one.name == LAST_ANSWER), None)
    when = number_of(seen) if seen is not None else None
    if seen is None or when is None:
        raise NotAvailableError(f"step {happened} did not see the {step.role} go silent")
    found = await step.read([number, time])
    step.judge(found[number], Equals(alarm))
    entry = number_of(found[time])
    if entry is None:
        step.judge(replace(found[time], name=f"{time}.error", unit="s"))
        return
    offset = await clock_offset(step.modbus, "clock", step.clock, step.deadline)
    shift = number_of(offset)
    if shift is None:
        step.judge(offset)
        return
    happened_at = step.clock.start.utc.timestamp() + when
    resolution = step.modbus.profile.points[time].resolution or 1.0
    # It went silent somewhere between the last answer and the first silence.
    gap = seen.uncertainty or 0.0
    error = entry + resolution / 2 - shift - happened_at - gap / 2
    spread = (gap / 2) + resolution / 2 + (offset.uncertainty or 0.0)
    step.judge(
        Measurement(
            name=f"{time}.error",
            value=round(error, 3),
            unit="s",
            uncertainty=round(spread, 3),
            source=step.role,
            at=step.clock.elapsed(),
            transactions=found[time].transactions,
        )
    )


# Emergency stop


def check_load(context: CheckContext) -> Iterator[Complaint]:
    """The limit is a time; currents are currents."""
    yield from check_timed(context)
    for name in ("least", "gone"):
        given: Quantity | None = context.parameters[name]
        if given is not None and not same_dimension(given.unit, "A"):
            yield ("with", name), f"{given} is no current", "a quantity in A"


@action(
    "pile.emergency_stop_under_load",
    kind="R",
    limit="needed",
    check=check_load,
    possible=lambda bench, role, _given: (
        ""
        if all(not bench.missing(role, name) for name in (*_STOP_POINTS, "current_l1"))
        else "the profile does not show emergency stop, contactor and current"
    ),
    title=Text("带载急停", "Emergency stop under load"),
)
async def emergency_stop_under_load(
    step: StepContext,
    *,
    does: str,
    ask: TextField,
    least: QuantityField | None = None,
    gone: QuantityField | None = None,
    poll: DurationField = 0.05,
    if_passed: Passed = (),
) -> None:
    """Have the person press the emergency stop while a vehicle charges: contactor open, no current.

    There must be a charge with at least `least` (3 A), or nothing was under load and the step is
    not run. The time runs from the moment when the pile itself reports the button; then the
    current is read once more and has to be below `gone` (0.5 A).
    """
    require_passed(step, if_passed)
    before = await step.read_one("current_l1")
    flows = number_of(before)
    if flows is None or flows < (least or _LEAST).to(before.unit or "A"):
        raise NotAvailableError(
            f"no load: current_l1 is {before.value} {before.unit or ''}".strip()
        )
    await wait_for(
        step,
        point="contactor_state",
        is_="open",
        since={"emergency_stop": "pressed"},
        poll=poll,
        does=does,
        ask=ask,
    )
    after = await step.read_one("current_l1")
    gone = gone or _GONE
    step.judge(after, Range(unit=gone.unit, high=gone.value))
