"""Keeps a served world moving when nobody asks for anything."""

import asyncio

from simulators.world import World

_SHORTEST = 1e-6
"""A wait shorter than the clock's own step would not move it."""


class Pump:
    """A task that advances the world at its next event, so that it happens on time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start, unless it runs already."""
        if self._task is None:
            self._world.scheduler.wake = self._wake.set
            self._task = asyncio.get_running_loop().create_task(self._run(), name="world pump")

    async def stop(self) -> None:
        """End the task. Raises what it died of, if it did."""
        task, self._task = self._task, None
        self._world.scheduler.wake = None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            at = self._world.next_event()
            if at is None:
                await self._wake.wait()
                continue
            wait = at - self._world.now()
            if wait > 0:
                try:
                    async with asyncio.timeout(max(wait, _SHORTEST)):
                        await self._wake.wait()
                    continue
                except TimeoutError:
                    pass
            self._world.advance()
