"""Taking a device to its safe state, and measuring that it is there.

"Stopped" is a reading, never an acknowledged write. After a run that started a session the stop
is always commanded, even where the readings look safe already: a session that was asked for a
moment ago may still close its contactor. Without one, a device that is found safe is left alone.
What cannot be made safe is said so, loudly, and does not hold up the others.
"""

from harness.bench.sequences import holds, perform
from harness.clock import Deadline, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.errors import HarnessError
from harness.events import SafeState
from harness.quantity import Measurement

_POLL = 0.1


async def make_safe(
    device: ModbusDevice, deadline: Deadline, *, started_here: bool, may_stop: bool
) -> SafeState:
    """Make one device safe before the deadline. Never raises a HarnessError.

    `started_here`: this run may have started a session. With `may_stop` False a session that it
    did not start is only reported.
    """
    profile = device.profile
    if profile.kind == "meter":
        return SafeState(role=device.role, safe=True, how="a meter switches nothing")
    if profile.safe_state is None:
        return SafeState(
            role=device.role,
            safe=False,
            how="unknown",
            detail=f"the profile {profile.id} does not say how the device is made safe",
        )
    readings: list[Measurement] = []
    try:
        async with deadline.timeout():
            safe, readings = await _look(device, deadline)
            if safe and not started_here:
                return SafeState(role=device.role, safe=True, how="found safe", readings=readings)
            if not started_here and not may_stop:
                return SafeState(
                    role=device.role,
                    safe=False,
                    how="left alone",
                    readings=readings,
                    detail="a session that this run did not start, and the bench says to leave it",
                )
            await perform(device, profile.safe_state.sequence, deadline, lambda *_: None)
            safe, readings = await _look(device, deadline)
            while not safe and not deadline.passed():
                await sleep(min(_POLL, deadline.remaining()))
                safe, readings = await _look(device, deadline)
    except HarnessError as error:
        return SafeState(
            role=device.role, safe=False, how="failed", readings=readings, detail=error.detail
        )
    except TimeoutError:
        safe = False
    return SafeState(
        role=device.role,
        safe=safe,
        how=f"sequence {profile.safe_state.sequence!r}",
        readings=readings,
        detail="" if safe else "the readings do not show it safe within the time limit",
    )


async def _look(device: ModbusDevice, deadline: Deadline) -> tuple[bool, list[Measurement]]:
    assert device.profile.safe_state is not None
    return await holds(device, device.profile.safe_state.proof, deadline)
