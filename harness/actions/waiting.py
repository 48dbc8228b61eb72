"""Waiting for a state, and watching that a state holds.

The vehicle's signals are watched frame by frame; whatever has to be asked for is polled. Only
readings that can be used count, see `harness.actions.timing`.
"""

import asyncio
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated

from msgspec.structs import replace

from harness.actions.context import StepContext
from harness.actions.joint_frames import Bound, Moment, Wanted
from harness.actions.joint_given import is_state, within_of
from harness.actions.joint_reactions import between
from harness.actions.registry import CheckContext, Complaint, PointName, PointRef, StateOf, action
from harness.actions.signal_watch import Signal, SignalWatch, are_signals
from harness.actions.timing import (
    PATIENCE,
    POLLS,
    Change,
    not_reached,
    shows,
    silent_for,
    tells,
    time_until,
    why_unusable,
)
from harness.bench.states import expected_of, shipped_points
from harness.clock import Deadline, loop_time, sleep_until
from harness.fields import DurationField, QuantityField, TextField
from harness.limits import Equals, OneOf, Within
from harness.quantity import Measurement, Quality, Quantity, same_dimension
from harness.text import Text

_CAUSE_LATER = 0.5
"""Seconds to wait at least for the cause once its effect is there: its message may be slower."""


def check_waited(context: CheckContext) -> Iterator[Complaint]:
    """A state or bounds, never both or none; bounds in a unit of the point."""
    given = context.parameters
    bounds: dict[str, Quantity] = {
        key: given[key] for key in ("above", "below") if given[key] is not None
    }
    if given["is_"] is not None and bounds:
        yield ("with", "is"), "a state and a number are wanted at once", "one of the two"
    elif given["is_"] is None and not bounds:
        yield ("with",), "nothing is waited for", "`is:`, `above:` or `below:`"
    name = given["point"]
    role = context.step.do.partition(".")[0]
    own = context.bench.points_of(role)
    points = [own[name]] if name in own else list(shipped_points(role, name))
    for key, bound in bounds.items() if points else ():
        unit = points[0].unit or "1"
        if points[0].values or points[0].flags or points[0].is_text or points[0].type == "bool":
            yield ("with", key), f"{name} is no number", expected_of(points)
        elif not same_dimension(bound.unit, unit):
            yield ("with", key), f"{name} is in {unit}", f"a quantity in {unit}"


@action(
    "pile.wait_for",
    "vehicle.wait_for",
    kind="R",
    limit="needed",
    title=Text("等待状态", "Wait for a state"),
)
async def wait_for(
    step: StepContext,
    *,
    point: PointName,
    is_: Annotated[str | list[str] | None, StateOf("point")] = None,
    above: QuantityField | None = None,
    below: QuantityField | None = None,
    since: Annotated[dict[str, str] | None, PointRef(), StateOf()] = None,
    poll: DurationField = 0.1,
    does: str | None = None,
    ask: TextField | None = None,
) -> None:
    """Time how long a point takes to reach a state or a number, after the person did `does`.

    Either `is` names the state, or `above` and `below` the bounds (`above: 80 %`). Without `since`,
    the claim is that it is there no later than so long after the person confirmed. With
    `since: {emergency_stop: pressed}` the time runs from the moment when the device itself reports
    the cause, so the person's own slowness does not enter. If it is there before anything was done,
    nothing can be concluded.

    Signals of a vehicle are timed by the stamps of their frames; anything else is read every
    `poll`. A reading that is stale, or whose checksum or counter is wrong, does not count: where
    such readings leave it open whether the limit was kept, the step is inconclusive.
    """
    limit = within_of(step)
    wanted: Wanted
    if is_ is None:
        wanted = Bound(above=above, below=below)
        name = f"{point}.time_to_{wanted}"
    else:
        wanted = [is_] if isinstance(is_, str) else is_
        name = f"{point}.time_to_{wanted[0]}"
    waiting = _Waiting(
        step, name, point=point, wanted=wanted, since=since or {}, limit=limit, poll=poll
    )
    if since is not None:
        await waiting.from_cause(does, ask)
        return
    before = await step.read([point])
    if does is not None and waiting.was_there(before):
        await step.do_by_hand(does, ask)
        waiting.judge_as_before(before)
        return
    await step.do_by_hand(does, ask)
    await waiting.from_now()


class _Waiting:
    """One wait for one point, from now on or from its cause on."""

    def __init__(
        self,
        step: StepContext,
        name: str,
        *,
        point: str,
        wanted: Wanted,
        since: Mapping[str, str],
        limit: Within,
        poll: float,
    ) -> None:
        self.step = step
        self.name = name
        self.point = point
        self.conditions: dict[str, Wanted] = {**since, point: wanted}
        self.cause = Change(since)
        self.effect = Change({point: wanted})
        self.limit = limit
        self.poll = poll

    # Before anything was done

    def was_there(self, before: Mapping[str, Measurement]) -> list[Measurement]:
        """What is as wanted already, beyond doubt."""
        return [one for name, one in before.items() if shows(one, self.conditions[name])]

    def judge_as_before(self, before: Mapping[str, Measurement]) -> None:
        """Nothing can be concluded from what was so before."""
        first = self.was_there(before)[0]
        note = f"{first.name} was {first.value} before the action"
        self.step.judge(self._time(Quality.STALE, note=note, readings=[first]))

    def _time(
        self,
        quality: Quality = Quality.GOOD,
        *,
        value: float | None = None,
        uncertainty: float | None = None,
        note: str = "",
        readings: list[Measurement],
    ) -> Measurement:
        return Measurement(
            name=self.name,
            value=value,
            unit="s",
            uncertainty=uncertainty,
            quality=quality,
            source=self.step.role,
            at=self.step.clock.elapsed(),
            transactions=[line for reading in readings for line in reading.transactions],
            note=note,
            frame=readings[0].frame if readings else "",
        )

    # From now on

    async def from_now(self) -> None:
        """Judge how long it takes from this moment."""
        if are_signals(self.step, [self.point]):
            await self._by_frames()
            return
        wanted = self.conditions[self.point]

        async def there() -> tuple[bool, list[Measurement]]:
            reading = (await self.step.device.read([self.point], self.step.deadline))[self.point]
            return shows(reading, wanted), [reading]

        await time_until(self.step, self.name, there, self.limit, poll=self.poll)

    async def _by_frames(self) -> None:
        effect = self.effect
        watch = SignalWatch(self.step, [self.point], effect.take)
        try:
            end = self._end(watch.started, watch)
            await watch.until(Deadline(end), lambda: effect.seen is not None)
        finally:
            watch.stop()
        if effect.seen is None:
            self._judge_not_reached(watch, watch.started)
            return
        readings = [effect.shown[self.point]]
        self.step.measured(readings[0])
        not_yet = max(effect.not_yet or watch.started, watch.started)
        value = round(effect.seen - watch.started, 6)
        unsure = round(effect.seen - not_yet, 6)
        self.step.judge(self._time(value=value, uncertainty=unsure, readings=readings))

    def _end(self, begun: float, watch: SignalWatch) -> float:
        """Until when it is worth waiting."""
        slow = 2 * max(one.cycle for one in watch.signals.values())
        patience = self.limit.high * PATIENCE + POLLS * self.poll + slow
        return min(self.step.deadline.at, begun + patience)

    def _judge_not_reached(self, watch: SignalWatch, begun: float) -> None:
        now = loop_time()
        signal = watch.signals[self.point]
        last = signal.reading(now)
        self.step.measured(last)
        told = self.effect.not_yet
        if last.quality is Quality.MISSING or signal.stale_after is None:
            # Nothing ever came; or what is sent on events has stood so until now.
            told = now if tells(last) and (signal.flawless or not last.frame) else None
        waited = max((begun if told is None else told) - begun, 0.0)
        found = not_reached(self.step, self.name, [last], waited, self.limit)
        self.step.judge(found)

    # From the cause on

    async def from_cause(self, does: str | None, ask: Text | None) -> None:
        """Watch cause and effect while the person acts, and judge the time between the two."""
        if are_signals(self.step, list(self.conditions)):
            watch = SignalWatch(self.step, list(self.conditions), self._take)
            try:
                await self._cause_by_frames(watch, does, ask)
            finally:
                watch.stop()
            return
        asked_at = loop_time()
        before = await self.step.read(list(self.conditions))
        if self.was_there(before):
            await self.step.do_by_hand(does, ask)
            self.judge_as_before(before)
            return
        await self._cause_by_polls(before, asked_at, does, ask)

    def _take(self, signal: Signal, reading: Measurement, at: float) -> None:
        self.cause.take(signal, reading, at)
        self.effect.take(signal, reading, at)

    async def _cause_by_frames(
        self, watch: SignalWatch, does: str | None, ask: Text | None
    ) -> None:
        before = await self.step.read(list(self.conditions))
        if self.was_there(before):
            await self.step.do_by_hand(does, ask)
            self.judge_as_before(before)
            return
        cause, effect = self.cause, self.effect
        person = asyncio.ensure_future(self.step.do_by_hand(does, ask))
        await watch.meanwhile(person, Deadline(math.inf))  # the step's deadline ends it
        person.result()  # a refusal or a wish to stop ends the step here
        confirmed = loop_time()
        await self._until_effect(watch, confirmed)
        if effect.seen is None and cause.seen is not None and cause.seen > confirmed:
            await self._until_effect(watch, confirmed)
        if effect.seen is not None and cause.seen is None:
            more = max(2 * one.cycle for one in watch.signals.values())
            patience = self.step.deadline.sooner(max(more, _CAUSE_LATER))
            await watch.until(patience, lambda: cause.seen is not None)
        if effect.seen is None:
            self._judge_not_reached(watch, cause.seen if cause.seen is not None else confirmed)
            return
        self._judge_between()

    async def _until_effect(self, watch: SignalWatch, confirmed: float) -> None:
        """Wait for the effect, for news of the cause, or for the time in which it should come."""
        known = self.cause.seen
        begun = confirmed if known is None else known
        await watch.until(
            Deadline(self._end(begun, watch)),
            lambda: self.effect.seen is not None or self.cause.seen != known,
        )

    async def _cause_by_polls(
        self,
        before: Mapping[str, Measurement],
        asked_at: float,
        does: str | None,
        ask: Text | None,
    ) -> None:
        cause, effect, poll = self.cause, self.effect, self.poll
        cause.look(before, asked_at)
        effect.look(before, asked_at)
        person = asyncio.create_task(self.step.do_by_hand(does, ask))
        confirmed: float | None = None
        try:
            while True:
                asked_at = loop_time()
                readings = await self.step.device.read(list(self.conditions), self.step.deadline)
                cause.look(readings, asked_at)
                effect.look(readings, asked_at)
                if person.done() and confirmed is None:
                    person.result()  # a refusal or a wish to stop ends the step here
                    confirmed = loop_time()
                begun = cause.seen if cause.seen is not None else confirmed
                if effect.seen is not None and confirmed is not None:
                    break
                if begun is not None and effect.seen is None and confirmed is not None:
                    waited = loop_time() - begun
                    if waited > self.limit.high * PATIENCE + POLLS * poll:
                        break
                await sleep_until(asked_at + poll)
        finally:
            if not person.done():
                person.cancel()
                with suppress(asyncio.CancelledError):
                    await person
        if effect.seen is not None:
            self._judge_between()
            return
        for reading in readings.values():
            self.step.measured(reading)
        assert begun is not None
        waited = max((begun if effect.not_yet is None else effect.not_yet) - begun, 0.0)
        last = [readings[self.point]]
        self.step.judge(not_reached(self.step, self.name, last, waited, self.limit))

    def _judge_between(self) -> None:
        """Judge the time between a cause and its effect, which was seen."""
        cause, effect = self.cause, self.effect
        readings = [*effect.shown.values(), *cause.shown.values()]
        for reading in readings:
            self.step.measured(reading)
        assert effect.seen is not None
        if cause.seen is None or cause.not_yet is None:
            note = f"{', '.join(cause.wanted)} did not show the cause"
            self.step.judge(self._time(note=note, readings=readings))
            return
        if effect.not_yet is None or effect.seen <= cause.not_yet:
            self.judge_as_before(effect.shown)
            return
        longest, unsure = between(
            Moment(cause.not_yet, cause.seen, cause.cycle),
            Moment(effect.not_yet, effect.seen, effect.cycle),
        )
        value, unsure = round(longest, 6), round(unsure, 6)
        self.step.judge(self._time(value=value, uncertainty=unsure, readings=readings))


@action("pile.holds", "vehicle.holds", kind="R", title=Text("状态保持", "A state holds"))
async def holds(
    step: StepContext,
    *,
    point: PointName,
    is_: Annotated[str | list[str], StateOf("point")],
    for_: DurationField,
    poll: DurationField = 0.2,
    does: str | None = None,
    ask: TextField | None = None,
) -> None:
    """Expect a point to stay in a state for a while, after the person did `does`.

    Every frame of a vehicle's signal is looked at; anything else is read every `poll`. All readings
    have to be usable, and no frame may be late by more than its allowed age: otherwise the step is
    inconclusive, unless a usable reading was of another state.
    """
    limit = OneOf(list(is_)) if isinstance(is_, list) else Equals(is_)
    await step.do_by_hand(does, ask)
    if are_signals(step, [point]):
        reading = await _held_in_frames(step, point, is_, for_)
    else:
        reading = await _held_in_polls(step, point, is_, for_, poll)
    step.measured(reading)
    step.judge(reading, limit)


async def _held_in_polls(
    step: StepContext, point: str, wanted: str | list[str], seconds: float, poll: float
) -> Measurement:
    until = loop_time() + seconds
    bad: Measurement | None = None
    while True:
        reading = (await step.device.read([point], step.deadline))[point]
        if not is_state(reading, wanted):
            if tells(reading) and reading.quality is not Quality.MISSING:
                return reading
            bad = bad or reading
        if loop_time() >= until:
            return bad or reading
        await sleep_until(min(until, loop_time() + poll))


class _Held:
    """Whether every frame shows the state."""

    def __init__(self, wanted: str | list[str]) -> None:
        self.wanted = wanted
        self.good_at = loop_time()
        """When the latest usable frame came."""
        self.last: Measurement | None = None
        self.gap = 0.0
        """The longest time without a usable frame that is longer than allowed."""
        self.bad: Measurement | None = None
        self.differs: Measurement | None = None

    def take(self, signal: Signal, reading: Measurement, at: float) -> None:
        if signal.usable(reading):
            self.until(signal, at)
            self.good_at, self.last = at, reading
            if self.differs is None and not is_state(reading, self.wanted):
                self.differs = reading
        elif self.bad is None and not tells(reading):
            self.bad = reading

    def until(self, signal: Signal, at: float) -> None:
        """Nothing usable came up to now."""
        if at - self.good_at > signal.longest_gap:
            self.gap = max(self.gap, at - self.good_at)


async def _held_in_frames(
    step: StepContext, point: str, wanted: str | list[str], seconds: float
) -> Measurement:
    held = _Held(wanted)
    watch = SignalWatch(step, [point], held.take)
    signal = watch.signals[point]
    try:
        # The time runs from the first frame on: a bus that was just opened may need a moment.
        first = (await step.device.read([point], step.deadline))[point]
        if first.quality is Quality.GOOD and held.last is not None:
            held.good_at, held.gap = loop_time(), 0.0
        until = loop_time() + seconds
        await watch.until(Deadline(until), lambda: held.differs is not None)
    finally:
        watch.stop()
    if held.differs is not None:
        return held.differs
    held.until(signal, loop_time())
    last = held.last or signal.reading(loop_time())
    if held.bad is not None:
        note = why_unusable(step, held.bad)
        return replace(held.bad, note=note)
    if held.gap:
        return replace(last, quality=Quality.STALE, note=silent_for(held.gap))
    return last


@action(
    "bench.wait",
    kind="O",
    judges=False,
    limit="none",
    title=Text("等待", "Wait"),
)
async def wait(step: StepContext, *, for_: DurationField) -> None:
    """Let time pass."""
    await sleep_until(min(step.deadline.at, loop_time() + for_))
