"""Profiles: the register map of one device model, as a YAML file that is written by hand.

A file names the device, its factory link settings, how it may be read, and one line per point:

    profile: example-pile                 # the name that bench files use
    title: {zh: 示例交流桩, en: Example AC pile}
    vendor: Example
    model: EX-7
    kind: pile                            # or meter
    confidence: high                      # of the map as a whole: high, medium, low
    sources: [Example Modbus manual V1.2]
    ratings: {voltage: 220 V, current: 32 A, phases: 1}
    links:
      rtu: {baudrate: 9600, bytesize: 8, parity: N, stopbits: 1, unit: 1, units: [1, 247]}
      tcp: {port: 502, unit: 1}
    reading: {max_registers: 60, gaps: false, pause: 100 ms}
    numbering: {input: 30001, holding: 40001}   # printed number of wire address 0
    points:
      voltage_l1:    {at: input 0, scale: 0.1, unit: V}
      total_energy:  {at: input 10, type: u32, word_order: little, unit: Wh}
      charging_state:
        at: input 20
        values: {0: idle, 1: [connected, plugged], 2: charging}
      current_limit: {at: holding 0, scale: 0.1, unit: A, access: rw, allowed: [0, [6, 32]]}

Keys of a point. Only `at` is needed; numbers are in `unit` unless said otherwise.

    at             table and wire address: `coil 0`, `discrete 3`, `input 0x0100`, `holding 12`
    unit_id        where it answers under another unit id than the device's own
    type           u16 (usual), i16 u32 i32 u64 f32 f64 bcd16 bool string bytes
    words          registers of a string or bytes
    word_order     big: high word first (ABCD), little: low word first (CDAB); `defaults` sets both
    byte_order     big: high byte first, little: low byte first (text with swapped letters)
    encoding       of a string: utf-8 (usual), gbk, utf-16-be (one character to a register) …
    scale, offset  value = raw * scale + offset, also for floats
    scale_by       points that the value is multiplied by as well (CT and VT ratio); read when the
                   device is opened, and again after one of them was written
    conversion     cp_duty: the number is a duty cycle of the pilot in %, the value a current in A
    packing        several things in one number: dotted (3.10.13), letter_number (A5), hex (0x4000)
                   as texts, minutes_seconds as seconds
    bits_at        [8, 14]: the point is only these bits of a u16, u32 or u64 (lowest and highest,
                   both included; bit 0 is the lowest); other points may be other bits of the same
                   registers, or the whole of them. Read only
    digits_at      [4, 4]: the same by decimal digits (digit 0 is the last): each option of a
                   product code 304111 is a point with `values` of its own
    special        {0x03E8: 0}: raw numbers that stand for a value, whatever `scale` says of the
                   others
    curve          [[0, 0], [100, 6], [533, 32]]: raw number and value, straight between them;
                   instead of a scale. Beyond its ends there is no value
    unit           V, A, W, kWh, °C, % …; none for states, texts and plain counts
    access         r (usual), rw, w
    values         code: label, or code: [shared label, vendor's own label]; others are kept raw;
                   the codes of a string are texts
    bits           bit: name, or bit: [name, description]; bit 0 is the lowest
    not_available  raw numbers that mean "no value"; NaN always does
    low, high      what the quantity can physically be; outside it is a bad reading
    allowed        what may be written: values and [low, high] ranges, with gaps
    max_by_model   highest allowed value by model, for models listed in `models`
    default        factory value
    energises      values that can put mains on the plug when written
    requires       {point: state} that must hold before a write (of an energising value, if the
                   point has such; switching off is never held back)
    available_if   {point: {at_least: 0x0107}}: the point exists only then; a version that is a text
                   is compared part by part, `{firmware_version: {at_least: '1.2.1'}}`
    readable_if    the same for reading alone (written always, read back only by newer firmware)
    write_function 6 or 16 (5 or 15 for coils); usual: 6 for one register, 16 for more
    read_back      the point that shows what was written, if not this one
    settle         how long after a write the read-back cannot be trusted yet
    self_clearing  the device clears the command by itself
    overwritten_by_others
                   true: another master writes it, too (energy management). Once it has been written
                   and read back it is read again after every step, and a change is put on record
    changes_link   true: writing it can end the connection (protocol, unit id, baud rate, parity). A
                   write is refused unless the step (site.write_settings) says
                   `may_change_link: true`, and is neither
                   read back nor put back
    retentive      true: the setting survives a loss of supply (and writing it wears the memory),
                   false: it is lost
    label, doc     the vendor's own name and printed number
    confidence, note, doubts   {says, source, confidence} where sources disagree

Beside the points: `watchdog` (what the device does when its master falls silent; `fed_by`
any_request, rewrite_point or write_point, the latter two with `point`, and `tokens` where it wants
certain values in turn; `recovery` is how long it takes to be normal again after a trip, `recover`
the sequence that it needs for that, which is shown by `profile check` and never carried out by a
run: it may let the pile charge again), `clients` and `idle_close` of a TCP link, `sequences`
(ordered lines of `write`/`rewrite`/`require`/`wait` with `settle`; `start`, `stop` and `reset` are
used by actions), `safe_state` (the sequence that makes it safe and the readings that prove it),
`models` (ratings by model, the first is the usual one), `quirks` (tag: detail).

The names of points, their units and their states are shared where `canonical.py` lists them; the
vendor's own name goes to `label`. Two points may show the identical registers in two ways, but not
as two quantities or on two scales, unless `available_if` says which one it is.

Further sections and keys:

    derived: {power: {unit: W, sum: [{of: [voltage_l1, current_l1]}, {of: [x], times: 10}]}}
                   values made of several points: a sum of products; or `join: [a, b]` for a text,
                   with `with: "."` between its parts; or the first that holds of
                   `states: [{is: charging, when: {a: closed, b: {at_least: 2}}}]`
    connectors     {count: 3, stride: 1000, first: 1000}: points from address `first` on are there
                   once for each connector, `stride` apart; or `unit_stride: 1` where each connector
                   is a unit id; the bench file says which one is meant (`connector: 2`)
    links.ascii    Modbus ASCII on a serial line, with the keys of `rtu`
    reading        `every: 1 s` for a device that must not be read more often (from the start of one
                   reading to the start of the next; a reading may take several requests, `pause`
                   apart), `first_ignored: 300 ms` for a device that hears a request only when it
                   is sent again, `longer_replies: true` for one that answers with more than asked
    scale_if       of a point: [{when: {mode: fine}, scale: 0.01}], the first that holds
    also_write     of a point: others that take the same value, each in a request of its own
    variants       {old: {title: {zh: …, en: …}, points: {total_energy: {at: holding 0x401E}}}}
                   other makes of the device, or another meaning by a setting of it: the keys of
                   these points that differ, each taken whole (also lists and `values`); the bench
                   file says which one is meant (`variant: old`), without it the points as they are
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.datafile import Places, load, sha256, validate
from harness.devices.modbus.points import Point, Profile, Quirk
from harness.devices.modbus.profile_build import build_point
from harness.devices.modbus.profile_check import (
    build_links,
    build_ratings,
    build_rules,
    build_safe_state,
    build_sequences,
    build_watchdog,
    check_overlaps,
    link_points,
)
from harness.devices.modbus.profile_conditions import Complaints
from harness.devices.modbus.profile_connectors import at_connector, check_connectors
from harness.devices.modbus.profile_derived import build_derived
from harness.devices.modbus.profile_file import ProfileFile
from harness.devices.modbus.profile_variants import VariantPlaces, varied_values
from harness.devices.modbus.profile_views import check_views
from harness.errors import FileError, Problem, UnknownNameError

__all__ = ["Profile", "list_profiles", "load_profile", "schema"]

SHIPPED = Path(__file__).resolve().parent / "profiles"


def load_profile(
    name_or_path: str,
    folders: Sequence[Path] = (),
    *,
    beside: Sequence[Path] = (),
    model: str | None = None,
    connector: int = 1,
    variant: str | None = None,
) -> Profile:
    """The profile of that name, from `folders`, the package or `beside`, or from a .yaml file.

    `model` picks one of the file's `models`; without it the first is meant. `connector` counts
    from 1. `variant` is one of the file's `variants`; without it the file's own points are meant.
    Raises FileError with every problem of the file, UnknownNameError, or UsageError for a
    connector that the device does not have.
    """
    if name_or_path.endswith((".yaml", ".yml")):
        return _read(Path(name_or_path), model, connector, variant)
    for folder in (*folders, SHIPPED):
        path = folder / f"{name_or_path}.yaml"
        if path.is_file() and path.parent == folder:
            return _read(path, model, connector, variant)
    # Last, so that a bench file or a procedure of the same name hides no profile.
    for folder in beside:
        path = folder / f"{name_or_path}.yaml"
        if path.is_file() and path.parent == folder:
            return _read(path, model, connector, variant)
    raise UnknownNameError("profile", name_or_path, list_profiles(folders))


def list_profiles(folders: Sequence[Path] = ()) -> list[str]:
    """Names of all profiles, the package's and those in `folders`, sorted."""
    return sorted({path.stem for folder in (*folders, SHIPPED) for path in folder.glob("*.yaml")})


def schema() -> dict[str, Any]:
    """JSON Schema of a profile file, for editors."""
    return ProfileFile.model_json_schema()


def _read(path: Path, model: str | None, connector: int, variant: str | None) -> Profile:
    """The profile as asked for. All variants are checked, whichever is meant."""
    values, places, data = load(path)
    complain = Complaints(places)
    file = _parse(values, places, complain)
    if model is not None and model not in file.models:
        raise UnknownNameError("model", model, list(file.models) or [file.model])
    found: dict[str | None, Profile] = {None: _built(file, model, path, data, complain)}
    if not complain.problems:
        for name, row in file.variants.items():
            varied = varied_values(values, name, row, complain)
            of_variant = Complaints(VariantPlaces(places, name))
            other = _parse(varied, of_variant.places, of_variant)
            found[name] = replace(_built(other, model, path, data, of_variant), variant=name)
            complain.problems += of_variant.problems
    if complain.problems:
        raise FileError(_in_order(complain.problems))
    if variant not in found:
        raise UnknownNameError("variant", str(variant), list(file.variants))
    return at_connector(found[variant], file.connectors, connector)


def _built(
    file: ProfileFile, model: str | None, path: Path, data: bytes, complain: Complaints
) -> Profile:
    """The profile that a file describes; useless if there were complaints."""
    chosen = model or next(iter(file.models), None)
    points: dict[str, Point] = {}
    for name, row in file.points.items():
        point = build_point(name, row, file, complain)
        if point is None:
            complain.broken.add(("points", name))
        else:
            points[name] = point
    check_overlaps(points, complain)
    check_views(file, points, complain)
    points = link_points(file, points, chosen, complain)
    derived = build_derived(file, points, complain)
    check_connectors(file, points, complain)
    return Profile(
        id=file.profile,
        title=file.title,
        vendor=file.vendor,
        model=chosen or file.model,
        kind=file.kind,
        points=points,
        links=build_links(file, complain),
        rules=build_rules(file, points, complain),
        watchdog=build_watchdog(file, points, complain),
        ratings=build_ratings(file, chosen, complain),
        models=tuple(file.models) or (file.model,),
        sequences=build_sequences(file, points, complain),
        safe_state=build_safe_state(file, points, complain),
        quirks=tuple(Quirk(tag, detail) for tag, detail in file.quirks.items()),
        confidence=file.confidence,
        sources=tuple(file.sources),
        note=file.note,
        path=path,
        data=data,
        sha256=sha256(data),
        derived=derived,
        connectors=file.connectors.count if file.connectors is not None else 1,
        variants=tuple(file.variants),
    )


_STAND_IN: dict[str, Any] = {
    "profile": "x",
    "title": {"zh": "x", "en": "x"},
    "vendor": "x",
    "model": "x",
    "kind": "pile",
    "confidence": "high",
    "sources": ["x"],
    "links": {"rtu": {}},
    "points": {"x": {"at": "input 0"}},
}


def _parse(values: Any, places: Places, complain: Complaints) -> ProfileFile:
    """The file's shape. What is wrong is complained of and left out, so that the rest is checked.

    Raises FileError when nothing is left to check.
    """
    try:
        return validate(ProfileFile, values, places)
    except FileError as error:
        if not isinstance(values, dict):
            raise
        complain.problems += error.problems
    usable: dict[str, Any] = {}
    for key, value in values.items():
        if key == "points" and isinstance(value, dict):
            rows = {name: row for name, row in value.items() if _fits("points", {name: row})}
            complain.broken |= {("points", name) for name in value if name not in rows}
            usable[key] = rows or _STAND_IN[key]
        elif key in ProfileFile.model_fields and _fits(key, value):
            usable[key] = value
        else:
            complain.broken.add((key,))
    return validate(ProfileFile, _STAND_IN | usable, places)


def _fits(key: str, value: Any) -> bool:
    try:
        ProfileFile.model_validate({**_STAND_IN, key: value})
    except ValidationError:
        return False
    return True


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line, problem.column))
