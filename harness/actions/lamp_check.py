"""Lamp check at switch-on: a warning lamp lights with the car and goes out again."""

import math
from collections.abc import Iterator
from typing import Annotated

from harness.actions.context import StepContext
from harness.actions.joint_frames import Course, Watch, keep, kept
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, PointRef, action
from harness.clock import Deadline, loop_time, sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Within
from harness.quantity import Measurement
from harness.text import Text

LIT, OUT = "lamp_lit_after", "lamp_out_after"
_POLL = 0.05
_SWITCHED_ON = ["on", "ready"]
_LIT = ["on", "flashing"]


@action(
    "vehicle.watch_switch_on",
    kind="R",
    judges=False,
    limit="none",
    title=Text("开始记录上电过程", "Watch the switching on"),
)
async def watch_switch_on(
    step: StepContext,
    *,
    points: Annotated[list[str], PointRef(role="vehicle")],
    key: Annotated[str, PointRef(role="vehicle")] = "key_position",
    for_: DurationField = 180.0,
) -> None:
    """Collect every frame of these lamps and of the key from now on, for `vehicle.lamp_check`.

    It comes before the car is switched on: its buses may be asleep.
    """
    keep(step, Watch(step.vehicle, [key, *points], for_))


def _check(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, (context.parameters["watched"],), "watched")


@action(
    "vehicle.lamp_check",
    kind="J",
    limit="none",
    check=_check,
    title=Text("警告灯上电自检", "Lamp check at switch-on"),
)
async def lamp_check(
    step: StepContext,
    *,
    watched: str,
    point: Annotated[str, PointRef(role="vehicle")],
    key: Annotated[str, PointRef(role="vehicle")] = "key_position",
    lit_within: DurationField,
    out_within: DurationField,
) -> None:
    """Judge when a lamp lit after the car was switched on, and when it was out for good.

    Both count from the first frame with the key on, by the stamps of frames; late is told from
    never. A lamp that does not light has no second verdict: that it is off then says nothing.
    """
    collected = kept(step, watched)
    for name in (key, point):
        if name not in collected.courses:
            raise NotAvailableError(f"step {watched} did not watch {name}")
    lamp = collected.courses[point]
    switched = _first(collected.courses[key], _SWITCHED_ON, -math.inf)
    if switched is None:
        raise NotAvailableError(f"no frame shows {key} on")
    await _see(step, lamp, switched + max(lit_within, out_within), _LIT, switched)
    lit = _first(lamp, _LIT, switched)
    if not lamp.seen:
        raise NotAvailableError(f"no frame shows {point}")
    step.judge(_took(step, LIT, lamp, switched, lit), Within(lit_within))
    if lit is None:
        return
    await _see(step, lamp, switched + out_within, ["off"], lit)
    out = _out_for_good(lamp, lit)
    step.judge(_took(step, OUT, lamp, switched, out), Within(out_within))


async def _see(
    step: StepContext, lamp: Course, until: float, wanted: list[str], after: float
) -> None:
    """Wait for a frame that shows the lamp so, until a cycle after the moment when it has to."""
    end = Deadline(min(step.deadline.at, until + 2 * lamp.cycle + _POLL))
    while _first(lamp, wanted, after) is None and not end.passed():
        step.vehicle.require_alive()
        await sleep_until(min(end.at, loop_time() + _POLL))


def _first(course: Course, wanted: list[str], after: float) -> float | None:
    """Stamp of the first frame from `after` on that shows this."""
    return next((one.at for one in course.seen if one.at >= after and one.value in wanted), None)


def _out_for_good(lamp: Course, lit: float) -> float | None:
    """Stamp of the frame from which on the lamp is off."""
    last = max((one.at for one in lamp.seen if one.value in _LIT), default=lit)
    return _first(lamp, ["off"], last)


def _took(
    step: StepContext, name: str, lamp: Course, since: float, at: float | None
) -> Measurement:
    """The time from `since`, or for how long it was not so where `at` is None."""
    last = lamp.seen[-1]
    frame = next((one for one in lamp.seen if one.at == at), last)
    return Measurement(
        name,
        None if at is None else round(at - since, 6),
        "s",
        uncertainty=None if at is None else lamp.cycle,
        at_least=round(max(last.at - since, 0.0), 6) if at is None else None,
        source="vehicle",
        at=round(frame.at - step.clock.start.loop_time, 6),
        frame=frame.frame,
    )
