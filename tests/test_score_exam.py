"""Scoring exams that were really held: what was withheld counts, and the record has its scheme."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from exam_help import COMPETENT, hold, write_scenario

from harness.assess.recorded import scheme_for
from harness.assess.result import Score, digest
from harness.assess.scenario_file import load_scenario, scenario_files
from harness.assess.scheme_file import load_scheme
from harness.assess.score import score
from harness.cli.root import ROOT
from harness.errors import FileError
from harness.events import ExamOpened
from harness.evidence.read import decode_event, read_journal

WRONG = {"steps": {**COMPETENT["steps"], "gun-temperature": {"answer": 80.0}}}  # type: ignore[dict-item]


def _scored(folder: Path) -> Score:
    entries = read_journal(folder)
    return score(entries, scheme_for(folder, entries, [], None))


@pytest.mark.parametrize(("script", "total", "passed"), [(COMPETENT, 100, True), (WRONG, 0, False)])
def test_competent_and_careless(
    tmp_path: Path, script: dict[str, object], total: float, passed: bool
) -> None:
    result, _, _ = hold(tmp_path, script=script)
    found = _scored(result.folder)
    assert (found.total, found.passed) == (total, passed)
    assert found.candidate == "K-017" and found.simulated
    (one,) = found.modules[0].criteria[0].aspects
    assert "En" in one.reason.zh and one.lines  # what was read, and what it was held against
    assert found.modules[0].seconds


def test_the_record_has_its_scheme(tmp_path: Path) -> None:
    result, _, _ = hold(tmp_path)
    (tmp_path / "lab-scheme.yaml").unlink()
    shown = CliRunner().invoke(ROOT, ["score", str(result.folder), "--lang", "en"])
    assert shown.exit_code == 0, shown.output
    assert "Total 100 / 100  passed" in shown.stdout
    assert digest(_scored(result.folder)) == digest(_scored(result.folder))


def test_before_it_is_opened_an_exam_gives_no_marks(tmp_path: Path) -> None:
    result, _, entries = hold(tmp_path)
    scheme = scheme_for(result.folder, entries, [], None)
    # The journal as it stood at the candidate's last step, from its stored lines.
    stored = [entry._replace(event=decode_event(entry.raw)) for entry in entries]
    until = next(e.n for e in stored if isinstance(e.event, ExamOpened))
    found = score([entry for entry in stored if entry.n < until], scheme)
    assert found.total is None and found.pending == ["aspect:reading"]


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_the_schemes_of_shipped_scenarios_fit_their_procedures(name: str) -> None:
    model = load_scenario(name).model
    assert load_scheme(model.scheme, model.procedures).id == model.scheme


def test_a_scenario_with_a_scheme_of_other_steps_does_not_load(tmp_path: Path) -> None:
    file = write_scenario(tmp_path)
    scheme = tmp_path / "lab-scheme.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("gun-temperature", "gun-warmth"), "utf-8")
    with pytest.raises(FileError, match=r"lab-scheme.yaml:\d+:\d+: no step is called 'gun-warmth'"):
        load_scenario(str(file))
