"""How the comparison of two snapshots is put on record, whichever device they are of."""

from harness.actions.context import StepContext
from harness.quantity import Measurement, Quality, Value

NONE, SEVERAL = "none", "several"
CHANGED, CHANGE = "unexpected_changes", "unexpected_change"
HASH = "snapshot_hash"


def said(step: StepContext, name: str, value: Value | None, note: str = "") -> Measurement:
    """A finding of this step; one without a value is missing."""
    return Measurement(
        name=name,
        value=value,
        quality=Quality.GOOD if value is not None else Quality.MISSING,
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


def the_one(found: list[str]) -> str:
    """What a key can name: nothing, one thing, or that there are several."""
    kinds = list(dict.fromkeys(found))
    return NONE if not kinds else kinds[0] if len(kinds) == 1 else SEVERAL


def change(before: Value | None, after: Value | None, unit: str | None = None) -> str:
    """Both values in a row, as a person reads them; `unit` behind each number."""
    return f"{_with(before, unit)} → {_with(after, unit)}"


def _with(value: Value | None, unit: str | None) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{_shown(value)} {unit}" if number and unit not in (None, "1") else _shown(value)


def _shown(value: Value | None) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "–"
    if isinstance(value, float):
        return f"{value:.7g}"
    return "–" if value is None else str(value)
