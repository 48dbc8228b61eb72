"""Commands that are wrong: they must not be obeyed, and the unit has to report them."""

from typing import Literal

from harness.actions.by_wire.given import (
    ReleasedBy,
    brought_back,
    check_unit,
    commanded,
    entry_of,
    found,
    has_unit,
    number,
)
from harness.actions.by_wire.stillness import Rest, judge_still, watched
from harness.actions.context import StepContext
from harness.actions.diagnostics import CONFIRMED_OR_FAILING
from harness.actions.registry import action
from harness.errors import NotAvailableError
from harness.limits import Equals
from harness.text import Text

BURSTS = 5
"""How often a few wrong frames come between right ones."""
_SETTLES = 0.8
"""Seconds until the actuator rests at its neutral demand."""
_BETWEEN = 0.25
"""Seconds between two bursts: right commands hold the actuator where it is meanwhile."""


@action(
    "vehicle.by_wire_illegal",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("非法指令", "Illegal commands"),
)
async def illegal(
    step: StepContext,
    *,
    unit: str,
    flaw: Literal["checksum", "counter", "range"],
    demand: float | str,
    released_by: ReleasedBy,
    back: str | None = None,
) -> None:
    """Send wrong frames that ask for `demand` between right ones that ask for nothing.

    Two claims: the actuator moved no further than the limit allows (one that has states: none of
    the quantities that its motion shows in went beyond the limit, and its state is the same), and
    the unit has stored the trouble code that the profile names for this flaw. `back` is asked for
    when a state has changed.
    """
    points = watched(entry_of(step, unit))
    async with commanded(step, unit, released_by, *points) as (command, frames):
        entry = command.entry
        code = getattr(entry.codes, flaw)
        if not entry.unit or code is None:
            raise NotAvailableError(f"the profile names no trouble code of {unit} for {flaw}")
        if flaw == "range" and not entry.beyond:
            raise NotAvailableError(f"the profile names no value out of range for {unit}")
        await frames.run(step, _SETTLES)
        course = frames.course(entry.follows)
        if not points:
            number(course)
        rest = Rest(course.latest, course.at[-1])
        for _ in range(BURSTS):
            command.misuse(flaw, demand)
            await frames.run(step, _BETWEEN)
        changed = bool(points) and course.latest != rest.before
        if changed:
            await brought_back(step, frames, command, back)
        stored = await step.vehicle.trouble_codes(entry.unit, step.deadline)
    judge_still(step, entry, frames, rest, f"{flaw} wrong")
    status = next((one.status for one in stored if one.code == code), 0)
    said = "reported" if status & CONFIRMED_OR_FAILING else "not_reported"
    step.judge(found(step, f"{entry.unit}.{code}.report", said, None), Equals("reported"))
