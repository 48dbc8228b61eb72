"""Scoring exams that were really held: what was withheld counts, and the record has its scheme."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from exam_help import COMPETENT, hold, write_scenario
from scheme_help import judged, module, right, written

from harness.assess.entries import ReviewOpened
from harness.assess.recorded import scheme_for
from harness.assess.result import Score
from harness.assess.scenario_file import load_scenario, scenario_files
from harness.assess.scheme_file import kept_scheme, load_scheme, scheme_of
from harness.assess.score import score
from harness.cli.root import ROOT
from harness.datafile import loads
from harness.errors import FileError, UnknownNameError
from harness.events import ExamOpened, ExamStarted, RunStarted
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
    entries = read_journal(result.folder)
    run, exam = entries[0], next(e for e in entries if isinstance(e.event, ExamStarted))
    assert isinstance(run.event, RunStarted) and isinstance(exam.event, ExamStarted)
    (kept,) = [used for used in run.event.files if used.kind == "scheme"]
    assert kept.sha256 == exam.event.scheme_sha256
    # Neither a copy that is another nor one outside the bundle is taken for it.
    (result.folder / kept.copy).write_text("scheme: lab\n", "utf-8")
    with pytest.raises(UnknownNameError):
        _scored(result.folder)


def test_a_record_is_scored_by_its_scheme_though_procedures_have_changed(tmp_path: Path) -> None:
    one = right("a", "a-step-of-former-times", skills=["P-9.9.9"])
    data = written(module("m", one, procedures=["PILE-INSP-01"]))
    with pytest.raises(FileError):
        scheme_of(*loads(data, "t.yaml"), data, Path("t.yaml"))
    assert kept_scheme(data, Path("t.yaml")).id == "t"
    # What does not depend on the day is still looked at.
    bad = written(module("m", one, one))
    with pytest.raises(FileError, match="stands twice"):
        kept_scheme(bad, Path("t.yaml"))


def test_a_scheme_may_stand_in_the_review(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    file = tmp_path / "t.yaml"
    file.write_bytes(written(module("m", judged("j"))))
    loaded = load_scheme(str(file))
    opened = ReviewOpened(
        by="A", utc="2026-01-05T02:00:00+00:00", run_id="r", head="", seal_sha256="",
        scheme="t", scheme_sha256=loaded.sha256, assessors=2, sign_offs=1,
        document=loaded.data.decode(),
    )  # fmt: skip
    assert scheme_for(folder, [], [opened], None).sha256 == loaded.sha256


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
