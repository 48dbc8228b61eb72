"""What a snapshot that was just taken has to hold, and when it says that it was taken."""

from collections.abc import Iterator
from datetime import datetime

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, action
from harness.devices.snapshot import number
from harness.devices.vehicle.snapshot import announceable
from harness.errors import NotAvailableError, UnknownNameError
from harness.limits import Clear
from harness.quantity import Measurement, Quality
from harness.text import Text

LACKS, CLOCK = "snapshot_lacks", "snapshot_clock"


def _check(context: CheckContext) -> Iterator[Complaint]:
    parameters = context.parameters
    yield from earlier(context, (parameters["of"],), "of")
    vehicle = context.bench.vehicle
    if vehicle is None or vehicle.diagnostics is None:
        return
    known = set(announceable(vehicle.diagnostics))
    names = parameters.get("points") or (parameters["clock"],)
    for index, name in enumerate(names):
        if name not in known or "." not in name:
            detail = UnknownNameError("data identifier", name, sorted(known)).detail
            path = ("with", "points", index) if "points" in parameters else ("with", "clock")
            yield path, detail, "a data identifier of the diagnostic description"


@action("vehicle.snapshot_holds", kind="J", limit="none", possible=has_diagnostics, check=_check,
        title=Text("快照内容齐全", "The snapshot holds what is needed"))  # fmt: skip
async def snapshot_holds(step: StepContext, *, of: str, points: tuple[str, ...]) -> None:
    """Judge that a snapshot has a value for each of these, as `unit.identifier`."""
    found = step.bench.maintenance.kept(of)
    lacks = [name for name in points if found.points.get(name) is None]
    step.judge(said(step, LACKS, lacks, f"taken {found.taken}, {len(points)} points"), Clear())


@action("vehicle.snapshot_moment", kind="J", limit="needed", possible=has_diagnostics,
        check=_check, title=Text("快照时间", "Time stamp of the snapshot"))  # fmt: skip
async def snapshot_moment(step: StepContext, *, of: str, clock: str) -> None:
    """Judge how far a clock of the vehicle is from the time that the snapshot says of itself.

    `clock` is a point of the snapshot in seconds since 1970. The snapshot is stamped when all is
    read, so the difference holds the time of reading, too.
    """
    found = step.bench.maintenance.kept(of)
    shown = number(found.points.get(clock))
    taken = datetime.fromisoformat(found.taken).timestamp()
    if shown is None:
        raise NotAvailableError(f"the snapshot has no value of {clock}")
    step.judge(
        Measurement(
            CLOCK, round(shown - taken, 1), "s", uncertainty=1.0, quality=Quality.GOOD,
            source=step.role, at=step.clock.elapsed(), note=f"taken {found.taken}",
        )
    )  # fmt: skip
