"""Counting the flashes of a lamp from the frames that say whether it is lit."""

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from msgspec.structs import replace
from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import (
    CheckContext,
    Complaint,
    PointName,
    PointRef,
    StateOf,
    action,
)
from harness.actions.signal_watch import SignalWatch
from harness.actions.timing import silent_for
from harness.clock import Deadline, loop_time
from harness.fields import DurationField, TextField
from harness.quantity import Measurement, Quality
from harness.text import Text

if TYPE_CHECKING:
    from harness.actions.signal_watch import Signal


def check_counted(context: CheckContext) -> Iterable[Complaint]:
    """The lamp is a signal: what has to be asked for is not seen often enough."""
    points = context.bench.points_of("vehicle")
    point = points.get(context.parameters["point"])
    if point is not None and not getattr(point, "signal", ""):
        expected = "a signal on a bus (`Message.Signal`, or a point with `signal:`)"
        yield ("with", "point"), f"{point.name} is not in frames of a bus", expected


ENOUGH = 1 / 3
"""Share of the watch in which no frame may be missing. A pause of the adapter, or of this program,
costs the rest: the fewer flashes are left, the larger is the uncertainty."""


class _Lamp:
    """What the frames say of one lamp, from now on."""

    def __init__(self, step: StepContext, point: str, lit: str | int) -> None:
        self._step = step
        self._lit = lit
        self.times: list[float] = []
        self.states: list[bool] = []
        self._watch = SignalWatch(step, [point], self._take)
        self.cycle = self._watch.signals[point].cycle
        self._longest_gap = self._watch.signals[point].longest_gap
        self.began = self.ended = loop_time()

    def _take(self, signal: "Signal", reading: Measurement, at: float) -> None:
        if not signal.usable(reading) or reading.value is None:
            return
        lit = reading.value == self._lit
        if self.times and at <= self.times[-1]:
            self.states[-1] = lit  # handed over together: the later one counts
            return
        self.times.append(at)
        self.states.append(lit)

    async def watch(self, seconds: float) -> None:
        """Raises as `SignalWatch.until`."""
        until = Deadline(min(self._step.deadline.at, self.began + seconds))
        try:
            await self._watch.until(until, lambda: False)
        finally:
            self._watch.stop()
        self.ended = loop_time()

    def unbroken(self) -> tuple[list[float], list[bool]]:
        """Times and states of the longest stretch in which no frame is missing."""
        gaps = [after - before > self._longest_gap for before, after in pairwise(self.times)]
        cuts = [0, *(index for index, cut in enumerate(gaps, 1) if cut), len(self.times)]
        first, end = max(
            (pair for pair in pairwise(cuts) if pair[1] > pair[0]),
            key=lambda pair: self.times[pair[1] - 1] - self.times[pair[0]],
            default=(0, 0),
        )
        return self.times[first:end], self.states[first:end]

    @property
    def longest_silence(self) -> float:
        """Without a usable frame, the ends of the watch included (s)."""
        moments = [self.began, *self.times, self.ended]
        return max(after - before for before, after in pairwise(moments))


@action(
    "vehicle.flash_rate",
    kind="J",
    limit="needed",
    check=check_counted,
    title=Text("闪光频率（逐次计数）", "Flash rate, counted"),
)
async def counted_rate(
    step: StepContext,
    *,
    point: PointName,
    lit: Annotated[str | int, StateOf("point")] = "lit",
    for_: Annotated[DurationField, Field(gt=0, description="From the confirmation on")] = 10.0,
    reported: Annotated[str | None, PointRef(optional=True)] = None,
    does: str | None = None,
    ask: TextField | None = None,
    undo: str | None = None,
    undo_ask: TextField | None = None,
) -> None:
    """Watch a lamp that flashes, and judge how many times a minute it comes on.

    Every frame counts, by its stamp. The cycle of the message is the uncertainty of an edge, once
    for what it falls between and once for the age of what a frame says; the longer the watch, the
    less it matters. A lamp that never comes on, or never goes out, has the rate 0. Counted is the
    longest stretch in which no frame is missing; one shorter than a third of the watch, or with
    frames too seldom for the flashes, proves nothing. The share of the time for which it
    is lit goes on record, and so does what a control unit says of the rate itself (`reported`):
    that is not judged. With `undo` the person puts it back afterwards, whatever came of it.
    """
    await step.do_by_hand(does, ask)
    try:
        lamp = _Lamp(step, point, lit)
        await lamp.watch(for_)
        if reported is not None and step.device.has(reported):
            await step.read_one(reported)
        _judge(step, point, lamp)
    finally:
        await step.do_by_hand(undo, undo_ask)


def _judge(step: StepContext, point: str, lamp: _Lamp) -> None:
    # Late: a bench of piles counts no flashes.
    from harness.catalogue.criteria.flash_rate import flash_duty, flash_rate  # noqa: PLC0415
    from harness.catalogue.criteria.inputs import Series  # noqa: PLC0415

    moments, states = lamp.unbroken()
    # Of a message without a cycle nobody knows how old the state in a frame may be.
    times = Series(moments, "s", lamp.cycle or None)
    rate, duty = flash_rate(times, states), flash_duty(times, states)
    if not moments:
        note = f"no usable frame of {point} came"
        rate = replace(rate, value=None, quality=Quality.MISSING, note=note)
    elif moments[-1] - moments[0] < ENOUGH * (lamp.ended - lamp.began):
        rate = replace(rate, value=None, uncertainty=None, quality=Quality.STALE,
                       note=silent_for(lamp.longest_silence))  # fmt: skip
    elif duty.quality is Quality.GOOD:
        step.measured(_of(step, duty, f"{point}.duty"))
    step.judge(_of(step, rate, f"{point}.flash_rate"))


def _of(step: StepContext, worked_out: Measurement, name: str) -> Measurement:
    value, uncertainty = worked_out.value, worked_out.uncertainty
    return replace(
        worked_out,
        name=name,
        value=round(value, 6) if isinstance(value, float) else value,
        uncertainty=None if uncertainty is None else round(uncertainty, 6),
        source=step.role,
        at=step.clock.elapsed(),
    )
