"""Which steps of accepting a repair find which faults. Computed by running, see `harness matrix`.

A setting that somebody has changed is a difference and, where it is one that protects, also found
by its own step. A pile that cannot start, or a session that does not stop in time, is found by the
functional block, by metering and by every trial session; what needs the charge is not run. The
current has to go up from 10 A for metering, so who follows late is late there, too.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-MAINT-01"

_TRIALS = ("trial-1", "trial-2", "trial-3")
_NO_START = ("start", *_TRIALS)

FOUND: Mapping[str, tuple[str, ...]] = {
    # Papers, snapshots, what is left on site
    "order-without-warranty": ("work-order",),
    "session-running": ("pile-idle",),
    "contactor-welded": ("pile-open",),
    "snapshot-altered": ("before",),
    "failsafe-current-raised": ("differences", "protection-settings"),
    "current-setting-wrong": ("differences", "pwm-duty", "high-current", "protection-settings"),
    "tariff-wrong": ("differences",),
    "firmware-differs": ("differences", "firmware"),
    "seal-missing": ("seals",),
    "repair-label-missing": ("labels",),
    "old-part-kept": ("old-part",),
    # Off, insulation and protective continuity; most of these end the run
    "feeder-mislabelled": ("feeder-off",),
    "feeder-lock-broken": ("lock-and-tag",),
    "tester-lead-broken": ("tester",),
    "discharge-resistor-missing": ("dead-line-neutral",),
    "back-feed": ("dead-line-earth",),
    "neutral-live": ("dead-neutral-earth",),
    "tester-lead-breaks": ("tester-again",),
    "pe-bond-high": ("pe-bond",),
    "insulation-tester-weak": ("test-voltage",),
    "insulation-low": ("insulation",),
    "discharger-broken": ("discharged",),
    "control-board-hangs": ("feeder-on",),
    # Control pilot and start/stop
    "half-plugged": ("plug-seen", *_NO_START),
    "pilot-r3-low": (
        "scope-level",
        "plug-level",
        "pwm-state-2",
        "s2-off",
        "metering-stop",
        *_TRIALS,
    ),
    "start-ignored": ("s2-closes", "pwm-started", *_NO_START),
    "s2-stuck-open": ("s2-closes", *_NO_START),
    "contactor-refuses": ("s2-closes", *_NO_START),
    "lock-jammed": ("s2-closes", *_NO_START),
    "lock-not-used": ("locked",),
    "pilot-frequency-off": ("pwm-frequency",),
    "pilot-low-level-clipped": ("pwm-low",),
    "pilot-r2-low": ("pwm-state-3",),
    "limit-not-used": ("pwm-duty", "limit", "limit-duty"),
    "limit-clamped": ("limit", "limit-duty"),
    "duty-off": ("pwm-duty", "limit", "limit-duty", "limit-current"),
    "duty-follows-late": ("limit", "high-current"),
    "supply-without-s2": ("no-early-output", "s2-off"),
    "contactor-closes-late": ("supply-on", "s2-on"),
    "contactor-releases-late": ("s2-off",),
    "supply-overvoltage": ("output-voltage",),
    # At 32 A it draws more than the pile's parts carry, and the pile cuts it off.
    "vehicle-draws-more": ("output-current", "limit-current", "trial-1", "trial-2", "trial-3"),
    "vehicle-follows-late": ("limit-current", "high-current"),
    "supply-never-again": ("s2-again", "s2-on"),
    "s2-opening-ends-session": ("s2-again", "s2-pwm", "s2-on"),
    "pilot-seen-late": ("s2-off",),
    # Metering and trial sessions
    "meter-gain-wrong": ("error-high",),
    "reference-ratio-wrong": ("same-circuit",),
    "current-unsteady": ("steady-high",),
    "vehicle-ignores-stop": ("metering-stop", *_TRIALS),
    "session-breaks-off": _TRIALS,
}
"""Fault -> steps whose device verdict it turns to fail."""
