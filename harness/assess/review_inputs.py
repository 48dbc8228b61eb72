"""What a review needs besides its entries: the scheme it was opened with, and the score."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.assess.entries import AnyReviewEntry, SignedOff, Withdrawn
from harness.assess.result import Score
from harness.assess.review import Review
from harness.assess.scheme import Scheme
from harness.data import data_folder
from harness.datafile import load, sha256, validate
from harness.errors import UnknownNameError, UsageError
from harness.events import ExamStarted, RunStarted
from harness.evidence.read import Entry


def scheme_of(
    folder: Path, entries: Sequence[Entry], review: Review, asked: str | None = None
) -> tuple[Scheme, str]:
    """The scheme to review by, and its digest.

    Looked for as asked (a file, or the id of a shipped scheme), else in the bundle, else among the
    shipped ones by the id that the review or the exam names. Raises UsageError when it is not the
    one that the review was opened with.
    """
    opened = review.opened
    wanted = opened.scheme_sha256 if opened else _digest_of_exam(entries)
    name = asked or (opened.scheme if opened else _id_of_exam(entries))
    for path in _places(folder, entries, name):
        scheme, digest = _load(path)
        if (asked is None and name and scheme.scheme != name) or (wanted and digest != wanted):
            continue
        return scheme, digest
    if asked is None and not name:
        raise UsageError(f"{folder} names no scheme; expected --scheme with an id or a file")
    if wanted:
        raise UsageError(
            f"the scheme {name!r} is not the one that this run was done by (digest {wanted[:16]}); "
            "give its file with --scheme"
        )
    known = [path.stem for path in (data_folder("scenarios") / "schemes").glob("*.yaml")]
    raise UnknownNameError("scheme", str(name), known)


def _places(folder: Path, entries: Sequence[Entry], name: str | None) -> list[Path]:
    if name and Path(name).is_file():
        return [Path(name)]
    started = entries[0].event if entries else None
    used = started.files if isinstance(started, RunStarted) else []
    inside = [folder / one.copy for one in used if one.kind == "scheme"]
    shipped = sorted((data_folder("scenarios") / "schemes").glob("*.yaml"))
    first = [path for path in shipped if path.stem == name]
    return [path for path in [*inside, *first, *shipped] if path.is_file()]


def _load(path: Path) -> tuple[Scheme, str]:
    values, places, data = load(path)
    return validate(Scheme, values, places), sha256(data)


def _exam(entries: Sequence[Entry]) -> ExamStarted | None:
    return next((e.event for e in entries if isinstance(e.event, ExamStarted)), None)


def _digest_of_exam(entries: Sequence[Entry]) -> str:
    exam = _exam(entries)
    return exam.scheme_sha256 if exam else ""


def _id_of_exam(entries: Sequence[Entry]) -> str | None:
    exam = _exam(entries)
    return exam.scheme if exam else None


def scored(entries: Sequence[Entry], scheme: Scheme, review: Review) -> Score:
    """The score as it stands. Signatures do not change it, so they are left out."""
    return compute(entries, scheme, unsigned(review))


def unsigned(review: Review) -> list[AnyReviewEntry]:
    """The entries without sign-offs and withdrawals."""
    return [one for one in review.entries if not isinstance(one, SignedOff | Withdrawn)]


def compute(entries: Any, scheme: Scheme, reviews: Sequence[AnyReviewEntry]) -> Score:
    """`harness.assess.score.score`; imported late, because it is not needed to enter marks."""
    from importlib import import_module  # noqa: PLC0415

    found = import_module("harness.assess.score").score(entries, scheme, reviews)
    assert isinstance(found, Score)
    return found
