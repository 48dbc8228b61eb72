"""What all plots over time share: the axis of time, the step's window, text in both languages.

Pure SVG text like `drawing.py`: nothing is fetched, shape and dash carry the meaning, and all that
comes from the record is escaped.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from harness.text import Text

WIDTH = 720
LEFT, RIGHT = 64.0, 712.0
TOP = 20.0
THIS_STEP = Text("本步骤", "this step")
_AXIS = 30.0
"""Below the plotted area: ticks and their numbers."""


@dataclass(frozen=True)
class Frame:
    """Where time lies on the paper. Times are seconds of the record."""

    start: float
    end: float
    window: tuple[float, float]
    """The step."""
    height: float
    """Of the plotted area."""
    window_name: Text

    @property
    def bottom(self) -> float:
        return TOP + self.height

    def x(self, at: float) -> float:
        share = (at - self.start) / max(self.end - self.start, 1e-9)
        return round(LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT), 1)

    def picture(self, parts: list[str]) -> Markup:
        """The whole of it; `parts` are drawn over the window and under the axis."""
        height = round(self.bottom + _AXIS, 1)
        inside = "".join([*self._window(), *parts, *self._time_axis()])
        return Markup(  # numbers, our own constants and escaped text only
            f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-hidden="true">{inside}</svg>'
        )

    def _window(self) -> Iterator[str]:
        x1, x2 = self.x(self.window[0]), self.x(self.window[1])
        width = max(1.0, round(x2 - x1, 1))
        yield rect("step-window", x1, TOP - 6, width, self.height + 6)
        for x in (x1, round(x1 + width, 1)):
            yield line("step-edge", x, TOP - 6, x, self.bottom)
        middle = min(max(round(x1 + width / 2, 1), LEFT + 12), RIGHT - 12)
        yield said("step-name", middle, TOP - 9, self.window_name)

    def _time_axis(self) -> Iterator[str]:
        yield line("axis", LEFT, self.bottom, RIGHT, self.bottom)
        for at in ticks(self.start, self.end, 7):
            x = self.x(at)
            yield line("axis", x, self.bottom, x, self.bottom + 4)
            yield plain("tick", x, self.bottom + 15, number(at))
        yield said("tick end", RIGHT, self.bottom + 27, Text("记录时刻 / s", "time of record / s"))


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` steps of 1, 2 or 5 apart."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(n * power for n in (1, 2, 5, 10, 20) if span / (n * power) <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def number(value: float) -> str:
    """As people write it."""
    return f"{value:.7g}".replace("-", "−")


def rect(css: str, x: float, y: float, width: float, height: float) -> str:
    size = f'width="{round(max(0.0, width), 1)}" height="{round(max(0.0, height), 1)}"'
    return f'<rect class="{css}" x="{round(x, 1)}" y="{round(y, 1)}" {size}/>'


def line(css: str, x1: float, y1: float, x2: float, y2: float) -> str:
    place = f'x1="{x1}" y1="{round(y1, 1)}" x2="{x2}" y2="{round(y2, 1)}"'
    return f'<line class="{css}" {place}/>'


def plain(css: str, x: float, y: float, text: str) -> str:
    """A text that is the same in both languages."""
    return f'<text class="{css}" x="{round(x, 1)}" y="{round(y, 1)}">{escape(text)}</text>'


def said(css: str, x: float, y: float, text: Text) -> str:
    """A text in both languages; the page shows one of them."""
    if text.zh == text.en:
        return plain(css, x, y, text.en)
    place = f'class="{css}" x="{round(x, 1)}" y="{round(y, 1)}"'
    return "".join(
        f'<text lang="{language}" {place}>{escape(one)}</text>'
        for language, one in (("zh", text.zh), ("en", text.en))
    )


def wide(text: str) -> float:
    """About how much room a text of 11 px takes."""
    return sum(11.0 if ord(letter) > 0x2E7F else 6.3 for letter in text)


def fitting(css: str, x: float, y: float, room: float, say: Callable[[str], str]) -> str:
    """A text in both languages, each where it has room; cut with … where it has some."""
    shown = []
    for language in ("zh", "en"):
        text = say(language)
        while text and wide(text) > room:
            text = text.removesuffix("…")[:-1].rstrip()
            text = f"{text}…" if len(text) > 2 else ""
        shown.append(text)
    return said(css, x, y, Text(*shown)) if any(shown) else ""
