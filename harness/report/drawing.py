"""A value against its limit, as a small picture.

    ────[░░░░▒▒▓▓▓▓▓▓▓▓▓▓▓▓▒▒░░░░]────      allowed zone, guard bands on both sides of each limit
              ├──◆──┤                       value with its U
       176                  264             limits

Shape and hatching carry the meaning, so it also reads in black and white. Pure SVG text without
references to anything outside the page; the patterns are defined once in the page.
"""

import math
from dataclasses import dataclass

from markupsafe import Markup

from harness.errors import UsageError
from harness.events import Judged
from harness.limits import Range, Rule, Within
from harness.quantity import Quality, convert
from harness.verdict import Verdict

WIDTH, HEIGHT = 280, 44
_LEFT, _RIGHT = 8.0, 272.0
_TOP, _BOTTOM = 10.0, 26.0
_MIDDLE = (_TOP + _BOTTOM) / 2

PATTERNS = Markup(
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
    '<pattern id="guard" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="5" height="5" class="guard-back"/>'
    '<line x1="0" y1="0" x2="0" y2="5" class="guard-line"/></pattern>'
    '<pattern id="not-allowed" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7" class="not-allowed-back"/>'
    '<line x1="0" y1="0" x2="0" y2="7" class="not-allowed-line"/></pattern>'
    '<pattern id="mixed" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" class="mixed-back"/>'
    '<line x1="0" y1="0" x2="0" y2="4" class="mixed-line"/></pattern></defs></svg>'
)
"""To be put into the page once."""


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    def x(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_LEFT + min(1.0, max(0.0, share)) * (_RIGHT - _LEFT), 1)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def limit_bar(event: Judged) -> Markup | None:
    """The picture of a judgement; None where there is no number to draw."""
    limit = event.limit
    if not isinstance(limit, Range | Within):
        return None
    reading = event.measurement
    number = reading.at_least if reading.value is None else reading.value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    unit = reading.unit or limit.unit
    try:
        value = convert(float(number), unit, limit.unit)
        spread = abs(convert(reading.uncertainty or 0.0, unit, limit.unit))
    except UsageError:
        return None
    low = limit.low if isinstance(limit, Range) else None
    high = limit.high
    if not all(math.isfinite(n) for n in (value, spread, low or 0.0, high or 0.0)):
        return None
    if low is None and high is None:
        return None
    scale = _scale(low, high, value, spread)
    parts = _zones(scale, low, high, spread if event.judgement.rule is Rule.GUARD_BAND else 0.0)
    parts += _limits(scale, low, high)
    if isinstance(limit, Within):
        parts += _interval(scale, value, spread, seen=reading.value is not None)
    else:
        parts += _whisker(scale, value, spread)
    usable = reading.quality is Quality.GOOD or isinstance(limit, Within)
    if not isinstance(limit, Within) or reading.value is not None:
        parts.append(_marker(scale, value, event.judgement.verdict, usable=usable))
    return Markup(  # numbers and our own constants only
        f'<svg class="bar" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _scale(low: float | None, high: float | None, value: float, spread: float) -> _Scale:
    """An axis that shows the limits well and the value wherever that is possible."""
    if low is not None and high is not None:
        size = high - low or abs(high) or 1.0
        start, end = low - 0.2 * size, high + 0.2 * size
    elif high is not None:
        size = abs(high) or abs(value) or 1.0
        start, end = (0.0 if high > 0 else high - size), high + 0.3 * size
    else:
        edge = low if low is not None else 0.0
        size = abs(edge) or abs(value) or 1.0
        start, end = edge - 0.3 * size, (0.0 if edge < 0 else edge + size)
    # A value somewhat outside widens the axis; one far outside is shown at its end.
    for wanted in (value - 1.5 * spread, value + 1.5 * spread, value):
        if abs(wanted - min(max(wanted, start), end)) <= 1.5 * size:
            start, end = min(start, wanted), max(end, wanted)
    margin = 0.02 * (end - start)
    return _Scale(start - margin, end + margin)


def _rect(x1: float, x2: float, css: str) -> str:
    width = round(max(0.0, x2 - x1), 1)
    height = _BOTTOM - _TOP
    return f'<rect class="{css}" x="{x1}" y="{_TOP}" width="{width}" height="{height}"/>'


def _zones(scale: _Scale, low: float | None, high: float | None, guard: float) -> list[str]:
    left = scale.x(low) if low is not None else _LEFT
    right = scale.x(high) if high is not None else _RIGHT
    parts = [_rect(_LEFT, _RIGHT, "outside"), _rect(left, right, "inside")]
    if guard > 0:
        for edge in (low, high):
            if edge is not None:
                parts.append(_rect(scale.x(edge - guard), scale.x(edge + guard), "guard"))
    return parts


def _limits(scale: _Scale, low: float | None, high: float | None) -> list[str]:
    parts = []
    places = [(low, "≥"), (high, "≤")] if low is None or high is None else [(low, ""), (high, "")]
    for edge, sign in places:
        if edge is None:
            continue
        x = scale.x(edge)
        label = f"{sign} {edge:.7g}".strip().replace("-", "−")
        half = 3.2 * len(label)
        at = round(min(max(x, half), WIDTH - half), 1)
        parts.append(f'<line class="limit" x1="{x}" y1="{_TOP - 4}" x2="{x}" y2="{_BOTTOM + 4}"/>')
        parts.append(f'<text class="edge" x="{at}" y="{HEIGHT - 3}">{label}</text>')
    return parts


def _whisker(scale: _Scale, value: float, spread: float) -> list[str]:
    if spread <= 0:
        return []
    x1, x2 = scale.x(value - spread), scale.x(value + spread)
    parts = [f'<line class="whisker" x1="{x1}" y1="{_MIDDLE}" x2="{x2}" y2="{_MIDDLE}"/>']
    for end, x in ((value - spread, x1), (value + spread, x2)):
        if scale.holds(end):
            parts.append(
                f'<line class="whisker" x1="{x}" y1="{_MIDDLE - 5}" x2="{x}" y2="{_MIDDLE + 5}"/>'
            )
    return parts


def _interval(scale: _Scale, value: float, spread: float, *, seen: bool) -> list[str]:
    """Truth lies between value - U and value; what was never seen lies beyond."""
    if seen:
        x1, x2 = scale.x(max(0.0, value - spread)), scale.x(value)
        return [f'<line class="interval" x1="{x1}" y1="{_MIDDLE}" x2="{x2}" y2="{_MIDDLE}"/>']
    x1, x2 = min(scale.x(value), _RIGHT - 14), _RIGHT
    return [
        f'<line class="unseen" x1="{x1}" y1="{_MIDDLE}" x2="{x2 - 5}" y2="{_MIDDLE}"/>'
        f'<path class="arrow" d="M{x2 - 7} {_MIDDLE - 5} L{x2} {_MIDDLE} '
        f'L{x2 - 7} {_MIDDLE + 5}z"/>'
    ]


def _marker(scale: _Scale, value: float, verdict: Verdict, *, usable: bool) -> str:
    x = scale.x(value)
    css = f"marker {verdict.value}" + ("" if usable else " unusable")
    if value < scale.low or value > scale.high:  # an arrow at the end of the axis
        way = -1 if value < scale.low else 1
        return (
            f'<path class="{css}" d="M{x - 8 * way} {_MIDDLE - 6} L{x} {_MIDDLE} '
            f'L{x - 8 * way} {_MIDDLE + 6}z"/>'
        )
    return (
        f'<path class="{css}" d="M{x} {_MIDDLE - 6.5} L{x + 5} {_MIDDLE} L{x} {_MIDDLE + 6.5} '
        f'L{x - 5} {_MIDDLE}z"/>'
    )
