"""What an action gets: the step, the bench, the time left, and the only ways to leave a trace.

Everything an action learns goes through here, so nothing is measured, asked, written or judged
without an event.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from harness.actions.candidate import (
    CANNOT_SAY,
    Examiner,
    heaviest,
    is_right,
    normalised_error,
    plain,
    same_text,
)
from harness.bench.bench import Bench
from harness.bench.calibration import without_verdict
from harness.bench.instruments import top_of_range
from harness.bench.tools import BenchInstrument
from harness.clock import Clock, Deadline
from harness.devices.device import Device
from harness.devices.modbus.device import ModbusDevice
from harness.devices.operator import Answer, Question
from harness.errors import NotAvailableError
from harness.events import (
    Answered,
    Asked,
    CandidateReading,
    Concluded,
    Event,
    Judged,
    Measured,
    Written,
)
from harness.limits import Limit, Rule, Within, judge
from harness.over_range import (
    OVER_RANGE,
    is_over_range,
    says_over_range,
    with_over_range,
)
from harness.quantity import Measurement, Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

if TYPE_CHECKING:
    from harness.devices.vehicle.device import VehicleDevice


BY_MAKER = "maker"
"""In the place of an item's confidence: the limit is the maker's own, from the device's profile."""


class ItemRef:
    """The catalogue item a step is judged against, as far as events need it."""

    __slots__ = ("clause", "confidence", "id", "source", "words")

    def __init__(
        self,
        id: str,
        clause: str | None,
        confidence: str,
        source: str,
        words: tuple[Text, Text] | None = None,
    ) -> None:
        self.id = id
        self.clause = clause
        self.confidence = confidence
        self.source = source
        self.words = words
        """What the standard says in the place of pass and of fail."""

    def said(self, verdict: Verdict, *, by_maker: bool = False) -> Text | None:
        """The standard's own word for a verdict.

        Of a figure of low confidence none: it would look surer than it is. The maker's own figure
        (`by_maker`) takes its place.
        """
        if self.words is None or (self.confidence == "low" and not by_maker):
            return None
        if verdict in (Verdict.PASS, Verdict.CONDITIONAL_PASS):
            return self.words[0]
        if verdict in (Verdict.FAIL, Verdict.CONDITIONAL_FAIL):
            return self.words[1]
        return None


class RunMemory:
    """What earlier steps of the procedure found, for steps that build on it."""

    def __init__(self) -> None:
        self.measurements: dict[str, list[Measurement]] = {}
        self.judged: dict[str, list[tuple[Measurement, Limit, Rule | None]]] = {}
        """What each step has judged, by which limit and rule, in its order."""
        self.verdicts: dict[str, Verdict | None] = {}
        self.begun: dict[str, float] = {}
        """When each step was last begun (seconds of the run)."""
        self.ended: dict[str, float] = {}
        """When each step was last carried out (seconds of the run)."""
        self.by_truth: dict[str, Verdict | None] = {}
        """The verdicts that the bench's own values give, in exams."""
        self.kept: dict[str, object] = {}
        """What a step has found beyond readings, for later steps of its own family; by step."""
        self.photos: dict[str, str] = {}
        """Where each photo lies in the record, by the SHA-256 of its bytes."""


class StepContext:
    """One attempt at one step."""

    __slots__ = (
        "bench",
        "by_truth",
        "candidate",
        "clock",
        "deadline",
        "decided",
        "emit",
        "examiner",
        "item",
        "limit",
        "memory",
        "no_claim",
        "of_answers",
        "reference",
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
        self.no_claim = ""
        """Why the item says nothing of this device: then the step makes no claim."""
        self.candidate: CandidateVerdict | None = None
        self.examiner: Examiner | None = None
        """Knows what is true, in an exam."""
        self.of_answers: list[CandidateVerdict] = []
        """What the answers of this step came to, held against what is true."""
        self.decided = False
        """The scenario's key has said whether the conclusion is right."""
        self.reference: Measurement | None = None
        """The bench's own value of what the candidate has read last."""
        self.by_truth: list[Verdict] = []
        """The verdicts of the step, with what the limit gives for the bench's own values where the
        candidate gave his."""

    @property
    def of_candidate(self) -> CandidateVerdict | None:
        """What everything that the candidate said in this step comes to."""
        own = [] if self.candidate is None or self.decided else [self.candidate]
        return heaviest([*self.of_answers, *own])

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
        self,
        measurement: Measurement,
        limit: Limit | None = None,
        rule: Rule | None = None,
        *,
        by_maker: bool = False,
    ) -> Verdict:
        """Hold a measurement against the step's limit (or the one given).

        `by_maker`: the limit given is that of the device's maker, which comes before the item's.
        """
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
                confidence=BY_MAKER if by_maker else item.confidence,
                source=item.source,
                words=item.said(judgement.verdict, by_maker=by_maker),
            )
        self.emit(event)
        self.memory.judged.setdefault(self.step, []).append((measurement, limit, rule))
        self.verdicts.append(judgement.verdict)
        true = self.reference
        known = true is not None and true.name == measurement.name
        self.by_truth.append(
            judge(true, limit, rule).verdict if known and true is not None else judgement.verdict
        )
        return judgement.verdict

    def still_passes(self, reading: Measurement, steps: Sequence[str]) -> bool:
        """Whether a reading is within the limit by which these steps last judged that signal.

        One that none of them judged passes; so does a reaction time, which no reading repeats.
        """
        for name in reversed(steps):
            for judged, limit, rule in reversed(self.memory.judged.get(name, [])):
                same = (judged.name, judged.source) == (reading.name, reading.source)
                if same and not isinstance(limit, Within):
                    verdict = judge(reading, limit, rule).verdict
                    return verdict in (Verdict.PASS, Verdict.CONDITIONAL_PASS)
        return True

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
        answer = self._photo_kept(await self.bench.operator.ask(question, self.deadline))
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
        answer = self._told_over_range(question, answer)
        if self.examiner is not None:
            self._examine(question, answer, self.examiner)
        return answer

    def _photo_kept(self, answer: Answer) -> Answer:
        """The answer with its photo in the record, where the same picture lies once."""
        if not answer.photo or answer.content is None:
            return answer
        digest = hashlib.sha256(answer.content).hexdigest()
        if digest not in self.memory.photos:
            name = f"{self.step}{PurePath(answer.photo).suffix.lower()}"
            copy = self.bench.keep_file("photo", name, answer.content)
            self.memory.photos[digest] = copy or name
        return replace(answer, photo=self.memory.photos[digest])

    def _told_over_range(self, question: Question, answer: Answer) -> Answer:
        """OL as the top of the instrument's range, noted as such. Raises NotAvailableError."""
        if question.kind != "reading" or not says_over_range(answer.value):
            return answer
        unit = question.unit or ""
        tool = self.bench.instrument(answer.instrument or None, question.instrument)
        top = top_of_range(tool.range if tool is not None else (), unit)
        if top is None:
            name = tool.id if tool is not None else question.instrument
            raise NotAvailableError(f"{name} has no range in {unit}: OL says nothing")
        return replace(answer, value=top, note=with_over_range(answer.note))

    def _examine(self, question: Question, answer: Answer, examiner: Examiner) -> None:
        """Hold an answer of the candidate against what is true, where that is known."""
        if question.kind == "decide":
            if accepted := examiner.accepted(question):
                given = answer.value
                self.of_answers.append(is_right(given, accepted))
                key = given if given is not None and given in accepted else accepted[0]
                self._concluded(given, key, {}, self.of_answers[-1])
                self.decided = True
            return
        if question.kind not in ("reading", "inspect", "observe"):
            return
        truth = examiner.truth(question)
        if truth is None or truth.value is None:
            return
        if question.kind == "reading":
            self.compare_reading(question, answer, truth)
            return
        right = truth.value
        if not question.choices:  # read off somewhere
            right = plain(right)
        self.reference = replace(truth, value=right)
        if not question.choices and answer.value is not None and same_text(answer.value, right):
            right = answer.value
        self.of_answers.append(is_right(answer.value, [right]))
        self._concluded(answer.value, right, {}, self.of_answers[-1])

    def compare_reading(self, question: Question, answer: Answer, truth: Measurement) -> None:
        """Hold the candidate's reading against the bench's own value of the same quantity."""
        unit = question.unit
        spread = answer.uncertainty
        tool = self.bench.instrument(answer.instrument or None, question.instrument)
        number = answer.value
        if spread is None and number is not None and tool is not None and unit:
            stated = tool.uncertainty
            spread = stated.of(number, unit, tool.resolution) if stated is not None else None
        over = is_over_range(answer.note)
        said = Measurement(
            question.subject,
            number,
            unit,
            spread,
            source=answer.by,
            at=self.clock.elapsed(),
            note=OVER_RANGE if over else "",
        )
        self.reference = truth
        if tool is not None and over:
            truth = _as_shown(truth, tool)
        en = normalised_error(said, truth)
        if number is None:
            verdict = CandidateVerdict.ABSENT
        elif en is None:
            verdict = is_right(number, [truth.value] if truth.value is not None else [])
        else:
            verdict = CandidateVerdict.RIGHT if en <= 1 else CandidateVerdict.WRONG
        self.of_answers.append(verdict)
        self.emit(
            CandidateReading(step=self.step, answer=said, reference=truth, en=en, candidate=verdict)
        )

    def conclude_own(self, answer: Value | None, accepted: Sequence[str], basis: str) -> None:
        """The candidate's own verdict on the device, held against what the rule gives."""
        verdict = is_right(answer, accepted)
        key = answer if verdict is CandidateVerdict.RIGHT and answer is not None else accepted[0]
        self.of_answers.append(verdict)
        self._concluded(answer, key, {"device": basis or CANNOT_SAY}, verdict)

    async def do_by_hand(self, does: str | None, ask: Text | None) -> None:
        """Have the person do something at the bench. Raises NotAvailableError when declined."""
        if does is None:
            return
        text = ask or Text(f"请执行：{does}", f"Please do: {does}")
        answer = await self.ask(Question(kind="confirm", step=self.step, subject=does, ask=text))
        if answer.value is not True:
            raise NotAvailableError(f"the person did not do {does!r}: {answer.note or 'declined'}")
        self.bench.left_behind.taken_away(does)

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
        self.candidate = is_right(answer, [key])
        if answer is not None and right is not None:
            self.candidate = CandidateVerdict.RIGHT if right else CandidateVerdict.WRONG
        if not self.decided:
            self._concluded(answer, key, basis, self.candidate)

    def _concluded(
        self, answer: Value | None, key: Value, basis: dict[str, str], verdict: CandidateVerdict
    ) -> None:
        self.emit(Concluded(step=self.step, answer=answer, key=key, candidate=verdict, basis=basis))


def _as_shown(truth: Measurement, tool: BenchInstrument) -> Measurement:
    """What that instrument shows of it: OL where it is above the top of the range."""
    if isinstance(truth.value, bool) or not isinstance(truth.value, int | float) or not truth.unit:
        return truth
    top = top_of_range(tool.range, truth.unit)
    if top is None or truth.value < top:
        return truth
    return replace(truth, value=top, note=OVER_RANGE)
