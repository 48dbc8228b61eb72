"""Which steps of the round of an outlet find which faults. Computed by running, see
`harness matrix`. The fault is that of one pile, with three sound ones beside it.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-SITE-01"
PILE = "pile-3"
AT: Mapping[str, str] = {
    "foreign-device": "pile",
    "extinguisher-expired": "pile",
    "site-dark": "pile",
    "bay-blocked": "pile",
    "marks-worn": "pile",
}
"""Those of the line and of the site, which are kept with the first pile."""

FOUND: Mapping[str, tuple[str, ...]] = {
    # Who is there
    "mains-off": ("scan", "offline"),
    "modbus-address-wrong": ("scan", "offline"),
    "modbus-line-broken": ("scan", "offline"),
    "bus-line-open": ("scan", "offline"),
    "foreign-device": ("scan",),
    "clock-stopped": ("table",),
    "surge-arrester-worn": ("alarms",),
    "door-open": ("alarms",),
    # What differs
    "pile-swapped": ("identity",),
    "firmware-differs": ("firmware",),
    "current-setting-wrong": ("current-setting",),
    "tariff-wrong": ("tariff",),
    "clock-drift": ("clocks",),
    "clock-write-ignored": ("clocks", "set-clock"),
    "tariff-write-ignored": ("tariff", "write-tariff"),
    # Use of the day
    "session-record-lost": ("usage",),
    "sessions-ended-by-fault": ("faulted",),
    "take-out-ignored": ("faulted", "take-out"),
    # The site itself
    "extinguisher-expired": ("extinguisher",),
    "site-dark": ("lighting",),
    "bay-blocked": ("bays",),
    "marks-worn": ("marks",),
}
"""Fault -> steps whose device verdict it turns to fail."""
