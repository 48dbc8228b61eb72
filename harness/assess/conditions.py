"""Evaluating the conditions of a scheme on the facts of a record. Pure."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from harness.assess import outcome
from harness.assess.facts import Attempt, Facts
from harness.assess.findings import Finding
from harness.assess.outcome import Outcome
from harness.assess.scheme import (
    AllOf,
    AnyOf,
    Condition,
    Done,
    Found,
    InOrder,
    Not,
    Seen,
    StepRight,
    StepVerdict,
    ToolTaken,
)
from harness.assess.words import CANDIDATE, VERDICT, listed, named
from harness.quantity import Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

_NAMING = ("operator.name_pile_fault", "operator.name_bus_fault")
_CONDITIONAL = (Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL)
SEALED = Text("考试结果尚未开封", "what the exam withheld has not been opened")


class Evaluation:
    """Conditions within some procedures of a run (none: all of it)."""

    def __init__(
        self,
        facts: Facts,
        findings: Sequence[Finding],
        conditional: dict[str, float],
        procedures: Collection[str] = (),
    ) -> None:
        self.facts = facts
        self._findings = findings
        self._conditional = conditional
        self.procedures = procedures

    def of(self, condition: Condition) -> Outcome:
        """How far a condition holds, why, and by which lines."""
        match condition:
            case AllOf():
                return outcome.all_of([self.of(one) for one in condition.all_of])
            case AnyOf():
                return outcome.any_of([self.of(one) for one in condition.any_of])
            case Not():
                return outcome.none_of([self.of(one) for one in condition.none_of])
            case Seen():
                return self._seen(condition.finding)
            case Found():
                return self._handled()
            case _:
                return self._of_steps(condition)

    def _of_steps(self, condition: StepRight | StepVerdict | Done | InOrder | ToolTaken) -> Outcome:
        match condition:
            case StepRight():
                return self._right(condition)
            case StepVerdict():
                return self._verdict(condition)
            case Done():
                return outcome.all_of([self._done(step) for step in condition.done])
            case InOrder():
                return self._order(condition.order)
            case ToolTaken():
                return self._tool(condition)

    def step(self, step: str) -> Attempt | None:
        return self.facts.counting(step, self.procedures)

    def open_because(self, step: str) -> Outcome | None:
        """Why nothing is known about the candidate at a step; None when something is."""
        one = self.step(step)
        name = named(step, one)
        if one is None or one.ended is None:
            lost = self.facts.ending in (None, Ending.LOST)
            reason = Text(
                f"{name.zh}因台架或程序故障未能进行",
                f"{name.en}: bench or harness failed before it",
            )
            return outcome.unknown(reason, one.lines if one else ()) if lost else None
        if one.sealed:
            return outcome.unknown(Text(f"{name.zh}：{SEALED.zh}", f"{name.en}: {SEALED.en}"),
                                   one.lines)  # fmt: skip
        if one.failed:
            reason = Text(
                f"{name.zh}因台架或程序故障没有结果，不计考生失分",
                f"{name.en} ended in an error of bench or harness, which costs no marks",
            )
            return outcome.unknown(reason, one.lines)
        if one.verdict is Verdict.NOT_RUN:
            lost = self.facts.ending is Ending.LOST and one.ended == one.started
            if lost or (one.procedure, one.step) in self.facts.impossible:
                reason = Text(
                    f"{name.zh}在本台架上不能进行", f"{name.en}: the bench could not carry it out"
                )
                return outcome.unknown(reason, one.lines)
        return None

    def _right(self, condition: StepRight) -> Outcome:
        nothing = self.open_because(condition.step)
        if nothing is not None:
            return nothing
        one = self.step(condition.step)
        name = named(condition.step, one)
        verdict = CandidateVerdict.ABSENT
        if one is not None and one.done and one.candidate is not None:
            verdict = one.candidate
        said = CANDIDATE[verdict]
        reason = Text(f"{name.zh}：{said.zh}", f"{name.en}: {said.en}")
        if one is not None and one.reason and not one.done:
            reason = Text(f"{name.zh}：未完成", f"{name.en}: not carried out")
        elif one is not None and (detail := _answers(one)):
            reason = Text(f"{reason.zh}（{detail.zh}）", f"{reason.en} ({detail.en})")
        lines = one.lines if one is not None else []
        if verdict is CandidateVerdict.PENDING and "pending" not in condition.candidate:
            return outcome.unknown(reason, lines)
        return outcome.holds(float(verdict.value in condition.candidate), reason, lines)

    def _verdict(self, condition: StepVerdict) -> Outcome:
        step = condition.verdict_of
        if Verdict.ERROR.value not in condition.among:
            nothing = self.open_because(step)
            if nothing is not None:
                return nothing
        one = self.step(step)
        name = named(step, one)
        verdict = (one.verdict if one is not None else None) or None
        if one is None:
            verdict = Verdict.NOT_RUN
        said = VERDICT[verdict]
        reason = Text(f"{name.zh}：设备判定{said.zh}", f"{name.en}: device verdict {said.en}")
        share = float(verdict is not None and verdict.value in condition.among)
        if not share and verdict in _CONDITIONAL and Verdict.PASS.value in condition.among:
            share = self._conditional.get(verdict.value, 0.0)
            worth = Text(f"，按方案折算 {share:.0%}", f", which the scheme counts as {share:.0%}")
            reason = Text(reason.zh + worth.zh, reason.en + worth.en)
        return outcome.holds(share, reason, one.lines if one is not None else ())

    def _done(self, step: str) -> Outcome:
        nothing = self.open_because(step)
        if nothing is not None:
            return nothing
        one = self.step(step)
        done = one is not None and one.done
        said = Text("已完成", "carried out") if done else Text("未完成", "not carried out")
        name = named(step, one)
        reason = Text(f"{name.zh}{said.zh}", f"{name.en}: {said.en}")
        return outcome.holds(float(done), reason, one.lines if one is not None else ())

    def _order(self, steps: Sequence[str]) -> Outcome:
        done = outcome.all_of([self._done(step) for step in steps])
        if done.low < 1:
            return done
        # A step that was done once more later on does not undo the order.
        attempts = [
            next(one for one in self.facts.of(step, self.procedures) if one.done) for step in steps
        ]
        right = all(one.line < later.line for one, later in pairwise(attempts))
        actual = [one.title for one in sorted(attempts, key=lambda one: one.line)]
        said = Text("顺序正确", "in this order") if right else Text("顺序不对", "in another order")
        names = listed(actual, " → ")
        reason = Text(f"{said.zh}：{names.zh}", f"{said.en}: {names.en}")
        return outcome.holds(float(right), reason, [one.line for one in attempts])

    def _tool(self, condition: ToolTaken) -> Outcome:
        before = None
        if condition.before is not None:
            attempts = self.facts.of(condition.before, self.procedures)
            before = min((one.line for one in attempts), default=None)
        uses = [
            use
            for use in self.facts.tools
            if use.event.ok
            and use.event.tool == condition.tool
            and condition.target in (None, use.event.target)
            and (before is None or use.line < before)
            and (not self.procedures or self.facts.procedure_at(use.line) in self.procedures)
        ]
        what = (
            condition.tool if condition.target is None else f"{condition.tool} {condition.target}"
        )
        enough = len(uses) >= condition.at_least
        reason = Text(
            f"使用“{what}”{len(uses)} 次（要求至少 {condition.at_least} 次）",
            f"{what!r} used {len(uses)} times (at least {condition.at_least})",
        )
        lines = [use.line for use in uses]
        return outcome.holds(float(enough), reason, lines, len(uses) // condition.at_least)

    def _handled(self) -> Outcome:
        facts = self.facts
        if not facts.opened:
            return outcome.unknown(SEALED)
        naming = [one.step for one in facts.last_attempts(self.procedures) if one.action in _NAMING]
        said = [self._right(StepRight(step=naming[-1]))] if naming else []
        return outcome.all_of([self._gone(), *said])

    def _gone(self) -> Outcome:
        """No hidden fault is left; where there was none, nothing was changed for nothing."""
        facts = self.facts
        if facts.left is None:
            reason = Text(
                "台架不能自动确认故障是否排除", "the bench cannot tell if the faults are gone"
            )
            return outcome.unknown(reason, facts.fault_lines)
        if not facts.hidden:
            changed = len(facts.parts)
            reason = Text(f"无故障，更换或修复 {changed} 处", f"no fault; {changed} parts changed")
            return outcome.holds(float(not changed), reason, facts.parts)
        left = len(facts.left)
        reason = Text(f"仍有 {left} 个故障未排除", f"{left} faults are left")
        if not left:
            reason = Text("故障已排除", "the faults are gone")
        return outcome.holds(float(not left), reason, facts.fault_lines)

    def _seen(self, rule: str) -> Outcome:
        found = [
            one
            for one in self._findings
            if one.rule == rule and (not self.procedures or one.procedure in ("", *self.procedures))
        ]
        if not found:
            if not self.facts.opened:
                return outcome.unknown(SEALED)
            return outcome.holds(0.0, Text(f"未发现“{rule}”", f"no {rule!r} found"))
        lines = [line for one in found for line in one.lines]
        return outcome.holds(1.0, outcome.joined([one.reason for one in found]), lines, len(found))


def _answers(one: Attempt) -> Text | None:
    """What was answered and what is right."""
    if (said := one.reading) is not None:
        en = "–" if said.en is None else f"{said.en:.2f}"
        unit = f" {said.answer.unit}" if said.answer.unit else ""
        own, true = said.answer.value, said.reference.value
        return Text(f"读数 {own}{unit}，参考值 {true}{unit}，En {en}",
                    f"read {own}{unit}, reference {true}{unit}, En {en}")  # fmt: skip
    if (concluded := one.concluded) is not None:
        said_by, right = (_called(value, one.labels) for value in (concluded.answer, concluded.key))
        return Text(f"回答 {said_by.zh}，正确 {right.zh}", f"said {said_by.en}, right {right.en}")
    return None


def _called(value: Value | None, labels: Mapping[str, Text]) -> Text:
    """An answer as the candidate was shown it."""
    if value is None:
        return Text("–", "–")
    if isinstance(value, list):
        return listed([_called(one, labels) for one in value], ", ")
    return labels.get(str(value)) or Text(str(value), str(value))
