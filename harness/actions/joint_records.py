"""What both sides keep of a fault, and who is to blame for a stop."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from harness.actions.context import StepContext
from harness.actions.joint_given import Passed, check_passed, earlier, require_passed
from harness.actions.registry import CheckContext, Complaint, PointRef, StateOf, action
from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.operator import Question
from harness.errors import NotAvailableError
from harness.fields import DurationField, FileModel, TextField
from harness.limits import Clear
from harness.quantity import Measurement, Value
from harness.text import Text
from harness.verdict import CandidateVerdict

if TYPE_CHECKING:
    from harness.bench.load import LoadedBench

FlagPoint = Annotated[str, PointRef(role="pile")]
_LOOK_AGAIN = 0.3
COUNTS = 0x09
"""Status bits of a trouble code that counts: testFailed and confirmedDTC (ISO 14229-1)."""


def _has_unit(bench: "LoadedBench", _role: str, parameters: dict[str, Any]) -> str:
    vehicle = bench.vehicle
    if vehicle is None:
        return "the bench has no vehicle"
    if vehicle.diagnostics is None:
        return f"{vehicle.id} has no diagnostic description"
    units = vehicle.diagnostics.units
    return next(
        (f"{vehicle.id} has no unit {name!r}" for name in parameters["codes"] if name not in units),
        "",
    )


@action(
    "diag.both_recorded",
    kind="R",
    limit="none",
    check=check_passed,
    possible=_has_unit,
    title=Text("双侧记录故障", "Both sides have recorded the fault"),
)
async def recorded(
    step: StepContext,
    *,
    point: FlagPoint,
    flags: Annotated[list[str], StateOf("point", flags=True)],
    codes: Annotated[dict[str, list[str]], Field(min_length=1)],
    wait: DurationField = 5.0,
    if_passed: Passed = (),
) -> None:
    """Expect flags of the pile to be set and trouble codes of the vehicle to be stored.

    `codes` are by control unit. Codes take a moment to be stored, so it is looked again for `wait`
    seconds. What is missing is named, as `pile:F-15` or `obc:P1C10-31`.
    """
    require_passed(step, if_passed)
    until = Deadline(min(step.deadline.at, loop_time() + wait))
    while True:
        device = step.bench.modbus("pile")
        reading = (await device.read([point], step.deadline))[point]
        shown = reading.value if isinstance(reading.value, list) else []
        missing = [f"pile:{flag}" for flag in flags if flag not in shown]
        found: list[Measurement] = []
        for unit, wanted in codes.items():
            stored = await _stored(step, unit)
            found += stored
            known = {one.name for one in stored}
            missing += [f"{unit}:{code}" for code in wanted if f"{unit}.{code}" not in known]
        if not missing or until.passed():
            break
        await sleep_until(min(until.at, loop_time() + _LOOK_AGAIN))
    for one in (reading, *found):
        step.measured(one)
    step.judge(
        Measurement(
            "not_recorded", missing, source="pile, vehicle", at=step.clock.elapsed(),
            transactions=reading.transactions,
        ),
        Clear([]),
    )  # fmt: skip


async def _stored(step: StepContext, unit: str) -> list[Measurement]:
    """The codes of a unit that count, as readings `unit.code` of the status byte."""
    return [
        Measurement(
            f"{unit}.{code.code}", code.status, source="vehicle", at=step.clock.elapsed(),
            raw=code.status, note=code.title.en,
        )
        for code in await step.vehicle.trouble_codes(unit, step.deadline)
        if code.status & COUNTS
    ]  # fmt: skip


# Who is to blame


class Sign(FileModel):
    """A reading that speaks for one answer: a point of one side in one of these states."""

    says: str
    pile: dict[str, list[str]] = Field(default_factory=dict)
    vehicle: dict[str, list[str]] = Field(default_factory=dict)


def blamed(readings: list[Measurement], signs: list[Sign]) -> tuple[str | None, dict[str, str]]:
    """The answer that recorded readings give, and the readings that brought it about.

    Signs are asked in their order; the first whose states were all recorded (last reading of each
    point) gives the answer. None: none of them was.
    """
    latest = {(one.source.partition(" ")[0], one.name): one.value for one in readings}
    for sign in signs:
        wanted = [
            (side, name, states)
            for side, points in (("pile", sign.pile), ("vehicle", sign.vehicle))
            for name, states in points.items()
        ]
        if wanted and all(latest.get((side, name)) in states for side, name, states in wanted):
            return sign.says, {
                f"{side}.{name}": str(latest[side, name]) for side, name, _ in wanted
            }
    return None, {}


def _check_blame(context: CheckContext) -> list[Complaint]:
    parameters = context.parameters
    found = list(earlier(context, (parameters["readings_of"],), "readings_of"))
    choices = list(parameters["choices"])
    for index, sign in enumerate(parameters["key"]):
        path = ("with", "key", index)
        if sign.says not in choices:
            what = f"{sign.says!r} is not one of the choices"
            found.append(((*path, "says"), what, "one of: " + ", ".join(choices)))
        if not sign.pile and not sign.vehicle:
            found.append((path, "nothing speaks for it", "`pile:` or `vehicle:` with states"))
    return found


@action(
    "operator.blame",
    kind="D",
    judges=False,
    limit="none",
    check=_check_blame,
    title=Text("判定停止责任", "Name the side that stopped"),
)
async def blame(
    step: StepContext,
    *,
    ask: TextField,
    subject: str,
    choices: Annotated[dict[str, TextField], Field(min_length=2)],
    key: Annotated[list[Sign], Field(min_length=1)],
    readings_of: str,
) -> None:
    """Have the person name the side that caused a stop, and compare with what was recorded of it.

    The key follows from the readings of an earlier step by the table `key`; it is worked out only
    after the answer. Without such readings there is nothing to blame anybody for, and the step is
    not run; when they fit no line of the table the answer stays pending.
    """
    readings = step.memory.measurements.get(readings_of, [])
    if not readings:
        raise NotAvailableError(f"step {readings_of!r} gave no reading to compare with")
    answer = await step.ask(
        Question(
            kind="decide",
            step=step.step,
            subject=subject,
            ask=ask,
            choices=list(choices),
            labels=choices,
        )
    )
    right, basis = blamed(readings, key)
    value: Value | None = answer.value
    if value is None and step.bench.operator.simulated:
        # The technician of the simulated bench goes by what is on record, as a trained one does.
        value = right
    if right is None:
        step.candidate = CandidateVerdict.PENDING
        return
    step.conclude(value, right, basis)
