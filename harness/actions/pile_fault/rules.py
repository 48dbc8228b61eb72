"""From findings to a cause: which rows of the table agree with everything that was found.

A cause agrees when none of its signs is contradicted, at least one of them is there, and everything
abnormal that was found is a sign of it or may follow from it. Signs that nobody looked for leave it
open; hand checks close that. What stays is named: one cause, or all that cannot be told apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from harness.actions.pile_fault.causes import CAUSES
from harness.actions.pile_fault.checks import CHECKS, NORMAL
from harness.actions.pile_fault.model import (
    ALARM,
    CLEAR,
    OK,
    SET,
    Cause,
    Diagnosis,
    HandCheck,
    Power,
)

FOLLOWS = ("rest.state", "rep.outcome", "rep.stop_reason", "rep.energy", "rep.current")
"""What may follow from any fault that keeps the pile from charging."""

Findings = Mapping[str, str]


def abnormal(found: Findings) -> list[str]:
    """Keys of findings that are not as they should be."""
    return [key for key, state in found.items() if state != normal(key)]


def normal(key: str) -> str:
    """How a finding should be."""
    return CLEAR if key.startswith(ALARM) else NORMAL.get(key, OK)


def with_alarms(found: Findings, alarms: Iterable[str] | None) -> dict[str, str]:
    """Findings with the alarms that were seen; None: the alarm words could not be read."""
    codes = () if alarms is None else alarms
    return {**found, **{f"{ALARM}{code}": SET for code in codes}}


def _state(found: Findings, key: str, *, alarms_read: bool) -> str | None:
    if key in found:
        return found[key]
    return CLEAR if key.startswith(ALARM) and alarms_read else None


def candidates(
    found: Findings, *, alarms_read: bool = True, causes: Sequence[Cause] = CAUSES
) -> list[Cause]:
    """Every cause that agrees with what was found."""
    wrong = abnormal(found)
    fit: list[Cause] = []
    for cause in causes:
        known = {key: _state(found, key, alarms_read=alarms_read) for key in cause.signs}
        if any(state is not None and state not in cause.wants(key) for key, state in known.items()):
            continue
        if not any(key in wrong for key in cause.signs):
            continue
        may = (*cause.may, *FOLLOWS)
        if all(key in cause.signs or any(fnmatchcase(key, one) for one in may) for key in wrong):
            fit.append(cause)
    return fit


def next_check(
    found: Findings, *, alarms_read: bool = True, power: Power | None = None
) -> HandCheck | None:
    """The hand check that tells most of the remaining causes apart; None: none is left.

    With `power`, only of those that are done with the pile on, or off.
    """
    fit = candidates(found, alarms_read=alarms_read)
    open_signs = [
        key
        for cause in fit
        for key in cause.signs
        if key in CHECKS and key not in found and power in (None, CHECKS[key].power)
    ]
    if not open_signs:
        return None
    return CHECKS[max(CHECKS, key=open_signs.count)]


def diagnose(found: Findings, *, alarms_read: bool = True) -> Diagnosis:
    """What these findings point to."""
    wrong = abnormal(found)
    if not wrong:
        return Diagnosis((), ("everything that was looked at is as it should be",))
    fit = candidates(found, alarms_read=alarms_read)
    if not fit:
        return Diagnosis((), (f"no cause explains: {_said(found, wrong)}",), known=False)
    signs = [key for key in wrong if any(key in cause.signs for cause in fit)]
    reasons = [f"found: {_said(found, signs)}"]
    missing = sorted({key for cause in fit for key in cause.signs if key not in found
                      and not key.startswith(ALARM)})  # fmt: skip
    if missing:
        reasons.append(f"not looked at: {', '.join(missing)}")
    return Diagnosis(tuple(cause.name for cause in fit), tuple(reasons))


def _said(found: Findings, keys: Sequence[str]) -> str:
    return ", ".join(
        key.removeprefix(ALARM) if key.startswith(ALARM) else f"{key} = {found[key]}"
        for key in keys
    )
