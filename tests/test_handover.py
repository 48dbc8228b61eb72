"""HAND-01: a car is handed over, used, and taken back."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from benchkit import Outcome
from car_help import CarPoint
from vehicle_inspection_help import inspect, steps_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.devices.operator import Question
from harness.engine import names, wording
from harness.engine.handover_words import FINDINGS, NAMES
from harness.engine.plan import make_plan
from harness.errors import FileError
from harness.events import Answered, Concluded, Measured
from harness.procedure.load import load_procedure
from harness.quantity import Measurement
from harness.rental import VIEWS
from harness.text import Text
from simulators.faults import all_faults
from simulators.faults.found import hand_01
from simulators.technician import SimulatedTechnician
from simulators.vehicle.wheels import PLACARD

HAND = "HAND-01"


@cache
def _run(fault: str = "") -> Outcome:
    return inspect(Path(mkdtemp()), HAND, faults=[fault] if fault else [], seed=3)


def _concluded(outcome: Outcome) -> dict[str, object]:
    return {one.step: one.answer for one in outcome.events if isinstance(one, Concluded)}


def _measured(outcome: Outcome, step: str) -> dict[str, Measurement]:
    return {one.measurement.name: one.measurement for one in outcome.events
            if isinstance(one, Measured) and one.step == step}  # fmt: skip


def test_a_sound_car_is_rentable_again() -> None:
    outcome = _run()
    assert {one for one in outcome.verdicts.values() if one is not None} == {"pass"}
    assert _concluded(outcome) == {
        "sheet-decision": "complete", "damage-decision": "none", "fault-decision": "none",
        "consumption-decision": "none", "misuse-decision": "none", "disposal": "rentable",
    }  # fmt: skip


def test_both_signatures_are_codes_bound_to_the_snapshot() -> None:
    outcome = _run()
    digest = str(_measured(outcome, "handover")["snapshot_hash"].value)
    signed = [_measured(outcome, step) for step in ("sign-staff", "sign-renter")]
    said = [one for found in signed for one in found.values()]
    assert [one.note for one in said] == [f"snapshot {digest[:8]}"] * 2
    assert len({one.value for one in said}) == 2


def test_the_trip_is_in_the_car_and_in_the_record() -> None:
    outcome = _run()
    before, after = (_measured(outcome, step) for step in ("handover", "return"))
    record = _measured(outcome, "record")
    driven = float(after["vcu.odometer"].value) - float(before["vcu.odometer"].value)  # type: ignore[arg-type]
    assert driven == pytest.approx(record["tbox.trip_distance"].value, abs=0.11)
    assert driven > 15
    assert float(after["bms.soc"].value) < float(before["bms.soc"].value)  # type: ignore[arg-type]
    changed = _measured(outcome, "differences")
    assert {"vcu.odometer.changed", "bms.soc.changed", "tbox.trip_count.changed"} <= set(changed)


@pytest.mark.parametrize(
    ("fault", "step", "answer"),
    [
        ("old-damage-not-listed", "sheet-decision", "to_add"),
        ("curb-hit-on-the-trip", "disposal", "claim"),
    ],
)
def test_what_happened_decides(fault: str, step: str, answer: str) -> None:
    outcome = _run(fault)
    assert _concluded(outcome)[step] == answer
    bad = [name for name, one in outcome.verdicts.items() if one == "fail"]
    assert bad == list(hand_01.FOUND[fault])


PUNCTURE, RECODED = "slow-puncture-on-the-trip", "recoded-on-the-trip"


@pytest.mark.parametrize("order", [(PUNCTURE, RECODED), (RECODED, PUNCTURE)])
def test_both_of_two_things_on_the_trip_are_found(tmp_path: Path, order: tuple[str, ...]) -> None:
    outcome = inspect(tmp_path, HAND, faults=list(order), seed=3)
    bad = {name for name, one in outcome.verdicts.items() if one == "fail"}
    assert bad == {"tyre-loss", "differences"}


ON_THE_TRIP = {
    "scratched-on-the-trip": lambda car: "rear-left" in car.rental.new_marks,
    "curb-hit-on-the-trip": lambda car: "right" in car.rental.new_marks,
    "tyre-sensor-fails-on-the-trip": lambda car: car.wheels["RL"].sensor_battery_low,
    "event-recorded-on-the-trip": lambda car: car.computer.edr_events > 0,
    PUNCTURE: lambda car: car.wheels["RL"].cold_pressure < PLACARD - 20,
    RECODED: lambda car: car.units["ADCU"].configuration["config_aeb"] == "disabled",
    "unit-dies-on-the-trip": lambda car: not car.units["USS"].works,
    "antenna-lost-on-the-trip": lambda car: car.telematics.antenna == "open",
}
"""Fault -> whether it shows at the car."""


@pytest.mark.parametrize("off", [None, *ON_THE_TRIP])
@pytest.mark.parametrize("backwards", [False, True])
def test_all_happens_but_what_was_switched_off(off: str | None, backwards: bool) -> None:
    point, faults = CarPoint(), all_faults()
    assert not any(shows(point.car) for shows in ON_THE_TRIP.values())
    for name in sorted(ON_THE_TRIP, reverse=backwards):
        faults[name].switch(point.rig, True)
    if off is not None:
        faults[off].switch(point.rig, False)
    point.car.trips.set_out()
    point.run(3.0)
    assert [name for name, shows in ON_THE_TRIP.items() if not shows(point.car)] == [
        name for name in ON_THE_TRIP if name == off
    ]
    assert point.car.trips.record.event == ("none" if off == "curb-hit-on-the-trip" else "curb_hit")


@pytest.mark.parametrize(
    ("names", "event"),
    [
        (("hard-braking-on-the-trip", "curb-hit-on-the-trip"), "curb_hit"),
        (("curb-hit-on-the-trip", "hard-braking-on-the-trip"), "hard_braking"),
        (("curb-hit-on-the-trip", RECODED), "curb_hit"),
        (("event-of-another-time", PUNCTURE), "hard_braking"),
    ],
)
def test_the_record_keeps_the_latest_event(names: tuple[str, str], event: str) -> None:
    point, faults = CarPoint(), all_faults()
    for name in names:
        faults[name].switch(point.rig, True)
    point.car.trips.set_out()
    point.run(3.0)
    assert point.car.trips.record.event == event


def test_every_check_is_failed_by_some_fault() -> None:
    plan = make_plan(load_procedure(HAND), load_bench(SIMULATED), load_catalogue())
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert judging == {step for steps in hand_01.FOUND.values() for step in steps}


def test_all_nine_views_are_looked_at_twice() -> None:
    subjects = [step["with"]["subject"] for step in steps_of(HAND) if step["do"] == "operator.view"]
    assert subjects == [f"{when}-{view}" for when in ("view", "return") for view in VIEWS]


@pytest.mark.parametrize("name", [*NAMES, *FINDINGS])
def test_everything_has_a_name_in_both_languages(name: str) -> None:
    assert names.point(name, "zh") != name
    assert names.point(name, "en") != name


def test_notes_are_said_in_chinese() -> None:
    notes = {
        text
        for fault in ("", "curb-hit-on-the-trip", "old-damage-not-listed")
        for one in _run(fault).events
        for text in ([one.note] if isinstance(one, Answered) else
                     [one.measurement.note] if isinstance(one, Measured) else [])
        if text
    }  # fmt: skip
    left = {text for text in notes if wording.reason(text).zh == text}
    assert not {text for text in left if not _is_record_number(text)}


def _is_record_number(text: str) -> bool:
    return not any(character.isalpha() for character in text)


BENCH = """
bench: cars
devices:
  vehicle: {{simulated: true, profile: shared-ev}}
site: {{vin: 0EVEV4B20R0000817, {row}}}
"""


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("plate: 测A D12345", None),
        ("known_damage: 'left, rear-right'", None),
        ("known_damage: none", None),
        ("order_driver: Zhang", "order_driver cannot be 'Zhang'; expected a code with a digit"),
        ("known_damage: roof", "known_damage cannot be 'roof'; expected none, or of these"),
        ("plate: 7", "plate cannot be 7; expected the number plate"),
    ],
)
def test_rows_of_order_and_sheet_in_a_bench_file(
    tmp_path: Path, row: str, what: str | None
) -> None:
    path = tmp_path / "cars.yaml"
    path.write_text(BENCH.format(row=row), encoding="utf-8")
    if what is None:
        load_bench(str(path))
        return
    with pytest.raises(FileError) as caught:
        load_bench(str(path))
    assert what in str(caught.value)
    assert "cars.yaml:5" in str(caught.value)


def test_a_signature_is_nobodys_truth_and_a_view_is() -> None:
    point = CarPoint()
    technician = SimulatedTechnician(point.rig, at_once=True)
    ask = Text("签", "sign")
    for subject in ("signature-staff", "signature-renter"):
        said = Question(kind="observe", step="s", subject=subject, ask=ask)
        assert technician.truth(said) is None
    point.rig.car.rental.new_marks = {"rear": "dent"}
    seen = technician.truth(Question(kind="inspect", step="s", subject="return-rear", ask=ask))
    assert seen is not None
    assert seen.value == "abnormal"
