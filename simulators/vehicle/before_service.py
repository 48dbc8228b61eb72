"""What the car showed before the workshop had it: its old radar, that one's fault, what was due."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.devices.diag.diagnostics import Diagnostics
from harness.devices.snapshot import Snapshot, number
from harness.devices.vehicle.snapshot import NOT_READ, wanted
from harness.quantity import Value
from simulators.service import OLD_SERIAL

if TYPE_CHECKING:
    from simulators.rig import Rig
    from simulators.vehicle.diag.attach import DiagnosticServers

PROFILE = "shared-ev"
_TAKEN = "2026-01-03T02:10:00Z"
_KILOMETRES = 6.0
"""That the workshop has driven."""
_OLD: Mapping[str, Value] = {
    "rad.serial_number": OLD_SERIAL,
    "rad.manufacture_date": "2024-08-14",
    "rad.calibration_date": "2024-09-02",
    "rad.programming_date": "2024-09-02",
    "rad.C1A11-78": 0x2F,
    "icm.service_distance": 310,
    "icm.brake_fluid_due": 9,
}
_PARTS = ("rad.part_number", "rad.serial_number", "rad.software_version", "adcu.radar_count")


def taken_before(servers: "DiagnosticServers", rig: "Rig", known: Diagnostics) -> Snapshot:
    """A complete snapshot of the sound car as it was, with its hash."""
    rig.advance()
    points: dict[str, Value | None] = {}
    units: dict[str, str] = {}
    reachable = dict(servers.items())
    for name, dids in wanted(known).items():
        for did in dids:
            point = f"{name}.{did.name}"
            data = reachable[name].ecu.read(did)
            points[point] = None if data is None else did.decode(data, name)
            if did.format.unit is not None:
                units[point] = did.format.unit
    for point in ("vcu.odometer", "esc.odometer", "icm.odometer"):
        if (shown := number(points[point])) is not None:
            points[point] = round(shown - _KILOMETRES, 1)
    points.update(_OLD)
    points[NOT_READ] = []
    found = Snapshot(PROFILE, _TAKEN, points, units)
    return replace(found, sha256=found.digest)


def ordered_parts(servers: "DiagnosticServers") -> dict[str, Value]:
    """What the units that were replaced have to show, as the order says: those of the sound car."""
    found: dict[str, Value] = {}
    for name, server in servers.items():
        for did in server.ecu.unit.dids:
            data = server.ecu.read(did) if f"{name}.{did.name}" in _PARTS else None
            if data is not None:
                found[f"{name}.{did.name}"] = did.decode(data, name)
    return found
