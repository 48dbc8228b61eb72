"""Keeping the devices' watchdogs fed while something may be energised, and only while we live."""

import asyncio
from contextlib import suppress

from harness.clock import Deadline, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.errors import HarnessError

_OFTEN = 3
"""Requests per watchdog period, so that two lost ones do not trip it."""


class WatchdogFeeder:
    """One task that does for every guarded device what its watchdog wants, often enough.

    That is a small read, or a write of what the profile names: a token, or once more the value
    that this run has written there.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._every: dict[str, float] = {}
        self._devices: dict[str, ModbusDevice] = {}
        self._turns: dict[str, int] = {}

    def feed(self, device: ModbusDevice, timeout: float) -> None:
        """From now on, feed this device's watchdog, which trips after `timeout` seconds."""
        guard = device.profile.watchdog
        if guard is None:
            return
        self._devices[device.role] = device
        self._every[device.role] = min(guard.feed_every, timeout / _OFTEN)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="watchdog feeder")

    async def stop(self) -> None:
        """Feed no more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            pause = min(self._every.values())
            await sleep(pause)
            for device in list(self._devices.values()):
                # A failed attempt is in the Modbus record; the step at hand will meet it itself.
                with suppress(HarnessError):
                    await self._feed_once(device, Deadline.after(pause))

    async def _feed_once(self, device: ModbusDevice, deadline: Deadline) -> None:
        guard = device.profile.watchdog
        if guard is None or guard.point is None:
            proof = device.profile.safe_state.proof if device.profile.safe_state else ()
            name = proof[0].point if proof else next(iter(device.profile.points))
            await device.read([name], deadline, attempts=1)
            return
        if guard.tokens:
            turn = self._turns.get(device.role, 0)
            self._turns[device.role] = turn + 1
            await device.write(guard.point, guard.tokens[turn % len(guard.tokens)], deadline)
        elif guard.point in device.written:
            await device.write(guard.point, device.written[guard.point], deadline)
