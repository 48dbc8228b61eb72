"""A step that is left undone: what falls away with it is told first, and asked once more."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from exam_help import prepared, write_scenario

from harness.assess.depending import depending
from harness.assess.exam import prepare_exam
from harness.cli.root import ROOT
from harness.events import Answered, StepEnded
from harness.evidence.read import read_journal
from harness.verdict import Verdict

WARNING = "本步不完成，下列 5 个步骤将不再进行：2 "
REST = "1\n\n1\n3\n\n30\n1\n\n1\n\n\n"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("HARNESS_LANG", "zh")


def typed(folder: Path, lines: str, *more: str) -> tuple[str, list[StepEnded], list[object]]:
    scenario = write_scenario(folder)
    words = ["exam", "start", str(scenario), "--candidate", "K-017", "--out", str(folder / "run")]
    done = CliRunner().invoke(ROOT, [*words, *more], input=lines)
    assert done.exit_code == 0, done.output
    events = [entry.event for entry in read_journal(folder / "run")]
    ended = [one for one in events if isinstance(one, StepEnded)]
    return done.output, ended, [one.value for one in events if isinstance(one, Answered)]


def not_run(ended: list[StepEnded]) -> list[str]:
    return [one.step for one in ended if one.verdict is Verdict.NOT_RUN]


KEPT_STEPS = {"enclosure", "lamp", "supply-voltage", "gun-temperature", "conclusion"}


@pytest.mark.parametrize("mode", [[], ["--practice", "--case", "hot-plug-case"]])
def test_asked_once_more(tmp_path: Path, mode: list[str]) -> None:
    said, ended, answers = typed(tmp_path, "\nn\n\ny\n" + REST, *mode)
    assert said.count(WARNING) == 1
    assert answers[0] is True and not KEPT_STEPS & set(not_run(ended))


def test_left_undone_when_that_is_wanted(tmp_path: Path) -> None:
    said, ended, answers = typed(tmp_path, "\nn\ny\n", "--practice", "--case", "hot-plug-case")
    assert said.count(WARNING) == 1
    assert answers == [False] and set(not_run(ended)) >= KEPT_STEPS


def test_steps_on_which_nothing_depends_are_skipped_at_once(tmp_path: Path) -> None:
    said, ended, _ = typed(tmp_path, "\ny\n-\n" + REST.removeprefix("1\n\n"))
    assert "本步不完成" not in said
    assert "enclosure" in not_run(ended) and "lamp" not in not_run(ended)


def test_the_warning_is_the_same_in_every_case(tmp_path: Path) -> None:
    shown = set()
    for case in ("nothing-wrong-case", "hot-plug-case", "dented-later-case"):
        attendant = prepared(tmp_path / case, case=case).attendant
        shown.add(tuple(one.model.id for one in attendant.without("safety")))
    assert len(shown) == 1


def test_what_depends_on_what(tmp_path: Path) -> None:
    (plan,) = prepared(tmp_path).request.plans
    steps = [step for step in plan.steps if step.model.id != "safety"]
    latched = [step.model.id for step in depending("estop-press", steps)]
    assert latched[:2] == ["estop-latched", "estop-reset"]
    assert depending("enclosure", steps) == [] and depending("no-such-step", steps) == []
    critical = next(n for n, step in enumerate(steps) if step.model.critical)
    assert depending(steps[critical].model.id, steps) == steps[critical + 1 :]


def test_the_proof_of_a_dead_pile_holds_up_what_needs_it(tmp_path: Path) -> None:
    exam = prepare_exam("pile-fault-complaint", "K-1", folder=tmp_path, practice=True)
    left = [one.model.id for one in exam.attendant.without("tester")]
    assert {"dead-line-neutral", "tester-again", "fault", "repair", "sweep"} <= set(left)
    assert exam.attendant.without("symptom") == []
    assert exam.attendant.asks_once("tester") and not exam.attendant.asks_once("metering")
