"""The bench file that a simulator writes: it loads, and says what is to be filled in."""

from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure

from harness.bench.load import load_bench
from harness.cli import serving
from harness.engine import wording
from harness.errors import UsageError
from harness.events import Judged
from harness.verdict import Verdict

PILE = {"pile": "{profile: gb-ac-pile, simulated: true}"}
DUE = "# calibration_due: YYYY-MM-DD"


def written(folder: Path) -> Path:
    path = folder / "bench.yaml"
    serving.write_bench(path, PILE)
    return path


def read_by_hand(folder: Path, bench: Path) -> Outcome:
    answers = folder / "answers.yaml"
    answers.write_text("by: T-1\nanswers: {gun-temperature: 31.4}\n", encoding="utf-8")
    return run_procedure(
        folder, "PILE-INSP-01", bench=str(bench), answers=answers, selected=["gun-temperature"]
    )


def test_it_loads_and_has_the_instruments_without_a_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    tools = load_bench(str(path)).model.instruments
    types = {tool.type for tool in load_bench("sim").model.instruments.values()}
    assert {tool.type for tool in tools.values()} == types
    assert all(tool.calibration_due is None and tool.simulated for tool in tools.values())
    assert all(tool.uncertainty is not None for tool in tools.values())
    text = path.read_text("utf-8")
    assert "请在 instruments 中填写" in text
    assert "fill in the id, uncertainty and calibration_due" in text
    assert text.count(DUE) == len(tools)
    said = capsys.readouterr().err
    assert "calibration_due" in said
    assert len(said.splitlines()) == 1


def test_a_reading_without_the_date_says_what_is_missing(tmp_path: Path) -> None:
    outcome = read_by_hand(tmp_path, written(tmp_path))
    assert outcome.verdicts["gun-temperature"] is Verdict.INCONCLUSIVE
    (judged,) = outcome.of(Judged)
    note = wording.reason(judged.measurement.note)
    assert note.en == "the bench does not say until when the instrument is calibrated"
    assert note.zh == "台架文件未写明该仪器的校准有效期"


def test_a_reading_with_the_date_comes_to_a_verdict(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text("utf-8").replace(DUE, "calibration_due: 2099-01-01"), "utf-8")
    outcome = read_by_hand(tmp_path, path)
    assert outcome.verdicts["gun-temperature"] is Verdict.PASS


def test_a_file_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError):
        serving.write_bench(tmp_path / "missing" / "bench.yaml", PILE)
    assert capsys.readouterr().err == ""
