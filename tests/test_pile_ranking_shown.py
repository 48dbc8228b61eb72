"""How a ranking of causes is shown, when it holds and when it does not: terminal and report."""

from pathlib import Path

import pytest
from benchkit import run_procedure
from report_page import Page, words
from test_cli_progress import _replay

from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.report.html import render_html
from harness.report.record import load_record
from harness.text import Language
from simulators.technician import SimulatedTechnician

SHOWN: dict[Language, tuple[str, str, str]] = {
    "zh": ("接地断开", "CP 绝缘不良", "CP 断线"),
    "en": ("PE open", "pilot insulation poor", "CP broken"),
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which the person ranks two causes, and it is neither."""
    usual = SimulatedTechnician.ask

    async def mistaken(self: SimulatedTechnician, question: Question, deadline: Deadline) -> Answer:
        if question.kind == "rank":
            return Answer(value=["pe-open", "cp-leakage"], by="tester")
        return await usual(self, question, deadline)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedTechnician, "ask", mistaken)
        folder = tmp_path_factory.mktemp("ranking")
        outcome = run_procedure(folder, "PILE-FAULT-01", energise=True, faults=["cp-break"])
    return outcome.result.folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_terminal_lists_it_and_says_what_it_was(
    record: Path, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = _replay(record, language, terminal=False, spin=False)
    first, second, right = SHOWN[language]
    assert f"      1. {first}\n      2. {second}\n" in text
    joint = "；" if language == "zh" else "; "
    assert f"(1. {first}{joint}2. {second} ≠ {right})" in words(text)
    assert "pe-open" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_lists_it_and_says_what_it_was(record: Path, language: Language) -> None:
    page = Page(render_html(load_record(record), language))
    text = words(page.text[language])
    first, second, right = SHOWN[language]
    assert text.count(f"1. {first}2. {second}") == 2  # asked, and held against the outcome
    reason = "实际故障不在所列原因中" if language == "zh" else "the fault is not in the list"
    assert reason in text
    assert right in text.partition(reason)[2]
    choices = "共 126 个选项" if language == "zh" else "126 choices"
    assert text.count(choices) == 2
