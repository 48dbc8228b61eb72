"""Charging to the floor of the task: by a person at the outlet's own pile, watched on the bus."""

from dataclasses import dataclass

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.joint_given import number_of
from harness.actions.measured_end import check_end, measured_at_end
from harness.actions.registry import PointName, action
from harness.clock import loop_time, sleep_until
from harness.devices.vehicle.begun import CHARGE
from harness.errors import HarnessError, NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import OneOf
from harness.quantity import Measurement
from harness.text import Text

REACHED, SHORT, NOTHING = "reached", "not_reached", "already_above"


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long is charged at most, how long without a rise, and how often is looked (s)."""

    most: float
    no_rise: float
    poll: float


@action("vehicle.charge_to_floor", kind="W", energises=True, limit="none",
        possible=measured_at_end(CHARGE), check=check_end,
        title=Text("补能到任务电量", "Charge to the floor of the task"))  # fmt: skip
async def charge_to_floor(
    step: StepContext,
    *,
    soc: PointName,
    does: str,
    ask: TextField,
    undo: str,
    undo_ask: TextField,
    no_longer_than: DurationField = 14400.0,
    no_rise_for: DurationField = 120.0,
    poll: DurationField = 5.0,
) -> None:
    """Have the person charge until the task's state of charge is reached; the bus says when.

    With enough in the battery nothing is done. Charging is given up when the state of charge has
    not risen for `no_rise_for`. Whatever comes of it, the person ends the session and unplugs; at
    the end of the run it is measured that the charge has ended.
    """
    floor = step.bench.preparation.soc_floor
    first = number_of(await step.read_one(soc))
    if first is None:
        raise NotAvailableError("the state of charge could not be read")
    if first >= floor:
        step.judge(said(step, "charge_to_floor", NOTHING), _both())
        return
    patience = _Patience(no_longer_than, no_rise_for, poll)
    with step.vehicle.begun.going_on(CHARGE):
        await step.do_by_hand(does, ask)
        started = loop_time()
        try:
            last = await _watch(step, soc, floor, first, patience)
        except HarnessError:
            await step.do_by_hand(undo, undo_ask)
            raise
        await step.do_by_hand(undo, undo_ask)
    step.measured(
        Measurement("charging_time", round(loop_time() - started, 1), "s", poll, source=step.role,
                    at=step.clock.elapsed())
    )  # fmt: skip
    note = f"from {first:g} % to {last:g} %, floor {floor:g} %"
    step.judge(said(step, "charge_to_floor", REACHED if last >= floor else SHORT, note), _both())


def _both() -> OneOf:
    return OneOf([REACHED, NOTHING])


async def _watch(
    step: StepContext, soc: str, floor: float, first: float, patience: _Patience
) -> float:
    """The last state of charge that was read."""
    last, rose = first, loop_time()
    until = min(step.deadline.at, loop_time() + patience.most)
    while last < floor and loop_time() < until and loop_time() - rose < patience.no_rise:
        await sleep_until(loop_time() + patience.poll)
        now = number_of((await step.device.read([soc], step.deadline))[soc])
        if now is not None and now > last:
            last, rose = now, loop_time()
    return last
