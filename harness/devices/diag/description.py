"""Reads a diagnostics file: `load_diagnostics(path)`. Its keys are told in description_file.py.

Beyond its shape a file must make sense: everything that a unit lists is defined, names and
addresses are there once, units of measurement are known. Every complaint names its place.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.datafile import Path_, Places, load, sha256, validate
from harness.devices.diag.description_file import (
    DiagnosticsFile,
    DidFile,
    RoutineFile,
    UnitFile,
    ValueFile,
)
from harness.devices.diag.diagnostics import Diagnostics, Did, Dtc, Routine, Unit
from harness.devices.diag.dtc import dtc_number
from harness.devices.diag.link import MAX_ID, FunctionalAddress, IsoTpAddress, show_id
from harness.devices.diag.values import SIZES, ValueFormat
from harness.errors import FileError, Problem, UsageError
from harness.quantity import known_unit

_Complaint = tuple[Path_, str, str]
"""Where in the file, what is wrong, what was expected."""
_DATE_LENGTHS = (3, 4)


def load_diagnostics(path: Path, *, name: str | None = None) -> Diagnostics:
    """The description in a file. `name` stands in messages. Raises FileError with every problem."""
    values, places, data = load(path, name=name)
    file = validate(DiagnosticsFile, values, places)
    problems = [places.problem(*complaint) for complaint in _complaints(file)]
    if problems:
        raise FileError(_in_order(problems, places))
    return _build(file, data)


def diagnostics_schema() -> dict[str, Any]:
    """JSON Schema of a diagnostics file."""
    return DiagnosticsFile.model_json_schema(by_alias=True)


def _in_order(problems: list[Problem], places: Places) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


# What is wrong with a file of the right shape


def _complaints(file: DiagnosticsFile) -> Iterator[_Complaint]:
    for id, did in file.dids.items():
        yield from _value_complaints(("dids", id), did)
    for id, routine in file.routines.items():
        for index, option in enumerate(routine.options):
            yield from _value_complaints(("routines", id, "options", index), option)
        if routine.result is not None:
            yield from _value_complaints(("routines", id, "result"), routine.result)
    yield from _twice("dids", file.dids)
    yield from _twice("routines", file.routines)
    for index, functional in enumerate(file.functional):
        if functional.request > MAX_ID and not functional.extended:
            here: Path_ = ("functional", index)
            yield here, _too_long(functional.request), "extended: true, or an 11-bit id"
    yield from _unit_complaints(file)


def _value_complaints(here: Path_, value: ValueFile) -> Iterator[_Complaint]:
    if value.type in SIZES:
        if value.length not in (None, SIZES[value.type]):
            yield (*here, "length"), f"{value.type} cannot have this length", "no length"
        if value.scale == 0:
            yield (*here, "scale"), "a scale of 0 makes every value the same", "another number"
        if value.values and (value.scale != 1 or value.offset or value.unit or value.range):
            what = "named codes have neither scale nor unit"
            yield (*here, "values"), what, "either values or a number"
        yield from _code_complaints(here, value)
    else:
        if value.type == "ascii" and value.length is None:
            yield here, "a text without length", "length: its number of bytes"
        if value.type == "bcd-date" and value.length not in (None, *_DATE_LENGTHS):
            yield (*here, "length"), "a date cannot have this length", "3 or 4 bytes"
        for key in ("scale", "offset", "unit", "values", "range"):
            if key in value.model_fields_set:
                yield (*here, key), f"{value.type} has no {key}", "a number type"
    if value.unit is not None:
        try:
            known_unit(value.unit)
        except UsageError as error:
            what, _, expected = error.detail.partition("; expected ")
            yield (*here, "unit"), what, expected


def _code_complaints(here: Path_, value: ValueFile) -> Iterator[_Complaint]:
    bits = 8 * SIZES[value.type]
    low, high = (
        (-(1 << bits - 1), (1 << bits - 1) - 1) if value.type[0] == "i" else (0, 2**bits - 1)
    )
    names = list(value.values.values())
    for code, name in value.values.items():
        if not low <= code <= high:
            yield (*here, "values", code), f"{code} does not fit {value.type}", f"{low} to {high}"
        if names.count(name) > 1:
            yield (*here, "values", code), f"two codes are called {name!r}", "each name once"


def _twice(
    key: str, entries: Mapping[int, DidFile] | Mapping[int, RoutineFile]
) -> Iterator[_Complaint]:
    first: dict[str, int] = {}
    for id, entry in entries.items():
        if entry.name in first:
            what = f"{first[entry.name]:#06x} is called {entry.name!r} already"
            yield (key, id, "name"), what, "a name of its own"
        first.setdefault(entry.name, id)


def _unit_complaints(file: DiagnosticsFile) -> Iterator[_Complaint]:
    used: dict[tuple[int, bool], str] = {
        (f.request, f.extended): "every unit" for f in file.functional
    }
    for name, unit in file.units.items():
        here: Path_ = ("units", name)
        for key in ("request", "response"):
            id: int = getattr(unit, key)
            if id > MAX_ID and not unit.extended:
                yield (*here, key), _too_long(id), "extended: true, or an 11-bit id"
            owner = used.setdefault((id, unit.extended), name)
            if owner != name or (key == "response" and unit.request == unit.response):
                what = f"{show_id(id, unit.extended)} is the address of {owner} already"
                yield (*here, key), what, "an address of its own"
        yield from _references(here, unit, file)


def _references(here: Path_, unit: UnitFile, file: DiagnosticsFile) -> Iterator[_Complaint]:
    if unit.security is not None and unit.security not in file.security:
        known = ", ".join(file.security) or "none is defined under 'security'"
        yield (*here, "security"), f"no key algorithm is called {unit.security!r}", known
    listed: tuple[tuple[str, list[Any], Mapping[Any, Any]], ...] = (
        ("dids", list(unit.dids), file.dids),
        ("routines", list(unit.routines), file.routines),
        ("dtcs", list(unit.dtcs), file.dtcs),
    )
    for key, ids, known_ids in listed:
        for index, id in enumerate(ids):
            shown = f"{id:#06x}" if isinstance(id, int) else id
            if id not in known_ids:
                yield (*here, key, index), f"{shown} is not defined", f"a key of '{key}'"
            elif id in ids[:index]:
                yield (*here, key, index), f"{shown} is listed twice", "each once"


def _too_long(id: int) -> str:
    return f"{id:#x} has more than 11 bits"


# The file as result types


def _build(file: DiagnosticsFile, data: bytes) -> Diagnostics:
    dids = {
        id: Did(id, did.name, did.title, _format(did), tuple(did.access))
        for id, did in file.dids.items()
    }
    routines = {
        id: Routine(
            id,
            routine.name,
            routine.title,
            tuple((option.name, _format(option)) for option in routine.options),
            None if routine.result is None else _format(routine.result),
        )
        for id, routine in file.routines.items()
    }
    dtcs = {
        code: Dtc(code, dtc_number(code), dtc.title, dtc.severity, dtc.warning_lamp)
        for code, dtc in file.dtcs.items()
    }
    units = {
        name: Unit(
            name=name,
            title=unit.title,
            node=unit.node,
            bus=unit.bus,
            address=IsoTpAddress(unit.request, unit.response, unit.extended),
            sessions=tuple(unit.sessions),
            security=unit.security,
            dids=tuple(dids[id] for id in unit.dids),
            routines=tuple(routines[id] for id in unit.routines),
            dtcs=tuple(dtcs[code] for code in unit.dtcs),
            obd=unit.obd,
        )
        for name, unit in file.units.items()
    }
    return Diagnostics(
        name=file.diagnostics,
        title=file.title,
        functional=tuple(FunctionalAddress(f.request, f.extended) for f in file.functional),
        security=dict(file.security),
        dids=dids,
        routines=routines,
        dtcs=dtcs,
        units=units,
        sha256=sha256(data),
        data=data,
    )


def _format(value: ValueFile) -> ValueFormat:
    length = SIZES.get(value.type, value.length)
    low, high = value.range or (None, None)
    return ValueFormat(
        type=value.type,
        length=_DATE_LENGTHS[0] if value.type == "bcd-date" and length is None else length,
        scale=value.scale,
        offset=value.offset,
        unit=None if value.unit is None else known_unit(value.unit),
        values=dict(value.values),
        low=low,
        high=high,
    )
