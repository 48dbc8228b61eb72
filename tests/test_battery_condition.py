"""The condition check of battery and motor: the whole of it on a car, with short segments."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_help import CONDITION, short_drive, shortened
from benchkit import Outcome
from vehicle_inspection_help import steps_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import wording
from harness.engine.coverage import How, coverage_of
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.events import Concluded, Judged, Measured
from harness.evidence.read import read_journal
from harness.procedure.load import load_procedure
from harness.report.write import write_reports
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.faults.found.veh_batt_01 import FOUND

CHINESE = re.compile("[\u4e00-\u9fff]")
NEGLECTED = "battery-and-drive-neglected"
WARMS_SLOWLY = {"controller-temperature", "controller-share", "dcdc-temperature", "dcdc-share"}
"""What a short drive does not heat up; `harness matrix` drives the whole of it."""


def _run(folder: Path, **options: Any) -> Outcome:
    procedure = shortened(folder)
    with short_drive():
        request = prepare(
            [str(procedure)], folder=folder / "run", motion=True, energise=True, **options
        )
        result = execute(replace(request, pace=HURRY, capture=False))
    return Outcome(result, [entry.event for entry in read_journal(result.folder)])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return _run(tmp_path_factory.mktemp("sound"), seed=4)


@pytest.fixture(scope="module")
def neglected(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return _run(tmp_path_factory.mktemp("neglected"), faults=[NEGLECTED])


def _judged(outcome: Outcome) -> Mapping[str, Judged]:
    return {event.step: event for event in outcome.of(Judged)}


def test_it_can_be_run_and_what_judges_has_a_fault() -> None:
    plan = make_plan(load_procedure(CONDITION), load_bench(SIMULATED), load_catalogue())
    may_roll = {"drive-ready", "parking-brake-off", "drive"}
    assert set(plan.not_possible) == may_roll | {"charge"}  # neither was released here
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging
    acting = {step.model.id for step in plan.steps if step.action.moves or step.action.energises}
    assert acting == may_roll | {"charge"}


def test_a_sound_car_is_normal(sound: Outcome) -> None:
    assert sound.result.ending is Ending.COMPLETED
    assert {one for one in sound.verdicts.values() if one is not None} == {Verdict.PASS}
    (concluded,) = sound.of(Concluded)
    assert (concluded.key, concluded.candidate) == ("in_service", CandidateVerdict.RIGHT)


def test_the_makers_limit_comes_first_and_is_said_to(sound: Outcome) -> None:
    judged = _judged(sound)
    for step in ("drive-temperature", "charge-temperature"):
        assert wording.limit(judged[step].limit, "en") == "≤ 55 °C"
        assert wording.reason(judged[step].measurement.note).zh == "限值由车企给出"
        assert wording.limit(judged[f"{step}-risk"].limit, "en") == "≤ 60 °C"
        assert judged[f"{step}-risk"].measurement.note == ""
    # The figure of the standard was never seen: only the maker's is there.
    assert load_catalogue().item("GB/T 44500-2024/min-cell-voltage-discharging").limit is None
    assert wording.limit(judged["drive-cell"].limit, "en") == "≥ 2.8 V"
    # Where the profile says nothing it is the standard's.
    assert wording.limit(judged["controller-temperature"].limit, "en") == "≤ 95 °C"


def test_the_words_of_the_standard_stand_beside_the_verdict(
    sound: Outcome, neglected: Outcome
) -> None:
    good, bad = _judged(sound), _judged(neglected)
    assert good["drive-temperature"].words == Text("正常", "normal")
    assert bad["drive-temperature"].words == Text("建议维护", "maintenance advised")
    assert bad["drive-temperature-risk"].words == Text("异常", "abnormal")
    assert wording.judged(bad["charge-cell"], "en").startswith("“maintenance advised” · ")
    assert wording.judged(bad["charge-cell"], "zh").startswith("“建议维护” · ")
    # Low confidence, or no standard behind it: no word.
    for step in ("charge-spread", "drive-cell", "capacity", "recovered"):
        assert good[step].words is None and bad[step].words is None
    text = write_reports(neglected.result.folder, "zh")[0].read_text(encoding="utf-8")
    assert "标准用语" in text and "建议维护" in text and "maintenance advised" in text


def test_a_neglected_car_fails_every_step_that_it_should(neglected: Outcome) -> None:
    failed = [step for step, one in neglected.verdicts.items() if one is Verdict.FAIL]
    assert failed == [step for step in FOUND[NEGLECTED] if step not in WARMS_SLOWLY]
    (concluded,) = neglected.of(Concluded)
    assert (concluded.key, concluded.candidate) == ("out_of_service", CandidateVerdict.RIGHT)


def test_what_was_worked_out_agrees_with_the_car(sound: Outcome) -> None:
    measured = {event.measurement.name: event.measurement for event in sound.of(Measured)}
    estimate = measured["battery_capacity.estimate"]
    reported = next(e for e in sound.of(Measured) if e.measurement.name == "battery_capacity")
    assert estimate.uncertainty is not None
    assert abs(estimate.value - reported.measurement.value) < 2 * estimate.uncertainty
    assert 0.2 < measured["drive.distance"].value < 0.8
    taken, back = measured["drive.energy_taken"], measured["drive.recovered_energy"]
    assert 10 * back.value > taken.value > back.value > 5
    assert _judged(sound)["capacity"].measurement.uncertainty


def test_everything_has_a_chinese_name(sound: Outcome, neglected: Outcome) -> None:
    for outcome in (sound, neglected):
        readings = [event.measurement for event in (*outcome.of(Measured), *outcome.of(Judged))]
        for one in readings:
            if "-" in one.name.rpartition(".")[2]:
                continue  # a trouble code
            assert CHINESE.search(wording.quantity(one, "zh")), one.name
            assert not one.note or CHINESE.search(wording.reason(one.note).zh), one.note


def test_every_text_of_the_procedure_is_there_in_both_languages() -> None:
    for step in steps_of(CONDITION):
        for text in (step["title"], step.get("with", {}).get("ask")):
            assert text is None or (CHINESE.search(text["zh"]) and not CHINESE.search(text["en"]))


def test_every_item_of_both_standards_is_judged_or_says_why_not() -> None:
    found = [
        one
        for one in coverage_of(load_catalogue())
        if one.item.standard in ("GB/T 44500", "GB/T 45688")
    ]
    open_ = [one.item.id for one in found if not one.steps and one.why_not is None]
    assert open_ == []
    judged = {one.item.id for one in found if one.how is How.AUTOMATIC}
    assert len(judged) >= 20
