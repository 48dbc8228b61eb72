"""Stored trouble codes and their freeze frames, as a vehicle broadcasts them. Nothing is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.actions.context import StepContext
from harness.actions.diagnostics import CONFIRMED_OR_FAILING, judge_found
from harness.actions.heard import told
from harness.actions.joint_given import earlier, number_of
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.devices.diag.dtc import CONFIRMED, dtc_code
from harness.devices.vehicle.broadcast import TroubleListEntry, numbered
from harness.errors import NotAvailableError
from harness.limits import Clear
from harness.quantity import Measurement, Quality
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

NOT_HEARD = "not_heard"


@dataclass
class Heard:
    """The codes that were heard, as `unit:code` with the status byte, and what was not heard."""

    codes: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def has_codes(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
    vehicle = bench.vehicle
    if vehicle is None:
        return "the bench has no vehicle"
    known = vehicle.told is not None and vehicle.told.trouble_codes is not None
    return "" if known else f"the profile {vehicle.id} names no broadcast trouble_codes"


@action("vehicle.codes_heard", kind="R", limit="none", possible=has_codes,
        title=Text("收听故障码与冻结帧", "Listen to trouble codes and freeze frames"))  # fmt: skip
async def codes_heard(step: StepContext) -> None:
    """Listen to the whole list of stored codes, each with its freeze frame, and keep it.

    Judged is whether it is complete: as many codes as the vehicle says that it has, and with each
    confirmed one its freeze frame. What the codes mean is judged by `vehicle.no_codes_heard`.
    """
    entry = told(step).trouble_codes
    assert entry is not None  # `possible` sees to it
    lists = {what: numbered(one, entry.places) for what, one in entry.patterns().items()}
    names = [entry.total, *(name for some in lists.values() for name in some)]
    found = await step.vehicle.read(names, step.deadline)
    heard = Heard(missing=_lost(found))
    total = number_of(found[entry.total])
    step.measured(found[entry.total])
    for place in range(entry.places):
        row = {what: found[some[place]] for what, some in lists.items()}
        if row["code"].quality is not Quality.SENTINEL:
            _take(step, place, row, entry, heard)
    if total is not None and len(heard.codes) < total and not heard.missing:
        heard.missing.append(f"{int(total) - len(heard.codes)} more codes")
    step.memory.kept[step.step] = heard
    step.judge(
        Measurement(NOT_HEARD, heard.missing, source=step.role, at=step.clock.elapsed(),
                    note=f"{len(heard.codes)} codes heard"),
        Clear([]),
    )  # fmt: skip


def _lost(found: dict[str, Measurement]) -> list[str]:
    """Messages of which some signal did not come in time."""
    lost = (name.partition(".")[0] for name, one in found.items()
            if one.quality in (Quality.MISSING, Quality.STALE))  # fmt: skip
    return list(dict.fromkeys(lost))


def _take(
    step: StepContext, place: int, row: dict[str, Measurement], entry: TroubleListEntry, into: Heard
) -> None:
    """Put one code of the list on record, with its freeze frame."""
    number, status = number_of(row["code"]), number_of(row["status"])
    place_of_unit = number_of(row["unit"])
    if number is None or status is None or place_of_unit is None:
        if not into.missing:
            into.missing.append(f"place {place + 1}")
        return
    code, unit = dtc_code(int(number)), _unit(int(place_of_unit), entry)
    into.codes[f"{unit}:{code}"] = int(status)
    step.measured(
        Measurement(f"{unit}.{code}", int(status), source=step.role, at=step.clock.elapsed(),
                    raw=int(status), note=_title(step, unit, code), frame=row["code"].frame)
    )  # fmt: skip
    if not int(status) & CONFIRMED:
        return  # a unit keeps a freeze frame once a code is confirmed
    for name in entry.frame:
        reading = row[f"frame.{name}"]
        value = number_of(reading)
        if value is None and not into.missing:
            into.missing.append(f"freeze frame of {unit} {code}")
        step.measured(
            Measurement(f"{unit}.{name}", value, reading.unit, quality=reading.quality,
                        source=step.role, at=step.clock.elapsed(), frame=reading.frame,
                        note=f"freeze frame of {code}")
        )  # fmt: skip


def _unit(number: int, entry: TroubleListEntry) -> str:
    """Its name; one that the profile does not know is called by its number."""
    return entry.units[number] if number < len(entry.units) else f"unit_{number}"


def _title(step: StepContext, unit: str, code: str) -> str:
    """What the description says of a code, if it knows it."""
    known = step.vehicle.profile.diagnostics
    if known is None or unit not in known.units:
        return ""
    return next((one.title.en for one in known.units[unit].dtcs if one.code == code), "")


@action("vehicle.no_codes_heard", kind="J", limit="none",
        title=Text("广播中没有故障码", "No trouble code is broadcast"))  # fmt: skip
async def no_codes_heard(
    step: StepContext,
    *,
    of: str,
    mask: int = CONFIRMED_OR_FAILING,
    allowed: tuple[str, ...] = (),
) -> None:
    """Judge the codes that an earlier `vehicle.codes_heard` heard; none may be stored or failing.

    A list that was not heard whole is no pass; what was heard of it still counts.
    """
    heard = step.memory.kept.get(of)
    if not isinstance(heard, Heard):
        raise NotAvailableError(f"it looks at what step {of} did, and that was not run")
    found = [name for name, status in heard.codes.items() if status & mask]
    if heard.missing and not set(found) - set(allowed):
        raise NotAvailableError(f"the list was not heard whole: {', '.join(heard.missing)}")
    judge_found(step, "trouble_codes", found, [], allowed=allowed)


@check_of("vehicle.no_codes_heard")
def _of(context: CheckContext) -> Iterator[Complaint]:
    for _, what, expected in earlier(context, (context.parameters["of"],), "of"):
        yield ("with", "of"), what, expected
