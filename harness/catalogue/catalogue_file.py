"""One catalogue file: read whole, or one entry at a time.

A run cites some fifteen items out of several hundred, and a YAML parser in Python needs about a
millisecond for each. So a single item is had by parsing the file's head and the lines of that
one entry. That is only a short cut: whenever it meets anything unusual, the file is read whole,
and only then is it decided whether something is wrong and where.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from harness.catalogue.item import PRACTICE, Entry, Item, Standard
from harness.datafile import Places, loads, read_bytes, validate
from harness.errors import FileError, Problem

_ENTRY = re.compile(rb"^( *)- id:[ ]*([\"']?)([^\r\n\"'#]+?)\2[ \t]*\r?$", re.MULTILINE)


def file_stem(prefix: str) -> str:
    """File name without suffix of a standard: `GB/T 18487.1-2023` -> `gb-t-18487.1-2023`."""
    return re.sub(r"[/\s]+", "-", prefix.strip().lower())


def _stem_of(head: Standard) -> str:
    """The stem that the file of this head has to have."""
    stem = file_stem(head.prefix)
    return stem if head.part is None else f"{stem}-{head.part}"


class _WholeFile(Standard):
    items: list[Entry] = Field(min_length=1)


class CatalogueFile:
    """The items of one standard, or of a part of it, in one file of one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data: bytes | None = None
        self._head: Standard | None = None
        self._found: dict[str, Item] = {}
        self._whole: tuple[Item, ...] | None = None
        self._places: Places | None = None

    @property
    def data(self) -> bytes:
        """The file's bytes. Raises FileError when it cannot be read."""
        if self._data is None:
            self._data = read_bytes(self.path)
        return self._data

    @property
    def read(self) -> bool:
        """Whether the file has been opened at all."""
        return self._data is not None

    @property
    def head(self) -> Standard:
        """What the file says about the standard. Raises FileError."""
        if self._head is None:
            self._head = self._quick_head()
        if self._head is None:
            self._load()
            assert self._head is not None
        return self._head

    def may_hold(self, name: str) -> bool:
        """Whether an item of that id can stand here, by the file's name alone."""
        prefix, _, short = name.rpartition("/")
        stem, whole = file_stem(prefix), self.path.stem
        if whole == stem:
            return True
        return whole.startswith(f"{stem}-") and f"{stem}-{short}".startswith(f"{whole}-")

    def ids(self) -> list[str]:
        """Ids in the order of the file, without parsing more than it takes."""
        if self._whole is None:
            return [match[3].decode("utf-8", "replace") for match in _ENTRY.finditer(self.data)]
        return [item.id for item in self._whole]

    def get(self, name: str) -> Item | None:
        """The item of that id, or None. Raises FileError when the file is wrong."""
        if name not in self._found and self._whole is None:
            item = self._quick_item(name)
            if item is not None:
                self._found[name] = item
            elif _bytes(name) in self.data:
                self._load()
        return self._found.get(name)

    def items(self) -> tuple[Item, ...]:
        """All items, every one checked. Raises FileError with every problem of the file."""
        if self._whole is None:
            self._load()
            assert self._whole is not None
        return self._whole

    def problem(self, index: int, key: str, what: str, expected: str) -> Problem:
        """A complaint about the field `key` of the item at `index`, once the file is loaded."""
        assert self._places is not None
        return self._places.problem(("items", index, key), what, expected)

    def _load(self) -> None:
        values, places = loads(self.data, str(self.path))
        whole = validate(_WholeFile, values, places)
        problems = [
            places.problem(("items", index, key), what, expected)
            for index, entry in enumerate(whole.items)
            for key, what, expected in _complaints(entry, whole)
        ]
        if self.path.stem != _stem_of(whole):
            problems.append(
                places.problem(
                    ("standard",),
                    f"a file called {self.path.name!r} holds {whole.prefix!r}",
                    f"the file name {_stem_of(whole)}.yaml",
                )
            )
        seen: set[str] = set()
        for index, entry in enumerate(whole.items):
            if entry.id in seen:
                problems.append(
                    places.problem(
                        ("items", index, "id"), f"the id {entry.id!r} stands twice", "each id once"
                    )
                )
            seen.add(entry.id)
        if problems:
            raise FileError(problems)
        self._head, self._places = whole, places
        self._whole = tuple(Item.of(entry, whole) for entry in whole.items)
        self._found = {item.id: item for item in self._whole}

    def _quick_head(self) -> Standard | None:
        first = _ENTRY.search(self.data)
        if first is None:
            return None
        try:
            values, places = loads(self.data[: first.start()], str(self.path))
            if not isinstance(values, dict) or values.pop("items", ...) is not None:
                return None
            head = validate(Standard, values, places)
        except FileError:
            return None
        return head if self.path.stem == _stem_of(head) else None

    def _quick_item(self, name: str) -> Item | None:
        lines = self._lines_of(_bytes(name))
        head = self._head or self._quick_head()
        if lines is None or head is None:
            return None
        self._head = head
        try:
            values, places = loads(lines, str(self.path))
            if not isinstance(values, list) or len(values) != 1:
                return None
            entry = validate(Entry, values[0], places)
        except FileError:
            return None
        if entry.id != name or any(True for _ in _complaints(entry, head)):
            return None
        return Item.of(entry, head)

    def _lines_of(self, name: bytes) -> bytes | None:
        """The lines of one entry; None unless exactly one entry has that id."""
        marks = list(_ENTRY.finditer(self.data))
        at = [index for index, mark in enumerate(marks) if mark[3] == name]
        if len(at) != 1 or any(mark[1] != marks[0][1] for mark in marks):
            return None
        index = at[0]
        end = marks[index + 1].start() if index + 1 < len(marks) else len(self.data)
        return self.data[marks[index].start() : end]


def _bytes(name: str) -> bytes:
    # A name from a command line may hold bytes that are no text; such a name is just unknown.
    return name.encode("utf-8", "replace")


def _complaints(entry: Entry, head: Standard) -> Iterator[tuple[str, Any, str]]:
    """What is wrong with an entry in this file: field, what, expected."""
    if entry.prefix != head.prefix:
        yield "id", f"{entry.id!r} does not belong to {head.prefix}", f"{head.prefix}/short-name"
    short = entry.id.rpartition("/")[2]
    if head.part is not None and not short.startswith(f"{head.part}-"):
        yield "id", f"{short!r} does not belong to the part {head.part!r}", f"{head.part}-..."
    if head.draft and entry.limit is not None:
        yield "limit", "nothing is judged against a draft", "no limit"
    source = head.sources.get(entry.source)
    if source is None:
        known = ", ".join(sorted(head.sources))
        yield "source", f"no source is called {entry.source!r}", f"one of: {known}"
    elif entry.confidence.rank > source.at_most.rank:
        yield (
            "confidence",
            f"the item claims {entry.confidence.value}, its source carries {source.at_most.value}",
            f"at most {source.at_most.value}",
        )
    if entry.not_covered is not None and entry.not_covered not in head.reasons:
        known = ", ".join(sorted(head.reasons)) or "(the file has none)"
        yield "not_covered", f"no reason is called {entry.not_covered!r}", f"one of: {known}"
    if entry.clause is not None and head.standard == PRACTICE:
        yield "clause", "practice has no clauses", "null"
