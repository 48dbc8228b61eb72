"""What the assessors have entered, sorted by what it is about.

Only entries that can change the score count here: marks, locks, overrides, deductions, decisions
on vetoes. Entries about different things do not depend on each other, so neither the result nor the
digest depends on the order in which two assessors wrote them; of entries about the same thing the
later one counts.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from harness.assess.entries import (
    AnyReviewEntry,
    Deducted,
    Locked,
    Marked,
    Overridden,
    Remarked,
    VetoDecided,
)


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """The assessors' side of a score."""

    marks: dict[str, dict[str, int]]
    """Aspect -> assessor -> 0 to 3; only of those who have locked."""
    locked: frozenset[str]
    overridden: dict[str, Overridden]
    deducted: dict[str, Deducted]
    vetoes: dict[str, VetoDecided]
    sha256: str


def entered_of(reviews: Sequence[AnyReviewEntry]) -> Entered:
    """Sort the entries of a review."""
    locked: set[str] = set()
    given: dict[str, dict[str, int]] = {}
    overridden: dict[str, Overridden] = {}
    deducted: dict[str, Deducted] = {}
    vetoes: dict[str, VetoDecided] = {}
    groups: dict[str, list[AnyReviewEntry]] = {}
    for entry in reviews:
        match entry:
            case Marked():
                if entry.by in locked:
                    continue  # what is locked changes only with a reason
                given.setdefault(entry.by, {})[entry.aspect] = entry.mark
            case Remarked():
                given.setdefault(entry.by, {})[entry.aspect] = entry.mark
            case Locked():
                locked.add(entry.by)
            case Overridden():
                overridden[entry.aspect] = entry
            case Deducted():
                deducted[entry.deduction] = entry
            case VetoDecided():
                vetoes[entry.veto] = entry
            case _:
                continue
        groups.setdefault(_about(entry), []).append(entry)
    marks: dict[str, dict[str, int]] = {}
    for by in sorted(locked):
        for aspect, mark in given.get(by, {}).items():
            marks.setdefault(aspect, {})[by] = mark
    encoded = msgspec.json.encode(dict(sorted(groups.items())), order="sorted")
    return Entered(
        marks=marks,
        locked=frozenset(locked),
        overridden=overridden,
        deducted=deducted,
        vetoes=vetoes,
        sha256=hashlib.sha256(encoded).hexdigest(),
    )


def _about(entry: AnyReviewEntry) -> str:
    """What an entry depends on: the others with the same words."""
    match entry:
        case Overridden():
            return f"aspect {entry.aspect}"
        case Deducted():
            return f"deduction {entry.deduction}"
        case VetoDecided():
            return f"veto {entry.veto}"
        case _:
            return f"assessor {entry.by}"
