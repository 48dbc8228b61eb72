"""Evidence that is handed on: a verified copy of the recordings, and two people who sign."""

import hashlib
import re
from typing import TYPE_CHECKING

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.network import known_buses
from harness.actions.registry import action, check_of
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Equals
from harness.quantity import Measurement
from harness.text import Text

if TYPE_CHECKING:
    from harness.devices.vehicle.attached import AttachedBus

SAME, DIFFERENT = "same", "different"
TWO, ONE, UNFIT = "two_people", "same_person", "no_code"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")
"""A code that stands for a person: letters, digits and hyphens. A name does not belong here."""


@action("vehicle.copy_recordings", kind="J", limit="none",
        title=Text("封存并核对录制副本", "Copy the recordings and verify the copy"))  # fmt: skip
async def copy_recordings(step: StepContext, *, buses: tuple[str, ...] = ()) -> None:
    """Copy the recording of each bus as it is now, and compare the copy's SHA-256 with its own.

    Both hashes go on record, the copy is kept where the bench file says (`custody`), else with the
    run. The copy is read back from where it lies. Recording goes on: later frames are not in it.
    """
    for bus in step.vehicle.chosen(buses):
        _copied(step, bus)


def _copied(step: StepContext, bus: "AttachedBus") -> None:
    """Raises NotAvailableError, EvidenceError."""
    data = bus.recorded_bytes(step.step)
    if data is None:
        raise NotAvailableError(f"bus {bus.name} is not recorded: there is nothing to copy")
    own = hashlib.sha256(data).hexdigest()
    kept = step.bench.custody.copy(bus.capture_name, data)
    copied = hashlib.sha256(kept.data).hexdigest()
    at = step.clock.elapsed()
    for what, digest, note in (
        ("recording", own, f"{len(data)} bytes"),
        ("copy", copied, kept.place),
    ):
        step.measured(
            Measurement(f"sha256_{what}.{bus.name}", digest, source=step.role, at=at, note=note)
        )
    step.judge(
        Measurement(f"copied.{bus.name}", SAME if own == copied else DIFFERENT, source=step.role,
                    at=at, note=f"{len(data)} bytes"),
        Equals(SAME),
    )  # fmt: skip


@action("operator.hand_over", kind="O", limit="none", check=check_passed,
        title=Text("移交保管", "Hand over into custody"))  # fmt: skip
async def hand_over(
    step: StepContext,
    *,
    by: TextField,
    to: TextField,
    by_subject: str,
    to_subject: str,
    if_passed: Passed = (),
) -> None:
    """Have both people give their codes: who hands over, and who takes over. Two are needed.

    A code stands for a person in the ledger of the workplace; names stay out of the record.
    """
    require_passed(step, if_passed)
    codes = []
    for ask, subject in ((by, by_subject), (to, to_subject)):
        answer = await step.ask(Question(kind="observe", step=step.step, subject=subject, ask=ask))
        if answer.value is None:
            raise NotAvailableError(f"nobody signed as {subject!r}")
        codes.append("".join(str(answer.value).split()).upper())
    fit = all(_CODE.fullmatch(code) for code in codes)
    found = UNFIT if not fit else TWO if codes[0] != codes[1] else ONE
    step.judge(
        Measurement("custody", found, source="operator", at=step.clock.elapsed(),
                    note=" handed over to ".join(codes)),
        Equals(TWO),
    )  # fmt: skip


check_of("vehicle.copy_recordings")(known_buses)
