"""The one module that knows about time.

Two event loops run the same code. The ordinary loop is for hardware and live simulators. The
virtual-time loop never waits: where it would sleep, it adds the sleep to its own clock, so an
hour of metering takes as long as the work in it. Everything else takes its time from the
running loop, through `Clock` and `Deadline`.

An instant holds the wall time and the loop's monotonic count together: the first is for people,
durations come from the second.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

SIMULATION_EPOCH = datetime(2026, 1, 5, 1, 0, 0, tzinfo=UTC)
"""Wall time at which every virtual-time run starts (a Monday, 09:00 in China)."""

CHINA = timezone(timedelta(hours=8), "UTC+8")
"""The time of the stations. Printed sheets, reports and terminals show it, wherever they run."""


def in_china(recorded: str) -> datetime | None:
    """A recorded moment (ISO 8601 with an offset) in China's time; None when it is none."""
    try:
        moment = datetime.fromisoformat(recorded)
        return None if moment.tzinfo is None else moment.astimezone(CHINA)
    except (ValueError, OverflowError):
        return None


def shown_time(recorded: str) -> str:
    """`2026-01-05 09:00:00 (UTC+8)`, the one form for readers; what is no moment as it stands."""
    moment = in_china(recorded)
    return f"{moment:%Y-%m-%d %H:%M:%S} (UTC+8)" if moment else recorded


def shown_minute(recorded: str) -> str:
    """`2026-01-05 09:00 (UTC+8)`, for tables."""
    moment = in_china(recorded)
    return f"{moment:%Y-%m-%d %H:%M} (UTC+8)" if moment else recorded


class TimeDeadlockError(RuntimeError):
    """Virtual time cannot advance: every task waits and no timer is set."""


class _VirtualSelector(selectors.BaseSelector):
    """Polls the real selector; instead of sleeping, moves the loop's clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self._real = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if not ready:
            if timeout is None:
                raise TimeDeadlockError(
                    "virtual time cannot go on: every task waits for something that no timer ends"
                )
            if timeout > 0:
                self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which nothing waits. Its time starts at 0."""

    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run(main: Callable[[], Coroutine[Any, Any, T]], *, virtual: bool) -> T:
    """Run a coroutine function to its end on the loop of the asked kind."""
    factory = VirtualTimeLoop if virtual else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main())


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment: wall time for people, loop time (seconds) for durations."""

    utc: datetime
    loop_time: float


class Clock:
    """Wall time and elapsed time of one run, both taken from the running loop.

    In virtual time the wall clock starts at `wall`, by default `SIMULATION_EPOCH`; otherwise at the
    real time.
    """

    def __init__(self, *, virtual: bool, wall: datetime | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        wall = (wall or SIMULATION_EPOCH) if virtual else datetime.now(UTC)
        self.virtual = virtual
        self.start = Instant(wall, self._loop.time())

    def now(self) -> Instant:
        loop_time = self._loop.time()
        return Instant(
            self.start.utc + timedelta(seconds=loop_time - self.start.loop_time), loop_time
        )

    def elapsed(self) -> float:
        """Seconds since the start of the record."""
        return self._loop.time() - self.start.loop_time


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the loop's clock that shrinks as it is passed down the call chain."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(asyncio.get_running_loop().time() + seconds)

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - asyncio.get_running_loop().time())

    def passed(self) -> bool:
        return asyncio.get_running_loop().time() >= self.at

    def sooner(self, seconds: float) -> "Deadline":
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(min(self.at, asyncio.get_running_loop().time() + seconds))

    def timeout(self) -> asyncio.Timeout:
        """Context manager that raises TimeoutError at the deadline."""
        return asyncio.timeout_at(self.at)


def loop_time() -> float:
    """The running loop's time in seconds."""
    return asyncio.get_running_loop().time()


async def sleep(seconds: float) -> None:
    """Wait, in the loop's time."""
    await asyncio.sleep(seconds)


async def sleep_until(at: float) -> None:
    """Wait until the loop's time is `at`."""
    await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))


def real_now() -> datetime:
    """The machine's wall time, whatever loop is running. For the seal only."""
    return datetime.now(UTC)


class RealStopwatch:
    """Real seconds spent in a `with` block, whatever loop is running."""

    seconds = 0.0

    def __enter__(self) -> "RealStopwatch":
        self._start = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.perf_counter() - self._start
