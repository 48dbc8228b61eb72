"""Findings on record: putting them there, and gathering what is there."""

from collections.abc import Mapping

from harness.actions.context import StepContext
from harness.actions.pile_fault.causes import CAUSES
from harness.actions.pile_fault.model import ALARM, ALARMS, CLEAR, FINDING, OK
from harness.actions.pile_fault.rules import FOLLOWS, abnormal, with_alarms
from harness.devices.operator import Evidence, Shows
from harness.errors import NotAvailableError
from harness.quantity import Measurement

RESETS = "resets"
"""Name of the reading that says that the pile was reset."""


def note_findings(step: StepContext, found: Mapping[str, str], *, note: str = "") -> None:
    """Put findings on record, each under its key."""
    for key, word in found.items():
        step.measured(
            Measurement(FINDING + key, word, source=step.role, at=step.clock.elapsed(), note=note)
        )


def _on_record(step: StepContext) -> list[Measurement]:
    return [one for kept in step.memory.measurements.values() for one in kept]


def gathered(step: StepContext) -> tuple[dict[str, str], bool]:
    """The last finding of every key with every alarm that was seen, and whether alarm words were
    read at all."""
    found: dict[str, str] = {}
    seen: set[str] | None = None
    for one in _on_record(step):
        if one.name == ALARMS and isinstance(one.value, list):
            seen = (seen or set()) | {str(code) for code in one.value}
        elif one.name.startswith(FINDING):
            found[one.name.removeprefix(FINDING)] = str(one.value)
    return with_alarms(found, sorted(seen) if seen is not None else None), seen is not None


def require_link(step: StepContext) -> None:
    """Raises NotAvailableError when the pile was found not to answer."""
    link = gathered(step)[0].get("link", OK)
    if link != OK:
        raise NotAvailableError("the pile does not answer: there is nothing to read")


def evidence(step: StepContext, stands_for: Mapping[str, str] | None = None) -> Evidence:
    """Everything on record, and the table of causes, for whoever has to conclude from it.

    An alarm that was looked for and not seen is a finding of its own here.
    """
    found, alarms_read = gathered(step)
    if alarms_read:
        alarms = {key for cause in CAUSES for key in cause.signs if key.startswith(ALARM)}
        found = {**dict.fromkeys(sorted(alarms), CLEAR), **found}
    return Evidence(
        found=found,
        abnormal=abnormal(found),
        textbook={
            cause.name: Shows(signs={key: cause.wants(key) for key in cause.signs}, may=cause.may)
            for cause in CAUSES
        },
        common=FOLLOWS,
        stands_for=dict(stands_for or {}),
    )
