"""Trying what a pile does when asked: another current limit, the emergency stop."""

from harness.actions.context import StepContext
from harness.actions.pile_fault import readings as words
from harness.actions.pile_fault.model import OK
from harness.actions.pile_fault.record import RESETS, gathered, note_findings, require_link
from harness.actions.registry import action
from harness.clock import loop_time, sleep_until
from harness.devices.modbus.device import ModbusDevice
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.quantity import Measurement
from harness.text import Text

_FOLLOWS_WITHIN = 10.0
"""Seconds from a new limit to the new duty (GB/T 18487.1-2023, table A.7, seq. 6)."""
_WATCH_LIMIT = 18.0
_TRIED = (10.0, 16.0)
"""Limits (A) to try: the first that is another than the present one."""
_POLL = 0.5
_REACTS_WITHIN = 2.0


async def try_limit(step: StepContext, device: ModbusDevice) -> None:
    """While charging: does the pile announce another limit within 10 s? The old one is put back."""
    point = device.profile.points.get("current_limit")
    if point is None or not point.writable or not device.has("signaled_current"):
        return
    before = words.number(await step.read(["current_limit"]), "current_limit", "A")
    if before is None:
        return
    tried = next(one for one in _TRIED if one != before)
    await step.write("current_limit", tried)
    started, took, amperes = loop_time(), None, None
    while took is None and loop_time() - started < _WATCH_LIMIT:
        said = await device.read(["signaled_current"], step.deadline)
        amperes = words.number(said, "signaled_current", "A")
        if amperes is not None and amperes <= tried + 0.1:
            took = loop_time() - started
        else:
            await sleep_until(min(step.deadline.at, loop_time() + _POLL))
    await step.write("current_limit", before)
    word = OK
    if took is None:
        other = amperes is not None and amperes < before - 0.1
        word = "another" if other else "ignored"
    elif took > _FOLLOWS_WITHIN:
        word = "late"
    note_findings(step, {"rep.limit": word})


@action(
    "pile.try_emergency_stop",
    kind="R",
    judges=False,
    limit="none",
    title=Text("试急停", "Try the emergency stop"),
)
async def try_emergency_stop(
    step: StepContext,
    *,
    press: TextField,
    release: TextField,
    reset: TextField,
    holds: DurationField = 2.0,
) -> None:
    """Press, release and reset the emergency stop of an idle pile; what it does is a finding.

    A pile that shows a fault, or an emergency stop, already is left alone: nothing could be
    concluded.
    """
    require_link(step)
    found, _ = gathered(step)
    if any(found.get(key, OK) != OK for key in ("rest.state", "rest.estop", "live")):
        raise NotAvailableError("the pile is not idle: nothing could be concluded")
    device = step.modbus
    if not await _becomes(step, device, "idle"):
        raise NotAvailableError("the pile is not idle: nothing could be concluded")
    await step.do_by_hand("press-emergency-stop", press)
    pressed = await _becomes(step, device, "fault")
    await step.do_by_hand("release-emergency-stop", release)
    await sleep_until(min(step.deadline.at, loop_time() + holds))
    latched = await _is(step, device, "fault")
    await step.do_by_hand("reset-emergency-stop", reset)
    step.measured(Measurement(RESETS, 1, "1", source=step.role, at=step.clock.elapsed()))
    cleared = await _becomes(step, device, "idle")
    word = OK
    if not pressed:
        word = "no reaction"
    elif not latched:
        word = "resets itself"
    elif not cleared:
        word = "no reset"
    note_findings(step, {"rep.estop": word})


async def _is(step: StepContext, device: ModbusDevice, state: str) -> bool:
    found = await device.read(["charging_state"], step.deadline)
    return words.state(found, "charging_state") == state


async def _becomes(step: StepContext, device: ModbusDevice, state: str) -> bool:
    end = loop_time() + _REACTS_WITHIN
    while not await _is(step, device, state):
        if loop_time() >= end:
            return False
        await sleep_until(loop_time() + 0.1)
    return True
