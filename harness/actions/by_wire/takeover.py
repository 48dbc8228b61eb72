"""The driver's hands and feet: by-wire operation has to end at once."""

from harness.actions.by_wire.given import (
    ReleasedBy,
    check_unit,
    commanded,
    driver_acted,
    driver_points,
    entry_of,
    found,
    has_unit,
)
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import action
from harness.actions.timing import PATIENCE
from harness.clock import Deadline, loop_time
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.text import Text


@action(
    "vehicle.by_wire_takeover",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("人工接管", "The driver takes over"),
)
async def takeover(
    step: StepContext,
    *,
    unit: str,
    does: str,
    ask: TextField,
    undo: str,
    undo_ask: TextField,
    released_by: ReleasedBy,
    demand: float | None = None,
) -> None:
    """Have the driver act during by-wire operation, and time until it ends.

    Time counts from the first frame that shows the driver's input beyond what the profile says
    takes over. Whatever came of it, the driver lets go again.
    """
    limit = within_of(step)
    driver = driver_points(entry_of(step, unit))
    async with commanded(step, unit, released_by, *driver, may_leave=True) as (command, frames):
        entry = command.entry
        mode = frames.course(entry.shows)
        if demand is not None:
            command.demand(demand)
        begun = loop_time()
        await step.do_by_hand(does, ask)
        try:
            patience = Deadline(min(step.deadline.at, loop_time() + limit.high * PATIENCE))
            await frames.until(
                patience,
                lambda: mode.first(begun, lambda value: value != entry.active) is not None,
            )
        finally:
            await step.do_by_hand(undo, undo_ask)
        since = driver_acted(entry, frames, begun)
        left = mode.first(begun, lambda value: value != entry.active)
    if since is None:
        raise NotAvailableError(f"no input of the driver was seen for {unit}")
    name = f"{entry.shows}.time_to_manual"
    if left is None:
        note = f"still {entry.active}"
        step.judge(found(step, name, None, "s", at_least=limit.high * PATIENCE, note=note))
        return
    spread = round(mode.cycle + entry.period, 6)
    step.judge(found(step, name, max(left - since, 0.0), "s", uncertainty=spread))
