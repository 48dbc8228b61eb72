"""Calibration routines: started with a backup only, watched for a time, stopped if need be."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.registry import CheckContext, Complaint, action
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
from harness.quantity import Measurement, Quality, Value, convert
from harness.text import Text

_TIMES = ("s", "ms", "min")
RUNNING, PASSED = "running", "passed"


@dataclass
class Started:
    """A routine on its way. All that run are asked together, so each has a time of its own."""

    unit: str
    routine: str
    since: float
    """Loop time of the start."""
    state: Value | None
    until: float
    """When it was last seen: running, or with its end."""

    @property
    def name(self) -> str:
        return f"{self.unit}.{self.routine}"

    @property
    def seconds(self) -> float:
        return round(self.until - self.since, 3)


def check_start(context: CheckContext) -> Iterator[Complaint]:
    """The routine is one of that unit, and its conditions are earlier steps."""
    yield from check_routine(context)
    yield from check_passed(context)


@action("diag.start_routine", kind="W", writes=True, limit="none", possible=has_diagnostics,
        check=check_start, title=Text("启动标定例程", "Start a routine"))  # fmt: skip
async def start_routine(
    step: StepContext, *, unit: str, routine: str, restores: str, if_passed: Passed = ()
) -> None:
    """Start a routine that changes a unit, and expect that the unit accepts.

    `restores` is the identifier that holds what the routine changes. Without a backup of it, while
    the unit is locked, or when a condition of `if_passed` is not met, nothing is sent and the step
    is not run.
    """
    require_passed(step, if_passed)
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
    now = loop_time()
    step.memory.kept[step.step] = Started(unit, routine, now, answered, now)
    step.judge(said(step, name, ACCEPTED), Equals(ACCEPTED))


def _require_unlocked(step: StepContext, unit: str) -> None:
    if not step.vehicle.control_units.work.is_unlocked(unit):
        raise NotAvailableError(f"{unit} is locked: nothing is sent to it")


def check_await(context: CheckContext) -> Iterator[Complaint]:
    """`of` is an earlier step, and the limit is a span of time."""
    limit = context.limit
    timed = isinstance(limit, Range) and limit.high is not None and limit.unit in _TIMES
    if limit is not None and not timed:
        context.limit_problem("the time of a routine", "a limit with high, in seconds")
    yield from check_of_step(context)


@action("diag.await_routine", kind="R", limit="needed", possible=has_diagnostics,
        check=check_await, title=Text("等待标定例程结束", "Wait for a routine"))  # fmt: skip
async def await_routine(step: StepContext, *, of: str, poll: DurationField = 0.5) -> None:
    """Ask for the state of a routine until it has ended; judge how, and how long it took.

    One that still runs when the limit's upper end is over is stopped (31 02), and that is the
    finding. The unit is then in a known state: stopped, to be put back from the backup.
    """
    require_passed(step, (of,))
    own = step.memory.kept.get(of)
    assert isinstance(own, Started)  # a step of `diag.start_routine` that passed
    limit = step.limit
    assert isinstance(limit, Range) and limit.high is not None  # `check_await` sees to it
    work = step.vehicle.control_units.work
    most = min(own.since + convert(limit.high, limit.unit, "s"), step.deadline.at)
    while own.state == RUNNING and loop_time() < most:
        await sleep_until(loop_time() + poll)
        await _look(step, own)
    if own.state == RUNNING:
        how = await _stopped(step, own.unit)
        own.state = None
        step.judge(
            Measurement(f"{own.name}.time", None, "s", quality=Quality.MISSING, source=step.role,
                        at=step.clock.elapsed(), at_least=own.seconds,
                        note=f"it ran for {own.seconds:g} s without an end; {how}")
        )  # fmt: skip
        return
    work.ended(own.unit)
    step.judge(said(step, f"{own.name}.result", own.state), Equals(PASSED))
    step.judge(
        Measurement(f"{own.name}.time", own.seconds, "s", poll, source=step.role,
                    at=step.clock.elapsed())
    )  # fmt: skip


async def _look(step: StepContext, own: Started) -> None:
    """Ask for the state of everything that runs, and put it on record.

    Another unit that does not answer is the matter of its own step.
    """
    work = step.vehicle.control_units.work
    for one in step.memory.kept.values():
        if isinstance(one, Started) and one.state == RUNNING:
            try:
                one.state = await work.status(one.unit, one.routine, step.deadline)
            except (BenchError, DeviceError) as error:
                if one is own:
                    raise
                step.measured(refused(step, f"{one.name}.state", error))
                continue
            one.until = loop_time()
            step.measured(said(step, f"{one.name}.state", one.state))


async def _stopped(step: StepContext, unit: str) -> str:
    try:
        await step.vehicle.control_units.work.stop(unit, step.deadline)
    except HarnessError as error:
        step.vehicle.require_alive()
        return f"it could not be stopped: {error.detail}"
    return "stopped"
