"""Finding, loading and checking marking schemes. Every complaint names its place."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.assess.scheme import Scheme
from harness.assess.scheme_check import check_scheme
from harness.data import data_folder
from harness.datafile import Places, load, loads, sha256, validate
from harness.errors import FileError, UnknownNameError

_SUFFIXES = (".yaml", ".yml")


class LoadedScheme(msgspec.Struct, frozen=True):
    """A scheme with the bytes of its file."""

    model: Scheme
    data: bytes
    path: Path
    places: Places

    @property
    def id(self) -> str:
        return self.model.scheme

    @property
    def sha256(self) -> str:
        return sha256(self.data)


def scheme_files() -> dict[str, Path]:
    """Id -> file of every scheme that ships with the harness. The file name is the id."""
    return {
        path.stem: path for path in sorted((data_folder("scenarios") / "schemes").glob("*.yaml"))
    }


def load_scheme(name: str, procedures: Sequence[str] = ()) -> LoadedScheme:
    """A scheme by id or by file. Raises FileError or UnknownNameError.

    `procedures`: those of the exam, for modules that name none themselves.
    """
    path = Path(name)
    if path.suffix not in _SUFFIXES:
        files = scheme_files()
        if name not in files:
            raise UnknownNameError("scheme", name, list(files))
        path = files[name]
    values, places, data = load(path)
    return scheme_of(values, places, data, path, procedures)


def scheme_of(
    values: object, places: Places, data: bytes, path: Path, procedures: Sequence[str] = ()
) -> LoadedScheme:
    """A scheme that has been read already, checked. Raises FileError."""
    return _checked(values, places, data, path, procedures, names=True)


def kept_scheme(data: bytes, path: Path) -> LoadedScheme:
    """A scheme that a record holds. Raises FileError.

    It was checked when the exam was held. Procedures and skill rows may have changed since, and
    that must not keep anyone from computing the marks again.
    """
    return _checked(*loads(data, str(path)), data, path, (), names=False)


def _checked(
    values: object,
    places: Places,
    data: bytes,
    path: Path,
    procedures: Sequence[str],
    *,
    names: bool,
) -> LoadedScheme:
    model = validate(Scheme, values, places)
    problems = check_scheme(model, places, procedures, names=names)
    if problems:
        raise FileError(problems)
    return LoadedScheme(model, data, path, places)
