"""Finding and loading procedures, by id or by file."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.data import data_folder
from harness.datafile import Places, load, sha256, validate
from harness.errors import FileError, Problem, UnknownNameError
from harness.procedure.model import Procedure


class LoadedProcedure(msgspec.Struct, frozen=True):
    """A procedure with the file it came from."""

    model: Procedure
    places: Places
    data: bytes
    path: Path

    @property
    def id(self) -> str:
        return self.model.procedure

    @property
    def sha256(self) -> str:
        return sha256(self.data)


def procedure_files(folders: Sequence[Path] = ()) -> dict[str, Path]:
    """Id -> file of every procedure that ships with the harness or lies in `folders`.

    The file name is the id; the loader insists on it.
    """
    found: dict[str, Path] = {}
    for folder in (data_folder("procedures"), *folders):
        for path in sorted(folder.glob("*.yaml")):
            found[path.stem] = path
    return found


def load_procedure(name: str, folders: Sequence[Path] = ()) -> LoadedProcedure:
    """Load a procedure by id or by path. Raises FileError or UnknownNameError."""
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        files = procedure_files(folders)
        if name not in files:
            raise UnknownNameError("procedure", name, list(files))
        path = files[name]
    values, places, data = load(path)
    model = validate(Procedure, values, places)
    problems = _check(model, places)
    if problems:
        raise FileError(problems)
    return LoadedProcedure(model, places, data, path)


def _check(model: Procedure, places: Places) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    groups = {group.id for group in model.groups}
    for index, step in enumerate(model.steps):
        if step.id in seen:
            problems.append(
                places.problem(
                    ("steps", index, "id"),
                    f"the step id {step.id!r} stands twice",
                    f"an id other than that of step {seen[step.id] + 1}",
                )
            )
        seen.setdefault(step.id, index)
        if step.group is not None and step.group not in groups:
            problems.append(
                places.problem(
                    ("steps", index, "group"),
                    f"no group is called {step.group!r}",
                    "one of: " + (", ".join(sorted(groups)) or "(none declared)"),
                )
            )
    return problems
