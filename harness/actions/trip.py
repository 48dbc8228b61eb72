"""The use of a vehicle between two snapshots, held against the trip record that it keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.handover import Signature
from harness.actions.joint_given import earlier, require_run
from harness.actions.person import Ran
from harness.actions.registry import CheckContext, Complaint, action
from harness.devices.snapshot import Snapshot, number
from harness.errors import NotAvailableError
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

PARTS = ("trip_driver", "trip_start", "trip_end", "trip_distance", "trip_energy", "trip_event",
         "trip_event_time")  # fmt: skip
"""What a trip record holds, as data identifiers are called."""
DISTANCE, CONSUMPTION, TIMES = "trip_distance_error", "trip_consumption", "trip_time_gaps"
DRIVEN = "distance_driven"
NO_EVENT = "none"
_CLOCKS = 5.0
"""Seconds that the clocks of the vehicle and of the harness may be apart."""
_SHORTEST = 2.0
"""Distance (km) from which a consumption can be told from its resolution."""


@dataclass(frozen=True)
class Trip:
    """A trip record as it was read; a part that could not be read is None."""

    parts: dict[str, Value | None]

    def number(self, name: str) -> float:
        """Raises NotAvailableError."""
        found = number(self.parts.get(name))
        if found is None:
            raise NotAvailableError(f"the trip record has no {name}")
        return found

    def text(self, name: str) -> str:
        """Raises NotAvailableError."""
        found = self.parts.get(name)
        if not isinstance(found, str):
            raise NotAvailableError(f"the trip record has no {name}")
        return found.strip()


def _check_record(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, context.parameters["if_run"], "if_run")


@action("vehicle.trip_record", kind="R", judges=False, limit="none", possible=has_diagnostics,
        check=_check_record, title=Text("读取行程记录", "Read the trip record"))  # fmt: skip
async def trip_record(step: StepContext, *, unit: str, if_run: Ran = ()) -> None:
    """Read the record of the latest trip from a control unit, without a claim.

    `if_run` names the steps that make the trip: without them the record is that of another one.
    """
    require_run(step, if_run)
    found = await step.read([f"{unit}.{part}" for part in PARTS])
    parts = {
        name.partition(".")[2]: one.value if one.quality is Quality.GOOD else None
        for name, one in found.items()
    }
    step.memory.kept[step.step] = Trip(parts)


def _record(step: StepContext, name: str) -> Trip:
    found = step.memory.kept.get(name)
    if not isinstance(found, Trip):
        raise NotAvailableError(f"step {name} has read no trip record")
    return found


def _check(context: CheckContext) -> Iterator[Complaint]:
    for key in ("record", "before", "after", "signature"):
        if key in context.parameters:
            yield from earlier(context, (context.parameters[key],), key)


def _of(step: StepContext, name: str, point: str) -> tuple[Snapshot, float]:
    """A snapshot and one number of it. Raises NotAvailableError."""
    snapshot = step.bench.maintenance.kept(name)
    found = number(snapshot.points.get(point))
    if found is None:
        raise NotAvailableError(f"the snapshot of step {name} has no value of {point}")
    return snapshot, found


def _number(
    step: StepContext, named: tuple[str, str], value: float, *, spread: float, note: str
) -> Measurement:
    """A worked-out number, `named` with its unit, with its expanded uncertainty."""
    name, unit = named
    return Measurement(
        name, round(value, 3), unit, uncertainty=round(spread, 3), source=step.role,
        at=step.clock.elapsed(), note=note,
    )  # fmt: skip


@action("vehicle.trip_distance", kind="J", limit="needed", possible=has_diagnostics, check=_check,
        title=Text("行程里程与总里程一致", "Trip distance fits the odometer"))  # fmt: skip
async def trip_distance(
    step: StepContext, *, record: str, before: str, after: str, odometer: str
) -> None:
    """Judge the recorded distance less the difference of the odometer between two snapshots."""
    trip = _record(step, record)
    first, second = _of(step, before, odometer)[1], _of(step, after, odometer)[1]
    error = trip.number("trip_distance") - (second - first)
    note = f"odometer {first:.1f} to {second:.1f} km"
    # Three numbers of 0.1 km, each cut off or rounded
    step.judge(_number(step, (DISTANCE, "km"), error, spread=0.1, note=note))


def _check_driven(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, (context.parameters["since"],), "since")


@action("vehicle.driven", kind="J", limit="needed", possible=has_diagnostics, check=_check_driven,
        title=Text("行驶里程", "Distance driven"))  # fmt: skip
async def driven(step: StepContext, *, since: str, odometer: str) -> None:
    """Judge how far the vehicle has gone since a snapshot, by its odometer.

    That somebody confirms a drive does not make it one. How fast it went is not judged.
    """
    before = _of(step, since, odometer)[1]
    reading = (await step.read([odometer]))[odometer]
    after = number(reading.value)
    if reading.quality is not Quality.GOOD or after is None:
        raise NotAvailableError(f"a snapshot has no value of {odometer}")
    note = f"odometer {before:.1f} to {after:.1f} km"
    step.judge(_number(step, (DRIVEN, "km"), after - before, spread=0.1, note=note))


@action("vehicle.trip_consumption", kind="J", limit="needed", possible=has_diagnostics,
        check=_check, title=Text("耗电量合理", "Consumption is plausible"))  # fmt: skip
async def trip_consumption(
    step: StepContext, *, before: str, after: str, odometer: str, energy: str,
    resolution: float = 0.1,
) -> None:  # fmt: skip
    """Judge the energy that the battery lost for 100 km, from two snapshots.

    `energy` is its remaining energy (kWh) in steps of `resolution`; that makes the uncertainty.
    """
    distance = _of(step, after, odometer)[1] - _of(step, before, odometer)[1]
    used = _of(step, before, energy)[1] - _of(step, after, energy)[1]
    if distance < _SHORTEST:
        raise NotAvailableError(f"{distance:.1f} km are too short to tell a consumption")
    note = f"{used:.1f} kWh in {distance:.1f} km"
    spread = 100 * resolution / distance
    named = (CONSUMPTION, "kWh/100km")
    step.judge(_number(step, named, 100 * used / distance, spread=spread, note=note))


@action("vehicle.trip_event", kind="J", limit="none", possible=has_diagnostics, check=_check,
        title=Text("行程中无异常事件", "Nothing happened on the trip"))  # fmt: skip
async def trip_event(step: StepContext, *, record: str) -> None:
    """Judge that the record tells of no hard braking, no hit curb and nothing else."""
    found = _record(step, record).text("trip_event")
    step.judge(said(step, "trip_event", found), Equals(NO_EVENT))


@action("vehicle.trip_driver", kind="J", limit="none", possible=has_diagnostics, check=_check,
        title=Text("驾驶人与签认人一致", "The driver is who signed"))  # fmt: skip
async def trip_driver(step: StepContext, *, record: str, signature: str) -> None:
    """Judge that the record's driver is the renter who signed at the hand-over."""
    signed = step.memory.kept.get(signature)
    if not isinstance(signed, Signature):
        raise NotAvailableError(f"step {signature} has no signature")
    found = _record(step, record).text("trip_driver")
    step.judge(said(step, "trip_driver", found), Equals(signed.code))


@action("vehicle.trip_times", kind="J", limit="none", possible=has_diagnostics, check=_check,
        title=Text("时间吻合", "The times fit together"))  # fmt: skip
async def trip_times(step: StepContext, *, record: str, before: str, after: str) -> None:
    """Judge that the trip lies between the snapshots, and an event within the trip."""
    trip = _record(step, record)
    out, back = (
        datetime.fromisoformat(step.bench.maintenance.kept(name).taken).timestamp()
        for name in (before, after)
    )
    start, end = trip.number("trip_start"), trip.number("trip_end")
    gaps: list[str] = []
    if end <= 0:
        gaps.append("not_ended")
    if start < out - _CLOCKS:
        gaps.append("started_before_hand_over")
    if end > back + _CLOCKS:
        gaps.append("ended_after_return")
    happened = trip.number("trip_event_time")
    if trip.text("trip_event") != NO_EVENT and not start <= happened <= max(end, start):
        gaps.append("event_outside_the_trip")
    note = f"start {start - out:+.0f} s after hand-over, end {back - end:+.0f} s before return"
    step.judge(said(step, TIMES, gaps, note), Clear())
