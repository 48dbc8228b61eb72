"""Which rows of the skill standard are exercised by what: worked out from the files.

A procedure exercises the rows that it names (`skills:`), by the steps it has; an aspect of a
scheme exercises the rows that it names. Nothing is kept by hand, so a new procedure counts at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.actions.registry import get_action
from harness.assess.scheme import Scheme
from harness.catalogue.skills import Bench, Skill, Skills
from harness.data import data_folder
from harness.datafile import load, validate
from harness.errors import FileError, Problem
from harness.procedure.load import load_procedure, procedure_files

_BY_PERSON = "IOVD"


class Status(StrEnum):
    """How a row can be assessed with what there is."""

    BENCH = "bench"
    BENCH_AND_ASSESSOR = "bench_and_assessor"
    ASSESSOR = "assessor"
    NOT_YET = "not_yet"
    """None of the procedures that the row names is there."""


@dataclass(frozen=True)
class ByProcedure:
    """A procedure that names the row, with its steps by who produces the evidence."""

    procedure: str
    automatic: int
    operator: int
    assessor: int


@dataclass(frozen=True)
class ByAspect:
    """An aspect of a scheme that names the row. `type`: M computed, J judged by assessors."""

    scheme: str
    aspect: str
    type: str


@dataclass(frozen=True)
class SkillCoverage:
    """One row with everything that exercises it."""

    skill: Skill
    procedures: tuple[ByProcedure, ...]
    aspects: tuple[ByAspect, ...]
    missing: tuple[str, ...]
    """Procedures that the row names and that do not exist yet."""

    @property
    def status(self) -> Status:
        """Computed from what exercises the row.

        An assessor's steps count as his part only of rows that are his in part: the rating of
        an inspection sheet does not make daily inspection an assessor's matter.
        """
        his = Bench.ASSESSOR in (self.skill.shown, *self.skill.also)
        judged = any(one.assessor for one in self.procedures)
        judged = judged or any(aspect.type == "J" for aspect in self.aspects)
        bench = any(one.automatic or one.operator for one in self.procedures)
        bench = bench or any(aspect.type == "M" for aspect in self.aspects)
        if bench:
            return Status.BENCH_AND_ASSESSOR if his and judged else Status.BENCH
        return Status.ASSESSOR if judged else Status.NOT_YET


def skill_coverage(
    skills: Skills, folders: Sequence[Path] = (), schemes: Sequence[Path] = ()
) -> list[SkillCoverage]:
    """Every row, in the order of the files.

    `folders` hold further procedures, `schemes` further schemes. Raises FileError where a
    procedure or a scheme names a row that does not exist.
    """
    by_row: dict[str, list[ByProcedure]] = {skill.id: [] for skill in skills.skills}
    of_schemes: dict[str, list[ByAspect]] = {skill.id: [] for skill in skills.skills}
    problems: list[Problem] = []
    there = procedure_files(folders)
    for name in there:
        loaded = load_procedure(name, folders)
        counted = _count(name, [step.do for step in loaded.model.steps])
        for index, row in enumerate(loaded.model.skills):
            if row not in by_row:
                problems.append(loaded.places.problem(("skills", index), *_unknown_row(row)))
            else:
                by_row[row].append(counted)
    for path in (*scheme_files(), *schemes):
        _add_scheme(path, of_schemes, problems)
    if problems:
        raise FileError(problems)
    return [
        SkillCoverage(
            skill,
            tuple(by_row[skill.id]),
            tuple(of_schemes[skill.id]),
            tuple(name for name in skill.procedures if name not in there),
        )
        for skill in skills.skills
    ]


def scheme_files() -> list[Path]:
    """The schemes that ship with the harness."""
    return sorted((data_folder("scenarios") / "schemes").glob("*.yaml"))


def _count(name: str, verbs: Sequence[str]) -> ByProcedure:
    kinds = [get_action(verb).kind for verb in verbs]
    person = sum(kind in _BY_PERSON for kind in kinds)
    assessor = kinds.count("A")
    return ByProcedure(name, len(kinds) - person - assessor, person, assessor)


def _add_scheme(path: Path, found: dict[str, list[ByAspect]], problems: list[Problem]) -> None:
    values, places, _ = load(path)
    scheme = validate(Scheme, values, places)
    for m, module in enumerate(scheme.modules):
        for c, criterion in enumerate(module.criteria):
            for a, aspect in enumerate(criterion.aspects):
                here = ("modules", m, "criteria", c, "aspects", a, "skills")
                for index, row in enumerate(aspect.skills):
                    if row not in found:
                        problems.append(places.problem((*here, index), *_unknown_row(row)))
                    else:
                        found[row].append(ByAspect(scheme.scheme, aspect.id, aspect.type))


def _unknown_row(row: str) -> tuple[str, str]:
    return f"no row of the skill standard is called {row!r}", "a row, like P-2.2.6"
