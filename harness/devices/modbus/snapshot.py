"""Which points of a Modbus device a snapshot has, and what a difference of one means."""

from dataclasses import dataclass
from typing import Literal

from harness.devices.modbus.points import Point, Profile
from harness.devices.snapshot import Snapshot, counted_on, number, same
from harness.quantity import Value

Kind = Literal["identity", "version", "setting", "counter", "alarm", "live"]

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


def readable(profile: Profile) -> list[str]:
    """Names of all points that a device can be asked for."""
    return [name for name, point in profile.points.items() if point.readable]


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
            return number(self.before) is not None and counted_on(self.before, self.after)
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
        if not same(old, new):
            found.append(Difference(name, kind, old, new))
    return found
