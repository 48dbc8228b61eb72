"""Gates before a car goes into service: each with its value and its age, and the state they allow.

There is no platform here. The state is written into the car's telematics unit, which shows it on
its bus; what a platform makes of it is not known to this bench.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from harness.actions.changes import CHANGED, change, said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier
from harness.actions.registry import CheckContext, Complaint, PointName, action
from harness.actions.unit_work.common import refused
from harness.errors import BenchError, DeviceError, NotAvailableError, UnknownNameError
from harness.events import Written
from harness.fields import DurationField, FileModel
from harness.limits import Clear, Equals
from harness.quantity import Measurement, Quality, Value
from harness.text import Text
from harness.verdict import Verdict

READY, NOT_READY = "ready", "not_ready"
CLOSED, UNPROVED = "gates_closed", "gates_unproved"
PASSED, NOT_PASSED = "passed", "not_passed"
OUT_OF_SERVICE = "taken out of service"
_RIGHT = (Verdict.PASS, Verdict.CONDITIONAL_PASS)
_NOT_FAILED = (*_RIGHT, Verdict.NOT_RUN, None)


class Gate(FileModel):
    """One condition of going into service."""

    steps: list[str] = Field(min_length=1, description="Steps that have to have passed")
    not_failed: list[str] = Field(
        default_factory=list, description="Steps that count only where they were carried out"
    )
    points: list[str] = Field(default_factory=list, description="What is read again at the gate")


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of a gate, its age (s), and whether it is as it has to be."""

    name: str
    value: Value | None
    unit: str | None
    age: float | None
    right: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A gate as it was found."""

    name: str
    values: tuple[Seen, ...]

    @property
    def open(self) -> bool:
        """Its checks passed, and everything that was read again is there and as it has to be."""
        return all(one.right and one.value is not None for one in self.values)


def check_gates(context: CheckContext) -> Iterator[Complaint]:
    """Steps of the gates come before, and the points are points of the car."""
    vehicle = context.bench.vehicle
    for name, gate in context.parameters["gates"].items():
        for key, steps in (("steps", gate.steps), ("not_failed", gate.not_failed)):
            for (_, _, index), what, expected in earlier(context, tuple(steps), "gates"):
                yield ("with", "gates", name, key, index), what, expected
        for index, point in enumerate(gate.points):
            if vehicle is not None and point not in vehicle.points:
                detail = UnknownNameError("point", point, list(vehicle.points)).detail
                yield ("with", "gates", name, "points", index), detail, "a point of the vehicle"


@action("vehicle.put_in_service", kind="W", writes=True, limit="none", possible=has_diagnostics,
        check=check_gates,
        title=Text("全部上线条件满足后上线", "Into service by the gates"))  # fmt: skip
async def put_in_service(
    step: StepContext,
    *,
    gates: Annotated[dict[str, Gate], Field(min_length=1)],
    state: str,
    shown: PointName,
) -> None:
    """Look at every gate; write `ready` when all are open.

    A gate is open when its steps passed, none of its `not_failed` failed, and every one of its
    points is read again and within the limit by which these steps last judged that signal, where
    they did. With a gate closed nothing is written, except that a car which is `ready` all the same
    is taken out of service. Whatever is put back later, the car is not made rentable by it. Where
    something is written, nothing else of that unit's backup may change with it.

    `state` is the identifier of the telematics unit that is written, `shown` the signal that it
    broadcasts. Judged is that both say `ready` exactly when every gate is open. Values and ages
    are kept for `vehicle.gate_report`.
    """
    found = [await _look(step, name, gate) for name, gate in gates.items()]
    step.memory.kept[step.step] = found
    closed = [one.name for one in found if not one.open]
    step.measured(said(step, CLOSED, closed))
    wanted = NOT_READY if closed else READY
    before = (await step.read_one(state)).value
    if not closed or (before == READY and _can_write(step, state)):
        others = await _others(step, state)
        if not await _write(step, state, wanted):
            return
        now = await _others(step, state)
        changed = [name for name, value in others.items() if now[name] != value]
        step.judge(said(step, CHANGED, changed), Clear())
        read_back = await step.read_one(state)
        step.emit(
            Written(step=step.step, role=step.role, point=state, value=wanted,
                    read_back=read_back, agreed=read_back.value == wanted)
        )  # fmt: skip
        if closed and read_back.value != before:
            told = change(before, read_back.value)
            step.measured(said(step, f"{state}.changed", told, OUT_OF_SERVICE))
    else:
        read_back = await step.read_one(state)
    step.judge(read_back, Equals(wanted))
    step.judge(await step.read_one(shown), Equals(wanted))


async def _others(step: StepContext, state: str) -> dict[str, Value | None]:
    """What else of the unit could be put back, as it is now; None where it cannot be read."""
    backup = step.vehicle.control_units.work.backed_up(state.partition(".")[0])
    found = await step.vehicle.read_what_answers([one for one in backup if one != state],
                                                 step.deadline)  # fmt: skip
    return {name: reading.value for name, reading in found.items()}


def _can_write(step: StepContext, state: str) -> bool:
    work = step.vehicle.control_units.work
    unit, _, did = state.partition(".")
    return work.is_unlocked(unit) and work.kept(unit, did) is not None


async def _write(step: StepContext, state: str, value: str) -> bool:
    work = step.vehicle.control_units.work
    unit, _, did = state.partition(".")
    if not work.is_unlocked(unit):
        raise NotAvailableError(f"{unit} is locked: nothing is sent to it")
    work.leave_as(unit, did, NOT_READY)
    try:
        await work.write(unit, did, value, step.deadline)
    except (BenchError, DeviceError) as error:
        step.judge(refused(step, f"{state}.write", error), Equals("accepted"))
        return False
    return True


async def _look(step: StepContext, name: str, gate: Gate) -> Found:
    """One gate, its points read anew."""
    now = step.clock.elapsed()
    verdicts = step.memory.verdicts
    passed = all(verdicts.get(one) in _RIGHT for one in gate.steps)
    passed = passed and all(verdicts.get(one) in _NOT_FAILED for one in gate.not_failed)
    ended = [step.memory.ended.get(one) for one in gate.steps]
    oldest = min((one for one in ended if one is not None), default=now)
    age = None if None in ended else round(max(now - oldest, 0.0), 1)
    checks = Seen(f"gate.{name}.checks", PASSED if passed else NOT_PASSED, None, age, passed)
    return Found(name, (checks, *[await _read(step, gate, point) for point in gate.points]))


async def _read(step: StepContext, gate: Gate, point: str) -> Seen:
    try:
        reading = (await step.device.read([point], step.deadline))[point]
    except (BenchError, DeviceError):
        step.vehicle.require_alive()
        return Seen(point, None, None, None, right=False)
    if reading.quality is not Quality.GOOD:
        return Seen(point, None, reading.unit, None, right=False)
    age = round(max(step.clock.elapsed() - reading.at, 0.0), 3)
    right = step.still_passes(reading, gate.steps)
    return Seen(point, reading.value, reading.unit, age, right)


@action("vehicle.gate_report", kind="J", limit="none", possible=has_diagnostics,
        check=lambda context: earlier(context, (context.parameters["of"],), "of"),
        title=Text("上线条件核查表", "Report of the gates"))  # fmt: skip
async def gate_report(
    step: StepContext, *, of: str, oldest: DurationField = 3600.0
) -> None:  # fmt: skip
    """Put every gate on record with its values and their ages; none may lack one or be too old."""
    found = step.memory.kept.get(of)
    if not isinstance(found, list) or not found:
        raise NotAvailableError(f"step {of} looked at no gates")
    unproved: list[str] = []
    for gate in found:
        assert isinstance(gate, Found)  # what `vehicle.put_in_service` keeps
        step.measured(said(step, f"gate.{gate.name}", "open" if gate.open else "closed"))
        for one in gate.values:
            step.measured(
                Measurement(
                    one.name, one.value, one.unit, source=step.role, at=step.clock.elapsed(),
                    note=_told(one),
                    quality=Quality.GOOD if one.value is not None else Quality.MISSING,
                )
            )  # fmt: skip
            if one.value is None or one.age is None or one.age > oldest:
                unproved.append(gate.name)
    step.judge(said(step, UNPROVED, list(dict.fromkeys(unproved))), Clear())


def _told(one: Seen) -> str:
    """The age of a value in words; of one that closes its gate, that it does."""
    if one.age is None:
        return "no value"
    return f"{one.age:g} s old" + ("" if one.right else ", which closes the gate")
