"""The repair that a simulated pile comes from: papers, and its state before the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.devices.modbus.snapshot import readable
from harness.devices.snapshot import Snapshot
from harness.quantity import Scalar, Value
from simulators.register_map import RefusalError

if TYPE_CHECKING:
    from simulators.register_map import RegisterMap
    from simulators.rig import Rig

LOOKS = frozenset({"seals", "repair-labels", "old-part"})
"""What can be looked at after a repair."""
_TAKEN = "2026-01-05T01:30:00Z"
"""The day on which the contractor took the pile over."""


def _agreed() -> dict[str, Scalar]:
    return {
        "scope": "replace contactor, check wiring and protection",
        "part": "contactor 40 A",
        "labour": "2 h",
        "warranty": "12 months",
    }


@dataclass
class Repair:
    """Papers of the repair. A fault changes the supplier's ones, or the stored file."""

    contract: dict[str, Scalar] = field(default_factory=_agreed)
    order: dict[str, Scalar] = field(default_factory=_agreed)
    coding: dict[str, Scalar] = field(default_factory=lambda: {"adcu.config_pilot": "enabled"})
    """What the work order wants coded in the car."""
    altered: dict[str, Value] = field(default_factory=dict)
    """What somebody has written into the stored snapshot afterwards."""

    def told(self, before: Snapshot | None) -> Mapping[str, object]:
        """Keys of a bench file's `maintenance` section. Approved is what ran before."""
        firmware = None if before is None else before.points.get("firmware_version")
        approved = [] if firmware is None else [str(firmware)]
        return {
            "contract": self.contract,
            "order": self.order,
            "approved_firmware": approved,
            "coding": self.coding,
        }

    def stored(self, before: Snapshot) -> Snapshot:
        """The stored file, with what was done to it; its hash stays that of the day."""
        return replace(before, points={**before.points, **self.altered})


def _shown(registers: "RegisterMap", name: str) -> Value | None:
    """What a point shows; nothing where it is not offered in the present mode."""
    try:
        return registers.shown(name)
    except RefusalError:
        return None


def taken_before(registers: "RegisterMap", rig: "Rig") -> Snapshot:
    """What the sound pile shows, with its hash."""
    rig.advance()
    profile = registers.profile
    points = {name: _shown(registers, name) for name in readable(profile)}
    units = {name: unit for name in points if (unit := profile.points[name].unit) is not None}
    found = Snapshot(profile.id, _TAKEN, points, units)
    return replace(found, sha256=found.digest)
