"""The catalogue: every item that ships with the harness, and those of a lab's own folders.

    catalogue = load_catalogue([Path("our-items")])
    item = catalogue.item("NB/T 33002-2018/supply-voltage")
    limit = item.limit_for(profile.ratings)
    same = catalogue.item("GB 7258/speedometer-error", {"GB 7258": "2012"})

There is one file for each standard and edition (or for each part of a long one); its name follows
from the id, so that asking for an item opens no other file. An id without edition opens the files
of that standard's editions, because they say which of them is in force.
"""

import difflib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from harness.catalogue.catalogue_file import CatalogueFile, file_stem
from harness.catalogue.item import PRACTICE, Item, Standard
from harness.errors import FileError, Problem, UnknownNameError

SHIPPED = Path(__file__).resolve().parent / "items"
_NEAR = 8


class Catalogue:
    """Items by id. Files are opened when something in them is asked for."""

    def __init__(self, files: Sequence[CatalogueFile]) -> None:
        self._files = tuple(files)

    def item(self, name: str, editions: Mapping[str, str] | None = None) -> Item:
        """One item by its id, or by an id without edition (see `resolve`).

        Raises UnknownNameError with near matches, FileError for a wrong file.
        """
        id = self.resolve(name, editions)
        found = [
            (file, item)
            for file in self._files
            if file.may_hold(id) and (item := file.get(id)) is not None
        ]
        if not found:
            raise UnknownNameError("item", id, self._near(id))
        if len(found) > 1:
            raise FileError([_twice(id, found[0][0], file) for file, _ in found[1:]])
        return found[0][1]

    def resolve(self, name: str, editions: Mapping[str, str] | None = None) -> str:
        """The full id that `name` stands for.

        `GB 7258/speedometer-error` means the edition that `editions` gives for `GB 7258`; where
        it gives none, the edition in force. A draft is never chosen. A name that says its edition,
        or that belongs to no standard, stays as it is. Raises UnknownNameError when there is no
        such edition or it has no such item, and says which editions have it.
        """
        standard, _, short = name.rpartition("/")
        heads = [head for head in self.editions(standard) if not head.draft]
        if not heads:
            return name
        having = [head for head in heads if self._has(f"{head.prefix}/{short}")]
        asked = (editions or {}).get(standard)
        if asked is None:
            chosen = next((head for head in reversed(heads) if head.replaced_by is None), None)
            kind = "item of the edition in force"
        else:
            chosen = next((head for head in heads if head.edition == asked), None)
            if chosen is None:
                known = [head.prefix for head in having or heads]
                raise UnknownNameError("edition", f"{standard}-{asked}", known)
            kind = f"item of {chosen.prefix}"
        if chosen is None or chosen not in having:
            offered = [f"{head.prefix}/{short}" for head in having]
            raise UnknownNameError(kind, name, offered or self._near(name))
        return f"{chosen.prefix}/{short}"

    def editions(self, standard: str) -> tuple[Standard, ...]:
        """Heads of all editions of a standard, the oldest first, drafts too. Raises FileError."""
        if standard == PRACTICE:
            return ()
        start = file_stem(standard) + "-"
        heads = [file.head for file in self._files if file.path.stem.startswith(start)]
        dated = {head.prefix: head for head in heads if head.standard == standard and head.edition}
        return tuple(sorted(dated.values(), key=lambda head: (head.edition or "", head.prefix)))

    @property
    def standards(self) -> tuple[Standard, ...]:
        """What is known about each standard, in the order of the files. Raises FileError."""
        return tuple(file.head for file in self._files)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item of every file, all of them checked. Raises FileError with all problems."""
        problems: list[Problem] = []
        owner: dict[str, CatalogueFile] = {}
        for file in self._files:
            try:
                for item in file.items():
                    if item.id in owner:
                        problems.append(_twice(item.id, owner[item.id], file))
                    owner.setdefault(item.id, file)
            except FileError as error:
                problems += error.problems
        if not problems:
            problems = [problem for file in self._files for problem in _dangling(file, owner)]
        if problems:
            raise FileError(problems)
        return tuple(item for file in self._files for item in file.items())

    @property
    def used(self) -> Mapping[str, bytes]:
        """Bytes of every file that was opened, by file name: what a run's record has to keep."""
        opened = [file for file in self._files if file.read]
        names = [file.path.name for file in opened]
        return {
            name if names.count(name) == 1 else f"{file.path.parent.name}/{name}": file.data
            for name, file in zip(names, opened, strict=True)
        }

    def _has(self, id: str) -> bool:
        return any(file.may_hold(id) and id in file.ids() for file in self._files)

    def _near(self, id: str) -> list[str]:
        ids = [known for file in self._files for known in file.ids()]
        near = difflib.get_close_matches(id, ids, n=_NEAR, cutoff=0.6)
        # A right name under the wrong edition is the commonest slip.
        last = "/" + id.rpartition("/")[2]
        near += [known for known in ids if known.endswith(last) and known not in near]
        return near[:_NEAR] or sorted({_kind(known) for known in ids})


def load_catalogue(folders: Sequence[Path] = ()) -> Catalogue:
    """The shipped catalogue and every `*.yaml` of `folders`. Nothing is opened yet.

    Raises FileError for a folder that does not exist.
    """
    missing = [
        Problem(str(folder), 0, 0, "there is no such folder", "a folder with catalogue files")
        for folder in folders
        if not folder.is_dir()
    ]
    if missing:
        raise FileError(missing)
    return Catalogue(
        [
            CatalogueFile(path)
            for folder in (SHIPPED, *folders)
            for path in sorted(folder.glob("*.yaml"))
        ]
    )


def _kind(id: str) -> str:
    """What ids like this one begin with: `GB/T ...`, `practice/...`."""
    prefix = id.rpartition("/")[0]
    body, blank, _ = prefix.partition(" ")
    return f"{body} ..." if blank else f"{prefix}/..."


def _twice(id: str, first: CatalogueFile, second: CatalogueFile) -> Problem:
    index = [item.id for item in second.items()].index(id)
    return second.problem(
        index, "id", f"the id {id!r} stands in {first.path} already", "an id of its own"
    )


def _dangling(file: CatalogueFile, known: Mapping[str, CatalogueFile]) -> list[Problem]:
    return [
        file.problem(index, key, f"no item is called {name!r}", "the id of an item")
        for index, item in enumerate(file.items())
        for key, name in (("supersedes", item.supersedes), ("superseded_by", item.superseded_by))
        if name is not None and name not in known
    ]
