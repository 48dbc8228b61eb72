"""What stands on a score sheet: the score, and everything that a reader needs to trust it.

A function of record, scheme, review and score: no clock, no network. The same inputs give the same
sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.assess.entries import Commented, Deducted, Marked, Overridden, Remarked, SignedOff
from harness.assess.result import AspectScore, Score, digest
from harness.assess.review import MAX_SPREAD, Review
from harness.assess.scheme import Scheme
from harness.datafile import loads
from harness.errors import FileError
from harness.events import (
    ClockNoted,
    DeviceOpened,
    ExamStarted,
    InstrumentListed,
    Judged,
    RunStarted,
    ScenarioSet,
)
from harness.evidence.read import Entry
from harness.evidence.reality import reality
from harness.evidence.verify import VerifyResult
from harness.report.words import integrity
from harness.text import Text


class Phase(NamedTuple):
    """One entry of the clock ledger; seconds since the record's first instant."""

    phase: str
    start: float
    seconds: float | None
    """None: the record ends in it."""
    by: str
    why: str


class Signature(NamedTuple):
    """A line to sign on: an assessor, his key, and when he signed (empty: not yet)."""

    code: str
    fingerprint: str
    utc: str
    total: float | None
    meaning: Text | None
    holds: bool
    """What he signed is the score on this sheet."""
    revoked: str = ""
    """When his key was revoked, after he had signed with it; empty: it was not."""


@dataclass(frozen=True)
class Sheet:
    """Everything on the sheet."""

    score: Score
    scheme: Scheme | None
    review: Review
    check: VerifyResult
    started: RunStarted | None
    exam: ExamStarted | None
    version: str
    """Of the scenario; empty when the record does not tell."""
    ledger: list[Phase]
    instruments: list[InstrumentListed]
    standards: list[str]
    """Editions that verdicts of the run rest on."""
    devices: list[DeviceOpened]
    signatures: list[Signature]
    comments: list[Commented] = field(default_factory=list)
    changes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Aspect or deduction -> who changed something there, and his reason."""

    @property
    def integrity(self) -> tuple[Text, Text]:
        return integrity(self.check)

    @property
    def reality(self) -> str:
        """As `evidence.reality.reality`, and never more real than the score says."""
        found = reality(self.started, self.devices)
        return "simulated" if self.score.simulated and found in ("mixed", "real") else found

    @property
    def simulated_roles(self) -> list[str]:
        return [device.role for device in self.devices if device.simulated]

    @property
    def recorded_roles(self) -> list[str]:
        return [device.role for device in self.devices if device.recorded]

    @property
    def signed_total(self) -> bool:
        """All signatures are of the score on this sheet."""
        return all(one.holds for one in self.signatures if one.utc)

    @property
    def qr_text(self) -> str:
        """What the code on the sheet holds: enough to find any later change with `verify`."""
        total = "-" if self.score.total is None else f"{self.score.total:g}"
        return (
            f"run {self.score.run_id}\nhead {self.check.head}\nreview {self.review.head}\n"
            f"score {digest(self.score)}\ntotal {total}"
        )

    def seconds(self, phase: str) -> float | None:
        """Sum of a phase; None when it never was."""
        found = [one.seconds or 0.0 for one in self.ledger if one.phase == phase]
        return sum(found) if found else None


def wide(aspect: AspectScore) -> bool:
    """Assessors differ by more than they may."""
    return aspect.spread is not None and aspect.spread > MAX_SPREAD


def build_sheet(
    entries: Sequence[Entry],
    score: Score,
    review: Review,
    check: VerifyResult,
    scheme: Scheme | None = None,
) -> Sheet:
    """Put the sheet together."""
    events = [entry.event for entry in entries]
    items = {one.item for one in events if isinstance(one, Judged) and one.item}
    return Sheet(
        score=score,
        scheme=scheme,
        review=review,
        check=check,
        started=next((one for one in events if isinstance(one, RunStarted)), None),
        exam=next((one for one in events if isinstance(one, ExamStarted)), None),
        version=_version(next((one for one in events if isinstance(one, ScenarioSet)), None)),
        ledger=_ledger(entries),
        instruments=[one for one in events if isinstance(one, InstrumentListed)],
        standards=sorted({item.rsplit("/", 1)[0] for item in items}),
        devices=[one for one in events if isinstance(one, DeviceOpened)],
        signatures=_signatures(review, digest(score), check),
        comments=[one for one in review.entries if isinstance(one, Commented)],
        changes=_changes(review),
    )


def _changes(review: Review) -> dict[str, list[tuple[str, str]]]:
    """Who changed what, and why; of a changed mark also what it was."""
    found: dict[str, list[tuple[str, str]]] = {}
    marks: dict[tuple[str, str], int] = {}
    for one in review.entries:
        if isinstance(one, Marked):
            marks[one.by, one.aspect] = one.mark
        elif isinstance(one, Remarked):
            before = marks.get((one.by, one.aspect))
            marks[one.by, one.aspect] = one.mark
            change = f"{'–' if before is None else before} → {one.mark}; {one.reason}"
            found.setdefault(one.aspect, []).append((one.by, change))
        elif isinstance(one, Overridden):
            found.setdefault(one.aspect, []).append((one.by, one.reason))
        elif isinstance(one, Deducted):
            found.setdefault(one.deduction, []).append((one.by, one.reason))
    return found


def _version(scenario: ScenarioSet | None) -> str:
    if scenario is None or not scenario.document:
        return ""
    try:
        values, _ = loads(scenario.document.encode(), "scenario")
    except FileError:
        return "?"
    return str(values.get("version", "1")) if isinstance(values, dict) else "?"


def _ledger(entries: Sequence[Entry]) -> list[Phase]:
    noted = [(entry.t, entry.event) for entry in entries if isinstance(entry.event, ClockNoted)]
    found: list[Phase] = []
    for number, (start, event) in enumerate(noted):
        if event.phase == "ended":
            continue
        following = noted[number + 1][0] if number + 1 < len(noted) else None
        seconds = following - start if following is not None else None
        found.append(Phase(event.phase, start, seconds, event.by, event.why))
    return found


def _signatures(review: Review, score_sha256: str, check: VerifyResult) -> list[Signature]:
    """Assessors who signed, then those who locked marks and have not."""
    reviewers = check.review.reviewers if check.review is not None else []
    gone = {one.code: one.revoked for one in reviewers}
    found = [
        _signature(review, code, one, score_sha256, gone.get(code, ""))
        for code, one in review.signed.items()
    ]
    waiting = [code for code in review.locked if code not in review.signed]
    return found + [Signature(code, review.keys[code], "", None, None, True) for code in waiting]


def _signature(
    review: Review, code: str, one: SignedOff, score_sha256: str, revoked: str
) -> Signature:
    holds = one.score_sha256 == score_sha256
    return Signature(code, review.keys[code], one.utc, one.total, one.meaning, holds, revoked)
