"""The task of a preparation, and what the car lacks for it."""

from collections.abc import Iterator
from typing import Annotated

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import CONFIRMED_OR_FAILING, has_diagnostics, read_codes
from harness.actions.joint_given import number_of
from harness.actions.registry import CheckContext, Complaint, PointName, PointRef, action
from harness.bench.preparation import PreparationEntry
from harness.errors import BenchError, DeviceError, NotAvailableError, UnknownNameError
from harness.limits import Clear, Equals, Range
from harness.quantity import Measurement, Quality, Scalar, convert
from harness.text import Text

GAPS = "task_gaps"
YES, NO, OPEN = "due", "done", "unknown"


def check_task(context: CheckContext) -> Iterator[Complaint]:
    """What the bench file orders is something that this car can be told."""
    entry, vehicle = context.bench.model.preparation, context.bench.vehicle
    description = vehicle.diagnostics if vehicle is not None else None
    if entry is None or description is None:
        return
    known = [
        f"{unit.name}.{did.name}"
        for unit in description.units.values()
        for did in unit.dids
        if {"read", "write"} <= set(did.access)
    ]
    for what, ordered in (("presets", entry.presets), ("parameters", entry.parameters)):
        for name in ordered:
            if name not in known:
                detail = UnknownNameError("data identifier", name, known).detail
                place = ("preparation", what, name)
                context.bench_problem(place, detail, "an identifier that can be written")
    yield from ()  # what is wrong is said of the bench file


@action("bench.preparation_task", kind="R", limit="none", check=check_task,
        title=Text("读取整备任务", "Task of the preparation"))  # fmt: skip
async def preparation_task(step: StepContext) -> None:
    """Read what the next rental wants of the car (`preparation:` of the bench file).

    Everything goes on record. Judged is whether the task says enough to work by: a state of charge,
    the kind of rental, equipment, presets and usage parameters.
    """
    task = step.bench.preparation.task
    if task.soc_floor is not None:
        step.measured(Measurement("task.soc_floor", task.soc_floor.to("%"), "%", source=step.role,
                                  at=step.clock.elapsed()))  # fmt: skip
    step.measured(said(step, "task.rental_type", task.rental_type))
    step.measured(said(step, "task.equipment", list(task.equipment)))
    for name, value in {**task.presets, **task.parameters}.items():
        step.measured(said(step, f"{name}.ordered", value))
    step.judge(said(step, GAPS, [name for name, given in _given(task) if not given]), Clear())


def _given(task: PreparationEntry) -> list[tuple[str, bool]]:
    return [
        ("soc_floor", task.soc_floor is not None),
        ("rental_type", task.rental_type is not None),
        ("equipment", bool(task.equipment)),
        ("presets", bool(task.presets)),
        ("parameters", bool(task.parameters)),
    ]


@action("vehicle.preparation_due", kind="R", judges=False, limit="none", possible=has_diagnostics,
        title=Text("对照任务找出待办", "What the car lacks for the task"))  # fmt: skip
async def preparation_due(
    step: StepContext,
    *,
    soc: PointName,
    tyres: Annotated[list[str], PointRef()],
    placard: str = "tyre_pressure_front",
    tolerance: float = 0.1,
) -> None:
    """Compare the car as it is with the task: charge, trouble codes, tyres, presets, parameters.

    `due_charge`, `due_codes`, `due_tyres`, `due_presets` and `due_parameters` are `due`, `done` or,
    where something could not be read, `unknown`. They are the key of the to-do list.
    """
    task = step.bench.preparation.task
    charge = number_of(await step.read_one(soc))
    floor = None if task.soc_floor is None else task.soc_floor.to("%")
    step.measured(said(step, "due_charge", _word(None if charge is None or floor is None
                                                 else charge < floor)))  # fmt: skip
    step.measured(said(step, "due_codes", _word(await _has_codes(step))))
    step.measured(said(step, "due_tyres", _word(await _soft(step, tyres, placard, tolerance))))
    step.measured(said(step, "due_presets", _word(await _differ(step, task.presets))))
    step.measured(said(step, "due_parameters", _word(await _differ(step, task.parameters))))


def _word(lacking: bool | None) -> str:
    return OPEN if lacking is None else YES if lacking else NO


async def _has_codes(step: StepContext) -> bool | None:
    """Whether any unit has a code that counts; None when one could not be asked and none was
    found."""
    unread = False
    for unit in step.vehicle.units:
        try:
            found = await read_codes(step, unit)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            step.measured(said(step, f"{unit}.trouble_codes", None, error.detail))
            unread = True
            continue
        if any(one.status & CONFIRMED_OR_FAILING for one in found):
            return True
    return None if unread else False


async def _soft(step: StepContext, tyres: list[str], placard: str, tolerance: float) -> bool | None:
    rated = step.vehicle.profile.ratings.get(placard)
    if rated is None:
        return None
    wanted = rated.to("kPa")
    off: list[bool | None] = []
    for reading in (await step.read(tyres)).values():
        number = number_of(reading)
        kpa = None if number is None else convert(number, reading.unit or "kPa", "kPa")
        off.append(None if kpa is None else abs(kpa - wanted) > tolerance * wanted)
    return True if True in off else None if None in off else False


async def _differ(step: StepContext, wanted: dict[str, Scalar]) -> bool | None:
    differing, unread = False, False
    for point, value in wanted.items():
        try:
            reading = await step.read_one(point)
        except (BenchError, DeviceError) as error:
            step.vehicle.require_alive()
            step.measured(said(step, point, None, error.detail))
            unread = True
            continue
        unread = unread or reading.quality is not Quality.GOOD
        differing = differing or (reading.quality is Quality.GOOD and reading.value != value)
    return True if differing else None if unread else False


@action("vehicle.soc_at_floor", kind="R", limit="none",
        title=Text("电量达到任务要求", "Charge as the task wants it"))  # fmt: skip
async def soc_at_floor(step: StepContext, *, soc: PointName) -> None:
    """Judge the state of charge against the floor of the task."""
    floor = step.bench.preparation.soc_floor
    step.judge(await step.read_one(soc), Range("%", low=floor))


@action("vehicle.shows_task", kind="R", limit="none",
        title=Text("总线值等于任务值", "The bus shows what the task wants"))  # fmt: skip
async def shows_task(step: StepContext, *, points: Annotated[dict[str, str], PointRef()]) -> None:
    """Judge that signals (or identifiers) of the car read what the task orders.

    `points` says for each the entry of the task: `TBOX_Rental.TBOX_SpeedLimit:
    tbox.rental_speed_limit`. Frames that came before the question do not count.
    """
    task = step.bench.preparation.task
    ordered = {**task.presets, **task.parameters}
    missing = [name for name in points.values() if name not in ordered]
    if missing:
        raise NotAvailableError(f"the task does not order {', '.join(missing)}")
    for point, reading in (await step.read(list(points))).items():
        step.judge(reading, Equals(ordered[points[point]]))
