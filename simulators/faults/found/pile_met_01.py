"""Which steps of the metering spot check find the faults.

A fault that the pile reports at rest ends the run at once, one that keeps it from charging ends it
at the start, one that keeps a contact closed where the pile is held back before that. One that
keeps the current from being what was asked ends it, or its point, before any energy is compared.
Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-MET-01"

_NOT_IDLE = ("session-running", "door-open", "pe-open", "overtemperature")
_NO_START = ("phase-lost", "lock-jammed", "cp-break", "s2-stuck-open")
FOUND: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_NOT_IDLE, ("pile-idle",)),
    "coarse-meter": ("resolution",),
    "pulse-output-missing": ("pulse-output",),
    "clock-drift": ("clock",),
    "tariff-wrong": ("tariff",),
    "contactor-welded": ("held",),
    **dict.fromkeys(_NO_START, ("start",)),
    "current-setting-wrong": ("high-current",),
    "contactor-refuses": ("high-current",),
    "vehicle-overcurrent": ("high-current",),
    "leakage": ("high-current",),
    "reference-ratio-wrong": ("same-circuit",),
    "current-unsteady": ("steady-high", "steady-low"),
    "meter-gain-wrong": ("error-high", "error-low"),
    "pile-current-channel-low": ("error-high", "error-low"),
    "limit-not-used": ("low-current",),
    "duty-off": ("low-current",),
    "meter-low-current-error": ("error-low",),
    "meter-creep": ("error-low", "creep"),
    "vehicle-ignores-stop": ("stop",),
    "amount-wrong": ("amount",),
}
"""Fault -> steps whose device verdict it turns to fail."""
