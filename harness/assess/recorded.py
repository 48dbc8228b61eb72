"""What belongs to a scored run besides its journal: its scheme, and the review beside it.

The seam to `harness.assess.review`: `reviews_of` is the one place from where scoring reads it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from harness.assess.entries import AnyReviewEntry, ReviewOpened, SignedOff, Withdrawn
from harness.assess.scheme_file import LoadedScheme, kept_scheme, load_scheme
from harness.datafile import sha256
from harness.errors import EvidenceError, UsageError
from harness.events import ExamStarted, RunStarted
from harness.evidence.layout import REVIEW, file_inside
from harness.evidence.read import Entry, read_file
from harness.text import Text

_OTHER = Text("评分方案不是考试所用的那一个", "The scheme is not the one of the exam")


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A score that an assessor has signed, and what had been entered before he did."""

    by: str
    utc: str
    score_sha256: str
    total: float
    passed: bool | None
    before: tuple[AnyReviewEntry, ...]


def reviews_of(folder: Path) -> list[AnyReviewEntry]:
    """The assessors' entries beside a run, in their order; none where there is no review."""
    if not (folder / REVIEW).is_file():
        return []
    from harness.assess.review import read_review  # noqa: PLC0415 - brings the signatures

    return list(read_review(folder).entries)


def claims(reviews: Sequence[AnyReviewEntry]) -> list[Claimed]:
    """The scores that stand signed: not those that were withdrawn."""
    found: list[Claimed] = []
    for place, entry in enumerate(reviews):
        if isinstance(entry, SignedOff):
            found.append(
                Claimed(
                    by=entry.by,
                    utc=entry.utc,
                    score_sha256=entry.score_sha256,
                    total=entry.total,
                    passed=entry.passed,
                    before=tuple(reviews[:place]),
                )
            )
        elif isinstance(entry, Withdrawn):
            found = [one for one in found if one.by != entry.by]
    return found


def scheme_for(
    folder: Path, entries: Sequence[Entry], reviews: Sequence[AnyReviewEntry], asked: str | None
) -> LoadedScheme:
    """The scheme to score a run by.

    The one asked for, else the copy in the record, else the one in the review, else by its id.

    Raises UsageError when the record names none, EvidenceError when the scheme that was found is
    not the one that the exam or its review committed to.
    """
    run = next((e.event for e in entries if isinstance(e.event, RunStarted)), None)
    exam = next((e.event for e in entries if isinstance(e.event, ExamStarted)), None)
    procedures = run.procedures if run is not None else []
    if asked is not None:
        return load_scheme(asked, procedures)
    opened = next((one for one in reviews if isinstance(one, ReviewOpened)), None)
    # An exam and the review that was opened on a run name a scheme in the same words.
    said = exam or opened
    if said is None:
        raise UsageError("the record names no scheme; expected --scheme ID or FILE")
    wanted = said.scheme_sha256
    for data, path in _kept(folder, run, opened):
        if sha256(data) == wanted:
            return kept_scheme(data, path)
    found = load_scheme(said.scheme, procedures)
    if found.sha256 != wanted:
        raise EvidenceError(
            f"{found.path} has the hash {found.sha256[:12]}…, the exam had a scheme {said.scheme} "
            f"of {wanted[:12]}…",
            headline=_OTHER,
        )
    return found


def _kept(
    folder: Path, run: RunStarted | None, opened: ReviewOpened | None
) -> Iterator[tuple[bytes, Path]]:
    """Schemes that the bundle itself holds: among its files, and in the first line of a review."""
    for used in run.files if run is not None else []:
        path = file_inside(folder, used.copy)
        if used.kind == "scheme" and path is not None:
            yield read_file(path), folder / used.copy
    if opened is not None and opened.document:
        yield opened.document.encode(), folder / REVIEW
