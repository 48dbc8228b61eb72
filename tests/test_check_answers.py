"""Mistakes in an answers file, found before anything is opened."""

from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure
from check_rows import (
    ASK,
    DECIDE,
    DEGREES,
    HEAD,
    LAMP,
    MARK,
    PILE,
    READING,
    bench_file,
    key,
    row,
)
from click.testing import CliRunner

from harness.cli.root import ROOT
from harness.errors import FileError
from harness.events import Answered
from harness.verdict import Verdict

ASKING = (
    row("operator.confirm", f"{{does: wear-ppe, {ASK}}}", name="gloves")
    + row("operator.inspect", f"{{subject: enclosure, {ASK}}}", name="look")
    + row("operator.observe", f"{{{ASK}, {LAMP}, states: {{idle: green}}}}", name="lamp")
    + row("operator.reading", f"{{{READING}, unit: °C}}", DEGREES, "warm")
    + row("operator.decide", f"{{{DECIDE}, {key(failed='look')}}}", name="end")
    + row(
        "operator.rate",
        f"{{{ASK}, subject: x, anchors: {{0: {MARK}, 1: {MARK}, 2: {MARK}, 3: {MARK}}}}}",
        name="marks",
    )
    + row("pile.holds",
          f"{{point: charging_state, is: idle, for: 1 s, does: take-gun-out, {ASK}}}", name="held")
    + row("pile.record", "{points: [voltage_l1]}", name="kept")
)  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ("gloves: done", ":3:11: 'done' is no answer for 'gloves'; expected true or false"),
        ("look: good", ":3:9: 'good' is no answer for 'look'; expected one of: normal, abnormal"),
        ("lamp: blue", ":3:9: 'blue' is no answer for 'lamp'; expected one of: green, red"),
        ("warm: hot", ":3:9: 'hot' is no answer for 'warm'; expected a number in °C"),
        ("warm: 1e999", ":3:9: inf is no answer for 'warm'"),
        ("warm: true", ":3:9: True is no answer for 'warm'"),
        ("end: c", ":3:8: 'c' is no answer for 'end'; expected one of: a, b"),
        ("marks: 4", ":3:10: 4 is no answer for 'marks'; expected one of: 0, 1, 2, 3"),
        ("marks: true", ":3:10: True is no answer for 'marks'"),
        ("held: 1", ":3:9: 1 is no answer for 'held'; expected true or false"),
        ("kept: 230", ":3:9: the step 'kept' asks nothing of a person; expected no answer here"),
        ("nothing: true", ":3:12: no step is called 'nothing'; expected a step id"),
        (
            "warm: {value: 31, instrument: irt-2}",
            ":3:33: the bench lists no instrument 'irt-2'; expected one of: irt-1",
        ),
    ],
)
def test_a_wrong_answer_is_found_before_the_run(tmp_path: Path, entry: str, where: str) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"by: T-1\nanswers:\n  {entry}\n", encoding="utf-8")
    path = write_procedure(tmp_path, ASKING)
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, path, answers=answers)
    assert f"{answers}{where}" in str(caught.value)
    assert not list(tmp_path.glob("run-*"))
    result = CliRunner().invoke(ROOT, ["run", str(path), "--answers", str(answers), "--lang", "en"])
    assert result.exit_code == 2


def test_an_instrument_of_another_type_is_found(tmp_path: Path) -> None:
    bench = bench_file(tmp_path, f"{HEAD}{PILE}instruments:\n  m-1: {{type: multimeter}}\n")
    answers = tmp_path / "answers.yaml"
    answers.write_text("by: T\nanswers:\n  warm: {value: 31, instrument: m-1}\n", encoding="utf-8")
    with pytest.raises(FileError, match=":3:33: 'm-1' is of the type multimeter"):
        run_procedure(
            tmp_path, write_procedure(tmp_path, ASKING), bench=bench, answers=answers
        )  # fmt: skip


def test_right_answers_are_accepted(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "by: T-1\nanswers: {gloves: true, look: normal, lamp: green, "
        "warm: {value: 31.5, instrument: irt-1}, end: a, marks: 3, held: true}\n",
        encoding="utf-8",
    )
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, ASKING), answers=answers)
    assert outcome.result.exit_code == 0


MEANS = "{blow: {zh: 吹, en: blow}, wet-cloth: {zh: 湿布, en: wet cloth}}"
SEVERAL = (
    row("vehicle.clean_sensor",
        f"{{subject: camera, {ASK}, means: {MEANS}, allowed: [wet-cloth]}}", name="clean")
    + row("operator.hand_over",
          "{by: {zh: 交, en: By}, to: {zh: 接, en: To}, by_subject: from, to_subject: to}",
          name="custody")
    + row("operator.look_over", name="look")
)  # fmt: skip
CARS = "bench: cars\ndevices:\n  vehicle: {simulated: true, profile: shared-ev}\n" + PILE


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ("clean: {value: snow}", ":3:18: 'snow' is no answer for 'clean'; expected one of: "
         "blow, wet-cloth"),
        ("clean: {answers: {cleaning-camera: snow}}", ":3:38: 'snow' is no answer for "
         "'cleaning-camera'; expected one of: blow, wet-cloth"),
        ("clean: {value: blow, answers: {clean-camera-blow: done}}", ":3:53: 'done' is no answer "
         "for 'clean-camera-blow'; expected true or false"),
        ("clean: {value: blow, answers: {clean-camera-snow: true}}", ":3:53: the step 'clean' does "
         "not ask 'clean-camera-snow'; expected one of: cleaning-camera, clean-camera-blow"),
        ("clean: {note: wiped}", ":3:10: 'value' is missing"),
        ("clean: {answers: {cleaning-camera: blow}, note: wiped}", ":3:10: 'value' is missing; "
         "expected what the circumstances belong to"),
        ("custody: {answers: {from: {value: K-1, instrument: m-1}}}", "the bench lists no "
         "instrument 'm-1'"),
        ("custody: {answers: {from: {value: K-1, photo: none.jpg}}}", "none.jpg does not exist"),
    ],
)  # fmt: skip
def test_a_wrong_answer_of_several_is_found_before_the_run(
    tmp_path: Path, entry: str, where: str
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"by: T-1\nanswers:\n  {entry}\n", encoding="utf-8")
    path = write_procedure(tmp_path, SEVERAL)
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, path, answers=answers, bench=bench_file(tmp_path, CARS))
    assert where in str(caught.value)


def test_several_answers_of_one_step_go_to_their_questions(tmp_path: Path) -> None:
    (tmp_path / "code.jpg").write_bytes(b"\xff\xd8\xff")
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "by: T-1\nanswers:\n"
        "  clean: {value: wet-cloth, note: as told, answers: {clean-camera-wet-cloth: true}}\n"
        "  custody: {answers: {from: K-1, to: {value: K-2, photo: code.jpg}}}\n"
        "  look: {value: normal, answers: {lamp: standby}}\n",
        encoding="utf-8",
    )
    path = write_procedure(tmp_path, SEVERAL)
    outcome = run_procedure(tmp_path, path, answers=answers, bench=bench_file(tmp_path, CARS))
    told = [(one.step, one.value, one.note) for one in outcome.of(Answered)]
    assert told[:4] == [("clean", "wet-cloth", "as told"), ("clean", True, ""),
                        ("custody", "K-1", ""), ("custody", "K-2", "")]  # fmt: skip
    assert ("look", "standby", "") in told
    (kept,) = {one.photo for one in outcome.of(Answered) if one.photo}
    assert kept == "attachments/photo/custody-to.jpg"
    assert (outcome.result.folder / kept).is_file()
    assert outcome.verdicts["custody"] is Verdict.PASS


def test_a_question_without_an_answer_of_its_own_leaves_the_step_undone(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("by: T-1\nanswers: {custody: {answers: {from: K-1}}}\n", encoding="utf-8")
    path = write_procedure(tmp_path, SEVERAL)
    outcome = run_procedure(tmp_path, path, answers=answers, bench=bench_file(tmp_path, CARS))
    assert outcome.verdicts["custody"] is Verdict.NOT_RUN
    reason = outcome.step("custody").reason
    assert reason is not None
    assert "has no answer for 'custody', 'to'" in str(reason)
