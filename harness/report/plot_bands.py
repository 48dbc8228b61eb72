"""States over time, as a picture: a band cut where they change, each piece with its name.

What was not allowed is hatched. What changes faster than can be drawn is striped.
"""

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from harness.quantity import Value
from harness.report.decimate import stretches
from harness.report.plot import Plot, deadline
from harness.report.plot_frame import LEFT, RIGHT, TOP, Frame, fitting, rect, said
from harness.text import Language

_BAND, _BETWEEN = 26.0, 10.0
_STATE_WIDTH = 2.0
"""Narrower than this (px) a state is not told apart from the next."""
SayState = Callable[[Value, str, Language], str]
"""State, the point that it belongs to, language."""


def draw_bands(plot: Plot, say_state: SayState) -> Markup:
    """The picture of states, one band each."""
    rows = len(plot.courses)
    titled = rows > 1
    each = _BAND + _BETWEEN + (13.0 if titled else 0.0)
    frame = Frame(plot.start, plot.end, plot.window, rows * each - _BETWEEN + 8, plot.window_name)
    parts: list[str] = []
    for place in range(rows):
        top = TOP + 4 + place * each
        if titled:
            label = plot.labels[place]
            parts.append(said("legend", LEFT + 3, top + 9, label))
            top += 13
        parts += _band(plot, place, top, frame, say_state)
    return frame.picture([*parts, *deadline(plot, frame)])


def _band(plot: Plot, row: int, top: float, frame: Frame, say_state: SayState) -> list[str]:
    course = plot.courses[row]
    allowed = plot.allowed[row] if row < len(plot.allowed) else None
    least = _STATE_WIDTH * (plot.end - plot.start) / (RIGHT - LEFT)
    parts: list[str] = []
    found = list(stretches(course.time, course.value, plot.end, course.gap, least))
    plot.drawn.append(len(found))
    for place, one in enumerate(found):
        x1, x2 = frame.x(one.start), frame.x(one.end)
        if one.code is None or math.isnan(one.code):
            css = "mixed" if one.code is None else "unknown"
            parts.append(rect(f"state {css}", x1, top, x2 - x1, _BAND))
            continue
        state = course.states.get(int(one.code), str(int(one.code)))
        css = _look(state, allowed, place)
        parts.append(rect(f"state {css}", x1, top, x2 - x1, _BAND))
        middle = (x1 + x2) / 2
        name = fitting(
            "state-name", middle, top + 17, x2 - x1 - 4,
            lambda language, state=state: say_state(state, course.name, language),  # type: ignore[misc]
        )  # fmt: skip
        parts.append(name)
    return parts


def _look(state: str, allowed: Sequence[Value] | None, place: int) -> str:
    if allowed is None:
        return f"plain-{place % 2}"
    return "allowed" if state in [str(one) for one in allowed] else "not-allowed"
