"""States, flags and settings of the pile, where they make sense only after an earlier step."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import (
    Passed,
    check_passed,
    check_timed,
    number_of,
    require_passed,
    within_of,
)
from harness.actions.pilot_session import Shown
from harness.actions.registry import (
    CheckContext,
    Complaint,
    PointName,
    StateOf,
    WrittenPoint,
    action,
)
from harness.actions.timing import time_until
from harness.actions.trace_timing import coded_duty
from harness.bench.sockets import no_fixed_cable
from harness.bench.states import expected_of, fits
from harness.clock import loop_time
from harness.fields import DurationField, QuantityField
from harness.limits import Equals, OneOf
from harness.quantity import Measurement, Quality
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench


@action(
    "pile.shows",
    kind="R",
    limit="none",
    check=check_passed,
    title=Text("状态核对", "States that it shows"),
)
async def shows_states(step: StepContext, *, states: Shown, if_passed: Passed = ()) -> None:
    """Expect states as `pile.expect` does, where that makes sense only after an earlier step."""
    require_passed(step, if_passed)
    for name, reading in (await step.read(list(states))).items():
        wanted = states[name]
        step.judge(reading, OneOf(list(wanted)) if isinstance(wanted, list) else Equals(wanted))


def _check_set(context: CheckContext) -> Iterator[Complaint]:
    yield from check_passed(context)
    name = context.parameters["point"]
    profile = context.bench.profiles.get("pile")
    point = profile.points.get(name) if profile is not None else None
    value = context.parameters["value"]
    if point is not None and isinstance(value, str) and not fits([point], value):
        yield ("with", "value"), f"{name} cannot be {value!r}", expected_of([point])


def _harmless(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    """Why a point may not be written just so: on this pile it puts mains on the plug."""
    point = bench.profiles["pile"].points.get(parameters["point"])
    if point is not None and point.energises:
        return f"{point.name} of {bench.profiles['pile'].id} can put mains on the plug"
    return ""


@action(
    "pile.set",
    kind="W",
    writes=True,
    limit="none",
    possible=_harmless,
    check=_check_set,
    title=Text("写入并回读", "Write and read back"),
)
async def set_point(
    step: StepContext,
    *,
    point: WrittenPoint,
    value: QuantityField | str,
    if_passed: Passed = (),
) -> None:
    """Write one setting and judge that it reads back as written. It is put back at the end."""
    require_passed(step, if_passed)
    unit = step.modbus.profile.points[point].unit
    wanted = value if isinstance(value, str) else round(value.to(unit or value.unit), 9)
    read_back = await step.write(point, wanted)
    step.judge(
        read_back
        if read_back is not None
        else Measurement(name=point, value=None, quality=Quality.MISSING, source=step.role),
        Equals(wanted),
    )


@action(
    "pile.limit_follows",
    kind="W",
    writes=True,
    limit="needed",
    check=check_timed,
    title=Text("调低限值，占空比跟随", "The duty follows a lower limit"),
)
async def limit_follows(
    step: StepContext,
    *,
    current: QuantityField,
    point: WrittenPoint = "current_limit",
    shown: PointName = "cp_duty",
    poll: DurationField = 0.1,
    if_passed: Passed = (),
) -> None:
    """Write a lower current limit, judge that it reads back, and how long until the duty shows it.

    The duty counts as changed when it is within one point of what announces the current (table
    A.2). It is what the pile says; a recording shows what it puts out (`trace.duty`).
    """
    require_passed(step, if_passed)
    limit = within_of(step)
    device = step.modbus
    amperes = current.to("A")
    wanted = coded_duty(amperes)
    sent_at = loop_time()
    written = current.to(device.profile.points[point].unit or "A")
    read_back = await step.write(point, written)
    if read_back is not None:
        step.judge(read_back, Equals(round(written, 9)))

    async def look() -> tuple[bool, list[Measurement]]:
        reading = (await device.read([shown], step.deadline))[shown]
        number = number_of(reading)
        return number is not None and abs(number - wanted) <= 1.0, [reading]

    await time_until(step, "time_to_duty", look, limit, started=sent_at, poll=poll)


def _can_tell(bench: "LoadedBench", role: str, parameters: dict[str, Any]) -> str:
    return no_fixed_cable(bench, role) if parameters["by_cc"] else ""


@action(
    "pile.flags_set",
    kind="R",
    limit="none",
    possible=_can_tell,
    check=check_passed,
    title=Text("告警已报出", "Flags are set"),
)
async def flags_set(
    step: StepContext,
    *,
    point: PointName,
    flags: Annotated[list[str], StateOf("point", flags=True)],
    by_cc: Annotated[
        bool, Field(description="The pile knows it by CC, so only one with a fixed cable does")
    ] = False,
    if_passed: Passed = (),
) -> None:
    """Read a flag word and expect these flags in it; others may be set as well."""
    require_passed(step, if_passed)
    word = await step.read_one(point)
    seen = word.value if isinstance(word.value, list) else []
    for flag in flags:
        step.judge(
            Measurement(
                name=f"{point}.{flag}",
                value="set" if flag in seen else "clear",
                quality=word.quality,
                source=word.source,
                at=word.at,
                transactions=word.transactions,
                note=", ".join(seen),
            ),
            Equals("set"),
        )
