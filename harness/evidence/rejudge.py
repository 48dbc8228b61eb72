"""Deriving every verdict of a record again from its stored values.

Nothing recorded is taken on trust except the measurements: each judgement is repeated by
`harness.limits.judge`, each step, procedure and run verdict is put together again.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from harness.errors import HarnessError
from harness.events import Judged, ProcedureEnded, RunEnded, StepEnded, StepStarted
from harness.evidence.read import Entry
from harness.limits import Judgement, judge
from harness.text import Text
from harness.verdict import Verdict, exit_code, worst

_MET = (Verdict.PASS, Verdict.CONDITIONAL_PASS)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded verdict that the stored values do not give. `line` is that of the journal."""

    line: int
    procedure: str
    step: str
    what: Text
    recorded: str
    derived: str


def rejudge(entries: Iterable[Entry]) -> list[Difference]:
    """All differences between the recorded and the derived verdicts, in the journal's order.

    A step verdict must be the worst of its judgements. It may be worse, for a recorded reason (the
    device refused, the bench failed, the step was not run to its end), never better; a step that
    judged nothing cannot pass. A step counts with its last attempt.
    """
    return _Rejudging().run(entries)


class _Rejudging:
    def __init__(self) -> None:
        self.found: list[Difference] = []
        self.procedure = ""
        self.judged: dict[str, list[Verdict]] = {}
        self.steps: dict[tuple[str, str], Verdict | None] = {}
        self.procedures: dict[str, Verdict | None] = {}

    def run(self, entries: Iterable[Entry]) -> list[Difference]:
        for entry in entries:
            match entry.event:
                case StepStarted() as event:
                    self.procedure = event.procedure
                    self.judged[event.step] = []
                case Judged() as event:
                    self._judgement(entry.n, event)
                case StepEnded() as event:
                    self._step(entry.n, event)
                case ProcedureEnded() as event:
                    self._procedure(entry.n, event)
                case RunEnded() as event:
                    self._run(entry.n, event)
                case _:
                    pass
        return self.found

    def _differs(self, line: int, step: str, what: Text, recorded: object, derived: object) -> None:
        self.found.append(
            Difference(
                line=line,
                procedure=self.procedure,
                step=step,
                what=what,
                recorded=_shown(recorded),
                derived=_shown(derived),
            )
        )

    def _judgement(self, line: int, event: Judged) -> None:
        try:
            derived = judge(event.measurement, event.limit, event.rule)
        except HarnessError as error:
            what = Text("所存数据无法判定", "the stored values cannot be judged")
            self._differs(line, event.step, what, event.judgement.verdict, error.detail)
            self.judged.setdefault(event.step, []).append(Verdict.INCONCLUSIVE)
            return
        self.judged.setdefault(event.step, []).append(derived.verdict)
        if derived.verdict is not event.judgement.verdict:
            what = Text("判定结果不符", "the verdict differs")
            self._differs(line, event.step, what, event.judgement.verdict, derived.verdict)
        elif _basis(derived) != _basis(event.judgement):
            what = Text("判定依据不符", "rule or acceptance limit differs")
            self._differs(line, event.step, what, _basis(event.judgement), _basis(derived))

    def _step(self, line: int, event: StepEnded) -> None:
        self.procedure = event.procedure
        self.steps[event.procedure, event.step] = event.verdict
        judged = self.judged.pop(event.step, [])
        least = worst(judged)
        if least is None:
            if event.verdict in _MET:
                what = Text("没有任何判定却记为合格", "passed although nothing was judged")
                self._differs(line, event.step, what, event.verdict, None)
        elif event.verdict is None or worst([least, event.verdict]) is not event.verdict:
            what = Text("步骤结论好于其判定", "the step is recorded better than its judgements")
            self._differs(line, event.step, what, event.verdict, least)
        elif event.verdict is not least and not event.reason:
            what = Text("步骤结论无据", "the step is recorded worse, without a reason")
            self._differs(line, event.step, what, event.verdict, least)

    def _procedure(self, line: int, event: ProcedureEnded) -> None:
        self.procedure = event.procedure
        derived = worst(v for (name, _), v in self.steps.items() if name == event.procedure)
        self.procedures[event.procedure] = event.verdict
        if derived is not event.verdict:
            what = Text("规程结论不符", "the procedure's verdict differs")
            self._differs(line, "", what, event.verdict, derived)

    def _run(self, line: int, event: RunEnded) -> None:
        self.procedure = ""
        derived = worst(self.procedures.values())
        if derived is not event.verdict:
            what = Text("运行结论不符", "the run's verdict differs")
            self._differs(line, "", what, event.verdict, derived)
        code = exit_code(event.ending, self.steps.values(), safe=event.safe)
        if code != event.exit_code:
            what = Text("退出码不符", "the exit code differs")
            self._differs(line, "", what, event.exit_code, code)


def _basis(judgement: Judgement) -> tuple[object, ...]:
    # The reason is wording; it may be put better in a later version.
    return (
        judgement.rule.value,
        judgement.accept_low,
        judgement.accept_high,
        judgement.uncertainty_negligible,
    )


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def last_attempts(entries: Sequence[Entry]) -> Mapping[tuple[str, str], StepEnded]:
    """(procedure, step) → the end of its last attempt, in the order of the first attempts."""
    ends: dict[tuple[str, str], StepEnded] = {}
    for entry in entries:
        if isinstance(entry.event, StepEnded):
            ends[entry.event.procedure, entry.event.step] = entry.event
    return ends
