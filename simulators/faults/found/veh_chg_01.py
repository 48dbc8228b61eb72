"""Which steps of the joint charging procedure find the faults of other families.

Those of its own are in `joint_pile` and `joint_vehicle`. Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-CHG-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "cp-break": ("connect",),
    "cp-pe-short": ("pile-idle",),
    "pe-open": ("pile-idle",),
    "diode-shorted": ("start",),
    "s2-stuck-open": ("start",),
    "pilot-resistance-high": ("cp-level",),
    "vehicle-overcurrent": ("negotiation", "still-charging"),
    "vehicle-ignores-stop": (
        "vehicle-stop",
        "pile-stop",
        "pile-stop-current",
        "pile-stop-s2",
        "last-stop",
    ),
    "leakage": ("start", "safe"),
    "overtemperature": ("pile-idle",),
    "contactor-welded": ("pile-idle",),
    "contactor-refuses": ("start", "safe"),
    "lock-jammed": ("start",),
    "connection-contact-stuck": ("pile-idle",),
    "session-running": ("pile-idle",),
    "surge-arrester-worn": ("pile-clear",),
    "left-in-neutral": ("car-parked",),
    "parking-brake-released": ("car-parked",),
}
"""Fault -> steps whose device verdict it turns to fail."""
