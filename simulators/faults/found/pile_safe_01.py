"""Which steps of the protection and earthing check find which faults.

Computed by running, see `harness matrix`. Where the step has a star the run ends with it, so
nothing after it is found.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-SAFE-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    # Switching off and proving dead: each of these ends the run
    "session-running": ("pile-idle",),
    "feeder-mislabelled": ("feeder-off",),
    "feeder-lock-broken": ("lock-and-tag",),
    "tester-lead-broken": ("tester",),
    "discharge-resistor-missing": ("dead-line-neutral",),
    "back-feed": ("dead-line-earth",),
    "neutral-live": ("dead-neutral-earth",),
    "tester-lead-breaks": ("tester-again",),
    # Inside, insulation
    "terminal-loose": ("terminals",),
    "gland-open": ("glands-and-marks",),
    "surge-arrester-worn": ("surge-arrester",),
    "pe-bond-high": ("pe-bond",),
    "insulation-tester-weak": ("test-voltage",),
    "insulation-low": ("insulation",),
    "insulation-damp": ("insulation", "insulation-verification"),
    "discharger-broken": ("discharged",),
    # Switching on, RCD
    "control-board-hangs": ("feeder-on",),
    "rcd-rating-wrong": ("rcd-rating", "rcd-trip-current", "rcd-trip-time"),
    "rcd-mechanism-stuck": (
        "rcd-test-button",
        "rcd-trip-current",
        "rcd-trip-time",
        "rcd-trip-time-5x",
    ),
    "rcd-test-circuit-open": ("rcd-test-button",),
    "rcd-slow": ("rcd-trip-time", "rcd-trip-time-5x"),
    "rcd-slow-at-high-current": ("rcd-trip-time-5x",),
    "rcd-insensitive": ("rcd-trip-current", "rcd-trip-time"),
    "rcd-oversensitive": ("rcd-trip-current",),
    "rcd-does-not-latch": ("rcd-reset",),
    "rcd-latch-worn": ("rcd-back",),
    "event-log-dead": ("alarm-logged",),
    "earth-resistance-high": ("earth-resistance",),
    # Emergency stop under load
    "s2-stuck-open": ("load-start",),
    "contactor-welded": ("load-start",),
    "contactor-welds-on-closing": ("emergency-stop", "output-dead", "idle-again"),
    "estop-not-wired": ("emergency-stop", "output-dead"),
    "estop-reset-stuck": ("idle-again",),
}
"""Fault -> steps whose device verdict it turns to fail."""
