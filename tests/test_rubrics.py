"""The procedures that an assessor scores: their anchors, and what a run of one is worth."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.actions.registry import get_action
from harness.cli.root import ROOT
from harness.events import Answered, Asked, Measured, RunStarted, StepEnded
from harness.evidence.read import read_journal
from harness.evidence.verify import verify
from harness.procedure.load import load_procedure, procedure_files
from harness.verdict import CandidateVerdict

RUBRICS = sorted(name for name in procedure_files() if name.startswith("RUB-"))
ROOM = Path(__file__).resolve().parent.parent / "docs" / "examples" / "assessment.yaml"
LAW = """\
by: K-01
answers:
  rule-named: {value: 2, note: found at once}
  scope-and-edition: 1
  applied: 3
"""


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(ROOT, list(words))
    return done.exit_code, done.output


def test_there_are_twelve() -> None:
    topics = {"ETH", "IT", "LAW", "KNOW", "PLAT", "COST", "PARA", "DATA", "MKT", "COORD"}
    assert set(RUBRICS) == {f"RUB-{name}" for name in topics | {"PLAN", "TREND"}}


@pytest.mark.parametrize("name", RUBRICS)
def test_every_aspect_has_anchors_of_its_own(name: str) -> None:
    model = load_procedure(name).model
    assert 4 <= len(model.steps) <= 6
    assert model.minutes is not None
    assert model.skills
    assert not model.needs
    for step in model.steps:
        assert get_action(step.do).kind == "A"
        anchors = step.with_["anchors"]
        assert sorted(anchors) == [0, 1, 2, 3]
        for language in ("zh", "en"):
            words = [anchors[mark][language] for mark in range(4)]
            assert all(len(text) >= 4 for text in words if language == "en")
            assert all(one != other for one, other in pairwise(words))


def test_no_anchor_stands_twice() -> None:
    seen: Counter[str] = Counter()
    for name in RUBRICS:
        for step in load_procedure(name).model.steps:
            # "None" may be right for several aspects; what the other marks mean may not.
            seen.update(step.with_["anchors"][mark]["zh"] for mark in (1, 2, 3))
    assert [text for text, times in seen.items() if times > 1] == []
    assert len(seen) == 3 * 63


@pytest.mark.parametrize("name", ["RUB-ETH", "RUB-LAW"])
def test_unattended_everything_stays_pending(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    code, _ = run("run", name, "--bench", "sim", "--out", str(folder), "--quiet")
    assert code == 3
    ended = [entry.event for entry in read_journal(folder) if isinstance(entry.event, StepEnded)]
    assert len(ended) == len(load_procedure(name).model.steps)
    assert {one.candidate for one in ended} == {CandidateVerdict.PENDING}
    assert {one.verdict for one in ended} == {None}
    result = verify(folder)
    assert result.intact
    assert result.sealed


def test_an_assessor_scores_in_a_room_without_devices(tmp_path: Path) -> None:
    answers, folder = tmp_path / "marks.yaml", tmp_path / "run"
    answers.write_text(LAW, encoding="utf-8")
    words = ("--bench", str(ROOM), "--answers", str(answers), "--out", str(folder), "--quiet")
    code, said = run("run", "RUB-LAW", *words, "--operator", "C-07", "--live")
    assert code == 3, said  # marks are no verdict, and one aspect was left out
    events = [entry.event for entry in read_journal(folder)]
    started = next(one for one in events if isinstance(one, RunStarted))
    assert not started.simulated
    assert not started.virtual_time
    marks = {
        one.step: one.measurement.value
        for one in events
        if isinstance(one, Measured) and one.measurement.name.endswith(".mark")
    }
    assert marks == {"rule-named": 2, "scope-and-edition": 1, "applied": 3}
    assert {one.by for one in events if isinstance(one, Answered)} == {"K-01"}
    assert all(one.verdict is not None or one.step in marks
               for one in events if isinstance(one, StepEnded))  # fmt: skip
    asked = next(one for one in events if isinstance(one, Asked))
    assert "法规名称与条款" in asked.question.zh
    assert "To keep, if there is one:" in asked.question.en
    assert verify(folder).exit_code == 0
    page = (folder / "report.html").read_text("utf-8")
    assert "考评员评分记录" in page
    assert "本次运行没有打开任何设备" in page
    assert "所有设备均为真实设备" not in page
    assert "no device" in run("evidence", "show", str(folder))[1]


def test_such_a_room_is_used_in_real_time_only(tmp_path: Path) -> None:
    out = ("--bench", str(ROOM), "--out", str(tmp_path / "run"))
    code, said = run("run", "RUB-LAW", *out)
    assert code == 2
    assert "has no devices" in said
    code, said = run("run", "RUB-LAW", *out, "--lang", "zh")
    assert code == 2
    assert "没有设备" in said
    assert "请加 --live" in said
    assert not (tmp_path / "run").exists()


def test_such_a_room_has_no_pile_to_inspect(tmp_path: Path) -> None:
    out = ("--bench", str(ROOM), "--out", str(tmp_path / "run"))
    code, said = run("run", "PILE-INSP-01", *out, "--live")
    assert code == 2
    assert "the bench has no pile" in said


def test_devices_cannot_be_left_out_by_accident(tmp_path: Path) -> None:
    bench = tmp_path / "room.yaml"
    bench.write_text("bench: room\n", encoding="utf-8")
    code, said = run("check", "RUB-LAW", "--bench", str(bench))
    assert code == 2
    assert "devices" in said


def test_the_list_names_them(tmp_path: Path) -> None:
    code, said = run("list", "procedures", "--json")
    assert code == 0
    assert set(RUBRICS) <= {row["id"] for row in json.loads(said)}
