"""Where the bundles lie: a folder, or any target that fsspec knows (`s3://…`, `memory://…`).

A place is the path of a bundle below the root, with `/`. A bundle is put on the shelf whole or not
at all: it is copied under a name that nobody takes for a bundle (`bring`), put on record in the
index, and then gets its name (`settle`). Whatever a killed process left is one or the other: on
record and whole, or neither. Targets that cannot rename a folder get the journal last, without
which nothing is a bundle there.
"""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from harness.errors import EvidenceError, UsageError
from harness.evidence.layout import JOURNAL, REVIEW, SEAL, files_of
from harness.text import Text

ARRIVING = ".arriving-"
"""Start of the name of a bundle that is not yet whole."""
_DEPTH = 4
"""Folders below the root in which bundles are looked for."""
_UNREADABLE = Text("证据存放处无法读写", "The bundles cannot be reached")


class Core(NamedTuple):
    """What the index is made from."""

    journal: bytes
    seal: bytes | None


def bundle_files(folder: Path) -> list[str]:
    """The files of a bundle that are kept: evidence, seal and review; no derived views."""
    extra = [name for name in (SEAL, REVIEW) if (folder / name).is_file()]
    kept = [name for name in files_of(folder) if not (folder / name).is_symlink()]
    return [*kept, *extra]


class Shelf(ABC):
    """Bundles below a root."""

    url: str

    @abstractmethod
    def places(self) -> Iterator[str]:
        """All places that hold a bundle, in order. Raises EvidenceError."""

    @abstractmethod
    def core(self, place: str) -> Core:
        """Journal and seal of a bundle. Raises EvidenceError."""

    @abstractmethod
    def holds(self, place: str) -> bool:
        """Whether a bundle lies there."""

    @abstractmethod
    def local(self, place: str) -> Any:
        """Context manager: the bundle as a folder of this machine."""

    @abstractmethod
    def bring(self, folder: Path, place: str) -> None:
        """Copy a bundle here; it is at its place after `settle`. Raises EvidenceError."""

    @abstractmethod
    def settle(self, place: str) -> None:
        """Give a bundle that was brought its place. Raises EvidenceError."""

    @abstractmethod
    def drop(self, place: str) -> None:
        """Take away a bundle that was brought and not settled. Raises EvidenceError."""

    @abstractmethod
    def read(self, place: str, name: str) -> bytes | None:
        """A file of a bundle; None when there is none. Raises EvidenceError."""

    @abstractmethod
    def write(self, place: str, name: str, data: bytes) -> None:
        """Write a file of a bundle, at once. Raises EvidenceError."""

    @abstractmethod
    def arriving(self) -> list[str]:
        """Places of bundles that were brought and not settled. Raises EvidenceError."""


class FolderShelf(Shelf):
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = str(root)

    def places(self) -> Iterator[str]:
        if not self.root.is_dir():
            return
        yield from self._below(str(self.root), "", _DEPTH)

    def _below(self, folder: str, place: str, depth: int) -> Iterator[str]:
        try:
            with os.scandir(folder) as found:
                names = list(found)
        except OSError as error:
            raise _failed(folder, error) from error
        if place and any(entry.name in (JOURNAL, SEAL) for entry in names):
            yield place
            return  # a bundle holds no bundles
        if depth == 0:
            return
        inside = [e for e in names if not e.name.startswith(".") and not e.is_symlink()]
        for entry in sorted((e for e in inside if e.is_dir()), key=lambda e: e.name):
            below = f"{place}/{entry.name}" if place else entry.name
            yield from self._below(entry.path, below, depth - 1)

    def core(self, place: str) -> Core:
        return Core(self.read(place, JOURNAL) or b"", self.read(place, SEAL))

    def holds(self, place: str) -> bool:
        folder = self.root / place
        return (folder / JOURNAL).is_file() or (folder / SEAL).is_file()

    @contextmanager
    def local(self, place: str) -> Iterator[Path]:
        if not self.holds(place):
            raise _gone(place, self.url)
        yield self.root / place

    def bring(self, folder: Path, place: str) -> None:
        draft = self._draft(place)
        try:
            if draft.exists():
                shutil.rmtree(draft)
            for name in bundle_files(folder):
                copy = draft / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, copy)
                _to_disk(copy)
        except OSError as error:
            raise _failed(draft, error) from error

    def settle(self, place: str) -> None:
        try:
            self._draft(place).rename(self.root / place)
        except OSError as error:
            raise _failed(self.root / place, error) from error

    def drop(self, place: str) -> None:
        try:
            shutil.rmtree(self._draft(place))
        except OSError as error:
            raise _failed(self._draft(place), error) from error

    def _draft(self, place: str) -> Path:
        target = self.root / place
        return target.with_name(ARRIVING + target.name)

    def read(self, place: str, name: str) -> bytes | None:
        path = f"{self.root}/{place}/{name}"
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands a second
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(path, error) from error

    def write(self, place: str, name: str, data: bytes) -> None:
        path = self.root / place / name
        draft = path.with_name(f".{name}.tmp")
        try:
            draft.write_bytes(data)
            _to_disk(draft)
            draft.replace(path)
        except OSError as error:
            raise _failed(path, error) from error

    def arriving(self) -> list[str]:
        drafts = [*self.root.glob(f"{ARRIVING}*"), *self.root.glob(f"*/{ARRIVING}*")]
        names = [draft.with_name(draft.name.removeprefix(ARRIVING)) for draft in drafts]
        return sorted(name.relative_to(self.root).as_posix() for name in names)


class RemoteShelf(Shelf):
    """A target that fsspec opens."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            from fsspec.core import (  # type: ignore[import-untyped] # noqa: PLC0415 - an extra
                url_to_fs,
            )
        except ImportError as error:
            raise UsageError(
                "bundles at a URL need fsspec; install it with: pip install "
                "'charging-harness[store]'"
            ) from error
        try:
            self.fs, self.base = url_to_fs(url)
        except (ImportError, ValueError, TypeError) as error:
            raise UsageError(f"{url} cannot be opened: {error}") from error

    def places(self) -> Iterator[str]:
        found: set[str] = set()
        for path in self._call(self.fs.find, self.base, maxdepth=_DEPTH + 1):
            place, _, name = str(path).removeprefix(self.base).strip("/").rpartition("/")
            hidden = any(part.startswith(".") for part in PurePosixPath(place).parts)
            if place and name == JOURNAL and not hidden:
                found.add(place)
        yield from sorted(found)

    def core(self, place: str) -> Core:
        return Core(self.read(place, JOURNAL) or b"", self.read(place, SEAL))

    def holds(self, place: str) -> bool:
        return bool(self._call(self.fs.exists, self._at(place, JOURNAL)))

    @contextmanager
    def local(self, place: str) -> Iterator[Path]:
        if not self.holds(place):
            raise _gone(place, self.url)
        with TemporaryDirectory(prefix="harness-") as name:
            folder = Path(name) / PurePosixPath(place).name
            for path in self._call(self.fs.find, self._at(place)):
                inside = str(path).removeprefix(self._at(place)).strip("/")
                target = folder / inside
                if not target.resolve().is_relative_to(folder.resolve()):
                    raise EvidenceError(f"{path} would leave its folder", headline=_UNREADABLE)
                target.parent.mkdir(parents=True, exist_ok=True)
                self._call(self.fs.get_file, path, str(target))
            yield folder

    def bring(self, folder: Path, place: str) -> None:
        names = sorted(bundle_files(folder), key=lambda name: name == JOURNAL)
        for name in names:
            target = self._at(place, name)
            self._call(self.fs.makedirs, target.rpartition("/")[0], exist_ok=True)
            self._call(self.fs.put_file, str(folder / name), target)

    def read(self, place: str, name: str) -> bytes | None:
        try:
            found: bytes = self.fs.cat_file(self._at(place, name))
        except FileNotFoundError:
            return None
        except Exception as error:  # each target has errors of its own
            raise _failed(f"{self.url}/{place}/{name}", error) from error
        return found

    def write(self, place: str, name: str, data: bytes) -> None:
        self._call(self.fs.pipe_file, self._at(place, name), data)

    def settle(self, place: str) -> None:
        pass  # it has its place since its journal came

    def drop(self, place: str) -> None:
        self._call(self.fs.rm, self._at(place), recursive=True)

    def arriving(self) -> list[str]:
        return []  # what has no journal is no bundle, and is overwritten when it is added again

    def _at(self, *parts: str) -> str:
        return "/".join([self.base.rstrip("/"), *parts])

    def _call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except Exception as error:  # each target has errors of its own
            raise _failed(self.url, error) from error


def open_shelf(url: str) -> Shelf:
    """The shelf at a folder or URL. Raises UsageError."""
    if "://" not in url:
        return FolderShelf(Path(url))
    if url.startswith(("file://", "local://")):
        return FolderShelf(Path(url.partition("://")[2]))
    return RemoteShelf(url)


def _to_disk(path: Path) -> None:
    """Wait until the disk has a file: what the index names must outlive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _failed(where: object, error: BaseException) -> EvidenceError:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return EvidenceError(f"{where}: {said or type(error).__name__}", headline=_UNREADABLE)


def _gone(place: str, url: str) -> EvidenceError:
    return EvidenceError(
        f"there is no bundle at {place} in {url}",
        headline=Text("证据不在原处", "The bundle is gone"),
    )
