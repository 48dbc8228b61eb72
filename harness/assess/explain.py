"""What an exam came to, for the candidate after practice and for assessors: from the record alone.

What was in the bench, what he answered and what was right, step by step, and the hints he took.
Nothing is judged here; every verdict was on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.assess.scenario import Case, Scenario
from harness.datafile import loads, validate
from harness.errors import EvidenceError
from harness.events import (
    Asked,
    CandidateReading,
    ClockNoted,
    Concluded,
    ExamOpened,
    ExamStarted,
    FaultsLeft,
    HintGiven,
    Judged,
    PlanAnnounced,
    RunEnded,
    ScenarioSet,
    StepEnded,
    StepStarted,
    ToolUsed,
    Withheld,
)
from harness.evidence.read import Entry, read_journal
from harness.quantity import Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

OWN = "device"
"""In the basis of a conclusion: it is the candidate's own verdict on the device."""
_NO_EXAM = Text("不是考试记录", "Not the record of an exam")
_NOT_BEGUN = Text("考试没有开始作业", "Work had not begun in this exam")
_CLOSED = Text("考试尚未启封", "The exam has not been opened")


@dataclass
class Held:
    """One answer, held against what was right."""

    step: str
    title: Text
    answer: Value | None
    right: Value | None
    unit: str
    verdict: CandidateVerdict
    en: float | None = None
    labels: dict[str, Text] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    """Of a verdict on the device: what the harness had judged in that step."""
    basis: dict[str, str] = field(default_factory=dict)
    """Of a conclusion: the step verdicts or readings that it follows from."""


@dataclass
class Told:
    """Everything about one exam."""

    exam: ExamStarted
    hidden: ScenarioSet
    case: Case | None
    answers: list[Held] = field(default_factory=list)
    device: dict[str, Verdict | None] = field(default_factory=dict)
    candidate: dict[str, CandidateVerdict] = field(default_factory=dict)
    titles: dict[str, Text] = field(default_factory=dict)
    tools: list[ToolUsed] = field(default_factory=list)
    hints: list[HintGiven] = field(default_factory=list)
    clock: list[tuple[float, ClockNoted]] = field(default_factory=list)
    left: FaultsLeft | None = None
    why: str = ""
    labels: dict[str, Text] = field(default_factory=dict)
    """What the choices of the step that was taken in last were called."""
    judged: list[Judged] = field(default_factory=list)
    """What was judged in the step that was taken in last."""

    left_out: set[str] = field(default_factory=set)
    """Steps that the scenario does not have."""
    planned: int = 0
    """Steps that the exam has."""
    cut_off: bool = True
    """The record has no end: power failure, a killed program."""

    @property
    def not_reached(self) -> int:
        """Steps of an exam that was cut off that did not come to their end."""
        ended = sum(step not in self.left_out for step in self.device)
        return max(0, self.planned - ended) if self.cut_off else 0

    @property
    def undone(self) -> list[Text]:
        """Titles of the steps that were not carried out."""
        return [
            self.titles[step]
            for step, verdict in self.device.items()
            if verdict is Verdict.NOT_RUN and step not in self.left_out and step in self.titles
        ]

    @property
    def missed(self) -> list[Held]:
        """Answers that were not right."""
        return [one for one in self.answers if one.verdict is not CandidateVerdict.RIGHT]


def tell(folder: Path) -> Told:
    """What is on record about an exam that was opened. Raises EvidenceError."""
    return told_by(read_journal(folder))


def told_by(entries: Sequence[Entry]) -> Told:
    """The same, from opened entries. Raises EvidenceError."""
    exam = next((e.event for e in entries if isinstance(e.event, ExamStarted)), None)
    if exam is None:
        raise EvidenceError("no exam was begun in this record", headline=_NO_EXAM)
    hidden = next((e.event for e in entries if isinstance(e.event, ScenarioSet)), None)
    if hidden is None and not any(isinstance(e.event, Withheld) for e in entries):
        raise EvidenceError(
            "work had not begun and nothing was hidden yet; "
            "an exam that was cut off so is held anew",
            headline=_NOT_BEGUN,
        )
    if hidden is None:
        raise EvidenceError(
            "the key of this exam is not on record: it was cut off, or it is still going on",
            headline=_CLOSED,
        )
    told = Told(exam, hidden, _case(hidden))
    for entry in entries:
        _take(told, entry)
    return told


def _take(told: Told, entry: Entry) -> None:
    """Take in one event."""
    match entry.event:
        case PlanAnnounced() as event:
            told.left_out |= set(event.deselected)
            told.planned += event.steps - len(event.deselected)
        case StepStarted() as event:
            told.titles[event.step] = event.title
            # A step that is done once more counts with its last attempt.
            told.answers = [one for one in told.answers if one.step != event.step]
            told.labels, told.judged = {}, []
        case Judged() as event:
            told.judged.append(event)
        case Asked(labels=more):
            told.labels = {**told.labels, **more}
        case CandidateReading() | Concluded() as event:
            told.answers.append(_held(told, event))
        case RunEnded():
            told.cut_off = False
        case StepEnded() as event:
            told.device[event.step] = event.verdict
            if event.candidate is not None:
                told.candidate[event.step] = event.candidate
        case _:
            _take_about_the_exam(told, entry)


def _take_about_the_exam(told: Told, entry: Entry) -> None:
    """What is of no step: tools, hints, the clock, the end."""
    match entry.event:
        case ToolUsed() as event:
            told.tools.append(event)
        case HintGiven() as event:
            told.hints.append(event)
        case ClockNoted() as event:
            told.clock.append((entry.t, event))
        case FaultsLeft() as event:
            told.left = event
        case ExamOpened() as event:
            told.why = event.why
        case _:
            pass


def _held(told: Told, event: CandidateReading | Concluded) -> Held:
    title = told.titles[event.step]
    if isinstance(event, Concluded):
        own = OWN in event.basis
        return Held(
            event.step,
            title,
            event.answer,
            event.key,
            "",
            event.candidate,
            labels=told.labels,
            judged=told.judged if own else [],
            basis={} if own else event.basis,
        )
    answer, true = event.answer, event.reference
    return Held(
        event.step, title, answer.value, true.value, answer.unit or "", event.candidate, event.en
    )


def _case(hidden: ScenarioSet) -> Case | None:
    """The case of the scenario document that has these faults and this key."""
    values, places = loads(hidden.document.encode(), "scenario")
    scenario = validate(Scenario, values, places)
    for case in scenario.cases:
        faults = [(one.fault, one.before or "") for one in case.faults]
        if faults == [(one.fault, one.at) for one in hidden.faults] and (
            case.key.diagnosis == hidden.diagnosis
        ):
            return case
    return None
