"""Waiting for a state, and watching that a state holds."""

import asyncio
from contextlib import suppress
from typing import Annotated

from harness.actions.context import StepContext
from harness.actions.registry import PointName, PointRef, StateOf, action
from harness.actions.timing import still, time_until
from harness.clock import loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Equals, OneOf, Within
from harness.quantity import Measurement, Quality
from harness.text import Text

_PATIENCE = 1.5
"""How far past the limit to keep watching: late is told from never."""


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
    is_: Annotated[str | list[str], StateOf("point")],
    since: Annotated[dict[str, str] | None, PointRef(), StateOf()] = None,
    poll: DurationField = 0.1,
    does: str | None = None,
    ask: TextField | None = None,
) -> None:
    """Time how long a point takes to reach a state, after the person did `does`.

    Without `since`, the claim is that the state is there no later than so long after the person
    confirmed. With `since: {emergency_stop: pressed}` the time runs from the moment when the
    device itself reports the cause, so the person's own slowness does not enter. If the state is
    there before anything was done, nothing can be concluded.
    """
    if not isinstance(step.limit, Within):
        raise NotAvailableError(f"step {step.step} needs a limit of the form `within: 3 s`")
    wanted = [is_] if isinstance(is_, str) else is_
    name = f"{point}.time_to_{wanted[0]}"
    before = await step.read([point, *(since or ())])
    already = [reading for reading in before.values() if _is_there(reading, point, wanted, since)]
    if already and (does is not None or since is not None):
        await step.do_by_hand(does, ask)
        step.judge(
            Measurement(
                name=name,
                value=None,
                unit="s",
                quality=Quality.STALE,
                source=step.role,
                at=step.clock.elapsed(),
                transactions=already[0].transactions,
                note=f"{already[0].name} was {already[0].value} before the action",
            )
        )
        return
    if since is not None:
        await _timed_from_cause(step, name, point, wanted, since, poll=poll, does=does, ask=ask)
        return
    await step.do_by_hand(does, ask)

    async def there() -> tuple[bool, list[Measurement]]:
        reading = (await step.device.read([point], step.deadline))[point]
        return reading.value in wanted, [reading]

    await time_until(step, name, there, step.limit, poll=poll)


def _is_there(
    reading: Measurement, point: str, wanted: list[str], since: dict[str, str] | None
) -> bool:
    if reading.name == point:
        return reading.value in wanted
    return since is not None and reading.value == since.get(reading.name)


class _Change:
    """When something changed, as far as polling can tell: in [not_yet, seen]."""

    def __init__(self) -> None:
        self.not_yet = loop_time()
        self.seen: float | None = None

    def look(self, there: bool, asked_at: float) -> None:
        if self.seen is None:
            if there:
                self.seen = loop_time()
            else:
                self.not_yet = asked_at


async def _timed_from_cause(
    step: StepContext,
    name: str,
    point: str,
    wanted: list[str],
    since: dict[str, str],
    *,
    poll: float,
    does: str | None,
    ask: Text | None,
) -> None:
    """Watch cause and effect while the person acts, and judge the time between the two."""
    assert isinstance(step.limit, Within)
    cause, effect = _Change(), _Change()
    person = asyncio.create_task(step.do_by_hand(does, ask))
    confirmed: float | None = None
    try:
        while True:
            asked_at = loop_time()
            readings = await step.device.read([*since, point], step.deadline)
            cause.look(all(readings[each].value == since[each] for each in since), asked_at)
            effect.look(readings[point].value in wanted, asked_at)
            if person.done() and confirmed is None:
                person.result()  # a refusal or a wish to stop ends the step here
                confirmed = loop_time()
            begun = cause.seen if cause.seen is not None else confirmed
            if effect.seen is not None and confirmed is not None:
                break
            if begun is not None and effect.seen is None:
                waited = loop_time() - begun
                if waited > step.limit.high * _PATIENCE + 3 * poll and confirmed is not None:
                    break
            await sleep_until(asked_at + poll)
    finally:
        if not person.done():
            person.cancel()
            with suppress(asyncio.CancelledError):
                await person
    for reading in readings.values():
        step.measured(reading)
    value = uncertainty = at_least = None
    note = ""
    if effect.seen is None:
        at_least = round(effect.not_yet - (cause.seen or confirmed), 6)
        note = still([readings[point]])
    elif cause.seen is None:
        note = f"{', '.join(since)} did not show the cause"
    else:
        shortest = max(0.0, effect.not_yet - cause.seen)
        value = round(max(effect.seen - cause.not_yet, 0.0), 6)
        uncertainty = round(max(value - shortest, 0.0), 6)
    step.judge(
        Measurement(
            name=name,
            value=value,
            unit="s",
            uncertainty=uncertainty,
            at_least=at_least,
            source=step.role,
            at=step.clock.elapsed(),
            transactions=[line for reading in readings.values() for line in reading.transactions],
            note=note,
        )
    )


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
    """Expect a point to stay in a state for a while, after the person did `does`."""
    limit = OneOf(list(is_)) if isinstance(is_, list) else Equals(is_)
    await step.do_by_hand(does, ask)
    until = loop_time() + for_
    while True:
        reading = (await step.device.read([point], step.deadline))[point]
        wanted = reading.value in is_ if isinstance(is_, list) else reading.value == is_
        if not wanted or loop_time() >= until:
            break
        await sleep_until(min(until, loop_time() + poll))
    step.measured(reading)
    step.judge(reading, limit)


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
