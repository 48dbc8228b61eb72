"""What a car says of itself after somebody has worked at it, and two positions of one car."""

import math
from collections.abc import Iterator

from harness.actions.context import StepContext
from harness.actions.diagnostics import (
    CONFIRMED_OR_FAILING,
    has_diagnostics,
    judge_found,
    read_codes,
)
from harness.actions.joint_given import (
    Passed,
    check_ranged,
    earlier,
    number_of,
    require_passed,
    require_run,
)
from harness.actions.registry import CheckContext, Complaint, PointName, action, check_of
from harness.errors import BenchError, DeviceError
from harness.quantity import Measurement
from harness.text import Text

_METRES_PER_DEGREE = 111_195.0
"""Along a meridian of a sphere of 6371 km."""


@action("diag.no_new_codes", kind="J", limit="none", possible=has_diagnostics,
        title=Text("无新增故障码", "No new trouble codes"))  # fmt: skip
async def no_new_codes(step: StepContext, *, since: str, mask: int = CONFIRMED_OR_FAILING) -> None:
    """Read all trouble codes again and expect none that the earlier scan `since` did not find.

    Codes that have gone are no finding: equal or better. A unit that the earlier scan could not
    read is told as such: of it nobody can say what is new.
    """
    require_run(step, (since,))
    before = {one.name for one in step.memory.measurements.get(since, [])
              if isinstance(one.raw, int) and one.raw & mask}  # fmt: skip
    unread = [one.name.partition(".")[0] for one in step.memory.measurements.get(since, [])
              if one.name.endswith(".trouble_codes")]  # fmt: skip
    new: list[str] = []
    for unit in step.vehicle.units:
        try:
            stored = await read_codes(step, unit)
        except (BenchError, DeviceError):
            step.vehicle.require_alive()
            unread.append(unit)
            continue
        for code in stored:
            name = f"{unit}.{code.code}"
            step.measured(
                Measurement(name, code.status, source=step.role, at=step.clock.elapsed(),
                            raw=code.status, note=code.title.en)
            )  # fmt: skip
            if code.status & mask and name not in before:
                new.append(f"{unit}:{code.code}")
    judge_found(step, "new_codes", new, list(dict.fromkeys(unread)))


@action("vehicle.positions_agree", kind="J", limit="needed", check=check_ranged,
        title=Text("两处定位比对", "Two positions agree"))  # fmt: skip
async def positions_agree(
    step: StepContext,
    *,
    latitude: PointName,
    longitude: PointName,
    other_latitude: PointName,
    other_longitude: PointName,
    if_passed: Passed = (),
) -> None:
    """Judge how far two positions of the vehicle are apart (m). No receiver states an uncertainty.

    Good to a metre for places that are near each other.
    """
    require_passed(step, if_passed)
    names = (latitude, longitude, other_latitude, other_longitude)
    found = await step.read(names)
    for name in names:
        if number_of(found[name]) is None:
            step.judge(found[name])
            return
    north, east, other_north, other_east = (number_of(found[name]) or 0.0 for name in names)
    shrink = math.cos(math.radians((north + other_north) / 2))
    apart = _METRES_PER_DEGREE * math.hypot(north - other_north, (east - other_east) * shrink)
    step.judge(
        Measurement(
            name="position_difference",
            value=round(apart, 2),
            unit="m",
            source=step.role,
            at=step.clock.elapsed(),
            frame=found[latitude].frame,
            note=f"{latitude} against {other_latitude}",
        )
    )


@check_of("diag.no_new_codes")
def _since(context: CheckContext) -> Iterator[Complaint]:
    """The scan comes before."""
    for _, what, expected in earlier(context, (context.parameters["since"],), "since"):
        yield ("with", "since"), what, expected
