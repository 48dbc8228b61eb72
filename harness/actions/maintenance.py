"""Accepting a repair: papers against contract, the state before against the state after."""

from collections.abc import Iterator

from harness.actions.changes import CHANGE, CHANGED, HASH, change, said, the_one
from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.registry import (
    CheckContext,
    Complaint,
    OptionalPoints,
    PointName,
    PointNames,
    action,
)
from harness.devices.modbus.snapshot import differences, readable
from harness.devices.snapshot import Snapshot, snapshot_of
from harness.errors import NotAvailableError
from harness.limits import Clear, Equals, OneOf
from harness.quantity import Quality
from harness.text import Text

GAPS, GAP = "order_gaps", "order_gap"


@action("bench.work_order", "vehicle.work_order", kind="J", limit="none",
        title=Text("工单与合同核对", "Work order against contract"))  # fmt: skip
async def work_order(step: StepContext) -> None:
    """Hold every entry of the contract against the supplier's work order.

    Both stand in the bench file under `maintenance:`. What is missing or different is listed by
    its key; `order_gap` names the one key, `none` or `several`, for a conclusion to be held
    against.
    """
    papers = step.bench.maintenance.papers_of(step.role)
    if not papers.contract:
        raise NotAvailableError("the bench file's `maintenance` section has no contract")
    gaps: list[str] = []
    for key, agreed in papers.contract.items():
        given = papers.order.get(key)
        note = f"contract: {agreed}"
        step.measured(said(step, f"order.{key}", given, note if given is not None else "missing"))
        if given != agreed:
            gaps.append(key)
    step.measured(said(step, GAP, the_one(gaps)))
    step.judge(said(step, GAPS, list(gaps)), Clear())


@action("pile.stored_snapshot", kind="R", limit="none",
        title=Text("读取已存快照", "Stored snapshot"))  # fmt: skip
async def stored_snapshot(step: StepContext) -> None:
    """Take the snapshot from before the repair, and judge that nobody has changed it.

    The file is named in the bench file (`maintenance: {before: FILE}`). One whose hash does not
    fit what stands in it, or that is of another profile, is not used by later steps.
    """
    found = step.bench.maintenance.before()
    profile = step.modbus.profile.id
    copy = step.bench.maintenance.keep(step.step, found) if _usable(found, profile) else ""
    note = f"taken {found.taken}, {len(found.points)} points"
    step.judge(said(step, HASH, found.digest, note), Equals(found.sha256))
    step.judge(said(step, "snapshot_profile", found.profile, copy), Equals(profile))


def _usable(found: Snapshot, profile: str) -> bool:
    return found.digest == found.sha256 and found.profile == profile


@action("pile.whole_state", kind="R", judges=False, limit="none",
        title=Text("读取全部状态", "Snapshot of the whole state"))  # fmt: skip
async def whole_state(step: StepContext) -> None:
    """Read every point that the device offers, and keep all of it as a file with a hash."""
    names = [name for name in readable(step.modbus.profile) if step.device.has(name)]
    readings = await step.read(names)
    taken = step.clock.now().utc.isoformat(timespec="seconds").replace("+00:00", "Z")
    found = snapshot_of(step.modbus.profile.id, taken, readings)
    copy = step.bench.maintenance.keep(step.step, found)
    step.measured(said(step, HASH, found.digest, copy))


def check_compare(context: CheckContext) -> Iterator[Complaint]:
    """Both snapshots are those of earlier steps."""
    for key in ("before", "after"):
        yield from earlier(context, (context.parameters[key],), key)


@action("pile.compare", kind="J", limit="none", check=check_compare,
        title=Text("比较两次快照", "Compare two snapshots"))  # fmt: skip
async def compare(
    step: StepContext,
    *,
    before: str,
    after: str,
    expected: OptionalPoints = (),
    only: OptionalPoints = (),
) -> None:
    """List every difference of identity, versions, settings, counters and alarms.

    A difference is expected when its point stands in `expected` or in the bench file's
    `maintenance: {expected: [...]}`, when a counter has only counted on, or an alarm has gone.
    Any other fails the step. `only` looks at these points alone, and then nothing is expected but
    what the step itself says. `unexpected_change` names the kind of what is not expected (`none`,
    `several`), for a conclusion to be held against.
    """
    first, second = step.bench.maintenance.kept(before), step.bench.maintenance.kept(after)
    allowed = set(expected)
    if not only:
        allowed |= set(step.bench.maintenance.papers.expected)
    found = [
        one
        for one in differences(step.modbus.profile, first, second)
        if not only or one.point in only
    ]
    unexpected = [one for one in found if not one.natural and one.point not in allowed]
    for one in found:
        note = "expected" if one not in unexpected else f"not expected: {one.kind}"
        step.measured(said(step, f"{one.point}.changed", change(one.before, one.after), note))
    step.measured(said(step, CHANGE, the_one([one.kind for one in unexpected])))
    step.judge(said(step, CHANGED, [one.point for one in unexpected]), Clear())


@action("pile.kept", kind="J", limit="none",
        check=lambda context: earlier(context, (context.parameters["since"],), "since"),
        title=Text("数值未变", "Values are kept"))  # fmt: skip
async def kept(step: StepContext, *, points: PointNames, since: str) -> None:
    """Judge that points read exactly what they read in an earlier step."""
    then = {
        one.name: one
        for one in step.memory.measurements.get(since, [])
        if one.quality is Quality.GOOD
    }
    if any(name not in then for name in points):
        raise NotAvailableError(f"step {since!r} gave no reading to compare with")
    for name, reading in (await step.read(points)).items():
        value = then[name].value
        assert value is not None and not isinstance(value, list)  # a good reading of a number
        step.judge(reading, Equals(value))


@action("pile.approved", kind="R", limit="none",
        title=Text("版本在批准清单内", "Version is approved"))  # fmt: skip
async def approved(step: StepContext, *, point: PointName = "firmware_version") -> None:
    """Read a version and judge that the bench's list of approved ones has it."""
    versions = step.bench.maintenance.papers.approved_firmware
    if not versions:
        raise NotAvailableError("the bench file lists no approved firmware")
    reading = await step.read_one(point)
    if not isinstance(reading.value, str) and reading.value is not None:
        # Some maps show a version as a number; the list is written in text.
        step.judge(said(step, point, str(reading.value)), OneOf(list(versions)))
        return
    step.judge(reading, OneOf(list(versions)))
