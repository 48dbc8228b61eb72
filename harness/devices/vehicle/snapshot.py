"""Which values of a vehicle a snapshot has, and what a difference of two snapshots means.

Everything is asked of the control units, as `unit.identifier`, with every trouble code as
`unit.CODE` (its status byte, ISO 14229-1) and what was kept beside it as `unit.CODE.n.identifier`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from harness.devices.diag.diagnostics import Diagnostics, Did
from harness.devices.snapshot import Snapshot, counted_on, number, same
from harness.quantity import Value

Kind = Literal["identity", "version", "setting", "counter", "state", "fault", "moment"]
Sort = Literal[
    "undeclared", "new fault", "noteworthy", "again", "not compared",
    "expected", "cleared", "in use",
]  # fmt: skip
"""In the order in which a person wants to read them."""

NOT_READ = "units_not_read"
"""Units of which a snapshot has not everything: it is partial."""
COUNTS = 0x09
"""Status bits of a code that counts: testFailed and confirmedDTC."""
_FAILING = 0x01
_CODE = re.compile(r"([\w-]+)\.([PCBU][0-3][0-9A-F]{3}-[0-9A-F]{2})")
_UNCODED = (
    "part_number", "supplier", "manufacture_date", "serial_number", "vin", "hardware_number",
    "system_name", "battery_code", "rated_capacity", "motor_number", "iccid", "imei",
    "tyre_sensor_id_fl", "tyre_sensor_id_fr", "tyre_sensor_id_rl", "tyre_sensor_id_rr",
    "camera_count", "radar_count", "lidar_count", "ultrasonic_count", "key_count",
    "unit_variant", "immobiliser_id",
)  # fmt: skip
_VERSIONS = (
    "software_number", "software_version", "hardware_version", "supplier_software_version",
    "programming_date", "calibration_id", "calibration_verification", "map_version",
)  # fmt: skip
_SETTINGS = (
    "calibration_state", "calibration_date", "steering_angle_offset", "resolver_offset",
    "steering_command_timeout", "brake_command_timeout", "secure_gateway", "automation_level",
)  # fmt: skip
_COUNTERS = (
    "odometer", "operating_time", "power_on_count", "watchdog_resets", "bus_off_count",
    "cycle_count", "fast_charge_count", "contactor_cycles", "contactor_load_breaks",
    "thermal_event_count", "deep_discharge_count", "total_charged_energy", "charge_count",
    "plug_cycles", "brake_pump_starts", "parking_brake_cycles", "abs_intervention_count",
    "edr_event_count", "trip_count",
)  # fmt: skip
_STATES = (
    "soc", "soh", "remaining_energy", "present_capacity", "brake_fluid_level", "coolant_level",
    "washer_fluid", "doors_open", "window_driver", "central_lock", "inlet_flap", "airbag_state",
    "crash_output", "crash_shutdown", "warning_lamps_on", "service_distance", "brake_fluid_due",
    "coolant_due", "blockage",
    "sensor_health", "tyre_pressure_fl", "tyre_pressure_fr", "tyre_pressure_rl",
    "tyre_pressure_rr", "parking_brake_state", "edr_state", "dssad_state", "platform_login",
)  # fmt: skip
_MOMENT = (
    "utc_time", "latitude", "longitude", "key_position", "gear", "low_voltage",
    "insulation_resistance", "interlock", "ambient_temperature", "tyre_temperature_fl",
    "tyre_temperature_fr", "tyre_temperature_rl", "tyre_temperature_rr",
)  # fmt: skip
"""Kept so that a person can read them; two moments are never the same in them."""
_NOTEWORTHY: dict[str, Value | None] = {
    "airbag_state": "ok", "crash_output": "normal", "crash_shutdown": "inactive",
    "edr_state": "ready", "sensor_health": "ok",
    "edr_event_count": None, "thermal_event_count": None, "deep_discharge_count": None,
    "contactor_load_breaks": None,
}  # fmt: skip
"""Use can change these, but not without a reason that somebody has to ask for; as they are well.

Lit warning lamps are none of them: some are lit for a while after switching on, and what a lamp
tells of for good has a trouble code."""
_LAMP = "lamp_"
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_UNCODED, "identity"),
    **dict.fromkeys(_VERSIONS, "version"),
    **dict.fromkeys(_SETTINGS, "setting"),
    **dict.fromkeys(_COUNTERS, "counter"),
    **dict.fromkeys(_STATES, "state"),
    **dict.fromkeys(_MOMENT, "moment"),
}


def kind_of(did: Did) -> Kind | None:
    """What an identifier tells of a vehicle; None for what only goes on (currents, speeds)."""
    if "read" not in did.access:
        return None
    found = _KINDS.get(did.name)
    if found is None and "write" in did.access:
        return "setting"
    if found is None and did.name.startswith(_LAMP) and did.format.values:
        return "state"
    return found


def wanted(diagnostics: Diagnostics) -> dict[str, list[Did]]:
    """The identifiers of every unit that a snapshot has."""
    return {
        name: [did for did in unit.dids if kind_of(did) is not None]
        for name, unit in diagnostics.units.items()
    }


def announceable(diagnostics: Diagnostics) -> Iterator[str]:
    """Everything that can be said to be expected to change, as `changes` takes it."""
    for name, unit in diagnostics.units.items():
        yield name
        for part in (*(did.name for did in unit.dids), *(dtc.code for dtc in unit.dtcs)):
            yield part
            yield f"{name}.{part}"


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was."""

    point: str
    kind: Kind
    sort: Sort
    before: Value | None
    after: Value | None

    @property
    def is_bad(self) -> bool:
        """Nobody has announced it, and use does not explain it."""
        return self.sort in ("undeclared", "new fault", "noteworthy")


def changes(
    diagnostics: Diagnostics, before: Snapshot, after: Snapshot, expected: Iterable[str] = ()
) -> list[Change]:
    """Every difference: what is bad first, what use explains last, each sort unit by unit.

    `expected` has identifiers, trouble codes or units, or `unit.` and one of both. What one of the
    two snapshots has not is not compared: that is said, and is neither gone nor new.
    """
    order = get_args(Sort)
    found = _changes(diagnostics, before, after, frozenset(expected))
    return sorted(found, key=lambda one: order.index(one.sort))


def _changes(
    diagnostics: Diagnostics, before: Snapshot, after: Snapshot, allowed: frozenset[str]
) -> Iterator[Change]:
    partial = set(not_read(before, after))
    for unit, dids in wanted(diagnostics).items():
        for did in dids:
            kind, point = kind_of(did), f"{unit}.{did.name}"
            assert kind is not None  # that is what was wanted
            if kind == "moment" or (point not in before.points and point not in after.points):
                continue
            old, new = before.points.get(point), after.points.get(point)
            if not same(old, new):
                announced = not allowed.isdisjoint((unit, did.name, point))
                unknown = unit in partial and None in (old, new)
                sort = "not compared" if unknown else _sort(did.name, kind, (old, new), announced)
                yield Change(point, kind, sort, old, new)
        yield from _of_codes(unit, before, after, allowed, partial)


def not_read(before: Snapshot, after: Snapshot) -> list[str]:
    """Units of which one of the two snapshots has not everything."""
    listed = [one.points.get(NOT_READ) for one in (before, after)]
    return list(
        dict.fromkeys(unit for units in listed if isinstance(units, list) for unit in units)
    )


def _of_codes(
    unit: str, before: Snapshot, after: Snapshot, allowed: frozenset[str], partial: set[str]
) -> Iterator[Change]:
    names = dict.fromkeys(
        name
        for name in (*before.points, *after.points)
        if (found := _CODE.fullmatch(name)) and found[1] == unit
    )
    for name in names:
        old, new = before.points.get(name), after.points.get(name)
        had, has = _counts(old), _counts(new)
        again = had and has and (_fails_anew(old, new) or _kept_anew(name, before, after))
        if had == has and not again:
            continue
        if unit in partial and None in (old, new):
            yield Change(name, "fault", "not compared", old, new)
            continue
        sort: Sort = "again" if again else "new fault" if has else "cleared"
        if not allowed.isdisjoint((unit, name.partition(".")[2], name)):
            sort = "expected"
        yield Change(name, "fault", sort, old, new)


def _sort(
    name: str, kind: Kind, values: tuple[Value | None, Value | None], announced: bool
) -> Sort:
    """A value that a unit no longer gives, though it answers, is a change like any other."""
    if announced:
        return "expected"
    if kind == "state" or (kind == "counter" and counted_on(*values)):
        return "noteworthy" if name in _NOTEWORTHY and _worse(name, *values) else "in use"
    return "undeclared"


def _worse(name: str, old: Value | None, new: Value | None) -> bool:
    """A number that fell is not worse, nor is a state that is well again."""
    return new != _NOTEWORTHY[name] and (number(new) is None or counted_on(old, new))


def _fails_anew(old: Value | None, new: Value | None) -> bool:
    """A code that was only stored is failing now."""
    return not _status(old) & _FAILING and bool(_status(new) & _FAILING)


def _kept_anew(code: str, before: Snapshot, after: Snapshot) -> bool:
    """What was kept beside a code is not what it was: it has been set again."""
    names = {name for one in (before, after) for name in one.points if name.startswith(f"{code}.")}
    both = [(before.points.get(name), after.points.get(name)) for name in names]
    return any(new is not None and not same(old, new) for old, new in both)


def _status(value: Value | None) -> int:
    found = number(value)
    return 0 if found is None else int(found)


def _counts(status: Value | None) -> bool:
    return bool(_status(status) & COUNTS)
