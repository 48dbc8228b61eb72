"""Attending an exam: hides what is to be found, keeps the clock, asks for the candidate's verdict.

This is the engine's `Attendant`. It knows the case that was drawn and the random key; neither is
written anywhere in the clear before the exam is over.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from math import ceil
from typing import Protocol

from harness.actions.candidate import (
    CANNOT_SAY,
    DIAGNOSES,
    FAILS,
    MEETS,
    OWN_VERDICT,
    VERDICT_LABELS,
    accepted_verdicts,
)
from harness.actions.context import StepContext
from harness.actions.pile_fault.causes import BY_NAME
from harness.assess.blur import Blur
from harness.assess.depending import depending
from harness.assess.exam_clock import ExamClock
from harness.assess.live_vetoes import BreachWatch, said
from harness.assess.scenario import Case, HiddenFault
from harness.assess.scenario_file import LoadedScenario
from harness.assess.secrecy import Secrecy, places
from harness.bench.bench import Bench
from harness.clock import Deadline, loop_time, sleep_until
from harness.devices.operator import Question
from harness.engine.asking import asking_of
from harness.engine.plan import Plan, PlannedStep
from harness.errors import EvidenceError, NoReplyError, NotAvailableError, StopRun
from harness.events import (
    ClockNoted,
    Event,
    ExamOpened,
    ExamStarted,
    FaultPlan,
    FaultsLeft,
    HintGiven,
    Padding,
    ScenarioSet,
    StepEnded,
    ToolUsed,
    Transaction,
    Written,
)
from harness.evidence.withheld import commitment, new_key
from harness.quantity import Measurement, Value
from harness.text import Text
from harness.verdict import Verdict, worst

SWITCHING = 30.0
"""Seconds for bringing in a hidden fault."""
_SLOT = 1.0
"""Seconds for each fault that any case may bring in, whether it is there or not."""
HANDED_IN = Text("考生交卷", "The candidate handed in")
TIME_UP = Text("考试时间到", "The time was over")
_TECHNICAL = Text(
    "台架或程序故障，技术暂停，不计考生用时；排除后本步重做",
    "Bench or harness failed: technical stop, off the clock; the step is done once more",
)
_ASK_OWN = Text(
    "“{}”：根据自己的读数和观察，设备是否符合要求？",
    "“{}”: by what you have read and seen, does the device meet the requirements?",
)


class Desk(Protocol):
    """Where the candidate sits: what of the exam he is told and asked outside the steps."""

    async def ready(self, within: float) -> None:
        """Wait until he is ready to begin, at most `within` seconds."""
        ...

    async def paused(self, why: Text) -> str:
        """Work is interrupted; who lets it go on (a referee's code)."""
        ...

    async def before_end(self, step: str, deadline: Deadline) -> None:
        """A step is about to end: the last moment for a tool."""
        ...


class ExamAttendant:
    """One exam while it runs."""

    def __init__(
        self,
        scenario: LoadedScenario,
        case: Case,
        *,
        candidate: str,
        practice: bool,
        seed: int,
        plans: list[Plan],
        roles: Collection[str],
        key: bytes | None = None,
    ) -> None:
        self.scenario = scenario
        self.candidate = candidate
        self.practice = practice
        self.plans = plans
        self.roles = roles
        self.task: asyncio.Task[object] | None = None
        self.desk: Desk | None = None
        self.context: StepContext | None = None
        """The step that is open."""
        self.bench: Bench | None = None
        self.clock: ExamClock | None = None
        self.hints = 0
        self.measured_with: dict[str, str] = {}
        """Quantity -> instrument that the candidate took for it in the open step."""
        self.done: set[str] = set()
        self.carried_out: set[str] = set()
        """Steps that came to a verdict."""
        self._case = case
        self._seed = seed
        self._secrecy = Secrecy(scenario, candidate, key if key is not None else new_key())
        self._emit: Callable[[Event], None] = lambda event: None
        self._why = "stopped"
        self._interrupted: Text | None = None
        self._again: list[str] = []
        self._stopped_at: set[str] = set()
        """Steps at which bench or harness failed."""
        self._set: dict[str, Value] = {}
        """Point -> what was written last and read back."""
        self._title = Text("", "")
        self._blurs: list[Blur] = []
        self._switched: list[str] = []
        self._watch = BreachWatch(scenario.scheme, self._elapsed)
        self._may_come = places(scenario)

    @property
    def key(self) -> bytes:
        return self._secrecy.key

    # Withholding

    def withholds(self, event: Event) -> bool:
        self._watch(event)
        if isinstance(event, Written) and event.agreed:
            self._set[event.point] = event.value
        return self._secrecy.withholds(event)

    def close(self, event: Event) -> Event:
        if isinstance(event, StepEnded):
            self._watch(event)
        return self._secrecy.close(event)

    def hides(self, transaction: Transaction) -> bool:
        return self._secrecy.hides(transaction)

    def padding(self, count: int) -> Event | None:
        return self._secrecy.padding(count)

    # The course of the exam

    def announced(self, bench: Bench, emit: Callable[[Event], None]) -> None:
        self.bench, self._emit = bench, emit
        model, scheme = self.scenario.model, self.scenario.scheme
        emit(
            ExamStarted(
                scenario=model.scenario,
                title=model.title,
                mode="practice" if self.practice else "exam",
                candidate=self.candidate,
                order=model.order,
                scheme=scheme.scheme,
                scheme_sha256=self.scenario.scheme_sha256,
                commitment=commitment(self.key),
                minutes=model.minutes,
                station=bench.model.station,
            )
        )
        key = self._case.key
        emit(
            ScenarioSet(
                faults=[FaultPlan(one.fault, one.before or "") for one in self._case.faults],
                seed=self._seed,
                diagnosis=key.diagnosis,
                handling=key.handling,
                decisions=dict(key.decisions),
                document=self.scenario.data.decode("utf-8-sig"),
            )
        )

    async def prepare(self) -> None:
        """What is there from the start; then preparation, then work."""
        model, scheme = self.scenario.model, self.scenario.scheme
        await self._bring_in(
            [one for one in self._case.faults if one.before is None],
            most=max(sum(one.before is None for one in case.faults) for case in model.cases),
        )
        self.clock = ExamClock(
            limit=model.minutes * 60,
            overtime=scheme.overtime.allowed,
            note=self._note,
            over=lambda: self.stop("time_up", TIME_UP),
        )
        self.clock.enter("preparation", by=self.candidate)
        if self.desk is not None:
            await self.desk.ready(model.preparation * 60)
        self.clock.enter("working", by=self.candidate)

    async def _bring_in(self, faults: list[HiddenFault], *, most: int) -> None:
        """Switch them in a time that is the same for none, one and several.

        The record shows when things happen; a sound case must not be told by its haste. `most`:
        how many any case has here; there is time for all of them, and as many lines are withheld.
        What the system tells of the process is blurred until then.
        """
        began = loop_time()
        blur = Blur()
        self._blurs.append(blur)  # with the memory that it keeps
        with blur:
            for hidden in faults:
                await self._switch(hidden)
            for _ in range(most - len(faults)):
                self._emit(Padding())
            slots = max(1, most, ceil((loop_time() - began) / _SLOT))
            await sleep_until(began + slots * _SLOT)

    async def _switch(self, hidden: HiddenFault) -> None:
        assert self.bench is not None
        self._switched.append(hidden.fault)
        await self.bench.faults.switch(hidden.fault, on=True, deadline=Deadline.after(SWITCHING))

    async def before(self, planned: PlannedStep) -> None:
        self._title = planned.model.title
        if planned.model.id not in self._may_come:
            return
        due = [
            one
            for one in self._case.faults
            if one.before == planned.model.id and one.fault not in self._switched
        ]
        await self._bring_in(due, most=self._may_come[planned.model.id])

    def attend(self, context: StepContext) -> None:
        self.context = context
        self.measured_with = {}
        context.examiner = self

    async def conclude(self, context: StepContext, verdict: Verdict | None) -> None:
        """The candidate's own verdict, held against what the rule gives for the true value."""
        if self.desk is not None:
            await self.desk.before_end(context.step, context.deadline)
        if verdict not in (None, Verdict.NOT_RUN):
            self.carried_out.add(context.step)
        if context.step not in self.scenario.model.conclude:
            return
        question = Question(
            kind="decide",
            step=context.step,
            subject=OWN_VERDICT,
            ask=Text(_ASK_OWN.zh.format(self._title.zh), _ASK_OWN.en.format(self._title.en)),
            choices=[MEETS, FAILS, CANNOT_SAY],
            labels=VERDICT_LABELS,
        )
        try:
            own = (await context.ask(question)).value
        except (NotAvailableError, NoReplyError):
            own = None  # nobody is there any more, or the time of the step is over
        by_truth = worst(context.by_truth) or verdict
        basis = by_truth.value if by_truth is not None else ""
        context.conclude_own(own, accepted_verdicts(by_truth), basis)

    async def after(self, planned: PlannedStep, *, bench_failed: bool) -> list[str]:
        step = planned.model.id
        self.context = None
        self.done.add(step)
        self.look_for_breach()
        if bench_failed and self.clock is not None and step not in self._stopped_at:
            # Not the candidate's doing: the clock stops, and he gets the step once more.
            self._stopped_at.add(step)
            self._again.append(step)
            self.clock.enter("technical_stop", by="harness", why=f"step {step}")
            by = await self.desk.paused(_TECHNICAL) if self.desk is not None else "harness"
            self.clock.go_on(by=by)
        again, self._again = self._again, []
        return again

    def interrupted(self) -> Text | None:
        return self._interrupted

    def ending(self) -> list[Event]:
        """The clock's end, the key, and what was left in the bench."""
        events: list[Event] = []
        if self.clock is not None:
            self._emit = events.append
            self.clock.stop(by=self._ended_by(), why=self._why)
        events.append(ExamOpened(key=self.key.hex(), why=self._why))
        on = self.bench.faults_on if self.bench is not None else None
        left = [
            name
            for name in self._switched
            if (on is None or _in(name, on)) and not self._set_right(name)
        ]
        events.append(FaultsLeft(faults=left, known=on is not None))
        return events

    def _set_right(self, fault: str) -> bool:
        """Whether a fault that is a wrong setting was put right by writing the right one."""
        cause = BY_NAME.get(fault.partition("@")[0])
        if cause is None or not cause.writes or self.bench is None:
            return False
        site = self.bench.site
        return all(
            point in self._set and (point not in site or self._set[point] == site[point])
            for point in cause.writes
        )

    def _ended_by(self) -> str:
        return {"time_up": "clock", "veto": "harness"}.get(self._why, self.candidate)

    def _elapsed(self) -> float:
        return self.bench.clock.elapsed() if self.bench is not None else 0.0

    def look_for_breach(self) -> None:
        """Raises StopRun when a grave breach has to end the exam."""
        breach = self._watch.breach()
        if breach is not None:
            self._why = "veto"
            raise StopRun(said(breach), aborted=False)

    def finished(self) -> None:
        """Every step has had its turn."""
        self._why = "handed_in"

    def stop(self, why: str, reason: Text) -> None:
        """End the exam from outside the run's own course."""
        self._why, self._interrupted = why, reason
        if self.task is not None:
            self.task.cancel()

    def because(self, why: str) -> None:
        """Why the exam is about to end."""
        self._why = why

    # What tools have on record

    def repeat(self, step: str) -> None:
        """A step is to be done once more, after the one that is open."""
        self._again.append(step)

    def give_hint(self) -> Text | None:
        """The next hint of the case; None when there is none left."""
        assert self.context is not None
        hints = self._case.hints
        if self.hints >= len(hints):
            return None
        self.hints += 1
        hint = hints[self.hints - 1]
        self._emit(HintGiven(step=self.context.step, number=self.hints, hint=hint))
        return hint

    def note_tool(self, tool: str, *, target: str = "", ok: bool = True, reason: str = "") -> None:
        step = self.context.step if self.context is not None else ""
        self._emit(ToolUsed(step=step, tool=tool, target=target, ok=ok, reason=reason))

    def _note(self, event: ClockNoted) -> None:
        # Called from a timer as well; a record that fails is told by the recorder.
        with suppress(EvidenceError):
            self._emit(event)

    # The engine's examiner

    @property
    def left_out(self) -> Collection[str]:
        return self.scenario.model.without

    @property
    def diagnoses(self) -> list[str]:
        return list(self._case.key.diagnosis)

    def truth(self, question: Question) -> Measurement | None:
        return self.bench.truth(question) if self.bench is not None else None

    def accepted(self, question: Question) -> list[str]:
        """Right choices where the scenario says so: of a step, or the name of the fault."""
        if question.subject == OWN_VERDICT:
            return []
        key = self._case.key
        if question.step in key.decisions:
            return [key.decisions[question.step]]
        return list(key.diagnosis) if question.subject in DIAGNOSES else []

    @property
    def steps(self) -> list[PlannedStep]:
        """The steps that the candidate is given."""
        return [
            step
            for plan in self.plans
            for step in plan.steps
            if step.model.id not in plan.deselected
        ]

    def without(self, undone: str) -> list[PlannedStep]:
        """Steps that have no turn when this one is left undone, in whatever case."""
        for plan in self.plans:
            steps = [one for one in plan.steps if one.model.id not in plan.deselected]
            if any(one.model.id == undone for one in steps):
                return depending(undone, steps)
        return []

    def asks_once(self, step: str) -> bool:
        """Whether a step asks for one thing, so that it is undone without an answer."""
        planned = next((one for one in self.steps if one.model.id == step), None)
        return planned is not None and len(asking_of(planned).questions) == 1

    @property
    def numbers(self) -> dict[str, int]:
        """Step -> its number for the candidate, who is not given the steps that are left out."""
        return {step.model.id: number for number, step in enumerate(self.steps, 1)}


def _in(name: str, on: Collection[str]) -> bool:
    """Whether a hidden fault is among those that are on, with or without its place."""
    return name in on or f"{name}@pile" in on
