"""The events of a record, put together the way people read a run: procedures, groups, steps.

Nothing is decided here. Every verdict shown was carried by an event; the last attempt of a step
stands for it, and the earlier ones are shown beside it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from harness.events import (
    Answered,
    AnyEvent,
    Asked,
    ClockCompared,
    Concluded,
    DeviceIdentified,
    DeviceOpened,
    DiagnosticExchange,
    Event,
    FaultSet,
    FramesSent,
    InstrumentListed,
    Judged,
    Measured,
    OutcomeNoted,
    PlanAnnounced,
    ProcedureEnded,
    RecordingTaken,
    Restored,
    RunEnded,
    RunStarted,
    SafeState,
    StepEnded,
    StepStarted,
    Written,
)
from harness.evidence.read import Entry, ModbusEntry
from harness.report.record import Record
from harness.report.vehicle import VehicleSide, changes_something
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

E = TypeVar("E")


@dataclass
class At(Generic[E]):
    """An event with its line and time in the journal."""

    line: int
    t: float
    event: E


@dataclass
class Attempt:
    """One attempt at a step, with everything that was recorded in it."""

    number: int
    start: float
    parameters: Mapping[str, object] = field(default_factory=dict)
    ended: StepEnded | None = None
    end: float | None = None
    judged: list[At[Judged]] = field(default_factory=list)
    measured: list[At[Measured]] = field(default_factory=list)
    written: list[At[Written]] = field(default_factory=list)
    dialogue: list[tuple[Asked | None, Answered | None]] = field(default_factory=list)
    concluded: list[Concluded] = field(default_factory=list)
    noted: list[OutcomeNoted] = field(default_factory=list)
    faults: list[FaultSet] = field(default_factory=list)
    recordings: list[RecordingTaken] = field(default_factory=list)
    frames: list[ModbusEntry] = field(default_factory=list)
    exchanges: list[At[DiagnosticExchange]] = field(default_factory=list)
    sent: list[At[FramesSent]] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict | None:
        return self.ended.verdict if self.ended else None

    def take(self, event: Concluded | RecordingTaken | OutcomeNoted) -> None:
        """Keep an event whose time in the record nobody asks for."""
        if isinstance(event, Concluded):
            self.concluded.append(event)
        elif isinstance(event, RecordingTaken):
            self.recordings.append(event)
        else:
            self.noted.append(event)


@dataclass
class Step:
    """One step with all its attempts."""

    procedure: str
    id: str
    number: int
    title: Text
    action: str
    kind: str
    group: str
    critical: bool
    item: str | None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def last(self) -> Attempt:
        return self.attempts[-1]

    @property
    def unfinished(self) -> bool:
        """The record ends in the middle of the step."""
        return self.last.ended is None

    @property
    def verdict(self) -> Verdict | None:
        return self.last.verdict

    @property
    def candidate(self) -> CandidateVerdict | None:
        return self.last.ended.candidate if self.last.ended else None

    @property
    def anchor(self) -> str:
        return f"step-{self.procedure}-{self.id}"


@dataclass
class Procedure:
    """One procedure of the run."""

    id: str
    plan: PlanAnnounced | None = None
    ended: ProcedureEnded | None = None
    steps: dict[str, Step] = field(default_factory=dict)

    @property
    def title(self) -> Text:
        return self.plan.title if self.plan else Text(self.id, self.id)

    def counts(self) -> dict[Verdict | None, int]:
        """How many steps ended with each verdict, in the order of `Verdict`, no claim last."""
        found: dict[Verdict | None, int] = {}
        for kind in (*Verdict, None):
            steps = [step for step in self.steps.values() if not step.unfinished]
            if count := sum(step.verdict is kind for step in steps):
                found[kind] = count
        return found

    def by_group(self) -> Iterator[tuple[str, list[Step]]]:
        """Runs of steps of one group, in the order of the procedure."""
        group: str | None = None
        steps: list[Step] = []
        for step in self.steps.values():
            if step.group != group and steps:
                yield group or "", steps
                steps = []
            group = step.group
            steps.append(step)
        if steps:
            yield group or "", steps


class RunView:
    """A whole record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.started: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.procedures: dict[str, Procedure] = {}
        self.devices: list[DeviceOpened] = []
        self.identities: dict[str, DeviceIdentified] = {}
        self.instruments: list[InstrumentListed] = []
        self.clocks: list[ClockCompared] = []
        self.faults: list[At[FaultSet]] = []
        self.noted: list[At[OutcomeNoted]] = []
        self.restored: list[Restored] = []
        self.safe_states: list[SafeState] = []
        self.vehicle = VehicleSide()
        self.other_exchanges: list[At[DiagnosticExchange]] = []
        """Diagnostic exchanges that belong to no step: identifying, giving control back."""
        self.other_sent: list[At[FramesSent]] = []
        self.seconds = record.entries[-1].t if record.entries else 0.0
        self._step: Step | None = None
        self._frames_seen = 0
        self._lines = [line.n for line in record.modbus]
        self._lists: dict[type[Event], list[Any]] = {
            DeviceOpened: self.devices,
            InstrumentListed: self.instruments,
            ClockCompared: self.clocks,
            Restored: self.restored,
            SafeState: self.safe_states,
        }
        for entry in record.entries:
            self._take(entry)
        self._leave_open_step()
        shown = {frame.n for step in self.steps for one in step.attempts for frame in one.frames}
        self.other_frames = [frame for frame in record.modbus if frame.n not in shown]
        """Transactions that belong to no step: opening, identifying, restoring, safe state."""

    @property
    def steps(self) -> list[Step]:
        return [step for procedure in self.procedures.values() for step in procedure.steps.values()]

    @property
    def written(self) -> list[tuple[Step, At[Written]]]:
        """Every write of every attempt."""
        return [
            (step, write)
            for step in self.steps
            for attempt in step.attempts
            for write in attempt.written
        ]

    @property
    def changing(self) -> list[tuple[Step | None, At[DiagnosticExchange]]]:
        """Requests that ask a control unit to change something, with the step that made them."""
        inside: list[tuple[Step | None, At[DiagnosticExchange]]] = [
            (step, at) for step in self.steps for one in step.attempts for at in one.exchanges
        ]
        every = [*inside, *((None, at) for at in self.other_exchanges)]
        return [(step, at) for step, at in every if changes_something(at.event)]

    @property
    def sent(self) -> list[tuple[Step | None, At[FramesSent]]]:
        """What was sent through the databases, with the step that sent it."""
        inside: list[tuple[Step | None, At[FramesSent]]] = [
            (step, at) for step in self.steps for one in step.attempts for at in one.sent
        ]
        return [*inside, *((None, at) for at in self.other_sent)]

    def procedure(self, name: str) -> Procedure:
        return self.procedures.setdefault(name, Procedure(name))

    def _take(self, entry: Entry) -> None:
        self.vehicle.take(entry.event)
        match entry.event:
            case StepStarted() as event:
                self._begin(entry, event)
            case StepEnded() as event:
                self._end(entry, event)
            case _:
                if not self._inside(entry, entry.event):
                    self._outside(entry, entry.event)

    def _leave_open_step(self) -> None:
        """The record ends within a step: what is left of the Modbus record is that step's."""
        if self._step is not None and self._lines:
            self._frames(self._step, self._lines[-1])

    def _begin(self, entry: Entry, event: StepStarted) -> None:
        steps = self.procedure(event.procedure).steps
        self._step = steps.setdefault(
            event.step,
            Step(
                event.procedure,
                event.step,
                event.number,
                event.title,
                event.action,
                event.kind,
                event.group,
                event.critical,
                event.item,
            ),
        )
        self._step.attempts.append(Attempt(event.attempt, entry.t, event.parameters))

    def _end(self, entry: Entry, event: StepEnded) -> None:
        steps = self.procedure(event.procedure).steps
        if event.step not in steps:  # its start is missing, as in an altered record
            title = Text(event.step, event.step)
            steps[event.step] = Step(event.procedure, event.step, 0, title, "", "", "", False, None)
            steps[event.step].attempts.append(Attempt(event.attempt, entry.t))
        step = steps[event.step]
        step.last.ended, step.last.end = event, entry.t
        self._frames(step, event.modbus_lines)
        self._step = None

    def _frames(self, step: Step, until: int) -> None:
        """The transactions since the last step end that this step caused."""
        first = bisect_right(self._lines, self._frames_seen)
        lines = self.record.modbus[first : bisect_right(self._lines, until)]
        step.last.frames = [line for line in lines if line.transaction.step == step.id]
        self._frames_seen = max(self._frames_seen, until)

    def _inside(self, entry: Entry, event: AnyEvent) -> bool:
        """Take in an event of the open step; False when it is none."""
        if self._step is None:
            return False
        now = self._step.last
        match event:
            case Judged():
                now.judged.append(At(entry.n, entry.t, event))
            case Measured():
                now.measured.append(At(entry.n, entry.t, event))
            case Written():
                now.written.append(At(entry.n, entry.t, event))
            case Asked():
                now.dialogue.append((event, None))
            case Answered():
                open_question = now.dialogue.pop()[0] if self._waiting(now) else None
                now.dialogue.append((open_question, event))
            case DiagnosticExchange():
                now.exchanges.append(At(entry.n, entry.t, event))
            case FramesSent():
                now.sent.append(At(entry.n, entry.t, event))
            case Concluded() | RecordingTaken() | OutcomeNoted():
                now.take(event)
            case FaultSet():
                now.faults.append(event)
                self.faults.append(At(entry.n, entry.t, event))
            case _:
                return False
        return True

    @staticmethod
    def _waiting(attempt: Attempt) -> bool:
        return bool(attempt.dialogue) and attempt.dialogue[-1][1] is None

    def _outside(self, entry: Entry, event: AnyEvent) -> None:
        match event:
            case RunStarted():
                self.started = event
            case PlanAnnounced():
                self.procedure(event.procedure).plan = event
            case DeviceIdentified():
                self.identities[event.role] = event
            case FaultSet():
                self.faults.append(At(entry.n, entry.t, event))
            case OutcomeNoted():
                self.noted.append(At(entry.n, entry.t, event))
            case DiagnosticExchange():
                self.other_exchanges.append(At(entry.n, entry.t, event))
            case FramesSent():
                self.other_sent.append(At(entry.n, entry.t, event))
            case ProcedureEnded():
                self.procedure(event.procedure).ended = event
            case RunEnded():
                self.ended = event
            case _:
                if (events := self._lists.get(type(event))) is not None:
                    events.append(event)
