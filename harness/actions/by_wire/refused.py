"""By-wire operation that must not begin: the driver acts, or nobody has enabled it."""

from harness.actions.by_wire.frames import Frames
from harness.actions.by_wire.given import (
    HANDSHAKE,
    ReleasedBy,
    brought_back,
    check_unit,
    driver_acted,
    driver_points,
    entered,
    entry_of,
    found,
    has_unit,
    require_release,
    taken_back,
)
from harness.actions.by_wire.stillness import Rest, has_states, judge_still, moved_by, watched
from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.clock import Deadline, loop_time
from harness.errors import NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Equals
from harness.text import Text

_SHOWS = 1.0
"""Seconds within which what the driver does has to be seen."""
_SETTLES = 0.3
"""Seconds for which the neutral demand is sent before nothing is sent any more."""


@action(
    "vehicle.by_wire_refused",
    kind="W",
    moves=True,
    writes=True,
    limit="none",
    possible=has_unit,
    check=check_unit,
    title=Text("驾驶员操作时拒绝线控", "Refused while the driver acts"),
)
async def refused(
    step: StepContext,
    *,
    unit: str,
    does: str,
    ask: TextField,
    undo: str,
    undo_ask: TextField,
    released_by: ReleasedBy,
    watch: DurationField = HANDSHAKE,
) -> None:
    """Ask a unit for by-wire operation while the driver acts: it must not take it up.

    Nothing is asked for before the driver's input is seen. Whatever came of it, the driver lets go
    and manual operation is asked for.
    """
    require_release(step, released_by)
    entry = entry_of(step, unit)
    commands = step.vehicle.commands
    frames = Frames(step, [entry.shows, *driver_points(entry)])
    mode = frames.course(entry.shows)
    try:
        begun = loop_time()
        await step.do_by_hand(does, ask)
        try:
            patience = Deadline(min(step.deadline.at, loop_time() + _SHOWS))
            await frames.until(patience, lambda: driver_acted(entry, frames, begun) is not None)
            if driver_acted(entry, frames, begun) is None:
                raise NotAvailableError(f"no input of the driver was seen for {unit}")
            asked = loop_time()
            command = commands.begin(unit)
            try:
                await frames.run(step, watch)
                took_up = mode.first(asked, lambda value: value == entry.active) is not None
                await taken_back(step, command)
            except BaseException:
                command.abandon()
                commands.ended(command)
                raise
        finally:
            await step.do_by_hand(undo, undo_ask)
    finally:
        frames.stop()
    said = "taken_up" if took_up else "refused"
    step.judge(found(step, f"{unit}.by_wire_asked", said, None), Equals("refused"))


@action(
    "vehicle.by_wire_not_enabled",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("未使能的指令", "Commands without enable"),
)
async def not_enabled(
    step: StepContext,
    *,
    unit: str,
    demand: float | str,
    released_by: ReleasedBy,
    watch: DurationField = HANDSHAKE,
    back: str | None = None,
) -> None:
    """Send commands that ask for `demand` and not for by-wire operation: nothing may move.

    When something did, by-wire operation brings it back to its neutral demand, or to `back`.
    """
    require_release(step, released_by)
    entry = entry_of(step, unit)
    commands = step.vehicle.commands
    frames = Frames(step, [entry.shows, entry.follows, *watched(entry)])
    mode, course = frames.course(entry.shows), frames.course(entry.follows)
    try:
        await frames.until(
            Deadline(min(step.deadline.at, loop_time() + _SHOWS)),
            lambda: course.latest is not None and mode.latest is not None,
        )
        rest = Rest(course.latest, loop_time())
        command = commands.begin(unit, without_enable=demand)
        try:
            await frames.run(step, watch)
            if has_states(entry):
                changed = course.latest != rest.before
            else:
                near = entry.near.to(course.unit or "1") if entry.near is not None else 0.0
                changed = moved_by(entry, frames, rest) > near
            command.off()
            await frames.run(step, _SETTLES)
            if changed:
                command.enable()
                await entered(step, frames, command)
                await brought_back(step, frames, command, back)
            await taken_back(step, command, still=not changed)
        except BaseException:
            command.abandon()
            commands.ended(command)
            raise
    finally:
        frames.stop()
    judge_still(step, entry, frames, rest, "not enabled")
    seen = mode.first(rest.since, lambda value: value == entry.active) is not None
    if not changed:
        said = "active" if seen else "off"
        step.judge(found(step, f"{unit}.by_wire_unasked", said, None), Equals("off"))
