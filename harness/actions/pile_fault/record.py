"""Findings on record: putting them there, and gathering what is there."""

from collections.abc import Mapping

from harness.actions.context import StepContext
from harness.actions.pile_fault.model import ALARMS, FINDING, OK
from harness.actions.pile_fault.rules import with_alarms
from harness.errors import NotAvailableError
from harness.quantity import Measurement


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
