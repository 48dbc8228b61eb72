"""Demands one after the other, and how the actuator follows them."""

from dataclasses import dataclass

from harness.actions.by_wire.frames import Course
from harness.actions.by_wire.given import ReleasedBy, check_unit, commanded, found, has_unit
from harness.actions.context import StepContext
from harness.actions.registry import OptionalPoints, action
from harness.clock import loop_time
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.quantity import Value
from harness.text import Text

STEADY = 0.3
"""The last part of a demand (s), over which its steady value is the mean."""


@dataclass(frozen=True, slots=True)
class Move:
    """One demand, while it stood: from `start` to `end` (loop time)."""

    demand: float
    aim: float
    """What the point that follows should then show."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Moves:
    """What a step that moved something leaves for those that look at it."""

    unit: str
    follows: str
    near: float
    """So close counts as arrived, in the unit of the point."""
    moves: tuple[Move, ...]
    courses: dict[str, Course]
    neutral: float
    states: dict[str, list[Value | None]]
    """What points of `shows` showed at the end of each demand that was not the neutral one."""

    @property
    def course(self) -> Course:
        return self.courses[self.follows]

    def steady(self, move: Move, name: str | None = None) -> float:
        """Mean over the last part of a move. Raises NotAvailableError."""
        course = self.courses[name or self.follows]
        numbers = [value for _, value in course.numbers(move.end - STEADY, move.end)]
        if not numbers:
            raise NotAvailableError(
                f"{course.name} was not seen while {move.demand:g} was asked for"
            )
        return sum(numbers) / len(numbers)

    @property
    def asked(self) -> list[Move]:
        """The moves whose demand is not the neutral one."""
        return [move for move in self.moves if move.demand != self.neutral]


def moves_of(step: StepContext, of: str) -> Moves:
    """What an earlier step has moved. Raises NotAvailableError."""
    kept = step.memory.kept.get(of)
    if not isinstance(kept, Moves):
        raise NotAvailableError(f"step {of} has moved nothing")
    return kept


@action(
    "vehicle.by_wire_moves",
    kind="W",
    moves=True,
    writes=True,
    limit="needed",
    possible=has_unit,
    check=check_unit,
    title=Text("线控动作跟随", "Follows by-wire demands"),
)
async def by_wire_moves(
    step: StepContext,
    *,
    unit: str,
    demands: list[float],
    hold: DurationField,
    released_by: ReleasedBy,
    also: OptionalPoints = (),
) -> None:
    """Ask for each demand in turn, hold it, and judge the steady error of every one.

    The neutral demand is asked for last; what remains then is for other steps, as are the courses
    of `also`.
    """
    async with commanded(step, unit, released_by, *also) as (command, frames):
        entry = command.entry
        neutral = float(entry.neutral) if not isinstance(entry.neutral, str) else 0.0
        moves: list[Move] = []
        states: dict[str, list[Value | None]] = {name: [] for name in also}
        for demand in [*demands, neutral]:
            start = loop_time()
            command.demand(demand)
            await frames.run(step, hold)
            moves.append(Move(demand, demand * entry.scale, start, loop_time()))
            if demand != neutral:
                for name, seen in states.items():
                    seen.append(frames.course(name).latest)
        course = frames.course(entry.follows)
        near = entry.near.to(course.unit or "1") if entry.near is not None else 0.0
        kept = Moves(unit, entry.follows, near, tuple(moves), frames.courses, neutral, states)
    step.memory.kept[step.step] = kept
    for move in kept.asked:
        error = kept.steady(move) - move.aim
        note = f"asked for {move.demand:g}, {len(course.numbers(move.start, move.end))} frames"
        step.judge(found(step, f"{entry.follows}.follow_error", error, course.unit, note=note))
