"""The plots of a step as the report's template asks for them."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from harness.engine import wording
from harness.events import Measured
from harness.report.markup import both
from harness.report.plot_choice import (
    MOST,
    Chooser,
    Wanted,
    allowed_in,
    is_open,
    limits_in,
    readings_of,
    value_in,
)
from harness.report.view import At, Attempt, RunView, Step
from harness.text import Text

if TYPE_CHECKING:
    from harness.report.courses import Course, Courses

_BESIDE = 0.3
"""Share of the step's length that is shown before and after it,"""
_AT_LEAST, _AT_MOST = 2.0, 20.0
"""and the bounds of that (s)."""
_MOST_ON_PAGE = 150
"""Plots of a whole page: it has to open smoothly."""


@dataclass(frozen=True)
class Figure:
    """One plot with the line under it; or that line alone, which says why there is no plot."""

    title: Text
    picture: Markup
    caption: Markup


@dataclass(frozen=True)
class Figures:
    """The plots of one attempt."""

    shown: list[Figure]
    is_open: bool
    left_out: int = 0


class PlotPage:
    """The plots of the page."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._room = _MOST_ON_PAGE
        self._chooser = Chooser(self._knows)

    @cached_property
    def courses(self) -> "Courses | None":
        """The recordings; None in a run without a bus, which needs no numpy either."""
        folder = self._view.record.folder
        if folder is None or not self._view.vehicle.buses:
            return None
        from harness.report.courses import Courses  # noqa: PLC0415 - vehicles only

        return Courses(folder, self._view.record.entries)

    def _knows(self, name: str) -> bool:
        return self.courses is not None and self.courses.knows(name)

    def of(self, step: Step, attempt: Attempt) -> Figures:
        """What there is to see of an attempt."""
        opened = is_open(step, attempt)
        shown: list[Figure] = []
        said: set[str] = set()
        left_out = 0
        for wanted in self._chooser.choose(attempt):
            found = self._figure(wanted, attempt, must=opened)
            if found is None or (not found.picture and found.caption in said):
                continue
            if len(shown) >= MOST or self._room <= 0:
                left_out += 1
                continue
            said.add(str(found.caption))
            self._room -= 1
            shown.append(found)
        return Figures(shown, opened, left_out)

    def _figure(self, wanted: Wanted, attempt: Attempt, *, must: bool) -> Figure | None:
        """The plot; None where there is nothing to see. `must`: a course that stands still too."""
        courses = self._courses_of(wanted, attempt)
        title = self._title(wanted)
        if isinstance(courses, Text):
            return Figure(title, Markup(""), both(courses)) if must else None
        end = attempt.end if attempt.end is not None else self._view.seconds
        beside = min(_AT_MOST, max(_AT_LEAST, _BESIDE * (end - attempt.start)))
        start, last = max(0.0, attempt.start - beside), end + beside
        if wanted.deadline is not None and wanted.deadline < end + _AT_MOST:
            last = max(last, wanted.deadline + 0.1 * beside)
        last = min(last, self._view.seconds)
        cut = [course.between(start, last) for course in courses]
        cut = [course for course in cut if len(course.time)]
        if not cut:
            missing = Text(
                f"{courses[0].file}：本步骤期间没有收到 {courses[0].signal}，无法画出曲线。",
                f"{courses[0].file}: {courses[0].signal} did not come during this step, "
                "so there is no plot.",
            )
            return Figure(title, Markup(""), both(missing)) if must else None
        if not must and all(_stands_still(course) for course in cut):
            return None
        return self._drawn(wanted, cut, title, (start, last), (attempt.start, end))

    def _drawn(
        self, wanted: Wanted, cut: "list[Course]", title: Text,
        axis: tuple[float, float], window: tuple[float, float],
    ) -> Figure:  # fmt: skip
        from harness.report.plots import Mark, Plot, draw  # noqa: PLC0415 - needs numpy

        unit = cut[0].unit
        marks = [
            Mark(at.event.measurement.at, number, at.event.judgement.verdict)
            for at in wanted.judged
            if (number := value_in(unit, at.event.measurement)) is not None
            and axis[0] <= at.event.measurement.at <= axis[1]
        ]
        low, high = limits_in(unit, wanted)
        plot = Plot(
            cut, [self._name(course.name, wanted) for course in cut], *axis, window,
            low, high, marks, wanted.deadline, allowed_in(wanted),
        )  # fmt: skip
        picture = draw(plot, lambda state, of, language: wording.value(state, None, language, of))
        return Figure(title, picture, _caption(cut, plot.drawn, states=plot.is_states))

    def _courses_of(self, wanted: Wanted, attempt: Attempt) -> "list[Course] | Text":
        if wanted.is_polled:
            return [self._polled(wanted, attempt)]
        assert self.courses is not None
        found = [self.courses.of(name) for name in wanted.names]
        courses = []
        for one in found:
            if isinstance(one, Text):
                return one
            courses.append(one)
        if wanted.is_difference:
            from harness.report.courses import difference  # noqa: PLC0415 - vehicles only

            return [difference(*courses)]
        return courses

    def _polled(self, wanted: Wanted, attempt: Attempt) -> "Course":
        from harness.report.courses import of_readings  # noqa: PLC0415 - needs numpy

        readings = readings_of(wanted.names[0], wanted.source, self._every_reading)
        units = [one.unit for one in readings if one.unit]
        rows = [(one.at, one.value) for one in readings]
        return of_readings(wanted.names[0], units[0] if units else None, rows)

    @cached_property
    def _every_reading(self) -> list[At[Measured]]:
        return [
            at for step in self._view.steps for attempt in step.attempts for at in attempt.measured
        ]

    def _title(self, wanted: Wanted) -> Text:
        name = " - ".join(wanted.names) if wanted.is_difference else wanted.names[0]
        if wanted.is_difference or len(wanted.names) == 1:
            return self._name(name, wanted)
        every = [self._name(one, wanted) for one in wanted.names]
        return Text("、".join(one.zh for one in every), ", ".join(one.en for one in every))

    def _name(self, name: str, wanted: Wanted) -> Text:
        return Text(
            wording.point(name, "zh", wanted.source), wording.point(name, "en", wanted.source)
        )


def _stands_still(course: "Course") -> bool:
    """Whether there is nothing to see: one value, never missing, and no hole."""
    first = course.value[0]
    if not bool((course.value == first).all()):
        return False
    gaps = course.time[1:] - course.time[:-1]
    return course.gap is None or not len(gaps) or float(gaps.max()) <= course.gap


def _caption(cut: "list[Course]", drawn: list[int], *, states: bool) -> Markup:
    """Where the values come from, how many there are, and how many points are drawn."""
    pieces: list[Markup] = []
    for course, points in zip(cut, drawn, strict=True):
        count = len(course.time)
        if not course.file:
            pieces.append(
                both(
                    f"日志（journal.jsonl）中的 {count} 个读数。",
                    f"{count} readings of the journal (journal.jsonl).",
                )
            )
            continue
        whole = Text(f"{count} 个值全部画出", f"all {count} values drawn")
        if states:
            whole = Text(f"{count} 个值", f"{count} values")
        elif points < count:
            whole = Text(
                f"{count} 个值，按列取最小值和最大值画出 {points} 点",
                f"{count} values, drawn with {points} points: lowest and highest of each column",
            )
        pieces.append(
            Markup("<code>{}</code> <code>{}</code>{}{}{}").format(
                course.file, course.signal, both("：", ": "), both(whole), both("。", ".")
            )
        )
        if course.damaged:
            pieces.append(
                both(
                    "该记录文件已损坏，只画出可读的部分。",
                    "This recording is damaged; only what can be read is drawn.",
                )
            )
    if any(course.file for course in cut):
        pieces.append(both("原始报文全部保留在该文件中。", "The file keeps every frame as it was."))
    return Markup(" ").join(pieces)
