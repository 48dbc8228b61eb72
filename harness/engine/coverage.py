"""Which items of which standard are judged, how, and by which step: worked out from the files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.actions.registry import get_action
from harness.catalogue.item import Item, Method
from harness.catalogue.load import Catalogue
from harness.procedure.load import load_procedure, procedure_files
from harness.text import Text


class How(StrEnum):
    """How an item is judged, the surest first; the last ones say why it is not."""

    AUTOMATIC = "automatic"
    INSTRUMENT = "instrument"
    """A person reads an instrument, the harness judges."""
    EYE = "eye"
    """A person looks or operates, and says what is there."""
    REPORT = "report"
    """A person looks it up in a laboratory's test report."""
    PERSON = "person"
    """A person concludes or rates."""
    DRAFT = "draft"
    """A draft for comment: nothing is judged against it."""
    DOCUMENT = "document"
    """Only papers prove it: a certificate, a type test report."""
    NO_STEP = "no_step"
    """No procedure has a step for it."""


JUDGED = (How.AUTOMATIC, How.INSTRUMENT, How.EYE, How.REPORT, How.PERSON)
_REPORT = "operator.report"
_BY_KIND = {"I": How.INSTRUMENT, "V": How.EYE, "O": How.PERSON, "D": How.PERSON, "A": How.PERSON}


@dataclass(frozen=True)
class ByStep:
    """One step that judges an item."""

    procedure: str
    step: str
    how: How


@dataclass(frozen=True)
class Coverage:
    """One item with every step that judges it."""

    item: Item
    steps: tuple[ByStep, ...]

    @property
    def how(self) -> How:
        """The surest way in which it is judged, or why it is not."""
        if self.steps:
            return min((step.how for step in self.steps), key=JUDGED.index)
        if self.item.draft:
            return How.DRAFT
        return How.DOCUMENT if self.item.method is Method.DOCUMENT else How.NO_STEP

    @property
    def why_not(self) -> Text | None:
        """Why no step judges it, where its file says so."""
        return None if self.steps else self.item.not_covered


def coverage_of(catalogue: Catalogue, folders: Sequence[Path] = ()) -> list[Coverage]:
    """Every item of the catalogue, in its order. Raises FileError, UnknownNameError.

    A step that leaves the edition to the bench counts for every edition that has the item.
    """
    found: dict[str, list[ByStep]] = {item.id: [] for item in catalogue.items}
    for name in procedure_files(folders):
        for step in load_procedure(name, folders).model.steps:
            if step.item is None:
                continue
            how = _BY_KIND.get(get_action(step.do).kind, How.AUTOMATIC)
            how = How.REPORT if step.do == _REPORT else how
            for id in _meant(catalogue, step.item, found):
                found[id].append(ByStep(name, step.id, how))
    return [Coverage(item, tuple(found[item.id])) for item in catalogue.items]


def _meant(catalogue: Catalogue, name: str, known: Iterable[str]) -> Iterator[str]:
    """The ids that an item's name stands for. Raises UnknownNameError when there is none."""
    if name in known:
        yield name
        return
    standard, _, short = name.rpartition("/")
    ids = [f"{head.prefix}/{short}" for head in catalogue.editions(standard) if not head.draft]
    meant = [id for id in ids if id in known]
    yield from meant or [catalogue.item(name).id]
