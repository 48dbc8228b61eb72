"""Presets and usage parameters of the task, written into control units and read back."""

from typing import Literal

from harness.actions.changes import change, said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.registry import action
from harness.actions.unit_work.common import check_units, refused
from harness.errors import BenchError, DeviceError, NotAvailableError, UsageError
from harness.events import Written
from harness.limits import Equals
from harness.quantity import Scalar
from harness.text import Text

Part = Literal["presets", "parameters"]


@action("diag.write_task", kind="W", writes=True, limit="none", possible=has_diagnostics,
        title=Text("按任务写入", "Write what the task wants"))  # fmt: skip
async def write_task(step: StepContext, *, what: Part, only: tuple[str, ...] = ()) -> None:
    """Write presets or usage parameters of the task, each only with a backup, and read them back.

    A value that is refused or not kept is a finding; the others are written all the same. What
    became of every unit is settled later (`diag.settle_work`): one of which not everything was
    right is put back whole. While a unit is locked nothing is sent and the step is not run.
    """
    task = step.bench.preparation.task
    ordered: dict[str, Scalar] = task.presets if what == "presets" else task.parameters
    chosen = {name: value for name, value in ordered.items() if not only or name in only}
    if not chosen:
        raise NotAvailableError(f"the task orders no {what}")
    work = step.vehicle.control_units.work
    for unit in dict.fromkeys(name.partition(".")[0] for name in chosen):
        if not work.is_unlocked(unit):
            raise NotAvailableError(f"{unit} is locked: nothing is sent to it")
    for point, value in chosen.items():
        await write_one(step, point, value)


async def write_one(step: StepContext, point: str, value: Scalar) -> None:
    """Write one identifier, read it back, put both on record and judge."""
    work = step.vehicle.control_units.work
    unit, _, did = point.partition(".")
    before = work.kept(unit, did)
    try:
        await work.write(unit, did, value, step.deadline)
    except UsageError as error:
        raise NotAvailableError(f"the task cannot be carried out: {error.detail}") from error
    except (BenchError, DeviceError) as error:
        step.judge(refused(step, f"{point}.write", error), Equals("accepted"))
        return
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


@action("diag.leave_sessions", kind="W", writes=True, judges=False, limit="none",
        possible=has_diagnostics, check=check_units,
        title=Text("退出诊断会话", "Leave the diagnostic sessions"))  # fmt: skip
async def leave_sessions(step: StepContext, *, units: tuple[str, ...]) -> None:
    """Bring units back into the default session while they are still supplied.

    One that does not answer is told; the end of the run tries once more and says what it found.
    """
    from harness.devices.diag.uds import DEFAULT_SESSION  # noqa: PLC0415 - a pile needs no CAN library

    for unit in units:
        try:
            await step.vehicle.control_units.enter_session(unit, DEFAULT_SESSION, step.deadline)
        except (BenchError, DeviceError) as error:
            step.measured(refused(step, f"{unit}.session", error))
