"""Keeping the devices' watchdogs fed while something may be energised, and only while we live."""

import asyncio
from contextlib import suppress

from harness.clock import Deadline, sleep
from harness.devices.modbus.device import ModbusDevice
from harness.errors import HarnessError

_OFTEN = 3
"""Requests per watchdog period, so that two lost ones do not trip it."""


class WatchdogFeeder:
    """One task that makes a small read on every guarded device, often enough."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._every: dict[str, float] = {}
        self._devices: dict[str, ModbusDevice] = {}

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
                proof = device.profile.safe_state.proof if device.profile.safe_state else ()
                name = proof[0].point if proof else next(iter(device.profile.points))
                # A failed attempt is in the Modbus record; the step at hand will meet it itself.
                with suppress(HarnessError):
                    await device.read([name], Deadline.after(pause), attempts=1)
