"""Which steps of the fault procedure find which faults, and what it names.

Computed by running, see `harness matrix`. Almost every fault is named by itself. A spare part that
is as bad as the old one, and a setting that does not take what is written, are named as what they
are, and the repair is not proved. Where along its way a line is open no reading at its ends tells.
A pile that cannot be shown to be dead is not opened: there the run ends, and nothing is named.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-FAULT-01"

UNSAFE: Mapping[str, tuple[str, ...]] = {
    "feeder-mislabelled": ("feeder-off",),
    "feeder-lock-broken": ("lock-and-tag",),
    "tester-lead-broken": ("tester",),
    "discharge-resistor-missing": ("dead-line-neutral",),
    "back-feed": ("dead-line-earth",),
    "neutral-live": ("dead-neutral-earth",),
    "tester-lead-breaks": ("tester-again",),
}
"""Ends the run before hands go to the conductors."""
NAMED: Mapping[str, tuple[str, ...]] = {
    "session-running": (
        "states",
        "pilot",
        "metering",
        "by-hand",
        "diagnosis",
    ),
    "pile-swapped": (
        "settings",
        "diagnosis",
    ),
    "firmware-differs": (
        "settings",
        "diagnosis",
    ),
    "current-setting-wrong": (
        "settings",
        "diagnosis",
    ),
    "current-limit-low": (
        "settings",
        "diagnosis",
    ),
    "modbus-address-wrong": (
        "link",
        "diagnosis",
    ),
    "enclosure-damaged": (
        "by-hand",
        "diagnosis",
    ),
    "cable-damaged": (
        "by-hand",
        "diagnosis",
    ),
    "lamp-failed": (
        "by-hand",
        "diagnosis",
    ),
    "indicator-board-failed": (
        "states",
        "diagnosis",
    ),
    "surge-arrester-worn": (
        "alarms",
        "by-hand",
        "diagnosis",
    ),
    "arrester-contact-open": (
        "alarms",
        "diagnosis",
    ),
    "door-open": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "door-switch-broken": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "smoke-inside": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "smoke-detector-failed": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "water-inside": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "water-sensor-failed": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "pile-struck": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "tilt-sensor-failed": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "supply-undervoltage": (
        "supply",
        "by-hand",
        "diagnosis",
    ),
    "supply-overvoltage": (
        "supply",
        "by-hand",
        "diagnosis",
    ),
    "supply-frequency-high": (
        "supply",
        "diagnosis",
    ),
    "supply-frequency-low": (
        "supply",
        "diagnosis",
    ),
    "phase-lost": (
        "alarms",
        "states",
        "session",
        "supply",
        "diagnosis",
    ),
    "mains-off": (
        "link",
        "by-hand",
        "diagnosis",
    ),
    "input-overvoltage": (
        "alarms",
        "states",
        "session",
        "supply",
        "by-hand",
        "diagnosis",
    ),
    "input-undervoltage": (
        "alarms",
        "states",
        "session",
        "supply",
        "by-hand",
        "diagnosis",
    ),
    "input-frequency-high": (
        "alarms",
        "states",
        "session",
        "supply",
        "diagnosis",
    ),
    "input-frequency-low": (
        "alarms",
        "states",
        "session",
        "supply",
        "diagnosis",
    ),
    "line-neutral-reversed": (
        "alarms",
        "states",
        "session",
        "supply",
        "by-hand",
        "diagnosis",
    ),
    "estop-monitor-contact-welded": (
        "states",
        "session",
        "diagnosis",
    ),
    "estop-not-wired": (
        "states",
        "diagnosis",
    ),
    "estop-auto-reset": (
        "states",
        "diagnosis",
    ),
    "estop-reset-stuck": (
        "states",
        "diagnosis",
    ),
    "estop-pressed": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "contactor-welded": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "contactor-command-stuck": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "contactor-feedback-stuck": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "contactor-refuses": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "contactor-spare-welded": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
        "clear",
        "verify",
        "sweep",
    ),
    "holder-switch-stuck-in": (
        "states",
        "diagnosis",
    ),
    "holder-switch-stuck-out": (
        "states",
        "diagnosis",
    ),
    "connection-contact-stuck": (
        "states",
        "diagnosis",
    ),
    "lock-jammed": (
        "alarms",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "lock-feedback-open": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "lock-feedback-stuck": (
        "alarms",
        "states",
        "session",
        "diagnosis",
    ),
    "gun-left-out": (
        "states",
        "by-hand",
        "diagnosis",
    ),
    "cc-open": (
        "alarms",
        "pilot",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "cc-resistor-wrong": (
        "alarms",
        "pilot",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "cc-coded-low": (
        "pilot",
        "by-hand",
        "diagnosis",
    ),
    "coarse-meter": (
        "metering",
        "diagnosis",
    ),
    "meter-creep": (
        "metering",
        "diagnosis",
    ),
    "clock-drift": (
        "settings",
        "diagnosis",
    ),
    "tariff-wrong": (
        "settings",
        "diagnosis",
    ),
    "meter-line-broken": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "meter-address-wrong": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "meter-data-jumps": (
        "alarms",
        "states",
        "session",
        "metering",
        "diagnosis",
    ),
    "meter-reversed": (
        "alarms",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "meter-clock-off": (
        "alarms",
        "diagnosis",
    ),
    "clock-reset": (
        "settings",
        "diagnosis",
    ),
    "tariff-missing": (
        "alarms",
        "session",
        "settings",
        "diagnosis",
    ),
    "card-reader-silent": (
        "alarms",
        "diagnosis",
    ),
    "screen-silent": (
        "alarms",
        "diagnosis",
    ),
    "platform-offline": (
        "alarms",
        "diagnosis",
    ),
    "sim-missing": (
        "alarms",
        "diagnosis",
    ),
    "storage-full": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "confirmation-missing": (
        "alarms",
        "diagnosis",
    ),
    "rcd-tripped": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "rcd-detector-failed": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "breaker-off": (
        "alarms",
        "states",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "cooling-blocked": (
        "heat",
        "by-hand",
        "diagnosis",
    ),
    "connector-overheated": (
        "heat",
        "diagnosis",
    ),
    "temperature-sensor-offset": (
        "heat",
        "diagnosis",
    ),
    "connector-contact-worn": (
        "by-hand",
        "diagnosis",
    ),
    "connector-contact-burnt": (
        "by-hand",
        "diagnosis",
    ),
    "temperature-sensor-failed": (
        "alarms",
        "states",
        "session",
        "heat",
        "diagnosis",
    ),
    "reply-dropped": (
        "link",
        "diagnosis",
    ),
    "reply-delayed": (
        "link",
        "diagnosis",
    ),
    "reply-corrupted": (
        "link",
        "diagnosis",
    ),
    "reply-refused": (
        "link",
        "diagnosis",
    ),
    "reply-wrong-unit": (
        "link",
        "diagnosis",
    ),
    "slow-modbus": (
        "link",
        "diagnosis",
    ),
    "modbus-line-broken": (
        "link",
        "by-hand",
        "diagnosis",
    ),
    "modbus-garbled": (
        "link",
        "diagnosis",
    ),
    "modbus-baud-wrong": (
        "link",
        "by-hand",
        "diagnosis",
    ),
    "gateway-frozen": (
        "states",
        "pilot",
        "settings",
        "diagnosis",
    ),
    "gateway-stale": (
        "states",
        "pilot",
        "settings",
        "diagnosis",
    ),
    "words-swapped": (
        "settings",
        "diagnosis",
    ),
    "watchdog-trips-early": (
        "session",
        "diagnosis",
    ),
    "cp-break": (
        "pilot",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "cp-pe-short": (
        "alarms",
        "states",
        "pilot",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "pe-open": (
        "alarms",
        "states",
        "pilot",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "diode-shorted": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "s2-stuck-open": (
        "session",
        "diagnosis",
    ),
    "pilot-resistance-high": (
        "pilot",
        "diagnosis",
    ),
    "vehicle-overcurrent": (
        "session",
        "diagnosis",
    ),
    "vehicle-ignores-stop": (
        "session",
        "diagnosis",
    ),
    "leakage": (
        "alarms",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "overtemperature": (
        "alarms",
        "states",
        "session",
        "heat",
        "by-hand",
        "diagnosis",
    ),
    "cp-leakage": (
        "alarms",
        "states",
        "pilot",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "output-shorted": (
        "alarms",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "vehicle-full": (
        "session",
        "diagnosis",
    ),
    "plug-and-charge-refused": (
        "alarms",
        "diagnosis",
    ),
    "contactor-welds-on-closing": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "bus-line-open": (
        "link",
        "by-hand",
        "diagnosis",
    ),
    "clock-stopped": (
        "settings",
        "diagnosis",
    ),
    "clock-write-ignored": (
        "settings",
        "diagnosis",
        "sweep",
    ),
    "tariff-write-ignored": (
        "settings",
        "diagnosis",
        "sweep",
    ),
    "limit-not-used": (
        "session",
        "diagnosis",
    ),
    "duty-follows-late": (
        "session",
        "diagnosis",
    ),
    "duty-off": (
        "pilot",
        "diagnosis",
    ),
    "pile-current-channel-low": (
        "metering",
        "diagnosis",
    ),
    "vehicle-winds-down-slowly": (
        "session",
        "diagnosis",
    ),
    "vehicle-opens-s2-late": (
        "session",
        "diagnosis",
    ),
    "pilot-level-too-high": (
        "session",
        "diagnosis",
    ),
    "pilot-level-too-low": (
        "alarms",
        "session",
        "diagnosis",
    ),
    "half-plugged": (
        "alarms",
        "pilot",
        "session",
        "diagnosis",
    ),
    "pilot-high-level-off": (
        "pilot",
        "diagnosis",
    ),
    "pwm-stuck-on": (
        "pilot",
        "session",
        "diagnosis",
    ),
    "start-ignored": (
        "session",
        "diagnosis",
    ),
    "stop-ignored": (
        "session",
        "diagnosis",
    ),
    "limit-clamped": (
        "session",
        "diagnosis",
    ),
    "stop-reason-lost": (
        "session",
        "diagnosis",
    ),
    "contactor-welded-unseen": (
        "alarms",
        "session",
        "by-hand",
        "diagnosis",
    ),
    "pilot-r2-low": (
        "pilot",
        "diagnosis",
    ),
    "pilot-r3-low": (
        "pilot",
        "session",
        "diagnosis",
    ),
    "pwm-nearly-on": (
        "pilot",
        "session",
        "diagnosis",
    ),
}
"""Faults that the diagnosis names."""
FOUND: Mapping[str, tuple[str, ...]] = {
    **UNSAFE,
    **NAMED,
    "control-board-hangs": ("feeder-on",),
}
"""Fault -> steps whose device verdict it turns to fail."""

DIAGNOSIS: Mapping[str, str] = {
    **{name: name for name in NAMED},
    "contactor-spare-welded": "contactor-welded",
    "modbus-line-broken": "bus-line-open|modbus-line-broken",
    "bus-line-open": "bus-line-open|modbus-line-broken",
    "clock-write-ignored": "clock-drift",
    "tariff-write-ignored": "tariff-wrong",
}
"""Fault -> what the diagnosis has to name."""
