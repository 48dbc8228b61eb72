"""What a record says about the candidate, read once: a plain value that scoring works on.

`harness.assess.read_facts` makes it.

Nothing is judged here. Of several attempts at a step the last one counts that did not end in an
error of bench or harness; when all of them did, nothing is known about the candidate.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from harness.assess.ledger import Ledger
from harness.events import CandidateReading, Concluded, ToolUsed
from harness.evidence.read import Entry
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

StepKey = tuple[str, str]
"""Procedure and step."""


class Attempt(msgspec.Struct, kw_only=True):
    """One attempt at a step. Seconds since the start of the record; lines of the journal."""

    procedure: str
    step: str
    number: int
    title: Text
    action: str
    kind: str
    critical: bool
    group: str
    parameters: Mapping[str, object]
    started: float
    line: int
    ended: float | None = None
    end_line: int | None = None
    verdict: Verdict | None = None
    candidate: CandidateVerdict | None = None
    reason: str = ""
    sealed: bool = False
    """Its verdicts are withheld still."""
    concluded: Concluded | None = None
    reading: CandidateReading | None = None
    labels: Mapping[str, Text] = {}
    """What the choices of the candidate are called, by the questions until then."""
    answered: list[int] = []
    """Lines of answers, and of work by hand that was confirmed."""
    declined: list[int] = []
    """Lines where the candidate was asked and said that he had not done it, or said nothing."""

    @property
    def does(self) -> str:
        """What the person was to do by hand; empty if nothing."""
        return str(self.parameters.get("does") or "")

    @property
    def failed(self) -> bool:
        """Bench or harness failed."""
        return self.verdict is Verdict.ERROR

    @property
    def done(self) -> bool:
        """Carried out to its end."""
        return self.ended is not None and self.verdict not in (Verdict.ERROR, Verdict.NOT_RUN)

    @property
    def lines(self) -> list[int]:
        return [self.line] if self.end_line is None else [self.line, self.end_line]


class Use(msgspec.Struct, frozen=True):
    """A tool that was taken."""

    line: int
    t: float
    event: ToolUsed


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The whole record, as far as it is about the candidate."""

    run_id: str
    head: str
    """Hash of the last line of the journal."""
    simulated: bool
    candidate: str
    minutes: float | None
    """Time limit of the exam."""
    attempts: Sequence[Attempt]
    """In the order in which they began."""
    tools: Sequence[Use]
    resets: Sequence[int]
    parts: Sequence[int]
    hints: Sequence[int]
    """Lines of resets and clearing, of parts replaced or repaired, of hints."""
    impossible: Mapping[StepKey, str]
    """Steps that this bench cannot carry out, with the reason."""
    spans: Mapping[str, tuple[float, float]]
    """Procedure -> begin of its first and end of its last step."""
    ledger: Ledger
    opened: bool
    """No exam, or one whose key has been revealed."""
    ending: Ending | None
    """None: the record was cut off."""
    hidden: Sequence[str]
    left: Sequence[str] | None
    """Hidden faults; those that were there still at the end (None: nobody can tell)."""
    fault_lines: Sequence[int]
    entries: Sequence[Entry]

    def of(self, step: str, procedures: Collection[str] = ()) -> list[Attempt]:
        """All attempts at a step, within these procedures (none: all)."""
        return [
            one
            for one in self.attempts
            if one.step == step and (not procedures or one.procedure in procedures)
        ]

    def counting(self, step: str, procedures: Collection[str] = ()) -> Attempt | None:
        """The attempt that counts: the last that did not end in an error, else the last."""
        attempts = self.of(step, procedures)
        usable = [one for one in attempts if one.ended is not None and not one.failed]
        return (usable or attempts)[-1] if attempts else None

    def last_attempts(self, procedures: Collection[str] = ()) -> Iterator[Attempt]:
        """The attempt that counts of every step, in the order of the record."""
        seen: set[StepKey] = set()
        for one in self.attempts:
            key = (one.procedure, one.step)
            if key not in seen and (not procedures or one.procedure in procedures):
                seen.add(key)
                found = self.counting(one.step, [one.procedure])
                assert found is not None
                yield found

    def seconds(self, procedures: Collection[str] = ()) -> float:
        """Working time, overtime included; of these procedures, or of the whole exam."""
        if not procedures:
            return self.ledger.seconds(float("-inf"), self.end)
        spans = [span for name, span in self.spans.items() if name in procedures]
        return round(sum(self.ledger.seconds(*span) for span in spans), 6)

    @property
    def end(self) -> float:
        return self.entries[-1].t if self.entries else 0.0

    @property
    def overtime(self) -> float:
        """Seconds beyond the time limit: by the ledger, or by the limit where that says more."""
        noted = self.ledger.seconds(float("-inf"), self.end, ("overtime",))
        over = 0.0 if self.minutes is None else self.seconds() - self.minutes * 60
        return round(max(noted, over, 0.0), 6)

    def attempt_at(self, line: int) -> Attempt | None:
        """The attempt that was under way at a line; None before the first."""
        place = bisect_right(self.attempts, line, key=lambda one: one.line)
        return self.attempts[place - 1] if place else None

    def procedure_at(self, line: int) -> str:
        """The procedure whose step was under way at a line; empty if none was."""
        one = self.attempt_at(line)
        return one.procedure if one is not None else ""
