"""What is in control units before anything is changed, kept as a file with its hash."""

from harness.actions.changes import HASH, said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.registry import action
from harness.actions.unit_work.common import check_points
from harness.devices.snapshot import Snapshot
from harness.errors import BenchError, DeviceError, NotAvailableError
from harness.limits import Clear
from harness.quantity import Measurement, Value
from harness.text import Text

GAPS = "backup_gaps"


@action("diag.backup", kind="R", limit="none", possible=has_diagnostics, check=check_points,
        title=Text("备份标定与编码", "Back up calibration and coding"))  # fmt: skip
async def backup(step: StepContext, *, points: tuple[str, ...], ordered: bool = False) -> None:
    """Read what could be written back, and keep it with the run as a file with its SHA-256.

    With `ordered` also every setting of the units that the work order codes: a unit may change more
    than it was told to. Nothing is ever written to an identifier that is not in the backup.
    """
    work = step.vehicle.control_units.work
    names = dict.fromkeys([*points, *(_settings(step) if ordered else ())])
    values: dict[str, Value | None] = {}
    gaps: list[str] = []
    for name in names:
        unit, _, did = name.partition(".")
        try:
            values[name] = await work.back_up(unit, did, step.deadline)
        except (BenchError, DeviceError, NotAvailableError) as error:
            step.vehicle.require_alive()
            values[name] = None
            gaps.append(name)
            step.measured(said(step, name, None, error.detail))
            continue
        step.measured(Measurement(name, values[name], source=step.role, at=step.clock.elapsed()))
    taken = step.clock.now().utc.isoformat(timespec="seconds").replace("+00:00", "Z")
    found = Snapshot(step.vehicle.profile.id, taken, values)
    copy = step.bench.maintenance.keep(step.step, found)
    step.measured(said(step, HASH, found.digest, copy))
    step.judge(said(step, GAPS, gaps), Clear())


def _settings(step: StepContext) -> list[str]:
    """Everything that can be written in the units of the order."""
    found: list[str] = []
    for point in step.bench.maintenance.coding:
        name = point.partition(".")[0]
        unit = step.vehicle.units.get(name)
        if unit is None:
            raise NotAvailableError(f"the work order names {point}, and the car has no such unit")
        found += [f"{name}.{did.name}" for did in unit.dids if "write" in did.access]
    return found
