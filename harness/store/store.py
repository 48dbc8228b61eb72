"""A store: bundles on a shelf, and an index over them that is never the record.

What is shown, exported or checked of one run is read from its bundle; the index only says where it
lies. Where the two disagree, the bundle is right and the disagreement is told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, select

from harness.errors import BenchError, EvidenceError
from harness.evidence.keys import short
from harness.evidence.layout import JOURNAL, REVIEW, SEAL, safe_name
from harness.evidence.verify import Bad, VerifyResult, verify
from harness.store.abstract import facts_of
from harness.store.facts import RunFacts, State
from harness.store.filters import Filters
from harness.store.find import find
from harness.store.index import Index
from harness.store.model import RUNS
from harness.store.shelf import FolderShelf, Shelf, open_shelf
from harness.store.shown_score import ShownScore, score_of
from harness.text import Text

LOCK = ".store.lock"
_WAIT = 60.0


class RefusedBundleError(EvidenceError):
    """A bundle that is not taken in."""

    headline = Text("该记录不予入库", "The bundle is not taken in")

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


@dataclass(frozen=True)
class Added:
    """A bundle that was asked to be added."""

    folder: Path
    place: str
    facts: RunFacts
    new: bool
    """False: it was in the store already."""
    review: bool = False
    """A longer review took the place of the one that was there."""
    notes: list[Text] = field(default_factory=list)
    """What a reader should know, though the bundle was taken in: a wrong clock, unknown keys."""


@dataclass
class Rebuilt:
    """What a rebuild found."""

    runs: int = 0
    altered: list[tuple[str, str]] = field(default_factory=list)
    """Place and reason."""
    unsealed: list[str] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    """Place of a bundle, and the place at which the same one lies already."""


class Store:
    """Shelf and index. Raises UsageError, EvidenceError and IndexFailedError."""

    def __init__(self, bundles: str, index: str) -> None:
        self.shelf: Shelf = open_shelf(bundles)
        self.index = Index(index)

    def find(self, filters: Filters, limit: int | None) -> list[dict[str, Any]]:
        """The runs that are meant, newest first."""
        with self.index.reading() as connection:
            return find(connection, filters, limit)

    def score(self, row: dict[str, Any]) -> ShownScore | None:
        """The score of a run that was found, read from its bundle."""
        return score_of(self.shelf, row)

    def add(self, folder: Path, *, unsealed: bool = False) -> Added:
        """Verify a bundle, copy it to the shelf unless it lies there, put it in the index.

        Raises RefusedBundleError when it was altered, or is unsealed and that is not `unsealed`.
        """
        result = verify(folder)
        if not result.intact:
            where = place_of(result.first_bad)
            raise RefusedBundleError(
                Text(f"{folder} 被改动：{where.zh}", f"{folder} was altered: {where.en}")
            )
        if not result.sealed and not unsealed:
            raise RefusedBundleError(
                Text(
                    f"{folder} 未封存：末尾缺行无法发现；确要入库请加 --unsealed",
                    f"{folder} is not sealed: lines missing at its end could not be noticed; "
                    "--unsealed takes it in all the same",
                )
            )
        facts = facts_of(*_core(folder))
        if facts.state is State.ALTERED:
            raise RefusedBundleError(Text(f"{folder}：{facts.why}", f"{folder}: {facts.why}"))
        with self._alone():
            self._recover()
            added = self._take(folder, facts)
        clock = [place_of(one) for one in result.clock]
        return replace(added, notes=[*clock, *remarks(result)])

    def recover(self) -> None:
        """Finish or undo what a killed process left."""
        with self._alone():
            self._recover()

    def rebuild(self) -> Rebuilt:
        """The index anew, from the bundles alone."""
        found = Rebuilt()
        with self._alone():
            for place in self.shelf.arriving():
                self.shelf.drop(place)
            self.index.replace(self._all(found))
        return found

    def upgrade(self) -> Rebuilt | None:
        """Make an index of an earlier version anew; None where nothing had to be done.

        Not where a bundle that it names is missing here: then these may be the wrong bundles, and
        what it knows must not go away unasked.
        """
        if not self.index.outdated() or not all(map(self.shelf.holds, self.index.listed())):
            return None
        return self.rebuild()

    def facts(self, place: str) -> RunFacts:
        """What the index should say of a bundle, from the bundle."""
        return facts_of(*self.shelf.core(place))

    def _all(self, found: Rebuilt) -> Iterator[tuple[str, RunFacts]]:
        known: dict[str, str] = {}
        for place in self.shelf.places():
            facts = self.facts(place)
            first = known.setdefault(facts.identity, place)
            if first != place:
                found.twice.append((place, first))
                continue
            found.runs += 1
            if facts.state is State.ALTERED:
                found.altered.append((place, facts.why))
            elif facts.state is State.UNSEALED:
                found.unsealed.append(place)
            yield place, facts

    def _take(self, folder: Path, facts: RunFacts) -> Added:
        with self.index.writing() as connection:
            known = connection.execute(
                select(RUNS.c.place).where(RUNS.c.identity == facts.identity)
            ).scalar()
            inside = self._inside(folder)
            if known is not None and self.shelf.holds(known):
                review = known != inside and self._review(folder, known)
                return Added(folder, known, facts, new=False, review=review)
            self._resealed(connection, folder, facts)
            place = inside or known or _place(facts)
            bring = inside is None and not self.shelf.holds(place)
            if bring:
                self.shelf.bring(folder, place)
            self.index.put(connection, place, facts)
        if bring:
            self.shelf.settle(place)
        return Added(folder, place, facts, new=True)

    def _resealed(self, connection: Connection, folder: Path, facts: RunFacts) -> None:
        """One journal of real time is sealed once; the same again is a re-signed copy."""
        if facts.virtual_time:
            return
        other = connection.execute(
            select(RUNS.c.place).where(RUNS.c.head == facts.head, RUNS.c.identity != facts.identity)
        ).scalar()
        if other is not None:
            raise RefusedBundleError(
                Text(
                    f"{folder} 的事件日志与 {other} 相同而封存不同：其中之一被重新签名",
                    f"{folder} has the journal of {other} with another seal: one of them was "
                    "signed again",
                )
            )

    def _review(self, folder: Path, place: str) -> bool:
        """Take over a review that goes on where the stored one ends. Raises RefusedBundleError."""
        path = folder / REVIEW
        if not path.is_file():
            return False
        new, old = path.read_bytes(), self.shelf.read(place, REVIEW) or b""
        if old.startswith(new):
            return False
        if not new.startswith(old):
            raise RefusedBundleError(
                Text(
                    f"{folder} 的复核记录与库中 {place} 的不同，且互不衔接",
                    f"{folder} has another review than the same run at {place}; neither continues "
                    "the other",
                )
            )
        self.shelf.write(place, REVIEW, new)
        return True

    def _inside(self, folder: Path) -> str | None:
        """The place of a folder that lies on the shelf already."""
        if not isinstance(self.shelf, FolderShelf):
            return None
        root, path = self.shelf.root.resolve(), folder.resolve()
        return path.relative_to(root).as_posix() if root in path.parents else None

    def _recover(self) -> None:
        """A bundle that is on record arrived whole; one that is not did not."""
        left = self.shelf.arriving()
        if not left:
            return
        with self.index.writing() as connection:
            known = set(
                connection.execute(select(RUNS.c.place).where(RUNS.c.place.in_(left))).scalars()
            )
        for place in left:
            if place in known and not self.shelf.holds(place):
                self.shelf.settle(place)
            else:
                self.shelf.drop(place)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One program at a time changes a shelf of this machine."""
        if not isinstance(self.shelf, FolderShelf):
            yield
            return
        root = self.shelf.root
        try:
            root.mkdir(parents=True, exist_ok=True)
            with FileLock(root / LOCK, timeout=_WAIT):
                yield
        except Timeout as error:
            raise BenchError(f"another program is changing the store at {root}") from error
        except OSError as error:
            raise EvidenceError(f"{root}: {error.strerror or error}") from error


def remarks(result: VerifyResult) -> list[Text]:
    """What a reader should know of a bundle, wrong clocks aside."""
    clock = [place_of(one) for one in result.clock]
    found = [note for note in result.notes if note not in clock]
    if result.signer is not None and result.known_key is None:
        found.insert(0, _unknown_signer(result.signer))
    return found


def _unknown_signer(signer: str) -> Text:
    """The signature holds, but anybody can make a key."""
    return Text(
        f"{SEAL}：签名密钥本站未知（指纹 {short(signer)}）：内容自封存后未变，"
        "但是谁封存的，本站无法确认。"
        "从封存方另行取得公钥，放入密钥文件夹的 trusted/ 即为已知",
        f"{SEAL}: signed with a key that is not known to this station (fingerprint "
        f"{short(signer)}): nothing was changed since, but who sealed it cannot be said. Get the "
        "public key from whoever did, by another way, and put it into trusted/ of the key folder",
    )


def place_of(bad: Bad | None) -> Text:
    """`file:line: what`."""
    if bad is None:
        return Text("", "")
    where = f"{bad.file}:{bad.line}" if bad.line else bad.file
    return Text(f"{where}：{bad.what.zh}", f"{where}: {bad.what.en}")


def _core(folder: Path) -> tuple[bytes, bytes | None]:
    journal, seal = folder / JOURNAL, folder / SEAL
    return journal.read_bytes(), seal.read_bytes() if seal.is_file() else None


def _place(facts: RunFacts) -> str:
    """`2026-11/2026-11-28-<run>-<identity>`: months, because a folder of a million is slow."""
    day = facts.started[:10] or "undated"
    return f"{day[:7]}/{day}-{safe_name(facts.run_id)}-{facts.identity[:8]}"
