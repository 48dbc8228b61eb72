"""Sessions whose vehicle is worked by hand: authorised first, the supply follows S2."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from harness.actions.charging import _arm_watchdog, _can_start, _recording, _set_current
from harness.actions.context import StepContext
from harness.actions.joint_given import (
    Passed,
    check_passed,
    check_timed,
    is_state,
    number_of,
    require_passed,
    within_of,
)
from harness.actions.registry import (
    CheckContext,
    Complaint,
    PointName,
    PointRef,
    StateOf,
    WrittenPoint,
    action,
)
from harness.actions.timing import Look, time_until
from harness.actions.trace_timing import coded_duty
from harness.bench.sequences import perform
from harness.bench.states import expected_of, fits
from harness.clock import loop_time
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Equals
from harness.quantity import Measurement, Quality, Quantity
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.modbus.device import ModbusDevice

Shown = Annotated[dict[str, str | list[str]], PointRef(role="pile"), StateOf()]
_CLOSE_S2 = Text(
    "请闭合车辆模拟器的 S2。枪头将带电。",
    "Close S2 of the vehicle simulator. The plug becomes live.",
)


async def _begin(
    step: StepContext, current: Quantity | None, watchdog: float, unguarded: bool
) -> "ModbusDevice":
    """Arm the watchdog, set the current and send the start, as `pile.start_charging` does."""
    device = step.modbus
    if device.profile.watchdog is None and not unguarded:
        raise NotAvailableError(f"{device.profile.id} has no watchdog")
    if (await step.read_one("charging_state")).value == "charging":
        raise NotAvailableError("the pile is charging already; this run did not start that")
    # From here on the run counts as having started a session, whatever goes wrong next.
    step.bench.guard_session(device, await _arm_watchdog(step, device, watchdog))
    if current is not None:
        await _set_current(step, device, current)
    await perform(
        device,
        "start",
        step.deadline,
        on_write=_recording(step, device),
        before_write=lambda point: step.bench.remember(device, point, step.deadline),
    )
    return device


def _look(step: StepContext, shows: dict[str, str | list[str]]) -> Look:
    async def look() -> tuple[bool, list[Measurement]]:
        readings = await step.device.read(list(shows), step.deadline)
        there = all(is_state(readings[name], wanted) for name, wanted in shows.items())
        return there, [readings[name] for name in shows]

    return look


@action(
    "pile.authorise",
    kind="W",
    energises=True,
    writes=True,
    sequence="start",
    possible=_can_start,
    limit="needed",
    check=check_timed,
    title=Text("授权启动", "Authorise a session"),
)
async def authorise(
    step: StepContext,
    *,
    shows: Shown,
    current: QuantityField | None = None,
    watchdog: DurationField = 5.0,
    unguarded: bool = False,
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Start a session while S2 is open, and judge how long until the pile shows it.

    Mains comes on only once S2 closes, but the run counts as having started a session.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    await _begin(step, current, watchdog, unguarded)
    await time_until(step, "time_to_shown", _look(step, shows), limit, poll=poll)


@action(
    "pile.attempt",
    kind="W",
    energises=True,
    writes=True,
    judges=False,
    sequence="start",
    possible=_can_start,
    limit="none",
    check=check_passed,
    title=Text("尝试启动", "Try to start a session"),
)
async def attempt(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    watchdog: DurationField = 5.0,
    unguarded: bool = False,
    if_passed: Passed = (),
) -> None:
    """Send a start that the pile ought to refuse. What came of it is for later steps to judge."""
    require_passed(step, if_passed)
    await _begin(step, current, watchdog, unguarded)


@action(
    "pile.live_by_hand",
    kind="O",
    energises=True,
    limit="needed",
    check=check_timed,
    title=Text("手动操作后通电", "Live after something done by hand"),
)
async def live_by_hand(
    step: StepContext,
    *,
    shows: Shown,
    does: str,
    ask: TextField,
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Have the person do what puts mains on the plug, and judge how long until the pile shows it.

    Only in a session that this run has started, with the watchdog armed.
    """
    require_passed(step, if_passed)
    if "pile" not in step.bench.energised:
        raise NotAvailableError("this run has started no session that could go on")
    limit = within_of(step)
    await step.do_by_hand(does, ask)
    await time_until(step, "time_to_shown", _look(step, shows), limit, poll=poll)


@action(
    "pile.charge_by_hand",
    kind="W",
    energises=True,
    writes=True,
    sequence="start",
    possible=_can_start,
    limit="needed",
    check=check_timed,
    title=Text("授权后手动闭合 S2 充电", "Authorise, then close S2 by hand"),
)
async def charge_by_hand(
    step: StepContext,
    *,
    shows: Shown,
    current: QuantityField | None = None,
    does: str = "close-s2",
    ask: TextField | None = None,
    watchdog: DurationField = 5.0,
    unguarded: bool = False,
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Start a session, have S2 closed, and judge how long after that the pile shows it."""
    require_passed(step, if_passed)
    limit = within_of(step)
    await _begin(step, current, watchdog, unguarded)
    await step.do_by_hand(does, ask or _CLOSE_S2)
    started = loop_time()
    look = _look(step, shows)
    await time_until(step, "time_to_shown", look, limit, started=started, poll=poll)


def _check_set(context: CheckContext) -> Iterator[Complaint]:
    yield from check_passed(context)
    name = context.parameters["point"]
    profile = context.bench.profiles.get("pile")
    point = profile.points.get(name) if profile is not None else None
    if point is None:
        return
    value = context.parameters["value"]
    if point.energises and point.values:
        what = f"{name} can put mains on the plug"
        yield ("with", "point"), what, "`pile.authorise` or another verb that energises"
    elif isinstance(value, str) and not fits([point], value):
        yield ("with", "value"), f"{name} cannot be {value!r}", expected_of([point])


@action(
    "pile.set",
    kind="W",
    writes=True,
    limit="none",
    check=_check_set,
    title=Text("写入并回读", "Write and read back"),
)
async def set_point(
    step: StepContext,
    *,
    point: WrittenPoint,
    value: QuantityField | str,
    if_passed: Passed = (),
) -> None:
    """Write one setting and judge that it reads back as written. It is put back at the end."""
    require_passed(step, if_passed)
    unit = step.modbus.profile.points[point].unit
    wanted = value if isinstance(value, str) else round(value.to(unit or value.unit), 9)
    read_back = await step.write(point, wanted)
    step.judge(
        read_back
        if read_back is not None
        else Measurement(name=point, value=None, quality=Quality.MISSING, source=step.role),
        Equals(wanted),
    )


@action(
    "pile.limit_follows",
    kind="W",
    writes=True,
    limit="needed",
    check=check_timed,
    title=Text("调低限值，占空比跟随", "The duty follows a lower limit"),
)
async def limit_follows(
    step: StepContext,
    *,
    current: QuantityField,
    point: WrittenPoint = "current_limit",
    shown: PointName = "cp_duty",
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Write a lower current limit, judge that it reads back, and how long until the duty shows it.

    The duty counts as changed when it is within one point of what announces the current (table
    A.2). It is what the pile says; a recording shows what it puts out (`trace.duty`).
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    device = step.modbus
    amperes = current.to("A")
    wanted = coded_duty(amperes)
    sent_at = loop_time()
    written = current.to(device.profile.points[point].unit or "A")
    read_back = await step.write(point, written)
    if read_back is not None:
        step.judge(read_back, Equals(round(written, 9)))

    async def look() -> tuple[bool, list[Measurement]]:
        reading = (await device.read([shown], step.deadline))[shown]
        number = number_of(reading)
        return number is not None and abs(number - wanted) <= 1.0, [reading]

    await time_until(step, "time_to_duty", look, limit, started=sent_at, poll=poll)


@action(
    "pile.flags_set",
    kind="R",
    limit="none",
    check=check_passed,
    title=Text("告警已报出", "Flags are set"),
)
async def flags_set(
    step: StepContext,
    *,
    point: PointName,
    flags: Annotated[list[str], StateOf("point", flags=True)],
    if_passed: Passed = (),
) -> None:
    """Read a flag word and expect these flags in it; others may be set as well."""
    require_passed(step, if_passed)
    word = await step.read_one(point)
    seen = word.value if isinstance(word.value, list) else []
    for flag in flags:
        step.judge(
            Measurement(
                name=f"{point}.{flag}",
                value="set" if flag in seen else "clear",
                quality=word.quality,
                source=word.source,
                at=word.at,
                transactions=word.transactions,
                note=", ".join(seen),
            ),
            Equals("set"),
        )
