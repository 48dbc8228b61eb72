"""What the verbs of work in control units share: findings on record, and checks of their names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint
from harness.errors import BenchError, DeviceError, UnknownNameError
from harness.quantity import Measurement

if TYPE_CHECKING:
    from harness.devices.diag.diagnostics import Diagnostics

ENDED, ACCEPTED = "ended", "accepted"


def refused(step: StepContext, name: str, error: BenchError | DeviceError) -> Measurement:
    """A request that a unit did not do, as a finding with its reason.

    Raises DeviceLostError when it is the bus that is gone.
    """
    step.vehicle.require_alive()
    return said(step, name, "refused" if isinstance(error, DeviceError) else "silent", error.detail)


def description_of(context: CheckContext) -> "Diagnostics | None":
    vehicle = context.bench.vehicle
    return vehicle.diagnostics if vehicle is not None else None


def check_units(context: CheckContext) -> Iterator[Complaint]:
    """`units` are units of the description."""
    description = description_of(context)
    if description is None:
        return
    for index, name in enumerate(context.parameters["units"]):
        if name not in description.units:
            detail = UnknownNameError("control unit", name, list(description.units)).detail
            yield ("with", "units", index), detail, "a control unit of the diagnostic description"


def check_points(context: CheckContext) -> Iterator[Complaint]:
    """`points` are `unit.identifier` that can be read and written."""
    description = description_of(context)
    if description is None:
        return
    known = [
        f"{unit.name}.{did.name}"
        for unit in description.units.values()
        for did in unit.dids
        if {"read", "write"} <= set(did.access)
    ]
    for index, name in enumerate(context.parameters["points"]):
        if name not in known:
            detail = UnknownNameError("data identifier", name, known).detail
            yield ("with", "points", index), detail, "an identifier that can be written"


def check_routine(context: CheckContext) -> Iterator[Complaint]:
    """The unit has that routine, and the identifier that holds what it changes."""
    description, parameters = description_of(context), context.parameters
    if description is None:
        return
    unit = description.units.get(parameters["unit"])
    if unit is None:
        detail = UnknownNameError("control unit", parameters["unit"], list(description.units))
        yield ("with", "unit"), detail.detail, "a control unit of the diagnostic description"
        return
    yield from _named(parameters, "routine", "routine", [one.name for one in unit.routines])
    writable = [did.name for did in unit.dids if "write" in did.access]
    yield from _named(parameters, "restores", "data identifier", writable)


def _named(
    parameters: dict[str, Any], key: str, what: str, known: list[str]
) -> Iterator[Complaint]:
    if parameters[key] not in known:
        detail = UnknownNameError(what, parameters[key], known).detail
        yield ("with", key), detail, f"a {what} of that unit"


def check_of_step(context: CheckContext, key: str = "of") -> Iterator[Complaint]:
    """`of` is an earlier step."""
    for _, what, expected in earlier(context, (context.parameters[key],), key):
        yield ("with", key), what, expected
