"""Which steps of the preparation for service find which faults.

Computed by running, see `harness matrix`. A car that a person puts right on the way (tyres, charge,
codes that stay away) fails nothing: that it was needed is the key of the to-do list.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-PREP-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "task-without-charge": ("task",),
    "unit-of-another-car": ("vin",),
    "trouble-memory-locked": ("cleared",),
    "battery-below-floor": (),
    "battery-below-floor-pile-closed": ("charge", "soc-floor"),
    "left-rentable": ("not-rentable",),
    "rentable-without-equipment": ("not-rentable", "equipment"),
    "former-users-data-left": ("user-data",),
    "account-of-the-former-owner": ("user-data",),
    "equipment-missing": ("equipment",),
    "cluster-forgets-presets": ("presets", "presets-shown"),
    "cluster-shows-old-language": ("presets-shown",),
    "climate-refused-half-way": ("presets",),
    "telematics-forgets-parameters": (
        "parameters", "acknowledged", "parameters-shown", "limit-applied"
    ),
    "geofence-refused": ("parameters", "acknowledged", "parameters-shown"),
    "parameters-not-shown": ("parameters-shown",),
    "parameters-not-active": ("acknowledged",),
    "speed-limit-not-applied": ("limit-applied",),
    "service-state-refused": ("in-service",),
    "service-state-changes-more": ("in-service",),
    "cluster-with-another-key": ("unlocked",),
    "climate-memory-hidden": ("snapshot", "backup", "snapshot-after"),
    "telematics-changes-more": ("nothing-else",),
    "telematics-stuck-half-way": (
        "parameters", "parameters-shown", "limit-applied", "settled-service"
    ),
    "climate-stuck-half-way": ("presets", "settled-work"),
    "inflator-gauge-off": (
        "gauge-fl", "gauge-fr", "gauge-rl", "gauge-rr", "bus-front", "bus-rear"
    ),
    "tyre-sensor-fl-far-off": ("bus-front",),
    "tyre-sensor-rl-far-off": ("bus-rear",),
    "tyre-learning-refused": ("learning",),
    "tyre-learning-fails": ("learned",),
    "tyre-unit-falls-silent": ("gate-report",),
    "lock-fl-jammed": ("remote-unlock",),
    "remote-lock-off": ("remote-lock",),
    "remote-find-off": ("remote-find",),
    "terminal-not-registered": ("remote-unlock", "remote-lock", "remote-find"),
    "tyre-soft": (),
    "tyres-underinflated": (),
    "washer-fluid-low": ("cleared",),
    "battery-clamp-loose": ("switch-on",),
    "parking-brake-released": ("parked",),
    "ignition-relay-welded": ("switch-off",),
    "parked-under-ground": ("snapshot", "located", "snapshot-after"),
    "low-voltage-battery-weak": ("low-voltage",),
}  # fmt: skip
