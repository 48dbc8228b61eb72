"""The daily inspection and the admission check of a car: their rows, and what they leave behind."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from vehicle_inspection_help import ADMISSION, BOTH, INSPECTION, inspect, steps_of, until

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.catalogue.skills import load_skills
from harness.engine.plan import make_plan
from harness.events import BusClosed, Concluded, DiagnosticExchange, Judged, RunStarted
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.bench import SimulatedBench

CHINESE = re.compile("[\u4e00-\u9fff]")
ROWS: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    INSPECTION: {
        1: ("preparation", "meter-at-rest", "switch-on", "parked", "parking-brake", "not-ready"),
        2: ("nodes-online", "frames-whole", "unknown-messages"),
        3: ("trouble-codes", "warning-lamps", "isolation-lamp", "parking-brake-lamp"),
        4: (
            "pack-voltage", "soc", "cell-spread", "battery-temperature", "temperature-difference",
            "insulation", "interlock", "contactors-open", "battery-alarms",
        ),
        5: (
            "bus-at-rest", "rest-agreement", "ready", "contactors-closed", "insulation-in-ready",
            "ready-lamp", "lamps-in-ready", "bus-in-ready", "meter-in-ready", "ready-agreement",
        ),
        6: (
            "inlet-state", "inlet-lock", "inlet-flap", "ambient", "inlet-temperature-1",
            "inlet-temperature-2", "inlet-sensors", "inlet-look",
        ),
        7: (
            "pressure-front", "pressure-rear", "gauge-front", "agreement-front", "gauge-rear",
            "agreement-rear",
        ),
        8: ("tread-fl", "tread-fr", "tread-rl", "tread-rr", "body", "lenses", "glass", "leaks"),
        9: (
            "position-lamps", "low-beam", "high-beam", "rear-fog-lamp", "lamps-out",
            "daytime-lamps", "turn-left", "flash-rate", "turn-right", "flash-rate-right",
            "hazard-lamps", "brake-lamps", "reversing-lamps", "horn", "wipers",
        ),
        10: ("brake-fluid", "coolant", "washer-fluid", "fluids-look"),
        11: ("switch-off", "release"),
        12: ("record",),
    },
    ADMISSION: {
        1: ("certificate", "plate", "vin-on-body"),
        2: ("switch-on", "settled", "vin"),
        3: ("units",),
        4: ("versions",),
        5: ("configuration", "sensors-fitted"),
        6: ("level", "connected"),
        7: ("trouble-codes",),
        8: ("soc", "soh", "cell-spread", "insulation"),
        9: ("odometer-agreement", "odometer-limit"),
        10: ("low-beam", "horn", "door", "wipers"),
        11: (
            "switch-off", "gauge-fl", "gauge-fr", "gauge-rl", "gauge-rr", "tyres", "glass",
            "sensors", "equipment",
        ),
        12: ("admission",),
        13: ("file",),
    },
}  # fmt: skip
"""Rows of the procedures' outline, and the steps that each became. The resting voltage of row 5 is
measured in row 1: the battery is at rest only before the car is switched on."""


@pytest.mark.parametrize("procedure", BOTH)
def test_the_steps_follow_the_rows_of_the_outline(procedure: str) -> None:
    rows = ROWS[procedure]
    assert list(rows) == list(range(1, len(rows) + 1))
    assert [step["id"] for step in steps_of(procedure)] == [
        name for names in rows.values() for name in names
    ]


@pytest.mark.parametrize("procedure", BOTH)
def test_the_file_numbers_its_rows(procedure: str) -> None:
    text = load_procedure(procedure).data.decode()
    numbered = [int(number) for number in re.findall(r"^  # (\d+) ", text, re.M)]
    assert numbered == list(ROWS[procedure])


@pytest.mark.parametrize("procedure", BOTH)
def test_it_can_be_run_writes_nothing_and_energises_nothing(procedure: str) -> None:
    plan = make_plan(load_procedure(procedure), load_bench(SIMULATED), load_catalogue())
    assert plan.not_possible == {}
    assert (plan.writes, plan.energises) == ([], [])
    skills = load_skills()
    for skill in plan.procedure.model.skills:
        assert procedure in skills.skill(skill).procedures


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield path, value
            return
        for key, one in value.items():
            yield from _texts(one, f"{path}/{key}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, f"{path}/{number}")


@pytest.mark.parametrize("procedure", BOTH)
def test_every_text_is_there_in_both_languages(procedure: str) -> None:
    texts = dict(_texts(steps_of(procedure)))
    assert len(texts) >= len(steps_of(procedure))
    for path, text in texts.items():
        assert CHINESE.search(text["zh"]), path
        assert text["en"] and not CHINESE.search(text["en"]), path
        assert "?" not in text["zh"] and "," not in text["zh"], f"{path}: Chinese punctuation"
    for step in steps_of(procedure):
        assert f"/{steps_of(procedure).index(step)}/title" in texts


@pytest.mark.parametrize(
    ("edition", "tread", "rate"),
    [("2012", "GB 7258-2012/tread-depth", "GB 7258-2012/turn-signal-rate"),
     ("2017", "GB 7258-2017/tread-depth", "GB 7258-2017/turn-signal-rate")],
)  # fmt: skip
def test_the_bench_chooses_the_edition(tmp_path: Path, edition: str, tread: str, rate: str) -> None:
    bench = tmp_path / "lab.yaml"
    bench.write_text(
        f"bench: lab\neditions: {{GB 7258: {edition}, GB 18384: 2020}}\n"
        "devices:\n  vehicle: {profile: shared-ev, simulated: true}\n"
        "instruments:\n  tdg: {type: tread_gauge, uncertainty: 0.2 mm, "
        "calibration_due: 2027-06-30, simulated: true}\n",
        encoding="utf-8",
    )
    selected = until(INSPECTION, "insulation", "tread-fl", "turn-left", "flash-rate")
    outcome = inspect(tmp_path, INSPECTION, bench=str(bench), selected=selected)
    judged = {event.step: event for event in outcome.of(Judged)}
    assert judged["tread-fl"].item == tread
    assert judged["tread-fl"].clause == "9"
    assert judged["flash-rate"].item == rate
    assert judged["flash-rate"].clause == "8"
    assert judged["insulation"].item == "GB 18384-2020/insulation-dc"
    assert {outcome.verdicts[name] for name in ("tread-fl", "flash-rate", "insulation")} == {
        Verdict.PASS
    }


def test_without_a_choice_the_edition_in_force_counts(tmp_path: Path) -> None:
    outcome = inspect(tmp_path, INSPECTION, selected=until(INSPECTION, "insulation", "tread-fl"))
    items = {event.step: event.item for event in outcome.of(Judged)}
    assert items["tread-fl"] == "GB 7258-2017/tread-depth"
    assert items["insulation"] == "GB 18384-2025/insulation-dc"


@pytest.mark.parametrize(
    ("procedure", "asks_units"),
    [(INSPECTION, {"trouble-codes"}),
     (ADMISSION, {"vin", "units", "versions", "configuration", "sensors-fitted",
                  "trouble-codes"})],
)  # fmt: skip
def test_a_read_only_run_sends_nothing_and_judges_the_rest(
    tmp_path: Path, procedure: str, asks_units: set[str]
) -> None:
    outcome = inspect(tmp_path, procedure, read_only=True)
    assert outcome.of(RunStarted)[0].read_only
    assert outcome.of(DiagnosticExchange) == []
    assert [bus.sent for bus in outcome.of(BusClosed)] == [0, 0, 0, 0]
    assert outcome.result.ending is Ending.COMPLETED
    not_run = {name for name, one in outcome.verdicts.items() if one is Verdict.NOT_RUN}
    assert not_run == asks_units
    judged = {one for name, one in outcome.verdicts.items() if name not in asks_units}
    assert judged <= {Verdict.PASS, Verdict.CONDITIONAL_PASS, None}
    # What nobody looked at is no reason to let the car go.
    keys = {event.step: event.key for event in outcome.of(Concluded)}
    if procedure == ADMISSION:
        assert "level" not in keys
        assert keys["admission"] == "after_correction"


@pytest.mark.parametrize(
    ("procedure", "fault", "key"),
    [
        (INSPECTION, None, "in_service"),
        (INSPECTION, "washer-fluid-low", "restricted"),
        (INSPECTION, "brake-fluid-low", "out_of_service"),
        (INSPECTION, "precharge-resistor-open", "out_of_service"),
        (ADMISSION, None, "admitted"),
        (ADMISSION, "software-not-released", "after_correction"),
        (ADMISSION, "ultrasonic-unit-dead", "after_correction"),
        (ADMISSION, "odometer-rolled-back", "not_admitted"),
    ],
)
def test_the_key_follows_from_the_findings(
    tmp_path: Path, procedure: str, fault: str | None, key: str
) -> None:
    outcome = inspect(tmp_path, procedure, faults=[fault] if fault else [])
    concluded = {event.step: event for event in outcome.of(Concluded)}
    last = concluded["release" if procedure == INSPECTION else "admission"]
    assert last.key == key
    assert last.candidate is CandidateVerdict.RIGHT
    if procedure == ADMISSION:
        assert concluded["level"].key == "level_2"
        assert concluded["level"].basis == {"adcu.automation_level": "level_2"}
        assert concluded["connected"].key == "enabled"


@pytest.mark.parametrize(
    ("fault", "step"),
    [("left-in-neutral", "parked"), ("parking-brake-released", "parking-brake"),
     ("brake-pedal-held", "not-ready"), ("battery-clamp-loose", "switch-on")],
)  # fmt: skip
def test_a_car_that_is_not_safe_is_not_inspected(tmp_path: Path, fault: str, step: str) -> None:
    outcome = inspect(tmp_path, INSPECTION, faults=[fault])
    names = [one["id"] for one in steps_of(INSPECTION)]
    later = names[names.index(step) + 1 :]
    assert outcome.result.ending is Ending.STOPPED
    assert outcome.verdicts[step] is Verdict.FAIL
    assert {outcome.verdicts[name] for name in later} == {Verdict.NOT_RUN}


@pytest.mark.parametrize("procedure", BOTH)
def test_the_car_is_left_off_in_park_with_the_parking_brake_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, procedure: str
) -> None:
    left: list[tuple[str, str, bool, float, frozenset[str], bool]] = []
    stop = SimulatedBench.stop

    async def look(bench: SimulatedBench) -> None:
        car = bench.rig.car
        left.append(
            (car.power.key, car.control.gear, car.parking_brake.applied, car.brake.pedal,
             car.body.lamps.commanded, car.circuit.connected)
        )  # fmt: skip
        await stop(bench)

    monkeypatch.setattr(SimulatedBench, "stop", look)
    inspect(tmp_path, procedure)
    assert left == [("off", "p", True, 0.0, frozenset(), False)]


@pytest.mark.parametrize("procedure", BOTH)
def test_the_same_seed_gives_the_same_record(tmp_path: Path, procedure: str) -> None:
    journals = [
        (inspect(tmp_path, procedure, seed=3).result.folder / "journal.jsonl").read_bytes()
        for _ in range(2)
    ]
    assert journals[0] == journals[1]
