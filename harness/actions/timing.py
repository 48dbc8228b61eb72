"""Timing what changes: what is not known about beginning and end is the uncertainty.

Only usable readings say that something is so, or that it is not so yet.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.joint_frames import Bound, Wanted
from harness.actions.joint_given import is_state, number_of
from harness.clock import Deadline, loop_time, sleep_until
from harness.limits import Within
from harness.quantity import Measurement, Quality

if TYPE_CHECKING:
    from harness.actions.signal_watch import Signal

PATIENCE = 1.5
"""How far past the limit to keep watching: late is told from never."""
POLLS = 3

Look = Callable[[], Awaitable[tuple[bool, list[Measurement]]]]


def shows(reading: Measurement, wanted: Wanted) -> bool:
    """Whether a usable reading is what is wanted."""
    if not isinstance(wanted, Bound):
        return is_state(reading, wanted)
    number, unit = number_of(reading), reading.unit or "1"
    if number is None:
        return False
    return (wanted.above is None or number > wanted.above.to(unit)) and (
        wanted.below is None or number < wanted.below.to(unit)
    )


def tells(reading: Measurement) -> bool:
    """Whether a reading that does not show a state says that it is not there.

    A code without a name is something else. Nothing that ever came is no state either. What is
    stale, or whose checksum is wrong, says nothing.
    """
    if reading.quality is Quality.MISSING:
        return not reading.frame
    return reading.quality in (Quality.GOOD, Quality.UNKNOWN_CODE)


def still(readings: list[Measurement]) -> str:
    """What it was when nothing had changed, for the record."""
    if all(one.value is None for one in readings):
        return "still no reading"
    return "still " + ", ".join(map(_said, readings))


def _said(reading: Measurement) -> str:
    if reading.value is None:
        return "no reading"
    number = number_of(reading)
    if number is None or reading.unit in (None, "1"):
        return str(reading.value)
    return f"{number:g} {reading.unit}"


def silent_for(seconds: float) -> str:
    """That nothing usable came for so long, for the record."""
    return f"no fresh value for {seconds:.3g} s"


def why_unusable(step: StepContext, reading: Measurement) -> str:
    """Why a reading says nothing, for the record."""
    if reading.quality is Quality.STALE:
        return silent_for(step.clock.elapsed() - reading.at)
    return reading.note or f"reading is {reading.quality.value}"


def not_reached(
    step: StepContext, name: str, readings: list[Measurement], waited: float, limit: Within
) -> Measurement:
    """The time that something took that was not seen.

    `waited` is how long usable readings said that it was not there. When that does not reach past
    the limit because of readings that say nothing, it carries their quality, and no verdict.
    """
    bad = next((one for one in readings if not tells(one)), None)
    known = bad is None or waited > limit.high
    return Measurement(
        name=name,
        value=None,
        unit="s",
        quality=Quality.GOOD if known or bad is None else bad.quality,
        at_least=round(waited, 6) if known else None,
        source=step.role,
        at=step.clock.elapsed(),
        transactions=[line for reading in readings for line in reading.transactions],
        note=still(readings) if known or bad is None else why_unusable(step, bad),
        frame=readings[0].frame,
    )


class Change:
    """When points came to be as wanted, all at once, as far as readings can tell.

    That lies between `not_yet` and `seen`. Either is None while no usable reading has said so.
    """

    def __init__(self, wanted: Mapping[str, Wanted]) -> None:
        self.wanted = wanted
        self.not_yet: float | None = None
        self.seen: float | None = None
        self.cycle = 0.0
        """Longest cycle of the messages that show it (s); 0 where it is polled."""
        self.shown: dict[str, Measurement] = {}
        """Point -> the latest reading that could be used."""
        self._until: dict[str, float] = {}
        """Points that are as wanted -> how long their latest frame stands."""

    def look(self, readings: Mapping[str, Measurement], asked_at: float) -> None:
        """Take what was read of all points at once, now."""
        if self.seen is not None:
            return
        self.shown = {name: readings[name] for name in self.wanted}
        there = {name: shows(one, self.wanted[name]) for name, one in self.shown.items()}
        if all(there.values()):
            self.seen = loop_time()
        elif any(tells(one) and not there[name] for name, one in self.shown.items()):
            self.not_yet = asked_at

    def take(self, signal: "Signal", reading: Measurement, at: float) -> None:
        """Take what one frame says. Its data may be as old as one cycle of its message."""
        name = reading.name
        if self.seen is not None or name not in self.wanted:
            return
        self.cycle = max(self.cycle, signal.cycle)
        if not signal.usable(reading):
            if not tells(reading):
                self._until.pop(name, None)
            return
        self.shown[name] = reading
        if shows(reading, self.wanted[name]):
            self._until[name] = at + signal.longest_gap
        else:
            self._until.pop(name, None)
            self.not_yet = max(self.not_yet or -math.inf, at - signal.cycle)
        if all(self._until.get(one, -math.inf) >= at for one in self.wanted):
            self.seen = at


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
    Whatever passed between `started` and the first look is not known, so it is uncertainty. A look
    at readings that cannot be used does not say that it was not so yet.
    """
    started = not_yet = loop_time() if started is None else started
    until = Deadline(min(step.deadline.at, started + limit.high * PATIENCE + POLLS * poll))
    while True:
        asked_at = loop_time()
        seen, readings = await look()
        if seen:
            break
        if all(map(tells, readings)):
            not_yet = asked_at
        if until.passed():
            break
        await sleep_until(asked_at + poll)
    now = loop_time()
    for reading in readings:
        step.measured(reading)
    if not seen:
        step.judge(not_reached(step, name, readings, not_yet - started, limit), limit)
        return
    step.judge(
        Measurement(
            name=name,
            value=round(now - started, 6),
            unit="s",
            uncertainty=round(now - not_yet, 6),
            source=step.role,
            at=step.clock.elapsed(),
            transactions=[line for reading in readings for line in reading.transactions],
        ),
        limit,
    )
