"""Unplugging a pile that this run made live: only where it is shown that charging has stopped."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from harness.actions.charging import recording
from harness.actions.context import StepContext
from harness.bench.safety import SafetyOfDevice, time_needed
from harness.bench.sequences import holds
from harness.clock import Deadline
from harness.devices.modbus.device import ModbusDevice
from harness.errors import (
    BenchError,
    DeviceError,
    EvidenceError,
    HarnessError,
    NotAvailableError,
)
from harness.text import Text

FEEDER_OFF = "feeder-off"
_LIVE = Text(
    "先断开馈线并确认指示熄灭；未确认已停止充电，不要拔枪。断开后确认。",
    "Switch the feeder off first and see the lamps go out. It is not shown that charging has "
    "stopped: do not unplug. Confirm when it is off.",
)
_DEAD_FIRST = Text(
    "未确认已停止充电：先断开馈线，再拔枪放回枪座，然后合上馈线，完成后确认。",
    "It is not shown that charging has stopped: switch the feeder off first, then unplug and put "
    "the plug back into its holder, switch the feeder on again, and confirm.",
)


@asynccontextmanager
async def while_plugged(
    step: StepContext, device: ModbusDevice, connect: Text, disconnect: Text
) -> AsyncIterator[None]:
    """Have the person plug in, and unplug afterwards.

    `disconnect` may say that charging has stopped: it is asked only when the readings show it.
    When they do not, the feeder comes off first; after an error (the pile may be out of reach)
    nobody is asked to unplug at all. A step that is cancelled asks nobody: the run's end stops
    and measures.
    """
    await step.do_by_hand("connect-vehicle", connect)
    try:
        yield
    except EvidenceError:
        raise
    except HarnessError:
        off = await _stopped(step, device)
        with suppress(NotAvailableError):  # what went wrong first is what the step ends with
            if off:
                await step.do_by_hand("disconnect-vehicle", disconnect)
            else:
                await step.do_by_hand(FEEDER_OFF, _LIVE)
        raise
    ask = disconnect if await _reads_off(step, device) else _DEAD_FIRST
    await step.do_by_hand("disconnect-vehicle", ask)


async def _reads_off(step: StepContext, device: ModbusDevice) -> bool:
    """Whether the readings show it stopped, as they are: the session has ended as it ended."""
    rule = device.profile.safe_state
    if rule is None:
        return False
    try:
        shown, _ = await holds(device, rule.proof, step.deadline)
    except (DeviceError, BenchError):
        return False
    return shown


async def _stopped(step: StepContext, device: ModbusDevice) -> bool:
    """Stop what this run has started, and whether the readings then show it stopped."""
    model = step.bench.model
    ending = SafetyOfDevice(
        device,
        started_here=device.role in step.bench.energised,
        may_stop=model.stop_foreign_session,
        on_write=recording(step, device),
    )
    within = time_needed(device, model.safe_state_within)
    return (await ending.ensure(Deadline.after(within))).safe
