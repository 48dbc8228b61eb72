"""A pile that goes on supplying while the current is within its over-current limit."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import OfStep, Part, Window, check_recording, gap_note, predicates
from harness.actions.trace_parts import stated
from harness.actions.trace_timing import (
    OFF,
    STOPPED,
    coded_current,
    coded_duty,
    effect_of,
)
from harness.devices.recorder.recording import Moment, Recording, Spell
from harness.fields import DurationField, QuantityField
from harness.limits import Range, describe
from harness.quantity import Quality, convert, same_dimension
from harness.text import Text

NO_TRIP = "time_without_trip"
TRIPS_WITHIN = 10.0
"""Seconds after which a pile that counts a current as too much has cut it (A.3.10.9)."""
_DUTY_TOLERANCE = 0.5
"""Points of duty that a generator may be off (table A.1)."""
_SETTLES = 0.1
"""Seconds before the end in which the duty may already be that of a PWM that ends."""
_CUT = 0.5
"""Seconds that current and voltage may take to fall when the supply is cut."""


def _check(context: CheckContext) -> Iterator[Complaint]:
    """The limit is the current up to which nothing may trip, above what is announced."""
    limit, announced = context.limit, context.parameters["announced"]
    fits = isinstance(limit, Range) and limit.high is not None and same_dimension(limit.unit, "A")
    if limit is not None and not fits:
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, "a highest current, like `high: 18 A`")
    elif isinstance(limit, Range) and limit.high is not None:
        high = convert(limit.high, limit.unit, "A")
        if same_dimension(announced.unit, "A") and high <= announced.to("A"):
            context.limit_problem(f"{high:g} A is no more than the {announced} announced", "more")
    if not same_dimension(announced.unit, "A"):
        yield ("with", "announced"), f"{announced} is no current", "a current, like 16 A"
    yield from check_recording(context)


@action(
    "trace.no_trip",
    kind="J",
    limit="needed",
    check=_check,
    title=Text("录波判定未超限不断电", "No trip below the over-current limit"),
)
async def no_trip(
    step: StepContext,
    *,
    recording: OfStep,
    announced: QuantityField,
    for_: DurationField = TRIPS_WITHIN,
    if_passed: Passed = (),
) -> None:
    """Judge that a current above `announced` and within the limit flows for `for` without a trip.

    A limit about `announced_current` takes it from `announced`. A current that is above the limit,
    or not above what is announced, shows nothing, and neither does a vehicle that ends by itself,
    or a trip at more than the pile's parts carry.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks("current", "cp_duty", "voltage", "s1"):
        part.nothing(NO_TRIP, "s", why)
        return
    assert part.recording is not None and isinstance(step.limit, Range)
    assert step.limit.high is not None  # see `_check`
    limit = convert(step.limit.high, step.limit.unit, "A")
    tried = _tried(part.recording, announced.to("A"))
    why = tried if isinstance(tried, str) else ""
    if isinstance(tried, _Tried):
        why = _shows_nothing(part.recording, tried, announced.to("A"), limit)
    if isinstance(tried, str) or why:
        part.nothing(NO_TRIP, "s", why, Quality.NOT_RECORDED)
        return
    place, highest, trip = tried.place, tried.highest, tried.trip
    uncertainty = part.recording.track("current").uncertainty
    carries = stated(step.bench.model)
    if trip is not None and carries is not None and highest >= carries.to("A"):
        why = f"the current was {highest:.4g} A, and the pile's parts carry {carries}"
        part.nothing(NO_TRIP, "s", why, Quality.NOT_RECORDED)
        return
    step.measured(part.reading("announced_current", announced.to("A"), "A"))
    step.measured(part.reading("current", highest, "A", uncertainty=uncertainty))
    step.measured(part.reading("over_current_limit", limit, "A"))
    held = place.end - place.start
    note = f"{highest:.4g} A, announced {announced.to('A'):.4g} A, limit {limit:.4g} A"
    if trip is None and held < for_:
        why = f"the current was above what is announced for {held:.3g} s, less than {for_:g} s"
        part.nothing(NO_TRIP, "s", why, Quality.NOT_RECORDED)
        return
    if trip is not None and highest + (uncertainty or 0.0) > limit:
        why = f"{highest:.4g} A are too close to the limit of {limit:.4g} A"
        part.nothing(NO_TRIP, "s", why, Quality.NOT_RECORDED)
        return
    reading = part.reading(NO_TRIP, held, "s", note=note)
    step.measured(reading)
    step.judge(reading, Range("s", for_, None))


@dataclass(frozen=True)
class _Tried:
    """When the current was above what is announced, its highest value there (A), and the trip."""

    place: Window
    highest: float
    trip: Moment | None


def _tried(recording: Recording, announced: float) -> _Tried | str:
    """The longest time above what is announced, or why there is none."""
    current = recording.track("current")
    floor = announced + (current.uncertainty or 0.0)
    spells = current.spells(lambda value: float(value) > floor)
    spell = max(spells, key=lambda one: _length(one, current.end), default=None)
    if spell is None:
        highest = max(float(value) for value in current.values)
        return f"the current was never above what is announced; the highest was {highest:.4g} A"
    start = current.begin if spell.begin is None else spell.begin.latest
    trip = _trip(recording, spell, start)
    place = Window(start, current.end if spell.end is None else spell.end.earliest)
    if trip is not None:
        place = Window(start, max(min(place.end, trip.earliest), start))
    highest = max(float(value) for _, value in current.between(place.start, place.end))
    return _Tried(place, highest, trip)


def _shows_nothing(recording: Recording, tried: _Tried, announced: float, limit: float) -> str:
    """Why this current tells nothing about a trip below the limit; empty when it does."""
    place = tried.place
    for name in ("current", "voltage", "s1", "cp_duty"):
        if note := gap_note(recording.track(name), place):
            return note
    if tried.highest > limit:
        return f"the current was {tried.highest:.4g} A, above the limit of {limit:.4g} A"
    if tried.trip is not None and _vehicle_ended(recording, place.start, tried.trip):
        return "the vehicle opened S2 before the supply was cut"
    return _other_duty(recording, place, announced)


def _length(spell: Spell, end: float) -> float:
    start = 0.0 if spell.begin is None else spell.begin.latest
    return (end if spell.end is None else spell.end.earliest) - start


def _trip(recording: Recording, spell: Spell, start: float) -> Moment | None:
    """When the pile cut this current, or ended its PWM, if it did."""
    until = math.inf if spell.end is None else spell.end.latest + _CUT
    began = spell.begin or Moment(start, start)
    effects = [effect_of(recording, to, began) for to in (OFF, STOPPED)]
    cuts = [one for one in effects if isinstance(one, Moment)]
    cuts = [one for one in cuts if one.earliest <= until]
    return min(cuts, key=lambda one: one.latest, default=None)


def _other_duty(recording: Recording, place: Window, announced: float) -> str:
    """Why the duty does not announce this current; empty when it does."""
    duty = recording.track("cp_duty")
    tolerance = _DUTY_TOLERANCE + (duty.uncertainty or 0.0)
    until = max(place.end - _SETTLES, place.start)
    for _, value in duty.between(place.start, until):
        if abs(float(value) - coded_duty(announced)) > tolerance:
            told = coded_current(float(value))
            return f"the pile announces {told:.4g} A, not {announced:.4g} A"
    return ""


def _vehicle_ended(recording: Recording, start: float, trip: Moment) -> bool:
    """Whether S2 may have been open before the supply went, where S2 was recorded."""
    if "s2" not in recording.tracks:
        return False
    return any(
        spell.begin is not None and start <= spell.begin.earliest < trip.latest
        for spell in recording.spells(predicates({"s2": "open"}))
    )
