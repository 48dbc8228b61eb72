"""What a person put on the bench is asked back when the run ends before its own step for that."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome
from test_by_wire_safe import later

from harness.bench.left_behind import Left, LeftBehind
from harness.devices.operator.absent import AbsentOperator
from harness.engine import safety_words
from harness.engine.pace import HURRY
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import FileError, UsageError
from harness.events import Asked, Event, RunEnded, SafeState
from harness.evidence.read import read_journal
from harness.text import Text
from harness.verdict import Ending
from simulators.vehicle import hands

BOX = "remove-insulation-test-box"


def _run(
    folder: Path, *steps: str, listener: Callable[[Event], None] | None = None, **options: Any
) -> Outcome:
    request = prepare(["VEH-7258-01"], folder=folder / "run", selected=list(steps))
    request = replace(request, pace=HURRY, capture=False, **options)
    result = execute(request, [] if listener is None else [listener])
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


def _at_the_end(outcome: Outcome) -> list[Text]:
    return [event.question for event in outcome.of(Asked) if event.step == "ending"]


def test_a_box_that_its_own_step_took_away_is_not_asked_for(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "insulation-test-box", "box-removed")
    assert _at_the_end(outcome) == []
    assert all(state.safe for state in outcome.of(SafeState))


@pytest.mark.parametrize("step", ["insulation-test-box", "power-on", "settled-again"])
def test_broken_off_with_the_box_on_the_car_the_person_takes_it_away(
    tmp_path: Path, step: str
) -> None:
    outcome = _run(
        tmp_path, "insulation-test-box", "power-on", "settled-again", "box-removed",
        listener=later(step, 0.01),
    )  # fmt: skip
    assert outcome.result.ending is Ending.ABORTED
    (told,) = _at_the_end(outcome)
    assert "test box is still on the car" in told.en and "绝缘试验盒还在车上" in told.zh
    assert all(state.safe for state in outcome.of(SafeState))
    (ended,) = outcome.of(RunEnded)
    assert ended.safe


def test_without_his_answer_the_bench_is_not_called_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(hands.ACTIONS, BOX)  # he cannot
    outcome = _run(tmp_path, "insulation-test-box")
    (state,) = outcome.of(SafeState)
    assert not state.safe
    said = safety_words.why(state)
    assert said.en == f"the person did not do '{BOX}': not confirmed"
    assert "人员" in said.zh
    (ended,) = outcome.of(RunEnded)
    assert not ended.safe
    assert outcome.result.exit_code != 0


def test_where_nobody_put_it_on_nobody_takes_it_away(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "insulation-test-box", operator=AbsentOperator())
    assert _at_the_end(outcome) == []


def test_what_was_put_there_last_comes_away_first() -> None:
    left = LeftBehind()
    words = Text("拆下", "take it away")
    for name in ("a", "b", "c"):
        left.put(Left(name, words))
    left.taken_away("b")
    left.taken_away("never-put-there")
    assert [one.does for one in left.things()] == ["c", "a"]


def test_undo_and_its_words_come_together(tmp_path: Path) -> None:
    procedure = tmp_path / "half.yaml"
    procedure.write_text(
        """\
procedure: HALF-01
version: "1"
title: {zh: 半句, en: half}
summary: {zh: 半句, en: half}
minutes: 1
steps:
  - id: put
    title: {zh: 接上, en: put}
    do: operator.confirm
    with: {does: connect-insulation-test-box, ask: {zh: 请接上, en: put it on}, undo: take-it-off}
""",
        encoding="utf-8",
    )
    with pytest.raises((FileError, UsageError), match="undo and undo_ask together"):
        prepare([str(procedure)], folder=tmp_path / "run")
