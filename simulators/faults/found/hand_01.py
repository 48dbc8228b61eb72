"""Which steps of the handover find which faults of car, papers, people and use.

Computed by running, see `harness matrix`. A car that is wrong before the use is not given out, so
what follows is not run.
"""

from collections.abc import Mapping

PROCEDURE = "HAND-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "battery-clamp-loose": ("switch-on",),
    "other-order-shown": ("order",),
    "plate-of-another-car": ("plate",),
    "unit-of-another-car": ("vin", "handover"),
    "ultrasonic-unit-dead": ("handover",),
    "telematics-antenna-open": ("handover", "handover-content"),
    "telematics-clock-wrong": ("handover-moment", "return-moment"),
    "wall-on-the-right": ("views",),
    "wall-behind-at-return": ("return-views",),
    "old-damage-not-listed": ("known-damage",),
    "renter-has-an-old-sheet": ("same-sheet",),
    "renter-signs-for-both": ("signed",),
    "another-driver-comes": ("signed",),
    "somebody-else-drives": ("driver",),
    "trip-distance-recorded-wrong": ("distance",),
    "trailer-pulled": ("consumption",),
    "hard-braking-on-the-trip": ("event",),
    "event-of-another-time": ("event", "times"),
    "trip-began-before": ("times",),
    "scratched-on-the-trip": ("new-damage",),
    "curb-hit-on-the-trip": ("tyre-loss", "new-damage", "event"),
    "tyre-sensor-fails-on-the-trip": ("differences",),
    "event-recorded-on-the-trip": ("differences",),
    "slow-puncture-on-the-trip": ("tyre-loss",),
    "recoded-on-the-trip": ("differences",),
    "unit-dies-on-the-trip": ("return", "differences"),
    "antenna-lost-on-the-trip": ("return", "return-content"),
    "returned-nearly-empty": ("charge-left",),
    "cabin-littered": ("cabin",),
}
"""Fault -> steps whose device verdict it turns to fail."""
