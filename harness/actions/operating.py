"""Operating something on the vehicle, and looking whether the bus shows that it followed."""

import fnmatch
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, require_passed
from harness.actions.registry import PointName, PointNames, PointRef, StateOf, action
from harness.actions.timing import time_until
from harness.errors import HarnessError, NotAvailableError
from harness.fields import DurationField, TextField
from harness.limits import Clear, Within
from harness.quantity import Measurement, Quality, convert
from harness.text import Text

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench


@action(
    "vehicle.follows",
    kind="R",
    limit="needed",
    check=check_passed,
    title=Text("操作与反馈", "Operated and fed back"),
)
async def follows(
    step: StepContext,
    *,
    states: Annotated[dict[str, str | list[str]], PointRef(), StateOf()],
    does: str,
    ask: TextField,
    undo: str | None = None,
    undo_ask: TextField | None = None,
    back: bool = False,
    poll: DurationField = 0.05,
    if_passed: Passed = (),
) -> None:
    """Have the person operate something, and time until the signals follow.

    All `states` have to be there at once. With `undo` the person puts it back afterwards, whatever
    came of it; with `back` the signals then have to be as they were before, within the same time.
    If the states are there before anything was done, nothing can be concluded.
    """
    require_passed(step, if_passed)
    if not isinstance(step.limit, Within):
        raise NotAvailableError(f"step {step.step} needs a limit of the form `within: 3 s`")
    names = list(states)
    before = await step.read(names)
    already = all(_is(before[name], states[name]) for name in names)
    await step.do_by_hand(does, ask)
    if already:
        first = before[names[0]]
        step.judge(
            Measurement(
                name=f"{names[0]}.time_to_{first.value}",
                value=None,
                unit="s",
                quality=Quality.STALE,
                source=step.role,
                at=step.clock.elapsed(),
                frame=first.frame,
                note=f"{first.name} was {first.value} before the action",
            )
        )
    else:

        async def there() -> tuple[bool, list[Measurement]]:
            found = await step.device.read(names, step.deadline)
            return all(_is(found[name], states[name]) for name in names), list(found.values())

        wanted = states[names[0]]
        state = wanted if isinstance(wanted, str) else wanted[0]
        try:
            await time_until(step, f"{names[0]}.time_to_{state}", there, step.limit, poll=poll)
        except HarnessError:
            if undo is not None:
                await step.do_by_hand(undo, undo_ask)
            raise
    if undo is not None:
        await step.do_by_hand(undo, undo_ask)
        if back and not already:
            await _comes_back(step, before, step.limit, poll)


async def _comes_back(
    step: StepContext, before: dict[str, Measurement], limit: Within, poll: float
) -> None:
    """Time until every signal says again what it said before."""
    names = list(before)

    async def there() -> tuple[bool, list[Measurement]]:
        found = await step.device.read(names, step.deadline)
        as_before = all(
            found[name].quality is Quality.GOOD and found[name].value == before[name].value
            for name in names
        )
        return as_before, list(found.values())

    await time_until(step, f"{names[0]}.time_to_{before[names[0]].value}", there, limit, poll=poll)


def _is(reading: Measurement, wanted: str | list[str]) -> bool:
    if reading.quality is not Quality.GOOD:
        return False
    return reading.value in wanted if isinstance(wanted, list) else reading.value == wanted


@action("vehicle.spread", kind="J", limit="needed", title=Text("极差", "Highest minus lowest"))
async def spread(step: StepContext, *, points: PointNames) -> None:
    """Read several numbers of one kind and judge the highest minus the lowest.

    The difference of temperatures is held against a limit in K. The uncertainties of the two are
    combined (root of the sum of squares), where they are stated.
    """
    readings = list((await step.read(points)).values())
    bad = next((one for one in readings if not _is_number(one)), None)
    if bad is not None or len(readings) < 2:
        step.judge(bad if bad is not None else readings[0])
        return
    unit = readings[0].unit or "1"
    ordered = sorted(readings, key=lambda one: _in(one, unit))
    low, high = ordered[0], ordered[-1]
    stated = _stated((low, high), unit)
    step.judge(
        Measurement(
            name=f"{high.name} - {low.name}" if high is not low else high.name,
            value=round(_in(high, unit) - _in(low, unit), 6),
            unit="K" if unit == "°C" else unit,
            uncertainty=round(sum(one**2 for one in stated) ** 0.5, 6) if stated else None,
            source=step.role,
            at=step.clock.elapsed(),
            frame=high.frame,
            note=f"highest minus lowest of {len(readings)}",
        )
    )


def _is_number(reading: Measurement) -> bool:
    return (
        reading.quality is Quality.GOOD
        and isinstance(reading.value, int | float)
        and not isinstance(reading.value, bool)
    )


def _in(reading: Measurement, unit: str) -> float:
    assert isinstance(reading.value, int | float)
    return convert(float(reading.value), reading.unit or unit, unit)


def _stated(readings: Iterable[Measurement], unit: str) -> list[float]:
    """The uncertainties that are stated, in one unit."""
    return [
        convert(one.uncertainty, one.unit or unit, unit)
        for one in readings
        if one.uncertainty is not None
    ]


def _named(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    vehicle = bench.vehicle
    if vehicle is None or fnmatch.filter(vehicle.points, parameters["parts"]):
        return ""
    return f"{vehicle.id} has no points called {parameters['parts']!r}"


@action(
    "vehicle.agrees_with_sum",
    kind="J",
    limit="needed",
    possible=_named,
    title=Text("与分项之和比对", "Compare with the sum of its parts"),
)
async def agrees_with_sum(step: StepContext, *, total: PointName, parts: str) -> None:
    """Judge a number minus the sum of its parts, `parts` being a pattern like `BMS_CellVoltage*`.

    The parts are read one after the other, so what is compared should not move meanwhile. Only
    the sum goes on record, the parts are in the recorded frames. The uncertainties of all are
    combined (root of the sum of squares), where they are stated.
    """
    names = fnmatch.filter(step.vehicle.profile.points, parts)
    found = await step.device.read([*names, total], step.deadline)
    whole = found.pop(total)
    bad = next((one for one in (*found.values(), whole) if not _is_number(one)), None)
    if bad is not None:
        step.measured(bad)
        step.judge(bad)
        return
    unit = whole.unit or "1"
    together = round(sum(_in(one, unit) for one in found.values()), 6)
    stated = _stated((*found.values(), whole), unit)
    at, count = step.clock.elapsed(), f"sum of {len(found)} readings"
    step.measured(whole)
    step.measured(Measurement("sum_of_parts", together, unit, source=step.role, at=at, note=count))
    step.judge(
        Measurement(
            name=f"{total} - sum_of_parts",
            value=round(_in(whole, unit) - together, 6),
            unit="K" if unit == "°C" else unit,
            uncertainty=round(sum(one**2 for one in stated) ** 0.5, 6) if stated else None,
            source=step.role,
            at=at,
            frame=whole.frame,
            note=count,
        )
    )


@action("vehicle.lamps_off", kind="R", limit="none", title=Text("警告灯熄灭", "Warning lamps off"))
async def lamps_off(
    step: StepContext,
    *,
    points: Annotated[list[str], PointRef()],
    allowed: tuple[str, ...] = (),
) -> None:
    """Read lamp signals and expect none lit. Lit lamps are named in the verdict."""
    readings = await step.read(points)
    bad = next((one for one in readings.values() if one.quality is not Quality.GOOD), None)
    good = {name: one for name, one in readings.items() if one.quality is Quality.GOOD}
    lit = [name for name, reading in good.items() if reading.value != "off"]
    if bad is not None and not set(lit) - set(allowed):
        step.judge(bad, Clear([]))  # a lamp that is lit counts, whatever the others are
        return
    first = next(iter(good.values()))
    step.judge(
        Measurement(
            name="lamps_lit",
            value=lit,
            source=step.role,
            at=step.clock.elapsed(),
            frame=first.frame,
        ),
        Clear(list(allowed)),
    )


@action(
    "vehicle.per_volt",
    kind="J",
    limit="needed",
    title=Text("每伏绝缘电阻", "Insulation resistance per volt"),
)
async def per_volt(
    step: StepContext, *, resistance: PointName = "insulation_resistance",
    voltage: PointName = "pack_voltage",
) -> None:  # fmt: skip
    """Judge the insulation resistance divided by the highest working voltage (Ω/V).

    That is the vehicle's rating `max_working_voltage`, or the voltage of this moment where it is
    higher or the profile has no rating.
    """
    from harness.catalogue.criteria.inputs import number  # noqa: PLC0415
    from harness.catalogue.criteria.insulation_per_volt import insulation_per_volt  # noqa: PLC0415

    found = await step.read([resistance, voltage])
    for reading in found.values():
        if not _is_number(reading):
            step.judge(reading)
            return
    against = found[voltage]
    rated = step.vehicle.profile.ratings.get("max_working_voltage")
    if rated is not None and rated.to("V") > number(against, "V")[0]:
        against = Measurement("max_working_voltage", rated.to("V"), "V", 0.0, source=step.role)
    step.judge(insulation_per_volt(found[resistance], against))
