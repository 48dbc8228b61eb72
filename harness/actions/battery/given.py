"""What the verbs about battery and motor share: a recorded segment, and whose limit counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec.structs import replace
from pydantic import Field

from harness.actions.by_wire.frames import Course
from harness.actions.context import StepContext
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint
from harness.errors import NotAvailableError
from harness.limits import Range
from harness.quantity import Measurement, convert

Of = Annotated[str, Field(description="The step that has recorded the segment")]
Chemistry = Annotated[
    Literal["ncm", "lfp"] | None,
    Field(description="The item is for batteries of this chemistry; the profile has to say so"),
]
Maker = Annotated[
    str | None,
    Field(description="Rating of the vehicle's profile that comes before the item's own limit"),
]
BY_MAKER = "limit given by the maker of the vehicle"
"""Note beside what is judged by it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What every usable frame of some points has shown between two moments (loop time)."""

    courses: dict[str, Course]
    resolutions: dict[str, float]
    """Smallest step of each number on the bus, in the unit of the point."""
    stated: dict[str, float]
    """Expanded uncertainty that the bench file states, in the unit of the point."""
    start: float
    end: float


def check_of(context: CheckContext) -> Iterator[Complaint]:
    """`of` names an earlier step."""
    yield from earlier(context, (context.parameters["of"],), "of")


def segment_of(step: StepContext, name: str) -> Segment:
    """The segment of an earlier step. Raises NotAvailableError."""
    kept = step.memory.kept.get(name)
    if not isinstance(kept, Segment):
        raise NotAvailableError(f"step {name} has recorded no segment")
    return kept


def course_of(step: StepContext, segment: Segment, of: str, point: str) -> Course:
    """The course of one point. Raises NotAvailableError when nothing usable came."""
    course = segment.courses.get(point)
    if course is None:
        raise NotAvailableError(f"step {of} has not watched {point}")
    if not course.values:
        step.vehicle.require_alive()
        raise NotAvailableError(f"{point} was not seen in the segment")
    return course


def numbers_of(
    step: StepContext, segment: Segment, of: str, point: str
) -> list[tuple[float, float]]:
    """Moments and numbers of one point. Raises NotAvailableError."""
    found = course_of(step, segment, of, point).numbers(segment.start, segment.end)
    if not found:
        raise NotAvailableError(f"{point} was not seen in the segment")
    return found


def thinned(numbers: Iterable[tuple[float, float]], every: float) -> list[tuple[float, float]]:
    """The first number of each interval of so many seconds."""
    found: list[tuple[float, float]] = []
    for at, value in numbers:
        if not found or at - found[-1][0] >= every - 1e-6:
            found.append((at, value))
    return found


def at_moments(course: list[tuple[float, float]], moments: Iterable[float]) -> list[float]:
    """The number that stood at each of these moments, in order of time."""
    found: list[float] = []
    place = 0
    for moment in moments:
        while place + 1 < len(course) and course[place + 1][0] <= moment:
            place += 1
        found.append(course[place][1])
    return found


def spread_of(segment: Segment, point: str) -> float:
    """Expanded uncertainty of one number: what the bench states, else half a step of the bus."""
    stated = segment.stated.get(point)
    return stated if stated is not None else segment.resolutions.get(point, 0.0) / 2


def worked_out(
    step: StepContext,
    name: str,
    value: float | str | None,
    unit: str | None,
    *,
    uncertainty: float | None = None,
    note: str = "",
) -> Measurement:
    """Something that was worked out from a segment."""
    return Measurement(
        name=name,
        value=round(value, 6) if isinstance(value, float) else value,
        unit=unit,
        uncertainty=None if uncertainty is None else round(uncertainty, 6),
        source=step.role,
        at=step.clock.elapsed(),
        note=note,
    )


def judge_by(
    step: StepContext, found: Measurement, maker: str | None, side: Literal["low", "high"]
) -> None:
    """Judge by the maker's limit where the profile gives it, else by the item's.

    Raises NotAvailableError when neither the maker's nor the item's is known.
    """
    rating = None if maker is None else step.vehicle.profile.ratings.get(maker)
    if rating is None:
        if step.limit is None:
            raise NotAvailableError(
                f"the limit of the standard was not seen, and the profile gives no {maker}"
            )
        step.judge(found)
        return
    own = found.unit or rating.unit
    end = convert(rating.value, rating.unit, own)
    limit = Range(own, end, None) if side == "low" else Range(own, None, end)
    step.judge(replace(found, note=BY_MAKER), limit, by_maker=True)


def require_chemistry(step: StepContext, chemistry: str | None) -> None:
    """Raises NotAvailableError unless the profile says that the battery is of that kind."""
    if chemistry is None:
        return
    said = step.vehicle.profile.chemistry
    if said is None:
        raise NotAvailableError("the profile does not say of which chemistry the battery is")
    if said != chemistry:
        raise NotAvailableError(f"the item is for {chemistry} batteries, this one is {said}")
