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
