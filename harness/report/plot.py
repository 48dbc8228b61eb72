"""What is to be drawn of a step: courses over time, limits, what was judged."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.quantity import Value
from harness.report.course import Course
from harness.report.plot_frame import RIGHT, THIS_STEP, TOP, Frame, line, said
from harness.text import Text
from harness.verdict import Verdict


@dataclass(frozen=True)
class Mark:
    """A value that was judged."""

    at: float
    value: float
    verdict: Verdict


@dataclass(frozen=True)
class Plot:
    """What is to be drawn. All courses have one unit, or all are states."""

    courses: Sequence[Course]
    """Already cut to the axis, see `Course.between`."""
    labels: Sequence[Text]
    start: float
    end: float
    window: tuple[float, float]
    low: float | None = None
    high: float | None = None
    marks: Sequence[Mark] = ()
    deadline: float | None = None
    """When something had to have happened at the latest."""
    allowed: Sequence[Sequence[Value] | None] = ()
    """Of each course the states that were allowed; None: none was asked for."""
    drawn: list[int] = field(default_factory=list)
    """Filled while drawing: points of each course."""
    window_name: Text = THIS_STEP
    """Whose window it is."""

    @property
    def is_states(self) -> bool:
        return bool(self.courses) and all(course.states for course in self.courses)


def deadline(plot: Plot, frame: Frame) -> list[str]:
    if plot.deadline is None or not frame.start <= plot.deadline <= frame.end:
        return []
    x = frame.x(plot.deadline)
    edge = line("limit", x, TOP - 6, x, frame.bottom)
    step = (frame.x(plot.window[0]) + frame.x(plot.window[1])) / 2
    if abs(x - step) < 75:  # the step's name is there
        return [edge]
    css = "limit-name end" if x > RIGHT - 40 else "limit-name"
    return [edge, said(css, x, TOP - 9, Text("最迟", "at the latest"))]
