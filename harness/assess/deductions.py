"""Deductions of one module: from the record or from an assessor, up to a cap for each block."""

import math
from collections.abc import Iterator

from harness.assess.aspects import rounded
from harness.assess.conditions import Evaluation
from harness.assess.entered import Entered
from harness.assess.result import DeductionScore
from harness.assess.scheme import Deduction, DeductionBlock, Module
from harness.text import Text


def deductions_of(
    module: Module, at: Evaluation, entered: Entered
) -> tuple[list[DeductionScore], float, list[str]]:
    """The deductions, what they cost after the caps, and those that are open still."""
    found: list[DeductionScore] = []
    pending: list[str] = []
    cost: list[float] = []
    for block in module.deductions:
        mine: list[DeductionScore] = []
        for item in block.items:
            mine += _made(block, item, at, entered)
            if _is_open(item, at, entered):
                pending.append(f"deduction:{item.id}")
        counted = math.fsum(one.marks for one in mine if not one.waived_by)
        cost.append(min(block.cap, counted))
        found += mine
    return found, rounded(math.fsum(cost)), pending


def _is_open(item: Deduction, at: Evaluation, entered: Entered) -> bool:
    """Nobody knows whether it is due, and no assessor has said."""
    if item.when is None or item.id in entered.deducted:
        return False
    return not at.of(item.when).known


def _made(
    block: DeductionBlock, item: Deduction, at: Evaluation, entered: Entered
) -> Iterator[DeductionScore]:
    said = entered.deducted.get(item.id)
    if item.when is not None:
        outcome = at.of(item.when)
        # Only what holds for certain costs anything.
        if outcome.low == 1:
            waived = said is not None and said.waived
            reason = outcome.reason
            if said is not None and waived:
                reason = Text(f"{reason.zh}（不扣：{said.reason}）",
                              f"{reason.en} (waived: {said.reason})")  # fmt: skip
            yield DeductionScore(
                block=block.id,
                id=item.id,
                title=item.title,
                times=outcome.times,
                marks=rounded(item.marks * outcome.times),
                reason=reason,
                lines=list(outcome.lines),
                waived_by=said.by if said is not None and waived else "",
            )
    if said is not None and not said.waived and said.times > 0:
        yield DeductionScore(
            block=block.id,
            id=item.id,
            title=item.title,
            times=said.times,
            marks=rounded(item.marks * said.times),
            reason=Text(f"考评员 {said.by}：{said.reason}", f"assessor {said.by}: {said.reason}"),
            entered_by=said.by,
        )
