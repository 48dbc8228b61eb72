"""The skills that procedures name."""

from pathlib import Path

import pytest

from harness.catalogue.skills import Bench, Level, load_skills
from harness.errors import FileError, UnknownNameError
from harness.procedure.load import procedure_files

MORE = """\
standard: {zh: 某标准, en: Some standard}
source: {zh: 自行归纳, en: our summary}
skills:
  - id: S-1.2.3
    level: senior
    area: {zh: 管理, en: Management}
    task: {zh: 培训, en: Training}
    summary: {zh: 能带新人, en: Trains newcomers}
    shown: assessor
"""


def test_rows_of_the_daily_inspection_are_there() -> None:
    skills = load_skills()
    of_pile, of_vehicle = (
        {"P-2.1.3", "P-2.2.3", "P-2.2.6"},
        {"P-2.1.2", "P-2.1.4", "P-2.2.4", "P-2.2.5"},
    )
    of_rescue = {"P-2.4.3"}
    assert {skill.id for skill in skills.skills} == of_pile | of_vehicle | of_rescue
    for skill in skills.skills:
        assert skill.level is Level.JUNIOR
        by_person = skill.id == "P-2.1.2"  # the levels of automation are told by the candidate
        assert skill.shown is (Bench.OPERATOR if by_person else Bench.AUTOMATIC)
        assert set(procedure_files()) & set(skill.procedures), skill.id
        assert skill.evidence is not None
        assert skill.id == f"P-{skill.code}"


def test_rows_with_the_same_wording_name_each_other() -> None:
    skills = load_skills()
    for skill in skills.skills:
        for other in skill.same_as:
            assert skill.id in skills.skill(other).same_as
            assert skills.skill(other).summary == skill.summary


def test_an_unknown_skill_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"P-9\.9\.9.*P-2\.2\.6"):
        load_skills().skill("P-9.9.9")


def test_further_files_add_rows(tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    path.write_text(MORE, encoding="utf-8")
    assert load_skills([path]).skill("S-1.2.3").shown is Bench.ASSESSOR


@pytest.mark.parametrize(
    ("was", "is_now", "place", "complaint"),
    [
        ("id: S-1.2.3", "id: P-1.2.3", "4:9", "begins with S-"),
        ("id: S-1.2.3", "id: S-123", "4:9", "pattern"),
        ("id: S-1.2.3\n    level: senior", "id: P-2.2.6\n    level: junior", "4:9", "stands twice"),
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
