"""Skills: the rows of a vocational standard that a procedure gives evidence for.

A procedure names skills by id (`skills: [P-2.2.6]`); the files of `skill_rows/`, one for each
level, say in our own words what each row asks for and how much of it a bench can show. All rows
of the standard are there, also those that nothing exercises yet.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from harness.datafile import load, validate
from harness.errors import FileError, Problem, UnknownNameError
from harness.fields import FileModel, ProcedureId, TextField

_ROWS = Path(__file__).resolve().parent / "skill_rows"


class Level(StrEnum):
    """Level of the certificate. A higher level includes the lower ones."""

    JUNIOR = "junior"
    """初级, ids begin with P."""
    INTERMEDIATE = "intermediate"
    """中级, ids begin with I."""
    SENIOR = "senior"
    """高级, ids begin with S."""


_LETTERS = {Level.JUNIOR: "P", Level.INTERMEDIATE: "I", Level.SENIOR: "S"}
SHIPPED = tuple(_ROWS / f"{level.value}.yaml" for level in Level)
"""One file for each level."""


class Bench(StrEnum):
    """Where most of a skill can be shown."""

    AUTOMATIC = "automatic"
    """On the bench, from what the devices report."""
    OPERATOR = "operator"
    """On the bench, with instrument readings and what the person sees."""
    ASSESSOR = "assessor"
    """Not on a bench: only an assessor can mark it."""


class Skill(FileModel):
    """One row of the vocational standard."""

    id: str = Field(pattern=r"^[PIS]-\d+\.\d+\.\d+$")
    level: Level
    area: TextField
    task: TextField
    summary: TextField
    shown: Bench
    also: list[Bench] = Field(default_factory=list)
    evidence: TextField | None = None
    note: TextField | None = None
    procedures: list[ProcedureId] = Field(default_factory=list)
    same_as: list[str] = Field(
        default_factory=list,
        description="Rows with the same wording; one piece of evidence may serve all",
    )

    @property
    def code(self) -> str:
        """The number inside the level: `2.2.6` of `P-2.2.6`."""
        return self.id.partition("-")[2]

    @property
    def task_code(self) -> str:
        """The task it belongs to: `2.2` of `P-2.2.6`. Counted inside the level."""
        return self.code.rpartition(".")[0]


class SkillsFile(FileModel):
    """A file of skills."""

    standard: TextField
    source: TextField
    skills: list[Skill] = Field(min_length=1)


class Skills:
    """Skills by id, in the order of the files."""

    def __init__(self, skills: dict[str, Skill]) -> None:
        self._skills = skills

    def skill(self, id: str) -> Skill:
        """One skill. Raises UnknownNameError."""
        try:
            return self._skills[id]
        except KeyError:
            raise UnknownNameError("skill", id, list(self._skills)) from None

    @property
    def skills(self) -> tuple[Skill, ...]:
        return tuple(self._skills.values())


def load_skills(files: Sequence[Path] = ()) -> Skills:
    """The shipped skills and those of further files. Raises FileError."""
    found: dict[str, Skill] = {}
    problems: list[Problem] = []
    for path in (*SHIPPED, *files):
        values, places, _ = load(path)
        for index, skill in enumerate(validate(SkillsFile, values, places).skills):
            here = ("skills", index)
            if not skill.id.startswith(_LETTERS[skill.level]):
                expected = f"an id that begins with {_LETTERS[skill.level]}-"
                what = f"{skill.id!r} is not of level {skill.level.value}"
                problems.append(places.problem((*here, "id"), what, expected))
            if skill.id in found:
                what = f"the skill {skill.id!r} stands twice"
                problems.append(places.problem((*here, "id"), what, "each id once"))
            found[skill.id] = skill
    if problems:
        raise FileError(problems)
    return Skills(found)
