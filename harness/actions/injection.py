"""Switching seeded faults on and off during a procedure."""

from harness.actions.context import StepContext
from harness.actions.registry import action
from harness.errors import NotAvailableError
from harness.text import Text


@action("fault.set", kind="W", judges=False, limit="none", title=Text("注入故障", "Inject a fault"))
async def set_fault(step: StepContext, *, fault: str) -> None:
    """Switch a fault on. Only a bench with an injector can; all faults are cleared at the end."""
    _switch(step, fault, on=True)


@action(
    "fault.clear", kind="W", judges=False, limit="none", title=Text("清除故障", "Clear a fault")
)
async def clear_fault(step: StepContext, *, fault: str) -> None:
    """Switch a fault off."""
    _switch(step, fault, on=False)


def _switch(step: StepContext, fault: str, *, on: bool) -> None:
    if step.bench.injector is None:
        raise NotAvailableError("this bench has no fault injector")
    step.bench.set_fault(fault, on=on)
