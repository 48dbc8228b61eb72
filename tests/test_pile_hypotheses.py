"""Rankings of causes: at the terminal, from a file, by the technician; and families of causes."""

from pathlib import Path

import pytest
from benchkit import run_procedure
from test_operator import Asker, Technician, typed

from harness.actions.pile_fault.causes import BY_NAME, CAUSES
from harness.actions.pile_fault.families import BY_CAUSE, CHOICES, FAMILIES
from harness.actions.pile_fault.model import ALARM, CLEAR, NONE, SET
from harness.actions.pile_fault.rules import FOLLOWS, abnormal
from harness.devices.operator import Evidence, Question, Shows
from harness.engine import details, wording
from harness.errors import FileError, NotAvailableError
from harness.text import Text
from simulators.pile_reasoning import hypotheses, ranking, symptom

__all__ = ["typed"]

RANK = Question(
    kind="rank",
    step="hypothesis",
    subject="pile-fault-hypotheses",
    ask=Text("列出原因", "List causes"),
    choices=["no_fault", "cp-break", "pe-open", "cc-open"],
    labels={"cp-break": Text("CP 断线", "CP broken")},
    least=2,
    most=3,
)


# At the terminal


@pytest.mark.parametrize("line", ["3,2", "3 2", "3，2", "pe-open、cp-break", "pe-open > 2"])
def test_a_ranking_is_typed_by_number_or_name(typed: Asker, line: str) -> None:
    answer, shown = typed(f"{line}\nsure\n", RANK)
    assert (answer.value, answer.note) == (["pe-open", "cp-break"], "sure")
    assert any("2. CP broken" in text for text in shown)


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("2", "至少列出 2 项，只列了 1 项", "at least 2 are wanted, 1 given"),
        ("", "至少列出 2 项，只列了 0 项", "at least 2 are wanted, 0 given"),
        ("2,3,2", "“cp-break”重复", "'cp-break' is named twice"),
        ("2,cp-broke", "相近的有：cp-break", "(like it: cp-break)"),
        ("2,9", "没有“9”这一项", "no choice is called '9'"),
        ("1,2,3,4", "最多列出 3 项", "at most 3 are wanted, 4 given"),
    ],
)
def test_a_ranking_that_cannot_stand_is_explained_and_asked_again(
    typed: Asker, line: str, zh: str, en: str
) -> None:
    answer, shown = typed(f"{line}\n2,4\n\n", RANK)
    assert answer.value == ["cp-break", "cc-open"]
    assert sum(en in text for text in shown) == 1
    _, shown = typed(f"{line}\n2,4\n\n", RANK, language="zh")
    assert sum(zh in text for text in shown) == 1


def test_a_ranking_may_be_skipped_and_is_not_asked_for_ever(typed: Asker) -> None:
    assert typed("-\n", RANK)[0].value is None
    with pytest.raises(NotAvailableError, match="no usable answer"):
        typed("2\n" * 9, RANK)


def test_nobody_tells_the_person_what_the_technician_would_write(typed: Asker) -> None:
    """He looks for the person and acts for him; he does not conclude for him."""
    asked = Technician()
    describe = Question(
        kind="observe",
        step="symptom",
        subject="describe-symptom",
        ask=Text("描述现象", "Describe it"),
        evidence=_evidence({"rest.cp": "0V"}),
    )
    answer, _ = typed("it stops at once\n", describe, technician=asked)
    assert (answer.value, asked.asked) == ("it stops at once", [])


# From a file


@pytest.mark.parametrize(
    ("entry", "expected", "zh"),
    [
        ("hypothesis: cp-break", "a list of at least 2 choices", "至少 2 项的列表"),
        ("hypothesis: [cp-break]", "at least 2 are wanted, 1 given", "只列了 1 项"),
        ("hypothesis: [cp-break, cp-break]", "'cp-break' is named twice", "“cp-break”重复"),
        ("hypothesis: [cp-break, pe-opn]", "(like it: pe-open", "相近的有：pe-open"),
        ("fault: [cp-break, pe-open]", "one answer, no list", "不是列表"),
        ("fault: cp-broken", "one of: no_fault, ", "之一"),
        ("root-cause: bad luck", "one of: none, part, ", "不能作为“root-cause”的答案"),
    ],
)
def test_a_wrong_ranking_in_a_file_is_found_before_the_run(
    tmp_path: Path, entry: str, expected: str, zh: str
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"by: T-1\nanswers:\n  {entry}\n", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, "PILE-FAULT-01", energise=True, answers=answers)
    assert expected in str(caught.value)
    said = details.describe(caught.value)
    assert zh in said
    assert "wanted" not in said
    assert not list(tmp_path.glob("run-*"))


# The simulated technician


def _evidence(found: dict[str, str], stands_for: dict[str, str] | None = None) -> Evidence:
    alarms = {key for cause in CAUSES for key in cause.signs if key.startswith(ALARM)}
    whole = {**dict.fromkeys(alarms, CLEAR), **found}
    return Evidence(
        found=whole,
        abnormal=abnormal(whole),
        textbook={
            one.name: Shows(signs={key: one.wants(key) for key in one.signs}, may=one.may)
            for one in CAUSES
        },
        common=FOLLOWS,
        stands_for=stands_for or {},
    )


def test_the_technician_goes_by_what_was_found() -> None:
    """Other evidence, another ranking: nothing else tells him."""
    door = _evidence({"alarm.F-22": SET})
    assert hypotheses(door, least=2, most=5) == ["door-open", "door-switch-broken"]
    shut = _evidence({"alarm.F-22": SET, "hand.door": "shut"})
    assert ranking(shut)[:2] == ["door-switch-broken", "door-open"]


def test_he_lists_as_many_as_are_asked_for_and_no_more() -> None:
    lone = _evidence({"replies": "lost"})
    assert hypotheses(lone, least=2, most=5)[0] == "reply-dropped"
    assert len(hypotheses(lone, least=2, most=5)) == 2
    silent = _evidence({"link": "silent"})
    assert len(hypotheses(silent, least=2, most=3)) == 3
    healthy = _evidence({"link": "ok", "rest.state": "ok"})
    assert hypotheses(healthy, least=2, most=5)[0] == NONE


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_what_a_cause_shows_makes_it_the_likeliest(name: str) -> None:
    cause = BY_NAME[name]
    found = {key: cause.wants(key)[0] for key in cause.signs}
    likeliest = ranking(_evidence(found))[0]
    assert likeliest == name or BY_NAME[likeliest].signs == cause.signs


def test_his_words_for_the_symptom_can_be_said_in_both_languages() -> None:
    words = symptom(_evidence({"rest.cp": "0V", "alarm.F-14": SET}))
    assert wording.value(words, None, "zh") == "发现：F-14、空闲时 CP：0 V"
    assert wording.value(words, None, "en") == "found: F-14, CP at rest: 0 V"
    well = symptom(_evidence({"link": "ok"}))
    assert wording.value(well, None, "zh") == "所查各项均正常"
    assert wording.value("it just stops", None, "zh") == "it just stops"


# Families


def test_every_cause_has_one_family() -> None:
    members = [name for family in FAMILIES for name in family.members]
    assert len(members) == len(set(members))
    assert set(members) == {*BY_NAME, NONE}


@pytest.mark.parametrize("aspect", list(CHOICES))
def test_what_is_right_can_be_chosen_and_everything_is_right_for_some_fault(aspect: str) -> None:
    right = {one for family in FAMILIES for one in family.right(aspect)}  # type: ignore[arg-type]
    assert right == set(CHOICES[aspect])  # type: ignore[index]
    assert set(BY_CAUSE[NONE].right(aspect)) == {"none"}  # type: ignore[arg-type]
