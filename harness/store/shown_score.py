"""The score of a run as a listing shows it: computed from the bundle, never from the index.

A review goes on after a run was taken in, and a score is a function of record, scheme and review.
So it is worked out when it is shown, for runs that have a scheme.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from harness.assess.recorded import claims, reviews_of, scheme_for
from harness.assess.result import digest
from harness.assess.score import score
from harness.errors import HarnessError
from harness.events import RunStarted
from harness.evidence.layout import JOURNAL, REVIEW, safe_name
from harness.evidence.read import read_journal
from harness.store.shelf import FolderShelf, Shelf

WHOLE = 100.0
"""Totals are per cent of what can be had."""


class ShownScore(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing says of a score."""

    total: float | None
    """Of `max`; None while something waits for a person."""
    max: float = WHOLE
    passed: bool | None
    signed: int
    """How many signatures stand that are of this score."""


def score_of(shelf: Shelf, row: dict[str, Any]) -> ShownScore | None:
    """The score of a run that `Store.find` has found; None when there is none.

    There is none of a run without scheme and review, of an altered one, and where record or scheme
    cannot be read: `harness score` says why.
    """
    if row["state"] == "altered":
        return None
    place = row["place"]
    if not row["scheme"] and not (isinstance(shelf, FolderShelf) and _reviewed(shelf, place)):
        return None  # elsewhere, asking for a review of each run would take too long
    try:
        with _bundle(shelf, place) as folder:
            entries, reviews = read_journal(folder), reviews_of(folder)
            found = score(entries, scheme_for(folder, entries, reviews, None), reviews)
    except HarnessError:
        return None
    same = digest(found)
    signed = sum(one.score_sha256 == same for one in claims(reviews))
    return ShownScore(total=found.total, passed=found.passed, signed=signed)


def _reviewed(shelf: FolderShelf, place: str) -> bool:
    return (shelf.root / place / REVIEW).is_file()


@contextmanager
def _bundle(shelf: Shelf, place: str) -> Iterator[Path]:
    """A folder with what scoring reads: of a bundle elsewhere no recordings are fetched."""
    if isinstance(shelf, FolderShelf):
        with shelf.local(place) as folder:
            yield folder
        return
    with TemporaryDirectory(prefix="harness-") as name:
        folder = Path(name)
        for part in (JOURNAL, REVIEW):
            if (data := shelf.read(place, part)) is not None:
                (folder / part).write_bytes(data)
        first = read_journal(folder)[0].event
        for used in first.files if isinstance(first, RunStarted) else ():
            parts = PurePosixPath(used.copy).parts
            if used.kind == "scheme" and parts and all(part == safe_name(part) for part in parts):
                target = folder / used.copy
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(shelf.read(place, used.copy) or b"")
        yield folder
