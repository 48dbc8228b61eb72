"""The daily inspection of smart sensors: its rows, a sound car, and what the candidate decides."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome
from vehicle_inspection_help import inspect, steps_of, until

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.engine import wording
from harness.engine.plan import make_plan
from harness.events import BusClosed, Concluded, Judged, Measured
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.bench import SimulatedBench
from simulators.faults.found.veh_insp_02 import FOUND
from simulators.technician import SimulatedTechnician

SENSORS = "VEH-INSP-02"
CHINESE = re.compile("[\u4e00-\u9fff]")
FACES = ("camera", "radar", "lidar", "ultrasonic")
SENSED = (*FACES, "inertial")
ALIGNED = ("camera", "radar", "lidar", "inertial")
FUNCTIONS = ("aeb", "acc", "lka", "fcw", "apa")
ROWS: Mapping[int, tuple[str, ...]] = {
    1: ("preparation", *(f"{one}-face" for one in FACES), "antenna"),
    2: (
        "switch-on", "parked", "settled", *(f"{one}-state" for one in (*FACES, "inertial")),
        *(f"{one}-calibration" for one in ALIGNED), *(f"{one}-blockage" for one in FACES),
        *(f"{one}-temperature" for one in SENSED),
        *(f"{one}-supply" for one in (*(x for x in SENSED if x != "lidar"), "lidar")),
        *(f"{one}-codes" for one in (*SENSED, "platform")),
    ),
    3: (
        "frames-watched", *(f"{one}-frames" for one in (*FACES, "inertial", "platform")),
        "camera-rate", "camera-dropped", "camera-brightness", "camera-saturated",
        "lidar-rotation", "lidar-points",
    ),
    4: ("time-source", *(f"{one}-time-offset" for one in SENSED)),
    5: tuple(
        name
        for place in ("near", "side")
        for name in (
            f"target-{place}", f"camera-{place}",
            *(f"{one}-{place}-{of}" for one in ("camera", "radar", "lidar")
              for of in ("range", "azimuth")),
            f"target-{place}-away",
        )
    ),
    6: ("ruler-front-side", "ruler-front-inner", "ruler-rear-inner", "ultrasonic-channels",
        "board-away"),
    7: ("fix", "satellites", "hdop", "gyro", "acceleration", "standing", "position-spread",
        "heading-drift", "speed-at-rest"),
    8: ("platform-state", "platform-load", "platform-memory", "platform-temperature",
        "platform-storage", "platform-resets", "recorders"),
    9: ("software", "calibration"),
    10: (*FUNCTIONS, *(f"{one}-explained" for one in (*FUNCTIONS, "pilot"))),
    11: (
        *(f"{one}-{what}" if what else f"clean-{one}" for one in FACES
          for what in ("", "cleaned", "state-after", "face-after")),
    ),
    12: ("switch-off", *(f"{one}-conclusion" for one in (*FACES, "positioning", "platform"))),
    13: ("record",),
}  # fmt: skip
"""Rows of the procedures' outline, and the steps that each became."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """One whole run at a sound car, and how the car was left."""
    left: list[object] = []
    stop = SimulatedBench.stop

    async def look(bench: SimulatedBench) -> None:
        car = bench.rig.car
        left.append((car.power.key, car.control.gear, car.parking_brake.applied,
                     car.sensing.board, car.sensing.ultrasonic.board))  # fmt: skip
        await stop(bench)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedBench, "stop", look)
        outcome = inspect(tmp_path_factory.mktemp("sound"), SENSORS, seed=7)
    assert left == [("off", "p", True, None, None)]
    yield outcome


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    assert list(ROWS) == list(range(1, 14))
    assert [step["id"] for step in steps_of(SENSORS)] == [
        name for names in ROWS.values() for name in names
    ]
    text = load_procedure(SENSORS).data.decode()
    assert [int(one) for one in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)


def test_it_can_be_run_writes_nothing_and_energises_nothing() -> None:
    plan = make_plan(load_procedure(SENSORS), load_bench(SIMULATED), load_catalogue())
    assert plan.not_possible == {}
    assert (plan.writes, plan.energises) == ([], [])
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging
    graded = {name for step in steps_of(SENSORS) if step["do"] == "operator.grade"
              for grade in step["with"]["grades"] for name in grade["if_failed"]}  # fmt: skip
    assert judging - graded == {"parked", "switch-on", "switch-off"}, "no sensor's matter"


def _texts(value: Any) -> Iterator[Mapping[str, str]]:
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield value
        else:
            for one in value.values():
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def test_every_text_is_there_in_both_languages() -> None:
    texts = list(_texts(steps_of(SENSORS)))
    assert len(texts) > len(steps_of(SENSORS))
    for text in texts:
        assert CHINESE.search(text["zh"])
        assert text["en"] and not CHINESE.search(text["en"])
        assert "?" not in text["zh"] and "," not in text["zh"]


def test_a_sound_car_passes_and_every_conclusion_is_normal(sound: Outcome) -> None:
    assert sound.result.ending is Ending.COMPLETED
    judged = {name: one for name, one in sound.verdicts.items() if one is not None}
    assert set(judged.values()) == {Verdict.PASS}
    concluded = {event.step: event for event in sound.of(Concluded)}
    graded = [one for one in concluded if one.endswith("-conclusion")]
    assert {concluded[one].key for one in graded} == {"normal"}
    assert len(graded) == 6
    # Pilot assist is coded off in this car: that is the explanation.
    explained = {name for name in concluded if name.endswith("-explained")}
    assert explained == {"pilot-explained"}
    assert concluded["pilot-explained"].key == "coding"
    assert {one.candidate for one in concluded.values()} == {CandidateVerdict.RIGHT}


def test_what_was_measured_is_named_in_chinese_and_has_its_uncertainty(sound: Outcome) -> None:
    judged = {event.step: event.measurement for event in sound.of(Judged)}
    for step in ("ruler-front-side", "radar-near-range", "lidar-side-azimuth"):
        assert judged[step].uncertainty
        assert judged[step].frame
    # Ruler 2 mm, half a step of the signal 2.5 mm.
    assert judged["ruler-front-side"].uncertainty == pytest.approx(3.2, abs=0.01)
    for event in sound.of(Measured):
        assert CHINESE.search(wording.point(event.measurement.name, "zh", "vehicle"))
    for one in judged.values():
        assert CHINESE.search(wording.point(one.name, "zh", "vehicle")), one.name
    notes = {m.note for m in (*judged.values(), *(e.measurement for e in sound.of(Measured)))}
    assert all(CHINESE.search(wording.reason(note).zh) for note in notes if note)


def test_only_the_diagnostic_requests_are_sent(sound: Outcome) -> None:
    closed = {event.bus: event.sent for event in sound.of(BusClosed)}
    assert closed["powertrain"] > 0
    assert {closed[bus] for bus in ("chassis", "body", "adas")} == {0}


# ---------------------------------------------------------------- what the candidate decides


def _choose(patch: pytest.MonkeyPatch, **chosen: str) -> None:
    """Have the technician choose otherwise than he should, by subject."""
    ask = SimulatedTechnician.ask

    async def answer(self: SimulatedTechnician, question: Question, deadline: Deadline) -> Answer:
        wanted = chosen.get(question.subject.replace("-", "_"))
        if question.kind == "decide" and wanted is not None:
            return Answer(value=wanted, by="candidate")
        return await ask(self, question, deadline)

    patch.setattr(SimulatedTechnician, "ask", answer)


@pytest.mark.parametrize(
    ("means", "verdict", "candidate"),
    [
        ("blow-and-wipe", Verdict.PASS, CandidateVerdict.RIGHT),
        ("bare-hand", Verdict.FAIL, CandidateVerdict.WRONG),
    ],
)
def test_dirt_goes_by_the_allowed_means_and_stays_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, means: str, verdict: Verdict,
    candidate: CandidateVerdict,
) -> None:  # fmt: skip
    _choose(monkeypatch, cleaning_lid=means)
    outcome = inspect(
        tmp_path, SENSORS, faults=["lidar-window-greasy"],
        selected=until(SENSORS, "lidar-blockage", "clean-lidar", "lidar-cleaned"),
    )  # fmt: skip
    assert outcome.verdicts["lidar-blockage"] is Verdict.FAIL
    assert outcome.verdicts["lidar-cleaned"] is verdict
    assert outcome.step("clean-lidar").candidate is candidate


@pytest.mark.parametrize(
    ("fault", "answer", "key"),
    [
        ("radar-cover-muddy", "radar", "radar"),
        ("radar-cover-muddy", "camera", "radar"),
        ("configuration-differs", "coding", "coding"),
    ],
)
def test_a_function_that_is_missing_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, answer: str, key: str
) -> None:
    _choose(monkeypatch, why_no_acc=answer)
    outcome = inspect(
        tmp_path, SENSORS, faults=[fault], selected=until(SENSORS, "acc", "acc-explained")
    )
    assert outcome.verdicts["acc"] is Verdict.FAIL
    (concluded,) = outcome.of(Concluded)
    assert concluded.key == key
    right = answer == key
    assert concluded.candidate is (CandidateVerdict.RIGHT if right else CandidateVerdict.WRONG)
    assert "ADCU_Availability.ADCU_AccAvailable" in concluded.basis
