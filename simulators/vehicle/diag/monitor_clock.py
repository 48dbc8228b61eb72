"""The one thing in diagnostics that ticks: the look at all monitors, a few times per second."""

from collections.abc import Callable, Iterable

from simulators.scheduler import Event, Scheduler
from simulators.vehicle.diag.server import UdsServer

PERIOD = 0.25


class MonitorClock:
    """One event for all units, `period` seconds apart, as long as it runs."""

    def __init__(
        self,
        scheduler: Scheduler,
        servers: Iterable[UdsServer],
        key_on: Callable[[], bool],
        period: float = PERIOD,
    ) -> None:
        self._scheduler = scheduler
        self._servers = tuple(servers)
        self._key_on = key_on
        self._period = period
        self._event: Event | None = None

    def start(self) -> None:
        """Begin, unless it runs already. The first look is at once."""
        if self._event is None:
            self._event = self._scheduler.after(0.0, self._tick)

    def stop(self) -> None:
        if self._event is not None:
            self._event.cancel()
            self._event = None

    def _tick(self) -> None:
        self._event = self._scheduler.after(self._period, self._tick)
        key_on = self._key_on()
        for server in self._servers:
            server.tick(key_on)
