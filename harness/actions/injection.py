"""Switching seeded faults on and off during a procedure."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed, require_run
from harness.actions.registry import action
from harness.bench.simulated import seeded_faults
from harness.bench.sockets import lacks
from harness.errors import NotAvailableError
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

Ran = Annotated[tuple[str, ...], Field(description="Steps that must have been carried out before")]


def not_wired(bench: "LoadedBench", fault: str) -> str:
    """Why this bench cannot bring this fault about; empty when it can."""
    known = seeded_faults().get(fault)
    if known is not None and (why := lacks(bench, known.needs)):
        return why
    board = bench.model.devices.get("injector")
    if bench.simulated_inside or (board is not None and fault in board.faults):
        return ""
    if board is None:
        return "this bench has no fault injector"
    wired = ", ".join(f"{name} ({relay})" for name, relay in board.faults.items())
    return f"the injector has no relay for the fault {fault!r}; it has: {wired}"


def _can_switch(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    return not_wired(bench, parameters["fault"])


@action(
    "fault.set",
    kind="W",
    judges=False,
    limit="none",
    also=("injector",),
    possible=_can_switch,
    title=Text("注入故障", "Inject a fault"),
)
async def set_fault(step: StepContext, *, fault: str, if_passed: Passed = ()) -> None:
    """Switch a fault on. All faults are cleared at the end.

    A bench with a relay board switches the fault's relay and reads it back; a simulated bench
    puts it into the simulation. One that closes the output by itself (a welded contactor) is
    brought in only where energising is released.
    """
    require_passed(step, if_passed)
    await _switch(step, fault, on=True)


@action(
    "fault.clear",
    kind="W",
    judges=False,
    limit="none",
    also=("injector",),
    possible=_can_switch,
    title=Text("清除故障", "Clear a fault"),
)
async def clear_fault(step: StepContext, *, fault: str, if_run: Ran = ()) -> None:
    """Switch a fault off. A switching on that went wrong is no reason to leave it."""
    require_run(step, if_run)
    await _switch(step, fault, on=False)


async def _switch(step: StepContext, fault: str, *, on: bool) -> None:
    if not step.bench.faults.possible:
        raise NotAvailableError("this bench has no fault injector")
    await step.bench.faults.switch(fault, on=on, deadline=step.deadline)
