"""The whole state of a vehicle at two moments, and what is different between them."""

from collections.abc import Iterator

from harness.actions.changes import CHANGE, CHANGED, HASH, change, said, the_one
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics, judge_found, odd_ones, unsettled
from harness.actions.joint_given import earlier, require_run
from harness.actions.person import Ran
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.vehicle_state import read_state
from harness.devices.snapshot import Snapshot
from harness.devices.vehicle.snapshot import Change, announceable, changes, not_read
from harness.errors import NotAvailableError, UnknownNameError
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Value
from harness.text import Text

GAPS, EVENT = "snapshot_gaps", "event"


def _check_snapshot(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, context.parameters["if_run"], "if_run")


@action("vehicle.snapshot", kind="R", limit="none", possible=has_diagnostics,
        check=_check_snapshot,
        title=Text("读取整车快照", "Snapshot of the vehicle"))  # fmt: skip
async def snapshot(step: StepContext, *, if_run: Ran = ()) -> None:
    """Read the whole state of the vehicle and keep it as a file with its SHA-256.

    Identities, versions, settings, counters, levels, clocks and position of every control unit,
    and every trouble code with what was kept beside it. Judged is whether it is complete: no unit
    is silent, none refuses a value, all give the same VIN (that of the ledger, where there is
    one). A snapshot with gaps is kept and says in itself that it has them. When the codes of a
    unit do not stay the same while they are read, three times over, there is no verdict.
    `if_run` names steps whose consequences it is to show.
    """
    require_run(step, if_run)
    state = await read_state(step)
    taken = step.clock.now().utc.isoformat(timespec="seconds").replace("+00:00", "Z")
    found = Snapshot(step.vehicle.profile.id, taken, state.points, state.units)
    copy = step.bench.maintenance.keep(step.step, found)
    step.measured(said(step, HASH, found.digest, copy))
    for name, value in found.points.items():
        if name.count(".") == 1 and name.endswith((".odometer", ".soc")) and value is not None:
            reading = Measurement(name, value, found.units.get(name), source=step.role)
            step.measured(reading)
    step.judge(said(step, "silent_units", list(state.silent)), Clear())
    step.judge(said(step, GAPS, list(state.gaps)), Clear())
    if vins := state.values_of("vin"):
        differing, note = odd_ones(vins, step.bench.site.get("vin"))
        step.judge(said(step, "vin.differing", differing, note), Clear())
    if state.unsettled:
        step.judge(unsettled(step, state.unsettled), Clear())


def _all(names: list[str]) -> str:
    return ", ".join(names)


@action("vehicle.stored_snapshot", kind="R", limit="none", possible=has_diagnostics,
        title=Text("读取已存的整车快照", "Stored snapshot of the vehicle"))  # fmt: skip
async def stored_snapshot(step: StepContext) -> None:
    """Take a vehicle's snapshot of an earlier run, and judge that nobody has changed it.

    The bench file names it (`maintenance: {before: FILE}`). One whose hash does not fit, or that
    is of another profile or another car than the VIN of the ledger, is not used by later steps.
    """
    found = step.bench.maintenance.before(step.role)
    profile, vin = step.vehicle.profile.id, step.bench.site.get("vin")
    vins = sorted({str(value) for name, value in found.points.items() if name.endswith(".vin")})
    own = vin is None or vins == [str(vin)]
    fits = found.digest == found.sha256 and found.profile == profile and own
    copy = step.bench.maintenance.keep(step.step, found) if fits else ""
    note = f"taken {found.taken}, {len(found.points)} points"
    step.judge(said(step, HASH, found.digest, note), Equals(found.sha256))
    step.judge(said(step, "snapshot_profile", found.profile, copy), Equals(profile))
    if vin is not None:
        step.judge(said(step, "vin", _all(vins)), Equals(str(vin)))


def check_compare(context: CheckContext) -> Iterator[Complaint]:
    """Both snapshots are those of earlier steps, and what is expected is something of the car."""
    for key in ("before", "after"):
        yield from earlier(context, (context.parameters[key],), key)
    vehicle = context.bench.vehicle
    description = vehicle.diagnostics if vehicle is not None else None
    if description is None:
        return
    known = set(announceable(description))
    for index, name in enumerate(context.parameters["expected"]):
        if name not in known:
            detail = UnknownNameError("data identifier", name, sorted(known)).detail
            what = "a data identifier of the diagnostic description"
            yield ("with", "expected", index), detail, what


@action("vehicle.compare", kind="J", limit="none", possible=has_diagnostics, check=check_compare,
        title=Text("比较两次整车快照", "Compare two snapshots of the vehicle"))  # fmt: skip
async def compare(
    step: StepContext,
    *,
    before: str,
    after: str,
    expected: tuple[str, ...] = (),
    ordered: bool = False,
    of_work: bool = False,
) -> None:
    """List every difference, what is bad first: what, before, after, and of which sort it is.

    Expected is what stands in `expected` or in the bench file's `maintenance: {expected: [...]}`
    (an identifier, a trouble code, a unit, or `unit.` with one of both), and with `ordered` what
    the work order codes (`maintenance: {coding: …}`); `of_work` says that the papers are those of
    a workshop that had the vehicle, on a simulated bench those of its car. A counter that counts on
    and a level that changes are use, except for those that need a reason (airbags, crash output,
    event recorder, health of a sensor, thermal events, deep discharges). These, a
    new trouble code and anything else that nobody announced fail the step; cleared codes and codes
    that were set again are told. Units of which a snapshot has not everything are named,
    and without any other finding there is no verdict. `unexpected_change` names the kind of what
    is not expected (`none`, `several`), for a conclusion to be held against.
    """
    diagnostics = step.vehicle.profile.diagnostics
    assert diagnostics is not None  # `possible` sees to it
    first, second = step.bench.maintenance.kept(before), step.bench.maintenance.kept(after)
    other = next((one.profile for one in (first, second)
                  if one.profile != step.vehicle.profile.id), None)  # fmt: skip
    if other is not None:
        raise NotAvailableError(f"a snapshot is of another profile: {other}")
    papers = step.bench.maintenance
    work = papers.papers_of("vehicle").expected if of_work else papers.expected
    allowed = (*expected, *work, *(papers.coding if ordered else ()))
    found = changes(diagnostics, first, second, allowed)
    for one in found:
        unit = second.units.get(one.point)
        told = change(_status(one, one.before), _status(one, one.after), unit)
        step.measured(said(step, f"{one.point}.changed", told, _why(one)))
    bad = [one for one in found if one.is_bad]
    step.measured(said(step, CHANGE, the_one([_kind(one) for one in bad])))
    judge_found(step, CHANGED, [one.point for one in bad], not_read(first, second))


def _status(one: Change, value: Value | None) -> Value | None:
    """The status byte of a code as documents write it; any other value as it is."""
    return f"0x{value:02X}" if one.kind == "fault" and isinstance(value, int) else value


def _kind(one: Change) -> str:
    """What a person has to name: of an event the kind of its value says nothing."""
    return EVENT if one.sort == "noteworthy" else one.kind


def _why(one: Change) -> str:
    """The sort in words. A level that fell in use may be bad: other steps judge that."""
    if one.sort in ("undeclared", "noteworthy"):
        return f"not expected: {_kind(one)}"
    return "in use, not judged here" if one.sort == "in use" else one.sort
