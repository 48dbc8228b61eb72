"""What a stream of events comes to, step by step: for whoever shows a run, live or replayed.

A `RunDigest` is a listener. It keeps the last attempt of every step and draws no conclusions of
its own: every verdict in it was carried by an event.
"""

from dataclasses import dataclass, field

from harness.events import (
    Answered,
    Asked,
    Concluded,
    Event,
    FaultSet,
    Judged,
    Measured,
    OutcomeNoted,
    PlanAnnounced,
    ProcedureEnded,
    Restored,
    RunEnded,
    RunStarted,
    SafeState,
    StepEnded,
    StepStarted,
    Written,
)
from harness.text import Text
from harness.verdict import Verdict, worst

FAILED = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)


@dataclass
class StepDigest:
    """One attempt at one step, and everything that was put on record in it."""

    started: StepStarted
    judged: list[Judged] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    labels: dict[str, Text] = field(default_factory=dict)
    """What the choices of its questions were called."""
    concluded: Concluded | None = None
    ended: StepEnded | None = None

    @property
    def verdict(self) -> Verdict | None:
        return self.ended.verdict if self.ended is not None else None

    @property
    def reason(self) -> str:
        return self.ended.reason if self.ended is not None else ""

    @property
    def decisive(self) -> Judged | None:
        """The judgement that the step's verdict rests on: the first of the most serious ones."""
        heaviest = worst(event.judgement.verdict for event in self.judged)
        for event in self.judged:
            if event.judgement.verdict is heaviest:
                return event
        return None

    @property
    def failed(self) -> list[Judged]:
        """Every judgement that speaks against the device."""
        return [event for event in self.judged if event.judgement.verdict in FAILED]


class RunDigest:
    """Collects the events of one run."""

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.plans: dict[str, PlanAnnounced] = {}
        self.steps: dict[tuple[str, str], StepDigest] = {}
        """By procedure and step; the last attempt."""
        self.procedures: dict[str, ProcedureEnded] = {}
        self.faults: list[FaultSet] = []
        self.outcomes: list[OutcomeNoted] = []
        self.restored: list[Restored] = []
        self.safe_states: list[SafeState] = []
        self.ended: RunEnded | None = None
        self._open: StepDigest | None = None

    def __call__(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case StepStarted():
                self._open = StepDigest(event)
                self.steps[event.procedure, event.step] = self._open
            case StepEnded():
                if (step := self.steps.get((event.procedure, event.step))) is not None:
                    step.ended = event
                self._open = None
            case RunStarted():
                self.started = event
            case PlanAnnounced():
                self.plans[event.procedure] = event
            case ProcedureEnded():
                self.procedures[event.procedure] = event
            case RunEnded():
                self.ended = event
            case FaultSet():
                self.faults.append(event)
            case OutcomeNoted():
                self.outcomes.append(event)
            case Restored():
                self.restored.append(event)
            case SafeState():
                self.safe_states.append(event)
            case _:
                self._inside(event)

    @property
    def titles(self) -> dict[str, Text]:
        """Titles of the steps so far, by id."""
        return {step: one.started.title for (_, step), one in self.steps.items()}

    def _inside(self, event: Event) -> None:
        step = self._open
        if step is None:
            return
        match event:
            case Judged():
                step.judged.append(event)
            case Measured():
                step.measured.append(event)
            case Written():
                step.written.append(event)
            case Asked():
                step.labels.update(event.labels)
            case Answered():
                step.answered.append(event)
            case Concluded():
                step.concluded = event
            case _:
                pass

    def with_verdict(self, *verdicts: Verdict) -> list[StepDigest]:
        """Steps that ended so, in the order of the run."""
        return [step for step in self.steps.values() if step.verdict in verdicts]
