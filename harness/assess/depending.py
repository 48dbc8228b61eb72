"""Which steps have no turn any more when one is left undone: by the procedure, in every case."""

from collections.abc import Sequence
from typing import Any

from harness.engine.plan import PlannedStep

_REFERS = ("after", "if_passed", "if_run")
"""Parameters that name steps which have to come first."""


def depending(undone: str, steps: Sequence[PlannedStep]) -> list[PlannedStep]:
    """Of the steps after `undone`, those that are not carried out without it, in their order.

    A critical step that is not done lets nothing that comes later have its turn.
    """
    ids = [step.model.id for step in steps]
    if undone not in ids:
        return []
    at = ids.index(undone)
    if steps[at].model.critical:
        return list(steps[at + 1 :])
    missing = {undone}
    found: list[PlannedStep] = []
    for step in steps[at + 1 :]:
        if missing & _wanted(step):
            missing.add(step.model.id)
            if step.model.critical:
                return [*found, *steps[steps.index(step) :]]
            found.append(step)
    return found


def _wanted(step: PlannedStep) -> set[str]:
    given: list[Any] = [step.parameters.get(name) for name in _REFERS]
    wanted = {step.model.after} if step.model.after is not None else set[str]()
    for one in given:
        if isinstance(one, str):
            wanted.add(one)
        elif isinstance(one, list | tuple):
            wanted |= {name for name in one if isinstance(name, str)}
    return wanted
