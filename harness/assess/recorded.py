"""What belongs to a scored run besides its journal: its scheme, and the review beside it.

The seam to `harness.assess.review`: `reviews_of` is the one place from where scoring reads it.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

import msgspec

from harness.assess.entries import AnyReviewEntry, ReviewOpened, SignedOff, Withdrawn
from harness.assess.scheme_file import LoadedScheme, load_scheme, scheme_of
from harness.datafile import loads, sha256
from harness.errors import EvidenceError, UsageError
from harness.events import ExamStarted, RunStarted
from harness.evidence.layout import REVIEW
from harness.evidence.read import Entry, read_file
from harness.text import Text

_OTHER = Text("评分方案不是考试所用的那一个", "The scheme is not the one of the exam")


class _HasEntries(Protocol):
    """A review as it was read."""

    entries: list[AnyReviewEntry]


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
    # By its name: it brings the keys and signatures with it, which scoring itself has no use for.
    read: Callable[[Path], _HasEntries] = import_module("harness.assess.review").read_review
    return list(read(folder).entries)


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
    name = exam.scheme if exam is not None else opened.scheme if opened is not None else ""
    wanted = (
        exam.scheme_sha256
        if exam is not None
        else opened.scheme_sha256
        if opened is not None
        else ""
    )
    if not name:
        raise UsageError("the record names no scheme; expected --scheme ID or FILE")
    for used in run.files if run is not None else []:
        if used.sha256 == wanted:
            data = read_file(folder / used.copy)
            if sha256(data) == wanted:
                path = folder / used.copy
                return scheme_of(*loads(data, str(path)), data, path, procedures)
    if opened is not None and sha256(opened.document.encode()) == wanted:
        path = folder / REVIEW
        data = opened.document.encode()
        return scheme_of(*loads(data, f"{path}:1"), data, path, procedures)
    found = load_scheme(name, procedures)
    if found.sha256 != wanted:
        raise EvidenceError(
            f"{found.path} has the hash {found.sha256[:12]}…, the exam had a scheme {name} of "
            f"{wanted[:12]}…",
            headline=_OTHER,
        )
    return found
