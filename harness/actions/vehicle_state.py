"""Reading everything that a snapshot of a vehicle has, from control units that may not play along.

A unit that stays silent is left after its first question; one that refuses an identifier is asked
for the others; one whose trouble codes change while they are read is read again, and not for ever.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.diagnostics import READINGS, read_codes
from harness.devices.diag.diagnostics import Did
from harness.devices.vehicle.snapshot import COUNTS, NOT_READ, wanted
from harness.errors import BenchError, DeviceError, NoReplyError
from harness.quantity import Measurement, Quality, Value

if TYPE_CHECKING:
    from harness.devices.vehicle.control_units import StoredCode


@dataclass
class State:
    """What was read, and what was not."""

    points: dict[str, Value | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    """Units of measurement by point."""
    silent: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    """What a unit that answers did not give."""
    unsettled: list[str] = field(default_factory=list)
    """Units whose trouble codes kept changing while they were read."""

    @property
    def partial(self) -> list[str]:
        """Units of which not everything is known."""
        named = (*self.silent, *(gap.partition(".")[0] for gap in self.gaps), *self.unsettled)
        return list(dict.fromkeys(named))

    def values_of(self, did: str) -> dict[str, Value | None]:
        """One identifier of every unit that gave it."""
        return {
            name.removesuffix(f".{did}"): value
            for name, value in self.points.items()
            if name.count(".") == 1 and name.endswith(f".{did}") and value is not None
        }


async def read_state(step: StepContext) -> State:
    """Ask every unit for everything. Raises DeviceLostError when it is the bus that is gone."""
    state = State()
    diagnostics = step.vehicle.profile.diagnostics
    assert diagnostics is not None  # `possible` of the actions sees to it
    for unit, dids in wanted(diagnostics).items():
        if await _codes(step, unit, state):
            for did in dids:
                await _identifier(step, unit, did, state)
    state.points[NOT_READ] = state.partial
    return state


async def _codes(step: StepContext, unit: str, state: State) -> bool:
    """The codes of a unit with what is kept beside them; False when it does not answer at all."""
    for _reading in range(READINGS):
        try:
            before = await read_codes(step, unit)
        except NoReplyError:
            step.vehicle.require_alive()
            state.silent.append(unit)
            return False
        except (BenchError, DeviceError) as error:
            _gap(step, f"{unit}.trouble_codes", error, state)
            return True
        found, missing = await _kept(step, unit, before)
        try:
            after = await read_codes(step, unit)
        except (BenchError, DeviceError) as error:
            _gap(step, f"{unit}.trouble_codes", error, state)
            return True
        if _which(before) == _which(after):
            for code in before:
                state.points[f"{unit}.{code.code}"] = code.status
            for name, reading in found.items():
                _take(name, reading, state)
            for name, why in missing.items():
                _gap(step, name, why, state)
            return True
    state.unsettled.append(unit)
    return True


def _which(codes: "list[StoredCode]") -> list[str]:
    return sorted(one.code for one in codes)


async def _kept(
    step: StepContext, unit: str, codes: "list[StoredCode]"
) -> tuple[dict[str, Measurement], dict[str, BenchError | DeviceError]]:
    """What is kept beside the codes that count, and the codes of which it was not given."""
    found: dict[str, Measurement] = {}
    missing: dict[str, BenchError | DeviceError] = {}
    for code in (one.code for one in codes if one.status & COUNTS):
        try:
            kept = await step.vehicle.snapshots(unit, code, step.deadline)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            missing[f"{unit}.{code}"] = error
            continue
        for reading in kept:
            record = reading.note.rpartition(" ")[2]
            found[f"{unit}.{code}.{record}.{reading.name.partition('.')[2]}"] = reading
    return found, missing


async def _identifier(step: StepContext, unit: str, did: Did, state: State) -> None:
    """One that stays unanswered is asked once more: a frame that was lost is no gap."""
    point = f"{unit}.{did.name}"
    try:
        try:
            reading = (await step.vehicle.read([point], step.deadline))[point]
        except NoReplyError as error:
            step.vehicle.require_alive()
            if error.asked_for_patience:
                raise
            reading = (await step.vehicle.read([point], step.deadline))[point]
    except (BenchError, DeviceError) as error:
        _gap(step, point, error, state)
        return
    _take(point, reading, state)


def _take(name: str, reading: Measurement, state: State) -> None:
    """A value that means "none" stands in the snapshot as nothing: the unit did answer."""
    state.points[name] = reading.value if reading.quality is Quality.GOOD else None
    if reading.unit is not None:
        state.units[name] = reading.unit


def _gap(step: StepContext, name: str, error: BenchError | DeviceError, state: State) -> None:
    step.vehicle.require_alive()
    state.gaps.append(name)
    state.points[name] = None
    missing = Quality.MISSING
    step.measured(
        Measurement(name, None, None, quality=missing, source=step.role,
                    at=step.clock.elapsed(), note=error.detail)
    )  # fmt: skip
