"""Cause and effect on the vehicle's buses, timed by the stamps of frames."""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from harness.actions.context import StepContext
from harness.actions.joint_frames import (
    Bound,
    Conditions,
    Found,
    Moment,
    Wanted,
    Watch,
    keep,
    kept,
)
from harness.actions.joint_given import (
    Passed,
    check_passed,
    check_timed,
    earlier,
    require_passed,
    within_of,
)
from harness.actions.registry import CheckContext, Complaint, PointRef, WrittenPoint, action
from harness.bench.states import expected_of, fits, shipped_points
from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.device import PointInfo
from harness.errors import NotAvailableError
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Within
from harness.quantity import Measurement, Quality, same_dimension
from harness.text import Text

WatchedPoints = Annotated[list[str], PointRef(role="vehicle")]
WatchedStates = Annotated[dict[str, Wanted], PointRef(role="vehicle")]
REACTION = "reaction_time"
SIDE = "vehicle"
_PATIENCE = 1.5
_POLL = 0.05
_FIRST_FRAMES = 1.5
"""Seconds in which every cyclic message that is watched has to come once."""
_NO_CAUSE = 2.0
"""Seconds to wait for a cause that nobody makes happen any more."""


def _points(context: CheckContext, name: str) -> list[PointInfo]:
    points = context.bench.points_of("vehicle")
    return [points[name]] if name in points else list(shipped_points("vehicle", name))


def _check_conditions(context: CheckContext, *keys: str) -> Iterator[Complaint]:
    """States and units fit their points."""
    for key in keys:
        for name, wanted in context.parameters[key].items():
            points = _points(context, name)
            if points:
                yield from _check_one(("with", key, name), name, wanted, points)


def _check_one(
    path: tuple[str, ...], name: str, wanted: Wanted, points: list[PointInfo]
) -> Iterator[Complaint]:
    if isinstance(wanted, Bound):
        stated = [one for one in (wanted.below, wanted.above) if one is not None]
        unit = points[0].unit
        if not stated:
            yield path, "nothing is wanted", "`below:` or `above:`"
        elif points[0].values or points[0].is_text or unit is None:
            yield path, f"{name} is no number", expected_of(points)
        elif not all(same_dimension(one.unit, unit) for one in stated):
            yield path, f"{name} is in {unit}", f"a quantity in {unit}"
        return
    for state in [wanted] if isinstance(wanted, str) else wanted:
        if not fits(points, state):
            yield path, f"{name} cannot be {state!r}", expected_of(points)


def _check_reacts(context: CheckContext) -> Iterator[Complaint]:
    yield from check_timed(context)
    yield from _check_conditions(context, "cause", "effect")
    for key in ("cause", "effect"):
        if not context.parameters[key]:
            yield ("with", key), "no point is named", "at least one point"
    watched = context.parameters["watched"]
    if watched is not None:
        yield from earlier(context, (watched,), "watched")


def _check_derates(context: CheckContext) -> Iterator[Complaint]:
    yield from check_timed(context)
    yield from _check_conditions(context, "effect")


@action(
    "vehicle.watch",
    kind="R",
    judges=False,
    limit="none",
    check=check_passed,
    title=Text("开始记录报文时刻", "Watch frames from now on"),
)
async def watch(
    step: StepContext,
    *,
    points: WatchedPoints,
    for_: DurationField = 60.0,
    if_passed: Passed = (),
) -> None:
    """Collect what the frames say of these points, for steps that time it later.

    The step ends once every point has been seen, so that what comes next has a beginning.
    """
    require_passed(step, if_passed)
    begun = Watch(step.vehicle, points, for_)
    keep(step, begun)
    await _first_frames(step, begun)
    for name, course in begun.courses.items():
        if not course.seen:
            raise NotAvailableError(f"no frame shows {name}")


async def _first_frames(step: StepContext, begun: Watch) -> None:
    until = Deadline(min(step.deadline.at, loop_time() + _FIRST_FRAMES))
    while not begun.complete and not until.passed():
        step.vehicle.require_alive()
        await sleep_until(min(until.at, loop_time() + _POLL))


@action(
    "vehicle.reacts",
    kind="J",
    limit="needed",
    check=_check_reacts,
    title=Text("反应时间", "Reaction time"),
)
async def reacts(
    step: StepContext,
    *,
    cause: WatchedStates,
    effect: WatchedStates,
    watched: str | None = None,
    does: str | None = None,
    ask: TextField | None = None,
    if_passed: Passed = (),
) -> None:
    """Judge how long the effect takes after its cause, by the stamps of the frames that show them.

    With `watched`, in what an earlier `vehicle.watch` has collected; else the person acts now. The
    uncertainty is what lies between the frames before and after, and one cycle of each message on
    top: data may be that old when they are sent. So nothing shorter than both cycles together can
    ever pass. An effect that was there before its cause shows nothing, and is inconclusive.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    if watched is not None:
        collected = kept(step, watched)
        for name in (*cause, *effect):
            if name not in collected.courses:
                raise NotAvailableError(f"step {watched} did not watch {name}")
        await _until_settled(Reaction(step, collected, cause, effect), limit, None)
        return
    collected = Watch(step.vehicle, [*cause, *effect], step.deadline.remaining())
    acting: asyncio.Task[None] | None = None
    try:
        await _first_frames(step, collected)
        acting = asyncio.create_task(step.do_by_hand(does, ask))
        await _until_settled(Reaction(step, collected, cause, effect), limit, acting)
    finally:
        collected.stop()
        if acting is not None and not acting.done():
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)


async def _until_settled(
    reaction: "Reaction", limit: Within, acting: "asyncio.Task[None] | None"
) -> None:
    """Look until the effect is there, or long enough to call it too late; then judge."""
    begun: float | None = None
    while True:
        reaction.step.vehicle.require_alive()
        if acting is not None and acting.done():
            acting.result()  # a refusal or a wish to stop ends the step here
        if begun is None and (acting is None or acting.done()):
            begun = loop_time()
        reaction.look()
        if begun is not None and (reaction.settled or reaction.too_late(limit, begun)):
            break
        await sleep_until(loop_time() + _POLL)
    reaction.judge()


@dataclass
class Reaction:
    """A cause and its effect in frames that were collected."""

    step: StepContext
    collected: Watch
    cause: Conditions
    effect: Conditions
    first: Found = False
    """When the cause came; True: it was there before anybody looked, False: not yet."""
    then: Found = False
    """When the effect came; True: it was there before the cause, False: not yet."""

    def look(self) -> None:
        """Look through all frames so far."""
        self.first = self.collected.began(self.step, self.cause, -math.inf)
        self.then = (
            self.collected.began(self.step, self.effect, self.first[0].earliest)
            if isinstance(self.first, tuple)
            else False
        )

    @property
    def settled(self) -> bool:
        """More frames would not change anything."""
        return self.first is True or self.then is not False

    def too_late(self, limit: Within, begun: float) -> bool:
        """Whether waiting on makes no sense: late is told from never."""
        if not isinstance(self.first, tuple):
            return loop_time() - begun > _NO_CAUSE
        return loop_time() - self.first[0].latest > limit.high * _PATIENCE + 4 * _POLL

    def judge(self) -> None:
        """Put the frames on record and judge the time between them."""
        for found in (self.first, self.then):
            if isinstance(found, tuple):
                for reading in found[1]:
                    self.step.measured(reading)
        self.step.judge(self._measured())

    def _measured(self) -> Measurement:
        if not isinstance(self.first, tuple):
            why = "was so before" if self.first else "was not seen"
            return self._nothing(f"{_said(self.cause)} {why}")
        if self.then is True:
            return self._nothing(f"{_said(self.effect)} was so before the cause")
        if bad := self.collected.untrusted():
            return self._nothing(", ".join(bad), Quality.CORRUPT)
        note = f"{_said(self.cause)} → {_said(self.effect)}"
        cause = self.first[0]
        if isinstance(self.then, tuple):
            longest, unsure = between(cause, self.then[0])
            return self._took(note, value=round(longest, 6), uncertainty=round(unsure, 6))
        courses = [self.collected.courses[name] for name in self.effect]
        last = min(course.seen[-1].at for course in courses)
        waited = last - max(course.cycle for course in courses) - cause.latest
        return self._took(note, at_least=round(max(waited, 0.0), 6))

    def _nothing(self, note: str, quality: Quality = Quality.STALE) -> Measurement:
        at = self.step.clock.elapsed()
        return Measurement(REACTION, None, "s", quality=quality, source=SIDE, at=at, note=note)

    def _took(self, note: str, **figures: float) -> Measurement:
        return Measurement(
            REACTION,
            figures.get("value"),
            "s",
            uncertainty=figures.get("uncertainty"),
            at_least=figures.get("at_least"),
            source=SIDE,
            at=self.step.clock.elapsed(),
            note=note,
        )


def between(cause: Moment, effect: Moment) -> tuple[float, float]:
    """How long it was at most from cause to effect, and its uncertainty (s).

    Never less than both cycles together: that is what stamps can show.
    """
    longest = max(effect.latest - cause.earliest, cause.cycle + effect.cycle)
    shortest = min(max(effect.earliest - cause.latest, 0.0), longest)
    return longest, longest - shortest


def _said(conditions: Conditions) -> str:
    return ", ".join(
        f"{name} {' | '.join(one) if isinstance(one, list) else one}"
        for name, one in conditions.items()
    )


@action(
    "pile.derates",
    kind="W",
    writes=True,
    limit="needed",
    check=_check_derates,
    title=Text("降低电流限值", "Lower the current limit"),
)
async def derates(
    step: StepContext,
    *,
    current: QuantityField,
    effect: WatchedStates,
    point: WrittenPoint = "current_limit",
    if_passed: Passed = (),
) -> None:
    """Write a lower current limit to the pile, and time until the vehicle's frames show its effect.

    The time runs from the command; the limit is put back at the end of the run.
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    limited = step.modbus.profile.points.get(point)
    if limited is None or not limited.writable:
        raise NotAvailableError(f"the current of {step.modbus.profile.id} cannot be set")
    collected = Watch(step.vehicle, list(effect), step.deadline.remaining())
    reaction = Reaction(step, collected, {point: str(current)}, effect)
    try:
        await _first_frames(step, collected)
        sent_at = loop_time()
        await step.write(point, current.to(limited.unit or current.unit))
        reaction.first = Moment(sent_at, sent_at, 0.0), []
        while True:
            step.vehicle.require_alive()
            reaction.then = collected.began(step, effect, sent_at)
            if reaction.settled or reaction.too_late(limit, sent_at):
                break
            await sleep_until(loop_time() + _POLL)
    finally:
        collected.stop()
    reaction.judge()
