"""Which control unit asks for calibration, by its own state and trouble codes."""

from typing import TYPE_CHECKING

from harness.actions.changes import said, the_one
from harness.actions.context import StepContext
from harness.actions.diagnostics import CONFIRMED_OR_FAILING, has_diagnostics, read_codes
from harness.actions.registry import action
from harness.actions.unit_work.common import check_units
from harness.devices.diag.diagnostics import Unit
from harness.errors import BenchError, DeviceError
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.control_units import StoredCode

DUE, DUE_UNITS = "due_unit", "due_units"
CODES, UNREAD = "stored_codes", "units_unread"
STATE, GOOD = "calibration_state", "calibrated"
TYPES = ("54", "78")
"""Failure types of SAE J2012-DA that say so: calibration missing, alignment incorrect."""


@action("diag.calibration_due", kind="R", judges=False, limit="none", possible=has_diagnostics,
        check=check_units, title=Text("读取需要调试的原因", "Why work is needed"))  # fmt: skip
async def calibration_due(step: StepContext, *, units: tuple[str, ...]) -> None:
    """Read the trouble codes of the whole car, and how `units` say that they are calibrated.

    `due_unit` names the one of `units` that is not calibrated or has a code of failure type 54 or
    78 (`none`, `several`). `stored_codes` lists all codes that count.
    """
    due: list[str] = []
    codes: list[str] = []
    unread: list[str] = []
    for name, unit in step.vehicle.units.items():
        try:
            found = await _codes(step, name)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            unread.append(name)
            step.measured(said(step, f"{name}.trouble_codes", None, error.detail))
            continue
        codes += [f"{name}:{code}" for code in found]
        if name in units:
            says = any(code.endswith(tuple(f"-{one}" for one in TYPES)) for code in found)
            if says or await _uncalibrated(step, name, unit):
                due.append(name)
    step.measured(said(step, CODES, codes))
    step.measured(said(step, UNREAD, unread))
    step.measured(said(step, DUE_UNITS, due))
    step.measured(said(step, DUE, the_one(due)))


async def _codes(step: StepContext, unit: str) -> list[str]:
    """Codes of a unit that count, each on record with its status byte."""
    kept: list[StoredCode] = [
        one for one in await read_codes(step, unit) if one.status & CONFIRMED_OR_FAILING
    ]
    for one in kept:
        step.measured(
            Measurement(
                name=f"{unit}.{one.code}",
                value=one.status,
                source=step.role,
                at=step.clock.elapsed(),
                raw=one.status,
                note=one.title.en,
            )
        )
    return [one.code for one in kept]


async def _uncalibrated(step: StepContext, name: str, unit: Unit) -> bool:
    if not any(did.name == STATE for did in unit.dids):
        return False
    reading = await step.read_one(f"{name}.{STATE}")
    return reading.value is not None and reading.value != GOOD
