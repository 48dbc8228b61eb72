"""Which steps of the debugging of sensors and by-wire units find which faults.

Computed by running, see `harness matrix`. What calibration corrects fails nothing: it is named by
the candidate in row 1, and is gone afterwards. A routine that aborts leaves a unit that calls
itself not calibrated, with a new code, until it is put back at the end; the code stays stored. A
board off its mark shows by the tape alone as long as the sensors stay within their own limits.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-PREP-02"

FOUND: Mapping[str, tuple[str, ...]] = {
    "unit-of-another-car": ("vin",),
    "boot-full-of-tiles": ("load",),
    "workshop-floor-slopes": ("floor",),
    "workshop-dim": ("light",),
    "workshop-dark": ("light",),
    "calibrated-in-the-yard": ("floor", "light", "target-distance"),
    "target-mark-shifted": ("target-distance",),
    "radar-with-another-key": ("unlocked",),
    "lidar-locked-out": ("unlocked",),
    "camera-keeps-its-data": ("backup", "snapshot-before", "snapshot-after"),
    "camera-refuses-calibration": ("camera-start",),
    "radar-refuses-calibration": ("radar-start",),
    "lidar-refuses-calibration": ("lidar-start",),
    "steering-refuses-calibration": ("steering-zero",),
    "brake-control-refuses-calibration": ("brake-learn",),
    "vehicle-control-refuses-calibration": ("accelerator-learn",),
    "camera-calibration-hangs": ("camera-progress",),
    "radar-calibration-hangs": ("radar-progress",),
    "lidar-calibration-hangs": ("lidar-progress",),
    "steering-calibration-hangs": ("steering-zero-progress",),
    "brake-control-calibration-hangs": ("brake-learn-progress",),
    "vehicle-control-calibration-hangs": ("accelerator-learn-progress",),
    "camera-learns-wrong": ("camera-near-azimuth", "camera-side-azimuth"),
    "radar-learns-wrong": ("radar-near-azimuth", "radar-side-azimuth"),
    "lidar-learns-wrong": ("lidar-near-azimuth", "lidar-side-azimuth"),
    "steering-learns-wrong": ("steering-in-zero", "zero-angle"),
    "brake-control-learns-wrong": ("brake-in-zero", "pedals-at-rest"),
    "vehicle-control-learns-wrong": ("accelerator-in-zero", "pedals-at-rest"),
    "steering-learns-roughly": ("steering-in-zero",),
    "brake-control-learns-roughly": ("brake-in-zero",),
    "vehicle-control-learns-roughly": ("accelerator-in-zero",),
    "calibration-not-released": (
        "camera-start", "radar-start", "lidar-start", "steering-zero", "brake-learn",
        "accelerator-learn"
    ),
    "calibrations-all-hang": (
        "camera-progress", "radar-progress", "lidar-progress", "steering-zero-progress",
        "brake-learn-progress", "accelerator-learn-progress"
    ),
    "calibrations-all-wrong": (
        "steering-in-zero", "brake-in-zero", "accelerator-in-zero", "camera-near-azimuth",
        "radar-near-azimuth", "lidar-near-azimuth", "camera-side-azimuth", "radar-side-azimuth",
        "lidar-side-azimuth", "zero-angle", "pedals-at-rest"
    ),
    "front-end-bumped": ("camera-offsets", "radar-offsets", "lidar-offsets"),
    "camera-calibration-aborts": (
        "camera-progress", "nothing-else", "no-new-codes", "reason-gone", "codes-after"
    ),
    "radar-calibration-fails": ("radar-progress",),
    "radar-bracket-bent": ("radar-offsets",),
    "lidar-bracket-bent": ("lidar-offsets",),
    "steering-zero-unlearned": (),
    "adcu-refuses-coding": ("coded",),
    "adcu-forgets-coding": ("coded",),
    "adcu-codes-more": ("nothing-else",),
    "radar-memory-worn": ("radar-near-azimuth", "radar-side-azimuth", "settled-work"),
    "camera-stays-away": ("reset", "no-new-codes", "settled-work", "codes-after"),
    "lidar-loses-time": ("no-new-codes", "reason-gone", "codes-after"),
    "lidar-slow-to-synchronise": ("no-new-codes",),
    "steering-forgets-zero": ("zero-angle",),
    "brake-pedal-forgets-zero": ("pedals-at-rest",),
    "camera-turned": ("camera-offsets",),
    "lidar-turned": (),
    "camera-window-muddy": (
        "camera-progress", "camera-near", "camera-near-range", "camera-near-azimuth",
        "camera-side", "camera-side-range", "camera-side-azimuth", "reason-gone"
    ),
    "battery-clamp-loose": ("switch-on",),
    "radar-misaligned": (),
    "camera-of-another-lens": ("camera-near-range", "camera-side-range"),
    "parking-brake-released": ("parked",),
    "tyres-underinflated": ("tyre-fl", "tyre-fr", "tyre-rl", "tyre-rr"),
    "steering-zero-off": (),
    "all-calibrations-lost": (),
    "lidar-range-wrong": ("lidar-near-range", "lidar-side-range"),
    "left-in-neutral": ("parked",),
    "ultrasonic-unit-dead": ("snapshot-before", "snapshot-after", "reason-gone"),
    "camera-calibration-lost": (),
    "radar-range-wrong": ("radar-near-range", "radar-side-range"),
    "lidar-clock-drifts": ("reason-gone",),
    "ignition-relay-welded": ("switch-off",),
    "steering-torque-zero-off": ("zero-torque",),
    "brake-pedal-sensor-off": (),
    "tyre-soft": ("tyre-fr",),
}  # fmt: skip
