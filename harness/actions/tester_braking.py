"""What the file of a braking run proves: deceleration and distance from the speed of the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.registry import CheckContext, Complaint, action
from harness.actions.tester_files import OfFile, check_file, file_of
from harness.devices.tester.reader import LineFile
from harness.errors import NotAvailableError
from harness.fields import QuantityField
from harness.quantity import Quantity, same_dimension
from harness.text import Text

if TYPE_CHECKING:
    from harness.catalogue.criteria.inputs import Series

__all__ = ["STANDING", "STEADY", "Above", "From", "check_initial", "require_initial"]

STANDING = 1.0
"""Below this speed (km/h) the car stands: at 2.9 m/s² 13 mm are left."""
STEADY = 0.98
"""The car brakes where the speed was last above this share of the highest."""
LEAD = 1.0
"""Longest time (s) at full speed that counts as the brake's response. Our own value: three times
the 0.35 s that a hydraulic brake may take."""

From = Annotated[QuantityField, Field(description="Lowest speed at which braking may begin")]
Above = Annotated[QuantityField, Field(description="How far above `from` it may begin")]


def check_initial(context: CheckContext) -> Iterator[Complaint]:
    """Both are speeds."""
    for name, key in (("from_", "from"), ("above", "above")):
        given = context.parameters[name]
        if isinstance(given, Quantity) and not same_dimension(given.unit, "km/h"):
            yield ("with", key), f"{given} is no speed", "a speed like 50 km/h"


def _check(context: CheckContext) -> Iterator[Complaint]:
    yield from check_file(context)
    yield from check_initial(context)


def require_initial(v0: float, from_: Quantity, above: Quantity) -> None:
    """Raises NotAvailableError where braking began at a speed (km/h) that the test does not allow.

    None below `from_`: the way falls with the square of the speed, and a weak brake would pass.
    """
    lowest = from_.to("km/h")
    highest = lowest + above.to("km/h")
    if not lowest - 1e-9 <= v0 <= highest + 1e-9:
        raise NotAvailableError(
            f"braking began at {v0:g} km/h; expected {lowest:g} to {highest:g} km/h"
        )


@dataclass(frozen=True, slots=True)
class _Braking:
    """A run from the touch of the pedal on."""

    speed: "Series"
    distance: "Series"
    begun: float
    """Distance (m) at the touch of the pedal, and how far off it may be."""
    off_by: float


def _braking(file: LineFile, from_: Quantity, above: Quantity) -> _Braking:
    """The braking that the file has. Raises NotAvailableError where it cannot be told or judged."""
    from harness.catalogue.criteria.inputs import Series  # noqa: PLC0415

    times, speed = file.column("time"), file.column("speed")
    distance = file.column("distance")
    first = _touched(file, times, speed)
    require_initial(speed[first], from_, above)
    before = distance[max(0, first - 1)]
    return _Braking(
        Series(speed[first:], "km/h", file.uncertainty.get("speed")),
        Series(distance[first:], "m", file.uncertainty.get("distance")),
        # Somewhere between the last row without the pedal and the first one with it.
        (before + distance[first]) / 2,
        (distance[first] - before) / 2,
    )


def _touched(file: LineFile, times: list[float], speed: list[float]) -> int:
    """Row in which the pedal is touched: by its column, or the first one."""
    if any("pedal" in row.numbers for row in file.rows):
        pressed = [number >= 0.5 for number in file.column("pedal")]
        if not any(pressed):
            raise NotAvailableError(
                "the pedal is never pressed; expected pedal 1 from its touch on"
            )
        return pressed.index(True)
    steady = max(index for index, one in enumerate(speed) if one >= STEADY * max(speed))
    if times[steady] - times[0] > LEAD:
        raise NotAvailableError(
            f"the file has no pedal column and goes on for {times[steady] - times[0]:.3g} s at "
            f"full speed; expected a first row at the touch of the pedal"
        )
    return 0


@action("operator.mfdd", kind="I", limit="needed", check=_check, title=Text("MFDD", "MFDD"))
async def mean_deceleration(step: StepContext, *, file: OfFile, from_: From, above: Above) -> None:
    """Judge the mean fully developed deceleration of a braking run.

    Of a run from a speed below `from`, or more than `above` over it, nothing is judged.
    """
    from harness.catalogue.criteria.mfdd import mfdd  # noqa: PLC0415

    run = _braking(file_of(step, file, "brake-run"), from_, above)
    result = mfdd(run.speed, run.distance)
    step.measured(result)
    step.judge(result)


@action(
    "operator.brake_distance",
    kind="I",
    limit="needed",
    check=_check,
    title=Text("制动距离", "Braking distance"),
)
async def brake_distance(step: StepContext, *, file: OfFile, from_: From, above: Above) -> None:
    """Judge how far the car goes from the touch of the pedal to standstill, in m.

    The distance of the file counts up from anywhere. Of a run from a speed below `from`, or more
    than `above` over it, and of one that does not end at standstill, nothing is judged.
    """
    from harness.catalogue.criteria.inputs import calculated, root_sum  # noqa: PLC0415

    run = _braking(file_of(step, file, "brake-run"), from_, above)
    speeds, way = run.speed.values, run.distance.values
    stands = next((at for at, one in enumerate(speeds) if one < STANDING), None)
    if stands is None:
        raise NotAvailableError(
            f"the file ends at {speeds[-1]:.4g} km/h; expected a braking to below {STANDING:g} km/h"
        )
    spread = root_sum(run.distance.uncertainty, run.distance.uncertainty, run.off_by)
    note = f"v0 = {speeds[0]:.4g} km/h, distance {run.begun:.4g} to {way[stands]:.4g} m"
    result = calculated("brake_distance", way[stands] - run.begun, "m", spread, note=note)
    step.measured(result)
    step.judge(result)
