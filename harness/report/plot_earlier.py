"""What a step judged of the samples that an earlier step took: whose window is shown, and which
signals. The extreme that was judged is marked where it stood, not where it was judged.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.events import Judged
from harness.report.plot_choice import MOST, SEPARATE, Wanted
from harness.report.view import At, Attempt, Step
from harness.text import Text

if TYPE_CHECKING:
    from harness.report.course import Course

_NAMED_BY = ("of", "samples", "watched", "watched_by")
"""Parameters that name the step whose samples are judged."""
_SAMPLING = frozenset(
    (
        "segment", "drive_segment", "charge_segment", "by_wire_moves", "by_wire_switches", "watch",
        "watch_standstill", "sample",
    )
)  # fmt: skip
"""Last words of actions that keep a course for later steps."""
_GOES_ON = frozenset(("watch_switch_on",))
"""The same, where the course goes on until the step that judges it has seen enough."""
_EXTREMES = ("highest", "lowest")
"""What is worked out by looking for one sample: it may be held against the limit in the plot."""
_MADE_OF = {
    "way_per_energy": ("pack_voltage", "pack_current", "vehicle_speed"),
    "recovered_energy": ("pack_voltage", "pack_current"),
    "against_estimate": ("pack_current", "soc"),
}
"""Signals of what is worked out of several and is called after none of them."""


@dataclass(frozen=True)
class Earlier:
    """The attempt of an earlier step whose samples were judged."""

    step: Step
    attempt: Attempt
    until: float | None = None
    """The end of its samples, where that is not the end of the step."""

    @property
    def window(self) -> tuple[float, float]:
        return self.attempt.start, self.until or self.attempt.end or self.attempt.start

    @property
    def name(self) -> Text:
        return Text(f"第 {self.step.number} 步", f"step {self.step.number}")


def earlier_of(steps: Mapping[str, Step], attempt: Attempt) -> Earlier | None:
    """Whose samples an attempt judged; None where it took its own."""
    for parameter in _NAMED_BY:
        step = steps.get(str(attempt.parameters.get(parameter, "")))
        if step is None:
            continue
        taken_by = step.action.rpartition(".")[2]
        if taken_by not in _SAMPLING | _GOES_ON:
            continue
        done = [one for one in step.attempts if one.end is not None and one.end <= attempt.start]
        if done:
            return Earlier(step, done[-1], attempt.end if taken_by in _GOES_ON else None)
    return None


def wanted_of(attempt: Attempt, knows: Callable[[str], bool]) -> list[Wanted]:
    """What to plot of the samples, each once."""
    found: dict[tuple[tuple[str, ...], bool], Wanted] = {}
    for at in attempt.judged:
        for one in _of(at, attempt, knows):
            key = (one.names, one.is_difference)
            known = found.get(key)
            found[key] = one if known is None else known.together(one)
    return list(found.values())


def _of(at: At[Judged], attempt: Attempt, knows: Callable[[str], bool]) -> Iterator[Wanted]:
    name = at.event.measurement.name
    first, minus, second = name.partition(" - ")
    base, _, what = name.rpartition(".")
    if knows(name):
        yield Wanted((name,), judged=(at,))
    elif minus and knows(first) and knows(second) and first != second:
        yield Wanted((first, second), is_difference=True, judged=(at,))
    elif knows(base):
        yield Wanted((base,), judged=(at,) if what in _EXTREMES else ())
    else:
        named = [*_words(attempt.parameters), *_MADE_OF.get(what, ())]
        known = [one for one in dict.fromkeys(named) if knows(one)]
        yield from (Wanted((one,)) for one in known[:SEPARATE])


def _words(parameters: Mapping[str, object]) -> Iterator[str]:
    """Every text that stands in the parameters of a step, at most one level down."""
    for value in parameters.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from (one for one in value[:MOST] if isinstance(one, str))


def moment_of(course: "Course", value: float, window: tuple[float, float]) -> float | None:
    """When a sample of this value came first in the window; None where none is that."""
    import numpy as np  # noqa: PLC0415 - vehicles only

    inside = (course.time >= window[0]) & (course.time <= window[1])
    rows = np.flatnonzero(inside & np.isclose(course.value, value, rtol=1e-6, atol=1e-6))
    return float(course.time[rows[0]]) if len(rows) else None
