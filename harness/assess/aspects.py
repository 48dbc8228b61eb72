"""Marks of one aspect: computed from the record, or averaged over the assessors."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from harness.assess import outcome
from harness.assess.conditions import Evaluation
from harness.assess.entered import Entered
from harness.assess.outcome import Outcome
from harness.assess.result import AspectScore
from harness.assess.scheme import ByCondition, ByCount, ByShare, Judged, Measured, Source
from harness.assess.words import COUNTS, named
from harness.text import Text
from harness.verdict import CandidateVerdict

_CENT = Decimal("0.01")
MOST_APART = 1
"""Assessors may differ by so many steps of a mark."""


def rounded(number: float) -> float:
    """To 0.01, a half upwards, of the number as it is written down (to nine digits)."""
    exact = Decimal(f"{number:.9f}")
    return float(exact.quantize(_CENT, rounding=ROUND_HALF_UP)) + 0.0


def measured(aspect: Measured, at: Evaluation, entered: Entered) -> AspectScore:
    """An aspect that the record decides; None where bench, harness or an assessor left it open."""
    low, high, reason, lines = _marks(aspect.by, aspect.max, at)
    computed = rounded(min(low, aspect.max)) if rounded(low) == rounded(high) else None
    if computed is None:
        reason = Text(f"待考评员判定：{reason.zh}", f"an assessor has to decide: {reason.en}")
    return _overridden(
        AspectScore(
            id=aspect.id,
            type="M",
            title=aspect.title,
            max=aspect.max,
            marks=computed,
            computed=computed,
            reason=reason,
            lines=list(lines),
            must_pass=aspect.must_pass,
            skills=list(aspect.skills),
        ),
        entered,
    )


def judged(aspect: Judged, at: Evaluation, entered: Entered, assessors: int) -> AspectScore:
    """An aspect that assessors judge; open until all have locked and agree closely enough."""
    given = dict(sorted(entered.marks.get(aspect.id, {}).items()))
    spread = max(given.values()) - min(given.values()) if given else None
    marks: float | None = None
    if len(given) < assessors:
        reason = Text(
            f"待评分：已锁定 {len(given)} 人，应有 {assessors} 人",
            f"to be marked: {len(given)} of {assessors} assessors have locked a mark",
        )
    elif spread is not None and spread > MOST_APART:
        reason = Text(
            f"评分相差 {spread} 档，须说明理由重新评分",
            f"the marks differ by {spread}: to be marked again, with a reason",
        )
    else:
        worth = [_worth(aspect, mark) for mark in given.values()]
        marks = rounded(math.fsum(worth) / len(worth))
        each = ", ".join(str(mark) for mark in given.values())
        best = max(given.values())
        anchor = next(text for mark, text in aspect.anchors.items() if mark == best)
        reason = Text(
            f"{len(given)} 位考评员评分 {each}（最高档：{anchor.zh}）",
            f"marks of {len(given)} assessors: {each} (the highest: {anchor.en})",
        )
    step = at.step(aspect.step) if aspect.step is not None else None
    return _overridden(
        AspectScore(
            id=aspect.id,
            type="J",
            title=aspect.title,
            max=aspect.max,
            marks=marks,
            computed=marks,
            reason=reason,
            lines=step.lines if step is not None else [],
            entered=given,
            spread=spread,
            must_pass=aspect.must_pass,
            skills=list(aspect.skills),
        ),
        entered,
    )


def _overridden(score: AspectScore, entered: Entered) -> AspectScore:
    """An assessor's marks in place of the computed ones, which stay beside them."""
    by = entered.overridden.get(score.id)
    if by is None:
        return score
    marks = rounded(min(max(by.marks, 0.0), score.max)) if math.isfinite(by.marks) else 0.0
    before = score.reason
    reason = Text(
        f"考评员 {by.by} 改为 {marks:g} 分：{by.reason}（原：{before.zh}）",
        f"assessor {by.by} set {marks:g}: {by.reason} (before: {before.en})",
    )
    return AspectScore(
        **{name: getattr(score, name) for name in score.__struct_fields__}
        | {"marks": marks, "reason": reason, "overridden_by": by.by}
    )


def _worth(aspect: Judged, mark: int) -> float:
    return aspect.marks[mark] if aspect.marks is not None else aspect.max * mark / 3


Stretch = tuple[float, float, Text, tuple[int, ...]]
"""Least and most marks that are possible still, why, and by which lines."""


def _marks(source: Source, most: float, at: Evaluation) -> Stretch:
    match source:
        case ByCondition():
            return _by_condition(source, most, at)
        case ByShare():
            return _by_share(source, most, at)
        case ByCount():
            return _by_count(source, at)


def _by_condition(source: ByCondition, most: float, at: Evaluation) -> Stretch:
    whole = at.of(source.when)
    low, high, reason, lines = most * whole.low, most * whole.high, whole.reason, whole.lines
    if whole.low == 1:
        return low, high, reason, lines
    for part in source.parts:
        found = at.of(part.when)
        if part.marks * found.high <= low:
            continue
        # The parts fall from the first to the last, so the first that holds is the best.
        if part.marks * found.low > low:
            reason = part.why or outcome.joined([reason, found.reason])
            lines = tuple(sorted({*lines, *found.lines}))
        low, high = max(low, part.marks * found.low), max(high, part.marks * found.high)
    return low, high, reason, lines


def _by_share(source: ByShare, most: float, at: Evaluation) -> Stretch:
    found = [at.of(condition) for condition in source.of]
    held = math.fsum(one.low for one in found)
    could = math.fsum(one.high for one in found)
    telling = [one for one in found if one.low < 1] or found
    reasons = outcome.joined([one.reason for one in telling])
    reason = Text(
        f"{len(found)} 项中满足 {held:g} 项：{reasons.zh}",
        f"{held:g} of {len(found)}: {reasons.en}",
    )
    lines = tuple(sorted({line for one in found for line in one.lines}))

    def marks(number: float) -> float:
        # Of a half of an `each` nothing is given; what floats make of a whole one is.
        steps = math.floor(round(most * number / len(found) / source.each, 9))
        return min(most, steps * source.each)

    return marks(held), marks(could), reason, lines


def _by_count(source: ByCount, at: Evaluation) -> Stretch:
    least, most, lines = count(source.count, source.steps, at)
    said = COUNTS[source.count]
    number = f"{rounded(least):g}" if least == most else f"{least:g}–{most:g}"
    reason = Text(f"{said.zh}：{number}", f"{said.en}: {number}")
    if source.count == "wrong" and (names := _wrong_names(source.steps, at)):
        reason = Text(f"{reason.zh}（{names.zh}）", f"{reason.en} ({names.en})")

    def marks(value: float) -> float:
        # The tightest band that holds it; beyond all of them there is nothing.
        fitting = [band for band in source.bands if value <= band.up_to]
        return min(fitting, key=lambda band: band.up_to).marks if fitting else 0.0

    return marks(most), marks(least), reason, lines


def count(what: str, steps: Sequence[str], at: Evaluation) -> tuple[float, float, tuple[int, ...]]:
    """Least and most that a count may be, and the lines that it rests on."""
    facts, inside = at.facts, at.procedures

    def within(lines: Sequence[int]) -> list[int]:
        return [n for n in lines if not inside or facts.procedure_at(n) in inside]

    if what == "minutes":
        minutes = round(facts.seconds(inside) / 60, 6)
        return minutes, minutes, ()
    if what == "attempts":
        return _attempts(steps, at)
    if what == "wrong":
        return _wrong(steps, at)
    lines = within(
        {
            "resets": facts.resets,
            "parts": facts.parts,
            "hints": facts.hints,
            "tools": [use.line for use in facts.tools],
        }[what]
    )
    return len(lines), len(lines), tuple(sorted(lines))


def _attempts(steps: Sequence[str], at: Evaluation) -> tuple[float, float, tuple[int, ...]]:
    """The most attempts at one step. Those that bench or harness spoiled do not count."""
    names = steps or [one.step for one in at.facts.last_attempts(at.procedures)]
    best: list[int] = []
    for step in names:
        tries = [one for one in at.facts.of(step, at.procedures) if one.done]
        if len(tries) > len(best):
            best = [one.line for one in tries]
    return len(best), len(best), tuple(best)


def _state(step: str, at: Evaluation) -> Outcome:
    """1 when the candidate was not right at a step."""
    nothing = at.open_because(step)
    if nothing is not None:
        return nothing
    one = at.step(step)
    verdict = one.candidate if one is not None and one.done else CandidateVerdict.ABSENT
    name = named(step, one)
    lines = one.lines if one is not None else []
    if verdict is CandidateVerdict.PENDING:
        return outcome.unknown(name, lines)
    return outcome.holds(float(verdict is not CandidateVerdict.RIGHT), name, lines)


def _wrong(steps: Sequence[str], at: Evaluation) -> tuple[float, float, tuple[int, ...]]:
    found = [_state(step, at) for step in steps]
    lines = sorted({line for one in found if one.high > 0 for line in one.lines})
    return sum(one.low for one in found), sum(one.high for one in found), tuple(lines)


def _wrong_names(steps: Sequence[str], at: Evaluation) -> Text | None:
    wrong = [one.reason for one in (_state(step, at) for step in steps) if one.high > 0]
    return outcome.joined(wrong) if wrong else None
