"""Scoring: what each source of marks gives, and what costs or does not cost marks."""

from typing import Any

import pytest
from exam_events import RIGHT, WRONG, Exam, concluded, hint, measured, tool
from scheme_help import aspect, block, deduction, judged, module, right, scheme, veto

from harness.assess.entries import (
    AnyReviewEntry,
    Commented,
    Deducted,
    Locked,
    Marked,
    Overridden,
    Remarked,
    VetoDecided,
)
from harness.assess.result import AspectScore, Score
from harness.assess.score import score
from harness.events import FaultPlan, FaultSet, FaultsLeft, ScenarioSet
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict

PASS, FAIL = Verdict.PASS, Verdict.FAIL
WHEN = "2026-01-05T02:00:00+00:00"


def _aspects(found: Score) -> dict[str, AspectScore]:
    return {
        one.id: one
        for part in found.modules
        for criterion in part.criteria
        for one in criterion.aspects
    }


def _of(exam: Exam, by: dict[str, Any], max: float = 10, **more: Any) -> AspectScore:
    """The score of a single aspect."""
    found = score(exam.end(), scheme(module("m", aspect("a", by, max)), **more))
    return _aspects(found)["a"]


def _when(condition: dict[str, Any]) -> dict[str, Any]:
    return {"when": condition}


# Conditions


@pytest.mark.parametrize(
    ("candidate", "marks"),
    [(RIGHT, 10), (WRONG, 0), (CandidateVerdict.ABSENT, 0), (None, 0)],
)
def test_the_candidates_verdict_and_never_the_devices(
    candidate: CandidateVerdict | None, marks: float
) -> None:
    for device in (PASS, FAIL, None):
        exam = Exam()
        line = exam.step("fault", device, candidate)
        found = _of(exam, _when({"step": "fault"}))
        assert found.marks == found.computed == marks
        assert found.lines == [line, line + 1]


def test_a_failing_pile_and_a_passing_candidate() -> None:
    exam = Exam()
    exam.step("state", FAIL)
    exam.step("fault", None, RIGHT, inside=[concluded("fault", "cp-open", "cp-open")])
    found = score(exam.end(), scheme(module("m", right("a", "fault"))))
    assert (found.total, found.passed) == (100, True)
    assert "cp-open" in _aspects(found)["a"].reason.zh


def test_other_candidate_verdicts_may_be_asked_for() -> None:
    exam = Exam()
    exam.step("fault", None, WRONG)
    assert _of(exam, _when({"step": "fault", "candidate": ["wrong", "absent"]})).marks == 10


@pytest.mark.parametrize(
    ("verdict", "marks"),
    [
        (PASS, 10),
        (Verdict.CONDITIONAL_PASS, 8),
        (Verdict.CONDITIONAL_FAIL, 2),
        (FAIL, 0),
        (Verdict.INCONCLUSIVE, 0),
        (Verdict.NOT_RUN, 0),
    ],
)
def test_conditional_verdicts_are_worth_what_the_scheme_says(
    verdict: Verdict, marks: float
) -> None:
    worth = {"conditional_pass": 0.8, "conditional_fail": 0.2}
    exam = Exam()
    exam.step("verify", verdict)
    entries = exam.end()
    loaded = scheme(
        module("m", aspect("a", _when({"verdict_of": "verify", "among": ["pass"]}))),
        conditional=worth,
    )
    found = score(entries, loaded)
    assert _aspects(found)["a"].marks == marks
    conditional = verdict in (Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL)
    assert found.conditional == (["TEST-01::verify"] if conditional else [])


def test_a_conditional_verdict_that_is_named_counts_in_full() -> None:
    exam = Exam()
    exam.step("verify", Verdict.CONDITIONAL_FAIL)
    by = _when({"verdict_of": "verify", "among": ["pass", "conditional_fail"]})
    assert _of(exam, by).marks == 10


def test_done_and_order() -> None:
    exam = Exam()
    for step in ("look", "measure", "open"):
        exam.step(step)
    exam.step("declined", Verdict.NOT_RUN)
    entries = exam.end()

    def marks(condition: dict[str, Any]) -> float | None:
        return _aspects(score(entries, scheme(module("m", aspect("a", _when(condition))))))[
            "a"
        ].marks

    assert marks({"done": ["look", "open"]}) == 10
    assert marks({"done": ["look", "declined"]}) == 0
    assert marks({"done": ["nowhere"]}) == 0
    assert marks({"order": ["look", "measure", "open"]}) == 10
    assert marks({"order": ["look", "open", "measure"]}) == 0
    assert marks({"all_of": [{"done": ["look"]}, {"done": ["declined"]}]}) == 0
    assert marks({"any_of": [{"done": ["look"]}, {"done": ["declined"]}]}) == 10
    assert marks({"none_of": [{"done": ["declined"]}]}) == 10
    assert marks({"none_of": [{"done": ["look"]}]}) == 0


def test_a_step_done_once_more_does_not_undo_the_order() -> None:
    def marks(*steps: str) -> float | None:
        exam = Exam()
        for place, step in enumerate(steps):
            exam.step(step, attempt=1 + steps[:place].count(step))
        return _of(exam, _when({"order": ["keep", "clear"]})).marks

    assert marks("keep", "clear", "keep") == 10
    assert marks("clear", "keep", "clear") == 0


def test_tools() -> None:
    exam = Exam()
    exam.step("look", inside=[tool("measure", "cp"), tool("measure", "cc", ok=False)])
    exam.step("open", inside=[tool("measure", "cp"), tool("replace", "cable")])
    entries = exam.end()

    def marks(condition: dict[str, Any]) -> float | None:
        return _aspects(score(entries, scheme(module("m", aspect("a", _when(condition))))))[
            "a"
        ].marks

    assert marks({"tool": "measure", "at_least": 2}) == 10
    assert marks({"tool": "measure", "at_least": 3}) == 0  # one was refused
    assert marks({"tool": "measure", "target": "cc"}) == 0
    assert marks({"tool": "measure", "at_least": 2, "before": "open"}) == 0
    assert marks({"tool": "measure", "before": "open"}) == 10


# Parts, counts, shares


@pytest.mark.parametrize(("steps", "marks"), [("ab", 10), ("a", 6), ("b", 2), ("", 0)])
def test_parts(steps: str, marks: float) -> None:
    exam = Exam()
    for step in steps:
        exam.step(step)
    by = {
        "when": {"done": ["a", "b"]},
        "parts": [{"when": {"done": ["a"]}, "marks": 6}, {"when": {"done": ["b"]}, "marks": 2}],
    }
    assert _of(exam, by).marks == marks


@pytest.mark.parametrize(("times", "marks"), [(0, 10), (1, 10), (2, 4), (3, 4), (4, 0)])
def test_bands(times: int, marks: float) -> None:
    bands = [{"up_to": 1, "marks": 10}, {"up_to": 3, "marks": 4}]
    for name, event in (("hints", hint(1)), ("resets", tool("clear")), ("parts", tool("replace"))):
        exam = Exam()
        exam.step("work", inside=[event] * times)
        assert _of(exam, {"count": name, "bands": bands}).marks == marks


def test_resets_and_parts_of_steps_count_too() -> None:
    exam = Exam()
    exam.step("clear", PASS, inside=[measured("resets", 1)])
    exam.step("repair", inside=[measured("repaired", "cable"), measured("repaired", "none")])
    entries = exam.end()
    for name in ("resets", "parts"):
        by = {"count": name, "bands": [{"up_to": 0, "marks": 10}, {"up_to": 1, "marks": 5}]}
        found = score(entries, scheme(module("m", aspect("a", by))))
        assert _aspects(found)["a"].marks == 5


def test_attempts_that_the_bench_spoiled_do_not_count() -> None:
    by = {"count": "attempts", "steps": ["a"], "bands": [{"up_to": 1, "marks": 10}]}
    spoiled = Exam()
    spoiled.step("a", Verdict.ERROR)
    spoiled.step("a", PASS, attempt=2)
    assert _of(spoiled, by).marks == 10
    twice = Exam()
    twice.step("a", FAIL)
    twice.step("a", PASS, attempt=2)
    assert _of(twice, by).marks == 0


def test_wrong_counts_what_was_left_out_as_well() -> None:
    by = {
        "count": "wrong",
        "steps": ["a", "b"],
        "bands": [{"up_to": 0, "marks": 10}, {"up_to": 1, "marks": 4}],
    }
    for done, marks in (({"a": RIGHT, "b": RIGHT}, 10), ({"a": RIGHT}, 4), ({"a": WRONG}, 0)):
        exam = Exam()
        for step, verdict in done.items():
            exam.step(step, None, verdict)
        assert _of(exam, by).marks == marks


@pytest.mark.parametrize(("steps", "marks"), [("abc", 10), ("ab", 6), ("a", 2), ("", 0)])
def test_shares_are_given_in_whole_steps(steps: str, marks: float) -> None:
    exam = Exam()
    for step in steps:
        exam.step(step)
    # 10 * 2/3 = 6.67 and 10 * 1/3 = 3.33, in steps of 2.
    assert _of(exam, {"each": 2, "of": [{"done": [s]} for s in "abc"]}).marks == marks


# Hidden faults


def _hidden(exam: Exam, *faults: str) -> None:
    exam.add(ScenarioSet(faults=[FaultPlan(one) for one in faults], seed=1))
    for one in faults:
        exam.add(FaultSet(fault=one, on=True, title=Text("故障", "fault")))


def _off(fault: str) -> FaultSet:
    return FaultSet(fault=fault, on=False, title=Text("故障", "fault"))


def test_hidden_faults_are_handled_when_they_are_named_and_gone() -> None:
    def marks(named: CandidateVerdict, *, mended: bool) -> float | None:
        exam = Exam()
        _hidden(exam, "cp-open")
        exam.step("fault", None, named, action="operator.name_pile_fault", kind="D")
        exam.step("repair", inside=[_off("cp-open")] if mended else [])
        return _of(exam, _when({"handled": True})).marks

    assert marks(RIGHT, mended=True) == 10
    assert marks(WRONG, mended=True) == 0
    assert marks(WRONG, mended=False) == 0
    # Nobody switched it off and the record does not say whether it is there: a person decides.
    assert marks(RIGHT, mended=False) is None


@pytest.mark.parametrize(
    ("left", "known", "marks"), [([], True, 10), (["cp-open"], True, 0), ([], False, None)]
)
def test_the_exam_says_what_is_left(left: list[str], known: bool, marks: float | None) -> None:
    exam = Exam()
    _hidden(exam, "cp-open")
    exam.step("fault", None, RIGHT, action="operator.name_pile_fault", kind="D")
    exam.add(FaultsLeft(faults=left, known=known))
    assert _of(exam, _when({"handled": True})).marks == marks


def test_what_is_switched_off_when_tidying_up_is_not_the_candidates_doing() -> None:
    exam = Exam()
    _hidden(exam, "cp-open")
    exam.step("work")
    exam.add(_off("cp-open"))
    assert _of(exam, _when({"handled": True})).marks is None


def test_a_sound_device_is_handled_by_changing_nothing() -> None:
    for parts, marks in ((0, 10), (1, 0)):
        exam = Exam()
        _hidden(exam)
        exam.step("work", inside=[tool("replace", "cable")] * parts)
        assert _of(exam, _when({"handled": True})).marks == marks


# Bench and harness never cost marks


def test_a_step_that_ended_in_an_error_is_open_with_its_reason() -> None:
    exam = Exam()
    exam.step("a", Verdict.ERROR, reason="no reply within 1 s")
    found = score(exam.end(), scheme(module("m", right("a", "a"))))
    assert found.total is None and found.passed is None
    assert found.pending == ["aspect:a"]
    assert found.harness_errors == ["TEST-01::a"]
    assert "故障" in _aspects(found)["a"].reason.zh
    assert "error of bench or harness" in _aspects(found)["a"].reason.en
    by = [Overridden(by="A-1", utc=WHEN, aspect="a", marks=7, reason="seen by the assessor")]
    decided = score(exam.entries, scheme(module("m", right("a", "a"))), by)
    assert decided.total == 70
    assert _aspects(decided)["a"].computed is None
    assert _aspects(decided)["a"].overridden_by == "A-1"


def test_an_attempt_repeated_after_an_error_counts() -> None:
    for last in (True, False):
        exam = Exam()
        attempts = [(Verdict.ERROR, None), (PASS, RIGHT)]
        for number, (verdict, candidate) in enumerate(attempts if last else attempts[::-1]):
            exam.step("a", verdict, candidate, attempt=number + 1)
        found = score(exam.end(), scheme(module("m", right("a", "a"))))
        assert found.total == 100 and found.harness_errors == []


def test_an_error_where_it_makes_no_difference_leaves_nothing_open() -> None:
    exam = Exam()
    exam.step("a", Verdict.ERROR)
    exam.step("b")
    assert _of(exam, _when({"any_of": [{"done": ["a"]}, {"done": ["b"]}]})).marks == 10
    exam = Exam()
    exam.step("a", Verdict.ERROR)
    assert _of(exam, _when({"all_of": [{"done": ["a"]}, {"done": ["b"]}]})).marks == 0


@pytest.mark.parametrize("ending", [Ending.LOST, Ending.STOPPED])
def test_steps_that_a_lost_bench_prevented_are_open(ending: Ending) -> None:
    exam = Exam()
    exam.step("a")
    exam.step("b", Verdict.NOT_RUN, reason="the run was lost: x")
    found = score(exam.end(ending), scheme(module("m", aspect("a", _when({"done": ["b"]})))))
    assert found.total == (None if ending is Ending.LOST else 0)


def test_what_the_bench_cannot_do_is_open_and_what_was_declined_is_not() -> None:
    for impossible, total in (({"a": "the bench has no meter"}, None), ({}, 0)):
        exam = Exam(impossible=impossible)
        exam.step("a", Verdict.NOT_RUN, reason="whatever")
        found = score(exam.end(), scheme(module("m", aspect("a", _when({"done": ["a"]})))))
        assert found.total == total


def test_an_exam_that_is_not_opened_gives_no_marks_away() -> None:
    exam = Exam()
    exam.step("fault", None, None, withheld=True)
    found = score(exam.entries, scheme(module("m", right("a", "fault"))))
    assert found.total is None
    assert "尚未开封" in _aspects(found)["a"].reason.zh


# Assessors


def _marks(**given: int) -> list[AnyReviewEntry]:
    """Both assessors mark the aspect `j` and lock."""
    found: list[AnyReviewEntry] = []
    for by, mark in given.items():
        found.append(Marked(by=by, utc=WHEN, aspect="j", mark=mark))  # type: ignore[arg-type]
        found.append(Locked(by=by, utc=WHEN))
    return found


def _judged(reviews: list[AnyReviewEntry], **more: Any) -> tuple[Score, AspectScore]:
    found = score(Exam().end(), scheme(module("m", judged("j", **more))), reviews)
    return found, _aspects(found)["j"]


def test_judged_marks_are_the_average_of_all_locked_assessors() -> None:
    found, one = _judged(_marks(A=2, B=3))
    assert one.entered == {"A": 2, "B": 3} and one.spread == 1
    assert one.marks == 7.5  # thirds of 9: 6 and 9
    assert found.total == 83.33
    assert _judged(_marks(A=2, B=3), marks=[0, 1, 4, 9])[1].marks == 6.5


def test_judged_marks_are_open_until_everybody_has_locked() -> None:
    found, one = _judged(_marks(A=2))
    assert one.marks is None and found.pending == ["aspect:j"]
    both = [*_marks(A=2), Marked(by="B", utc=WHEN, aspect="j", mark=3)]
    found, one = _judged(both)
    assert one.entered == {"A": 2}  # nobody sees what is not locked
    assert one.marks is None


def test_a_spread_has_to_be_settled_with_a_reason() -> None:
    apart = _marks(A=0, B=3)
    found, one = _judged(apart)
    assert one.marks is None and one.spread == 3
    assert found.pending == ["spread:j"]
    settled = [*apart, Remarked(by="A", utc=WHEN, aspect="j", mark=2, reason="looked again")]
    assert _judged(settled)[1].marks == 7.5
    still = [*apart, Remarked(by="A", utc=WHEN, aspect="j", mark=1, reason="looked again")]
    assert _judged(still)[0].pending == ["spread:j"]


def test_what_is_locked_is_not_changed_by_marking_again() -> None:
    late = Marked(by="A", utc=WHEN, aspect="j", mark=0)
    assert _judged([*_marks(A=2, B=3), late])[1].marks == 7.5
    early = Marked(by="A", utc=WHEN, aspect="j", mark=0)
    assert _judged([early, *_marks(A=2, B=3)])[1].marks == 7.5


def test_an_override_keeps_what_was_computed() -> None:
    exam = Exam()
    exam.step("a", None, WRONG)
    by = Overridden(by="A-1", utc=WHEN, aspect="a", marks=99, reason="the key was wrong")
    found = score(exam.end(), scheme(module("m", right("a", "a"))), [by])
    one = _aspects(found)["a"]
    assert (one.marks, one.computed, one.overridden_by) == (10, 0, "A-1")
    assert "the key was wrong" in one.reason.en and "the key was wrong" in one.reason.zh


# Deductions


def test_deductions_stop_at_the_cap_of_their_block() -> None:
    items = [
        deduction("hint", 2, {"finding": "cleared-before-snapshot"}),
        deduction("untidy", 3),
        deduction("tool", 1, {"tool": "replace"}),
    ]
    loaded = scheme(module("m", right("a", "a"), deductions=[block("b", 4, *items)]))
    exam = Exam()
    exam.step("a", None, RIGHT, inside=[tool("replace", "x"), tool("replace", "y")])
    found = score(exam.end(), loaded)
    (made,) = found.modules[0].deductions
    assert (made.id, made.times, made.marks, made.block) == ("tool", 2, 2, "b")
    assert found.total == 80
    untidy = Deducted(by="A-1", utc=WHEN, deduction="untidy", times=2, reason="floor")
    found = score(exam.entries, loaded, [untidy])
    assert found.modules[0].deducted == 4  # 2 + 6, and the block ends at 4
    assert found.total == 60
    waived = Deducted(by="A-1", utc=WHEN, deduction="tool", waived=True, reason="worn part")
    found = score(exam.entries, loaded, [waived])
    assert found.total == 100
    assert found.modules[0].deductions[0].waived_by == "A-1"


def test_a_module_does_not_fall_below_zero() -> None:
    loaded = scheme(
        module("m", right("a", "a"), deductions=[block("b", 50, deduction("d", 50))]),
        module("n", right("z", "a")),
    )
    exam = Exam()
    exam.step("a", None, RIGHT)
    entered = Deducted(by="A-1", utc=WHEN, deduction="d", reason="x")
    found = score(exam.end(), loaded, [entered])
    assert [one.marks for one in found.modules] == [0, 10]
    assert found.total == 50


# Vetoes


def _veto(grade: str, marks: float = 0) -> tuple[Exam, Any]:
    exam = Exam()
    exam.step("a", None, RIGHT)
    exam.step("b", None, RIGHT, inside=[tool("replace", "cable")], procedure="TEST-02")
    exam.end()
    modules = [
        module("m", right("a", "a")),
        module("n", right("z", "b")),
    ]
    loaded = scheme(*modules, vetoes=[veto("v", "live-work-without-voltage-test", grade, marks)])
    return exam, loaded


def _decided(*, confirmed: bool = True, grade: Any = None) -> list[AnyReviewEntry]:
    return [VetoDecided(by="A-1", utc=WHEN, veto="v", confirmed=confirmed, grade=grade, reason="r")]


def test_a_veto_is_proposed_and_waits() -> None:
    exam, loaded = _veto("end_exam")
    found = score(exam.entries, loaded)
    assert found.total is None and found.passed is None
    assert found.pending == ["veto:v"]
    (one,) = found.vetoes
    assert one.decision is None and one.lines
    assert exam.entries[one.lines[0] - 1].event == tool("replace", "cable")


def test_a_rejected_veto_stays_visible() -> None:
    exam, loaded = _veto("end_exam")
    found = score(exam.entries, loaded, _decided(confirmed=False))
    assert (found.total, found.passed) == (100, True)
    assert [(one.decision, one.by, one.why) for one in found.vetoes] == [("rejected", "A-1", "r")]


@pytest.mark.parametrize(
    ("grade", "total", "passed"),
    [("deduct", 70, True), ("zero_task", 0, False), ("end_exam", 0, False)],
)
def test_confirmed_vetoes(grade: str, total: float, passed: bool) -> None:
    exam, loaded = _veto(grade, 30)
    found = score(exam.entries, loaded, _decided())
    assert (found.total, found.passed) == (total, passed)


def test_an_assessor_may_confirm_in_another_grade() -> None:
    exam, loaded = _veto("end_exam", 10)
    found = score(exam.entries, loaded, _decided(grade="deduct"))
    assert found.total == 90 and found.vetoes[0].grade == "deduct"


def test_zero_task_takes_the_module_where_it_happened() -> None:
    exam = Exam(procedure="PILE-FAULT-01")
    exam.step("link", PASS)
    exam.step("conclusion", None, RIGHT, inside=[tool("replace", "x")], procedure="PILE-INSP-01")
    loaded = scheme(
        module("m", aspect("a", _when({"done": ["link"]})), procedures=["PILE-FAULT-01"]),
        module("n", right("z", "conclusion"), procedures=["PILE-INSP-01"]),
        vetoes=[veto("v", "live-work-without-voltage-test", "zero_task")],
    )
    found = score(exam.end(), loaded, _decided())
    assert [one.marks for one in found.modules] == [10, 0]
    assert (found.total, found.passed) == (50, False)


def test_end_exam_does_not_wait_for_marks() -> None:
    exam = Exam()
    exam.step("a", inside=[tool("replace", "cable")])
    loaded = scheme(
        module("m", judged("j")),
        vetoes=[veto("v", "live-work-without-voltage-test", "end_exam")],
    )
    found = score(exam.end(), loaded, _decided())
    assert (found.total, found.passed) == (0, False)
    assert found.pending == ["aspect:j"]


def test_an_assessor_may_raise_a_veto_that_no_rule_saw() -> None:
    loaded = scheme(
        module("m", right("a", "a")), vetoes=[veto("v", "unplugged-under-load", "end_exam")]
    )
    exam = Exam()
    exam.step("a", None, RIGHT)
    entries = exam.end()
    assert score(entries, loaded).vetoes == []
    assert score(entries, loaded, _decided(confirmed=False)).vetoes == []
    assert score(entries, loaded, _decided()).total == 0


# Time


def test_only_working_time_counts() -> None:
    exam = Exam(minutes=10)
    exam.clock("preparation").clock("working", 300)
    exam.step("a", None, RIGHT, seconds=240)
    exam.clock("referee_pause", 0, "wiring").clock("working", 600)
    exam.step("b", seconds=180)
    exam.clock("technical_stop", 0, "bench").clock("working", 900)
    exam.step("c", seconds=150)
    exam.clock("ended", 0)
    exam.step("after", seconds=1000)
    entries = exam.end()
    bands = [{"up_to": 9.5, "marks": 10}]
    loaded = scheme(module("m", aspect("a", {"count": "minutes", "bands": bands})))
    found = score(entries, loaded)
    assert found.modules[0].seconds == 570  # 240 + 180 + 150
    assert found.overtime_seconds == 0
    assert found.total == 100


def test_overtime_costs_by_the_minute_that_has_begun() -> None:
    exam = Exam(minutes=1)
    exam.clock("working")
    exam.step("a", None, RIGHT, seconds=60)
    exam.clock("overtime", 0)
    exam.step("b", seconds=61)
    exam.clock("ended")
    entries = exam.end()
    for per_minute, total in ((0, 100), (5, 90), (80, 0)):
        overtime = {"allowed": "5 min", "per_minute": per_minute}
        found = score(entries, scheme(module("m", right("a", "a")), overtime=overtime))
        assert found.overtime_seconds == 61
        assert found.total == total


# Pass rule


def test_least_per_cent_of_a_module_and_must_pass() -> None:
    exam = Exam()
    exam.step("a", None, RIGHT)
    exam.step("b", None, WRONG)
    entries = exam.end()
    modules = [module("m", right("x", "a"), weight=70), module("n", right("y", "b"), weight=30)]
    assert score(entries, scheme(*modules)).passed is True
    found = score(entries, scheme(*modules, passes={"modules": {"n": 10}}))
    assert (found.total, found.passed) == (70, False)
    assert "中n" in found.why.zh
    modules[1] = module("n", right("y", "b", must_pass=True), weight=30)
    found = score(entries, scheme(*modules))
    assert (found.total, found.passed) == (70, False)
    found = score(entries, scheme(*modules, passes={"total": 80}))
    assert found.passed is False and "80" in found.why.zh


def test_a_comment_changes_nothing() -> None:
    plain = score(Exam().end(), scheme(module("m", judged("j"))), _marks(A=1, B=1))
    said = [*_marks(A=1, B=1), Commented(by="A", utc=WHEN, text="well done")]
    assert score(Exam().end(), scheme(module("m", judged("j"))), said) == plain
