"""Every frame of some signals while a command runs, as courses over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.signal_watch import SignalWatch
from harness.clock import Deadline, loop_time
from harness.quantity import Measurement, Value

if TYPE_CHECKING:
    from harness.actions.signal_watch import Signal


@dataclass(slots=True)
class Course:
    """What the usable frames of one point have shown: stamps (loop time) and values."""

    name: str
    unit: str | None
    cycle: float = 0.0
    """Of its message (s)."""
    at: list[float] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    reading: Measurement | None = None
    """The latest one."""

    @property
    def latest(self) -> Value | None:
        return self.values[-1] if self.values else None

    def numbers(self, start: float, end: float = float("inf")) -> list[tuple[float, float]]:
        """Stamps and numbers of the frames between two moments."""
        return [
            (at, float(value))
            for at, value in zip(self.at, self.values, strict=True)
            if start < at <= end and isinstance(value, int | float) and not isinstance(value, bool)
        ]

    def first(self, start: float, wanted: Callable[[Value], bool]) -> float | None:
        """Stamp of the first frame after a moment that shows it."""
        for at, value in zip(self.at, self.values, strict=True):
            if at > start and wanted(value):
                return at
        return None


class Frames:
    """Collects the courses of some points from now on."""

    def __init__(self, step: StepContext, names: Sequence[str]) -> None:
        self._watch = SignalWatch(step, names, self._take)
        self.courses = {
            name: Course(name, signal.point.unit, signal.cycle)
            for name, signal in self._watch.signals.items()
        }
        self.started = loop_time()

    def _take(self, signal: "Signal", reading: Measurement, at: float) -> None:
        # The watch may show what stands already while it is being made.
        courses = getattr(self, "courses", None)
        if courses is None or reading.value is None or not signal.usable(reading):
            return
        course = courses[reading.name]
        course.at.append(at)
        course.values.append(reading.value)
        course.reading = reading

    def course(self, name: str) -> Course:
        return self.courses[name]

    async def until(self, deadline: Deadline, done: Callable[[], bool]) -> None:
        """Wait for a frame that makes it so, or for the deadline. Raises as `SignalWatch.until`."""
        await self._watch.until(deadline, done)

    async def run(self, step: StepContext, seconds: float) -> None:
        """Collect for so long. Raises as `SignalWatch.until`."""
        until = Deadline(min(step.deadline.at, loop_time() + seconds))
        await self._watch.until(until, lambda: False)

    def stop(self) -> None:
        self._watch.stop()
