"""Commands that are wrong: they must not be obeyed, and the unit has to report them."""

from typing import Literal

from harness.actions.by_wire.given import ReleasedBy, check_unit, commanded, found, has_unit, number
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
    demand: float,
    released_by: ReleasedBy,
) -> None:
    """Send wrong frames that ask for `demand` between right ones that ask for nothing.

    Two claims: the actuator moved no further than the limit allows, and the unit has stored the
    trouble code that the profile names for this flaw.
    """
    async with commanded(step, unit, released_by) as (command, frames):
        entry = command.entry
        code = getattr(entry.codes, flaw)
        if not entry.unit or code is None:
            raise NotAvailableError(f"the profile names no trouble code of {unit} for {flaw}")
        if flaw == "range" and not entry.beyond:
            raise NotAvailableError(f"the profile names no value out of range for {unit}")
        await frames.run(step, _SETTLES)
        course = frames.course(entry.follows)
        rest, begun = number(course), course.at[-1]
        for _ in range(BURSTS):
            command.misuse(flaw, demand)
            await frames.run(step, _BETWEEN)
        moved = max((abs(value - rest) for _, value in course.numbers(begun)), default=None)
        stored = await step.vehicle.trouble_codes(entry.unit, step.deadline)
    if moved is None:
        raise NotAvailableError(f"{course.name} was not seen meanwhile")
    step.judge(found(step, f"{entry.follows}.moved", moved, course.unit, note=f"{flaw} wrong"))
    status = next((one.status for one in stored if one.code == code), 0)
    said = "reported" if status & CONFIRMED_OR_FAILING else "not_reported"
    step.judge(found(step, f"{entry.unit}.{code}.report", said, None), Equals("reported"))
