"""Which steps of the acceptance of a vehicle's maintenance find which faults.

Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-MAINT-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "car-order-without-deadline": ("work-order",),
    "car-snapshot-altered": ("before",),
    "battery-clamp-loose": ("switch-on",),
    "ultrasonic-unit-dead": ("after", "differences", "no-codes"),
    "assistance-coded-off": ("differences",),
    "radar-not-replaced": ("replaced",),
    "radar-of-other-type": ("differences", "replaced"),
    "old-radar-kept": ("old-unit",),
    "new-radar-not-calibrated": ("differences", "calibration", "radar-state", "no-codes"),
    "radar-range-wrong": ("radar-range",),
    "radar-misaligned": ("radar-azimuth", "no-codes"),
    "coolant-counter-reset": ("counters",),
    "brake-fluid-counter-left": ("counters",),
    "torque-mark-missing": ("torque-marks",),
    "work-seal-broken": ("work-seals",),
    "cover-clip-missing": ("work-covers",),
    "fluid-weeps-after-work": ("work-fluids",),
    "test-drive-left-out": ("test-drive",),
    "tyre-sensor-fails-on-the-trip": ("no-codes",),
    "invoice-line-wrong": ("invoice",),
    "invoice-above-approved": ("invoice",),
    "invoice-total-wrong": ("invoice",),
    "invoice-beyond-scope": ("invoice",),
}
"""Fault -> steps whose device verdict it turns to fail."""
