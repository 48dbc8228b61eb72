"""What types cannot say about a scheme: names that do not exist, marks that do not add up."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from harness.assess.findings import RULES
from harness.assess.scheme import (
    AllOf,
    AnyOf,
    ByCondition,
    ByCount,
    ByShare,
    Condition,
    Done,
    InOrder,
    Judged,
    Measured,
    Module,
    Not,
    Scheme,
    Seen,
    StepRight,
    StepVerdict,
    ToolTaken,
)
from harness.assess.words import COUNTS
from harness.catalogue.skills import load_skills
from harness.datafile import Path_, Places
from harness.errors import Problem, UnknownNameError
from harness.procedure.load import load_procedure
from harness.verdict import Verdict

_VERDICTS = [verdict.value for verdict in Verdict]


@cache
def _shipped_skills() -> tuple[str, ...]:
    """Ids of the shipped skill rows; the files are read once."""
    return tuple(skill.id for skill in load_skills().skills)


def check_scheme(
    model: Scheme, places: Places, procedures: Sequence[str] = (), *, names: bool = True
) -> list[Problem]:
    """All complaints, in the order of the file.

    Without `names`, steps, procedures and skill rows are not looked up: those of today are not
    those of the day when an exam was held.
    """
    found = list(_Check(model, places, procedures, names).problems())
    return sorted(found, key=lambda one: (one.line, one.column))


class _Check:
    def __init__(
        self, model: Scheme, places: Places, procedures: Sequence[str], names: bool
    ) -> None:
        self._model = model
        self._places = places
        self._names = names
        self._procedures = list(procedures)
        self._steps: dict[str, list[str]] = {}
        """Procedure -> its steps, of those that are named and exist."""

    def problems(self) -> Iterator[Problem]:
        model = self._model
        yield from self._twice()
        for index, module in enumerate(model.modules):
            yield from self._module(module, ("modules", index))
        named = sorted({name for module in model.modules for name in module.procedures})
        everywhere = self._known(named if all(m.procedures for m in model.modules) else [])
        for index, veto in enumerate(model.vetoes):
            here: Path_ = ("vetoes", index)
            yield from self._condition(veto.when, (*here, "when"), everywhere)
            if veto.grade == "deduct" and veto.marks == 0:
                yield self._at((*here, "grade"), "a veto that deducts nothing", "marks above 0")
            if veto.marks > 100:
                yield self._at((*here, "marks"), f"{veto.marks:g} % of the total", "at most 100")
        known = [module.id for module in model.modules]
        for name, least in model.passes.modules.items():
            where: Path_ = ("passes", "modules", name)
            if name not in known:
                yield self._at(where, f"no module is called {name!r}", _one_of(known))
            if not 0 <= least <= 100:
                yield self._at(where, f"a share of {least:g} %", "0 to 100")
        for verdict, worth in model.conditional.items():
            if not 0 <= worth <= 1:
                yield self._at(("conditional", verdict), f"{worth:g} of the marks", "0 to 1")
        for index, skill in enumerate(model.real_only):
            yield from self._skill(skill, ("real_only", index))

    def _at(self, path: Path_, what: str, expected: str) -> Problem:
        return self._places.problem(path, what, expected)

    # Names

    def _twice(self) -> Iterator[Problem]:
        """Ids that stand twice. Entries of assessors go by them, so they are unique in the file."""
        seen: dict[tuple[str, str], Path_] = {}
        for kind, id, path in self._ids():
            first = seen.setdefault((kind, id), path)
            if first is not path:
                line = self._places.of(first)[0]
                yield self._at(path, f"the {kind} id {id!r} stands twice",
                               f"an id other than that of line {line}")  # fmt: skip

    def _ids(self) -> Iterator[tuple[str, str, Path_]]:
        for m, module in enumerate(self._model.modules):
            here: Path_ = ("modules", m)
            yield "module", module.id, (*here, "id")
            for c, criterion in enumerate(module.criteria):
                yield f"criterion of {module.id}", criterion.id, (*here, "criteria", c, "id")
                for a, aspect in enumerate(criterion.aspects):
                    yield "aspect", aspect.id, (*here, "criteria", c, "aspects", a, "id")
            for b, block in enumerate(module.deductions):
                yield "block", block.id, (*here, "deductions", b, "id")
                for i, item in enumerate(block.items):
                    yield "deduction", item.id, (*here, "deductions", b, "items", i, "id")
        for v, veto in enumerate(self._model.vetoes):
            yield "veto", veto.id, ("vetoes", v, "id")

    def _known(self, procedures: Sequence[str]) -> Mapping[str, list[str]] | None:
        """Step -> procedures that have it; None when the procedures are not known."""
        names = list(procedures) or self._procedures
        if not names or not self._names:
            return None
        found: dict[str, list[str]] = {}
        for name in names:
            if name not in self._steps:
                try:
                    model = load_procedure(name).model
                except UnknownNameError:
                    return None  # said at its place
                self._steps[name] = [step.id for step in model.steps]
            for step in self._steps[name]:
                found.setdefault(step, []).append(name)
        return found

    def _skill(self, skill: str, path: Path_) -> Iterator[Problem]:
        if self._names and skill not in _shipped_skills():
            detail = UnknownNameError("skill row", skill, list(_shipped_skills())).detail
            yield self._at(path, detail, "a row of `harness list skills`")

    def _rows(self, aspect: Measured | Judged, path: Path_) -> Iterator[Problem]:
        """An aspect names its rows, or says why there are none: absence says nothing."""
        for index, skill in enumerate(aspect.skills):
            yield from self._skill(skill, (*path, "skills", index))
        if aspect.skills and aspect.skills_none is not None:
            yield self._at((*path, "skills_none"), "skill rows, and a reason why there are none",
                           "one of the two")  # fmt: skip
        elif self._names and not aspect.skills and aspect.skills_none is None:
            yield self._at((*path, "id"), f"{aspect.id!r} names no skill row",
                           "skills, or skills_none with the reason")  # fmt: skip

    # Modules

    def _module(self, module: Module, here: Path_) -> Iterator[Problem]:
        for index, name in enumerate(module.procedures if self._names else ()):
            try:
                load_procedure(name)
            except UnknownNameError as error:
                yield self._at((*here, "procedures", index), error.detail, "a procedure")
        known = self._known(module.procedures)
        for c, criterion in enumerate(module.criteria):
            for a, aspect in enumerate(criterion.aspects):
                path: Path_ = (*here, "criteria", c, "aspects", a)
                yield from self._rows(aspect, path)
                if isinstance(aspect, Measured):
                    yield from self._source(aspect, (*path, "by"), known)
                elif aspect.step is not None:
                    yield from self._step(aspect.step, (*path, "step"), known)
                if isinstance(aspect, Judged):
                    yield from self._anchors(aspect, (*path, "anchors"))
        for b, block in enumerate(module.deductions):
            for i, item in enumerate(block.items):
                if item.when is not None:
                    where: Path_ = (*here, "deductions", b, "items", i, "when")
                    yield from self._condition(item.when, where, known)

    def _anchors(self, aspect: Judged, path: Path_) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for mark, text in sorted(aspect.anchors.items()):
            if text.zh in seen:
                yield self._at(
                    (*path, mark), f"the anchor of {mark} is that of {seen[text.zh]}",
                    "a text of its own for each mark",
                )  # fmt: skip
            seen.setdefault(text.zh, mark)

    def _source(
        self, aspect: Measured, path: Path_, known: Mapping[str, list[str]] | None
    ) -> Iterator[Problem]:
        source, most = aspect.by, aspect.max
        if isinstance(source, ByCondition):
            yield from self._condition(source.when, (*path, "when"), known)
            before = most
            for index, part in enumerate(source.parts):
                where: Path_ = (*path, "parts", index)
                yield from self._condition(part.when, (*where, "when"), known)
                if part.marks >= before:
                    yield self._at(
                        (*where, "marks"), f"part marks of {part.marks:g} after {before:g}",
                        "marks that fall from part to part, below the maximum of the aspect",
                    )  # fmt: skip
                before = min(before, part.marks)
        elif isinstance(source, ByShare):
            for index, condition in enumerate(source.of):
                yield from self._condition(condition, (*path, "of", index), known)
            if abs(round(most / source.each) * source.each - most) > 1e-9:
                yield self._at((*path, "each"), f"{most:g} is no whole number of {source.each:g}",
                               "steps that make up the maximum of the aspect")  # fmt: skip
        else:
            yield from self._count(source, most, path, known)

    def _count(
        self, source: ByCount, most: float, path: Path_, known: Mapping[str, list[str]] | None
    ) -> Iterator[Problem]:
        if source.count not in COUNTS:
            what = f"nothing is counted as {source.count!r}"
            yield self._at((*path, "count"), what, _one_of(list(COUNTS)))
        if source.count == "wrong" and not source.steps:
            yield self._at((*path, "count"), "'wrong' without steps", "steps to be right at")
        if source.steps and source.count not in ("wrong", "attempts"):
            yield self._at((*path, "steps"), f"steps with {source.count!r}", "no steps here")
        for index, step in enumerate(source.steps):
            yield from self._step(step, (*path, "steps", index), known)
        bound, marks = float("-inf"), float("inf")
        for index, band in enumerate(source.bands):
            where: Path_ = (*path, "bands", index)
            if band.up_to <= bound:
                yield self._at((*where, "up_to"), f"a band up to {band.up_to:g} after {bound:g}",
                               "bands that rise from the best to the worst")  # fmt: skip
            if band.marks > marks:
                yield self._at((*where, "marks"), f"marks of {band.marks:g} after {marks:g}",
                               "marks that fall from band to band: less is better")  # fmt: skip
            if band.marks > most:
                yield self._at((*where, "marks"), f"marks of {band.marks:g}",
                               f"at most {most:g}, the maximum of the aspect")  # fmt: skip
            bound, marks = max(bound, band.up_to), min(marks, band.marks)
        if source.bands[0].marks < most:
            yield self._at(
                (*path, "bands", 0, "marks"), f"the best band gives {source.bands[0].marks:g}",
                f"{most:g}, the maximum of the aspect",
            )  # fmt: skip

    # Conditions

    def _condition(
        self, condition: Condition, path: Path_, known: Mapping[str, list[str]] | None
    ) -> Iterator[Problem]:
        for place, step in _steps_in(condition):
            yield from self._step(step, (*path, *place), known)
        match condition:
            case StepVerdict():
                for index, verdict in enumerate(condition.among):
                    if verdict not in _VERDICTS:
                        what = f"no device verdict is called {verdict!r}"
                        yield self._at((*path, "among", index), what, _one_of(_VERDICTS))
            case Seen():
                if condition.finding not in RULES:
                    detail = UnknownNameError("finding", condition.finding, list(RULES)).detail
                    yield self._at((*path, "finding"), detail, "a built-in finding")
            case AllOf():
                yield from self._several(condition.all_of, (*path, "all_of"), known)
            case AnyOf():
                yield from self._several(condition.any_of, (*path, "any_of"), known)
            case Not():
                yield from self._several(condition.none_of, (*path, "none_of"), known)

    def _several(
        self,
        conditions: Sequence[Condition],
        path: Path_,
        known: Mapping[str, list[str]] | None,
    ) -> Iterator[Problem]:
        for index, condition in enumerate(conditions):
            yield from self._condition(condition, (*path, index), known)

    def _step(
        self, step: str, path: Path_, known: Mapping[str, list[str]] | None
    ) -> Iterator[Problem]:
        if known is None:
            return
        if step not in known:
            detail = UnknownNameError("step", step, list(known)).detail
            yield self._at(path, detail, "a step of the procedures of the module")
        elif len(known[step]) > 1:
            yield self._at(path, f"{step!r} is a step of {' and '.join(known[step])}",
                           "a module for each procedure")  # fmt: skip


def _steps_in(condition: Condition) -> Iterator[tuple[Path_, str]]:
    """The steps that a condition names itself, each with its place below the condition."""
    match condition:
        case StepRight():
            yield ("step",), condition.step
        case StepVerdict():
            yield ("verdict_of",), condition.verdict_of
        case Done():
            yield from ((("done", index), step) for index, step in enumerate(condition.done))
        case InOrder():
            yield from ((("order", index), step) for index, step in enumerate(condition.order))
        case ToolTaken() if condition.before is not None:
            yield ("before",), condition.before


def _one_of(names: Sequence[str]) -> str:
    return "one of: " + ", ".join(names)
