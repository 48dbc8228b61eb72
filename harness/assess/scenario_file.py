"""Finding, loading and checking scenario files and the schemes that they name."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from harness.assess.scenario import Case, Scenario
from harness.assess.scheme import Scheme
from harness.assess.scheme_file import scheme_of
from harness.data import data_folder
from harness.datafile import Path_, Places, load, sha256, validate
from harness.errors import FileError, HarnessError, Problem, UnknownNameError
from harness.procedure.load import LoadedProcedure, load_procedure

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

_SUFFIXES = (".yaml", ".yml")


class LoadedScenario(msgspec.Struct, frozen=True):
    """A scenario with the file it came from, and its scheme."""

    model: Scenario
    places: Places
    data: bytes
    path: Path
    scheme: Scheme
    scheme_data: bytes
    scheme_path: Path

    @property
    def id(self) -> str:
        return self.model.scenario

    @property
    def scheme_sha256(self) -> str:
        return sha256(self.scheme_data)

    def case(self, id: str) -> Case:
        """The case of that id. Raises UnknownNameError."""
        for case in self.model.cases:
            if case.id == id:
                return case
        raise UnknownNameError("case", id, [case.id for case in self.model.cases])


def scenario_files() -> dict[str, Path]:
    """Id -> file of every scenario that ships with the harness."""
    return {path.stem: path for path in sorted(data_folder("scenarios").glob("*.yaml"))}


def load_scenario(name: str) -> LoadedScenario:
    """A scenario by id or by file, with its scheme. Raises FileError or UnknownNameError."""
    path = Path(name)
    if path.suffix not in _SUFFIXES:
        files = scenario_files()
        if name not in files:
            raise UnknownNameError("scenario", name, list(files))
        path = files[name]
    values, places, data = load(path)
    model = validate(Scenario, values, places)
    scheme_path = _scheme_path(model.scheme, path)
    if scheme_path is None:
        what = f"no scheme is called {model.scheme!r}"
        raise FileError([places.problem(("scheme",), what, _known_schemes(path))])
    scheme_values, scheme_places, scheme_data = load(scheme_path)
    scheme = scheme_of(scheme_values, scheme_places, scheme_data, scheme_path, model.procedures)
    return LoadedScenario(model, places, data, path, scheme.model, scheme_data, scheme_path)


def _scheme_path(name: str, scenario: Path) -> Path | None:
    """A file beside the scenario, or a scheme that ships with the harness."""
    beside = scenario.parent / name
    if beside.suffix in _SUFFIXES:
        return beside if beside.is_file() else None
    places = (scenario.parent / "schemes", data_folder("scenarios") / "schemes")
    return next((f for place in places if (f := place / f"{name}.yaml").is_file()), None)


def _known_schemes(scenario: Path) -> str:
    places = (scenario.parent / "schemes", data_folder("scenarios") / "schemes")
    names = sorted({file.stem for place in places for file in place.glob("*.yaml")})
    return "one of: " + (", ".join(names) or "(none)") + ", or a file beside the scenario"


def check_scenario(scenario: LoadedScenario, bench: "LoadedBench") -> list[Problem]:
    """Every name in the file that does not exist, with its place.

    Raises FileError when its procedures do not fit the bench.
    """
    return list(_Check(scenario, bench).problems())


class _Check:
    """One check of a scenario against procedures, seeded faults and bench."""

    def __init__(self, scenario: LoadedScenario, bench: "LoadedBench") -> None:
        self._scenario = scenario
        self._bench = bench
        self._procedures: list[LoadedProcedure] = []
        self._roles: set[str] = set()

    def problems(self) -> Iterator[Problem]:
        model, places = self._scenario.model, self._scenario.places
        if self._scenario.path.stem.casefold() != model.scenario.casefold():
            yield places.problem(
                ("scenario",),
                f"the file is called {self._scenario.path.name}",
                f"the id {self._scenario.path.stem}",
            )
        for index, name in enumerate(model.procedures):
            try:
                self._procedures.append(load_procedure(name))
            except UnknownNameError as error:
                yield places.problem(("procedures", index), error.detail, "a procedure")
        if len(self._procedures) < len(model.procedures):
            return
        self._roles = self._looked_at()
        yield from self._steps(model.without, ("without",))
        yield from self._steps(model.conclude, ("conclude",))
        for index, case in enumerate(model.cases):
            yield from self._case(case, ("cases", index))

    def _looked_at(self) -> set[str]:
        """Roles that the procedures touch: a fault of any other could not be there."""
        from harness.catalogue.load import load_catalogue  # noqa: PLC0415 - as below
        from harness.engine.plan import roles_needed  # noqa: PLC0415
        from harness.engine.prepare import bind  # noqa: PLC0415 - loads the engine

        catalogue = load_catalogue(self._bench.catalogue_folders)
        plans = bind(self._procedures, self._bench, catalogue, energise=True, motion=True)
        return roles_needed(plans, self._bench)

    def _known(self) -> dict[str, str]:
        """Step -> verb."""
        return {step.id: step.do for one in self._procedures for step in one.model.steps}

    def _steps(self, names: list[str], path: Path_) -> Iterator[Problem]:
        for index, name in enumerate(names):
            yield from self._step(name, (*path, index))

    def _step(self, name: str, path: Path_) -> Iterator[Problem]:
        known = self._known()
        if name not in known:
            detail = UnknownNameError("step", name, list(known)).detail
            yield self._scenario.places.problem(path, detail, "a step of its procedures")

    def _case(self, case: Case, path: Path_) -> Iterator[Problem]:
        from harness.engine.prepare import check_faults  # noqa: PLC0415 - loads the engine

        places = self._scenario.places
        for index, hidden in enumerate(case.faults):
            here: Path_ = (*path, "faults", index)
            try:
                check_faults(self._bench, [hidden.fault], self._roles, energise=True)
            except HarnessError as error:
                yield places.problem((*here, "fault"), error.detail, "a fault of this bench")
            if hidden.before is not None:
                yield from self._step(hidden.before, (*here, "before"))
        for step, choice in case.key.decisions.items():
            where: Path_ = (*path, "key", "decisions", step)
            found = list(self._step(step, where))
            yield from found
            choices = self._choices(step)
            if not found and choices and choice not in choices:
                what = f"{choice!r} is no choice of step {step}"
                yield places.problem(where, what, "one of: " + ", ".join(choices))
        names = self._names_of_faults()
        if case.key.diagnosis and not names:
            yield places.problem(
                (*path, "key", "diagnosis"),
                "no step of its procedures asks for the fault",
                "no diagnosis here",
            )
            return
        for index, name in enumerate(case.key.diagnosis):
            if name not in names:
                detail = UnknownNameError("diagnosis", name, names).detail
                yield places.problem(
                    (*path, "key", "diagnosis", index), detail, "a name of a fault"
                )

    def _choices(self, step: str) -> list[str]:
        for procedure in self._procedures:
            for one in procedure.model.steps:
                if one.id == step:
                    given = one.with_.get("choices")
                    return [str(name) for name in given] if isinstance(given, dict | list) else []
        return []

    def _names_of_faults(self) -> list[str]:
        """What the steps that ask for the fault let a candidate choose from."""
        from harness.actions.bus.kinds import Kind  # noqa: PLC0415 - only for scenarios with one
        from harness.actions.pile_fault.causes import CAUSES  # noqa: PLC0415
        from harness.actions.pile_fault.model import NONE  # noqa: PLC0415

        verbs = set(self._known().values())
        names: list[str] = []
        if "operator.name_pile_fault" in verbs:
            names += [NONE, *(cause.name for cause in CAUSES)]
        if "operator.name_bus_fault" in verbs:
            names += [kind.value for kind in Kind if kind is not Kind.UNKNOWN]
        return names
