"""How much reaction times to one cause differ: what a pile that looks too rarely cannot hide."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.trace_given import (
    Channels,
    OfStep,
    Part,
    check_recording,
    predicates,
    said,
)
from harness.devices.recorder.recording import Moment, Recording
from harness.fields import DurationField
from harness.limits import Range, describe
from harness.quantity import Quality, same_dimension
from harness.text import Text

SPREAD = "reaction_spread"


def _check(context: CheckContext) -> Iterator[Complaint]:
    limit = context.limit
    fits = isinstance(limit, Range) and same_dimension(limit.unit, "s")
    if limit is not None and not fits:
        what = f"{context.step.do} cannot judge by {describe(limit)}"
        context.limit_problem(what, "low and high in a unit of time")
    yield from check_recording(context)


@action(
    "trace.spread",
    kind="J",
    limit="needed",
    check=_check,
    title=Text("录波判定反应时间的离散", "Spread of reaction times in a recording"),
)
async def spread(
    step: StepContext,
    *,
    recording: OfStep,
    from_: Channels,
    to: Channels,
    least: Annotated[int, Field(ge=2, description="Fewer reactions show nothing")] = 10,
    scatter: Annotated[
        DurationField, Field(description="What the switching device itself adds")
    ] = (0.01),
    if_passed: Passed = (),
) -> None:
    """Judge the longest less the shortest time from `from` to `to`, over all that were recorded.

    A pile that looks at a test point every T sees a change between 0 and T after it: as long as
    everything else takes the same time, reactions to changes at any phase differ by no more than
    T, and by nearly T when there are many. A spread above the limit therefore proves that T is
    above it. The contactor's own scatter (`scatter`: half a cycle of the mains for a coil fed from
    it) and what lies between the samples at either end are taken off before that is said; in
    between the step is inconclusive, as it is with a coarse recorder or with fewer than `least`
    reactions. A spread inside the limit says that nothing was found, not what T is.
    """
    require_passed(step, if_passed)
    part = Part(step, recording)
    if why := part.lacks(*from_, *to):
        part.nothing(SPREAD, "s", why)
        return
    assert part.recording is not None
    found = reactions(part.recording, from_, to)
    if len(found) < least:
        why = f"{said(from_)} → {said(to)}: {len(found)} times, {least} are needed"
        part.nothing(SPREAD, "s", why, Quality.NOT_RECORDED)
        return
    soonest = min(found, key=lambda one: one.latest)
    last = max(found, key=lambda one: one.earliest)
    longest = max(one.latest for one in found) - min(one.earliest for one in found)
    shortest = max(last.earliest - soonest.latest - scatter, 0.0)
    middle, half = (longest + shortest) / 2, (longest - shortest) / 2
    note = f"{len(found)} times: {soonest.latest:.4g} … {last.latest:.4g} s"
    reading = part.reading(SPREAD, middle, "s", uncertainty=half, note=note)
    step.measured(reading)
    step.judge(reading)


def reactions(recording: Recording, from_: Channels, to: Channels) -> list[Moment]:
    """The reaction time of every cause that the effect followed before the next cause came.

    What a gap reaches into is left out.
    """
    causes = [one.begin for one in recording.spells(predicates(from_)) if one.begin is not None]
    effects = [one.begin for one in recording.spells(predicates(to)) if one.begin is not None]
    end = Moment(recording.end, recording.end)
    tracks = [recording.track(name) for name in (*from_, *to)]
    found: list[Moment] = []
    for cause, following in pairwise([*causes, end]):
        effect = next((one for one in effects if cause.earliest < one.latest), None)
        if effect is None or effect.earliest >= following.latest:
            continue
        if any(one.gap_in(cause.earliest, effect.latest) is not None for one in tracks):
            continue
        longest = effect.latest - cause.earliest
        found.append(Moment(max(effect.earliest - cause.latest, 0.0), longest))
    return found
