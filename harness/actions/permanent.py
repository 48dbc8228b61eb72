"""Permanent trouble codes: what a tester cannot clear (SAE J1979, service 0A)."""

from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics, judge_found, known_names
from harness.actions.registry import action, check_of
from harness.errors import BenchError, DeviceError, NotAvailableError
from harness.quantity import Measurement
from harness.text import Text

PERMANENT = "permanent_codes"


@action("diag.no_permanent_codes", kind="R", limit="none", possible=has_diagnostics,
        title=Text("没有永久故障码", "No permanent trouble code"))  # fmt: skip
async def no_permanent_codes(step: StepContext, *, units: tuple[str, ...] = ()) -> None:
    """Ask the units that know OBD for their permanent codes, and expect none.

    Such a code stays when the others are cleared, until its unit has itself seen the test pass.
    Units that do not know the service have none to give; one that does not answer is no pass.
    """
    known = [name for name, unit in step.vehicle.units.items() if unit.obd]
    asked = [name for name in units or known if name in known]
    found: list[str] = []
    unread: list[str] = []
    answered = 0
    for name in asked:
        try:
            codes = await step.vehicle.permanent_codes(name, step.deadline)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            unread.append(name)
            step.measured(
                Measurement(f"{name}.trouble_codes", [], source=step.role,
                            at=step.clock.elapsed(), note=error.detail)
            )  # fmt: skip
            continue
        if codes is not None:
            answered += 1
            found += [f"{name}:{code}" for code in codes]
    if not answered and not unread:
        raise NotAvailableError("no unit gives permanent codes")
    judge_found(step, PERMANENT, found, unread, note=f"{answered} units gave theirs")


check_of("diag.no_permanent_codes")(known_names)
