"""The catalogue: every item that ships with the harness, and those of a lab's own folders.

    catalogue = load_catalogue([Path("our-items")])
    item = catalogue.item("NB/T 33002-2018/supply-voltage")
    limit = item.limit_for(profile.ratings)

There is one file for each standard and edition; its name follows from the id, so that asking for
an item opens no other file.
"""

import difflib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from harness.catalogue.catalogue_file import CatalogueFile, file_stem
from harness.catalogue.item import Item, Standard
from harness.errors import FileError, Problem, UnknownNameError

SHIPPED = Path(__file__).resolve().parent / "items"
_NEAR = 8


class Catalogue:
    """Items by id. Files are opened when something in them is asked for."""

    def __init__(self, files: Sequence[CatalogueFile]) -> None:
        self._files = tuple(files)

    def item(self, id: str) -> Item:
        """One item. Raises UnknownNameError with near matches, FileError for a wrong file."""
        stem = file_stem(id.rpartition("/")[0])
        found = [
            (file, item)
            for file in self._files
            if file.path.stem == stem and (item := file.get(id)) is not None
        ]
        if not found:
            raise UnknownNameError("item", id, self._near(id))
        if len(found) > 1:
            raise FileError([_twice(id, found[0][0], file) for file, _ in found[1:]])
        return found[0][1]

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

    def _near(self, id: str) -> list[str]:
        ids = [known for file in self._files for known in file.ids()]
        near = difflib.get_close_matches(id, ids, n=_NEAR, cutoff=0.6)
        # A right name under the wrong edition is the commonest slip.
        last = "/" + id.rpartition("/")[2]
        near += [known for known in ids if known.endswith(last) and known not in near]
        return near[:_NEAR] or sorted({known.rpartition("/")[0] + "/..." for known in ids})


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
