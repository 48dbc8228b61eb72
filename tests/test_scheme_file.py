"""Marking schemes: those that ship load, and every mistake is told with its place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scheme_help import (
    aspect,
    block,
    deduction,
    judged,
    module,
    right,
    scheme,
    text,
    veto,
    written,
)

from harness.assess.scenario_file import load_scenario, scenario_files
from harness.assess.scheme_file import load_scheme, scheme_files
from harness.catalogue.skills import load_skills
from harness.cli.root import ROOT
from harness.datafile import sha256
from harness.engine import details
from harness.errors import FileError, Problem, UnknownNameError
from harness.procedure.load import load_procedure, procedure_files

FAULT = ["PILE-FAULT-01"]
PLACE = re.compile(r"^.+:[1-9]\d*:[1-9]\d*: .+; expected .+", re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", sorted(scheme_files()))
def test_shipped_schemes_load(name: str) -> None:
    loaded = load_scheme(name)
    assert loaded.id == name == loaded.path.stem
    assert loaded.sha256 == sha256(loaded.path.read_bytes())
    assert load_scheme(str(loaded.path)).sha256 == loaded.sha256


SHAPES = ("weighted-tasks", "fixed-blocks", "timed-modules", "judgement-measurement", "deduction")


@pytest.mark.parametrize("name", SHAPES)
def test_there_is_one_scheme_for_each_shape(name: str) -> None:
    loaded = load_scheme(name)
    assert loaded.model.shape == name.replace("-", "_")
    # The seed standard has no examination plan, so no number of ours may look like one.
    assert "proposal of this" in loaded.data.decode()
    assert loaded.model.vetoes
    assert all(one.procedures for one in loaded.model.modules)


@pytest.mark.parametrize("name", sorted(scheme_files()))
def test_every_aspect_names_its_rows_or_says_why_there_are_none(name: str) -> None:
    model = load_scheme(name).model
    for one in (one for part in model.modules for c in part.criteria for one in c.aspects):
        assert bool(one.skills) is (one.skills_none is None), one.id


@pytest.mark.parametrize("name", procedure_files())
def test_every_procedure_names_its_rows(name: str) -> None:
    known = {skill.id for skill in load_skills().skills}
    assert load_procedure(name).model.skills
    assert set(load_procedure(name).model.skills) <= known


@pytest.mark.parametrize("name", scenario_files())
def test_a_scenario_names_rows_of_its_procedures(name: str) -> None:
    model = load_scenario(name).model
    of_procedures = {row for one in model.procedures for row in load_procedure(one).model.skills}
    assert model.skills
    assert set(model.skills) <= of_procedures


def _complaints(*modules: dict[str, Any], **more: Any) -> list[Problem]:
    with pytest.raises(FileError) as caught:
        scheme(*modules, **more)
    return caught.value.problems


GOOD = right("a", "fault")
BANDS = [{"up_to": 0, "marks": 10}, {"up_to": 1, "marks": 5}]


def _counted(*bands: dict[str, Any], count: str = "resets", **more: Any) -> dict[str, Any]:
    return aspect("a", {"count": count, "bands": list(bands), **more})


MISTAKES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("no step is called 'falt'", module("m", right("a", "falt"), procedures=FAULT), {}),
    ("no procedure is called 'PILE-FALT-01'", module("m", GOOD, procedures=["PILE-FALT-01"]), {}),
    ("no skill row is called 'P-9.9.9'", module("m", right("a", "x", skills=["P-9.9.9"])), {}),
    ("'a' names no skill row", module("m", right("a", "x", skills=[])), {}),
    ("skill rows, and a reason", module("m", {**GOOD, "skills": ["P-2.2.3"]}), {}),
    (
        "no finding is called 'live-wrk'",
        module("m", GOOD),
        {"vetoes": [veto("v", "live-wrk", "end_exam")]},
    ),
    (
        "a veto that deducts nothing",
        module("m", GOOD),
        {"vetoes": [veto("v", "no-ppe-confirmation", "deduct")]},
    ),
    ("the aspect id 'a' stands twice", module("m", GOOD, GOOD), {}),
    ("the module id 'm' stands twice", module("m", GOOD), {"again": True}),
    (
        "the deduction id 'd' stands twice",
        module("m", GOOD, deductions=[block("b", 5, deduction("d", 1), deduction("d", 2))]),
        {},
    ),
    (
        "a band up to 1 after 1",
        module("m", _counted({"up_to": 1, "marks": 10}, {"up_to": 1, "marks": 5})),
        {},
    ),
    ("a band up to 0 after 1", module("m", _counted(*reversed(BANDS))), {}),
    (
        "marks of 10 after 5",
        module("m", _counted({"up_to": 0, "marks": 5}, {"up_to": 1, "marks": 10})),
        {},
    ),
    ("marks of 11", module("m", _counted({"up_to": 0, "marks": 11})), {}),
    ("the best band gives 9", module("m", _counted({"up_to": 0, "marks": 9})), {}),
    ("nothing is counted as 'blinks'", module("m", _counted(*BANDS, count="blinks")), {}),
    ("'wrong' without steps", module("m", _counted(*BANDS, count="wrong")), {}),
    ("steps with 'resets'", module("m", _counted(*BANDS, steps=["fault"])), {}),
    (
        "part marks of 10 after 10",
        module(
            "m",
            aspect("a", {"when": {"step": "x"}, "parts": [{"when": {"done": ["x"]}, "marks": 10}]}),
        ),
        {},
    ),
    (
        "part marks of 5 after 3",
        module(
            "m",
            aspect(
                "a",
                {
                    "when": {"step": "x"},
                    "parts": [
                        {"when": {"done": ["x"]}, "marks": 3},
                        {"when": {"done": ["y"]}, "marks": 5},
                    ],
                },
            ),
        ),
        {},
    ),
    (
        "10 is no whole number of 3",
        module("m", aspect("a", {"each": 3, "of": [{"step": "x"}]})),
        {},
    ),
    (
        "no device verdict is called 'good'",
        module("m", aspect("a", {"when": {"verdict_of": "x", "among": ["good"]}})),
        {},
    ),
    ("no module is called 'n'", module("m", GOOD), {"passes": {"modules": {"n": 50}}}),
    ("a share of 150 %", module("m", GOOD), {"passes": {"modules": {"m": 150}}}),
    ("2 of the marks", module("m", GOOD), {"conditional": {"conditional_pass": 2}}),
    (
        "'alarms' is a step of PILE-FAULT-01 and PILE-INSP-01",
        module("m", right("a", "alarms"), procedures=["PILE-FAULT-01", "PILE-INSP-01"]),
        {},
    ),
    (
        "the anchor of 1 is that of 0",
        module("m", {**judged("j"), "anchors": {n: text(str(n // 2)) for n in range(4)}}),
        {},
    ),
]


@pytest.mark.parametrize(("what", "one", "more"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_mistakes_have_a_place(what: str, one: dict[str, Any], more: dict[str, Any]) -> None:
    more = dict(more)
    modules = [one, module("m", right("z", "fault"))] if more.pop("again", False) else [one]
    problems = _complaints(*modules, **more)
    assert any(what in problem.what for problem in problems), problems
    data = written(*modules, **more).decode().splitlines()
    for problem in problems:
        assert PLACE.match(str(problem))
        assert 1 < problem.line <= len(data)
        said = details.problem(problem).partition(": ")[2]
        assert HAN.search(said.partition("；应为：")[0]), said
        assert HAN.search(said.partition("；应为：")[2]) or "one of" in problem.expected, said


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"max": 0}, "0 is not accepted"),
        ({"max": -1}, "-1 is not accepted"),
        ({"by": None}, "None is not accepted"),
        ({"title": {"zh": "仅中文"}}, "is not accepted"),
        ({"colour": "red"}, "'colour' is not known here"),
    ],
)
def test_values_that_are_no_marks(change: dict[str, Any], what: str) -> None:
    assert any(what in one.what for one in _complaints(module("m", {**GOOD, **change})))


@pytest.mark.parametrize(("missing", "weight"), [(0, 1), (3, 1), (None, 0), (None, -2)])
def test_a_missing_anchor_or_weight_does_not_load(missing: int | None, weight: float) -> None:
    one = judged("j")
    if missing is not None:
        del one["anchors"][missing]
    problems = _complaints(module("m", one, weight=weight))
    assert len(problems) == 1
    assert problems[0].line > 1


def test_judged_marks_rise_to_the_maximum() -> None:
    assert _complaints(module("m", judged("j", marks=[0, 5, 4, 9])))
    assert _complaints(module("m", judged("j", marks=[0, 3, 6, 8])))
    assert scheme(module("m", judged("j", marks=[0, 3, 6, 9])))


def test_the_procedures_of_the_exam_serve_modules_that_name_none(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(written(module("m", right("a", "falt"))))
    assert load_scheme(str(path)).id == "t"  # nobody knows its procedures
    with pytest.raises(FileError, match="'falt'; did you mean: fault"):
        load_scheme(str(path), FAULT)


def test_an_unknown_scheme_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="fixed-blocks"):
        load_scheme("fixed-block")
    with pytest.raises(FileError, match="No such file"):
        load_scheme(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize("format", ["scheme", "scenario"])
def test_schemas(format: str) -> None:
    result = CliRunner().invoke(ROOT, ["schema", format])
    schema = json.loads(result.stdout)
    assert format in schema["properties"]
    assert schema["additionalProperties"] is False
