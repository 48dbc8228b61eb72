"""Which steps of accepting a repair find which faults. Computed by running, see `harness matrix`.

A setting that somebody has changed is a difference and, where it is one that protects, also found
by its own step. Where a step needs a charge that the fault prevents, it is not run.
"""

from collections.abc import Mapping

PROCEDURE = "PILE-MAINT-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    # Papers, snapshots, what is left on site
    "order-without-warranty": ("work-order",),
    "snapshot-altered": ("before",),
    "failsafe-current-raised": ("differences", "protection-settings"),
    "tariff-wrong": ("differences",),
    "firmware-differs": ("differences", "firmware"),
    "seal-missing": ("seals",),
    "repair-label-missing": ("labels",),
    "old-part-kept": ("old-part",),
    # Metering and trial sessions
    "meter-gain-wrong": ("error-high",),
    "session-breaks-off": ("trial-1", "trial-2", "trial-3"),
}
"""Fault -> steps whose device verdict it turns to fail."""
