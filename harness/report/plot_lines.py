"""A quantity over time against its limits, as a picture.

    ┌ this step ┐
────┼───────────┼──── 14.8   limit
    │  ╭──◆──╮  │            the line goes through every extreme; the diamond was judged
────┼──╯─────╰──┼──── 13.5   limit
    26          30  s
"""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from harness.report.course import Course
from harness.report.decimate import Rows, extremes, segments
from harness.report.plot import Mark, Plot, deadline
from harness.report.plot_frame import (
    LEFT,
    RIGHT,
    TOP,
    Frame,
    line,
    number,
    plain,
    rect,
    said,
    ticks,
    wide,
)

_HEIGHT = 112.0
_FEW = 40
"""Up to so many points each of them is marked: one sees how often the quantity was sent."""


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    frame: Frame

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.frame.bottom - min(1.0, max(0.0, share)) * self.frame.height, 1)

    def holds(self, value: float | None) -> bool:
        return value is not None and self.low <= value <= self.high


def draw_lines(plot: Plot) -> Markup:
    """The picture of quantities."""
    frame = Frame(plot.start, plot.end, plot.window, _HEIGHT, plot.window_name)
    scale = _scale(plot, frame)
    zone, limit_names = _zone(plot, scale)
    parts = [*zone, *_value_axis(plot, scale), *deadline(plot, frame)]
    for place, course in enumerate(plot.courses):
        parts += _line(course, place, plot, scale)
    parts += limit_names  # over the lines, which may run where they stand
    parts += [_diamond(mark, scale) for mark in plot.marks]
    if len(plot.courses) > 1:
        parts += _legend(plot)
    return frame.picture(parts)


def _scale(plot: Plot, frame: Frame) -> _Scale:
    """From the lowest to the highest value, and the limits wherever they are not far away."""
    values = [course.value[~np.isnan(course.value)] for course in plot.courses]
    every = np.concatenate([*values, [mark.value for mark in plot.marks]])
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    reach = 3 * max(abs(low), abs(high), high - low)
    for limit in (plot.low, plot.high):
        if limit is not None and max(low - limit, limit - high) <= reach:
            low, high = min(low, limit), max(high, limit)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-6):
        around = abs(high) * 0.05 or 1.0
        low, high = low - around, high + around
    margin = 0.08 * (high - low)
    legend = 0.2 * (high - low) if len(plot.courses) > 1 else 0.0
    return _Scale(low - margin, high + margin + legend, frame)


def _zone(plot: Plot, scale: _Scale) -> tuple[list[str], list[str]]:
    """What is allowed, as far as it lies in the picture, with the limits; and their numbers."""
    if plot.low is None and plot.high is None:
        return [], []
    names: list[str] = []
    top = TOP if plot.high is None else scale.y(plot.high)
    bottom = scale.frame.bottom if plot.low is None else scale.y(plot.low)
    parts = [rect("zone", LEFT, top, RIGHT - LEFT, max(0.0, bottom - top))]
    for limit, sign in ((plot.high, "≤"), (plot.low, "≥")):
        if limit is None:
            continue
        unit = plot.courses[0].unit
        label = f"{sign} {number(limit)} {unit if unit not in (None, '1') else ''}".rstrip()
        if scale.holds(limit):
            y = scale.y(limit)
            parts.append(line("limit", LEFT, y, RIGHT, y))
            above = y - 3 if y - TOP > 14 else y + 12
            names.append(plain("limit-name end", RIGHT - 3, above, label))
        else:
            y, arrow = (TOP + 11, "↑") if limit > scale.high else (scale.frame.bottom - 5, "↓")
            text = f"{label} {arrow}"
            width = wide(text) + 6
            names.append(rect("name-back", RIGHT - 3 - width, y - 10, width + 3, 13))
            names.append(plain("limit-name end", RIGHT - 3, y, text))
    return parts, names


def _value_axis(plot: Plot, scale: _Scale) -> list[str]:
    parts = [line("axis", LEFT, TOP, LEFT, scale.frame.bottom)]
    for value in ticks(scale.low, scale.high, 4):
        y = scale.y(value)
        parts.append(line("grid", LEFT, y, RIGHT, y))
        parts.append(plain("tick end", LEFT - 5, y + 4, number(value)))
    unit = plot.courses[0].unit
    if unit not in (None, "1"):
        parts.append(plain("tick end", LEFT - 5, TOP - 9, unit or ""))
    return parts


def _line(course: Course, place: int, plot: Plot, scale: _Scale) -> list[str]:
    rows = extremes(course.time, course.value, plot.start, plot.end)
    plot.drawn.append(len(rows))
    parts_of = segments(course.time, course.value, course.gap)[rows]
    xs = [scale.frame.x(at) for at in course.time[rows].tolist()]
    ys = [scale.y(value) for value in course.value[rows].tolist()]
    path: list[str] = []
    for at, (x, y) in enumerate(zip(xs, ys, strict=True)):
        new = at == 0 or parts_of[at] != parts_of[at - 1]
        if not new and len(rows) > _FEW and _is_between(at, ys, parts_of):
            continue  # the level line goes through it all the same
        path.append(f"{'M' if new else 'L'}{x:g} {y:g}")
    css = f"course-{min(place, 2)}"
    found = [f'<path class="course {css}" d="{"".join(path)}"/>']
    if len(rows) <= _FEW:
        dots = "".join(f"M{x:g} {y:g}h0" for x, y in zip(xs, ys, strict=True))
        found.append(f'<path class="dots {css}" d="{dots}"/>')
    return found


def _is_between(at: int, ys: list[float], parts_of: Rows) -> bool:
    """Whether a point lies on a level line from the one before it to the one after it."""
    last = at + 1 == len(ys) or parts_of[at + 1] != parts_of[at]
    return not last and ys[at - 1] == ys[at] == ys[at + 1]


def _diamond(mark: Mark, scale: _Scale) -> str:
    x, y = scale.frame.x(mark.at), scale.y(mark.value)
    return (
        f'<path class="marker {mark.verdict.value}" '
        f'd="M{x} {y - 6:g} L{x + 5:g} {y} L{x} {y + 6:g} L{x - 5:g} {y}z"/>'
    )


def _legend(plot: Plot) -> list[str]:
    x, parts = LEFT + 6, []
    for place, label in enumerate(plot.labels):
        parts.append(line(f"course course-{min(place, 2)}", x, TOP + 7, x + 26, TOP + 7))
        parts.append(said("legend", x + 31, TOP + 11, label))
        x += 50 + max(wide(label.zh), wide(label.en))
    return parts
