"""One row of a profile file into a `Point`, with every complaint about the row itself."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from harness.datafile import Path_
from harness.devices.modbus.canonical import CANONICAL, MUST_ENERGISE
from harness.devices.modbus.codec import encode, raw_of, what_fits
from harness.devices.modbus.points import (
    TYPE_WORDS,
    Choice,
    Doubt,
    Point,
    Table,
)
from harness.devices.modbus.profile_conditions import Complaints
from harness.devices.modbus.profile_file import PointFile, ProfileFile
from harness.errors import UsageError
from harness.quantity import Value, convert, known_unit

_BITS = {"u16": 16, "i16": 16, "u32": 32, "i32": 32, "u64": 64, "bool": 1}
_UNSIGNED = frozenset({"u16", "u32", "u64"})
_SMALLEST = 1e-15
_NUMBERS = frozenset({"u16", "i16", "u32", "i32", "u64", "f32", "f64", "bcd16"})
_NEEDS_ONE = {6: "FC 6 carries one register", 5: "FC 5 carries one coil"}


def build_point(name: str, row: PointFile, file: ProfileFile, complain: Complaints) -> Point | None:
    """The point, or None when too much is wrong with the row to say more about it."""
    here: Path_ = ("points", name)
    before = len(complain.problems)
    table, address = row.at
    kind = row.type or ("bool" if table.is_bits else "u16")
    words = _words(here, row, kind, complain)
    _check_place(here, row, words, kind, complain)
    unit = _unit(here, row, complain)
    _check_numbers(here, row, kind, complain)
    _check_scaling(here, row, kind, complain)
    _check_part(here, row, kind, complain)
    _check_digits(here, row, kind, complain)
    _check_table(here, row, kind, complain)
    if len(complain.problems) > before:
        return None
    values = {code: named[0] for code, named in row.values.items()}
    canonical = CANONICAL.get(name)
    point = Point(
        name=name,
        table=table,
        address=address,
        words=words,
        unit_id=row.unit_id,
        type=kind,
        title=row.title or (canonical.title if canonical else None),
        label=row.label or name,
        doc=_printed(here, row, file, complain),
        word_order=row.word_order or file.defaults.word_order,
        byte_order=row.byte_order or file.defaults.byte_order,
        encoding=row.encoding or "utf-8",
        scale=row.scale,
        offset=row.offset,
        scale_by=tuple(row.scale_by),
        also_write=tuple(row.also_write),
        conversion=row.conversion,
        packing=row.packing,
        bits_at=row.bits_at,
        digits_at=row.digits_at,
        special=dict(row.special),
        curve=tuple(row.curve),
        retentive=row.retentive,
        unit=unit,
        readable="r" in row.access,
        writable="w" in row.access,
        write_function=row.write_function or _usual_function(table, words),
        values=values,
        labels={code: named[1] for code, named in row.values.items() if named[1]},
        flags={bit: str(named[0]) for bit, named in row.bits.items()},
        flag_labels={bit: named[1] for bit, named in row.bits.items() if named[1]},
        not_available=tuple(row.not_available),
        low=row.low,
        high=row.high,
        allowed=None if row.allowed is None else tuple(row.allowed),
        energises=tuple(row.energises),
        read_back=row.read_back,
        read_back_idle=row.read_back_idle,
        settle=row.settle,
        self_clearing=row.self_clearing,
        overwritten_by_others=row.overwritten_by_others,
        changes_link=row.changes_link,
        confidence=row.confidence or file.confidence,
        note=row.note,
        doubts=tuple(Doubt(d.says, d.source, d.confidence) for d in row.doubts),
    )
    _check_states(here, row, point, complain)
    _check_canonical(here, point, complain)
    _check_writing(here, row, point, complain)
    return point if len(complain.problems) == before else None


def _words(here: Path_, row: PointFile, kind: str, complain: Complaints) -> int:
    fixed = TYPE_WORDS.get(kind)
    if fixed is None:
        if row.words is None:
            complain.add(here, f"a {kind} does not say how long it is", "'words'")
        return row.words or 1
    if row.words is not None and row.words != fixed:
        complain.add((*here, "words"), f"a {kind} has no {row.words} words", f"{fixed} or nothing")
    return fixed


def _check_place(here: Path_, row: PointFile, words: int, kind: str, complain: Complaints) -> None:
    table, address = row.at
    if address + words > 65536:
        complain.add(
            (*here, "at"),
            f"address {address} with {words} word(s) ends outside the table",
            "0 to 65535",
        )
    if table.is_bits and kind != "bool":
        complain.add((*here, "type"), f"a {table} is one bit, not a {kind}", "bool or nothing")


def _unit(here: Path_, row: PointFile, complain: Complaints) -> str | None:
    if row.unit is None:
        return None
    try:
        return known_unit(row.unit)
    except UsageError as error:
        what, _, expected = error.detail.partition("; expected ")
        complain.add((*here, "unit"), what, expected)
        return None


def _check_numbers(here: Path_, row: PointFile, kind: str, complain: Complaints) -> None:
    if not _SMALLEST <= abs(row.scale) <= 1 / _SMALLEST:
        complain.add((*here, "scale"), f"a scale of {row.scale:g} says nothing", "not zero")
    if not math.isfinite(row.offset):
        complain.add((*here, "offset"), "the offset is not finite", "a number")
    plain = row.scale == 1 and row.offset == 0
    if not plain and (kind not in _NUMBERS or row.values or row.bits):
        complain.add((*here, "scale"), "only numbers have scale and offset", "none here")
    if row.low is not None and row.high is not None and row.low > row.high:
        complain.add((*here, "low"), f"low {row.low:g} is above high {row.high:g}", "low <= high")
    if row.encoding is not None:
        try:
            "".encode(row.encoding)
        except (LookupError, ValueError):
            complain.add(
                (*here, "encoding"), f"no text encoding is called {row.encoding!r}", "utf-8, gbk …"
            )
        if kind != "string":
            complain.add((*here, "encoding"), f"a {kind} has no text encoding", "type: string")
    for index, choice in enumerate(row.allowed or ()):
        _check_range((*here, "allowed", index), choice, complain)
    for index, choice in enumerate(row.energises):
        _check_range((*here, "energises", index), choice, complain)
    for index, marker in enumerate(row.not_available):
        if not _fits(kind, marker, _room(row)):
            complain.add(
                (*here, "not_available", index),
                f"{marker} does not fit a {kind}{_part(row)}",
                "a raw number that the registers can hold",
            )


def _check_scaling(here: Path_, row: PointFile, kind: str, complain: Complaints) -> None:
    """How a number becomes a value, beyond scale and offset."""
    if row.conversion is not None and (kind not in _NUMBERS or row.values or row.unit != "A"):
        complain.add(
            (*here, "conversion"), "only a number is converted, and it is then in A", "unit: A"
        )
    if row.packing is not None:
        plain = not (row.values or row.bits or row.scale_by or row.conversion) and row.scale == 1
        if kind not in ("u16", "u32") or not plain or "w" in row.access:
            complain.add(
                (*here, "packing"), "only a whole number that is read is taken apart", "type: u32"
            )
        elif (row.packing == "minutes_seconds") != (row.unit == "s"):
            complain.add((*here, "packing"), f"{row.packing} does not go with the unit", "unit: s")
    if row.scale_by and (kind not in _NUMBERS or row.values or row.bits or "w" in row.access):
        complain.add((*here, "scale_by"), "only numbers that are read are multiplied", "access: r")

    for index, case in enumerate(row.scale_if):
        if not _SMALLEST <= abs(case.scale) <= 1 / _SMALLEST:
            what = f"a scale of {case.scale:g} says nothing"
            complain.add((*here, "scale_if", index, "scale"), what, "not zero")
    if row.scale_if and (kind not in _NUMBERS or row.values or row.bits or row.packing):
        complain.add((*here, "scale_if"), "only numbers have scale and offset", "none here")


def _check_part(here: Path_, row: PointFile, kind: str, complain: Complaints) -> None:
    """Some bits of an unsigned number, which are read and not written."""
    if row.bits_at is None:
        return
    path = (*here, "bits_at")
    if kind not in _UNSIGNED:
        complain.add(path, f"a {kind} is not taken apart by bits", "type: u16, u32 or u64")
    elif row.bits_at[0] < 0 or row.bits_at[1] >= _BITS[kind]:
        outside = row.bits_at[0] if row.bits_at[0] < 0 else row.bits_at[1]
        complain.add(path, f"a {kind} has no bit {outside}", f"0 to {_BITS[kind] - 1}")
    if "w" in row.access:
        complain.add(
            (*here, "access"),
            "writing some bits of a register would overwrite the others",
            "access: r, and a point for the whole register that is written",
        )
    if row.bits or row.packing is not None:
        key = "bits" if row.bits else "packing"
        complain.add((*here, key), f"{key!r} speaks of the whole register", "no 'bits_at'")


def _check_digits(here: Path_, row: PointFile, kind: str, complain: Complaints) -> None:
    """Some decimal digits of an unsigned number, which are read and not written."""
    if row.digits_at is None:
        return
    path = (*here, "digits_at")
    last = len(str((1 << _BITS.get(kind, 1)) - 1)) - 1
    if kind not in _UNSIGNED:
        complain.add(path, f"a {kind} is not taken apart by digits", "type: u16, u32 or u64")
    elif row.digits_at[0] < 0 or row.digits_at[1] > last:
        outside = row.digits_at[0] if row.digits_at[0] < 0 else row.digits_at[1]
        complain.add(path, f"a {kind} has no decimal digit {outside}", f"0 to {last}")
    if "w" in row.access:
        complain.add(
            (*here, "access"),
            "writing some digits of a register would overwrite the others",
            "access: r, and a point for the whole register that is written",
        )
    for key in ("bits", "packing", "bits_at"):
        if getattr(row, key):
            what = f"{key!r} and 'digits_at' take the number apart in two ways"
            complain.add((*here, key), what, "one of them")


def _check_table(here: Path_, row: PointFile, kind: str, complain: Complaints) -> None:
    """Values by special numbers and by a curve."""
    for key in ("special", "curve"):
        if not getattr(row, key):
            continue
        whole = kind in _BITS and kind != "bool"
        if not whole or row.values or row.bits or row.packing or row.scale_by:
            what = f"{key!r} is for a whole number that nothing else turns into a value"
            complain.add((*here, key), what, "type: u16")
    for code in row.special:
        if not _fits(kind, code, _room(row)):
            complain.add(
                (*here, "special", code),
                f"{code} does not fit a {kind}{_part(row)}",
                "a raw number that the registers can hold",
            )
    if not row.curve:
        return
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(row.curve)]
    rising = all(by > 0 for by, _ in steps)
    one_way = all(up > 0 for _, up in steps) or all(up < 0 for _, up in steps)
    if not steps or not rising or not one_way:
        complain.add(
            (*here, "curve"),
            "the curve does not rise or fall all the way",
            "two or more pairs by rising raw number",
        )
    if row.scale != 1 or row.offset or row.conversion or row.scale_if:
        complain.add((*here, "curve"), "the curve says everything", "no scale beside it")


def _part(row: PointFile) -> str:
    if row.digits_at is not None:
        return f" with digits {row.digits_at[0]} to {row.digits_at[1]}"
    return "" if row.bits_at is None else f" with bits {row.bits_at[0]} to {row.bits_at[1]}"


def _room(row: PointFile) -> int | None:
    """How many numbers the bits or digits can hold that the point is; None: its whole type."""
    if row.digits_at is not None:
        return int(10 ** max(0, row.digits_at[1] - row.digits_at[0] + 1))
    return None if row.bits_at is None else int(1 << row.bits_at[1] - row.bits_at[0] + 1)


def _check_range(path: Path_, choice: Choice, complain: Complaints) -> None:
    if isinstance(choice, tuple) and choice[0] > choice[1]:
        complain.add(path, f"{choice[0]:g} to {choice[1]:g} is an empty range", "low end first")


def _fits(kind: str, raw: int, room: int | None = None) -> bool:
    """A raw number as printed: registers as unsigned, or as signed where the type is."""
    if room is not None:
        return 0 <= raw < room
    bits = _BITS.get(kind)
    if bits is None:
        return kind in ("f32", "f64", "bcd16")
    return (-(1 << bits - 1) if kind.startswith("i") else 0) <= raw < 1 << bits


def _fits_code(point: Point, code: int | str, room: int | None) -> bool:
    if point.type == "bytes":
        return True  # complained of already
    if isinstance(code, str):
        return point.type == "string" and 0 < len(code.encode(point.encoding)) <= 2 * point.words
    return point.type != "string" and _fits(point.type, code, room)


def _printed(here: Path_, row: PointFile, file: ProfileFile, complain: Complaints) -> str:
    table, address = row.at
    first = file.numbering.get(table.value)
    if first is None:
        return "" if row.doc is None else str(row.doc)
    if isinstance(row.doc, int) and row.doc - first != address:
        complain.add(
            (*here, "doc"),
            f"printed number {row.doc} is {table} {row.doc - first} by 'numbering', not {address}",
            str(first + address),
        )
    return str(row.doc if row.doc is not None else first + address)


def _usual_function(table: Table, words: int) -> int:
    if table.is_bits:
        return 5
    return 6 if words == 1 else 16


def _check_states(here: Path_, row: PointFile, point: Point, complain: Complaints) -> None:
    if point.values and point.flags:
        complain.add(here, "a point is either one state or a set of flags", "'values' or 'bits'")
    if point.values and point.type == "bytes":
        complain.add((*here, "values"), "bytes have no states", "no 'values', or type: string")
    for code in point.values:
        if not _fits_code(point, code, _room(row)):
            wanted = f"a text of at most {2 * point.words} bytes" if point.is_text else "a raw code"
            kind = point.type + _part(row)
            complain.add((*here, "values", code), f"code {code} does not fit a {kind}", wanted)
    if point.flags and (point.type not in _BITS or point.type == "bool"):
        complain.add((*here, "bits"), f"a {point.type} has no named bits", "a whole-number type")
        return
    for bit in point.flags:
        if not 0 <= bit < _BITS[point.type]:
            complain.add(
                (*here, "bits", bit),
                f"a {point.type} has no bit {bit}",
                f"0 to {_BITS[point.type] - 1}",
            )
    _check_labels(here, row, point, complain)


def _check_labels(here: Path_, row: PointFile, point: Point, complain: Complaints) -> None:
    """Two codes must be tellable apart, and a written state must have one code."""
    for key, rows in (("values", row.values), ("bits", row.bits)):
        seen: dict[Any, int | str] = {}
        own: dict[str, int | str] = {}
        for code, (shared, label) in rows.items():
            path = (*here, key, code)
            if shared in seen and (key == "bits" or point.writable):
                complain.add(
                    path,
                    f"{shared!r} stands for {seen[shared]} and for {code}",
                    "one code for each state that can be written"
                    if key == "values"
                    else "a name of its own for each bit",
                )
            elif shared in seen and not label:
                complain.add(
                    path,
                    f"{seen[shared]} and {code} are both {shared!r}, with nothing to tell them"
                    " apart",
                    f"the vendor's own label too: [{shared}, ...]",
                )
            if label and label in own:
                complain.add(
                    path, f"the label {label!r} stands for {own[label]} too", "each label once"
                )
            seen.setdefault(shared, code)
            if label:
                own.setdefault(label, code)


def _check_canonical(here: Path_, point: Point, complain: Complaints) -> None:
    shared = CANONICAL.get(point.name)
    if shared is None:
        return
    if shared.units:
        unit = point.unit or "1"
        if not any(_convertible(unit, wanted) for wanted in shared.units):
            complain.add(
                (*here, "unit"),
                f"{point.name} cannot be in {point.unit or 'no unit'}",
                " or ".join(shared.units),
            )
    elif point.unit is not None:
        complain.add((*here, "unit"), f"{point.name} has no unit", "no 'unit'")
    if shared.states:
        for code, name in point.values.items():
            if name not in shared.states:
                complain.add(
                    (*here, "values", code),
                    f"{name!r} is not a shared state of {point.name}",
                    ", ".join(shared.states),
                )
        if not point.values:
            complain.add(here, f"{point.name} has no states", "'values'")


def _convertible(unit: str, wanted: str) -> bool:
    try:
        convert(1.0, unit, wanted)
    except UsageError:
        return False
    return True


def _check_writing(here: Path_, row: PointFile, point: Point, complain: Complaints) -> None:
    writing = {
        "allowed": row.allowed is not None,
        "max_by_model": bool(row.max_by_model),
        "energises": bool(row.energises),
        "requires": bool(row.requires),
        "read_back": row.read_back is not None,
        "read_back_idle": row.read_back_idle is not None,
        "write_function": row.write_function is not None,
        "self_clearing": row.self_clearing,
        "overwritten_by_others": row.overwritten_by_others,
        "changes_link": row.changes_link,
        "also_write": bool(row.also_write),
        "settle": row.settle > 0,
        "retentive": row.retentive is not None,
    }
    if not point.writable:
        for key in (key for key, given in writing.items() if given):
            complain.add((*here, key), f"{key!r} on a point that cannot be written", "access: rw")
        return
    if point.table in (Table.INPUT, Table.DISCRETE):
        complain.add(
            (*here, "access"),
            f"a point of the {point.table} table cannot be written",
            "access: r, or another table",
        )
    functions = (5, 15) if point.table.is_bits else (6, 16)
    if point.write_function not in functions:
        complain.add(
            (*here, "write_function"),
            f"FC {point.write_function} does not write a {point.table}",
            " or ".join(map(str, functions)),
        )
    elif point.words > 1 and point.write_function in _NEEDS_ONE:
        complain.add(
            (*here, "write_function"),
            f"{point.name} has {point.words} words; {_NEEDS_ONE[point.write_function]}",
            "16",
        )
    if "r" not in row.access and row.readable_if:
        complain.add((*here, "readable_if"), "a point that is never readable", "access: rw")
    if row.overwritten_by_others and (
        row.self_clearing or ("r" not in row.access and row.read_back is None)
    ):
        complain.add(
            (*here, "overwritten_by_others"),
            "nothing shows what another master has written there",
            "a setting that can be read back",
        )
    _check_choices((*here, "allowed"), point, point.allowed or (), complain)
    _check_choices((*here, "energises"), point, point.energises, complain)
    state = MUST_ENERGISE.get(point.name)
    if state in point.values.values() and state not in point.energises:
        complain.add(
            here, f"writing {state!r} puts mains on the plug, and nothing says so", "'energises'"
        )


def _check_choices(
    path: Path_, point: Point, choices: Iterable[Choice], complain: Complaints
) -> None:
    for index, choice in enumerate(choices):
        for value in choice if isinstance(choice, tuple) else (choice,):
            try:
                raw_of(point, value)
            except UsageError:
                if point.values and not isinstance(value, str) and point.allowed is not None:
                    continue
                complain.add(
                    (*path, index),
                    f"{value!r} cannot stand in {point.name}",
                    what_fits(replace(point, allowed=None)),
                )


def finish_default(
    here: Path_, row: PointFile, point: Point, complain: Complaints
) -> tuple[Value | None, int | None]:
    """The documented default, and as a raw number. Complains when it may not be written."""
    if row.default is None:
        return None, None
    try:
        encode(point, row.default)
        raw = raw_of(point, row.default)
    except UsageError as error:
        what, _, expected = error.detail.partition("; expected ")
        complain.add((*here, "default"), f"the default of {what}", expected)
        return None, None
    return row.default, raw if isinstance(raw, int) else None
