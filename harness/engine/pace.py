"""How quickly the technician of a simulated bench works, where the run does not say."""

from collections.abc import Sequence

from harness.bench.load import LoadedBench
from harness.engine.plan import Plan, roles_needed

USUAL = 1.0
PACE = 0.2
"""The technician hurries: how long a person takes says nothing about the device."""
HURRY = 0.05
"""Where a car is inspected: while a person is at work no session goes on, but its buses send a
thousand frames a second. (A pile's modules need their seconds until one of them is missed.)"""


def technicians_pace(plans: Sequence[Plan], bench: LoadedBench, *, live: bool) -> float:
    """The share of his usual time that he takes.

    Live he takes the time of a person. In virtual time that time is only computed, and beside a
    car it would be most of the work: every frame of its buses while somebody walks around it.
    """
    if live or "vehicle" not in roles_needed(plans, bench):
        return USUAL
    return PACE if any(plan.energises for plan in plans) else HURRY
