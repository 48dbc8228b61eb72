"""What a vehicle broadcasts about itself: VIN and time. Nothing is asked, so nothing is sent."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.actions.context import StepContext
from harness.actions.diagnostics import judge_found, odd_ones
from harness.actions.joint_given import number_of
from harness.actions.registry import action
from harness.devices.vehicle.broadcast import CLOCK, VIN_LENGTH, BroadcastEntry, numbered
from harness.errors import NotAvailableError
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

_SECOND = 1.0
"""Resolution of a clock that tells whole seconds, taken as its uncertainty (s)."""
_PRINTABLE = range(32, 127)


def told(step: StepContext) -> BroadcastEntry:
    """What the profile says of broadcasts. Raises NotAvailableError, FileError."""
    entry = step.vehicle.profile.broadcast
    if entry is None:
        raise NotAvailableError(f"the profile {step.vehicle.profile.id} names no broadcasts")
    return entry


def _has(what: str, bench: "LoadedBench") -> str:
    """Why the vehicle of a bench is not known to broadcast that; empty if it is."""
    vehicle = bench.vehicle
    if vehicle is None:
        return "the bench has no vehicle"
    known = vehicle.told is not None and getattr(vehicle.told, what)
    return "" if known else f"the profile {vehicle.id} names no broadcast {what}"


def has_vin(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
    return _has("vin", bench)


def has_clock(bench: "LoadedBench", _role: str, _parameters: dict[str, Any]) -> str:
    return _has("clock", bench)


@action("vehicle.vin_heard", kind="R", limit="none", possible=has_vin,
        title=Text("广播的车架号一致", "The VIN that is broadcast"))  # fmt: skip
async def vin_heard(step: StepContext) -> None:
    """Listen to the VIN of every unit that broadcasts it, and expect the same from all.

    Where the site's ledger has the VIN, that is what it has to be; otherwise the most frequent
    one. A unit of which not every character is heard says nothing: without it there is no pass.
    """
    entry = told(step)
    names = {unit: numbered(pattern, VIN_LENGTH) for unit, pattern in entry.vin.items()}
    found = await step.vehicle.read([one for some in names.values() for one in some], step.deadline)
    vins: dict[str, Value | None] = {}
    unread: list[str] = []
    for unit, some in names.items():
        characters = [number_of(found[one]) for one in some]
        heard = all(one is not None and int(one) in _PRINTABLE for one in characters)
        vin = "".join(chr(int(one)) for one in characters if one is not None) if heard else None
        step.measured(
            Measurement(
                f"{unit}.vin",
                vin,
                quality=Quality.GOOD if heard else Quality.MISSING,
                source=step.role,
                at=step.clock.elapsed(),
                frame=found[some[-1]].frame,
            )
        )
        if heard:
            vins[unit] = vin
        else:
            unread.append(unit)
    if not vins:
        raise NotAvailableError("no unit is heard to broadcast its VIN")
    differing, note = odd_ones(vins, step.bench.site.get("vin"))
    judge_found(step, "vin.differing", differing, unread, note=note)


@action("vehicle.clock_heard", kind="R", limit="needed", possible=has_clock,
        title=Text("广播时间的误差", "Error of the clock that is broadcast"))  # fmt: skip
async def clock_heard(step: StepContext) -> None:
    """Judge the vehicle's clock less the harness's own, in seconds.

    A clock that tells whole seconds is read to one second.
    """
    entry = told(step)
    found = await step.vehicle.read([entry.clock[name] for name in CLOCK], step.deadline)
    now = step.clock.now().utc
    readings = [found[entry.clock[name]] for name in CLOCK]
    numbers = [number_of(one) for one in readings]
    unusable = next((one for one in readings if number_of(one) is None), None)
    if unusable is not None:
        step.judge(unusable)
        return
    year, month, day, hour, minute, second = (int(one) for one in numbers if one is not None)
    note = f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d} UTC"
    try:
        shown = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        step.judge(_error(step, None, f"no such time: {note}"))
        return
    step.judge(_error(step, round((shown - now).total_seconds(), 1), note))


def _error(step: StepContext, seconds: float | None, note: str) -> Measurement:
    return Measurement(
        "clock_error",
        seconds,
        "s",
        _SECOND if seconds is not None else None,
        quality=Quality.GOOD if seconds is not None else Quality.MISSING,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )
