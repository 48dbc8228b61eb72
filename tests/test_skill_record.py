"""The record of a candidate over several runs: what counts, and when it is enough."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from skill_runs import RIGHT, WRONG, write_run

from harness.assess.result import AspectScore, CriterionScore, ModuleScore, Score, digest
from harness.assess.skill_evidence import TECHNICIAN, Device, Refused, evidence_of
from harness.assess.skill_record import RowRecord, SkillRecord, skill_record
from harness.assess.sufficiency import SHIPPED, load_sufficiency
from harness.catalogue.skills import load_skills
from harness.cli.root import ROOT
from harness.errors import EvidenceError, FileError
from harness.evidence.layout import JOURNAL
from harness.evidence.verify import verify
from harness.text import Text
from harness.verdict import Ending, Verdict
from simulators import technician

FAULT, LAW = "P-2.2.3", "P-1.1.3"
MARKS = {"rule-named": 2, "applied": 3}


def record(folder: Path, need: int | None = None, **scores: Score) -> SkillRecord:
    rules = load_sufficiency()
    given = {score.head: score for score in scores.values()}
    rules = rules if need is None else rules.with_runs(need)
    return skill_record(load_skills(), rules, "C-07", [folder], given)


def row(found: SkillRecord, id: str) -> RowRecord:
    return next(one for one in found.rows if one.skill.id == id)


def why(found: SkillRecord, id: str) -> list[str]:
    return [want.en for want in row(found, id).wanting]


def law(folder: Path, day: int = 0, **more: object) -> None:
    given = {"marks": MARKS, "said": (), "simulated": False, "verdict": None, **more}
    write_run(folder, day=day, procedure="RUB-LAW", skills=[LAW], **given)  # type: ignore[arg-type]


def test_enough_with_two_dates_a_sound_and_a_faulty_device(tmp_path: Path) -> None:
    write_run(tmp_path / "a", day=0)
    write_run(tmp_path / "b", day=1, faults=["cp-open"], verdict=Verdict.FAIL)
    found = record(tmp_path)
    assert row(found, FAULT).enough
    assert [one.device for one in row(found, FAULT).counting] == [Device.HEALTHY, Device.FAULTY]
    assert not row(found, "P-2.2.6").enough
    assert found.runs == 2
    assert not found.refused


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        ({"day": 0, "faults": ["x"]}, "2 date(s) needed, 1 there"),
        ({"day": 1}, "1 run(s) at a faulty device needed, 0 there"),
        ({"day": 1, "faults": ["x"], "candidate": "C-08"}, "2 counting run(s) needed, 1 there"),
        ({"day": 1, "faults": ["x"], "said": [RIGHT, WRONG]}, "2 counting run(s) needed, 1 there"),
        ({"day": 1, "faults": ["x"], "answered_by": TECHNICIAN}, "2 counting run(s) needed"),
        ({"day": 1, "faults": ["x"], "seal": False}, "2 counting run(s) needed, 1 there"),
        ({"day": 1, "faults": ["x"], "ending": Ending.ABORTED}, "2 counting run(s) needed"),
        ({"day": 1, "faults": ["x"], "mode": "practice"}, "2 counting run(s) needed, 1 there"),
        ({"day": 1, "faults": ["x"], "mode": "exam", "opened": ""}, "2 counting run(s) needed"),
        ({"day": 1, "faults": ["x"], "mode": "exam", "opened": "veto"}, "2 counting run(s) needed"),
    ],
)
def test_not_enough(tmp_path: Path, second: dict[str, object], wanted: str) -> None:
    write_run(tmp_path / "a", day=0)
    write_run(tmp_path / "b", **second)  # type: ignore[arg-type]
    found = record(tmp_path)
    assert not row(found, FAULT).enough
    assert any(want.startswith(wanted) for want in why(found, FAULT))


def test_what_an_exam_hid_says_that_the_device_was_faulty(tmp_path: Path) -> None:
    write_run(tmp_path / "a", day=0, mode="exam")
    write_run(tmp_path / "b", day=1, mode="exam", faults=["cp-open"])
    found = record(tmp_path)
    assert row(found, FAULT).enough
    assert {one.mode for one in row(found, FAULT).counting} == {"exam"}


def test_at_a_real_device_its_verdict_says_it(tmp_path: Path) -> None:
    for day, verdict in enumerate((Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE)):
        write_run(tmp_path / str(day), day=day, simulated=False, verdict=verdict)
    devices = [one.device for one in row(record(tmp_path), FAULT).counting]
    assert devices == [Device.HEALTHY, Device.FAULTY, Device.UNKNOWN]


def test_marks_of_an_assessor_are_evidence(tmp_path: Path) -> None:
    law(tmp_path / "a")
    law(tmp_path / "b", day=1)
    found = record(tmp_path)
    assert row(found, LAW).enough
    assert dict(row(found, LAW).counting[0].marks) == MARKS
    assert {one.device for one in row(found, LAW).counting} == {Device.NONE}


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"marks": {"rule-named": 3, "applied": 0}}, "applied was marked 0, less than 1"),
        ({"marks": {"rule-named": 1, "applied": 2}}, "mean mark 1.5, less than 2"),
        ({"by": "C-07"}, "2 still to be settled by an assessor"),
    ],
)
def test_marks_too_low_or_his_own_do_not_count(
    tmp_path: Path, second: dict[str, object], reason: str
) -> None:
    law(tmp_path / "a")
    law(tmp_path / "b", day=1, **second)
    found = row(record(tmp_path), LAW)
    assert not found.enough
    assert [one.why_not and one.why_not.en for one in found.evidence] == [None, reason]


def test_an_altered_bundle_is_named_and_does_not_count(tmp_path: Path) -> None:
    law(tmp_path / "a")
    law(tmp_path / "b", day=1)
    assert row(record(tmp_path), LAW).enough
    journal = tmp_path / "b" / JOURNAL
    text = journal.read_text("utf-8")
    assert '"value":3' in text
    journal.write_text(text.replace('"value":3', '"value":2', 1), encoding="utf-8")
    found = record(tmp_path)
    assert not row(found, LAW).enough
    (refused,) = found.refused
    assert refused.folder.name == "b"
    assert refused.altered
    assert "was altered" in refused.why.en


def test_a_copy_of_a_run_is_no_second_run(tmp_path: Path) -> None:
    law(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    found = record(tmp_path, need=2)
    assert found.runs == 1
    assert [one.why.en for one in found.refused] == ["the same run a second time"]
    assert not row(found, LAW).enough


SCHEME = """\
scheme: real-piles
title: {zh: 方案, en: Scheme}
shape: fixed_blocks
real_only: [P-2.2.3]
modules:
  - id: m
    title: {zh: 模块, en: Module}
    weight: 1
    criteria:
      - id: c
        title: {zh: 标准, en: Criterion}
        aspects: [{id: a, type: M, title: {zh: 甲, en: A}, max: 1, by: {when: {done: [x]}}}]
"""


@pytest.mark.parametrize("simulated", [True, False])
def test_rows_for_real_devices_take_no_simulated_run(tmp_path: Path, simulated: bool) -> None:
    for day, faults in enumerate(([], ["x"])):
        write_run(
            tmp_path / str(day), day=day, mode="exam", faults=faults, simulated=simulated,
            scheme=("real-piles", SCHEME), skills=["P-2.2.3", "P-2.4.3"],
        )  # fmt: skip
    found = record(tmp_path)
    assert row(found, "P-2.4.3").enough
    assert row(found, FAULT).enough is not simulated
    if simulated:
        reasons = {one.why_not.en for one in row(found, FAULT).evidence if one.why_not}
        assert reasons == {"only real devices count for this row"}


def test_a_scheme_that_is_not_the_one_of_the_exam_says_nothing(tmp_path: Path) -> None:
    write_run(tmp_path / "0", mode="exam", scheme=("real-piles", SCHEME), scheme_sha256="0" * 64)
    refused = evidence_of(tmp_path / "0", "C-07", {})
    assert isinstance(refused, Refused)
    assert "scheme" in refused.why.en and "评分方案" in refused.why.zh
    # One that ships, by the id alone, is none either: its hash is another.
    shipped = SCHEME.replace("real-piles", "deduction")
    write_run(tmp_path / "1", mode="exam", scheme=("deduction", shipped), scheme_sha256="1" * 64)
    refused = evidence_of(tmp_path / "1", "C-07", {})
    assert isinstance(refused, Refused) and "has the hash" in refused.why.en


def score_of(folder: Path, marks: float | None, passed: bool | None) -> Score:
    result = verify(folder)
    aspects = [
        AspectScore(
            id="a", type="J", title=Text("甲", "A"), max=4, marks=marks, reason=Text("", ""),
            skills=[LAW],
        ),
        AspectScore(id="b", type="M", title=Text("乙", "B"), max=6, marks=0, reason=Text("", "")),
    ]  # fmt: skip
    module = ModuleScore(
        id="m", title=Text("模", "M"), weight=1.0, max=10.0, marks=marks, percent=None,
        criteria=[CriterionScore(id="c", title=Text("标", "C"), aspects=aspects)],
    )  # fmt: skip
    return Score(
        function="1", run_id=result.run_id, head=result.head, scheme="s", scheme_sha256="0",
        entries_sha256="0", candidate="C-07", simulated=False, modules=[module], total=70.0,
        passed=passed, why=Text("", ""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "passed", "reason"),
    [
        (3.0, True, None),
        (2.0, True, "50% of the marks, less than 60%"),
        (4.0, False, "the exam was not passed"),
        (4.0, None, "2 still to be settled by an assessor"),
    ],
)
def test_a_reviewed_score_settles_what_was_pending(
    tmp_path: Path, marks: float, passed: bool | None, reason: str | None
) -> None:
    law(tmp_path / "a", by="C-07")  # nobody but himself marked it: pending
    given = score_of(tmp_path / "a", marks, passed)
    (one,) = row(record(tmp_path, 1, a=given), LAW).evidence
    assert (one.why_not.en if one.why_not else None) == reason
    assert one.evidence.score is not None
    assert one.evidence.score.aspects == ("a",)


def page_of(score: Score) -> bytes:
    """As `harness score --json` prints it."""
    return msgspec.json.encode({"sha256": digest(score), "score": score})


def test_a_score_is_taken_in_by_the_command_and_an_altered_one_is_not(tmp_path: Path) -> None:
    law(tmp_path / "runs" / "a", by="C-07")
    path = tmp_path / "score.json"
    words = ["skills", "record", str(tmp_path / "runs"), "--candidate", "C-07", "--need", "1"]
    words += ["--score", str(path), "--json"]
    page = page_of(score_of(tmp_path / "runs" / "a", 3.0, True))
    path.write_bytes(page)
    rows = json.loads(CliRunner().invoke(ROOT, words).output)["rows"]
    assert [one["id"] for one in rows if one["enough"]] == [LAW]
    assert b'"marks":3.0' in page
    path.write_bytes(page.replace(b'"marks":3.0', b'"marks":4.0', 1))
    done = CliRunner().invoke(ROOT, [*words, "--lang", "zh"])
    assert done.exit_code == 2
    assert "摘要与内容不符" in done.output


def test_other_rules_are_data(tmp_path: Path) -> None:
    law(tmp_path / "a")
    path = tmp_path / "rules.yaml"
    text = SHIPPED.read_text("utf-8")
    path.write_text(text.replace("same_wording: false", "same_wording: true"), encoding="utf-8")
    rules = load_sufficiency(path).with_runs(1)
    found = skill_record(load_skills(), rules, "C-07", [tmp_path])
    same = ["P-1.2.3", "P-1.3.3", "P-3.1.3", "P-3.2.3", "P-4.2.3"]
    assert all(row(found, id).enough for id in [LAW, *same])
    assert not row(record(tmp_path, 1), same[0]).enough
    path.write_text(text.replace("runs: 2", "runs: 0", 1), encoding="utf-8")
    with pytest.raises(FileError, match=r"rules\.yaml:7:7"):
        load_sufficiency(path)


def test_rules_name_rows_that_exist() -> None:
    rules, skills = load_sufficiency(), load_skills()
    for id in (*rules.about_faults, *rules.real_only):
        skills.skill(id)


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="nor does a folder in it"):
        record(tmp_path)


def test_the_technician_of_the_simulation_is_known_by_name() -> None:
    assert technician.BY == TECHNICIAN


def test_the_command(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    law(runs / "a")
    law(runs / "b", day=1)
    words = ["skills", "record", str(runs), "--candidate", "C-07"]
    done = CliRunner().invoke(ROOT, [*words, "--json"])
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert [one["id"] for one in found["rows"] if one["enough"]] == [LAW]
    (evidence,) = [one["evidence"] for one in found["rows"] if one["id"] == LAW]
    assert [one["date"] for one in evidence] == ["2026-11-02", "2026-11-03"]
    more = json.loads(CliRunner().invoke(ROOT, [*words, "--need", "3", "--json"]).output)
    assert not any(one["enough"] for one in more["rows"])
    said = CliRunner().invoke(ROOT, [*words, "--lang", "zh"]).output
    assert "✓ P-1.1.3 初级 · 充分" in said
    journal = runs / "b" / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b"K-01", b"K-02", 1))
    done = CliRunner().invoke(ROOT, [*words, "--lang", "zh"])
    assert done.exit_code == 1
    assert f"不予采用 b: 证据被改动：{JOURNAL}" in done.output
    assert "– P-1.1.3 初级 · 不足" in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{}", "不是成绩文件"),
        (b"[", "不是成绩文件"),
        (None, "的成绩不属于考生 C-08 被采用的任何一次运行"),
    ],
)
def test_a_score_that_does_not_belong_is_refused(
    tmp_path: Path, text: bytes | None, said: str
) -> None:
    law(tmp_path / "runs" / "a")
    path = tmp_path / "score.json"
    path.write_bytes(text or page_of(score_of(tmp_path / "runs" / "a", 3.0, True)))
    words = ["skills", "record", str(tmp_path / "runs"), "--candidate", "C-08"]
    done = CliRunner().invoke(ROOT, [*words, "--score", str(path), "--lang", "zh"])
    assert done.exit_code == 2
    assert said in done.output
