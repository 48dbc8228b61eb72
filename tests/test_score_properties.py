"""What holds of every score: its range, its reproduction, and that order and cap are respected."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from exam_events import RIGHT, WRONG, Exam, hint, tool
from hypothesis import given, settings
from hypothesis import strategies as st
from scheme_help import aspect, block, deduction, judged, module, right, scheme, veto

from harness.assess.aspects import rounded
from harness.assess.entries import (
    AnyReviewEntry,
    Deducted,
    Locked,
    Marked,
    Overridden,
    VetoDecided,
)
from harness.assess.result import Score, digest
from harness.assess.score import score
from harness.evidence.read import Entry
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict

WHEN = "2026-01-05T02:00:00+00:00"
SCHEME = scheme(
    module(
        "m",
        right("named", "fault", 7),
        aspect("share", {"each": 0.5, "of": [{"done": [s]} for s in "abc"]}, 4),
        aspect(
            "few",
            {"count": "hints", "bands": [{"up_to": 0, "marks": 3}, {"up_to": 2, "marks": 1}]},
            3,
        ),
        judged("method", 6),
        weight=3,
        deductions=[
            block("b", 3, deduction("untidy", 2), deduction("swap", 1, {"tool": "replace"})),
            block("c", 1, deduction("late", 5)),
        ],
    ),
    module(
        "n",
        aspect(
            "verified",
            {
                "when": {"verdict_of": "b", "among": ["pass"]},
                "parts": [{"when": {"done": ["b"]}, "marks": 1}],
            },
            5,
        ),
        judged("order", 9, marks=[0, 1, 5, 9]),
    ),
    vetoes=[
        veto("v", "live-work-without-voltage-test", "deduct", 15),
        veto("w", "unplugged-under-load", "end_exam"),
    ],
    overtime={"per_minute": 3},
    conditional={"conditional_pass": 0.9, "conditional_fail": 0.1},
)
ONE = scheme(module("m", right("a", "fault")))
ASSESSORS = ("A", "B", "C")
CAPS = {"b": 3.0, "c": 1.0}

verdicts = st.sampled_from([None, *Verdict])
candidates = st.sampled_from([None, *CandidateVerdict])


@st.composite
def records(draw: st.DrawFn) -> list[Entry]:
    """A record of some of the steps, in some order, with tools and hints."""
    exam = Exam(minutes=1)
    exam.clock("working")
    for step in draw(st.permutations(["a", "b", "c", "fault"])):
        for attempt in range(draw(st.integers(0, 2))):
            inside = [tool("replace", "x")] * draw(st.integers(0, 2))
            hints = [hint(n) for n in range(draw(st.integers(0, 2)))]
            exam.step(
                step,
                draw(verdicts),
                draw(candidates),
                attempt=attempt + 1,
                inside=[*inside, *hints],
                seconds=draw(st.integers(0, 60)),
            )
    return exam.end()


marks = st.sampled_from([0, 1, 2, 3])


@st.composite
def entered(draw: st.DrawFn) -> list[list[AnyReviewEntry]]:
    """Entries that depend on each other in one list each; the lists are independent."""
    found: list[list[AnyReviewEntry]] = []
    for by in draw(st.lists(st.sampled_from(ASSESSORS), unique=True)):
        mine: list[AnyReviewEntry] = [
            Marked(by=by, utc=WHEN, aspect=name, mark=draw(marks))  # type: ignore[arg-type]
            for name in draw(st.lists(st.sampled_from(["method", "order"]), max_size=4))
        ]
        found.append([*mine, Locked(by=by, utc=WHEN)] if draw(st.booleans()) else mine)
    for name in draw(st.lists(st.sampled_from(["named", "order"]), unique=True)):
        given = draw(st.floats(-5, 20, allow_nan=False))
        found.append([Overridden(by="A", utc=WHEN, aspect=name, marks=given, reason="r")])
    for name in draw(st.lists(st.sampled_from(["untidy", "swap", "late"]), unique=True)):
        found.append(
            [
                Deducted(
                    by="B",
                    utc=WHEN,
                    deduction=name,
                    times=draw(st.integers(0, 9)),
                    waived=draw(st.booleans()),
                    reason="r",
                )
            ]
        )
    for name in draw(st.lists(st.sampled_from(["v", "w"]), unique=True)):
        grade: Any = draw(st.sampled_from([None, "deduct", "zero_task", "end_exam"]))
        found.append(
            [
                VetoDecided(
                    by="C",
                    utc=WHEN,
                    veto=name,
                    confirmed=draw(st.booleans()),
                    grade=grade,
                    reason="r",
                )
            ]
        )
    return found


def _flat(groups: Sequence[list[AnyReviewEntry]]) -> list[AnyReviewEntry]:
    return [entry for group in groups for entry in group]


def _check_range(found: Score) -> None:
    assert found.total is None or 0 <= found.total <= 100
    assert (found.total is None) == (found.passed is None)
    for part in found.modules:
        assert part.marks is None or 0 <= part.marks <= part.max
        assert part.percent is None or 0 <= part.percent <= 100
        for name, cap in CAPS.items():
            if part.id == "m":
                cost = sum(o.marks for o in part.deductions if o.block == name and not o.waived_by)
                others = sum(c for other, c in CAPS.items() if other != name)
                assert part.deducted <= min(cost, cap) + others
        assert part.deducted <= sum(CAPS.values())
        for criterion in part.criteria:
            for one in criterion.aspects:
                assert one.marks is None or 0 <= one.marks <= one.max
                assert one.reason.zh and one.reason.en


@given(records(), entered())
@settings(max_examples=80, deadline=None)
def test_range_cap_and_the_same_again(
    entries: list[Entry], groups: list[list[AnyReviewEntry]]
) -> None:
    reviews = _flat(groups)
    found = score(entries, SCHEME, reviews)
    _check_range(found)
    assert digest(score(entries, SCHEME, reviews)) == digest(found)
    # As it would be years later, from the stored bytes.
    again = msgspec.json.decode(msgspec.json.encode(found), type=Score)
    assert digest(again) == digest(found)


@given(records(), entered(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_independent_entries_does_not_matter(
    entries: list[Entry], groups: list[list[AnyReviewEntry]], chance: Any
) -> None:
    before = digest(score(entries, SCHEME, _flat(groups)))
    # Taken from the lists in turns by lot, each list in its own order.
    mixed: list[AnyReviewEntry] = []
    rest = [list(group) for group in groups if group]
    while rest:
        group = chance.choice(rest)
        mixed.append(group.pop(0))
        rest = [one for one in rest if one]
    assert digest(score(entries, SCHEME, mixed)) == before


def _marked(method: Sequence[int], order: Sequence[int]) -> list[AnyReviewEntry]:
    found: list[AnyReviewEntry] = []
    for by, one, other in zip(ASSESSORS, method, order, strict=False):
        found.append(Marked(by=by, utc=WHEN, aspect="method", mark=one))  # type: ignore[arg-type]
        found.append(Marked(by=by, utc=WHEN, aspect="order", mark=other))  # type: ignore[arg-type]
        found.append(Locked(by=by, utc=WHEN))
    return found


@given(st.tuples(marks, marks), st.tuples(marks, marks), st.integers(0, 1))
@settings(max_examples=80, deadline=None)
def test_a_better_mark_never_lowers_the_total(
    method: tuple[int, int], order: tuple[int, int], which: int
) -> None:
    exam = Exam()
    for step in "abc":
        exam.step(step, Verdict.PASS, RIGHT)
    entries = exam.end()
    better = list(method)
    better[which] = min(3, better[which] + 1)
    low, high = (score(entries, SCHEME, _marked(one, order)) for one in (method, better))
    if low.total is not None and high.total is not None:
        assert high.total >= low.total


@given(st.floats(0, 7), st.floats(0, 7))
@settings(max_examples=50, deadline=None)
def test_more_marks_of_an_aspect_never_lower_the_total(one: float, other: float) -> None:
    entries = Exam().end()
    both = []
    for given_ in sorted((one, other)):
        by = Overridden(by="A", utc=WHEN, aspect="named", marks=given_, reason="r")
        both.append(score(entries, SCHEME, [*_marked((2, 2), (2, 2)), by]).total)
    assert both[0] is not None and both[1] is not None
    assert both[0] <= both[1]


@given(st.lists(st.sampled_from([RIGHT, WRONG, Verdict.ERROR]), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_an_error_never_costs_more_than_it_would_have_without(attempts: list[Any]) -> None:
    def marks_of(given_: Sequence[Any]) -> float | None:
        exam = Exam()
        for number, one in enumerate(given_, start=1):
            verdict = one if isinstance(one, Verdict) else None
            candidate = None if isinstance(one, Verdict) else one
            exam.step("fault", verdict, candidate, attempt=number)
        return score(exam.end(), ONE).total

    without = [one for one in attempts if not isinstance(one, Verdict)]
    # Errors of the bench leave the score as if they had not been; alone they leave it open.
    assert marks_of(attempts) == (marks_of(without) if without else None)


@given(st.floats(0, 1e6))
def test_rounding_is_to_a_hundredth_and_settles(number: float) -> None:
    once = rounded(number)
    assert rounded(once) == once
    assert abs(once - number) <= 0.005 + 1e-6


@pytest.mark.parametrize(
    ("number", "shown"),
    [(2.675, 2.68), (1.005, 1.01), (0.125, 0.13), (10 / 3, 3.33), (2 / 3, 0.67)],
)
def test_a_half_is_rounded_upwards(number: float, shown: float) -> None:
    assert rounded(number) == shown


def test_a_whole_number_has_the_digest_of_the_same_float() -> None:
    whole = score(Exam().end(), SCHEME)
    ints = msgspec.structs.replace(whole, overtime_seconds=0, overtime_deducted=0)
    floats = msgspec.structs.replace(whole, overtime_seconds=0.0, overtime_deducted=0.0)
    assert digest(ints) == digest(floats)
    assert digest(msgspec.json.decode(msgspec.json.encode(ints), type=Score)) == digest(ints)
    assert digest(msgspec.structs.replace(whole, overtime_seconds=1)) != digest(ints)


def test_other_words_for_the_same_marks_have_the_same_digest() -> None:
    whole = score(Exam().end(), SCHEME)
    worded = msgspec.structs.replace(whole, why=Text("换一种说法", "put otherwise"))
    assert digest(worded) == digest(whole)
    module = msgspec.structs.replace(whole.modules[0], marks=(whole.modules[0].marks or 0) + 1)
    assert digest(msgspec.structs.replace(whole, modules=[module])) != digest(whole)
