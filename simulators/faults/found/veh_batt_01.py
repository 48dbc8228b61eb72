"""Which steps of the condition check of battery and motor find which faults of the car.

Computed by running, see `harness matrix`. An item of GB/T 44500 with the maker's limit and a model
of GB/T 45688 look at the same quantity: what breaks the wider limit breaks the narrower one, too.
"""

from collections.abc import Mapping

PROCEDURE = "VEH-BATT-01"

FOUND: Mapping[str, tuple[str, ...]] = {}
