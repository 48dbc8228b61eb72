"""Which courses belong to a step, and whether there is anything to see in them.

What was judged is plotted against its limit. A difference is plotted as one; a time until a state
as that state with the latest moment; a list of points that were found to be wrong as those points.
For anything else that a step worked out, what it read of the vehicle's signals is plotted.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.errors import UsageError
from harness.events import Judged, Measured
from harness.limits import Equals, Limit, OneOf, Range, Within
from harness.quantity import Measurement, Quality, convert
from harness.report.view import At, Attempt, Step
from harness.verdict import Verdict

WATCHING = frozenset(
    (
        "holds", "follows", "wait_for", "reacts", "watch", "watched", "steady", "sweep", "kept",
        "record", "flash_rate", "mfdd",
    )
)  # fmt: skip
"""Last words of actions that look at a course, not at one value: their plots are open."""
MOST = 6
"""Plots of one attempt."""
SEPARATE = 3
"""Signals that are plotted together with no limit."""
_TIME_TO = ".time_to_"
_OF_MANY = (".spread", ".moved", ".flash_rate")
"""What is worked out of many readings of one point."""
_ALLOWED = {"lamps_lit": ("off",)}
"""What points in a list of what was found to be wrong ought to be."""
_WORD = re.compile(r"[\w.\-]+")


@dataclass(frozen=True)
class Wanted:
    """One plot: the points in it, and what they are held against."""

    names: tuple[str, ...]
    is_difference: bool = False
    judged: tuple[At[Judged], ...] = ()
    deadline: float | None = None
    source: str = "vehicle"
    is_polled: bool = False
    """Out of the journal's readings, not out of a recording."""
    allowed: tuple[str, ...] | None = None
    """States that were allowed, where no judgement of the points themselves says so."""

    def together(self, more: "Wanted") -> "Wanted":
        """One plot for two judgements of the same points."""
        return Wanted(
            self.names, self.is_difference, self.judged + more.judged,
            self.deadline if self.deadline is not None else more.deadline, self.source,
            self.is_polled, self.allowed if self.allowed is not None else more.allowed,
        )  # fmt: skip


def is_watched(step: Step) -> bool:
    return step.action.rpartition(".")[2] in WATCHING


def is_open(step: Step, attempt: Attempt) -> bool:
    """Whether the plots of a step are open from the start."""
    return is_watched(step) or attempt.verdict not in (Verdict.PASS, Verdict.NOT_RUN, None)


class Chooser:
    """Chooses what to plot."""

    def __init__(self, knows: Callable[[str], bool]) -> None:
        """`knows` says whether a name is one of a signal on a bus of the record."""
        self._knows = knows

    def choose(self, attempt: Attempt) -> list[Wanted]:
        """Everything that may be plotted of an attempt, in its order, each once."""
        found: dict[tuple[tuple[str, ...], bool], Wanted] = {}
        for at in attempt.judged:
            for one in self._of(at, attempt):
                key = (one.names, one.is_difference)
                known = found.get(key)
                found[key] = one if known is None else known.together(one)
        return list(found.values())

    def _of(self, at: At[Judged], attempt: Attempt) -> Iterator[Wanted]:
        reading = at.event.measurement
        name = reading.name
        first, minus, second = name.partition(" - ")
        base = name.partition(_TIME_TO)[0]
        if name.endswith(_OF_MANY):
            base = name.rpartition(".")[0]
        if "vehicle" not in reading.source and reading.source != "calculated":
            yield from _polled(at, attempt)
        elif self._knows(name):
            yield Wanted((name,), judged=(at,))
        elif minus and self._knows(first) and self._knows(second) and first != second:
            yield Wanted((first, second), is_difference=True, judged=(at,))
            if at.event.judgement.verdict is not Verdict.PASS:
                yield Wanted((first, second))
        elif base != name and self._knows(base):
            latest = _latest(reading, at.event.limit) if _TIME_TO in name else None
            yield Wanted((base,), deadline=latest)
        elif isinstance(reading.value, list):
            known = [entry for entry in reading.value if self._knows(entry)]
            if known:
                yield Wanted(tuple(known[:MOST]), allowed=_ALLOWED.get(name))
        else:
            yield from self._behind(at, attempt)

    def _behind(self, at: At[Judged], attempt: Attempt) -> Iterator[Wanted]:
        """The signals that a worked-out number was made of."""
        reading = at.event.measurement
        read = [one.event.measurement for one in attempt.measured]
        words = [one.name for one in read if one.source.startswith("vehicle")]
        if "→" in reading.note:  # a reaction: from what, to what
            words = [word.strip(".") for word in _WORD.findall(reading.note)]
        known = [word for word in dict.fromkeys(words) if self._knows(word)]
        for name in known[:SEPARATE]:
            yield Wanted((name,))


def _polled(at: At[Judged], attempt: Attempt) -> Iterator[Wanted]:
    """A point that was read again and again, as the journal has it."""
    reading = at.event.measurement
    name = reading.name.partition(_TIME_TO)[0]
    if name.endswith(_OF_MANY):
        name = name.rpartition(".")[0]
    if len(readings_of(name, reading.source, attempt.measured)) >= 3:
        itself = name == reading.name
        latest = None if itself else _latest(reading, at.event.limit)
        yield Wanted((name,), False, (at,) if itself else (), latest, reading.source, True)


def readings_of(name: str, source: str, every: Sequence[At[Measured]]) -> list[Measurement]:
    """Readings of one point from one source."""
    found = [at.event.measurement for at in every]
    return [one for one in found if one.name == name and one.source == source]


def _latest(reading: Measurement, limit: Limit) -> float | None:
    """When the state had to be there at the latest; None without such a limit."""
    passed = reading.at_least if reading.value is None else reading.value
    if not isinstance(limit, Within) or isinstance(passed, bool | str | list) or passed is None:
        return None
    try:
        begun = reading.at - convert(float(passed), reading.unit or "s", "s")
        return begun + convert(limit.high, limit.unit, "s")
    except UsageError:
        return None


def limits_in(unit: str | None, wanted: Wanted) -> tuple[float | None, float | None]:
    """Lower and upper limit in the unit of the plot; of several judgements the narrowest."""
    lows: list[float] = []
    highs: list[float] = []
    for at in wanted.judged:
        limit = at.event.limit
        if not isinstance(limit, Range):
            continue
        for bound, into in ((limit.low, lows), (limit.high, highs)):
            if bound is not None and (number := _in(bound, limit.unit, unit)) is not None:
                into.append(number)
    return max(lows, default=None), min(highs, default=None)


def value_in(unit: str | None, reading: Measurement) -> float | None:
    """The judged number in the unit of the plot; None where there is none to show."""
    value = reading.value
    if isinstance(value, bool | str | list) or value is None or reading.quality is not Quality.GOOD:
        return None
    return _in(float(value), reading.unit or "1", unit)


def _in(number: float, unit: str, wanted: str | None) -> float | None:
    if {unit, wanted} == {"K", "°C"}:
        return number  # of a difference
    try:
        return convert(number, unit, wanted or "1")
    except UsageError:
        return None


def allowed_in(wanted: Wanted) -> list[str | int | float | bool] | None:
    """States that were allowed; None where none was asked for."""
    if wanted.allowed is not None:
        return list(wanted.allowed)
    for at in wanted.judged:
        limit = at.event.limit
        if isinstance(limit, Equals):
            return [limit.value]
        if isinstance(limit, OneOf):
            return list(limit.values)
    return None
