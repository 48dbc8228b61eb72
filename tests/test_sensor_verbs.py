"""Verbs of the inspection of sensors: mistakes that are seen early, grades, odd situations."""

from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from vehicle_help import step, switch_on

from harness.actions.sorting import Grade, grade_from
from harness.engine import details, wording
from harness.errors import FileError
from harness.events import Judged
from harness.limits import Clear
from harness.quantity import Quality
from harness.verdict import Verdict

MARK = "at: {range: 5 m, azimuth: 0 deg}"
LIDAR = "ranges: [LID_Scan.LID_NearestRange], azimuths: [LID_Scan.LID_NearestAzimuth]"
PLACE = f"{{does: place-target-near, ask: {{zh: 放, en: Put}}, {MARK}, {LIDAR}}}"
METRE = "limit: {low: -0.1, high: 0.1, unit: m}"
RULER = (
    "{point: USS_Front.USS_Distance01, does: place-board-uss-01, place: {zh: 放, en: Put}, "
    "ask: {zh: 量, en: Measure}, quantity: board_distance}"
)
WATCH = (
    "{latitude: GNSS_Position.GNSS_Latitude, longitude: GNSS_Position.GNSS_Longitude, "
    "heading: GNSS_Solution.GNSS_Heading, speed: GNSS_Solution.GNSS_Speed, over: 12 s}"
)
CHOICES = "choices: {good: {zh: 好, en: good}, bad: {zh: 坏, en: bad}}"


def target(of: str = "range", more: str = METRE, place: str = MARK, lists: str = LIDAR) -> str:
    return step(
        "seen", "vehicle.target_position",
        f"{{{place}, of: {of}, {lists}, if_run: [put]}}", more,
    )  # fmt: skip


PUT = step("put", "vehicle.place_target", PLACE)


def grade(grades: str, otherwise: str = "good") -> str:
    return step(
        "grade", "operator.grade",
        f"{{subject: x, ask: {{zh: 判, en: Which}}, {CHOICES}, otherwise: {otherwise}, "
        f"grades: {grades}}}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "what", "zh"),
    [
        (target(), "no earlier step is called 'put'", "put"),
        (PUT + target("azimuth"), "the limit is in m", "限值"),
        (PUT + target(place="at: {range: 5 s, azimuth: 0 deg}"), "is not in m", "单位应为"),
        (PUT + target(lists="ranges: [soc, soh], azimuths: [soc]"), "1 azimuths", "数目不一致"),
        (PUT + target(more="limit: {equals: 1}"), "cannot judge by", "长度单位"),
        (
            step("r", "vehicle.distance_by_ruler", RULER.replace("quan", "unit: s, quan"), METRE),
            "s is no unit of length", "不是长度单位",
        ),
        (
            step("ruler", "vehicle.distance_by_ruler", RULER, "limit: {high: 5, unit: V}"),
            "the limit is in V", "mm",
        ),
        (step("of", "can.frames_of", "{node: CAM, watched_by: watch}"), "'watch'", "watch"),
        (
            step("watch", "can.watch_frames", "{watch: 1 s}")
            + step("of", "can.frames_of", "{node: CAMERA, watched_by: watch}"),
            "CAMERA", "数据库中的一个节点",
        ),
        (
            step("watch", "vehicle.watch_standstill", WATCH)
            + step("of", "vehicle.standstill", "{of: drift, watched_by: watch}", METRE),
            "'drift' is not one of the choices", "drift",
        ),
        (
            step(
                "clean", "vehicle.clean_sensor",
                "{subject: cam, ask: {zh: 如何, en: How}, "
                "means: {wet-cloth: {zh: 湿, en: wet}, dry-cloth: {zh: 干, en: dry}}, "
                "allowed: [scraper]}",
            ),
            "'scraper' is not one of the choices", "scraper",
        ),
        (grade("[{choice: worse, if_failed: [on]}]"), "'worse' is not one of the choices", "worse"),
        (grade("[{choice: bad, if_failed: [put]}]"), "no earlier step is called 'put'", "put"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, steps: str, what: str, zh: str) -> None:
    with pytest.raises(FileError) as told:
        run_procedure(tmp_path, write_procedure(tmp_path, steps))
    english = str(told.value)
    assert what in english
    assert "TEST-01.yaml:" in english
    (problem, *_) = told.value.problems
    assert zh in details.problem(problem)


# ---------------------------------------------------------------- grades

GRADES = [
    Grade(choice="repair", if_failed=["cleaned"]),
    Grade(choice="clean", if_failed=["face", "blockage"]),
    Grade(choice="repair", if_failed=["state"]),
]
GOOD = dict.fromkeys(("cleaned", "face", "blockage", "state"), Verdict.PASS)


@pytest.mark.parametrize(
    ("differs", "choice", "basis"),
    [
        ({}, "normal", {}),
        ({"state": Verdict.FAIL}, "repair", {"state": "fail"}),
        ({"state": Verdict.FAIL, "face": Verdict.FAIL}, "clean", {"face": "fail"}),
        ({"blockage": Verdict.CONDITIONAL_FAIL}, "clean", {"blockage": "conditional_fail"}),
        ({"cleaned": Verdict.FAIL, "face": Verdict.FAIL}, "repair", {"cleaned": "fail"}),
        ({"cleaned": Verdict.INCONCLUSIVE}, None, {}),
        ({"cleaned": Verdict.NOT_RUN, "face": Verdict.FAIL}, None, {}),
        ({"state": Verdict.ERROR, "face": Verdict.FAIL}, "clean", {"face": "fail"}),
        ({"face": Verdict.CONDITIONAL_PASS}, "normal", {}),
    ],
)
def test_the_first_grade_of_which_a_step_failed(
    differs: dict[str, Verdict], choice: str | None, basis: dict[str, str]
) -> None:
    assert grade_from({**GOOD, **differs}, GRADES, "normal") == (choice, basis)


# ---------------------------------------------------------------- runs at the simulated car


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The board stands already; a unit is silent; a camera counts nothing more."""
    folder = tmp_path_factory.mktemp("crowded")
    again = "limit: {equals: 1}"
    steps = (
        switch_on(6)
        + PUT
        + step("twice", "vehicle.place_target", PLACE)
        + step("late", "vehicle.target_position",
               f"{{{MARK}, of: range, {LIDAR}, if_run: [twice]}}", METRE)
        + step("elsewhere", "vehicle.target_position",
               f"{{at: {{range: 9 m, azimuth: 90 deg}}, of: range, {LIDAR}, if_run: [put]}}", METRE)
        + step("more", "vehicle.counted_more",
               "{point: CAM_Status.CAM_ObjectCount, than: put}", again)
        + step("watch", "can.watch_frames", "{watch: 4 s}")
        + step("silent", "can.frames_of", "{node: USS, watched_by: watch}")
        + step("heard", "can.frames_of", "{node: LID, watched_by: watch}")
        + step("ruler", "vehicle.distance_by_ruler", RULER,
               "limit: {low: -50, high: 50, unit: mm}")
    )  # fmt: skip
    return run_procedure(
        folder, write_procedure(folder, steps), pace=0.1, faults=["ultrasonic-unit-dead"]
    )


def test_a_target_is_not_put_where_something_stands(crowded: Outcome) -> None:
    assert crowded.verdicts["twice"] is Verdict.NOT_RUN
    why = crowded.step("twice").reason
    assert why.startswith("something stands at the mark already: 5.0")
    assert wording.reason(why).zh.startswith("标记处已有物体")
    assert crowded.verdicts["late"] is Verdict.NOT_RUN


def test_what_is_far_from_the_mark_is_not_the_target(crowded: Outcome) -> None:
    (judged,) = [event for event in crowded.of(Judged) if event.step == "elsewhere"]
    assert (judged.measurement.name, judged.measurement.value) == ("targets_missed", ["LID_Scan"])
    assert judged.limit == Clear([])
    assert crowded.verdicts["elsewhere"] is Verdict.FAIL
    assert wording.reason(judged.measurement.note).zh == "报告目标 1 个"


def test_a_count_needs_its_earlier_reading(crowded: Outcome) -> None:
    assert crowded.verdicts["more"] is Verdict.NOT_RUN
    assert crowded.step("more").reason == "step 'put' gave no reading to compare with"


def test_a_silent_unit_is_a_finding_of_its_own_and_no_number_is_no_error(crowded: Outcome) -> None:
    assert crowded.verdicts["silent"] is Verdict.FAIL
    assert crowded.verdicts["heard"] is Verdict.PASS
    (judged,) = [event for event in crowded.of(Judged) if event.step == "silent"]
    assert judged.measurement.value == [
        "adas:USS.USS_Front", "adas:USS.USS_Rear", "adas:USS.USS_Status",
    ]  # fmt: skip
    assert crowded.verdicts["ruler"] is Verdict.INCONCLUSIVE
    (read,) = [event for event in crowded.of(Judged) if event.step == "ruler"]
    assert read.measurement.quality is not Quality.GOOD
