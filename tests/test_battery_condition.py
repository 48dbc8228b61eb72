"""The condition check of battery and motor: the whole of it on a car, with short segments."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_help import CONDITION, short_drive, shortened
from benchkit import Outcome, run_procedure, write_procedure
from vehicle_inspection_help import inspect, steps_of

from harness.actions.context import ItemRef
from harness.actions.person import ConclusionKey, conclude_from
from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import wording
from harness.engine.coverage import How, coverage_of
from harness.engine.pace import HURRY
from harness.engine.plan import make_plan
from harness.engine.prepare import prepare
from harness.engine.run import execute
from harness.errors import FileError
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
    assert wording.limit(judged["charge-spread"].limit, "en") == "≤ 0.25 V"
    assert wording.limit(judged["charge-spread-risk"].limit, "en") == "≤ 0.5 V"
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
    # How the test is done is no result of the car.
    for step in ("vehicle-preparation", "charger-nameplate", "charge-soc"):
        assert good[step].confidence == "medium" and good[step].words is None
    # Low confidence, or no standard behind it: no word.
    for step in ("capacity", "recovered"):
        assert good[step].words is None and bad[step].words is None
    text = write_reports(neglected.result.folder, "zh")[0].read_text(encoding="utf-8")
    assert "标准用语" in text and "建议维护" in text and "maintenance advised" in text


BY_MAKER = ("drive-temperature", "drive-cell", "charge-temperature", "charge-cell", "charge-spread")


def test_what_the_makers_limit_decides_is_said_to_be_so(sound: Outcome, neglected: Outcome) -> None:
    good, bad = _judged(sound), _judged(neglected)
    for step in BY_MAKER:
        assert good[step].words == Text("正常", "normal")
        assert bad[step].words == Text("建议维护", "maintenance advised")
        assert bad[step].confidence == "maker"
        assert wording.item(bad[step], "zh").endswith("按车企限值判定")
    assert bad["controller-temperature"].confidence == "medium"
    # The standard's figure of the spread comes from a single page: it alone gets no word.
    spread = load_catalogue().item("GB/T 44500-2024/cell-spread-charging")
    words = (Text("正常", "normal"), Text("建议维护", "maintenance advised"))
    low = ItemRef(spread.id, spread.clause, spread.confidence.value, spread.source, words)
    assert low.said(Verdict.FAIL) is None
    assert low.said(Verdict.FAIL, by_maker=True) == words[1]


def _row(report: str, step: str) -> str:
    """The row of a step in the table of findings."""
    found = report[report.index("需要关注") : report.index("未执行的步骤及原因")]
    (row,) = (one for one in found.split("<tr>") if f'#step-{CONDITION}-{step}"' in one)
    return re.sub(r"<[^>]+>", "", row)


def test_findings_and_headline_have_the_words_of_the_standards(neglected: Outcome) -> None:
    report = write_reports(neglected.result.folder, "zh")[0].read_text(encoding="utf-8")
    said = _row(report, "charge-spread")
    assert "“建议维护" in said and "按车企限值判定" in said and "参考值，不是" not in said
    assert "“异常" in _row(report, "charge-spread-risk")
    for step in ("capacity", "recovered"):
        said = _row(report, step)
        assert "参考值，不是标准要求" in said and "标准用语" not in said
    head = re.sub(r"<[^>]+>", "", report[: report.index("需要关注")])
    assert "标准用语In the words of（ GB/T 44500-2024）：" in head
    assert "标准用语In the words of（ GB/T 45688-2025）：" in head


@pytest.mark.parametrize(
    ("failed", "concluded"),
    [
        ([], "in_service"),
        (["charge-cell-risk", "drive-temperature-risk", "charge-spread-risk"], "restricted"),
        (["drive-cell-risk", "equalisation"], "restricted"),
        (["stop-codes", "drive-cell-risk"], "out_of_service"),
        (["low-insulation"], "out_of_service"),
        (["dc-inlet-insulation"], "out_of_service"),
    ],
)
def test_a_hidden_risk_asks_for_maintenance_and_a_level_3_fault_stops_the_car(
    failed: list[str], concluded: str
) -> None:
    steps = steps_of(CONDITION)
    key = ConclusionKey.model_validate(steps[-1]["with"]["key"])
    verdicts = {step["id"]: Verdict.PASS for step in steps[:-1]}
    verdicts |= dict.fromkeys(failed, Verdict.FAIL)
    assert conclude_from(verdicts, key)[0] == concluded
    if not failed:  # without the charge nothing is known of its insulation
        assert conclude_from({**verdicts, "low-insulation": Verdict.NOT_RUN}, key)[0] == "undecided"


@pytest.mark.parametrize(
    ("fault", "failed"),
    [("motor-overheats", ["trouble-codes"]),
     ("cell-dead-unnoticed", ["trouble-codes", "stop-codes"])],
)  # fmt: skip
def test_only_codes_that_demand_stopping_count_as_level_3(
    tmp_path: Path, fault: str, failed: list[str]
) -> None:
    chosen = ["switch-on", "units-start", "trouble-codes", "stop-codes"]
    outcome = inspect(tmp_path, CONDITION, faults=[fault], selected=chosen)
    assert [name for name, one in outcome.verdicts.items() if one is Verdict.FAIL] == failed


def test_nothing_is_charged_at_an_inlet_without_insulation(tmp_path: Path) -> None:
    chosen = ["dc-inlet-insulation", "switch-on", "switch-off", "charge", "charge-time"]
    outcome = inspect(
        tmp_path, CONDITION, faults=["dc-inlet-wet"], selected=chosen, energise=True
    )  # fmt: skip
    assert outcome.verdicts["dc-inlet-insulation"] is Verdict.FAIL
    assert outcome.verdicts["charge"] is outcome.verdicts["charge-time"] is Verdict.NOT_RUN
    limit = _judged(outcome)["dc-inlet-insulation"].limit
    assert wording.limit(limit, "en") == "≥ 0.0403 MΩ"  # 100 Ω/V at 403 V


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("do: vehicle.segment_spread\n  with: {of: s, high: max_cell_voltage, low: "
         "min_cell_voltage, as: rms, maker: max_cell_spread_charging}\n  limit: {high: 1, unit: V}",
         "the maker gives a largest spread, no root mean square"),
        ("do: vehicle.segment_spread\n  with: {of: s, high: max_cell_voltage, low: "
         "min_cell_voltage}", "needs a limit"),
        ("do: vehicle.reading_per_volt\n  with: {quantity: insulation_dc_inlet, unit: MΩ, "
         "instrument: insulation_tester, ask: {zh: 测, en: Measure}}\n  limit: {high: 1, unit: MΩ}",
         "the limit is no least resistance per volt"),
        ("do: vehicle.reading_per_volt\n  with: {quantity: insulation_dc_inlet, unit: V, "
         "instrument: insulation_tester, ask: {zh: 测, en: Measure}}\n  limit: {low: 1, unit: Ω/V}",
         "'V' is no unit of resistance"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_told_before_the_run(tmp_path: Path, step: str, what: str) -> None:
    recorded = (
        "- id: s\n  title: {zh: 记录, en: Record}\n  do: vehicle.segment\n"
        "  with: {points: [max_cell_voltage, min_cell_voltage], for: 1 s}\n"
    )
    text = f"{recorded}- id: it\n  title: {{zh: 判, en: Judge}}\n  {step}\n"
    with pytest.raises(FileError, match=what):
        run_procedure(tmp_path, write_procedure(tmp_path, text))


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
