"""Which steps of the vehicle's control-guidance procedure find which faults.

Computed by running, see `harness matrix`. To the vehicle a stop by the pile and a PWM that is lost
in the break-out box look the same, so what is slow at the one is slow at the other; a lost coupler,
the latch button and dead mains have ways of their own. A vehicle that ignores the stop never comes
below 1 A, so the times that count from there cannot be judged.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-CP-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "vehicle-follows-late": ("duty-current",),
    "vehicle-draws-more": ("duty-current",),
    "vehicle-notices-pwm-loss-late": ("stop-current", "pwm-current"),
    "vehicle-winds-down-slowly": ("stop-current", "pwm-current"),
    "vehicle-opens-s2-late": ("stop-s2", "pwm-s2"),
    "vehicle-draws-when-waking": ("live-wake-current",),
    "vehicle-button-slow": ("latch-current", "latch-s2"),
    "vehicle-notices-coupler-late": ("coupler-current",),
    "vehicle-opens-late-at-coupler": ("coupler-s2",),
    "vehicle-s2-needs-mains": ("rcd-s2", "short-s2"),
    "vehicle-wake-pulse-short": ("wake-pulse",),
    "vehicle-wake-pulse-long": ("wake-pulse",),
    "vehicle-ignores-stop": (
        "stop-current",
        "pwm-current",
        "coupler-current",
        "coupler-s2",
        "rcd-s2",
        "short-s2",
    ),
    # What keeps the pile from serving such a check
    "session-running": ("pile-idle",),
    "surge-arrester-worn": ("pile-clear",),
    "s2-stuck-open": ("start",),
    "diode-shorted": ("start",),
    "half-plugged": ("start",),
    "contactor-refuses": ("still-charging",),
    "leakage": ("start",),
    "limit-not-used": ("duty-limit",),
    "stop-ignored": ("stop",),
}
"""Fault -> steps whose device verdict it turns to fail."""
