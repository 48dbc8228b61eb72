"""The score: a pure function of a run's journal, a scheme and the assessors' entries.

No clock, no file, no chance: the same three inputs give the same score, digest and all, anywhere.
Marks of an aspect, of a deduction and the total are rounded to 0.01, a half upwards; sums are made
of rounded aspects, so that what the sheet shows adds up. `VERSION` changes whenever a rule does.
"""

import math
from collections.abc import Sequence

from harness.assess import aspects
from harness.assess.aspects import MOST_APART, rounded
from harness.assess.conditions import Evaluation
from harness.assess.deductions import deductions_of
from harness.assess.entered import Entered, entered_of
from harness.assess.entries import AnyReviewEntry, ReviewOpened
from harness.assess.facts import Facts
from harness.assess.findings import findings_of
from harness.assess.read_facts import facts_of
from harness.assess.result import AspectScore, CriterionScore, ModuleScore, Score, VetoScore
from harness.assess.scheme import Aspect, Measured, Module, Scheme
from harness.assess.scheme_file import LoadedScheme
from harness.assess.vetoes import vetoes_of, zeroed
from harness.events import ExamStarted
from harness.evidence.read import Entry
from harness.text import Text
from harness.verdict import Verdict

VERSION = "1"


def score(
    entries: Sequence[Entry],
    scheme: LoadedScheme | Scheme,
    reviews: Sequence[AnyReviewEntry] = (),
) -> Score:
    """Score a run. `entries` as `read_journal` gives them, `reviews` in the order of the review.

    Of a scheme without its file the score names the digest that review or exam committed to; who
    calls has compared that with the file.
    """
    if isinstance(scheme, Scheme):
        model, digest = scheme, _committed(entries, reviews)
    else:
        model, digest = scheme.model, scheme.sha256
    return _Scoring(facts_of(entries), model, digest, entered_of(reviews)).score()


def _committed(entries: Sequence[Entry], reviews: Sequence[AnyReviewEntry]) -> str:
    for said in [*reviews, *(entry.event for entry in entries)]:
        if isinstance(said, ReviewOpened | ExamStarted):
            return said.scheme_sha256
    return ""


class _Scoring:
    def __init__(self, facts: Facts, scheme: Scheme, sha256: str, entered: Entered) -> None:
        self._facts = facts
        self._sha256 = sha256
        self._scheme = scheme
        self._entered = entered
        self._findings = findings_of(facts)
        self._pending: list[str] = []

    def score(self) -> Score:
        scheme, facts = self._scheme, self._facts
        whole = self._evaluation(())
        vetoes = vetoes_of(scheme, whole, self._entered)
        self._pending += [f"veto:{veto.id}" for veto in vetoes if veto.decision is None]
        confirmed = [veto for veto in vetoes if veto.decision == "confirmed"]
        zero = {
            name
            for veto in confirmed
            if veto.grade == "zero_task"
            for name in zeroed(veto, scheme.modules, whole)
        }
        modules = [self._module(module, module.id in zero) for module in scheme.modules]
        over = self._overtime()
        # Every minute that has begun counts.
        late = rounded(min(100.0, math.ceil(round(over / 60, 6)) * scheme.overtime.per_minute))
        total = self._total(modules, confirmed, late)
        passed, why = self._passed(modules, confirmed, total)
        steps = list(facts.last_attempts())
        conditional = (Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL)
        return Score(
            function=VERSION,
            run_id=facts.run_id,
            head=facts.head,
            scheme=scheme.scheme,
            scheme_sha256=self._sha256,
            entries_sha256=self._entered.sha256,
            candidate=facts.candidate,
            simulated=facts.simulated,
            modules=modules,
            vetoes=vetoes,
            overtime_seconds=over,
            overtime_deducted=late,
            total=total,
            passed=passed,
            why=why,
            pending=self._pending,
            harness_errors=[f"{one.procedure}::{one.step}" for one in steps if one.failed],
            conditional=[
                f"{one.procedure}::{one.step}" for one in steps if one.verdict in conditional
            ],
        )

    def _evaluation(self, procedures: Sequence[str]) -> Evaluation:
        worth: dict[str, float] = {str(k): v for k, v in self._scheme.conditional.items()}
        return Evaluation(self._facts, self._findings, worth, procedures)

    def _module(self, module: Module, zero: bool) -> ModuleScore:
        at = self._evaluation(module.procedures)
        criteria = [
            CriterionScore(
                id=criterion.id,
                title=criterion.title,
                aspects=[self._aspect(aspect, at) for aspect in criterion.aspects],
            )
            for criterion in module.criteria
        ]
        found = [aspect for criterion in criteria for aspect in criterion.aspects]
        made, deducted, waiting = deductions_of(module, at, self._entered)
        known = [one.marks for one in found if one.marks is not None]
        marks: float | None = None
        if len(known) == len(found) and not waiting:
            marks = rounded(max(0.0, math.fsum(known) - deducted))
        if zero:
            marks = 0.0
        else:
            self._pending += [_waits(one) for one in found if one.marks is None]
            self._pending += waiting
        return ModuleScore(
            id=module.id,
            title=module.title,
            weight=module.weight,
            max=rounded(module.max),
            marks=marks,
            percent=None if marks is None else rounded(100 * marks / module.max),
            criteria=criteria,
            deductions=made,
            deducted=deducted,
            seconds=self._facts.seconds(module.procedures),
            minutes=module.minutes,
        )

    def _aspect(self, aspect: Aspect, at: Evaluation) -> AspectScore:
        if isinstance(aspect, Measured):
            return aspects.measured(aspect, at, self._entered)
        return aspects.judged(aspect, at, self._entered, self._scheme.assessors)

    def _overtime(self) -> float:
        """Seconds over the exam's limit, or over the limits of its modules where that is more."""
        of_modules = math.fsum(
            max(0.0, self._facts.seconds(module.procedures) - module.minutes * 60)
            for module in self._scheme.modules
            if module.minutes is not None and module.procedures
        )
        return round(max(self._facts.overtime, of_modules), 3)

    def _total(
        self, modules: Sequence[ModuleScore], confirmed: Sequence[VetoScore], late: float
    ) -> float | None:
        """Per cent: weighted shares of the modules, less overtime and confirmed vetoes."""
        if any(veto.grade == "end_exam" for veto in confirmed):
            return 0.0
        if self._pending:
            return None
        weights = math.fsum(module.weight for module in modules)
        shares = math.fsum(module.weight * (module.marks or 0.0) / module.max for module in modules)
        cost = math.fsum(veto.marks for veto in confirmed if veto.grade == "deduct")
        return rounded(min(100.0, max(0.0, 100 * shares / weights - late - cost)))

    def _passed(
        self, modules: Sequence[ModuleScore], confirmed: Sequence[VetoScore], total: float | None
    ) -> tuple[bool | None, Text]:
        ended = [veto for veto in confirmed if veto.grade == "end_exam"]
        if ended:
            title = ended[0].title
            return False, Text(f"一票否决：{title.zh}", f"veto: {title.en}")
        if total is None:
            count = len(self._pending)
            return None, Text(f"尚有 {count} 项待定", f"{count} things are open")
        rule = self._scheme.passes
        if total < rule.total:
            return False, Text(f"总分 {total:g}，低于 {rule.total:g}",
                               f"total {total:g}, less than {rule.total:g}")  # fmt: skip
        for module in modules:
            least = rule.modules.get(module.id, 0.0)
            if (module.percent or 0.0) < least:
                return False, Text(
                    f"“{module.title.zh}”得 {module.percent:g}%，低于 {least:g}%",
                    f"{module.title.en!r}: {module.percent:g} %, less than {least:g} %",
                )
            for criterion in module.criteria:
                for aspect in criterion.aspects:
                    # A must is met by the share of its marks that passes the exam.
                    least_marks = aspect.max * rule.total / 100
                    if aspect.must_pass and (aspect.marks or 0.0) < round(least_marks, 9):
                        return False, Text(
                            f"必须合格的“{aspect.title.zh}”未达到",
                            f"{aspect.title.en!r} has to be passed, and was not",
                        )
        return True, Text(f"总分 {total:g}，达到 {rule.total:g}",
                          f"total {total:g}, at least {rule.total:g}")  # fmt: skip


def _waits(aspect: AspectScore) -> str:
    apart = aspect.type == "J" and aspect.spread is not None and aspect.spread > MOST_APART
    return f"{'spread' if apart else 'aspect'}:{aspect.id}"
