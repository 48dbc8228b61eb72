"""Which steps of the data capture at a car that had an accident find which faults.

Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "ACC-LOSS-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "scene-dangerous": ("scene",),
    "battery-case-hot": ("case-temperature",),
    "old-damage-claimed": ("panels", "damage-zone"),
    "member-bent": ("structure",),
    "high-voltage-cable-torn": ("cables",),
    "battery-clamp-loose": ("switch-on",),
    "body-vin-differs": ("vin-on-body",),
    "brake-unit-of-another-car": ("vin",),
    "telematics-clock-slow": ("clock",),
    "odometer-rolled-back": ("odometers", "trouble-codes"),
    "ultrasonic-unit-dead": ("units-heard", "trouble-codes"),
    "freeze-frames-not-sent": ("codes-heard",),
    "airbag-circuit-open": ("trouble-codes", "restraints"),
    "front-crash": ("panels", "trouble-codes", "restraints", "cut-off", "sensors-calibrated"),
    "event-without-damage": ("trouble-codes", "restraints", "cut-off", "damage-zone"),
    "insulation-low-battery": ("trouble-codes", "insulation", "battery-alarms"),
    "interlock-open": ("trouble-codes", "interlock"),
    "main-contactor-welded": ("trouble-codes", "contactors"),
    "battery-smoke": ("trouble-codes", "battery-alarms"),
    "camera-calibration-lost": ("trouble-codes", "sensors-calibrated"),
    "battery-hot-spot": ("trouble-codes", "battery-temperature"),
    "event-recorder-dead": ("event-recorder",),
    "event-data-not-authorised": ("authority",),
    "ignition-relay-welded": ("switch-off",),
    "dongle-at-the-connector": ("nothing-sent",),
    "copy-carrier-bad": ("copy",),
    "one-person-signs-twice": ("handed-over",),
}
"""Fault -> steps whose device verdict it turns to fail."""
