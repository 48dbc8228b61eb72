"""Calibration routines: started with a backup only, watched for a time, stopped if need be."""

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import require_passed
from harness.actions.registry import CheckContext, action
from harness.actions.unit_work.common import (
    ACCEPTED,
    check_of_step,
    check_routine,
    refused,
)
from harness.clock import loop_time, sleep_until
from harness.errors import BenchError, DeviceError, HarnessError, NotAvailableError
from harness.fields import DurationField
from harness.limits import Equals, Range
from harness.quantity import Measurement, Quality
from harness.text import Text

RUNNING, PASSED = "running", "passed"
_UNLOCKED = "not unlocked"


@action("diag.start_routine", kind="W", writes=True, limit="none", possible=has_diagnostics,
        check=check_routine, title=Text("启动标定例程", "Start a routine"))  # fmt: skip
async def start_routine(step: StepContext, *, unit: str, routine: str, restores: str) -> None:
    """Start a routine that changes a unit, and expect that the unit accepts.

    `restores` is the identifier that holds what the routine changes. Without a backup of it, or
    while the unit is locked, nothing is sent and the step is not run.
    """
    work = step.vehicle.control_units.work
    _require_unlocked(step, unit)
    name = f"{unit}.{routine}"
    try:
        answered = await work.start(unit, routine, restores, step.deadline)
    except (BenchError, DeviceError) as error:
        step.judge(refused(step, name, error), Equals(ACCEPTED))
        return
    if answered != RUNNING:
        work.ended(unit)
    step.memory.kept[step.step] = (unit, routine, loop_time(), answered)
    step.judge(said(step, name, ACCEPTED, "" if answered is None else str(answered)),
               Equals(ACCEPTED))  # fmt: skip


def _require_unlocked(step: StepContext, unit: str) -> None:
    if not step.vehicle.control_units.work.is_unlocked(unit):
        raise NotAvailableError(f"{unit} is locked: nothing is sent to it")


def check_await(context: CheckContext) -> "list[tuple[tuple[str | int, ...], str, str]]":
    """`of` is an earlier step, and the limit is a span of time."""
    limit = context.limit
    if limit is not None and not (isinstance(limit, Range) and limit.unit in ("s", "ms", "min")):
        context.limit_problem("the time of a routine", "a limit with high, in seconds")
    return list(check_of_step(context))


@action("diag.await_routine", kind="R", limit="needed", possible=has_diagnostics,
        check=check_await, title=Text("等待标定例程结束", "Wait for a routine"))  # fmt: skip
async def await_routine(step: StepContext, *, of: str, poll: DurationField = 0.5) -> None:
    """Ask for the state of a routine until it has ended; judge how, and how long it took.

    One that still runs when the limit's upper end is over is stopped (31 02), and that is the
    finding. The unit is then in a known state: stopped, to be put back from the backup.
    """
    require_passed(step, (of,))
    started = step.memory.kept.get(of)
    assert isinstance(started, tuple)  # a step of `diag.start_routine` that passed
    unit, routine, since, state = started
    limit = step.limit
    assert isinstance(limit, Range)  # `check_await` and `needed` see to it
    work, name = step.vehicle.control_units.work, f"{unit}.{routine}"
    most = since + _seconds(limit)
    while state == RUNNING and loop_time() < min(most, step.deadline.at):
        await sleep_until(loop_time() + poll)
        state = await work.status(unit, routine, step.deadline)
        step.measured(said(step, f"{name}.state", state))
    seconds = round(loop_time() - since, 3)
    if state == RUNNING:
        how = await _stopped(step, unit)
        step.judge(
            Measurement(f"{name}.time", None, "s", quality=Quality.MISSING, source=step.role,
                        at=step.clock.elapsed(), note=f"still running after {seconds:g} s; {how}",
                        at_least=seconds)
        )  # fmt: skip
        return
    work.ended(unit)
    step.judge(said(step, f"{name}.result", state), Equals(PASSED))
    step.judge(
        Measurement(f"{name}.time", seconds, "s", poll, source=step.role,
                    at=step.clock.elapsed())
    )  # fmt: skip


async def _stopped(step: StepContext, unit: str) -> str:
    try:
        await step.vehicle.control_units.work.stop(unit, step.deadline)
    except HarnessError as error:
        step.vehicle.require_alive()
        return f"it could not be stopped: {error.detail}"
    return "stopped"


def _seconds(limit: Range) -> float:
    from harness.quantity import convert  # noqa: PLC0415 - beside its use

    assert limit.high is not None  # a routine without an end is what this looks for
    return convert(limit.high, limit.unit, "s")
