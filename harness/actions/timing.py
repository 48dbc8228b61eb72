"""Timing by polling: what is not known about beginning and end is the uncertainty."""

from collections.abc import Awaitable, Callable

from harness.actions.context import StepContext
from harness.clock import Deadline, loop_time, sleep_until
from harness.limits import Within
from harness.quantity import Measurement

_PATIENCE = 1.5
"""How far past the limit to keep watching: late is told from never."""

Look = Callable[[], Awaitable[tuple[bool, list[Measurement]]]]


def still(readings: list[Measurement]) -> str:
    """What it was when nothing had changed, for the record."""
    if all(one.value is None for one in readings):
        return "still no reading"
    shown = ("no reading" if one.value is None else str(one.value) for one in readings)
    return "still " + ", ".join(shown)


async def time_until(
    step: StepContext,
    name: str,
    look: Look,
    limit: Within,
    *,
    started: float | None = None,
    poll: float = 0.1,
) -> None:
    """Poll until `look` says yes, and judge the time since `started` (now) against `limit`.

    `look` returns whether it is so, and the readings that say it; the last ones go on record.
    Whatever passed between `started` and the first look is not known, so it is uncertainty.
    """
    started = not_yet = loop_time() if started is None else started
    until = Deadline(min(step.deadline.at, started + limit.high * _PATIENCE + 3 * poll))
    while True:
        asked_at = loop_time()
        seen, readings = await look()
        if seen:
            break
        not_yet = asked_at
        if until.passed():
            break
        await sleep_until(asked_at + poll)
    now = loop_time()
    for reading in readings:
        step.measured(reading)
    step.judge(
        Measurement(
            name=name,
            value=round(now - started, 6) if seen else None,
            unit="s",
            uncertainty=round(now - not_yet, 6) if seen else None,
            at_least=None if seen else round(not_yet - started, 6),
            source=step.role,
            at=step.clock.elapsed(),
            transactions=[line for reading in readings for line in reading.transactions],
            note="" if seen else still(readings),
        ),
        limit,
    )
