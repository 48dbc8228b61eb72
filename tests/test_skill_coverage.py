"""Which rows are exercised by what: computed, and following the files."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from benchkit import write_procedure
from click.testing import CliRunner

from harness.assess.skill_coverage import SkillCoverage, Status, skill_coverage
from harness.catalogue.skills import Bench, load_skills
from harness.cli.root import ROOT
from harness.errors import FileError
from harness.procedure.load import procedure_files

LOOK = (
    "- {id: look, title: {zh: 看, en: Look}, do: operator.inspect, "
    "with: {subject: nameplate, ask: {zh: 看, en: Look}}}\n"
)
SCHEME = """\
scheme: ours
title: {zh: 方案, en: Scheme}
shape: fixed_blocks
modules:
  - id: m
    title: {zh: 模块, en: Module}
    weight: 1
    criteria:
      - id: c
        title: {zh: 标准, en: Criterion}
        aspects:
          - id: judged
            type: J
            title: {zh: 评, en: J}
            max: 3
            anchors:
              0: {zh: 零, en: none}
              1: {zh: 一, en: one}
              2: {zh: 二, en: two}
              3: {zh: 三, en: three}
            skills: [P-2.4.4]
"""


@cache
def shipped() -> dict[str, SkillCoverage]:
    return {one.skill.id: one for one in skill_coverage(load_skills())}


def test_every_row_has_a_status() -> None:
    assert list(shipped()) == [skill.id for skill in load_skills().skills]
    assert len(shipped()) == 137


def test_status_follows_from_what_there_is() -> None:
    there = set(procedure_files())
    for one in shipped().values():
        named = set(one.skill.procedures)
        assert set(one.missing) == named - there
        assert {by.procedure for by in one.procedures} == named & there
        if not named & there and not one.aspects:
            assert one.status is Status.NOT_YET
        if named <= {name for name in there if name.startswith("RUB-")}:
            assert one.status in (Status.ASSESSOR, Status.BENCH_AND_ASSESSOR)
        if one.status is Status.BENCH_AND_ASSESSOR:
            assert Bench.ASSESSOR in (one.skill.shown, *one.skill.also)


def test_examples_of_each_status() -> None:
    found = shipped()
    assert found["P-2.2.3"].status is Status.BENCH
    assert found["P-2.1.2"].status is Status.BENCH_AND_ASSESSOR
    assert found["P-1.1.1"].status is Status.ASSESSOR
    assert found["P-3.1.5"].status is Status.NOT_YET
    assert found["P-3.1.5"].missing == ("SEC-RISK-01",)
    rubric = found["P-1.1.1"].procedures
    assert [(by.procedure, by.automatic, by.operator, by.assessor) for by in rubric] == [
        ("RUB-ETH", 0, 0, 6)
    ]


def test_a_new_procedure_counts_at_once(tmp_path: Path) -> None:
    write_procedure(tmp_path, LOOK, name="SEC-RISK-01", head="skills: [P-3.1.5]\n")
    found = {one.skill.id: one for one in skill_coverage(load_skills(), [tmp_path])}
    assert found["P-3.1.5"].status is Status.BENCH
    assert found["P-3.1.5"].missing == ()
    assert Counter(one.status for one in found.values())[Status.NOT_YET] == (
        Counter(one.status for one in shipped().values())[Status.NOT_YET] - 1
    )


def test_an_aspect_of_a_scheme_counts(tmp_path: Path) -> None:
    assert shipped()["P-2.4.4"].status is Status.NOT_YET
    path = tmp_path / "ours.yaml"
    path.write_text(SCHEME, encoding="utf-8")
    found = {one.skill.id: one for one in skill_coverage(load_skills(), schemes=[path])}
    assert found["P-2.4.4"].status is Status.ASSESSOR
    assert [(by.scheme, by.aspect, by.type) for by in found["P-2.4.4"].aspects] == [
        ("ours", "judged", "J")
    ]


def test_a_row_that_does_not_exist_is_named_with_its_place(tmp_path: Path) -> None:
    write_procedure(tmp_path, LOOK, name="LAB-01", head="skills: [P-2.2.6, P-9.9.9]\n")
    path = tmp_path / "ours.yml"
    path.write_text(SCHEME.replace("P-2.4.4", "S-9.9.9"), encoding="utf-8")
    with pytest.raises(FileError) as caught:
        skill_coverage(load_skills(), [tmp_path], [path])
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 2
    assert "LAB-01.yaml:" in said[0]
    assert "'P-9.9.9'" in said[0]
    assert said[1].startswith(f"{path}:21:22: ")
    assert "'S-9.9.9'" in said[1]


def test_the_command_lists_every_row() -> None:
    done = CliRunner().invoke(ROOT, ["skills", "coverage", "--json"])
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert [(row["id"], row["status"]) for row in found["rows"]] == [
        (id, one.status.value) for id, one in shipped().items()
    ]
    assert sum(level["rows"] for level in found["levels"].values()) == 137


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_and_its_choices(language: str) -> None:
    words = ["skills", "coverage", "--lang", language]
    done = CliRunner().invoke(ROOT, words)
    assert done.exit_code == 0
    assert all(id in done.output for id in shipped())
    narrow = CliRunner().invoke(ROOT, [*words, "--level", "senior", "--status", "not_yet"]).output
    listed = {id for id in shipped() if id in narrow}
    assert listed == {"S-2.1.3", "S-2.2.3", "S-5.2.3"}
    assert "SUP-AUDIT-01" in narrow
    assert ("高级" in narrow) == (language == "zh")
