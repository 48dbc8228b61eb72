"""Which steps of the debugging of sensors and by-wire units find which faults."""

from collections.abc import Mapping

PROCEDURE = "VEH-PREP-02"

FOUND: Mapping[str, tuple[str, ...]] = {
    "boot-full-of-tiles": ("load",),
}
DIAGNOSIS: Mapping[str, str] = {}
