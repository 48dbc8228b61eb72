"""The skills that procedures name."""

from collections import Counter
from pathlib import Path

import pytest

from harness.catalogue.skills import Bench, Level, load_skills
from harness.errors import FileError, UnknownNameError
from harness.procedure.load import load_procedure, procedure_files
from harness.text import Text

MORE = """\
standard: {zh: 某标准, en: Some standard}
source: {zh: 自行归纳, en: our summary}
skills:
  - id: S-9.2.3
    level: senior
    area: {zh: 管理, en: Management}
    task: {zh: 培训, en: Training}
    summary: {zh: 能带新人, en: Trains newcomers}
    shown: assessor
"""


def test_every_row_of_the_standard_is_there() -> None:
    skills = load_skills().skills
    assert Counter(skill.level for skill in skills) == {
        Level.JUNIOR: 55,
        Level.INTERMEDIATE: 46,
        Level.SENIOR: 36,
    }
    assert len({(skill.level, skill.task_code) for skill in skills}) == 39
    assert Counter(skill.shown for skill in skills) == {
        Bench.AUTOMATIC: 10,
        Bench.OPERATOR: 11,
        Bench.ASSESSOR: 116,
    }


def test_every_row_says_what_shows_it() -> None:
    tasks: dict[tuple[Level, str], set[tuple[Text, Text]]] = {}
    for skill in load_skills().skills:
        assert skill.id == f"{skill.id[0]}-{skill.code}"
        assert skill.shown not in skill.also
        assert skill.procedures
        assert len(set(skill.procedures)) == len(skill.procedures)
        if skill.shown is not Bench.ASSESSOR and "RUB-KNOW" not in skill.procedures:
            assert skill.evidence is not None, skill.id
        tasks.setdefault((skill.level, skill.task_code), set()).add((skill.area, skill.task))
    assert all(len(names) == 1 for names in tasks.values())


def test_rows_that_only_an_assessor_can_mark_name_only_rubrics() -> None:
    for skill in load_skills().skills:
        rubrics = [name for name in skill.procedures if name.startswith("RUB-")]
        if skill.shown is Bench.ASSESSOR:
            assert rubrics == skill.procedures, skill.id
        elif rubrics:
            assert Bench.ASSESSOR in skill.also, skill.id


@pytest.mark.parametrize("name", sorted(procedure_files()))
def test_a_procedure_names_exactly_the_rows_that_name_it(name: str) -> None:
    rows = {skill.id for skill in load_skills().skills if name in skill.procedures}
    assert rows
    assert sorted(load_procedure(name).model.skills) == sorted(rows)


def test_rows_with_the_same_wording_name_each_other() -> None:
    skills = load_skills()
    for skill in skills.skills:
        for other in skill.same_as:
            assert skill.id in skills.skill(other).same_as
            assert skills.skill(other).summary == skill.summary


def test_an_unknown_skill_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"P-2\.2\.9.*P-2\.2\.6"):
        load_skills().skill("P-2.2.9")


def test_further_files_add_rows(tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    path.write_text(MORE, encoding="utf-8")
    assert load_skills([path]).skill("S-9.2.3").shown is Bench.ASSESSOR


@pytest.mark.parametrize(
    ("was", "is_now", "place", "complaint"),
    [
        ("id: S-9.2.3", "id: P-9.2.3", "4:9", "begins with S-"),
        ("id: S-9.2.3", "id: S-123", "4:9", "pattern"),
        ("id: S-9.2.3\n    level: senior", "id: P-2.2.6\n    level: junior", "4:9", "stands twice"),
        ("level: senior", "level: master", "5:12", "'senior'"),
        ("shown: assessor", "shown: somewhere", "9:12", "'assessor'"),
        ("en: Trains newcomers", "de: Ausbildung", "8:14", "both languages"),
        ("    task: {zh: 培训, en: Training}\n", "", "4:5", "'task' is missing"),
    ],
)
def test_a_mistake_is_reported_with_its_place(
    tmp_path: Path, was: str, is_now: str, place: str, complaint: str
) -> None:
    assert MORE.count(was) == 1
    path = tmp_path / "more.yaml"
    path.write_text(MORE.replace(was, is_now), encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load_skills([path])
    found = [str(problem) for problem in caught.value.problems]
    assert any(
        line.startswith(f"{path}:{place}:") and complaint.replace("'", "") in line.replace("'", "")
        for line in found
    ), found
