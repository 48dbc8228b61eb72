"""What leaves the store: read from the bundles, each verified first. Nothing altered goes out."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import EvidenceError
from harness.events import RunStarted
from harness.evidence.layout import SEAL
from harness.evidence.read import Entry, read_file, read_journal
from harness.evidence.seal import Statement, open_seal
from harness.evidence.verify import VerifyResult, verify
from harness.store.store import Store, place_of
from harness.text import Text


@dataclass(frozen=True)
class Verified:
    """A bundle that is what was sealed."""

    place: str
    folder: Path
    result: VerifyResult
    statement: Statement
    seal: bytes
    entries: list[Entry]

    @property
    def started(self) -> RunStarted:
        """The first line of its journal."""
        first = self.entries[0].event
        assert isinstance(first, RunStarted)  # verification says so
        return first


@dataclass(frozen=True)
class Held:
    """A bundle that does not go out, and why."""

    place: str
    why: Text


def verified(store: Store, places: Iterable[str]) -> Iterator[Verified | Held]:
    """Each bundle; its folder is there until the next one is asked for."""
    for place in places:
        try:
            with _opened(store, place) as found:
                yield found
        except EvidenceError as error:
            yield Held(place, Text(f"无法读取：{error.detail}", error.detail))


@contextmanager
def _opened(store: Store, place: str) -> Iterator[Verified | Held]:
    with store.shelf.local(place) as folder:
        result = verify(folder)
        if not result.intact:
            where = place_of(result.first_bad)
            yield Held(place, Text(f"被改动：{where.zh}", f"altered: {where.en}"))
            return
        if not result.sealed:
            yield Held(place, Text("未封存", "not sealed"))
            return
        seal = read_file(folder / SEAL)
        statement = open_seal(seal).statement
        yield Verified(place, folder, result, statement, seal, read_journal(folder))
