"""Which steps of the check of a used car find which faults.

Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-USED-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "car-insurance-expired": ("certificate",),
    "car-plate-loose": ("plate",),
    "body-vin-differs": ("vin-on-body",),
    "battery-clamp-loose": ("switch-on",),
    "unit-of-another-car": ("vin",),
    "body-controller-of-another-variant": ("variant",),
    "immobiliser-of-another-car": ("immobiliser",),
    "odometer-rolled-back": ("odometers", "trouble-codes"),
    "all-odometers-rolled-back": ("mean-speed", "distance-per-energy", "not-cleared"),
    "operating-time-reset": ("mean-speed",),
    "charger-counter-reset": ("distance-per-energy",),
    "codes-cleared-before-sale": ("permanent-codes", "not-cleared"),
    "battery-aged": ("soh",),
    "cell-weak": ("trouble-codes", "permanent-codes", "cell-spread"),
    "pack-resistance-high": ("resistance",),
    "battery-cycled-much": ("cycles",),
    "charged-fast-mostly": ("fast-share",),
    "insulation-low-battery": (
        "trouble-codes",
        "permanent-codes",
        "insulation",
        "insulation-tester",
    ),
    "insulation-monitor-reads-low": ("insulation-agrees",),
    "insulation-monitor-reads-high": ("insulation-not-flattered",),
    "motor-pump-dead": ("trouble-codes", "permanent-codes", "pumps"),
    "battery-hot-spot": ("trouble-codes", "permanent-codes", "temperatures"),
    "ultrasonic-unit-dead": ("trouble-codes", "units"),
    "software-not-released": ("versions",),
    "camera-calibration-lost": ("trouble-codes", "calibrated"),
    "configuration-differs": ("configuration",),
    "foreign-device-on-the-bus": ("units", "unknown-messages"),
    "account-of-the-former-owner": ("binding",),
    "former-users-data-left": ("binding",),
    "updates-by-the-former-owner": ("update-rights",),
    "updates-outstanding": ("updates",),
    "recall-open": ("recalls",),
    "event-recorder-dead": ("event-recorder",),
    "airbag-circuit-open": ("trouble-codes", "crash-memory"),
    "ignition-relay-welded": ("switch-off",),
    "door-painted-over": ("paint",),
    "panel-gaps-uneven": ("gaps",),
    "windscreen-of-a-later-date": ("glass",),
    "stood-in-water": ("flood",),
    "fire-under-the-bonnet": ("fire",),
    "s2-stuck-open": ("charging-starts",),
    "state-of-health-rewritten": ("capacity",),
    "stop-ignored": ("charging-stops",),
}
"""Fault -> steps whose device verdict it turns to fail."""
