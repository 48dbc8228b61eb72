"""What control units have kept beside their trouble codes, before anybody clears them."""

from harness.actions.context import StepContext
from harness.actions.diagnostics import CONFIRMED_OR_FAILING, has_diagnostics, known_names
from harness.actions.registry import action, check_of
from harness.errors import BenchError, DeviceError
from harness.quantity import Measurement, Quality
from harness.text import Text


@action(
    "diag.snapshots",
    kind="R",
    judges=False,
    limit="none",
    possible=has_diagnostics,
    title=Text("读取故障码快照", "Snapshots of trouble codes"),
)
async def snapshots(
    step: StepContext, *, units: tuple[str, ...] = (), mask: int = CONFIRMED_OR_FAILING
) -> None:
    """Read what was measured when each code was set, and keep it, without a claim.

    Clearing codes destroys it. A unit or a code that gives nothing is on record with the reason;
    the others are still read.
    """
    vehicle = step.vehicle
    for unit in units or tuple(vehicle.units):
        try:
            codes = await vehicle.trouble_codes(unit, step.deadline)
        except (BenchError, DeviceError) as error:
            _nothing(step, f"{unit}.trouble_codes", error)
            continue
        for code in (one.code for one in codes if one.status & mask):
            try:
                kept = await vehicle.snapshots(unit, code, step.deadline)
            except (BenchError, DeviceError) as error:
                _nothing(step, f"{unit}.{code}", error)
                continue
            if not kept:
                step.measured(_missing(step, f"{unit}.{code}", "no snapshot is kept"))
            for measurement in kept:
                step.measured(measurement)


def _nothing(step: StepContext, name: str, error: BenchError | DeviceError) -> None:
    """One unit may be silent; a bus that is gone ends the step. Raises DeviceLostError."""
    step.vehicle.require_alive()
    step.measured(_missing(step, name, error.detail))


def _missing(step: StepContext, name: str, note: str) -> Measurement:
    return Measurement(
        name=name,
        value=None,
        quality=Quality.MISSING,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


check_of("diag.snapshots")(known_names)
