"""Reading points and holding them against limits."""

from typing import Annotated

import msgspec
from msgspec.structs import replace
from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, require_passed
from harness.actions.registry import (
    LimitedPoints,
    OptionalPoints,
    PointName,
    PointNames,
    PointRef,
    StateOf,
    action,
)
from harness.clock import sleep_until
from harness.errors import NotAvailableError
from harness.fields import DurationField
from harness.limits import Clear, Equals, OneOf
from harness.quantity import Measurement, Quality, convert
from harness.text import Text


@action(
    "pile.measure",
    "meter.measure",
    "vehicle.measure",
    "load.measure",
    "source.measure",
    kind="R",
    limit="needed",
    title=Text("测量", "Measure"),
)
async def measure(
    step: StepContext,
    *,
    points: LimitedPoints,
    if_present: OptionalPoints = (),
    samples: Annotated[int, Field(ge=1, le=1000)] = 1,
    every: DurationField = 0.2,
    if_passed: Passed = (),
) -> None:
    """Read numbers, several times, and judge the lowest and the highest reading of each.

    The spread of the samples is recorded. `if_present` names points that only some devices have
    (the second and third phase).
    """
    require_passed(step, if_passed)
    names = [*points, *(name for name in if_present if step.device.has(name))]
    taken: dict[str, list[Measurement]] = {name: [] for name in names}
    due = step.deadline.at
    for number in range(samples):
        if number:
            await sleep_until(due)
        due = step.clock.now().loop_time + every
        for name, measurement in (await step.read(names)).items():
            taken[name].append(measurement)
    for name, readings in taken.items():
        _judge_extremes(step, name, readings)


def _judge_extremes(step: StepContext, name: str, readings: list[Measurement]) -> None:
    bad = [reading for reading in readings if not _is_number(reading)]
    if bad:
        step.judge(bad[0])
        return
    ordered = sorted(readings, key=lambda reading: float(reading.value))  # type: ignore[arg-type]
    lowest, highest = ordered[0], ordered[-1]
    if highest.value == lowest.value:
        step.judge(lowest)
        return
    count = len(readings)
    step.judge(msgspec.structs.replace(lowest, note=f"lowest of {count}"))
    step.judge(msgspec.structs.replace(highest, note=f"highest of {count}"))
    step.measured(
        Measurement(
            name=name + _SPREAD,
            value=float(highest.value) - float(lowest.value),  # type: ignore[arg-type]
            unit=lowest.unit,
            source=step.role,
            at=step.clock.elapsed(),
            note=f"{count} samples",
        )
    )


_SPREAD = ".spread"


def _is_spread(reading: Measurement) -> bool:
    """Whether this was computed from readings by `measure`, and is no reading itself."""
    return reading.name.endswith(_SPREAD)


def _is_number(reading: Measurement) -> bool:
    return (
        reading.quality is Quality.GOOD
        and isinstance(reading.value, int | float)
        and not isinstance(reading.value, bool)
    )


@action(
    "pile.expect",
    "meter.expect",
    "vehicle.expect",
    "load.expect",
    "source.expect",
    kind="R",
    title=Text("核对状态", "Expect a state"),
)
async def expect(
    step: StepContext,
    *,
    states: Annotated[dict[str, str | int | bool | list[str]] | None, PointRef(), StateOf()] = None,
    point: PointName | None = None,
) -> None:
    """Read points and expect each in the given state, or one point within the step's limit."""
    wanted = {
        name: OneOf(list(state)) if isinstance(state, list) else Equals(state)
        for name, state in (states or {}).items()
    }
    if point is not None:
        step.judge(await step.read_one(point))
    if wanted:
        for name, measurement in (await step.read(list(wanted))).items():
            step.judge(measurement, wanted[name])


NO_CODE = (0, "0", "0x0", "none", "normal")
"""What a single fault code says when there is no fault."""


@action(
    "pile.flags_clear",
    "vehicle.flags_clear",
    kind="R",
    title=Text("标志位全清", "No flag set"),
    possible=lambda bench, role, parameters: (
        "none of these flag words is in the profile"
        if all(bench.missing(role, name) for name in parameters["points"])
        else ""
    ),
)
async def flags_clear(
    step: StepContext,
    *,
    points: OptionalPoints,
    allowed: Annotated[tuple[str, ...], StateOf("points", flags=True)] = (),
) -> None:
    """Read flag words and expect no named bit set. Set bits are named in the verdict.

    Words that this device does not have are left out, those that it has are judged. A single fault
    code (`fault_code`, `alarm_code`) is clear when it is 0.
    """
    names = [name for name in points if step.device.has(name)]
    for measurement in (await step.read(names)).values():
        clear = not isinstance(measurement.value, list) and measurement.value in NO_CODE
        nothing_set = replace(measurement, value=[]) if clear else measurement
        step.judge(nothing_set, Clear(list(allowed)))


@action(
    "pile.matches_site",
    "meter.matches_site",
    "vehicle.matches_site",
    kind="R",
    title=Text("与站点台账核对", "Compare with the site ledger"),
    possible=lambda bench, role, parameters: (
        "none of these points is both in the profile and in the bench file's site ledger"
        if not any(
            not bench.missing(role, name)
            # a simulator brings its own ledger
            and (role in bench.simulated_inside or name in bench.model.site)
            for name in parameters["points"]
        )
        else ""
    ),
)
async def matches_site(step: StepContext, *, points: OptionalPoints) -> None:
    """Read settings or identity and compare them with what the bench's site ledger says.

    Points that this device does not have are left out; points that the ledger does not name are
    recorded, not judged.
    """
    ledger = step.bench.site
    judged = False
    names = [name for name in points if step.device.has(name)]
    for name, measurement in (await step.read(names)).items():
        if name in ledger:
            step.judge(measurement, Equals(ledger[name]))
            judged = True
    if not judged:
        raise NotAvailableError("the bench file's site ledger names none of these points")


@action(
    "pile.agrees_with",
    "vehicle.agrees_with",
    kind="J",
    limit="needed",
    title=Text("比对", "Compare two readings"),
)
async def agrees_with(step: StepContext, *, point: PointName, reading_of: str) -> None:
    """Judge the difference between a point and the last usable reading of an earlier step.

    The uncertainties of both are combined (root of the sum of squares). When only one is stated,
    it is used alone, and the record says so.
    """
    earlier = step.memory.measurements.get(reading_of, [])
    other = next(
        (one for one in reversed(earlier) if _is_number(one) and not _is_spread(one)), None
    )
    if other is None:
        raise NotAvailableError(f"step {reading_of!r} gave no reading to compare with")
    own = await step.read_one(point)
    if not _is_number(own):
        step.judge(own)
        return
    unit = own.unit
    value, spread = _in_unit(other, unit)
    uncertainty, note = None, ""
    if own.uncertainty is not None and spread is not None:
        uncertainty = (own.uncertainty**2 + spread**2) ** 0.5
    elif own.uncertainty is not None:
        uncertainty, note = own.uncertainty, f"U of {own.name} only, none stated for {other.name}"
    elif spread is not None:
        uncertainty, note = spread, f"U of {other.name} only, none stated for {own.name}"
    step.judge(
        Measurement(
            name=f"{own.name} - {other.name}",
            value=float(own.value) - value,  # type: ignore[arg-type]
            unit="K" if unit == "°C" else unit,
            uncertainty=uncertainty,
            source=step.role,
            at=own.at,
            transactions=[*own.transactions, *other.transactions],
            note=note,
        )
    )


_ZERO_CELSIUS = 273.15
"""0 °C in K."""


def _in_unit(reading: Measurement, unit: str | None) -> tuple[float, float | None]:
    """Value and uncertainty of a number in another unit.

    K beside °C is taken as an absolute temperature: a difference could not be held against one.
    Raises UsageError when the units do not go together.
    """
    value = float(reading.value)  # type: ignore[arg-type]
    if unit is None or reading.unit is None or reading.unit == unit:
        return value, reading.uncertainty
    if {reading.unit, unit} == {"K", "°C"}:
        shift = _ZERO_CELSIUS if unit == "K" else -_ZERO_CELSIUS
        return value + shift, reading.uncertainty
    spread = reading.uncertainty
    return (
        convert(value, reading.unit, unit),
        None if spread is None else convert(spread, reading.unit, unit),
    )


@action(
    "pile.record",
    "meter.record",
    "vehicle.record",
    "load.record",
    "source.record",
    kind="R",
    judges=False,
    limit="none",
    title=Text("记录读数", "Record readings"),
)
async def record(step: StepContext, *, points: PointNames) -> None:
    """Read points and keep them, without a claim about the device."""
    await step.read(points)
