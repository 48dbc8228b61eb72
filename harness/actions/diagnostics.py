"""Asking the control units of the vehicle: who answers, what is stored, do they agree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, earlier, require_passed
from harness.actions.registry import CheckContext, Complaint, PointRef, StateOf, action, check_of
from harness.clock import loop_time, sleep_until
from harness.datafile import Path_
from harness.errors import (
    BadReplyError,
    BenchError,
    DeviceError,
    NoReplyError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
)
from harness.fields import DurationField
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench
    from harness.devices.diag.diagnostics import Diagnostics
    from harness.devices.vehicle.control_units import StoredCode

Severity = Literal["stop", "restrict", "note"]
"""As in a diagnostic description: stop at once, go on with restrictions, nothing to be done now."""
READINGS = 3
"""How often the codes of one unit are read when they do not stay the same."""
UNSETTLED = "unsettled_units"
NOT_CLEARED = "not_cleared_units"
_NOT_LISTED = "codes that cannot be listed are not cleared"
CONFIRMED_OR_FAILING = 0x09
"""Status bits of a trouble code that counts: testFailed and confirmedDTC (ISO 14229-1)."""


def has_diagnostics(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
    """Why a bench cannot ask control units; empty if it can."""
    vehicle = bench.vehicle
    if vehicle is None:
        return "the bench has no vehicle"
    return "" if vehicle.description is not None else f"{vehicle.id} has no diagnostic description"


def _listed(step: StepContext, name: str, value: list[str], note: str = "") -> Measurement:
    return Measurement(name=name, value=value, source=step.role, at=step.clock.elapsed(), note=note)


@action(
    "diag.units_answer",
    kind="R",
    limit="none",
    possible=has_diagnostics,
    title=Text("控制单元应答", "Control units answer"),
)
async def units_answer(
    step: StepContext, *, units: tuple[str, ...] = (), allowed_extra: tuple[str, ...] = ()
) -> None:
    """Ask every unit of the description, and everybody; expect all of them and nobody else.

    Two verdicts: units that stay silent, and answers from addresses that the description does not
    know. An answer that is no valid one is neither: without it there is no pass.
    """
    vehicle = step.vehicle
    silent: list[str] = []
    unread: list[str] = []
    for name in units or tuple(vehicle.units):
        try:
            if not await vehicle.answers(name, step.deadline):
                silent.append(name)
        except BadReplyError as error:
            vehicle.require_alive()
            unread.append(name)
            step.measured(_listed(step, f"{name}.answer", [], note=error.detail))
    extra = await vehicle.strangers(step.deadline)
    if not units:
        step.judge(_listed(step, "extra_units", extra), Clear(list(allowed_extra)))
    judge_found(step, "silent_units", silent, unread)


@action(
    "diag.scan_dtcs",
    kind="R",
    limit="none",
    possible=has_diagnostics,
    title=Text("故障码扫描", "Scan for trouble codes"),
)
async def scan_dtcs(
    step: StepContext,
    *,
    units: tuple[str, ...] = (),
    mask: int = CONFIRMED_OR_FAILING,
    allowed: tuple[str, ...] = (),
    severity: Severity | None = None,
) -> None:
    """Read the trouble codes of all units and expect none that is confirmed or failing now.

    With `severity` only codes count to which the description gives it. One that the description
    does not have is of no known severity; a scan without `severity` finds it.

    Every code goes on record with its status byte. A unit that does not answer may have anything
    stored: without it there is no pass, but what the others have stored still counts. It is asked
    once more before it counts as silent. Codes are read until two readings agree; those of a unit
    that never agree are no verdict on it.
    """
    stored = await _stored(step, units, mask)
    if severity is not None:
        stored.keep(_of_severity(step, severity))
    if stored.unsettled:
        _say_unsettled(step, stored)
        if not set(stored.found) - set(allowed):
            return
    judge_found(step, "trouble_codes", stored.found, stored.unread, allowed=allowed)


def _of_severity(step: StepContext, severity: Severity) -> set[str]:
    diagnostics = step.vehicle.profile.diagnostics
    known = {} if diagnostics is None else diagnostics.dtcs
    return {code for code, one in known.items() if one.severity == severity}


def _say_unsettled(step: StepContext, stored: "_Stored") -> None:
    """No verdict, and which units and codes it is about."""
    for unit, codes in stored.unsettled.items():
        note = "in some readings and not in others"
        step.measured(_listed(step, f"{unit}.trouble_codes", codes, note=note))
    step.judge(unsettled(step, stored.unsettled), Clear())


def unsettled(step: StepContext, units: Iterable[str]) -> Measurement:
    """Units whose codes changed in every reading."""
    return Measurement(
        name=UNSETTLED,
        value=None,
        source=step.role,
        at=step.clock.elapsed(),
        note=f"trouble codes changed in each of {READINGS} readings: {', '.join(units)}",
    )


def judge_found(
    step: StepContext,
    name: str,
    found: list[str],
    unread: list[str],
    *,
    allowed: tuple[str, ...] = (),
    note: str = "",
) -> None:
    """Judge a list of findings. Silent units are no pass: with nothing found there is no verdict.

    Raises NotAvailableError.
    """
    if unread and not set(found) - set(allowed):
        raise NotAvailableError(_missing(unread))
    note = _missing(unread) if unread else note
    step.judge(_listed(step, name, found, note), Clear(list(allowed)))


def _missing(unread: list[str]) -> str:
    return f"not every unit could be read: {', '.join(unread)}"


async def _ask(step: StepContext, unit: str, did: str) -> Measurement | None:
    """An identifier of a unit, put on record; None when the unit does not give it.

    Raises DeviceLostError when it is the bus that is gone.
    """
    point = f"{unit}.{did}"
    try:
        reading = (await step.read([point]))[point]
    except (BenchError, DeviceError) as error:
        step.vehicle.require_alive()
        step.measured(
            Measurement(
                name=point,
                value=None,
                quality=Quality.MISSING,
                source=step.role,
                at=step.clock.elapsed(),
                note=error.detail,
            )
        )
        return None
    return None if reading.quality is Quality.MISSING else reading


async def read_codes(step: StepContext, unit: str) -> "list[StoredCode]":
    """The stored codes of a unit; one that stays silent is asked once more.

    One frame that was lost is not a unit that is gone. Raises as `VehicleDevice.trouble_codes`.
    """
    try:
        return await step.vehicle.trouble_codes(unit, step.deadline)
    except NoReplyError as error:
        if error.asked_for_patience:
            raise
        return await step.vehicle.trouble_codes(unit, step.deadline)


@dataclass(slots=True)
class _Stored:
    """What the units have stored."""

    found: list[str] = field(default_factory=list)
    """Codes that count, as `unit:code`."""
    unread: list[str] = field(default_factory=list)
    """Units that could not be read."""
    unsettled: dict[str, list[str]] = field(default_factory=dict)
    """Units whose codes kept changing while they were read, and the codes that came and went."""

    def keep(self, codes: set[str]) -> None:
        """Only these count."""
        self.found = [one for one in self.found if one.partition(":")[2] in codes]
        left = {
            unit: [one for one in some if one in codes] for unit, some in self.unsettled.items()
        }
        self.unsettled = {unit: some for unit, some in left.items() if some}


async def _stored(step: StepContext, units: tuple[str, ...], mask: int) -> _Stored:
    """The codes of these units, of all by default."""
    stored = _Stored()
    for name in units or tuple(step.vehicle.units):
        try:
            codes, changing = await _settled_codes(step, name, mask)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            stored.unread.append(name)
            step.measured(_listed(step, f"{name}.trouble_codes", [], note=error.detail))
            continue
        if changing:
            stored.unsettled[name] = changing
        for code in codes:
            if code.code in changing:
                continue
            step.measured(
                Measurement(
                    name=f"{name}.{code.code}",
                    value=code.status,
                    source=step.role,
                    at=step.clock.elapsed(),
                    raw=code.status,
                    note=code.title.en,
                )
            )
            if code.status & mask:
                stored.found.append(f"{name}:{code.code}")
    return stored


async def _settled_codes(
    step: StepContext, unit: str, mask: int
) -> "tuple[list[StoredCode], list[str]]":
    """The codes of a unit as two readings agree on them, and those that no two readings did."""
    codes = await read_codes(step, unit)
    seen = [{one.code for one in codes if one.status & mask}]
    for _ in range(READINGS):
        codes = await read_codes(step, unit)
        seen.append({one.code for one in codes if one.status & mask})
        if seen[-1] == seen[-2]:
            return codes, []
    steady = seen[0].intersection(*seen[1:])
    return codes, sorted(seen[0].union(*seen[1:]) - steady)


@action(
    "diag.clear_and_rescan",
    kind="W",
    writes=True,
    limit="none",
    possible=has_diagnostics,
    title=Text("清码后复扫", "Clear and scan again"),
)
async def clear_and_rescan(
    step: StepContext,
    *,
    units: tuple[str, ...] = (),
    wait: DurationField = 10.0,
    mask: int = CONFIRMED_OR_FAILING,
    snapshot: str | None = None,
    if_passed: Passed = (),
) -> None:
    """Put all codes on record, clear them, wait, and expect that none comes back.

    A unit whose codes never stayed the same is not cleared, because nobody could say what would be
    lost: of it there is no verdict. One that refuses to clear, or says nothing, is a finding with
    its reason; the others are cleared and all are scanned again.

    With `snapshot`, the step that keeps the state of the car: as long as it has kept none, nothing
    is cleared and the step is not run. The same with `if_passed`, steps that have to have passed.
    """
    require_passed(step, if_passed)
    if snapshot is not None:
        step.bench.maintenance.kept(snapshot)
    before = await _stored(step, units, 0xFF)
    if before.unread:
        raise NotAvailableError(_missing(before.unread))
    step.measured(_listed(step, "before_clearing", before.found))
    if before.unsettled:
        _say_unsettled(step, before)
        step.measured(_listed(step, NOT_CLEARED, list(before.unsettled), _NOT_LISTED))
    settled = [one for one in units or tuple(step.vehicle.units) if one not in before.unsettled]
    cleared = await _clear(step, settled)
    if len(cleared) < len(settled) or before.unsettled:
        step.measured(_listed(step, "cleared_units", cleared))
    await sleep_until(min(step.deadline.at, loop_time() + wait))
    after = await _stored(step, tuple(settled), mask) if settled else _Stored()
    if after.unsettled:
        _say_unsettled(step, after)
    if after.found or after.unread or not (before.unsettled or after.unsettled):
        judge_found(step, "returned_codes", after.found, after.unread)


async def _clear_one(step: StepContext, unit: str) -> None:
    """Once more when it is silent, as for reading. Raises as `VehicleDevice.clear_codes`."""
    try:
        await step.vehicle.clear_codes(unit, step.deadline)
    except NoReplyError as error:
        if error.asked_for_patience:
            raise
        await step.vehicle.clear_codes(unit, step.deadline)


async def _clear(step: StepContext, units: list[str]) -> list[str]:
    """Clear these units one by one; judge those that are not cleared, with their reasons.

    Returns those that are. Raises DeviceLostError when it is the bus that is gone.
    """
    kept: list[str] = []
    why: list[str] = []
    for name in units:
        try:
            await _clear_one(step, name)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            kept.append(name)
            why.append(error.detail)
    if kept:
        step.judge(_listed(step, NOT_CLEARED, kept, "; ".join(why)), Clear())
    return [one for one in units if one not in kept]


@action(
    "diag.identical",
    kind="R",
    limit="none",
    possible=has_diagnostics,
    title=Text("各单元一致", "All units agree"),
)
async def identical(
    step: StepContext, *, did: str, units: tuple[str, ...] = (), at_least: int = 2
) -> None:
    """Read one identifier from every unit that has it and expect the same everywhere.

    Where the site's ledger names it (under the identifier's own name), that is what it has to be;
    otherwise the most frequent value is. Units that differ are named.
    """
    readings: dict[str, Value | None] = {}
    unread: list[str] = []
    for name in units or step.vehicle.units_with(did):
        reading = await _ask(step, name, did)
        if reading is None:
            unread.append(name)
        else:
            readings[name] = reading.value
    if len(readings) < at_least and unread:
        raise NotAvailableError(_missing(unread))
    if len(readings) < at_least:
        raise NotAvailableError(f"only {len(readings)} units have {did!r}; {at_least} are needed")
    differing, note = odd_ones(readings, step.bench.site.get(did))
    judge_found(step, f"{did}.differing", differing, unread, note=note)


def odd_ones(readings: Mapping[str, Value | None], listed: Value | None) -> tuple[list[str], str]:
    """Units that differ from what the ledger has, else from the most frequent value; in words.

    Where two values are as frequent as each other nobody can say which one is right: then all
    units are named.
    """
    values = list(readings.values())
    often = max(map(values.count, values))
    most = [one for one in dict.fromkeys(values) if values.count(one) == often]
    if listed is None and len(most) > 1:
        return [f"{name}={value}" for name, value in readings.items()], (
            f"{len(readings)} units, no value is that of most"
        )
    wanted = listed or most[0]
    differing = [f"{name}={value}" for name, value in readings.items() if value != wanted]
    return differing, f"{len(readings)} units, wanted {wanted}"


@action(
    "diag.approved",
    kind="R",
    limit="none",
    possible=has_diagnostics,
    title=Text("版本在批准清单内", "Versions are on the approved list"),
)
async def approved(
    step: StepContext, *, dids: tuple[str, ...], units: tuple[str, ...] = ()
) -> None:
    """Compare identifiers of all units with the site's ledger (`unit.name: value`).

    Identifiers that the ledger does not name are recorded, not judged.
    """
    differing: list[str] = []
    unread: dict[str, None] = {}
    compared = 0
    for did in dids:
        for name in step.vehicle.units_with(did):
            if name in unread or (units and name not in units):
                continue
            reading = await _ask(step, name, did)
            if reading is None:
                unread[name] = None
                continue
            point = f"{name}.{did}"
            if point in step.bench.site:
                compared += 1
                wanted = step.bench.site[point]
                if reading.value != wanted:
                    differing.append(f"{point}={reading.value} ({wanted})")
    if not compared and not unread:
        raise NotAvailableError("the bench file's site ledger names none of these identifiers")
    judge_found(step, "not_approved", differing, list(unread), note=f"{compared} compared")


@action(
    "diag.record",
    kind="R",
    judges=False,
    limit="none",
    possible=has_diagnostics,
    title=Text("读取标识数据", "Record identifiers"),
)
async def record(step: StepContext, *, dids: tuple[str, ...], units: tuple[str, ...] = ()) -> None:
    """Read identifiers from every unit that has them and keep them, without a claim."""
    for did in dids:
        for name in step.vehicle.units_with(did):
            if not units or name in units:
                await _ask(step, name, did)


@action(
    "diag.io_control",
    kind="W",
    writes=True,
    limit="none",
    possible=has_diagnostics,
    title=Text("执行器驱动", "Drive an actuator"),
)
async def io_control(
    step: StepContext,
    *,
    unit: str,
    did: str,
    to: str,
    states: Annotated[dict[str, str], PointRef(), StateOf()],
    wait: DurationField = 1.0,
) -> None:
    """Drive an actuator through its unit and expect the signals to show it; then give it back.

    `states` are points of the vehicle and what they have to be while it is driven. Control is
    returned to the unit whatever came of it, also at the end of the run.
    """
    vehicle = step.vehicle
    await vehicle.take_control(unit, did, to, step.deadline)
    try:
        await sleep_until(min(step.deadline.at, loop_time() + wait))
        for name, reading in (await step.read(list(states))).items():
            step.judge(reading, Equals(states[name]))
    finally:
        await vehicle.return_control(unit, did, step.deadline)


@check_of(
    "diag.units_answer",
    "diag.scan_dtcs",
    "diag.clear_and_rescan",
    "diag.identical",
    "diag.approved",
    "diag.record",
    "diag.io_control",
)
def known_names(context: CheckContext) -> Iterator[Complaint]:
    """Units and identifiers are those of the description; what is driven can be driven so."""
    vehicle, parameters = context.bench.vehicle, context.parameters
    if "if_passed" in parameters:
        yield from check_passed(context)
    if parameters.get("snapshot") is not None:
        for _, what, expected in earlier(context, (parameters["snapshot"],), "snapshot"):
            yield ("with", "snapshot"), what, expected
    description = vehicle.diagnostics if vehicle is not None else None
    if description is None:
        return
    units = list(description.units)
    dids = [did.name for unit in description.units.values() for did in unit.dids]
    wrong = False
    for kind, single, several, known in (
        ("control unit", "unit", "units", units),
        ("data identifier", "did", "dids", dids),
    ):
        named: list[tuple[Path_, str]] = []
        if single in parameters:
            named.append((("with", single), parameters[single]))
        named += [
            (("with", several, index), name)
            for index, name in enumerate(parameters.get(several, ()))
        ]
        for path, name in named:
            if name not in known:
                wrong = True
                detail = UnknownNameError(kind, name, list(dict.fromkeys(known))).detail
                yield path, detail, f"a {kind} of the diagnostic description"
    if "to" in parameters and not wrong:
        yield from _can_be_driven(description, parameters)


def _can_be_driven(description: "Diagnostics", parameters: dict[str, Any]) -> Iterator[Complaint]:
    unit = description.unit(parameters["unit"])
    try:
        did = unit.did(parameters["did"])
    except UnknownNameError as error:
        yield ("with", "did"), error.detail, "an identifier of that unit"
        return
    if "io" not in did.access:
        yield ("with", "did"), f"{did} has access {', '.join(did.access)}", "io"
        return
    try:
        did.encode(parameters["to"], unit.name)
    except UsageError as error:
        yield ("with", "to"), error.detail, "a value of that identifier"
