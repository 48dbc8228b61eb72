"""Running the steps of one procedure: attempts, deadlines, failure policy, lost devices."""

import asyncio
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from harness.actions.context import RunMemory, StepContext
from harness.bench.bench import Bench
from harness.clock import Clock, Deadline, loop_time
from harness.engine.attendant import Attendant
from harness.engine.plan import Obstacle, Plan, PlannedStep
from harness.engine.recorder import Recorder
from harness.errors import (
    BenchError,
    ConnectionFailedError,
    DeviceError,
    DeviceLostError,
    EvidenceError,
    HarnessError,
    NoReplyError,
    NotAvailableError,
)
from harness.events import OutcomeNoted, ProcedureEnded, StepEnded, StepStarted
from harness.procedure.model import OnFail
from harness.text import Text
from harness.verdict import Ending, Verdict, worst

STEP_DEADLINE = 600.0
"""Seconds that a step may take when it does not say so itself."""
PERSON_DEADLINE = 3600.0
"""Seconds that a person may take."""
EXAM_DEADLINE = 6 * 3600.0
"""The same in an exam, which has a clock of its own: people think at a prompt, referees pause."""
_SILENCES_UNTIL_LOST = 2
_GRACE = 0.5
"""Seconds that a step has to find out by itself that its device is gone, and to tidy up."""
_WAIT = "bench.wait"
_UNDER_TEST = {"pile", "vehicle"}
"""Roles whose silence may be what is to be found; other devices belong to the bench."""

_RUN_ENDED = Text("运行已提前结束", "The run had ended")
_LOST = Text("设备已失联", "The device was lost")
_STOPPED = Text("按失败策略提前结束", "Stopped by the failure policy")
_GROUP_LEFT = Text("本组已按失败策略跳过", "The group was left by the failure policy")

_RETRY = (Verdict.ERROR, Verdict.INCONCLUSIVE)
_FAILED = (Verdict.FAIL, Verdict.CONDITIONAL_FAIL)
_ABOUT_DEVICE = (
    Verdict.PASS,
    Verdict.CONDITIONAL_PASS,
    Verdict.CONDITIONAL_FAIL,
    Verdict.FAIL,
)


class StepOutcome:
    """What one attempt came to."""

    __slots__ = ("bench_failed", "headline", "lost", "reason", "verdict")

    def __init__(
        self,
        verdict: Verdict | None,
        reason: str = "",
        headline: Text | None = None,
        *,
        lost: bool = False,
        bench_failed: bool = False,
    ) -> None:
        self.bench_failed = bench_failed
        """It was the harness itself that failed, or equipment that is not under test."""
        self.verdict = verdict
        self.reason = reason
        self.headline = headline
        self.lost = lost


class ProcedureRun:
    """One procedure on one open bench."""

    def __init__(
        self,
        plan: Plan,
        bench: Bench,
        clock: Clock,
        recorder: Recorder,
        attendant: Attendant | None = None,
    ) -> None:
        self._attendant = attendant
        self._plan = plan
        self._bench = bench
        self._clock = clock
        self._recorder = recorder
        self._memory = RunMemory()
        self._silences: dict[str, int] = {}
        self._tried: dict[str, int] = {}
        """Step -> number of its last attempt."""
        self._no_claim: set[str] = set()
        """Steps whose item says nothing of this device."""
        self.verdicts: dict[str, Verdict | None] = self._memory.verdicts
        self.ending: Ending | None = None
        """Set when the procedure ended before its last step."""
        self.reason = ""
        self.id = plan.procedure.id
        self.completed = False
        """Every step has had its turn."""
        self.finished = False
        self._cut_off = ("", 0)
        """Step and attempt that have begun and not ended: what an abort cuts off."""
        self._skip_all: Obstacle | None = None
        self._skip_groups: dict[str, Obstacle] = {}

    async def run(self) -> None:
        """Give every step its turn. Raises StopRun, CancelledError and EvidenceError."""
        for planned in self._plan.steps:
            if self._attendant is not None:
                await self._attendant.before(planned)
                self._recorder.write_kept()  # in every case, or in none
            obstacle = self._why_skip(planned)
            if obstacle is not None:
                self._not_run(planned, obstacle)
            else:
                await self._run_step(planned)

    def finish(self, ending: Ending, reason: str) -> None:
        """Say how the procedure ended; steps that had no turn are recorded as not run."""
        self.finished = True
        for planned in self._plan.steps:
            if planned.model.id not in self.verdicts:
                self._not_run(planned, Obstacle(_RUN_ENDED, reason))
        judging = [
            step
            for step in self._plan.steps
            if step.action.judges and step.model.id not in self._no_claim
        ]
        reached = [s for s in judging if self.verdicts.get(s.model.id) in _ABOUT_DEVICE]
        counts: dict[str, int] = {}
        for verdict in self.verdicts.values():
            name = verdict.value if verdict is not None else "no_claim"
            counts[name] = counts.get(name, 0) + 1
        self._recorder.emit(
            ProcedureEnded(
                procedure=self._plan.procedure.id,
                ending=ending,
                verdict=worst(self.verdicts.values()),
                counts=dict(sorted(counts.items())),
                coverage=round(len(reached) / len(judging), 4) if judging else 1.0,
            )
        )

    def _why_skip(self, planned: PlannedStep) -> Obstacle | None:
        if self._skip_all is not None:
            return self._skip_all
        if planned.obstacle is not None:
            return planned.obstacle
        if planned.model.group in self._skip_groups:
            return self._skip_groups[planned.model.group]
        gone = self._gone(planned)
        return Obstacle(_LOST, gone) if gone else None

    def _gone(self, planned: PlannedStep) -> str:
        """Why a step is of no use any more: what it is about was lost. Empty if it is.

        To wait is of no use when nothing comes after it that could still run; otherwise the steps
        that come rely on it.
        """
        lost = self._bench.lost
        for role in sorted(planned.roles):
            if role in lost:
                return f"the {role} was lost: {lost[role]}"
        if lost and planned.action.name == _WAIT:
            rest = self._plan.steps[self._plan.steps.index(planned) + 1 :]
            if all(one.action.name == _WAIT or self._why_skip(one) for one in rest):
                role, why = next(iter(lost.items()))
                return f"the {role} was lost: {why}"
        return ""

    @contextmanager
    def _ending_when_lost(self, planned: PlannedStep, timeout: asyncio.Timeout) -> Iterator[None]:
        """End the step soon after the loss of a device that it uses."""

        def lost() -> None:
            if not timeout.expired() and self._gone(planned):
                soon, due = loop_time() + _GRACE, timeout.when()
                timeout.reschedule(soon if due is None else min(due, soon))

        self._bench.tell_lost = lost
        try:
            yield
        finally:
            self._bench.tell_lost = lambda: None

    def _not_run(self, planned: PlannedStep, obstacle: Obstacle) -> None:
        cut_off = self._cut_off if self._cut_off[0] == planned.model.id else None
        if cut_off is None:
            self._recorder.emit(self._started(planned, 1))
        self.verdicts[planned.model.id] = Verdict.NOT_RUN
        self._recorder.emit(
            StepEnded(
                procedure=self._plan.procedure.id,
                step=planned.model.id,
                attempt=cut_off[1] if cut_off is not None else 1,
                verdict=Verdict.NOT_RUN,
                reason=obstacle.detail,
                headline=obstacle.headline,
            )
        )

    def _started(self, planned: PlannedStep, attempt: int) -> StepStarted:
        model = planned.model
        return StepStarted(
            procedure=self._plan.procedure.id,
            step=model.id,
            number=planned.number,
            title=model.title,
            action=model.do,
            kind=planned.action.kind,
            group=model.group or "",
            critical=model.critical,
            attempt=attempt,
            parameters=model.with_,
            item=model.item,
        )

    async def _run_step(self, planned: PlannedStep) -> None:
        outcome = await self._attempts(planned)
        if self._attendant is not None:
            again = await self._attendant.after(planned, bench_failed=outcome.bench_failed)
            for step in [one for one in self._plan.steps if one.model.id in again]:
                repeated = await self._attempts(step)
                outcome = repeated if step is planned else outcome
        self._apply_policy(planned, outcome)

    async def _attempts(self, planned: PlannedStep) -> StepOutcome:
        """As many attempts as the step may have; what the last of them came to."""
        model = planned.model
        first = self._tried.get(model.id, 0) + 1
        for attempt in range(first, first + model.attempts):
            self._bench.at_step(model.id, attempt)
            self._tried[model.id] = attempt
            self._memory.begun[model.id] = self._clock.elapsed()
            self._recorder.emit(self._started(planned, attempt))
            self._cut_off = (model.id, attempt)
            context, outcome = await self._attempt(planned)
            again = outcome.verdict in _RETRY and not outcome.lost
            if self._attendant is not None and not (again and attempt < first + model.attempts - 1):
                await self._attendant.conclude(context, outcome.verdict)
            await self._bench.notice_other_masters()
            self.verdicts[model.id] = outcome.verdict
            self._memory.ended[model.id] = context.clock.elapsed()
            if context.examiner is not None:
                self._memory.by_truth[model.id] = worst(context.by_truth) or outcome.verdict
            self._recorder.emit(
                StepEnded(
                    procedure=self._plan.procedure.id,
                    step=model.id,
                    attempt=attempt,
                    verdict=outcome.verdict,
                    candidate=context.of_candidate,
                    reason=outcome.reason,
                    headline=outcome.headline,
                )
            )
            self._cut_off = ("", 0)
            self._count_silence(planned, outcome)
            if not again:
                break
        return outcome

    async def _attempt(self, planned: PlannedStep) -> tuple[StepContext, StepOutcome]:
        model, action = planned.model, planned.action
        usual = PERSON_DEADLINE if self._involves_person(planned) else STEP_DEADLINE
        if self._attendant is not None:
            usual = EXAM_DEADLINE
        deadline = Deadline.after(model.within if model.within is not None else usual)
        context = StepContext(
            step=model.id,
            role=action.role,
            bench=self._bench,
            clock=self._clock,
            deadline=deadline,
            emit=self._recorder.emit,
            limit=planned.limit,
            rule=model.rule,
            item=planned.item,
            memory=self._memory,
        )
        if self._attendant is not None:
            self._attendant.attend(context)
        outcome = StepOutcome(None)
        try:
            async with deadline.timeout() as timeout:
                with self._ending_when_lost(planned, timeout):
                    await action.function(context, **planned.parameters)
        except TimeoutError:
            if gone := self._gone(planned):
                outcome = StepOutcome(Verdict.ERROR, gone, _LOST, lost=True)
            else:
                why = "the step's deadline passed"
                outcome = StepOutcome(Verdict.ERROR, why, Text("步骤超时", "The step timed out"))
        except NotAvailableError as error:
            outcome = StepOutcome(Verdict.NOT_RUN, error.detail, error.headline)
        except EvidenceError:
            raise
        except DeviceError as error:
            # The device answered, but gave nothing that a limit could be held against.
            outcome = StepOutcome(Verdict.INCONCLUSIVE, error.detail, error.headline)
        except BenchError as error:
            lost = isinstance(error, DeviceLostError | ConnectionFailedError)
            ours = bool(planned.roles) and not planned.roles & _UNDER_TEST
            outcome = StepOutcome(
                Verdict.ERROR, error.detail, error.headline, lost=lost, bench_failed=ours
            )
        except HarnessError as error:
            outcome = StepOutcome(Verdict.ERROR, error.detail, error.headline)
        except Exception as error:  # noqa: BLE001 - a lab's own action may raise anything
            outcome = self._internal_error(model.id, error)
        if outcome.verdict is None and not context.verdicts and not context.of_answers:
            outcome = self._without_verdict(planned, context)
        outcome.verdict = worst([*context.verdicts, outcome.verdict])
        return context, outcome

    def _without_verdict(self, planned: PlannedStep, context: StepContext) -> StepOutcome:
        """What a step came to that judged nothing."""
        if context.no_claim:
            self._no_claim.add(planned.model.id)
            return StepOutcome(None, context.no_claim)
        if planned.action.judges:
            return StepOutcome(Verdict.INCONCLUSIVE, "the action judged nothing")
        return StepOutcome(None)

    def _internal_error(self, step: str, error: Exception) -> StepOutcome:
        headline = Text("动作程序出错", "The action itself failed")
        where = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error} (in {where.name})"
        self._recorder.emit(
            OutcomeNoted(where=f"step {step}", branch="harness", headline=headline, detail=detail)
        )
        return StepOutcome(Verdict.ERROR, detail, headline, bench_failed=True)

    @staticmethod
    def _involves_person(planned: PlannedStep) -> bool:
        return planned.action.role == "operator" or bool(planned.parameters.get("does"))

    def _count_silence(self, planned: PlannedStep, outcome: StepOutcome) -> None:
        """A device is lost when its link is gone, or when it stays silent step after step."""
        # What somebody has switched off on purpose is silent, not lost.
        off = self._bench.isolated.keys()
        gone = planned.roles & self._bench.lost.keys()
        # Of a step on several devices the one that is gone already says why it failed.
        for role in () if gone else planned.roles - off:
            if outcome.lost:
                self._bench.lost.setdefault(role, outcome.reason)
            elif outcome.verdict is Verdict.ERROR and outcome.headline == NoReplyError.headline:
                self._silences[role] = self._silences.get(role, 0) + 1
                if self._silences[role] >= _SILENCES_UNTIL_LOST:
                    self._bench.lost.setdefault(role, outcome.reason)
            else:
                self._silences[role] = 0
        if self._bench.lost:
            self.ending = Ending.LOST
            role, cause = next(iter(self._bench.lost.items()))
            self.reason = f"{role}: {cause}"

    def _apply_policy(self, planned: PlannedStep, outcome: StepOutcome) -> None:
        model = planned.model
        failed = outcome.verdict in _FAILED
        # A critical step that could not show that all is well is no licence to go on.
        unproven = model.critical and outcome.verdict in (
            Verdict.ERROR,
            Verdict.INCONCLUSIVE,
            Verdict.NOT_RUN,
        )
        if not failed and not unproven:
            return
        verdict = outcome.verdict.value if outcome.verdict else ""
        cause = f"step {model.id} ended {verdict}"
        if model.policy is OnFail.STOP_RUN:
            self._skip_all = Obstacle(_STOPPED, f"stopped: {cause}")
            if self.ending is None:
                self.ending = Ending.STOPPED
                self.reason = cause
        elif model.policy is OnFail.STOP_GROUP and model.group is not None:
            self._skip_groups[model.group] = Obstacle(_GROUP_LEFT, f"the group was left: {cause}")
