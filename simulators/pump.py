"""Keeps a served world moving when nobody asks for anything."""

import asyncio
from collections.abc import Callable

from simulators.world import World

_SHORTEST = 1e-6
"""A wait shorter than the clock's own step would not move it."""


class Pump:
    """Advances the world at its next event, so that it happens on time.

    With a `stride` (seconds) it does so at most once in that time: what happens carries its own
    exact time, and a car sends more frames than the loop should wake up for. Whoever reads the
    world advances it first, so nothing is ever seen late.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.stride = 0.0
        self.on_failure: Callable[[Exception], None] = lambda _error: None
        """Told once what the world died of; from then on nothing moves any more."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._last = 0.0
        self._at_work = False
        self._error: Exception | None = None

    def start(self) -> None:
        """Start, unless it runs already."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._last = self._loop.time() - self.stride
            self._world.scheduler.wake = self._wake
            self._plan()

    async def stop(self) -> None:
        """End. Raises what it died of, if it did."""
        self._world.scheduler.wake = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._loop = None
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _wake(self) -> None:
        """Something is planned that comes before everything else."""
        if not self._at_work and self._error is None:
            self._plan()

    def _plan(self) -> None:
        loop, at = self._loop, self._world.next_event()
        if loop is None or at is None:
            return
        now = loop.time()
        due = max(now + max(at - self._world.now(), _SHORTEST), self._last + self.stride)
        if self._timer is not None:
            if self._due <= due:
                return
            self._timer.cancel()
        self._due = due
        self._timer = loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        assert self._loop is not None
        self._last = self._loop.time()
        self._at_work = True
        try:
            self._world.advance()
        except Exception as error:  # noqa: BLE001 - raised by `stop`; a dead world moves no more
            self._error = error
            self.on_failure(error)
            return
        finally:
            self._at_work = False
        self._plan()
