"""Which steps of the metering spot check find the faults.

A fault that keeps the pile from charging ends the run at the start; one that keeps the current
from being what was asked ends it, or its point, before any energy is compared. Computed by running,
see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-MET-01"

_NO_START = (
    "door-open",
    "phase-lost",
    "lock-jammed",
    "cp-break",
    "pe-open",
    "s2-stuck-open",
    "overtemperature",
)
FOUND: Mapping[str, tuple[str, ...]] = {
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
