"""Reading the facts about a candidate out of a record. Nothing is judged."""

from collections.abc import Sequence

import msgspec

from harness.assess.facts import Attempt, Facts, StepKey, Use
from harness.assess.ledger import ledger_of
from harness.events import (
    Answered,
    Asked,
    CandidateReading,
    ClockNoted,
    Concluded,
    ExamOpened,
    ExamStarted,
    FaultSet,
    FaultsLeft,
    HintGiven,
    Measured,
    PlanAnnounced,
    RunEnded,
    RunStarted,
    ScenarioSet,
    StepEnded,
    StepStarted,
    ToolUsed,
)
from harness.evidence.chain import ZERO, line_hash
from harness.evidence.read import Entry
from harness.text import Text
from harness.verdict import Ending

_ASSESSOR = "A"
"""Kind of the steps that are an assessor's to answer, after the exam."""
_RESETS, _REPAIRED, _NOTHING = "resets", "repaired", "none"
"""Names of measurements by which steps put resets and repairs on record."""
_CLEARING = ("diag.clear_and_rescan",)
CLEARING_TOOLS = ("clear",)
REPLACING_TOOLS = ("replace",)


def facts_of(entries: Sequence[Entry]) -> Facts:
    """The facts of a record. `entries` as `harness.evidence.read.read_journal` gives them."""
    return _Reading(entries).facts()


class _Reading:
    """One pass over a record."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._run: RunStarted | None = None
        self._exam: ExamStarted | None = None
        self._scenario: ScenarioSet | None = None
        self._opened = False
        self._ending: Ending | None = None
        self._attempts: list[Attempt] = []
        self._current: Attempt | None = None
        self._tools: list[Use] = []
        self._resets: list[int] = []
        self._parts: list[int] = []
        self._hints: list[int] = []
        self._impossible: dict[StepKey, str] = {}
        self._clock: list[tuple[int, float, ClockNoted]] = []
        self._on: dict[str, bool] = {}
        """Fault -> whether it was on when the exam ended."""
        self._said_left: FaultsLeft | None = None
        self._fault_lines: list[int] = []
        self._labels: dict[str, Text] = {}
        self._over = False
        """The candidate's time has ended."""

    def facts(self) -> Facts:
        for entry in self._entries:
            self._take(entry)
        run = self._run
        hidden = self._hidden()
        spans = self._spans()
        begin = min((span[0] for span in spans.values()), default=0.0)
        end = max((span[1] for span in spans.values()), default=0.0)
        return Facts(
            run_id=run.run_id if run else "",
            head=line_hash(self._entries[-1].raw) if self._entries else ZERO,
            simulated=run.simulated if run else False,
            candidate=self._exam.candidate if self._exam else (run.operator if run else ""),
            minutes=self._exam.minutes if self._exam else None,
            attempts=self._attempts,
            tools=self._tools,
            resets=self._resets,
            parts=self._parts,
            hints=self._hints,
            impossible=self._impossible,
            spans=spans,
            ledger=ledger_of(self._clock, begin, self._end_of_clock(end)),
            opened=self._opened or self._exam is None,
            ending=self._ending,
            hidden=hidden,
            left=self._left(hidden),
            fault_lines=self._fault_lines,
            entries=self._entries,
        )

    def _left(self, hidden: Sequence[str]) -> list[str] | None:
        """Hidden faults that are there still; None where the record does not tell of each.

        The exam says at its end what is left. In other runs, a fault that a person has mended was
        switched off by nobody.
        """
        said = self._said_left
        if said is not None:
            return [fault for fault in hidden if fault in said.faults] if said.known else None
        if all(self._on.get(fault) is False for fault in hidden):
            return []
        return None

    def _hidden(self) -> list[str]:
        if self._scenario is not None:
            return [plan.fault for plan in self._scenario.faults]
        return list(self._run.faults) if self._run is not None else []

    def _spans(self) -> dict[str, tuple[float, float]]:
        found: dict[str, tuple[float, float]] = {}
        for one in self._attempts:
            if not _took_place(one):
                continue
            begin, end = found.get(one.procedure, (one.started, one.started))
            found[one.procedure] = (begin, max(end, one.started, one.ended or one.started))
        return found

    def _end_of_clock(self, end: float) -> float:
        """A ledger that was cut off ends with the record."""
        return self._entries[-1].t if self._clock and self._entries else end

    def _take(self, entry: Entry) -> None:
        match entry.event:
            case StepStarted() as event:
                self._current = _attempt(entry, event)
                self._attempts.append(self._current)
            case StepEnded() as event:
                self._ended(entry, event)
            case ToolUsed() as event:
                self._tool(entry, event)
            case HintGiven():
                self._hints.append(entry.n)
            case Measured() as event:
                self._measured(entry, event)
            case Asked() as event:
                self._labels = {**self._labels, **event.labels}
            case Concluded() | CandidateReading() | Answered() as event:
                self._said(entry, event)
            case _:
                self._of_run(entry)

    def _of_run(self, entry: Entry) -> None:
        match entry.event:
            case RunStarted() as event:
                self._run = event
            case ExamStarted() as event:
                self._exam = event
            case ExamOpened():
                self._opened = self._over = True
            case RunEnded() as event:
                self._ending = event.ending
            case PlanAnnounced() as event:
                for step, reason in event.not_possible.items():
                    self._impossible[event.procedure, step] = reason
            case ClockNoted() as event:
                self._clock.append((entry.n, entry.t, event))
                self._over = self._over or event.phase == "ended"
            case ScenarioSet() as event:
                self._scenario = event
                self._fault_lines.append(entry.n)
            case FaultsLeft() as event:
                self._said_left = event
                self._fault_lines.append(entry.n)
            case FaultSet() as event if event.on or self._working():
                self._on[event.fault] = event.on
                self._fault_lines.append(entry.n)

    def _working(self) -> bool:
        """The candidate is at work: what is switched off otherwise is tidying up."""
        return self._current is not None and not self._over

    def _tool(self, entry: Entry, event: ToolUsed) -> None:
        self._tools.append(Use(entry.n, entry.t, event))
        if event.ok and event.tool in CLEARING_TOOLS:
            self._resets.append(entry.n)
        if event.ok and event.tool in REPLACING_TOOLS:
            self._parts.append(entry.n)

    def _measured(self, entry: Entry, event: Measured) -> None:
        measurement = event.measurement
        if measurement.name == _RESETS and measurement.value:
            self._resets.append(entry.n)
        if measurement.name == _REPAIRED and measurement.value != _NOTHING:
            self._parts.append(entry.n)

    def _said(self, entry: Entry, event: Concluded | CandidateReading | Answered) -> None:
        current = self._current
        if current is None or event.step != current.step:
            return
        if isinstance(event, Concluded):
            current.concluded, current.labels = event, self._labels
        elif isinstance(event, CandidateReading):
            current.reading = event
        elif event.value is not None and event.value is not False:
            current.answered.append(entry.n)
        elif current.kind != _ASSESSOR:
            current.declined.append(entry.n)

    def _ended(self, entry: Entry, event: StepEnded) -> None:
        # A step that never began (the run had ended) is on record with its end alone.
        one = self._current
        if one is None or (one.procedure, one.step) != (event.procedure, event.step):
            return
        one.ended, one.end_line = entry.t, entry.n
        one.verdict, one.candidate, one.reason = event.verdict, event.candidate, event.reason
        one.sealed = event.withheld
        if one.action in _CLEARING and one.done:
            self._resets.append(entry.n)
        self._current = None


def _took_place(one: Attempt) -> bool:
    """Whether the candidate had the step before him at all."""
    return one.ended is None or one.ended > one.started or one.done


def _attempt(entry: Entry, event: StepStarted) -> Attempt:
    return Attempt(
        procedure=event.procedure,
        step=event.step,
        number=event.attempt,
        title=event.title,
        action=event.action,
        kind=event.kind,
        critical=event.critical,
        group=event.group,
        parameters=msgspec.to_builtins(event.parameters),
        started=entry.t,
        line=entry.n,
    )
