"""The check of a used car: rows, a sound car, the short charge, and what the candidate decides."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from vehicle_inspection_help import inspect, steps_of

from harness.actions.grading import Band, band_of
from harness.actions.sorting import Grade, grade_from
from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine import names, wording
from harness.engine.plan import make_plan
from harness.errors import FileError
from harness.events import BusClosed, Concluded, Judged, Measured, SafeState
from harness.procedure.load import load_procedure
from harness.quantity import Measurement, Quality
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.faults.found.veh_used_01 import FOUND

USED = "VEH-USED-01"
CHINESE = re.compile("[\u4e00-\u9fff]")
ROWS: Mapping[int, tuple[str, ...]] = {
    1: ("certificate", "plate", "vin-on-body"),
    2: ("switch-on", "settled", "vin", "variant", "immobiliser"),
    3: ("odometers", "mean-speed", "distance-per-energy", "counters", "rolled-back"),
    4: ("trouble-codes", "permanent-codes", "not-cleared", "clearing-times", "cleared-recently"),
    5: ("soh", "cell-spread", "resistance", "cycles", "fast-share", "capacities", "battery-grade"),
    7: ("insulation", "insulation-tester", "insulation-agrees", "insulation-not-flattered"),
    8: ("pumps", "temperatures"),
    9: ("units", "versions", "calibrated", "device-table"),
    10: ("configuration", "unknown-messages", "functions-decided"),
    12: ("binding", "update-rights", "updates", "recalls"),
    13: ("event-recorder", "crash-memory", "switch-off"),
    11: ("paint", "gaps", "glass", "flood", "fire", "body-decided"),
    6: ("charging-starts", "capacity", "charging-stops", "disconnect"),
    14: ("grade", "cost"),
    15: ("admission",),
    16: ("report",),
}
"""Rows of the procedures' outline in the order in which they are done."""


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    assert sorted(ROWS) == list(range(1, 17))
    assert [step["id"] for step in steps_of(USED)] == [
        name for some in ROWS.values() for name in some
    ]
    text = load_procedure(USED).data.decode()
    assert [int(one) for one in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)


def test_every_check_has_a_fault_and_only_the_charge_energises() -> None:
    plan = make_plan(load_procedure(USED), load_bench(SIMULATED), load_catalogue())
    assert plan.moves == []
    assert len(plan.energises) == 1 and "charging-starts" in plan.energises[0]
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """One whole run at a sound car."""
    yield inspect(tmp_path_factory.mktemp("used"), USED, seed=7, energise=True)


def test_a_sound_car_is_admitted(sound: Outcome) -> None:
    assert sound.result.ending is Ending.COMPLETED
    assert {one for one in sound.verdicts.values() if one is not None} == {Verdict.PASS}
    concluded = {event.step: event for event in sound.of(Concluded)}
    keys = {name: one.key for name, one in concluded.items()}
    assert keys.pop("battery-grade") in ("a", "b")
    assert keys == {
        "rolled-back": "believed",
        "cleared-recently": "clean",
        "functions-decided": "as_built",
        "body-decided": "sound",
        "grade": "a",
        "cost": "up_to_500",
        "admission": "admitted",
    }
    assert {one.candidate for one in concluded.values()} == {CandidateVerdict.RIGHT}
    assert all(event.safe for event in sound.of(SafeState) if event.role == "pile")
    assert {event.bus: event.sent for event in sound.of(BusClosed)}["adas"] == 0


def test_the_capacity_by_charge_has_its_uncertainty(sound: Outcome) -> None:
    found = {
        event.measurement.name: event.measurement
        for event in sound.of(Measured) if event.step == "capacity"
    }  # fmt: skip
    assert found["soc_gain"].value == pytest.approx(0.2, abs=0.001)
    estimate = found["capacity_estimate"]
    assert isinstance(estimate.value, float)
    assert 135 < estimate.value < 152
    # 1 % of the current, 2 % of the gain, and how exactly the two steps are seen.
    assert estimate.uncertainty == pytest.approx(0.0225 * estimate.value, rel=0.1)
    energy, charge = found["energy_in"].value, found["charge_in"].value
    assert isinstance(energy, float) and isinstance(charge, float)
    assert 330 < 1000 * energy / charge < 410, "volts"
    (judged,) = [event for event in sound.of(Judged) if event.step == "capacity"]
    assert judged.judgement.verdict is Verdict.PASS
    assert isinstance(judged.measurement.value, float)
    assert abs(judged.measurement.value) < 1.5
    assert judged.measurement.uncertainty


def test_everything_is_named_in_chinese(sound: Outcome) -> None:
    for one in (event.measurement for kind in (Judged, Measured) for event in sound.of(kind)):
        named = wording.point(one.name, "zh", "vehicle")
        assert CHINESE.search(named) or names.is_trouble_code(one.name), one.name
        if one.note and not names.is_trouble_code(one.name):
            assert CHINESE.search(wording.reason(one.note).zh), one.note
    for step in steps_of(USED):
        assert CHINESE.search(step["title"]["zh"]) and not CHINESE.search(step["title"]["en"])


def test_a_battery_that_claims_too_much_is_found_by_the_charge_alone(tmp_path: Path) -> None:
    outcome = inspect(tmp_path, USED, faults=["state-of-health-rewritten"], energise=True)
    failed = [name for name, one in outcome.verdicts.items() if one is Verdict.FAIL]
    assert failed == ["capacity"]
    (judged,) = [event for event in outcome.of(Judged) if event.step == "capacity"]
    assert isinstance(judged.measurement.value, float)
    assert judged.measurement.value == pytest.approx(-13, abs=1.5)
    keys = {event.step: event.key for event in outcome.of(Concluded)}
    assert (keys["battery-grade"] in ("a", "b"), keys["admission"]) == (True, "not_admitted")


def test_without_the_charge_a_sound_car_is_not_decided(tmp_path: Path) -> None:
    outcome = inspect(tmp_path, USED, seed=7)
    assert outcome.verdicts["capacity"] is Verdict.NOT_RUN
    (admission,) = [one for one in outcome.of(Concluded) if one.step == "admission"]
    assert (admission.key, admission.candidate) == ("undecided", CandidateVerdict.RIGHT)
    assert dict(admission.basis) == {"capacity": "not_run"}


def test_nothing_is_charged_where_energising_was_not_released(tmp_path: Path) -> None:
    chosen = ["charging-starts", "capacity", "charging-stops"]
    outcome = inspect(tmp_path, USED, selected=["switch-on", *chosen])
    assert {outcome.verdicts[one] for one in chosen} == {Verdict.NOT_RUN}


@pytest.mark.parametrize(
    ("faults", "rows", "wanted"),
    [
        (["odometer-rolled-back"], (3,), {"rolled-back": "one_unit"}),
        (["all-odometers-rolled-back"], (3, 4),
         {"rolled-back": "rolled_back", "cleared-recently": "cleared"}),
        (["operating-time-reset"], (3,), {"rolled-back": "unit_exchanged"}),
        (["codes-cleared-before-sale"], (4,), {"cleared-recently": "cleared"}),
        (["battery-cycled-much", "foreign-device-on-the-bus"], (5, 10),
         {"battery-grade": "d", "functions-decided": "retrofitted"}),
        (["panel-gaps-uneven", "door-painted-over", "recall-open"], (11, 12, 14),
         {"body-decided": "accident_repaired", "cost": "up_to_10000"}),
    ],
)  # fmt: skip
def test_keys_follow_from_what_is_wrong(
    tmp_path: Path, faults: list[str], rows: tuple[int, ...], wanted: dict[str, str]
) -> None:
    steps = [name for row in rows for name in ROWS[row]]
    outcome = inspect(tmp_path, USED, faults=faults, selected=["switch-on", "settled", *steps])
    keys = {event.step: event.key for event in outcome.of(Concluded)}
    assert {name: keys.get(name) for name in wanted} == wanted


def _reading(value: float | None, unit: str = "%") -> Measurement:
    quality = Quality.GOOD if value is not None else Quality.MISSING
    return Measurement("soh", value, unit, quality=quality)


@pytest.mark.parametrize(
    ("soh", "grade", "kept"),
    [(97.0, "a", {}), (95.0, "a", {}), (91.0, "b", {"soh": "91 %"}), (70.0, "c", {"soh": "70 %"}),
     (None, None, {})],
)  # fmt: skip
def test_the_first_band_whose_needs_are_met_is_the_grade(
    soh: float | None, grade: str | None, kept: dict[str, str]
) -> None:
    bands = [
        Band.model_validate({"choice": name, "needs": {"soh": {"low": low}}})
        for name, low in (("a", "95 %"), ("b", "90 %"))
    ]
    assert band_of({"soh": _reading(soh)}, bands, "c") == (grade, kept)


def test_a_grade_that_wants_all_steps_to_have_failed() -> None:
    grades = [Grade(choice="both", if_all_failed=["x", "y"]), Grade(choice="one", if_failed=["x"])]
    both = {"x": Verdict.FAIL, "y": Verdict.FAIL}
    assert grade_from(both, grades, "none")[0] == "both"
    assert grade_from({**both, "y": Verdict.PASS}, grades, "none")[0] == "one"
    with pytest.raises(ValueError, match="either if_failed or if_all_failed"):
        Grade(choice="both")


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("{subject: s, ask: {zh: 问, en: Ask}, points: [soh], choices: &c {a: {zh: 甲, en: a}, b: "
         "{zh: 乙, en: b}}, bands: [{choice: a, needs: {soc: {low: 9 %}}}], otherwise: b}",
         "'soc' is not read here"),
        ("{subject: s, ask: {zh: 问, en: Ask}, points: [soh], choices: {a: {zh: 甲, en: a}, b: "
         "{zh: 乙, en: b}}, bands: [{choice: z, needs: {soh: {low: 9 %}}}], otherwise: b}",
         "'z' is not one of the choices"),
    ],
)  # fmt: skip
def test_bands_that_cannot_be_right_are_told_before_the_run(
    tmp_path: Path, step: str, what: str
) -> None:
    head = "- id: grade\n  title: {zh: 评级, en: Grade}\n  do: vehicle.grade_by_bands\n"
    text = f"{head}  with: {step}\n"
    with pytest.raises(FileError, match=what):
        run_procedure(tmp_path, write_procedure(tmp_path, text))
