"""Which steps of the inspection by GB 7258 find which faults of the car.

Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-7258-01"

FOUND: Mapping[str, tuple[str, ...]] = {}
