"""The section `derived` of a profile file into `Derived`, with every complaint about it."""

import math
from collections.abc import Mapping

from harness.datafile import Path_
from harness.devices.modbus.canonical import CANONICAL
from harness.devices.modbus.derived import Case, Derived, Term
from harness.devices.modbus.points import Doubt, Point
from harness.devices.modbus.profile_conditions import Complaints, build_condition
from harness.devices.modbus.profile_file import DerivedFile, ProfileFile
from harness.errors import UsageError
from harness.quantity import known_unit, same_dimension


def build_derived(
    file: ProfileFile, points: Mapping[str, Point], complain: Complaints
) -> dict[str, Derived]:
    """Every derived quantity of the file that has nothing wrong with it."""
    built: dict[str, Derived] = {}
    for name, row in file.derived.items():
        before = len(complain.problems)
        derived = _build(name, row, file, points, complain)
        if len(complain.problems) == before:
            built[name] = derived
    return built


def _build(
    name: str,
    row: DerivedFile,
    file: ProfileFile,
    points: Mapping[str, Point],
    complain: Complaints,
) -> Derived:
    here: Path_ = ("derived", name)
    if name in file.points:
        complain.add(here, f"{name} is a point already", "another name")
    terms = tuple(Term(tuple(one.of), one.times) for one in row.sum)
    cases = tuple(
        Case(
            case.is_,
            tuple(
                condition
                for other, spec in case.when.items()
                if (
                    condition := build_condition(
                        (*here, "states", index, "when", other), other, spec, points, complain
                    )
                )
                is not None
            ),
        )
        for index, case in enumerate(row.states)
    )
    _check_terms(here, row, points, complain)
    for index, other in enumerate(row.join):
        _readable((*here, "join", index), other, points, complain)
    unit = _unit(here, row, complain)
    named = [
        *(one for term in terms for one in term.points),
        *row.join,
        *(condition.point for case in cases for condition in case.when),
    ]
    canonical = CANONICAL.get(name)
    derived = Derived(
        name=name,
        needs=tuple(dict.fromkeys(named)),
        title=row.title or (canonical.title if canonical else None),
        unit=unit,
        terms=terms,
        join=tuple(row.join),
        separator=row.with_,
        cases=cases,
        low=row.low,
        high=row.high,
        confidence=row.confidence or file.confidence,
        note=row.note,
        doubts=tuple(Doubt(d.says, d.source, d.confidence) for d in row.doubts),
    )
    _check_canonical(here, derived, complain)
    return derived


def _check_terms(
    here: Path_, row: DerivedFile, points: Mapping[str, Point], complain: Complaints
) -> None:
    for index, term in enumerate(row.sum):
        path = (*here, "sum", index)
        if term.times == 0 or not math.isfinite(term.times):
            complain.add((*path, "times"), f"a factor of {term.times:g} says nothing", "not zero")
        for place, name in enumerate(term.of):
            point = _readable((*path, "of", place), name, points, complain)
            if point is not None and (point.values or point.flags or point.is_text):
                complain.add((*path, "of", place), f"{name} is not a number", "a point with a unit")


def _readable(
    path: Path_, name: str, points: Mapping[str, Point], complain: Complaints
) -> Point | None:
    point = points.get(name)
    if point is None:
        complain.no_point(path, name)
    elif not point.readable:
        complain.add(path, f"{name} cannot be read", "a readable point")
        return None
    return point


def _unit(here: Path_, row: DerivedFile, complain: Complaints) -> str | None:
    if row.unit is None:
        return None
    if not row.sum:
        complain.add((*here, "unit"), "only a sum has a unit", "no 'unit'")
        return None
    try:
        return known_unit(row.unit)
    except UsageError as error:
        what, _, expected = error.detail.partition("; expected ")
        complain.add((*here, "unit"), what, expected)
        return None


def _check_canonical(here: Path_, derived: Derived, complain: Complaints) -> None:
    """A shared name means the shared thing."""
    shared = CANONICAL.get(derived.name)
    if shared is None:
        return
    unit = derived.unit or "1"
    if shared.units and not any(same_dimension(unit, one) for one in shared.units):
        complain.add(
            (*here, "unit"),
            f"{derived.name} cannot be in {derived.unit or 'no unit'}",
            " or ".join(shared.units),
        )
    for index, case in enumerate(derived.cases):
        if shared.states and case.state not in shared.states:
            complain.add(
                (*here, "states", index, "is"),
                f"{case.state!r} is not a shared state of {derived.name}",
                ", ".join(shared.states),
            )
