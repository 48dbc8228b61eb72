"""Brake forces of an axle, left and right, over time, with the largest difference marked.

    N │        ╭───── left
      │      ╭╯│
      │    ╭╯  ╪ ΔF = 310 N (9.8 %)       The band between both curves is hatched while the force
      │  ╭╯╭───┴─ right                   builds up: only there does the difference count.
      └────────────────── s

What a difference counts against (the larger wheel force, or the axle load of a weak rear axle) and
the verdict are those of `harness.catalogue.criteria.brake_imbalance`; nothing is judged here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.report.decimate import extremes
from harness.report.plot_frame import (
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    line,
    number,
    plain,
    rect,
    said,
    ticks,
)
from harness.text import Text

_HEIGHT = 190.0
_BOTTOM = TOP + _HEIGHT
_LEFT_NAME, _RIGHT_NAME = Text("左轮", "left"), Text("右轮", "right")

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Imbalance:
    """Where left and right differ most while the force builds up."""

    at: float
    """Seconds."""
    left: float
    right: float
    """Newton."""
    until: float
    """When the sum of both is largest (s): what comes later does not count."""

    @property
    def difference(self) -> float:
        return abs(self.left - self.right)


def largest_difference(
    seconds: Sequence[float], left: Sequence[float], right: Sequence[float]
) -> Imbalance:
    """The largest difference up to the largest sum. Raises UsageError for data without a sense."""
    time, one, two = _checked(seconds, left, right)
    peak = int(np.argmax(one + two))
    at = int(np.argmax(np.abs(one - two)[: peak + 1]))
    return Imbalance(float(time[at]), float(one[at]), float(two[at]), float(time[peak]))


def brake_diagram(
    seconds: Sequence[float],
    left: Sequence[float],
    right: Sequence[float],
    *,
    basis: float | None = None,
    limit: float | None = None,
) -> Markup:
    """The picture of one axle, forces in newton, times in seconds and ascending.

    `basis` (N) is what the difference is divided by, and `limit` (%) how large the ratio may be;
    with both, the ratio and its limit are said beside the mark. Raises UsageError.
    """
    time, one, two = _checked(seconds, left, right)
    found = largest_difference(seconds, left, right)
    scale = _Scale(float(time[0]), float(time[-1]), 1.1 * max(float(one.max()), float(two.max())))
    parts = [*_axes(scale), _band(time, one, two, found, scale)]
    for values, css in ((one, "course-0"), (two, "course-1")):
        rows = extremes(time, values, scale.start, scale.end)
        path = "L".join(
            f"{scale.x(at):g} {scale.y(value):g}"
            for at, value in zip(time[rows].tolist(), values[rows].tolist(), strict=True)
        )
        parts.append(f'<path class="course {css}" d="M{path}"/>')
    parts += _mark(found, scale, basis, limit)
    parts += _legend()
    height = _BOTTOM + 30
    return Markup(  # numbers and our own constants only
        f'<svg class="plot brake" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" role="img" aria-hidden="true">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True)
class _Scale:
    start: float
    end: float
    high: float

    def x(self, at: float) -> float:
        return round(LEFT + (at - self.start) / (self.end - self.start) * (RIGHT - LEFT), 1)

    def y(self, force: float) -> float:
        return round(_BOTTOM - min(1.0, max(0.0, force / self.high)) * _HEIGHT, 1)


def _checked(
    seconds: Sequence[float], left: Sequence[float], right: Sequence[float]
) -> tuple[Numbers, Numbers, Numbers]:
    if not len(seconds) == len(left) == len(right) or len(seconds) < 2:
        counts = f"{len(seconds)} times, {len(left)} left and {len(right)} right forces"
        raise UsageError(f"{counts}; expected as many of each, two or more")
    time, one, two = (np.array(row, np.float64) for row in (seconds, left, right))
    if not all(np.isfinite(row).all() for row in (time, one, two)):
        raise UsageError("a time or force is not finite; expected numbers only")
    if not (np.diff(time) > 0).all():
        raise UsageError("the times do not ascend; expected each later than the one before")
    if max(one.max(), two.max()) <= 0:
        raise UsageError("no wheel brakes; expected a force of more than 0 N")
    return time, one, two


def _axes(scale: _Scale) -> list[str]:
    parts = [line("axis", LEFT, TOP, LEFT, _BOTTOM), line("axis", LEFT, _BOTTOM, RIGHT, _BOTTOM)]
    for force in ticks(0.0, scale.high, 5):
        y = scale.y(force)
        parts.append(line("grid", LEFT, y, RIGHT, y))
        parts.append(plain("tick end", LEFT - 5, y + 4, number(force)))
    for at in ticks(scale.start, scale.end, 8):
        x = scale.x(at)
        parts.append(line("axis", x, _BOTTOM, x, _BOTTOM + 4))
        parts.append(plain("tick", x, _BOTTOM + 15, number(at)))
    parts.append(said("tick end", LEFT - 5, TOP - 8, Text("力 / N", "force / N")))
    parts.append(said("tick end", RIGHT, _BOTTOM + 27, Text("时间 / s", "time / s")))
    return parts


def _band(time: Numbers, one: Numbers, two: Numbers, found: Imbalance, scale: _Scale) -> str:
    """The area between both curves while the force builds up."""
    building = time <= found.until
    at, left, right = time[building], one[building], two[building]
    rows = np.union1d(
        extremes(at, left, scale.start, scale.end), extremes(at, right, scale.start, scale.end)
    )
    there = [f"{scale.x(at[row]):g} {scale.y(left[row]):g}" for row in rows]
    back = [f"{scale.x(at[row]):g} {scale.y(right[row]):g}" for row in rows[::-1]]
    return f'<path class="between" d="M{"L".join(there + back)}z"/>'


def _mark(found: Imbalance, scale: _Scale, basis: float | None, limit: float | None) -> list[str]:
    x, until = scale.x(found.at), scale.x(found.until)
    high, low = scale.y(max(found.left, found.right)), scale.y(min(found.left, found.right))
    parts = [line("step-edge", until, TOP, until, _BOTTOM)]
    end = until > RIGHT - 150
    name = Text("增长过程结束", "end of the build-up")
    css = f"legend {'end' if end else ''}".rstrip()
    parts.append(said(css, until - 4 if end else until + 4, _BOTTOM - 6, name))
    parts.append(line("imbalance", x, high, x, low))
    parts += [line("imbalance", x - 4, y, x + 4, y) for y in (high, low)]
    shown = f"ΔF = {number(round(found.difference, 1))} N"
    if basis is not None and basis > 0:
        ratio = 100 * found.difference / basis
        shown += f" ({number(round(ratio, 2))} %"
        shown += ")" if limit is None else f" {'≤' if ratio <= limit else '>'} {number(limit)} %)"
    left_side = x > (LEFT + RIGHT) / 2
    place = x - 9 if left_side else x + 9
    css = f"limit-name {'end' if left_side else 'begin'}"
    parts.append(plain(css, place, (high + low) / 2 + 4, shown))
    return parts


def _legend() -> list[str]:
    parts = []
    for place, name in enumerate((_LEFT_NAME, _RIGHT_NAME)):
        x = LEFT + 10 + 90 * place
        parts.append(line(f"course course-{place}", x, TOP - 7, x + 26, TOP - 7))
        parts.append(said("legend", x + 31, TOP - 3, name))
    x = LEFT + 190
    parts.append(rect("between", x, TOP - 13, 18, 11))
    parts.append(said("legend", x + 23, TOP - 3, Text("增长过程左右差", "difference, build-up")))
    return parts
