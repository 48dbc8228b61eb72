"""The whole state of a device at one moment, as a file that shows when it was changed.

A snapshot is JSON: profile, moment, every point with its value and unit, and the SHA-256 of all
that. What a later difference means is told where the kind of device is known.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import UsageError
from harness.quantity import Measurement, Quality, Value

FORMAT = 1


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


def number(value: Value | None) -> float | None:
    """A value as a number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def counted_on(before: Value | None, after: Value | None) -> bool:
    """Whether a counter reads the same or more."""
    old, new = number(before), number(after)
    return old is not None and new is not None and new >= old


def same(old: Value | None, new: Value | None) -> bool:
    """Whether two values are the same but for rounding."""
    first, second = number(old), number(new)
    if first is None or second is None:
        return old == new
    return abs(first - second) <= 1e-9 * max(1.0, abs(first), abs(second))
