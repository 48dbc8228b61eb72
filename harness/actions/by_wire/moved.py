"""Judging what an earlier step has moved: overshoot, time, symmetry, agreement, what remains."""

from typing import Annotated

from harness.actions.by_wire.given import check_unit, found
from harness.actions.by_wire.moving import Move, Moves, moves_of
from harness.actions.context import StepContext
from harness.actions.joint_given import within_of
from harness.actions.registry import PointNames, PointRef, StateOf, action
from harness.errors import NotAvailableError
from harness.limits import Equals
from harness.text import Text


def _before(kept: Moves, move: Move) -> float:
    """Where a move began."""
    index = kept.moves.index(move)
    if index:
        return kept.steady(kept.moves[index - 1])
    numbers = [value for _, value in kept.course.numbers(0.0, move.start)]
    if not numbers:
        raise NotAvailableError(f"{kept.follows} was not seen before the first demand")
    return numbers[-1]


@action("vehicle.by_wire_overshoot", kind="J", limit="needed", check=check_unit,
        title=Text("超调量", "Overshoot"))  # fmt: skip
async def overshoot(step: StepContext, *, of: str) -> None:
    """Judge how far the actuator went beyond where it came to rest, in % of the way; the worst."""
    kept = moves_of(step, of)
    worst = 0.0
    for move in kept.moves:
        start, end = _before(kept, move), kept.steady(move)
        way = end - start
        if abs(way) <= kept.near:
            continue
        numbers = [value for _, value in kept.course.numbers(move.start, move.end)]
        beyond = max((value - end) * (1 if way > 0 else -1) for value in numbers)
        worst = max(worst, beyond / abs(way) * 100)
    step.judge(found(step, f"{kept.follows}.overshoot", worst, "%"))


@action("vehicle.by_wire_time", kind="J", limit="needed", check=check_unit,
        title=Text("到位时间", "Time to arrive"))  # fmt: skip
async def arrival(step: StepContext, *, of: str, to: float | None = None) -> None:
    """Judge how long the actuator took to be near where it came to rest; the longest.

    `to`: only moves with this demand. The time is known to within one cycle of its message.
    """
    limit = within_of(step)
    kept = moves_of(step, of)
    chosen = [move for move in kept.moves if to is None or move.demand == to]
    longest: tuple[float, Move] | None = None
    for move in chosen:
        if abs(kept.steady(move) - _before(kept, move)) <= kept.near:
            continue
        target = kept.steady(move)
        there = next(
            at
            for at, value in kept.course.numbers(move.start, move.end)
            if abs(value - target) <= kept.near
        )
        if longest is None or there - move.start > longest[0]:
            longest = there - move.start, move
    if longest is None:
        raise NotAvailableError(f"step {of} has moved nothing that far")
    name = f"{kept.follows}.arrival"
    note = f"asked for {longest[1].demand:g}"
    spread = round(kept.course.cycle, 6)
    step.judge(found(step, name, longest[0], "s", uncertainty=spread, note=note), limit)


@action("vehicle.by_wire_symmetry", kind="J", limit="needed", check=check_unit,
        title=Text("左右对称", "Symmetry"))  # fmt: skip
async def symmetry(step: StepContext, *, of: str) -> None:
    """Judge the sum of what opposite demands came to: 0 when both sides are alike."""
    kept = moves_of(step, of)
    by_demand = {move.demand: move for move in kept.asked}
    pairs = [
        (by_demand[one], by_demand[-one]) for one in by_demand if one > 0 and -one in by_demand
    ]
    if not pairs:
        raise NotAvailableError(f"step {of} has asked for no two opposite demands")
    sums = [kept.steady(one) + kept.steady(other) for one, other in pairs]
    worst = max(sums, key=abs)
    step.judge(found(step, f"{kept.follows}.asymmetry", worst, kept.course.unit))


@action("vehicle.by_wire_agree", kind="J", limit="needed", check=check_unit,
        title=Text("各处一致", "All agree"))  # fmt: skip
async def agree(step: StepContext, *, of: str, points: PointNames) -> None:
    """Judge the largest difference between points while a demand stood that was not neutral."""
    kept = moves_of(step, of)
    missing = [name for name in points if name not in kept.courses]
    if missing:
        raise NotAvailableError(f"step {of} has not watched {missing[0]}")
    worst, note = 0.0, ""
    for move in kept.asked:
        values = {name: kept.steady(move, name) for name in points}
        low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
        if values[high] - values[low] >= worst:
            worst = values[high] - values[low]
            note = f"asked for {move.demand:g}"
    unit = kept.courses[points[0]].unit
    step.judge(found(step, f"{points[0]}.difference", worst, unit, note=note))


@action("vehicle.by_wire_remains", kind="J", limit="needed", check=check_unit,
        title=Text("撤销后残余", "What remains"))  # fmt: skip
async def remains(step: StepContext, *, of: str) -> None:
    """Judge what the actuator shows when the neutral demand has stood for a while."""
    kept = moves_of(step, of)
    value = kept.steady(kept.moves[-1])
    step.judge(found(step, f"{kept.follows}.remains", value, kept.course.unit))


@action("vehicle.by_wire_shows", kind="J", limit="none", check=check_unit,
        title=Text("动作时的状态", "States while it moved"))  # fmt: skip
async def shows(
    step: StepContext, *, of: str, states: Annotated[dict[str, str], PointRef(), StateOf()]
) -> None:
    """Expect states of points that the earlier step watched, at the end of each of its demands."""
    kept = moves_of(step, of)
    for name, wanted in states.items():
        if name not in kept.states:
            raise NotAvailableError(f"step {of} has not watched {name}")
        other = next((one for one in kept.states[name] if one != wanted), wanted)
        if other is None:
            raise NotAvailableError(f"{name} was not seen while step {of} moved something")
        step.judge(found(step, name, str(other), None), Equals(wanted))
