"""The plots of a step as the report's template asks for them."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from harness.engine import wording
from harness.events import Measured
from harness.quantity import Value
from harness.report.brake_figures import brake_figures
from harness.report.markup import both
from harness.report.plot_caption import caption
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
from harness.report.plot_earlier import Earlier, earlier_of, moment_of, wanted_of
from harness.report.view import At, Attempt, RunView, Step
from harness.text import Language, Text

if TYPE_CHECKING:
    from harness.report.course import Course
    from harness.report.courses import Courses

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
        self._shown: dict[Hashable, Step] = {}
        """Pictures of samples, and the step that has shown them first."""

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
        forces = brake_figures(self._view.record, step, attempt)
        if forces:
            return Figures(forces, is_open=True)
        steps = self._view.procedures[step.procedure].steps
        earlier = earlier_of(steps, attempt) if self.courses is not None else None
        found: list[_Found] = []
        missing: dict[str, Figure] = {}
        every = self._chooser.choose(attempt)
        if earlier is not None:
            every = wanted_of(attempt, self._knows) or every
        for wanted in every:
            one = self._find(wanted, attempt, earlier, must=opened or earlier is not None)
            if isinstance(one, Text):
                missing.setdefault(one.en, Figure(one, Markup(""), both(one)))
            elif one is not None:
                found.append(one)
        found = _bands_together(found)
        room = min(MOST, self._room)
        self._room -= min(room, len(found))
        shown = [self._once(one, step, opened) for one in found[:room]]
        shown += missing.values() if opened else ()
        return Figures(shown, opened or earlier is not None, max(0, len(found) - room))

    def _find(
        self, wanted: Wanted, attempt: Attempt, earlier: Earlier | None, *, must: bool
    ) -> "_Found | Text | None":
        """What to draw, or why nothing; None where there is nothing to see.

        `must`: a course that stands still is shown, too.
        """
        courses = self._courses_of(wanted, attempt)
        if isinstance(courses, Text):
            return courses
        begin, end = attempt.start, self._view.seconds if attempt.end is None else attempt.end
        if earlier is not None:
            begin, end = earlier.window
        beside = min(_AT_MOST, max(_AT_LEAST, _BESIDE * (end - begin)))
        start, last = max(0.0, begin - beside), end + beside
        if wanted.deadline is not None and wanted.deadline < end + _AT_MOST:
            last = max(last, wanted.deadline + 0.1 * beside)
        last = min(last, self._view.seconds)
        cut = [course.between(start, last) for course in courses]
        cut = [course for course in cut if len(course.time)]
        if not cut:
            file, signal = courses[0].file, courses[0].signal
            return Text(
                f"{file}：本步骤期间没有收到 {signal}，无法画出曲线。",
                f"{file}: {signal} did not come during this step, so there is no plot.",
            )
        if not must and all(_stands_still(course) for course in cut):
            return None
        return _Found([wanted] * len(cut), cut, (start, last), (begin, end), earlier)

    def _once(self, found: "_Found", step: Step, opened: bool) -> Figure:
        """The picture; of samples that several steps judged alike, who has shown it before."""
        if found.earlier is None:
            return self._drawn(found)
        for key in found.keys:
            self._shown.setdefault(key, step)
        before = self._shown[found.keys[0]]
        if before is step or opened:
            return self._drawn(found)
        where = Markup('<a href="#{}">{} · {}</a>').format(
            before.anchor, before.number, both(before.title)
        )
        title = self._title(found)
        said = Text(f"{title.zh}：曲线见步骤 ", f"{title.en}: plotted at step ")
        return Figure(title, Markup(""), both(said) + where)

    def _title(self, found: "_Found") -> Text:
        names = [
            self._name(course.name, one.source)
            for course, one in zip(found.courses, found.wanted, strict=True)
        ]
        return Text("、".join(one.zh for one in names), ", ".join(one.en for one in names))

    def _drawn(self, found: "_Found") -> Figure:
        # Late: they need numpy.
        from harness.report.plot import Mark, Plot  # noqa: PLC0415
        from harness.report.plot_bands import draw_bands  # noqa: PLC0415
        from harness.report.plot_lines import draw_lines  # noqa: PLC0415

        wanted, cut = found.wanted[0], found.courses
        labels = [
            self._name(course.name, one.source)
            for course, one in zip(cut, found.wanted, strict=True)
        ]
        unit = cut[0].unit
        marks = [
            Mark(moment, number, at.event.judgement.verdict)
            for at in wanted.judged
            if (number := value_in(unit, at.event.measurement)) is not None
            and (moment := found.moment(at.event.measurement.at, number)) is not None
        ]
        low, high = limits_in(unit, wanted)
        plot = Plot(
            cut, labels, *found.axis, found.window, low, high, marks, wanted.deadline,
            [allowed_in(one) for one in found.wanted],
        )  # fmt: skip
        if found.earlier is not None:
            plot = replace(plot, window_name=found.earlier.name)
        picture = draw_bands(plot, _say_state) if plot.is_states else draw_lines(plot)
        title = self._title(found)
        return Figure(
            title, picture, caption(cut, plot.drawn, states=plot.is_states, of=found.earlier)
        )

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
            from harness.report.course import difference  # noqa: PLC0415 - vehicles only

            return [difference(*courses)]
        return courses

    def _polled(self, wanted: Wanted, attempt: Attempt) -> "Course":
        from harness.report.course import of_readings  # noqa: PLC0415 - needs numpy

        readings = readings_of(wanted.names[0], wanted.source, self._every_reading)
        units = [one.unit for one in readings if one.unit]
        rows = [(one.at, one.value) for one in readings]
        return of_readings(wanted.names[0], units[0] if units else None, rows)

    @cached_property
    def _every_reading(self) -> list[At[Measured]]:
        return [
            at for step in self._view.steps for attempt in step.attempts for at in attempt.measured
        ]

    def _name(self, name: str, source: str) -> Text:
        return Text(wording.point(name, "zh", source), wording.point(name, "en", source))


@dataclass(frozen=True)
class _Found:
    """Something to draw: the courses, and for each what it was wanted for."""

    wanted: "list[Wanted]"
    courses: "list[Course]"
    axis: tuple[float, float]
    window: tuple[float, float]
    earlier: Earlier | None = None
    """Whose samples these are; None: those of the step itself."""

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """Equal where the pictures are. With a limit or a mark in it, it will also do for those
        that have none.
        """
        same = (tuple(course.name for course in self.courses), self.window)
        held = tuple(
            (limits_in(self.courses[0].unit, one), str(at.event.measurement.value))
            for one in self.wanted
            for at in one.judged
        )
        return ((*same, held), (*same, ())) if held else ((*same, ()),)

    def moment(self, judged_at: float, number: float) -> float | None:
        """Where the mark of a judged number belongs; None: not in this picture."""
        if self.earlier is not None:
            return moment_of(self.courses[0], number, self.window)
        return judged_at if self.axis[0] <= judged_at <= self.axis[1] else None


def _bands_together(every: list[_Found]) -> list[_Found]:
    """States of one step in one picture, below each other."""
    together: list[_Found] = []
    for one in every:
        before = together[-1] if together else None
        if before is not None and _is_plain_band(before) and _is_plain_band(one):
            together[-1] = _Found(
                before.wanted + one.wanted,
                before.courses + one.courses,
                one.axis,
                one.window,
                one.earlier,
            )
        else:
            together.append(one)
    return together


def _is_plain_band(found: _Found) -> bool:
    no_deadline = all(one.deadline is None for one in found.wanted)
    return no_deadline and all(course.states for course in found.courses)


def _stands_still(course: "Course") -> bool:
    """Whether there is nothing to see: one value, never missing, and no hole."""
    first = course.value[0]
    if not bool((course.value == first).all()):
        return False
    gaps = course.time[1:] - course.time[:-1]
    return course.gap is None or not len(gaps) or float(gaps.max()) <= course.gap


def _say_state(state: Value, of: str, language: Language) -> str:
    return wording.value(state, None, language, of)
