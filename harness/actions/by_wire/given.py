"""What every by-wire verb begins and ends with: the release, the handshake, the taking back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.by_wire.frames import Course, Frames
from harness.actions.context import StepContext
from harness.actions.joint_given import earlier, require_passed
from harness.actions.registry import CheckContext, Complaint
from harness.clock import Deadline, loop_time
from harness.errors import BusError, FileError, NotAvailableError, UnknownNameError
from harness.limits import Equals
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench
    from harness.devices.vehicle.commands import Command
    from harness.devices.vehicle.profile_file import ByWireEntry

ReleasedBy = Annotated[str, Field(description="Step of vehicle.release_motion that has to pass")]
_LATE = Text("指令发送滞后", "Commands were sent late")
_BRINGS_BACK = 3.0
"""Seconds that a change of state takes at most."""
HANDSHAKE = 1.0
"""Seconds that a unit has to take up by-wire operation before a step gives up."""


class Released:
    """What a step that has released motion leaves for the steps that move something."""


def require_release(step: StepContext, released_by: str) -> None:
    """Raises NotAvailableError unless that step has released motion in this run."""
    require_passed(step, (released_by,))
    if not isinstance(step.memory.kept.get(released_by), Released):
        raise NotAvailableError(f"step {released_by} has not released motion")


def entry_of(step: StepContext, unit: str) -> "ByWireEntry":
    """What the profile says of a by-wire unit. Raises NotAvailableError."""
    entry = step.vehicle.profile.by_wire.get(unit)
    if entry is None:
        raise NotAvailableError(f"the profile has no by-wire unit {unit!r}")
    return entry


def has_unit(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    """Why a bench cannot command a unit; empty if it can."""
    vehicle = bench.vehicle
    if vehicle is None:
        return "the bench has no vehicle"
    if not vehicle.commanded:
        return f"the profile {vehicle.id} has no by-wire units"
    return ""


@asynccontextmanager
async def commanded(
    step: StepContext, unit: str, released_by: str, *points: str, may_leave: bool = False
) -> AsyncIterator[tuple["Command", Frames]]:
    """A unit in by-wire operation with its neutral demand, and the frames of `points`.

    Afterwards it is brought back to neutral and manual, and rest is measured; when something goes
    wrong, manual operation is asked for at once. `may_leave`: that it leaves by-wire operation by
    itself is what the step is about. Raises NotAvailableError when the unit does not take part,
    BusError when it left because our own frames came late.
    """
    require_release(step, released_by)
    entry = entry_of(step, unit)
    commands = step.vehicle.commands
    frames = Frames(step, [entry.shows, entry.follows, *points])
    try:
        command = commands.begin(unit)
        try:
            await entered(step, frames, command)
            entry_seen = loop_time()
            yield command, frames
            if not may_leave:
                require_in_time(command, frames, entry_seen)
            await taken_back(step, command)
        except NotAvailableError:
            await taken_back(step, command)
            raise
        except BaseException:
            # Also when the run is broken off: there is no time to wait for anything.
            command.abandon()
            commands.ended(command)
            raise
    finally:
        frames.stop()


def require_in_time(command: "Command", frames: Frames, since: float) -> None:
    """Raises BusError when by-wire operation ended in between and our own frames had come late."""
    entry, gap = command.entry, command.cyclic.longest_gap
    left = frames.course(entry.shows).first(since, lambda value: value != entry.active)
    if left is not None and gap > 2 * entry.period:
        raise BusError(
            f"{entry.command} was sent {gap * 1000:.0f} ms late, so {command.name} left by-wire "
            "operation",
            headline=_LATE,
        )


async def taken_back(step: StepContext, command: "Command", *, still: bool = False) -> None:
    """End by-wire operation; an actuator that does not let go or rest has failed the step."""
    if not await step.vehicle.commands.take_back(command, step.deadline, still=still):
        step.judge(
            found(step, f"{command.name}.by_wire_end", "not_at_rest", None), Equals("at_rest")
        )


async def entered(step: StepContext, frames: Frames, command: "Command") -> None:
    """Wait until the unit shows by-wire operation, and what follows. Raises NotAvailableError."""
    entry = command.entry
    course, follows = frames.course(entry.shows), frames.course(entry.follows)
    await frames.until(
        Deadline(min(step.deadline.at, loop_time() + HANDSHAKE)),
        lambda: course.latest == entry.active and follows.latest is not None,
    )
    if course.latest != entry.active:
        raise NotAvailableError(
            f"the unit {command.name} did not take up by-wire operation: "
            f"{entry.shows} is {course.latest}"
        )


def number(course: Course) -> float:
    """The latest number of a course. Raises NotAvailableError."""
    value = course.latest
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAvailableError(f"{course.name} shows no number")
    return float(value)


def driver_points(entry: "ByWireEntry") -> tuple[str, ...]:
    """Points that show what the driver does."""
    return (*entry.driver, *entry.driver_shows)


def driver_acted(entry: "ByWireEntry", frames: Frames, since: float) -> float | None:
    """Stamp of the first frame that shows the driver's input beyond what takes over."""
    stamps = []
    for name, least in entry.driver.items():
        course = frames.course(name)
        low = least.to(course.unit or "1")
        stamps += [at for at, value in course.numbers(since) if abs(value) >= low][:1]
    for name, states in entry.driver_shows.items():
        at = frames.course(name).first(since, partial(_one_of, states))
        stamps += [] if at is None else [at]
    return min(stamps, default=None)


def _one_of(states: list[str], value: object) -> bool:
    return value in states


async def brought_back(
    step: StepContext, frames: Frames, command: "Command", back: str | None
) -> None:
    """A state that something wrong has changed is asked for again, by a right command."""
    if back is not None:
        command.demand(back)
        await frames.run(step, _BRINGS_BACK)


def found(
    step: StepContext,
    name: str,
    value: float | str | None,
    unit: str | None,
    *,
    note: str = "",
    uncertainty: float | None = None,
    at_least: float | None = None,
) -> Measurement:
    """Something that a step has worked out from frames."""
    return Measurement(
        name=name,
        value=round(value, 6) if isinstance(value, float) else value,
        unit=unit,
        uncertainty=uncertainty,
        at_least=at_least,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


# Checks before anything is opened


def check_unit(context: CheckContext) -> Iterator[Complaint]:
    """`unit` is a by-wire unit of the profile, `released_by` an earlier step."""
    vehicle = context.bench.vehicle
    if vehicle is None or not vehicle.commanded:
        return
    try:
        known = vehicle.by_wire
    except FileError as error:
        for problem in error.problems:
            yield ("with", "unit"), str(problem), "a profile whose by-wire units are sound"
        return
    unit = context.parameters.get("unit")
    if unit is not None and unit not in known:
        detail = UnknownNameError("by-wire unit", unit, list(known)).detail
        yield ("with", "unit"), detail, "a by-wire unit of the profile"
    for key in ("released_by", "of"):
        name = context.parameters.get(key)
        if name is not None:
            for path, what, expected in earlier(context, (name,), key):
                yield path[:2], what, expected
