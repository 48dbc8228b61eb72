"""Times between two things in a recording, with the recording's resolution as uncertainty."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from harness.actions.context import StepContext
from harness.actions.joint_frames import Bound, Wanted
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import (
    Channels,
    OfStep,
    Part,
    check_recording,
    first,
    predicates,
    said,
)
from harness.devices.recorder.recording import Moment, Recording
from harness.limits import Range, Within, describe
from harness.quantity import Measurement, Quality, Quantity, convert, same_dimension
from harness.text import Text

INTERVAL = "trace_interval"


def check_times(context: CheckContext) -> Iterator[Complaint]:
    """The limit is a time: `within`, or a range in a unit of time."""
    limit = context.limit
    fits = isinstance(limit, Within) or (
        isinstance(limit, Range) and same_dimension(limit.unit, "s")
    )
    if limit is not None and not fits:
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, "`within: 100 ms`, or low and high in a unit of time")
    yield from check_recording(context)


@action(
    "trace.interval",
    kind="J",
    limit="needed",
    check=check_times,
    title=Text("录波判定时间", "Time in a recording"),
)
async def interval(
    step: StepContext,
    *,
    recording: OfStep,
    from_: Channels,
    to: Channels,
    if_passed: Passed = (),
) -> None:
    """Judge the time from the moment at which `from` came to be so until `to` did.

    Several channels have to be so at once. What lies between the samples (and inside the time that
    a value is the mean of) at either end is the uncertainty; a gap there makes it as long as the
    gap. An effect that never came fails once the recording is longer than the limit; one that was
    there before its cause shows nothing. Against a range (`low: 6 s`), the middle is judged.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks(*from_, *to):
        part.nothing(INTERVAL, "s", why)
        return
    assert part.recording is not None
    judge_interval(part, from_, to)


def judge_interval(
    part: Part, from_: Mapping[str, Wanted], to: Mapping[str, Wanted], name: str = INTERVAL
) -> None:
    """The same for a recording that has these channels."""
    assert part.recording is not None
    cause = first(part.recording, from_, -math.inf)
    if cause is None:
        why = f"{said(from_)} was not seen"
        part.nothing(name, "s", why, Quality.NOT_RECORDED)
        return
    judge_from(part, cause, to, name=name, note=f"{said(from_)} → {said(to)}")


def judge_from(
    part: Part, cause: Moment, to: Mapping[str, Wanted], *, name: str = INTERVAL, note: str
) -> None:
    """Judge the time from a moment until something came to be so."""
    assert part.recording is not None
    found = effect_of(part.recording, to, cause)
    if found is True:
        part.nothing(name, "s", f"{said(to)} was so before the cause", Quality.NOT_RECORDED)
        return
    reading = (
        _never(part, part.recording, to, cause, name=name, note=note)
        if found is False
        else _took(part, cause, found, name=name, note=note)
    )
    part.step.measured(reading)
    part.step.judge(reading)


def effect_of(recording: Recording, to: Mapping[str, Wanted], cause: Moment) -> Moment | bool:
    """When the effect came; True: it was there before the cause, False: it never came."""
    spells = recording.spells(predicates(to))
    if any(
        (one.begin is None or one.begin.latest <= cause.earliest)
        and (one.end is None or one.end.earliest > cause.latest)
        for one in spells
    ):
        return True
    later = (one.begin for one in spells if one.begin and one.begin.latest > cause.earliest)
    return next(later, False)


def _took(part: Part, cause: Moment, effect: Moment, *, name: str, note: str) -> Measurement:
    longest = effect.latest - cause.earliest
    shortest = min(max(effect.earliest - cause.latest, 0.0), longest)
    if isinstance(part.step.limit, Range):
        middle, half = (longest + shortest) / 2, (longest - shortest) / 2
        return part.reading(name, middle, "s", uncertainty=half, note=note)
    return part.reading(name, longest, "s", uncertainty=longest - shortest, note=note)


def _never(
    part: Part, recording: Recording, to: Mapping[str, Wanted], cause: Moment, *, name: str,
    note: str,
) -> Measurement:  # fmt: skip
    """It never came, as far as there is a record of it."""
    until = math.inf
    for channel in to:
        track = recording.track(channel)
        gap = track.gap_in(cause.latest, track.end)
        until = min(until, track.end - track.window if gap is None else gap[0] - track.window)
    waited = max(until - cause.latest, 0.0)
    limit = part.step.limit
    high = None
    if isinstance(limit, Within | Range) and limit.high is not None:
        high = convert(limit.high, limit.unit, "s")
    if high is not None and waited > high:
        return part.reading(name, None, "s", at_least=round(waited, 6), note=note)
    note = f"{note}: not within the {waited:.4g} s that were recorded"
    return part.reading(name, None, "s", note=note, quality=Quality.MISSING)


@action(
    "trace.over_current",
    kind="J",
    limit="needed",
    check=check_times,
    title=Text("录波判定过流保护", "Over-current in a recording"),
)
async def over_current(step: StepContext, *, recording: OfStep, if_passed: Passed = ()) -> None:
    """Judge how long after the over-current limit came to be exceeded the supply is off and S1 at
    +12 V.

    The limit follows from the duty: announced + 2 A up to 20 A, 1.1 × announced above (GB/T
    18487.1-2023, A.3.10.9). The rule counts from an exceedance that lasts 5 s; a shorter one is put
    on record and not judged. A trip before the 5 s is put on record and not failed: another
    protection may cause it.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks("current", "cp_duty", "voltage", "s1"):
        part.nothing(INTERVAL, "s", why)
        return
    assert part.recording is not None
    exceeded = exceedance(part, part.recording)
    if isinstance(exceeded, str):
        part.nothing(INTERVAL, "s", exceeded, Quality.NOT_RECORDED)
        return
    judge_cut(part, exceeded)


def judge_cut(part: Part, exceeded: "Exceeded") -> None:
    """Judge from the first moment above a limit until the supply is off and S1 at +12 V."""
    moment, limit = exceeded.begin, exceeded.limit
    part.step.measured(part.reading("announced_current", exceeded.announced, "A"))
    part.step.measured(part.reading("over_current_limit", limit, "A"))
    told = f"current > {limit:.4g} A"
    judge_from(part, moment, OFF, name="time_to_off", note=f"{told} → {said(OFF)}")
    judge_from(part, moment, STOPPED, name="time_to_s1_high", note=f"{told} → {said(STOPPED)}")


OFF: Mapping[str, Wanted] = {"voltage": Bound(below=Quantity(30.0, "V"))}
"""Supply off, as the interoperability tests say it (below 30 V)."""
STOPPED: Mapping[str, Wanted] = {"s1": "high"}
HELD = 5.0
"""Seconds above the limit from which the rule counts (A.3.10.9)."""
_CUT = 0.5
"""Seconds that current and voltage may take to fall when the supply is cut."""


def coded_current(duty: float) -> float:
    """The current (A) that a duty (%) announces, table A.2; 0 where it announces none."""
    if 10.0 - 0.5 <= duty <= 85.0:
        return duty * 0.6
    return min((duty - 64.0) * 2.5, 63.0) if 85.0 < duty <= 90.5 else 0.0


def coded_duty(amperes: float) -> float:
    """The duty (%) that announces a current (A), the inverse."""
    return amperes / 0.6 if amperes <= 51 else amperes / 2.5 + 64


def over_current_limit(announced: float) -> float:
    """The current (A) above which the rule counts (A.3.10.9)."""
    return announced + 2.0 if announced <= 20.0 else 1.1 * announced


@dataclass(frozen=True)
class Exceeded:
    """A time in which the current was above its limit. No `end`: it was so to the end."""

    begin: Moment
    end: Moment | None
    announced: float
    limit: float
    until: float
    """The end of the recording (s)."""

    @property
    def seconds(self) -> float:
        """How long it surely lasted."""
        end = self.until if self.end is None else self.end.earliest
        return max(end - self.begin.latest, 0.0)


LimitOf = Callable[[float], float]
"""Limit (A) by the announced current (A)."""


def exceedance(
    part: Part, recording: Recording, limit_of: LimitOf = over_current_limit
) -> Exceeded | str:
    """The first time above the limit that the rule is about, or why there is none.

    The rule counts from an exceedance that is held for 5 s. A shorter one that ended because the
    supply was cut counts, too; any other is put on record, the longest of them, and not judged.
    """
    highest, found = _exceedances(recording, limit_of)
    brief: list[Exceeded] = []
    counts: Exceeded | None = None
    for one in found:
        if one.seconds >= HELD or _tripped(recording, one):
            counts = one
            break
        brief.append(one)
    if brief:
        longest = max(brief, key=lambda one: one.seconds)
        note = f"{len(brief)} times above the limit for less than {HELD:g} s: not judged"
        part.step.measured(part.reading("brief_over_current", longest.seconds, "s", note=note))
    if counts is not None:
        return counts
    if brief:
        return (
            f"the current was never above its limit for {HELD:g} s; the highest was {highest:.4g} A"
        )
    return f"the current never went above its limit; the highest was {highest:.4g} A"


def _exceedances(recording: Recording, limit_of: LimitOf) -> tuple[float, list[Exceeded]]:
    """The highest current (A), and every time above the limit.

    While nothing is announced (the PWM has ended, the current still flows) the last limit stands.
    """
    current, duty = recording.track("current"), recording.track("cp_duty")
    highest = announced = 0.0
    found: list[Exceeded] = []
    open_: Exceeded | None = None
    for index, t in enumerate(current.times):
        value = float(current.values[index])
        highest = max(highest, value)
        announced = coded_current(float(duty.at(t))) or announced
        limit = limit_of(announced)
        above = announced > 0 and value > limit
        if above and open_ is None:
            told = round(announced, 3), round(limit, 3)
            open_ = Exceeded(current.moment(index), None, *told, current.end)
        elif not above and open_ is not None:
            found.append(replace(open_, end=current.moment(index)))
            open_ = None
    return highest, found if open_ is None else [*found, open_]


def _tripped(recording: Recording, one: Exceeded) -> bool:
    """Whether it ended because the pile cut the supply or ended its PWM."""
    if one.end is None:
        return False
    until = one.end.latest + _CUT
    effects = [effect_of(recording, to, one.begin) for to in (OFF, STOPPED)]
    return any(isinstance(found, Moment) and found.latest <= until for found in effects)
