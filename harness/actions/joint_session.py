"""Starting and stopping a charge at the pile while the vehicle is watched as well."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.charging import _set_current, arm_watchdog, can_start, can_stop, recording
from harness.actions.context import StepContext
from harness.actions.joint_given import (
    Passed,
    check_timed,
    earlier,
    require_passed,
    require_run,
    within_of,
)
from harness.actions.joint_pair import Pair, PileStates, VehicleStates
from harness.actions.registry import CheckContext, Complaint, action
from harness.bench.sequences import perform
from harness.clock import loop_time
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Within
from harness.text import Text

_CHARGING = "charging"


def _check_shown(context: CheckContext) -> Iterator[Complaint]:
    yield from check_timed(context)
    begun_by = context.parameters["begun_by"]
    if begun_by is not None:
        yield from earlier(context, (begun_by,), "begun_by")


@action(
    "bench.both_show",
    kind="R",
    limit="needed",
    check=_check_shown,
    title=Text("双侧状态", "Both sides show a state"),
)
async def both_show(
    step: StepContext,
    *,
    pile: PileStates,
    vehicle: VehicleStates,
    poll: DurationField = 0.05,
    does: str | None = None,
    ask: TextField | None = None,
    begun_by: Annotated[
        str | None, Field(description="Earlier step that set it going; neither showed it before")
    ] = None,
    if_passed: Passed = (),
) -> None:
    """Wait until both sides show their states, and judge how far apart they are in time.

    Polled on both sides: what passed between two looks is uncertainty. A side that shows its state
    before anything was done makes it inconclusive; one that never does makes it a failure, and is
    named. Where an earlier step set it going, as a relay does that puts a fault in, a side that
    shows its state at once may have come to it at any moment since that step began.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    not_before = None
    if begun_by is not None:
        require_run(step, (begun_by,))
        not_before = step.clock.start.loop_time + step.memory.begun[begun_by]
    pair = Pair(step, pile, vehicle, not_before=not_before)
    await pair.look()
    acting = asyncio.create_task(step.do_by_hand(does, ask))
    confirmed: float | None = None

    def begun() -> float | None:
        nonlocal confirmed
        if confirmed is None and acting.done():
            acting.result()  # a refusal or a wish to stop ends the step here
            confirmed = loop_time()
        return confirmed

    try:
        await pair.watch(begun, limit, poll)
    finally:
        if not acting.done():
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)
    pair.judge(confirmed if confirmed is not None else loop_time())


@action(
    "bench.charges_again",
    kind="O",
    energises=True,
    limit="needed",
    check=check_timed,
    title=Text("恢复充电", "Charging goes on again"),
)
async def charges_again(
    step: StepContext,
    *,
    pile: PileStates,
    vehicle: VehicleStates,
    does: str,
    ask: TextField,
    poll: DurationField = 0.05,
    if_passed: Passed = (),
) -> None:
    """Have the person let the charge go on, and judge as `bench.both_show` does.

    Mains comes back to the plug without a command to the pile. So the session must be one that
    this run has started, with the watchdog armed.
    """
    require_passed(step, if_passed)
    if "pile" not in step.bench.energised:
        raise NotAvailableError("this run has started no session that could go on")
    await both_show(step, pile=pile, vehicle=vehicle, poll=poll, does=does, ask=ask)


@action(
    "pile.start_together",
    kind="W",
    energises=True,
    writes=True,
    sequence="start",
    possible=can_start,
    limit="needed",
    check=check_timed,
    title=Text("启动充电并核对双侧", "Start charging, both sides watched"),
)
async def start_together(
    step: StepContext,
    *,
    pile: PileStates,
    vehicle: VehicleStates,
    current: QuantityField | None = None,
    watchdog: DurationField = 5.0,
    unguarded: bool = False,
    poll: DurationField = 0.05,
    does: str | None = None,
    ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """Start as `pile.start_charging` does, and judge how far apart both sides report it.

    The watchdog is armed (at most `watchdog` long, falling back to no current) and read back before
    anything else is written; without it nothing is energised.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    device = step.modbus
    await step.do_by_hand(does, ask)
    if device.profile.watchdog is None and not unguarded:
        raise NotAvailableError(f"{device.profile.id} has no watchdog")
    if (await step.read_one("charging_state", role="pile")).value == _CHARGING:
        raise NotAvailableError("the pile is charging already; this run did not start that")
    pair = Pair(step, pile, vehicle)
    await pair.look()
    # From here on the run counts as having started a session, whatever goes wrong next.
    step.bench.guard_session(device, await arm_watchdog(step, device, watchdog))
    if current is not None:
        await _set_current(step, device, current)
    await _command(step, "start")
    await _until_both(step, pair, limit, poll)


@action(
    "pile.stop_together",
    kind="W",
    writes=True,
    sequence="stop",
    possible=can_stop,
    limit="needed",
    check=check_timed,
    title=Text("停止充电并核对双侧", "Stop charging, both sides watched"),
)
async def stop_together(
    step: StepContext,
    *,
    pile: PileStates,
    vehicle: VehicleStates,
    poll: DurationField = 0.05,
    if_passed: Passed = (),
) -> None:
    """Stop at the pile, and judge how far apart both sides show that it has ended.

    When the pile does not charge there is nothing to stop, and the step is not run.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    safe_state = step.modbus.profile.safe_state
    if safe_state is None:
        raise NotAvailableError(f"{step.modbus.profile.id} does not say how charging is stopped")
    shown = await step.read_one("charging_state", role="pile")
    if shown.value != _CHARGING:
        raise NotAvailableError(f"there is nothing to stop: charging_state is {shown.value}")
    pair = Pair(step, pile, vehicle)
    await pair.look()
    await _command(step, safe_state.sequence)
    await _until_both(step, pair, limit, poll)


async def _command(step: StepContext, sequence: str) -> None:
    device = step.modbus
    await perform(
        device,
        sequence,
        step.deadline,
        on_write=recording(step, device),
        before_write=lambda point: step.bench.remember(device, point, step.deadline),
    )


async def _until_both(step: StepContext, pair: Pair, limit: Within, poll: float) -> None:
    """Watch both sides from now on, and judge."""
    commanded = loop_time()
    await pair.watch(lambda: commanded, limit, poll)
    pair.judge(commanded)
