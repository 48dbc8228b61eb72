"""The debugging of sensors and by-wire units: its rows, what it corrects, what is on record."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from benchkit import Outcome
from prep_help import PREP, READY, Units, debug, units
from vehicle_inspection_help import steps_of, texts_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.devices.snapshot import parse_snapshot
from harness.engine import names, wording
from harness.engine.plan import make_plan
from harness.events import (
    Concluded,
    DiagnosticExchange,
    Judged,
    Measured,
    SafeState,
    Written,
)
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.bench import SimulatedBench
from simulators.faults.found.veh_prep_02 import FOUND

__all__ = ["units"]

CHINESE = re.compile("[\u4e00-\u9fff]")
SENSORS = ("camera", "radar", "lidar")
LEARNT = ("steering-zero", "brake-learn", "accelerator-learn")
ROWS: Mapping[int, tuple[str, ...]] = {
    1: ("preparation", "switch-on", "parked", "settled", "vin", "reason", "unit-named"),
    2: ("load", "tyre-fl", "tyre-fr", "tyre-rl", "tyre-rr", "floor", "light", "target-up",
        "target-distance", "wheel-straight"),
    3: ("unlocked",),
    4: ("backup", "snapshot-before"),
    5: tuple(f"{one}-start" for one in SENSORS),
    6: tuple(f"{one}-progress" for one in SENSORS),
    7: tuple(f"{one}-offsets" for one in SENSORS),
    8: (*(name for one in LEARNT for name in (one, f"{one}-progress")), "steering-in-zero",
        "brake-in-zero", "accelerator-in-zero"),
    9: ("coded", "snapshot-after", "nothing-else"),
    10: ("reset", "started-again"),
    11: (
        "board-away",
        *(name for place in ("near", "side") for name in (
            f"target-{place}", f"camera-{place}",
            *(f"{one}-{place}-{of}" for one in SENSORS for of in ("range", "azimuth")),
            f"target-{place}-away",
        )),
        "zero-angle", "zero-torque", "pedals-at-rest",
    ),
    12: ("no-new-codes", "reason-gone"),
    13: ("settled-work", "watched", "codes-after", "release", "switch-off", "record"),
}  # fmt: skip
"""Rows of the procedures' outline, and the steps that each became."""
CORRECTED = ("radar-misaligned", "camera-calibration-lost", "lidar-turned",
             "steering-zero-unlearned", "brake-pedal-sensor-off")  # fmt: skip
"""What calibration puts right, all of it at once."""


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outcome, Units]]:
    """One whole run at a car that needs everything that is done, and how it was left."""
    seen, set_fault = Units(), SimulatedBench.set_fault

    def look(bench: SimulatedBench, name: str, on: bool) -> None:
        if not on and not seen.cars:  # the first fault is taken out: nothing is changed any more
            seen.look(bench)
        set_fault(bench, name, on)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedBench, "set_fault", look)
        folder = tmp_path_factory.mktemp("mended")
        yield debug(folder, seed=7, faults=list(CORRECTED)), seen


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    assert [step["id"] for step in steps_of(PREP)] == [
        name for names in ROWS.values() for name in names
    ]
    text = load_procedure(PREP).data.decode()
    assert [int(one) for one in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)


def test_what_it_writes_is_announced_and_every_check_can_fail() -> None:
    plan = make_plan(load_procedure(PREP), load_bench(SIMULATED), load_catalogue())
    assert plan.not_possible == {}
    assert plan.energises == []
    assert len(plan.writes) == 11
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging


def test_every_text_is_there_in_both_languages() -> None:
    for text in texts_of(steps_of(PREP)):
        assert CHINESE.search(text["zh"])
        assert text["en"] and not CHINESE.search(text["en"])
        assert "?" not in text["zh"] and "," not in text["zh"]


def test_misalignment_is_corrected_in_truth(mended: tuple[Outcome, Units]) -> None:
    outcome, seen = mended
    assert outcome.result.ending is Ending.COMPLETED
    judged = {name: one for name, one in outcome.verdicts.items() if one is not None}
    assert set(judged.values()) == {Verdict.PASS}
    (errors,) = seen.errors
    assert all(abs(errors[node]) < 0.11 for node in ("CAM", "RAD", "LID")), errors
    assert abs(errors["EPS"]) < 0.5
    assert abs(errors["IBC"]) < 0.05
    assert {one[0] for one in seen.learned[0].values()} == {"calibrated"}
    assert seen.learned[0]["RAD"][1] == pytest.approx(3.0, abs=0.4)
    assert seen.learned[0]["EPS"][1] == pytest.approx(12.0, abs=0.5)
    assert seen.coding[-1]["config_pilot"] == "enabled"


def test_kept_work_is_not_put_back_and_both_values_are_on_record(
    mended: tuple[Outcome, Units],
) -> None:
    outcome, _ = mended
    told = {event.measurement.name: event.measurement for event in outcome.of(Measured)
            if event.step == "settled-work"}  # fmt: skip
    changed = {name.removesuffix(".changed"): one for name, one in told.items()
               if name.endswith(".changed")}  # fmt: skip
    units = ("cam", "rad", "lid", "eps", "ibc", "vcu")
    assert {f"{unit}.calibration_record" for unit in units} < set(changed)
    assert all(one.note == "kept" for one in changed.values())
    assert changed["adcu.config_pilot"].value == "disabled → enabled"
    pairs = [str(one.value).split(" → ") for one in changed.values()]
    assert all(before != after for before, after in pairs), "only what is different"
    (written,) = outcome.of(Written)
    assert (written.point, written.agreed) == ("adcu.config_pilot", True)
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    assert not safe.readings


def test_the_backup_is_hashed_into_the_record_before_anything_is_written(
    mended: tuple[Outcome, Units],
) -> None:
    outcome, _ = mended
    hashes = [event for event in outcome.of(Measured)
              if event.step == "backup" and event.measurement.name == "snapshot_hash"]  # fmt: skip
    assert len(hashes) == 1
    assert len(str(hashes[0].measurement.value)) == 64
    saved = outcome.events.index(hashes[0])
    first = next(n for n, event in enumerate(outcome.events)
                 if isinstance(event, DiagnosticExchange)
                 and event.request.startswith(("2e", "3101")))  # fmt: skip
    assert saved < first


def test_the_backup_is_kept_with_the_run(tmp_path: Path) -> None:
    outcome = debug(tmp_path, "backup", capture=True)
    (kept,) = (event.measurement for event in outcome.of(Measured)
               if event.measurement.name == "snapshot_hash")  # fmt: skip
    found = parse_snapshot((outcome.result.folder / kept.note).read_bytes(), kept.note)
    assert found.digest == found.sha256 == kept.value
    assert len(str(found.points["rad.calibration_record"])) == len("00 " * 8) - 1
    assert found.points["adcu.config_pilot"] == "disabled"
    assert found.points["adcu.config_lka"] == "enabled", "all that a unit could change besides"


def test_seeds_are_on_record_and_keys_are_not(mended: tuple[Outcome, Units]) -> None:
    outcome, _ = mended
    asked = [event.request for event in outcome.of(DiagnosticExchange)
             if event.request.startswith("27")]  # fmt: skip
    assert len(asked) == 14
    assert set(asked) == {"2701", "2702"}
    seeds = [event.responses for event in outcome.of(DiagnosticExchange)
             if event.request == "2701"]  # fmt: skip
    assert all(len(found[0]) == 12 for found in seeds)


def test_the_candidate_names_the_unit_and_concludes(mended: tuple[Outcome, Units]) -> None:
    outcome, _ = mended
    concluded = {event.step: event for event in outcome.of(Concluded)}
    assert concluded["unit-named"].key == "several"
    assert concluded["release"].key == "in_service"
    assert {one.candidate for one in concluded.values()} == {CandidateVerdict.RIGHT}


@pytest.mark.parametrize(
    ("fault", "key"), [("camera-calibration-lost", "cam"), ("steering-zero-unlearned", "eps")]
)
def test_the_key_follows_from_states_and_codes(tmp_path: Path, fault: str, key: str) -> None:
    outcome = debug(tmp_path, "reason", "unit-named", faults=[fault])
    (concluded,) = outcome.of(Concluded)
    assert concluded.key == key


def test_what_was_measured_is_named_in_chinese(mended: tuple[Outcome, Units]) -> None:
    outcome, _ = mended
    readings = [event.measurement for event in (*outcome.of(Measured), *outcome.of(Judged))]
    for one in readings:
        if names.is_trouble_code(one.name):
            assert CHINESE.search(wording.note(one).zh)
            continue
        assert CHINESE.search(wording.point(one.name, "zh", "vehicle")), one.name
        assert not one.note or CHINESE.search(wording.note(one).zh) or "/" in one.note, one.note


def test_nothing_is_sent_to_a_unit_that_stayed_locked(tmp_path: Path, units: Units) -> None:
    outcome = debug(tmp_path, "radar-start", "lidar-start", faults=["radar-with-another-key"])
    assert outcome.verdicts["unlocked"] is Verdict.FAIL
    assert outcome.verdicts["radar-start"] is Verdict.NOT_RUN
    assert outcome.verdicts["lidar-start"] is Verdict.PASS
    tried = [event for event in outcome.of(DiagnosticExchange)
             if event.unit == "rad" and event.request == "2702"]  # fmt: skip
    assert [event.nrc for event in tried] == [0x35, 0x35], "and no third time"
    units.assert_untouched()


def test_nothing_is_changed_without_a_backup(tmp_path: Path, units: Units) -> None:
    steps = [name for name in (*READY, "camera-start", "radar-start", "coded") if name != "backup"]
    outcome = debug(tmp_path, only=steps)
    for name in ("camera-start", "radar-start", "coded"):
        assert outcome.verdicts[name] is Verdict.NOT_RUN
    assert not [event for event in outcome.of(DiagnosticExchange)
                if event.request.startswith(("2e", "3101"))]  # fmt: skip
    units.assert_untouched()


STARTS = ("camera-start", "radar-start", "lidar-start")


@pytest.mark.parametrize(
    ("fault", "refused"),
    [("calibrated-in-the-yard", STARTS), ("workshop-dark", ("camera-start",))],
)
def test_under_wrong_conditions_nothing_is_calibrated(
    tmp_path: Path, units: Units, fault: str, refused: tuple[str, ...]
) -> None:
    outcome = debug(tmp_path, *STARTS, "camera-progress", "camera-offsets", "settled-work",
                    faults=[fault])  # fmt: skip
    assert {name for name in STARTS if outcome.verdicts[name] is Verdict.NOT_RUN} == set(refused)
    assert outcome.verdicts["camera-offsets"] is Verdict.NOT_RUN, "old values show nothing"
    started = {event.unit for event in outcome.of(DiagnosticExchange)
               if event.request.startswith("3101")}  # fmt: skip
    assert started == ({"rad", "lid"} if len(refused) == 1 else set())
    assert outcome.verdicts["settled-work"] is Verdict.PASS
    units.assert_untouched()
