"""Switching seeded faults on and off during a procedure."""

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.errors import NotAvailableError
from harness.text import Text


@action(
    "fault.set",
    kind="W",
    judges=False,
    limit="none",
    also=("injector",),
    title=Text("注入故障", "Inject a fault"),
)
async def set_fault(step: StepContext, *, fault: str) -> None:
    """Switch a fault on. All faults are cleared at the end.

    A bench with a relay board switches the fault's relay and reads it back; a simulated bench
    puts it into the simulation.
    """
    await _switch(step, fault, on=True)


@action(
    "fault.clear",
    kind="W",
    judges=False,
    limit="none",
    also=("injector",),
    title=Text("清除故障", "Clear a fault"),
)
async def clear_fault(step: StepContext, *, fault: str) -> None:
    """Switch a fault off."""
    await _switch(step, fault, on=False)


async def _switch(step: StepContext, fault: str, *, on: bool) -> None:
    if not step.bench.faults.possible:
        raise NotAvailableError("this bench has no fault injector")
    await step.bench.faults.switch(fault, on=on, deadline=step.deadline)
