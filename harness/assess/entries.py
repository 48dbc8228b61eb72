"""What assessors enter after a run: marks, comments, overrides, veto decisions, signatures.

Plain values. `harness.assess.review` keeps them as an append-only, signed journal beside the run,
bound to the run's seal; `harness.assess.score` takes them as one of its three inputs.
"""

from typing import Literal

import msgspec

from harness.text import Text


class ReviewEntry(msgspec.Struct, frozen=True, tag_field="entry", omit_defaults=True, kw_only=True):
    """Base: who and when (ISO 8601, UTC). `by` is the assessor's code, never a name."""

    by: str
    utc: str


class ReviewOpened(ReviewEntry, tag="review_opened", frozen=True, kw_only=True):
    """First line: what is reviewed, and by which scheme."""

    format: int = 1
    run_id: str
    head: str
    """Hash of the last line of the run's journal."""
    seal_sha256: str
    scheme: str
    scheme_sha256: str
    assessors: int
    sign_offs: int
    document: str = ""
    """The scheme file as it was used, so that the review stands by itself."""


class Marked(ReviewEntry, tag="marked", frozen=True, kw_only=True):
    """0 to 3 for a J aspect. Entered again before locking, the later one counts."""

    aspect: str
    mark: Literal[0, 1, 2, 3]
    note: str = ""


class Locked(ReviewEntry, tag="locked", frozen=True, kw_only=True):
    """This assessor's marks are final; from now on he may see the others'."""


class Remarked(ReviewEntry, tag="remarked", frozen=True, kw_only=True):
    """A mark changed after locking, with the reason (a spread of more than 1, an appeal)."""

    aspect: str
    mark: Literal[0, 1, 2, 3]
    reason: str


class Commented(ReviewEntry, tag="commented", frozen=True, kw_only=True):
    """A remark on the whole run, on a step or on an aspect."""

    about: str = ""
    text: str


class Overridden(ReviewEntry, tag="overridden", frozen=True, kw_only=True):
    """An assessor's marks in place of computed ones. What the machine found stays beside it."""

    aspect: str
    marks: float
    reason: str


class Deducted(ReviewEntry, tag="deducted", frozen=True, kw_only=True):
    """A deduction that no rule can see (or, with `waived`, one that shall not count)."""

    deduction: str
    times: int = 1
    waived: bool = False
    reason: str


class VetoDecided(ReviewEntry, tag="veto_decided", frozen=True, kw_only=True):
    """A person's decision on a proposed veto. A rejected one stays visible."""

    veto: str
    confirmed: bool
    grade: Literal["deduct", "zero_task", "end_exam"] | None = None
    """Another grade than the scheme's."""
    reason: str


class SignedOff(ReviewEntry, tag="signed_off", frozen=True, kw_only=True):
    """An assessor signs the score as it stands."""

    meaning: Text
    total: float
    passed: bool | None
    score_sha256: str
    """Digest of the score (see `harness.assess.result.digest`)."""
    review_head: str
    """Hash of the review line before this one."""


class Withdrawn(ReviewEntry, tag="withdrawn", frozen=True, kw_only=True):
    """A sign-off taken back, with the reason; needed before anything is changed afterwards."""

    reason: str


AnyReviewEntry = (
    ReviewOpened
    | Marked
    | Locked
    | Remarked
    | Commented
    | Overridden
    | Deducted
    | VetoDecided
    | SignedOff
    | Withdrawn
)
