"""Coding by work order: one value written, read back, and held against the order."""

from harness.actions.changes import change, said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.registry import action
from harness.actions.unit_work.common import refused
from harness.errors import BenchError, DeviceError, NotAvailableError, UsageError
from harness.events import Written
from harness.limits import Equals
from harness.text import Text


@action("diag.write_by_order", kind="W", writes=True, limit="none", possible=has_diagnostics,
        title=Text("按工单写入编码", "Code by the work order"))  # fmt: skip
async def write_by_order(step: StepContext) -> None:
    """Write what the work order wants (`maintenance: {coding: …}`), read it back, compare.

    Without a backup of it, or while the unit is locked, nothing is sent and the step is not run.
    """
    order = step.bench.maintenance.coding
    if not order:
        raise NotAvailableError("the bench file's `maintenance` section orders no coding")
    work = step.vehicle.control_units.work
    for point, value in order.items():
        unit, _, did = point.partition(".")
        if not work.is_unlocked(unit):
            raise NotAvailableError(f"{unit} is locked: nothing is sent to it")
        before = work.kept(unit, did)
        try:
            await work.write(unit, did, value, step.deadline)
        except UsageError as error:
            raise NotAvailableError(
                f"the work order cannot be carried out: {error.detail}"
            ) from error
        except (BenchError, DeviceError) as error:
            step.judge(refused(step, f"{point}.write", error), Equals("accepted"))
            continue
        read_back = await step.read_one(point)
        agreed = read_back.value == value
        step.emit(
            Written(step=step.step, role=step.role, point=point, value=value,
                    read_back=read_back, agreed=agreed)
        )  # fmt: skip
        if read_back.value != before:
            told = change(before, read_back.value)
            step.measured(said(step, f"{point}.changed", told, "expected"))
        step.judge(read_back, Equals(value))
