"""Which steps of the joint charging procedure find the faults of other families.

Those of its own are in `joint_pile` and `joint_vehicle`. Computed by running, see `harness matrix`.
"""

from collections.abc import Mapping
from dataclasses import replace

from simulators.faults.fault import Fault

JOINT = "VEH-CHG-01"

FOUND: Mapping[str, tuple[str, ...]] = {}
"""Fault -> steps whose device verdict it turns to fail."""


def joint(*steps: str) -> Mapping[str, tuple[str, ...]]:
    """Steps of the joint procedure that a fault turns to fail."""
    return {JOINT: steps}


def with_joint(fault: Fault) -> Fault:
    """The fault with the steps of the joint procedure that find it."""
    steps = FOUND.get(fault.name)
    return fault if steps is None else replace(fault, expects={**fault.expects, JOINT: steps})
