"""What a review needs besides its entries: the scheme it was opened with, and the score."""

from collections.abc import Sequence
from pathlib import Path

from harness.assess.entries import AnyReviewEntry, SignedOff, Withdrawn
from harness.assess.recorded import scheme_for
from harness.assess.result import Score
from harness.assess.review import Review
from harness.assess.scheme_file import LoadedScheme
from harness.assess.score import score
from harness.errors import UsageError
from harness.evidence.read import Entry


def scheme_of(
    folder: Path, entries: Sequence[Entry], review: Review, asked: str | None = None
) -> LoadedScheme:
    """The scheme to review by.

    The one asked for, else that of record or review (see `harness.assess.recorded`). Raises
    UsageError when it is not the one that the review was opened with.
    """
    opened = review.opened
    loaded = scheme_for(folder, entries, review.entries, asked)
    if opened is not None and loaded.sha256 != opened.scheme_sha256:
        raise UsageError(
            f"the scheme {loaded.id!r} is not the one that this review was opened with "
            f"(digest {opened.scheme_sha256[:16]})"
        )
    return loaded


def scored(entries: Sequence[Entry], scheme: LoadedScheme, review: Review) -> Score:
    """The score as it stands. Signatures do not change it, so they are left out."""
    return score(entries, scheme, unsigned(review))


def unsigned(review: Review) -> list[AnyReviewEntry]:
    """The entries without sign-offs and withdrawals."""
    return [one for one in review.entries if not isinstance(one, SignedOff | Withdrawn)]
