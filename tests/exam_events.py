"""A record of an exam, made event by event, for the tests of scoring."""

from collections.abc import Sequence
from typing import Any, Self

import msgspec

from harness.events import (
    Answered,
    ClockNoted,
    Concluded,
    Event,
    ExamOpened,
    ExamStarted,
    HintGiven,
    Measured,
    PlanAnnounced,
    ProcedureEnded,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    ToolUsed,
)
from harness.evidence.read import Entry
from harness.quantity import Measurement, Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

RIGHT, WRONG = CandidateVerdict.RIGHT, CandidateVerdict.WRONG
_encoder = msgspec.json.Encoder()


class Exam:
    """Entries of a journal, each ten seconds after the one before unless it says otherwise."""

    def __init__(
        self,
        procedure: str = "TEST-01",
        *,
        exam: bool = True,
        energises: Sequence[str] = (),
        impossible: dict[str, str] | None = None,
        minutes: float | None = None,
        read_only: bool = False,
    ) -> None:
        self.procedure = procedure
        self.entries: list[Entry] = []
        self.now = 0.0
        self.add(
            RunStarted(
                run_id="r1", utc="2026-01-05T01:00:00+00:00", virtual_time=True, simulated=True,
                procedures=[procedure], bench="sim", seed=1, read_only=read_only,
            )
        )  # fmt: skip
        self.add(
            PlanAnnounced(
                procedure=procedure, title=Text("试验", "Test"), steps=1,
                energises=list(energises), not_possible=impossible or {},
            )
        )  # fmt: skip
        if exam:
            self.add(
                ExamStarted(
                    scenario="s", title=Text("题", "S"), mode="exam", candidate="C-07",
                    order=Text("单", "Order"), scheme="t", scheme_sha256="0" * 64,
                    commitment="0" * 64, minutes=minutes,
                )
            )  # fmt: skip

    def add(self, event: Event, seconds: float = 0.0) -> int:
        self.now += seconds
        number = len(self.entries) + 1
        self.entries.append(Entry(number, self.now, event, _encoder.encode(event)))  # type: ignore[arg-type]
        return number

    def step(
        self,
        step: str,
        verdict: Verdict | None = None,
        candidate: CandidateVerdict | None = None,
        *,
        action: str = "operator.confirm",
        kind: str = "O",
        does: str = "",
        attempt: int = 1,
        critical: bool = False,
        group: str = "",
        inside: Sequence[Event] = (),
        reason: str = "",
        seconds: float = 10.0,
        procedure: str = "",
        parameters: dict[str, Any] | None = None,
        withheld: bool = False,
    ) -> int:
        """A step from begin to end; the line at which it began."""
        given = dict(parameters or {}) | ({"does": does} if does else {})
        line = self.add(
            StepStarted(
                procedure=procedure or self.procedure, step=step, number=1, attempt=attempt,
                title=Text(f"步骤{step}", step), action=action, kind=kind, parameters=given,
                critical=critical, group=group,
            )
        )  # fmt: skip
        for event in inside:
            self.add(event)
        self.add(
            StepEnded(
                procedure=procedure or self.procedure, step=step, attempt=attempt,
                verdict=verdict, candidate=candidate, reason=reason, withheld=withheld,
            ),
            0.0 if verdict is Verdict.NOT_RUN else seconds,
        )  # fmt: skip
        return line

    def clock(self, phase: str, seconds: float = 0.0, why: str = "") -> Self:
        self.add(ClockNoted(phase=phase, by="A-1", why=why), seconds)  # type: ignore[arg-type]
        return self

    def end(self, ending: Ending = Ending.COMPLETED) -> list[Entry]:
        if any(isinstance(entry.event, ExamStarted) for entry in self.entries):
            self.add(ExamOpened(key="00", why="handed_in"))
        self.add(
            ProcedureEnded(
                procedure=self.procedure, ending=ending, verdict=None, counts={}, coverage=1.0
            )
        )
        self.add(RunEnded(ending=ending, verdict=None, exit_code=0))
        return self.entries


def tool(
    name: str, target: str = "", *, step: str = "", ok: bool = True, **detail: Value
) -> ToolUsed:
    return ToolUsed(step=step, tool=name, target=target, ok=ok, detail=detail)


def confirmed(step: str) -> Answered:
    return Answered(step=step, kind="confirm", value=True, by="C-07")


def concluded(step: str, answer: str, key: str) -> Concluded:
    verdict = RIGHT if answer == key else WRONG
    return Concluded(step=step, answer=answer, key=key, candidate=verdict)


def measured(name: str, value: Value, step: str = "") -> Measured:
    return Measured(step=step, measurement=Measurement(name, value))


def hint(number: int, step: str = "") -> HintGiven:
    return HintGiven(step=step, number=number, hint=Text("提示", "hint"))
