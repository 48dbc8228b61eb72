"""What an action gets: the step, the bench, the time left, and the only ways to leave a trace.

Everything an action learns goes through here, so nothing is measured, asked, written or judged
without an event.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from harness.bench.bench import Bench
from harness.bench.calibration import without_verdict
from harness.clock import Clock, Deadline
from harness.devices.device import Device
from harness.devices.modbus.device import ModbusDevice
from harness.devices.operator import Answer, Question
from harness.errors import NotAvailableError
from harness.events import Answered, Asked, Concluded, Event, Judged, Measured, Written
from harness.limits import Limit, Rule, judge
from harness.quantity import Measurement, Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

if TYPE_CHECKING:
    from harness.devices.vehicle.device import VehicleDevice


class ItemRef:
    """The catalogue item a step is judged against, as far as events need it."""

    __slots__ = ("clause", "confidence", "id", "source")

    def __init__(self, id: str, clause: str | None, confidence: str, source: str) -> None:
        self.id = id
        self.clause = clause
        self.confidence = confidence
        self.source = source


class RunMemory:
    """What earlier steps of the procedure found, for steps that build on it."""

    def __init__(self) -> None:
        self.measurements: dict[str, list[Measurement]] = {}
        self.verdicts: dict[str, Verdict | None] = {}
        self.kept: dict[str, object] = {}
        """What a step has found beyond readings, for later steps of its own family; by step."""


class StepContext:
    """One attempt at one step."""

    __slots__ = (
        "bench",
        "candidate",
        "clock",
        "deadline",
        "emit",
        "item",
        "limit",
        "memory",
        "role",
        "rule",
        "step",
        "verdicts",
    )

    def __init__(
        self,
        *,
        step: str,
        role: str,
        bench: Bench,
        clock: Clock,
        deadline: Deadline,
        emit: Callable[[Event], None],
        limit: Limit | None,
        rule: Rule | None,
        item: ItemRef | None,
        memory: RunMemory,
    ) -> None:
        self.step = step
        self.role = role
        self.bench = bench
        self.clock = clock
        self.deadline = deadline
        self.emit = emit
        self.limit = limit
        self.rule = rule
        self.item = item
        self.memory = memory
        self.verdicts: list[Verdict] = []
        self.candidate: CandidateVerdict | None = None

    @property
    def device(self) -> Device:
        """The device of this action's role. Raises NotAvailableError."""
        return self.bench.device(self.role)

    @property
    def modbus(self) -> ModbusDevice:
        """The same, as a Modbus device. Raises NotAvailableError."""
        return self.bench.modbus(self.role)

    @property
    def vehicle(self) -> "VehicleDevice":
        """The vehicle of the bench. Raises NotAvailableError."""
        return self.bench.vehicle

    async def read(
        self, points: Sequence[str], *, role: str | None = None
    ) -> dict[str, Measurement]:
        """Read points at once and put them on record.

        Of a vehicle, what a silent control unit does not tell is on record as missing.
        """
        role = self.role if role is None else role
        if role == "vehicle":
            found = await self.vehicle.read_what_answers(points, self.deadline)
        else:
            found = await self.bench.device(role).read(points, self.deadline)
            if why := self.bench.calibration_run_out(role):
                found = without_verdict(found, why)
        for measurement in found.values():
            self.measured(measurement)
        return found

    async def read_one(self, point: str, *, role: str | None = None) -> Measurement:
        return (await self.read([point], role=role))[point]

    def measured(self, measurement: Measurement) -> None:
        """Put a measurement on record."""
        self.memory.measurements.setdefault(self.step, []).append(measurement)
        self.emit(Measured(step=self.step, measurement=measurement))

    def judge(
        self, measurement: Measurement, limit: Limit | None = None, rule: Rule | None = None
    ) -> Verdict:
        """Hold a measurement against the step's limit (or the one given)."""
        limit = limit if limit is not None else self.limit
        if limit is None:
            raise NotAvailableError(f"step {self.step} has no limit to judge against")
        rule = rule if rule is not None else self.rule
        judgement = judge(measurement, limit, rule)
        item = self.item
        if item is None:
            event = Judged(
                step=self.step,
                measurement=measurement,
                limit=limit,
                rule=rule,
                judgement=judgement,
            )
        else:
            event = Judged(
                step=self.step,
                measurement=measurement,
                limit=limit,
                rule=rule,
                judgement=judgement,
                item=item.id,
                clause=item.clause,
                confidence=item.confidence,
                source=item.source,
            )
        self.emit(event)
        self.verdicts.append(judgement.verdict)
        return judgement.verdict

    async def ask(self, question: Question) -> Answer:
        """Ask the person at the bench; question and answer go on record."""
        self.emit(
            Asked(
                step=self.step,
                kind=question.kind,
                question=question.ask,
                choices=question.choices,
                labels=question.labels,
                unit=question.unit,
            )
        )
        answer = await self.bench.operator.ask(question, self.deadline)
        self.emit(
            Answered(
                step=self.step,
                kind=question.kind,
                value=answer.value,
                by=answer.by,
                note=answer.note,
                instrument=answer.instrument,
                photo=answer.photo,
            )
        )
        return answer

    async def do_by_hand(self, does: str | None, ask: Text | None) -> None:
        """Have the person do something at the bench. Raises NotAvailableError when declined."""
        if does is None:
            return
        text = ask or Text(f"请执行：{does}", f"Please do: {does}")
        answer = await self.ask(Question(kind="confirm", step=self.step, subject=does, ask=text))
        if answer.value is not True:
            raise NotAvailableError(f"the person did not do {does!r}: {answer.note or 'declined'}")

    async def write(
        self, point: str, value: Value, *, restore: bool = True, role: str | None = None
    ) -> Measurement | None:
        """Write a point of a Modbus device, read it back and put both on record."""
        device = self.bench.modbus(self.role if role is None else role)
        if restore:
            await self.bench.remember(device, point, self.deadline)
        read_back = await device.write_and_read_back(point, value, self.deadline)
        agreed = None if read_back is None else device.took(point, value, read_back)
        self.emit(
            Written(
                step=self.step,
                role=device.role,
                point=point,
                value=value,
                read_back=read_back,
                agreed=agreed,
            )
        )
        return read_back

    def conclude(
        self,
        answer: Value | None,
        key: Value,
        basis: dict[str, str],
        *,
        right: bool | None = None,
    ) -> None:
        """Hold the person's conclusion against the key. A candidate verdict, never a device's.

        `right` says whether the answer will do, where that is more than being the same.
        """
        if answer is None:
            self.candidate = CandidateVerdict.ABSENT
        elif answer == key if right is None else right:
            self.candidate = CandidateVerdict.RIGHT
        else:
            self.candidate = CandidateVerdict.WRONG
        self.emit(
            Concluded(step=self.step, answer=answer, key=key, candidate=self.candidate, basis=basis)
        )
