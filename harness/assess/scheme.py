"""The marking scheme of an exam, as data: modules, criteria, aspects, deductions, vetoes.

Aspects are of two kinds and never mixed: `M`, computed from the record, and `J`, 0 to 3 by
assessors, with a written anchor for each mark or the scheme does not load. Deductions (`D`) come
off a module, up to a cap for each block. A veto is proposed by a rule and decided by a person.
Part marks are given by bands that stand here, written before the exam.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from harness.fields import DurationField, FileModel, Kebab, TextField

# Conditions: what must be on record. Each is a mapping with one leading key.


class StepRight(FileModel):
    """The candidate's verdict of a step: `right` by default."""

    step: Kebab
    candidate: list[Literal["right", "wrong", "absent", "pending"]] = Field(default=["right"])


class StepVerdict(FileModel):
    """The device verdict of a step."""

    verdict_of: Kebab
    among: list[str] = Field(min_length=1)


class Done(FileModel):
    """All these steps were carried out (their ending is neither `not_run` nor `error`)."""

    done: list[Kebab] = Field(min_length=1)


class InOrder(FileModel):
    """These steps were carried out, and in this order."""

    order: list[Kebab] = Field(min_length=2)


class ToolTaken(FileModel):
    """The candidate used a tool (`measure`, `read`, `operate`, `replace`, `clear` …)."""

    tool: str
    target: str | None = None
    before: Kebab | None = Field(default=None, description="Only uses before this step began")
    at_least: int = Field(default=1, ge=1)


class Found(FileModel):
    """The hidden faults are gone at the end: named by the candidate and put right."""

    handled: Literal[True]


class AllOf(FileModel):
    """Every one of these conditions holds."""

    all_of: list["Condition"] = Field(min_length=1)


class AnyOf(FileModel):
    """One of these conditions holds."""

    any_of: list["Condition"] = Field(min_length=1)


class Not(FileModel):
    """This condition does not hold."""

    none_of: list["Condition"] = Field(min_length=1)


class Seen(FileModel):
    """One of the built-in safety findings was made (see `harness.assess.findings`)."""

    finding: str


Condition = (
    StepRight | StepVerdict | Done | InOrder | ToolTaken | Found | AllOf | AnyOf | Not | Seen
)

# Where the marks of an M aspect come from


class Band(FileModel):
    """Marks for a count or a number up to a bound. The tightest band that fits counts; none: 0."""

    up_to: float
    marks: float = Field(ge=0)


class ByCondition(FileModel):
    """Full marks when the condition holds, else the marks of the first part that does, else 0."""

    when: Condition
    parts: list["Part"] = Field(default=[])


class Part(FileModel):
    """Part marks, fixed beforehand."""

    when: Condition
    marks: float = Field(gt=0)
    why: TextField | None = None


class ByCount(FileModel):
    """Marks by how often something happened or how long it took; smaller is better.

    Bands rise from the best to the worst. `attempts`: the most at one step; `minutes`: working time
    of the module's procedures; `wrong`: steps where the candidate was wrong or gave no answer.
    """

    count: str = Field(
        description="resets, parts, hints, attempts, minutes, tools; or wrong, with steps"
    )
    steps: list[Kebab] = Field(default=[])
    bands: list[Band] = Field(min_length=1)


class ByShare(FileModel):
    """Marks in proportion to how many of these conditions hold, in whole steps of `each` marks."""

    each: float = Field(gt=0)
    of: list[Condition] = Field(min_length=1)


Source = ByCondition | ByCount | ByShare


NO_ROWS = Field(
    default=None, description="Why no row of the skill standard fits, where `skills` names none"
)


class Measured(FileModel):
    """An M aspect: computed."""

    id: Kebab
    type: Literal["M"]
    title: TextField
    max: float = Field(gt=0)
    by: Source
    skills: list[str] = Field(default=[])
    skills_none: TextField | None = NO_ROWS
    must_pass: bool = False


class Judged(FileModel):
    """A J aspect: 0 to 3 by assessors, each mark with a written anchor."""

    id: Kebab
    type: Literal["J"]
    title: TextField
    max: float = Field(gt=0)
    anchors: dict[Literal[0, 1, 2, 3], TextField]
    marks: list[float] | None = Field(
        default=None, min_length=4, max_length=4, description="Marks for 0, 1, 2, 3; else thirds"
    )
    step: Kebab | None = Field(default=None, description="The step that it is about")
    skills: list[str] = Field(default=[])
    skills_none: TextField | None = NO_ROWS
    must_pass: bool = False

    @model_validator(mode="after")
    def _all_anchors(self) -> "Judged":
        if set(self.anchors) != {0, 1, 2, 3}:
            raise ValueError("a judged aspect needs a written anchor for each of 0, 1, 2 and 3")
        if self.marks is not None and (
            self.marks != sorted(self.marks) or self.marks[0] != 0 or self.marks[3] != self.max
        ):
            raise ValueError("marks rise from 0 to the maximum of the aspect")
        return self


Aspect = Annotated[Measured | Judged, Field(discriminator="type")]


class Deduction(FileModel):
    """Something that costs marks each time, or once."""

    id: Kebab
    title: TextField
    when: Condition | None = Field(
        default=None, description="Computed; without it only an assessor can enter it"
    )
    marks: float = Field(gt=0)


class DeductionBlock(FileModel):
    """Deductions that together cost no more than the cap."""

    id: Kebab
    title: TextField
    cap: float = Field(gt=0)
    items: list[Deduction] = Field(min_length=1)


class Criterion(FileModel):
    """A heading inside a module."""

    id: Kebab
    title: TextField
    aspects: list[Aspect] = Field(min_length=1)


class Module(FileModel):
    """A part of the exam with weight, time and maximum."""

    id: Kebab
    title: TextField
    weight: float = Field(gt=0, description="Share of the total; the weights are normalised")
    minutes: float | None = Field(default=None, gt=0)
    procedures: list[str] = Field(default=[], description="Empty: all of the run")
    criteria: list[Criterion] = Field(min_length=1)
    deductions: list[DeductionBlock] = Field(default=[])

    @property
    def max(self) -> float:
        return sum(aspect.max for criterion in self.criteria for aspect in criterion.aspects)


class Veto(FileModel):
    """A grave breach. The harness proposes it from the record; a named person decides."""

    id: Kebab
    title: TextField
    when: Condition
    grade: Literal["deduct", "zero_task", "end_exam"]
    marks: float = Field(default=0, ge=0, description="What `deduct` costs of the total (per cent)")


class PassRule(FileModel):
    """When the exam is passed."""

    total: float = Field(default=60, ge=0, le=100)
    modules: dict[Kebab, float] = Field(default={}, description="Least per cent of a module")


class Overtime(FileModel):
    """What happens when the time is over."""

    allowed: DurationField = 0.0
    per_minute: float = Field(default=0, ge=0, description="Per cent of the total, each minute")


class Scheme(FileModel):
    """A whole scheme."""

    scheme: Kebab
    version: str = "1"
    title: TextField
    shape: Literal["weighted_tasks", "fixed_blocks", "timed_modules", "judgement_measurement",
                   "deduction"]  # fmt: skip
    modules: list[Module] = Field(min_length=1)
    vetoes: list[Veto] = Field(default=[])
    passes: PassRule = PassRule()
    overtime: Overtime = Overtime()
    assessors: int = Field(default=2, ge=1, le=5, description="How many enter J marks")
    sign_offs: int = Field(default=1, ge=1, le=5, description="How many must sign")
    conditional: dict[Literal["conditional_pass", "conditional_fail"], float] = Field(
        default={"conditional_pass": 1.0, "conditional_fail": 0.0},
        description="Part of the marks that a conditional device verdict is worth",
    )
    real_only: list[str] = Field(
        default=[], description="Skill rows for which a simulated run is no evidence"
    )


AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
ByCondition.model_rebuild()
