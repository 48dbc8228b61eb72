"""Into control units with the bench's own key, and out again with a reset."""

from collections.abc import Iterator
from contextlib import suppress

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.registry import CheckContext, Complaint, PointNames, action
from harness.actions.unit_work.common import check_units, refused
from harness.clock import loop_time, sleep_until
from harness.errors import BenchError, DeviceError, HarnessError, NoReplyError
from harness.fields import DurationField
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Quality
from harness.text import Text

LOCKED, OFFLINE = "units_locked", "units_offline"
SESSION = "active_session"
DEFAULT = 1
"""Number of the default session."""
_LOOK_AGAIN = 0.2


def check_work(context: CheckContext) -> Iterator[Complaint]:
    """The units are those of the description, and what has to have passed comes before."""
    yield from check_units(context)
    yield from check_passed(context)


@action("diag.begin_work", kind="W", writes=True, limit="needed", possible=has_diagnostics,
        check=check_work,
        title=Text("扩展会话与安全访问", "Session and security access"))  # fmt: skip
async def begin_work(
    step: StepContext,
    *,
    units: tuple[str, ...],
    patience: DurationField = 12.0,
    if_passed: Passed = (),
) -> None:
    """Bring units into the extended session and unlock them with the bench's own key.

    Judged are, unit by unit, how many keys were refused (the step's limit), and which units stayed
    locked. A wrong key is tried once more and no third time. A unit that gives no seed because a
    time has to pass is asked again for `patience`. Seeds are on record, keys are not. Without the
    steps of `if_passed` nothing is sent and the step is not run.
    """
    require_passed(step, if_passed)
    work = step.vehicle.control_units.work
    locked: list[str] = []
    why: list[str] = []
    for unit in units:
        try:
            await work.begin(unit, step.deadline)
            access = await work.unlock(unit, step.deadline, patience=patience)
        except (BenchError, DeviceError) as error:
            step.measured(refused(step, f"{unit}.security_access", error))
            locked.append(unit)
            why.append(error.detail)
            continue
        step.judge(
            Measurement(f"{unit}.failed_attempts", access.failed, "1", source=step.role,
                        at=step.clock.elapsed(), note=access.why)
        )  # fmt: skip
        if access.waited >= _LOOK_AGAIN:
            step.measured(
                Measurement(f"{unit}.access_delay", access.waited, "s", source=step.role,
                            at=step.clock.elapsed())
            )  # fmt: skip
        if not access.open:
            locked.append(unit)
            why.append(access.why)
    step.judge(said(step, LOCKED, locked, "; ".join(why)), Clear())


@action("diag.end_work", kind="W", writes=True, limit="none", possible=has_diagnostics,
        check=check_work, title=Text("复位并退出会话", "Reset and leave the session"))  # fmt: skip
async def end_work(
    step: StepContext,
    *,
    units: tuple[str, ...],
    points: PointNames,
    within: DurationField = 5.0,
    if_passed: Passed = (),
) -> None:
    """Reset units one after the other, and expect each on line again in its default session.

    `points` are signals that the units send: they have to come again, too. Whatever does not
    within the time is named. Without the steps of `if_passed` nothing is sent and the step is not
    run.
    """
    require_passed(step, if_passed)
    work, vehicle = step.vehicle.control_units.work, step.vehicle
    offline: list[str] = []
    for unit in units:
        try:
            await work.reset(unit, step.deadline)
            back = await _back(step, unit, within)
        except (BenchError, DeviceError) as error:
            step.measured(refused(step, f"{unit}.reset", error))
            offline.append(unit)
            with suppress(HarnessError):  # the finding stands; without a reset the session ends so
                await step.vehicle.control_units.enter_session(unit, DEFAULT, step.deadline)
            continue
        if not back:
            offline.append(unit)
            continue
        reading = await step.read_one(f"{unit}.{SESSION}")
        step.judge(reading, Equals("default"))
    until = min(step.deadline.at, loop_time() + within)
    for point in points:
        if vehicle.profile.points[point].message.partition("_")[0].lower() in offline:
            continue
        while True:
            heard = (await vehicle.read([point], step.deadline))[point]
            if heard.quality is Quality.GOOD or loop_time() + _LOOK_AGAIN >= until:
                break
            await sleep_until(loop_time() + _LOOK_AGAIN)
        step.measured(heard)
        if heard.quality is not Quality.GOOD:
            offline.append(point)
    step.judge(said(step, OFFLINE, offline), Clear())


async def _back(step: StepContext, unit: str, within: float) -> bool:
    """Whether a unit answers again in time."""
    until = min(step.deadline.at, loop_time() + within)
    while loop_time() + _LOOK_AGAIN < until:
        await sleep_until(loop_time() + _LOOK_AGAIN)
        try:
            if await step.vehicle.answers(unit, step.deadline):
                return True
        except NoReplyError:
            step.vehicle.require_alive()
    return False
