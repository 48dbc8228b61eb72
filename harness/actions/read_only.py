"""Proof that the harness has only listened, out of what was recorded of the buses."""

from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.network import known_buses
from harness.actions.registry import action, check_of
from harness.errors import NotAvailableError
from harness.limits import Equals
from harness.quantity import Measurement, Quality
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.attached import AttachedBus

SENT = "sent_frames"


@action("vehicle.nothing_sent", kind="J", limit="none",
        title=Text("只听未发的证明", "Proof that nothing was sent"))  # fmt: skip
async def nothing_sent(step: StepContext, *, buses: tuple[str, ...] = ()) -> None:
    """Count the frames in the recording of each bus that are the harness's own; expect none.

    From the beginning of the run up to this step, diagnostic requests and answers to them
    included. The recording is read back from the disk, and has to say the same as what the
    adapter was given. On a bus from which nothing was received the silence proves nothing, so it
    gets no verdict. Belongs at the end: reading back a million frames takes some seconds.
    """
    for bus in step.vehicle.chosen(buses):
        step.judge(_counted(step, bus), Equals(0))


def _counted(step: StepContext, bus: "AttachedBus") -> Measurement:
    """The frames sent on one bus. Raises NotAvailableError, EvidenceError."""
    recorded = bus.recorded(step.step)
    if recorded is None:
        raise NotAvailableError(f"bus {bus.name} is not recorded: nothing can be proved")
    received, sent = recorded
    given = bus.tallies().sent
    quality = Quality.GOOD if received or sent or given else Quality.MISSING
    note = f"{received} frames received are recorded"
    if sent != given:
        note = f"{given} frames were sent, {sent} are recorded"
    return Measurement(
        name=f"{SENT}.{bus.name}",
        value=max(sent, given) if quality is Quality.GOOD else None,
        quality=quality,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


check_of("vehicle.nothing_sent")(known_buses)
