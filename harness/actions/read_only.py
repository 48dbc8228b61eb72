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

SENT, ASKED = "sent_frames", "diagnostic_frames"


@action("vehicle.nothing_sent", kind="J", limit="none",
        title=Text("只听未发的证明", "Proof that nothing was sent"))  # fmt: skip
async def nothing_sent(
    step: StepContext, *, buses: tuple[str, ...] = (), nobody_else: bool = False
) -> None:
    """Count the frames in the recording of each bus that are the harness's own; expect none.

    From the beginning of the run up to this step, diagnostic requests and answers to them
    included. The recording is read back from the disk, and has to say the same as what the
    adapter was given. On a bus from which nothing was received the silence proves nothing, so it
    gets no verdict. Belongs at the end: reading back a million frames takes some seconds.

    With `nobody_else` no diagnostic frame of anybody may be there: a second tester or a dongle at
    the connector could change what is to be kept.
    """
    for bus in step.vehicle.chosen(buses):
        own, others = _counted(step, bus)
        step.judge(own, Equals(0))
        if nobody_else:
            step.judge(others, Equals(0))


def _counted(step: StepContext, bus: "AttachedBus") -> tuple[Measurement, Measurement]:
    """The frames sent on one bus, and the diagnostic ones of others.

    Raises NotAvailableError, EvidenceError.
    """
    recorded = bus.recorded(step.step)
    if recorded is None:
        raise NotAvailableError(f"bus {bus.name} is not recorded: nothing can be proved")
    received, sent = recorded.received, recorded.sent
    given = bus.tallies().sent
    quality = Quality.GOOD if received or sent or given else Quality.MISSING
    note = f"{received} frames received are recorded"
    if sent != given:
        note = f"{given} frames were sent, {sent} are recorded"
    good, at = quality is Quality.GOOD, step.clock.elapsed()
    return (
        Measurement(
            name=f"{SENT}.{bus.name}",
            value=max(sent, given) if good else None,
            quality=quality,
            source=step.role,
            at=at,
            note=note,
        ),
        Measurement(
            name=f"{ASKED}.{bus.name}",
            value=recorded.diagnostic if good else None,
            quality=quality,
            source=step.role,
            at=at,
        ),
    )


check_of("vehicle.nothing_sent")(known_buses)
