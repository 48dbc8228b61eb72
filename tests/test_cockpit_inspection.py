"""The daily inspection of cockpit, connectivity and cleaning: its rows, a sound car, its faults.

Faults that do not meet in any part are brought in together, so that one run stands for many; the
matrix runs each alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from test_sensor_inspection import _texts
from vehicle_inspection_help import inspect, steps_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.catalogue.skills import load_skills
from harness.engine import wording
from harness.engine.plan import make_plan
from harness.errors import FileError
from harness.events import BusClosed, Concluded, DiagnosticExchange, Judged, Measured, SafeState
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict
from simulators.bench import SimulatedBench
from simulators.faults import all_faults
from simulators.faults.found.veh_insp_04 import FOUND
from simulators.vehicle.car import Car

COCKPIT = "VEH-INSP-04"
CHINESE = re.compile("[\u4e00-\u9fff]")
CODE = re.compile("[PCBU][0-9A-F]{4}-[0-9A-F]{2}")
BELTS = ("driver", "passenger", "rear-left", "rear-middle", "rear-right")
DOORS = ("fl", "fr", "rl", "rr")
PLACES = ("seats", "floor", "dashboard", "screens", "body", "glass", "wheels")
ROWS: Mapping[int, tuple[str, ...]] = {
    1: (
        "preparation", "switch-on", "parked", "settled", "display-state", "cluster-state",
        "voice-state", "monitor-state", "trouble-codes", "versions",
    ),
    2: (
        *(f"button-{one}" for one in ("volume", "voice", "phone")), "horn",
        "seat-driver", "seat-passenger", *(f"belt-{one}" for one in BELTS),
        *(f"door-{one}" for one in (*DOORS, "tailgate", "bonnet")),
        *(f"window-{one}" for one in DOORS), "close-windows", "windows-settle", "windows-closed",
        "ready", "sound-on", "sound-outside", "sound-off",
    ),
    3: (
        "speed-read", "screen-speed", "charge-read", "screen-charge", "screen-system",
        "screen-airbag", "screen-tpms", "ready-off",
    ),
    4: ("monitor-covered", "monitor-clear"),
    5: ("registered", "signal-level", "upload-age"),
    6: ("v2x-state", "certificate", "certificate-days", "v2x-position", "v2x-place"),
    7: (
        "map-received", "map-intersection", "map-lanes", "map-latency", "light-received",
        "light-colour", "light-latency", "decode-errors",
    ),
    8: ("known-keys", "user-data"),
    9: ("user-data-cleared",),
    10: (
        "off-for-cleaning", "clean-inside", "clean-outside", *(f"clean-{one}" for one in PLACES),
        "dry-inlet", "dry-sensors", "dry-screens", "cleaning-record",
    ),
    11: ("left-behind", "damage", "left-behind-decision", "damage-decision"),
    12: ("switch-on-again", "settled-again", "faces-after", "rescan"),
    13: ("switch-off", "locked", "release"),
}  # fmt: skip
"""Rows of the procedures' outline, and the steps that each became."""
TOGETHER = (
    "cockpit-computer-overloaded", "centre-display-old", "steering-wheel-cable-open",
    "body-contact-ground-open", "window-fuse-blown", "low-speed-speaker-dead",
    "cluster-picture-stale", "driver-camera-always-covered", "terminal-in-a-cellar",
    "v2x-messages-of-another-version", "v2x-slow", "v2x-certificate-ends-soon",
    "v2x-position-off", "returned-without-clearing", "car-from-a-building-site",
    "hosed-everywhere", "telephone-left-behind", "centre-display-cracked", "bumper-plug-leaks",
)  # fmt: skip
CARS: list[Car] = []


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Outcome]]:
    """A sound car, and one with many faults; the cars stay to be looked at."""
    stop = SimulatedBench.stop

    async def look(bench: SimulatedBench) -> None:
        CARS.append(bench.rig.car)
        await stop(bench)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedBench, "stop", look)
        folder = tmp_path_factory.mktemp("cockpit")
        found = {
            "sound": inspect(folder, COCKPIT, seed=7),
            "many": inspect(folder, COCKPIT, seed=7, faults=list(TOGETHER)),
        }
    yield found
    CARS.clear()


def failed(outcome: Outcome) -> set[str]:
    return {name for name, one in outcome.verdicts.items() if one is Verdict.FAIL}


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    assert list(ROWS) == list(range(1, 14))
    assert [step["id"] for step in steps_of(COCKPIT)] == [
        name for names in ROWS.values() for name in names
    ]
    text = load_procedure(COCKPIT).data.decode()
    assert [int(one) for one in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)
    assert COCKPIT in load_skills().skill("P-2.2.4").procedures


def test_it_writes_in_one_step_and_every_check_can_fail() -> None:
    plan = make_plan(load_procedure(COCKPIT), load_bench(SIMULATED), load_catalogue())
    assert plan.not_possible == {}
    assert (plan.energises, plan.moves) == ([], [])
    writing = [step.model.id for step in plan.steps if step.action.writes]
    assert writing == ["user-data-cleared"]
    judging = {step.model.id for step in plan.steps if step.action.judges}
    assert {step for steps in FOUND.values() for step in steps} == judging


def test_every_text_is_there_in_both_languages() -> None:
    texts = list(_texts(steps_of(COCKPIT)))
    assert len(texts) > 2 * len(steps_of(COCKPIT))
    for text in texts:
        assert CHINESE.search(text["zh"]) or text["zh"] == "READY"
        assert text["en"] and not CHINESE.search(text["en"])
        assert "?" not in text["zh"] and "," not in text["zh"]


def test_a_sound_car_passes_and_is_left_locked_and_off(runs: Mapping[str, Outcome]) -> None:
    outcome = runs["sound"]
    assert outcome.result.ending is Ending.COMPLETED
    judged = {name: one for name, one in outcome.verdicts.items() if one is not None}
    assert set(judged.values()) <= {Verdict.PASS, Verdict.CONDITIONAL_PASS}
    concluded = {event.step: event for event in outcome.of(Concluded)}
    assert {name: one.key for name, one in concluded.items()} == {
        "left-behind-decision": "none", "damage-decision": "none", "release": "in_service",
    }  # fmt: skip
    assert {one.candidate for one in concluded.values()} == {CandidateVerdict.RIGHT}
    car = CARS[0]
    assert (car.power.key, car.control.gear, car.parking_brake.applied) == ("off", "p", True)
    assert car.body.locked and not any(window.opening for window in car.body.windows.values())
    assert not any(belt.fastened or belt.occupied for belt in car.body.belts.values())
    assert not car.cockpit.camera_covered
    assert car.drive.travelled() == 0.0


def test_sessions_are_ended_and_nothing_but_diagnostics_is_sent(
    runs: Mapping[str, Outcome],
) -> None:
    outcome = runs["sound"]
    closed = {event.bus: event.sent for event in outcome.of(BusClosed)}
    assert {closed[bus] for bus in ("chassis", "body", "adas")} == {0}
    sessions = [
        (one.unit, one.request)
        for one in outcome.of(DiagnosticExchange)
        if one.request.startswith("10")
    ]
    assert sessions == [(unit, kind) for unit in ("icm", "tbox") for kind in ("1003", "1001")]
    routines = [one.unit for one in outcome.of(DiagnosticExchange) if one.request == "31010272"]
    assert routines == ["icm", "tbox"]
    (safe,) = outcome.of(SafeState)
    assert safe.safe, safe.detail


def test_many_faults_are_found_by_their_steps(runs: Mapping[str, Outcome]) -> None:
    outcome = runs["many"]
    assert failed(outcome) == {step for name in TOGETHER for step in FOUND[name]}
    keys = {event.step: event.key for event in outcome.of(Concluded)}
    assert keys == {
        "left-behind-decision": "hand_in", "damage-decision": "hold", "release": "out_of_service",
    }  # fmt: skip
    data = CARS[1].cockpit.user_data
    assert (data.user_profiles, data.paired_phones, data.bound_users) == (0, 0, 0)


def test_what_is_shown_has_a_name_in_both_languages(runs: Mapping[str, Outcome]) -> None:
    for outcome in runs.values():
        readings = [event.measurement for event in (*outcome.of(Judged), *outcome.of(Measured))]
        for one in readings:
            if CODE.search(one.name):
                continue  # a report has the title of a code from the run's own description
            for language in ("zh", "en"):
                shown = wording.names.point(one.name, language, "vehicle")
                assert shown != one.name or "." not in one.name, one.name
            assert CHINESE.search(wording.names.point(one.name, "zh", "vehicle")), one.name
            assert not one.note or CHINESE.search(wording.reason(one.note).zh), one.note
            known = "version" in one.name or one.value == "ready"  # READY is said in Chinese, too
            if isinstance(one.value, str) and not known:
                assert CHINESE.search(wording.value(one.value, one.unit, "zh", one.name)), (
                    one.name,
                    one.value,
                )


# ---------------------------------------------------------------- clearing that goes wrong

CLEAR = """
    - id: on
      title: {zh: 接通, en: "On"}
      do: operator.confirm
      with: {does: switch-on, ask: {zh: 请接通。, en: Switch on.}}
    - id: settled
      title: {zh: 等待, en: Wait}
      do: bench.wait
      with: {for: 3 s}
    - id: clear
      title: {zh: 清除, en: Clear}
      do: diag.clear_user_data
      with: {units: [icm, tbox], dids: [user_profiles, bound_users], at_most: 3 s}
"""


@pytest.mark.parametrize(
    ("faults", "results"),
    [
        (["clearing-fails"], ["icm=failed", "tbox=failed"]),
        (["clearing-never-ends"], ["icm=stopped", "tbox=stopped"]),
    ],
)
def test_a_clearing_that_fails_is_told_by_unit(
    tmp_path: Path, faults: Sequence[str], results: Sequence[str]
) -> None:
    path = write_procedure(tmp_path, CLEAR)
    outcome = run_procedure(tmp_path, path, faults=list(faults), pace=0.02)
    assert outcome.verdicts["clear"] is Verdict.FAIL
    events = outcome.of(Judged)
    judged = {event.measurement.name: event.measurement.value for event in events}
    said = wording.note(events[0].measurement).zh
    known = "ICM、TBOX 的例程运行 3 s 仍未结束，已停止（31 02）"
    assert said == (known if "stopped" in results[0] else "")
    assert judged == {"not_cleared": results, "user_data_left": []}
    requests = [one.request for one in outcome.of(DiagnosticExchange) if one.unit == "icm"]
    assert ("31020272" in requests) is ("stopped" in results[0])
    assert "1001" in requests[requests.index("1003") :], "the session is ended"


def test_a_read_only_run_clears_nothing(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, CLEAR)
    outcome = run_procedure(tmp_path, path, pace=0.02, read_only=True)
    assert outcome.verdicts["clear"] is Verdict.NOT_RUN


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("units: [icm, tbox]", "units: [icm, bcm]", "a unit that has this routine"),
        ("user_profiles", "user_profile", "a data identifier of the diagnostic description"),
    ],
)
def test_a_mistake_is_told_with_place_value_and_what_is_expected(
    tmp_path: Path, wrong: str, right: str, said: str
) -> None:
    path = write_procedure(tmp_path, CLEAR.replace(wrong, right))
    with pytest.raises(FileError) as caught:
        make_plan(load_procedure(str(path)), load_bench(SIMULATED), load_catalogue())
    assert said in str(caught.value)
    assert re.search(r"TEST-01\.yaml:\d+:\d+: ", str(caught.value))


def test_every_fault_of_the_table_is_seeded() -> None:
    assert set(FOUND) <= set(all_faults())
