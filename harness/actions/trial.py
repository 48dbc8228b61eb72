"""One whole charging session as a trial: starts, runs, ends as ordered, leaves no fault."""

from harness.actions.charging import can_start, start_charging, stop_charging
from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_timed, require_passed
from harness.actions.registry import action
from harness.clock import loop_time, sleep
from harness.fields import DurationField, QuantityField
from harness.limits import Clear, Equals, Range
from harness.quantity import Measurement
from harness.text import Text
from harness.verdict import Verdict

_GOOD = (Verdict.PASS, Verdict.CONDITIONAL_PASS)
_CHARGES = {"charging_state": "charging", "contactor_state": "closed"}
_SETTLES = 2.0
"""Seconds; a pile may say that it charges before its contactor has closed."""
_LEAST_ENERGY = 1.0
"""Wh; whatever the currents, less in a whole session is no charge."""


@action(
    "pile.session",
    kind="W",
    energises=True,
    writes=True,
    sequence="start",
    possible=can_start,
    check=check_timed,
    title=Text("试运行一次", "One trial session"),
)
async def session(
    step: StepContext,
    *,
    current: QuantityField | None = None,
    for_: DurationField = 60.0,
    every: DurationField = 1.0,
    watchdog: DurationField = 10.0,
    unguarded: bool = False,
    if_passed: Passed = (),
) -> None:
    """Charge for a time and judge the whole of it.

    Judged: the time until it charges (by the step's `within` limit), that it charges as long as it
    should, that some energy was counted, the time until it has stopped, and that no fault is left.
    What did not start is not watched; what ended by itself is still stopped.
    """
    require_passed(step, if_passed)
    await start_charging(step, current=current, watchdog=watchdog, unguarded=unguarded)
    if not all(verdict in _GOOD for verdict in step.verdicts):
        return
    for reading, wanted in await _watch(step, for_, every):
        step.judge(reading, Equals(wanted))
    energy = await step.read_one("session_energy") if step.device.has("session_energy") else None
    limit, step.limit = step.limit, None
    try:
        await stop_charging(step)
    finally:
        step.limit = limit
    if energy is not None:
        step.judge(energy, Range(unit="Wh", low=_LEAST_ENERGY))
    if step.device.has("fault_flags"):
        step.judge(await step.read_one("fault_flags"), Clear())


async def _watch(step: StepContext, seconds: float, every: float) -> list[tuple[Measurement, str]]:
    """What shows that it charges, at the end of the time or as soon as it does not; with what it
    should be."""
    wanted = {name: state for name, state in _CHARGES.items() if step.device.has(name)}
    until = loop_time() + seconds
    await sleep(min(_SETTLES, seconds))
    while True:
        readings = await step.device.read(list(wanted), step.deadline)
        stands = all(readings[name].value == state for name, state in wanted.items())
        if not stands or loop_time() >= until:
            for reading in readings.values():
                step.measured(reading)
            return [(readings[name], state) for name, state in wanted.items()]
        await sleep(min(every, max(until - loop_time(), 0.0)))
