"""Keys and data that a renter leaves in the control units, and clearing them.

Clearing cannot be taken back, and is meant: it is the renter's own right. Nothing else is changed,
the session that it needs is ended with the step, and what is left is read again afterwards.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics, judge_found, known_names
from harness.actions.registry import CheckContext, Complaint, action, check_of
from harness.clock import Deadline, loop_time, sleep_until
from harness.errors import (
    BenchError,
    DeviceError,
    NegativeResponseError,
    NoReplyError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
)
from harness.fields import DurationField
from harness.limits import Clear
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

Names = Annotated[tuple[str, ...], Field(min_length=1)]
_ENDS = 2.0
"""Seconds for ending what was begun, whatever time the step has left."""
_RUNNING = "running"
_PASSED = "passed"
_NO_KEY: tuple[Value, ...] = (0, "")
"""What a place for a key holds when there is none."""


async def _read(
    step: StepContext, units: tuple[str, ...], dids: tuple[str, ...]
) -> tuple[dict[str, Value | None], list[str]]:
    """Identifiers of the units that have them, as `unit.name`, and units that gave one not."""
    found: dict[str, Value | None] = {}
    unread: dict[str, None] = {}
    for unit in units:
        for did in dids:
            if unit not in step.vehicle.units_with(did):
                continue
            point = f"{unit}.{did}"
            try:
                reading = (await step.read([point]))[point]
            except (BenchError, DeviceError):
                step.vehicle.require_alive()
                unread[unit] = None
                continue
            if reading.quality is Quality.GOOD:
                found[point] = reading.value
            else:
                unread[unit] = None
    if not found and not unread:
        raise NotAvailableError("none of these control units has one of these identifiers")
    return found, list(unread)


@action("diag.known_keys", kind="R", limit="none", possible=has_diagnostics,
        title=Text("钥匙清单核对", "Keys on the list are known"))  # fmt: skip
async def known_keys(step: StepContext, *, units: Names, dids: Names) -> None:
    """Read the places for paired keys and expect in each what the site's ledger has for it.

    A place that the ledger does not name has to be empty. A key that is missing is no stranger's:
    it goes on record and is not judged here.
    """
    found, unread = await _read(step, units, dids)
    if not any(point in step.bench.site for point in found):
        raise NotAvailableError("the bench file's site ledger names no key of this vehicle")
    listed = [step.bench.site[point] for point in found if point in step.bench.site]
    unknown = [
        f"{point}={value}"
        for point, value in found.items()
        if value not in _NO_KEY and value not in listed
    ]
    judge_found(step, "unknown_keys", unknown, unread)


@action("diag.no_user_data", kind="R", limit="none", possible=has_diagnostics,
        title=Text("无遗留用户数据", "No data of users left"))  # fmt: skip
async def no_user_data(step: StepContext, *, units: Names, dids: Names) -> None:
    """Read how many entries of users the units keep, and expect none."""
    await _judge_left(step, units, dids)


async def _judge_left(step: StepContext, units: tuple[str, ...], dids: tuple[str, ...]) -> None:
    found, unread = await _read(step, units, dids)
    left = [f"{point}={value}" for point, value in found.items() if value != 0]
    judge_found(step, "user_data_left", left, unread)


@action("diag.clear_user_data", kind="W", writes=True, limit="none", possible=has_diagnostics,
        title=Text("清除用户数据", "Clear the data of users"))  # fmt: skip
async def clear_user_data(
    step: StepContext,
    *,
    units: Names,
    dids: Names,
    routine: str = "user_data_clear",
    poll: Annotated[DurationField, Field(gt=0)] = 0.5,
    at_most: DurationField = 10.0,
) -> None:
    """Run the clearing routine of each unit, and read again what is left.

    Two claims: each routine ends with `passed` within `at_most`, and no entry is left. A routine
    that does not end is stopped. A unit that refuses or stays silent is told, and the others are
    cleared all the same. Extended session and security access are the unit's own by the
    description; the session ends with the step.
    """
    not_cleared: list[str] = []
    stopped: list[str] = []
    for unit in units:
        note = ""
        try:
            result = str(await _clear(step, unit, routine, poll, at_most))
            if result == _RUNNING:
                result = "stopped"
                stopped.append(unit)
        except (NegativeResponseError, NoReplyError) as error:
            step.vehicle.require_alive()
            result = "refused" if isinstance(error, NegativeResponseError) else "silent"
            note = error.detail
        step.measured(
            Measurement(f"{unit}.{routine}", result, source=step.role, at=step.clock.elapsed(),
                        note=note)
        )  # fmt: skip
        if result != _PASSED:
            not_cleared.append(f"{unit}={result}")
    without_end = f"the routine of {', '.join(stopped)} ran for {at_most:g} s without an end"
    step.judge(
        Measurement("not_cleared", not_cleared, source=step.role, at=step.clock.elapsed(),
                    note=f"{without_end} and was stopped" if stopped else ""),
        Clear([]),
    )  # fmt: skip
    await _judge_left(step, units, dids)


async def _clear(
    step: StepContext, unit: str, routine: str, poll: float, at_most: float
) -> Value | None:
    """The result of the routine. Raises what the unit refuses, and NoReplyError."""
    from harness.devices.diag.uds import (  # noqa: PLC0415 - a pile needs no CAN library
        DEFAULT_SESSION,
        EXTENDED_SESSION,
    )
    from harness.devices.diag.uds_data import RoutineControl  # noqa: PLC0415 - as above

    control, deadline = step.vehicle.control_units, step.deadline
    client = control.client(unit)
    await control.enter_session(unit, EXTENDED_SESSION, deadline)
    try:
        await client.unlock(deadline)
        result = await client.routine(routine, RoutineControl.START, deadline)
        until = min(deadline.at, loop_time() + at_most)
        while result == _RUNNING and loop_time() < until:
            await sleep_until(min(until, loop_time() + poll))
            result = await client.routine(routine, RoutineControl.RESULT, deadline)
        if result == _RUNNING:
            await client.routine(routine, RoutineControl.STOP, Deadline.after(_ENDS))
        return result
    finally:
        await control.enter_session(unit, DEFAULT_SESSION, Deadline.after(_ENDS))


@check_of("diag.known_keys", "diag.no_user_data", "diag.clear_user_data")
def _known(context: CheckContext) -> Iterator[Complaint]:
    """Units, identifiers and the routine are those of the description."""
    yield from known_names(context)
    vehicle, parameters = context.bench.vehicle, context.parameters
    description = vehicle.diagnostics if vehicle is not None else None
    if description is None or "routine" not in parameters:
        return
    for index, name in enumerate(parameters["units"]):
        if name not in description.units:
            continue
        try:
            description.unit(name).routine(parameters["routine"])
        except (UnknownNameError, UsageError) as error:
            yield ("with", "units", index), error.detail, "a unit that has this routine"
