"""Every question that a procedure asks can be answered from a file, which is checked before."""

import json
from pathlib import Path
from typing import Any

import pytest
from benchkit import run_procedure

from harness.actions.context import StepContext
from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.devices.operator import Answer, Question
from harness.devices.operator.answers import Asking
from harness.engine.asking import asking_of
from harness.engine.plan import Plan, make_plan
from harness.engine.prepare import prepare
from harness.procedure.load import load_procedure, procedure_files
from harness.text import Text


def _plan(name: str) -> Plan:
    return make_plan(load_procedure(name), load_bench(SIMULATED), load_catalogue())


@pytest.mark.parametrize("name", list(procedure_files()))
def test_what_has_words_for_a_person_is_a_question(name: str) -> None:
    silent = [
        f"{step.model.id}: {step.action.name}"
        for step in _plan(name).steps
        if any(isinstance(one, Text) for one in step.parameters.values())
        and asking_of(step) == Asking(())
    ]
    assert not silent


Said = list[tuple[Question, Answer]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What is asked and answered while the test runs."""
    found: Said = []
    ask = StepContext.ask

    async def listening(self: StepContext, question: Question) -> Answer:
        answer = await ask(self, question)
        found.append((question, answer))
        return answer

    monkeypatch.setattr(StepContext, "ask", listening)
    return found


ASKING = ["HAND-01", "ACC-LOSS-01", "VEH-INSP-02", "VEH-MAINT-01", "VEH-USED-01"]


@pytest.mark.parametrize("name", ASKING)
def test_what_was_answered_can_be_written_into_a_file(
    tmp_path: Path, said: Said, name: str
) -> None:
    run_procedure(tmp_path, name, energise=True, motion=True, seed=3, pace=0.05)
    asking = {step.model.id: asking_of(step) for step in _plan(name).steps}
    lines: dict[str, dict[str, Any]] = {}
    for question, answer in said:
        known = {one.subject: one for one in asking[question.step].questions}
        if len(known) > 1:
            foreseen = known[question.subject]
        else:
            (foreseen,) = known.values()
        assert foreseen.kind == question.kind
        assert foreseen.choices == question.choices
        assert foreseen.unit == question.unit
        value = answer.value
        if value is None and question.kind == "decide":
            value = question.choices[0]
        if value is not None:
            lines.setdefault(question.step, {})[question.subject] = value
    path = tmp_path / "answers.yaml"
    path.write_text(f"by: T-1\nanswers: {_flow(lines)}\n", encoding="utf-8")
    prepare([name], folder=tmp_path / "again", answers=path, energise=True, motion=True)


def _flow(lines: dict[str, dict[str, Any]]) -> str:
    """The answers, by subject where there are several."""
    return json.dumps(
        {
            step: next(iter(by.values())) if len(by) == 1 else {"answers": by}
            for step, by in lines.items()
        }
    )
