"""The whole state of a device at one moment, as a file that shows when it was changed.

A snapshot is JSON: profile, moment, every readable point with its value and unit, and the SHA-256
of all that. Which kind a point is of says what a later difference means.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.devices.modbus.points import Point, Profile
from harness.errors import UsageError
from harness.quantity import Measurement, Quality, Value

Kind = Literal["identity", "version", "setting", "counter", "alarm", "live"]

FORMAT = 1
_VERSIONS = frozenset({"firmware_version", "hardware_version", "protocol_version"})
_IDENTITY = frozenset(
    {
        "vendor_name",
        "model_name",
        "model_code",
        "serial_number",
        "rated_voltage",
        "phase_count",
        "max_power",
        "min_current",
        "connector_count",
        "ct_ratio",
        "vt_ratio",
    }
)
_COUNTERS = frozenset({"total_energy", "export_energy"})
_ALARMS = frozenset({"fault_flags", "warning_flags", "fault_code", "alarm_code"})
_COMMANDS = frozenset({"clock", "charge_command", "lock_command", "fault_reset", "enable"})
"""Writable, and yet no setting: they follow what is going on."""


def kind_of(point: Point) -> Kind:
    """What a point tells about a device: who it is, how it is set, what it has counted, or only
    what is going on."""
    if point.name in _VERSIONS:
        return "version"
    if point.name in _IDENTITY:
        return "identity"
    if point.name in _COUNTERS:
        return "counter"
    if point.name in _ALARMS:
        return "alarm"
    return "setting" if point.writable and point.name not in _COMMANDS else "live"


@dataclass(frozen=True)
class Snapshot:
    """What a device showed; `sha256` is what the snapshot says of itself."""

    profile: str
    taken: str
    """ISO 8601, UTC."""
    points: Mapping[str, Value | None]
    """None: it could not be read, or showed no usable value."""
    units: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of what stands in it."""
        told = {
            "snapshot": FORMAT,
            "profile": self.profile,
            "taken": self.taken,
            "points": dict(self.points),
            "units": dict(self.units),
        }
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def dump(self) -> bytes:
        """The file; the hash that it came with stays in it."""
        told = {
            "snapshot": FORMAT,
            "profile": self.profile,
            "taken": self.taken,
            "points": {
                name: {"value": value, "unit": self.units[name]}
                if name in self.units
                else {"value": value}
                for name, value in self.points.items()
            },
            "sha256": self.sha256 or self.digest,
        }
        return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def readable(profile: Profile) -> list[str]:
    """Names of all points that a device can be asked for."""
    return [name for name, point in profile.points.items() if point.readable]


def snapshot_of(profile: str, taken: str, readings: Mapping[str, Measurement]) -> Snapshot:
    """A snapshot of readings; what was not usable stands in it as nothing."""
    points: dict[str, Value | None] = {
        name: one.value if one.quality is Quality.GOOD else None for name, one in readings.items()
    }
    units = {name: one.unit for name, one in readings.items() if one.unit is not None}
    return Snapshot(profile, taken, points, units)


def parse_snapshot(data: bytes, name: str) -> Snapshot:
    """A snapshot out of its file. Raises UsageError when it is none; its hash is not checked."""
    wrong = UsageError(f"{name} is no snapshot of a device")
    try:
        told = json.loads(data)
    except ValueError as error:
        raise wrong from error
    if not isinstance(told, dict) or told.get("snapshot") != FORMAT:
        raise wrong
    entries = told.get("points")
    texts = [told.get(key) for key in ("profile", "taken", "sha256")]
    if not isinstance(entries, dict) or not all(isinstance(one, str) for one in texts):
        raise wrong
    points: dict[str, Value | None] = {}
    units: dict[str, str] = {}
    for point, entry in entries.items():
        if not isinstance(entry, dict) or "value" not in entry:
            raise wrong
        points[point] = _value(entry["value"], wrong)
        if isinstance(entry.get("unit"), str):
            units[point] = entry["unit"]
    return Snapshot(str(texts[0]), str(texts[1]), points, units, str(texts[2]))


def _value(told: object, wrong: UsageError) -> Value | None:
    if told is None or isinstance(told, str | int | float | bool):
        return told
    if isinstance(told, list) and all(isinstance(one, str) for one in told):
        return list(told)
    raise wrong


@dataclass(frozen=True)
class Difference:
    """One point that is not as it was."""

    point: str
    kind: Kind
    before: Value | None
    after: Value | None

    @property
    def natural(self) -> bool:
        """It needs no explanation: a counter has counted on, an alarm is gone."""
        if self.kind == "counter":
            return _number(self.before) is not None and _counted_on(self.before, self.after)
        if self.kind == "alarm" and isinstance(self.before, list) and isinstance(self.after, list):
            return set(self.after) <= set(self.before)
        return False


def differences(profile: Profile, before: Snapshot, after: Snapshot) -> list[Difference]:
    """What is different, in the order of the profile; what only goes on is left out."""
    found: list[Difference] = []
    for name, point in profile.points.items():
        kind = kind_of(point)
        if kind == "live" or (name not in before.points and name not in after.points):
            continue
        old, new = before.points.get(name), after.points.get(name)
        if not _same(old, new):
            found.append(Difference(name, kind, old, new))
    return found


def _number(value: Value | None) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _counted_on(before: Value | None, after: Value | None) -> bool:
    old, new = _number(before), _number(after)
    return old is not None and new is not None and new >= old


def _same(old: Value | None, new: Value | None) -> bool:
    first, second = _number(old), _number(new)
    if first is None or second is None:
        return old == new
    return abs(first - second) <= 1e-9 * max(1.0, abs(first), abs(second))
