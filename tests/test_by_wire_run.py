"""The daily inspection of the by-wire chassis: its rows, its release, and what it leaves behind."""

import re
from collections.abc import Mapping
from pathlib import Path

from by_wire_help import CHASSIS, COMMANDS, MOVING, Left, failed, inspect_chassis, left
from test_vehicle_inspection import CHINESE, _texts
from vehicle_inspection_help import steps_of

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.catalogue.skills import load_skills
from harness.engine.plan import make_plan
from harness.engine.safety_words import Shown, shown
from harness.events import Concluded, FramesSent, Judged, PlanAnnounced, SafeState
from harness.procedure.load import load_procedure
from harness.verdict import CandidateVerdict, Ending, Verdict

__all__ = ["left"]
ROWS: Mapping[int, tuple[str, ...]] = {
    1: (
        "preparation", "wheels-free", "area-clear", "switch-on", "ready", "emergency-stop",
        "emergency-reset", "ready-again", "settled", "safety-order", "release-motion",
    ),
    2: ("units-ready", "trouble-codes"),
    3: ("frames-whole",),
    4: ("zero-angle", "zero-torque", "pedals-at-rest"),
    5: (
        "handshake-steering", "handshake-brake", "handshake-drive", "handshake-parking",
        "refused-steering", "refused-brake", "refused-drive", "refused-parking",
        "steering-moves", "steering-overshoot", "steering-time", "steering-symmetry",
        "steering-wide", "steering-wide-overshoot", "steering-rate",
    ),
    6: (
        "brake-moves", "brake-time", "brake-front", "brake-rear", "brake-lamps", "brake-released",
    ),
    7: (
        "parking-brake-off", "gears", "drive-moves", "wheels-agree", "drive-stops",
        "stop-in-motion", "stop-latched", "ready-after-stop", "pedals-free", "door-in-motion",
        "door-latched",
    ),
    8: (
        "parking-apply", "parking-apply-current", "time-out-parking", "parking-checksum",
        "parking-counter", "parking-range", "parking-not-enabled", "parking-release",
        "parking-release-current",
    ),
    9: ("time-out-steering", "time-out-brake", "time-out-drive"),
    10: (
        "steering-checksum", "steering-counter", "steering-range", "brake-checksum",
        "brake-counter", "brake-range", "drive-checksum", "drive-counter", "drive-range",
        "steering-not-enabled", "brake-not-enabled", "drive-not-enabled",
    ),
    11: ("takeover-steering", "takeover-brake", "takeover-drive", "takeover-parking"),
    12: ("by-wire-left", "rescan"),
    13: ("parking-brake-on", "switch-off", "release"),
}  # fmt: skip
"""Rows of the procedure's outline, and the steps that each became."""


def test_the_steps_follow_the_rows_of_the_outline() -> None:
    names = [name for row in ROWS.values() for name in row]
    assert [step["id"] for step in steps_of(CHASSIS)] == names
    text = load_procedure(CHASSIS).data.decode()
    assert [int(number) for number in re.findall(r"^  # (\d+) ", text, re.M)] == list(ROWS)
    assert CHASSIS in load_skills().skill("P-2.2.4").procedures


def test_every_text_is_there_in_both_languages() -> None:
    texts = dict(_texts(steps_of(CHASSIS)))
    for path, text in texts.items():
        assert CHINESE.search(text["zh"]), path
        assert text["en"] and not CHINESE.search(text["en"]), path
        assert "?" not in text["zh"] and "," not in text["zh"], f"{path}: Chinese punctuation"


def test_steps_that_move_something_name_the_step_that_releases_it() -> None:
    procedure, bench = load_procedure(CHASSIS), load_bench(SIMULATED)
    plan = make_plan(procedure, bench, load_catalogue(), motion=True)
    assert plan.not_possible == {}
    assert plan.energises == []
    moving = [step for step in plan.steps if step.moves]
    assert [step.model.id for step in moving] == MOVING
    assert len(plan.moves) == len(MOVING) == 41
    order = [step.model.id for step in plan.steps]
    for step in moving:
        assert step.parameters["released_by"] == "release-motion"
        assert order.index(step.model.id) > order.index("release-motion")


def test_without_leave_nothing_moves(tmp_path: Path, left: Left) -> None:
    outcome = inspect_chassis(tmp_path, motion=False)
    not_run = {name for name, one in outcome.verdicts.items() if one is Verdict.NOT_RUN}
    looks = {step["id"] for step in steps_of(CHASSIS) if "of" in step.get("with", {})}
    assert not_run == {*MOVING, *looks}
    assert outcome.step("steering-moves").reason == "motion was not released (--allow-motion)"
    assert outcome.of(FramesSent) == []
    assert len(outcome.of(PlanAnnounced)[0].moves) == len(MOVING)
    assert left.motion == [{"speed": 0.0, "rate": 0.0, "brake": 0.0, "parking brake": 0.0}]
    assert left.cars[0].drive.travelled() == 0.0


def test_a_sound_chassis_passes_and_is_left_as_it_was_found(tmp_path: Path, left: Left) -> None:
    outcome = inspect_chassis(tmp_path)
    good = {Verdict.PASS, Verdict.CONDITIONAL_PASS, None}
    assert {name for name, one in outcome.verdicts.items() if one not in good} == set()
    assert outcome.result.ending is Ending.COMPLETED
    (safe,) = outcome.of(SafeState)
    assert safe.safe
    assert shown(safe) is Shown.MEASURED
    for unit in ("steering", "brake", "drive", "parking"):
        assert f"by-wire {unit} " in safe.how
    (car,) = left.cars
    assert (car.power.key, car.control.gear, car.parking_brake.applied) == ("off", "p", True)
    assert set(left.modes[0].values()) == {"manual"}
    (last,) = (event for event in outcome.of(Concluded) if event.step == "release")
    assert (last.key, last.candidate) == ("in_service", CandidateVerdict.RIGHT)

    # No command before release, and each ends with a request for manual operation.
    events = outcome.events
    released = next(
        index
        for index, event in enumerate(events)
        if isinstance(event, Judged) and event.step == "release-motion"
    )
    sent = [(index, e) for index, e in enumerate(events) if isinstance(e, FramesSent)]
    assert {e.message for _, e in sent} == set(COMMANDS)
    assert min(index for index, _ in sent) > released
    for message in COMMANDS:
        own = [event for _, event in sent if event.message == message]
        assert own[-1].period == 0.0, "not sent any more"
        assert "manual" in own[-2].values.values()
    times = {
        event.step: event.measurement.value
        for event in outcome.of(Judged)
        if event.measurement.name.endswith("time_to_manual") and event.step.startswith("time-out")
    }
    own = {"time-out-parking": 0.4}
    """The parking brake gives its commands more time."""
    assert len(times) == 4
    for name, value in times.items():
        assert 0.09 < float(str(value)) < own.get(name, 0.2), times


def test_a_step_alone_does_not_move_without_the_release(tmp_path: Path) -> None:
    chosen = ("wheels-free", "area-clear", "switch-on", "ready", "steering-moves")
    from harness.engine.prepare import prepare  # noqa: PLC0415 - this one is not run by the helper
    from harness.engine.run import execute  # noqa: PLC0415

    request = prepare([CHASSIS], folder=tmp_path / "run", motion=True, selected=chosen)
    result = execute(request)
    assert result.verdicts[CHASSIS]["steering-moves"] is Verdict.NOT_RUN


def test_an_unsafe_workplace_ends_it(tmp_path: Path) -> None:
    outcome = inspect_chassis(tmp_path, faults=["car-still-on-its-wheels"])
    assert failed(outcome) == ["wheels-free"]
    assert outcome.result.ending is Ending.STOPPED
    assert outcome.of(FramesSent) == []
    later = [name for row in ROWS.values() for name in row][2:]
    assert {outcome.verdicts[name] for name in later} == {Verdict.NOT_RUN}
