"""Cause and effect by the stamps of frames: what they show, and never more than they show."""

from pathlib import Path
from typing import Any, cast

import pytest
from benchkit import Outcome, run_procedure, write_procedure
from hypothesis import given
from hypothesis import strategies as st
from vehicle_help import step, switch_on

from harness.actions.joint_frames import Bound, Course, Seen, holds
from harness.actions.joint_reactions import between
from harness.devices.vehicle.points import VehiclePoint
from harness.errors import FileError
from harness.events import Judged, Measured
from harness.limits import Within, judge
from harness.quantity import Measurement, Quantity
from harness.verdict import Verdict

SWITCH = VehiclePoint("s2", values={0: "open", 1: "closed"})
VOLTS = VehiclePoint("ac_voltage_l1", unit="V")


def course(begins: float, cycle: float, phase: float, age: float) -> Course:
    """Frames of a switch that closes at `begins`; data are `age` old when they are sent."""
    seen = []
    for k in range(int((begins + 3.0) / cycle)):
        at = phase + k * cycle
        seen.append(Seen(at, "closed" if at - age >= begins else "open", ""))
    return Course(SWITCH, cast("Any", None), cycle, seen)


CYCLE = st.sampled_from([0.01, 0.02, 0.1, 0.2])
SHARE = st.floats(0.0, 1.0)


@given(
    CYCLE, CYCLE, st.tuples(SHARE, SHARE, SHARE, SHARE), st.floats(0.5, 1.5), st.floats(0.0, 1.0)
)
def test_the_truth_lies_in_what_is_told(
    fast: float, slow: float, shares: tuple[float, ...], begins: float, delay: float
) -> None:
    cause = course(begins, fast, shares[0] * fast, shares[1] * fast)
    effect = course(begins + delay, slow, shares[2] * slow, shares[3] * slow)
    first = cause.began("closed", -1.0)
    assert isinstance(first, tuple)
    assert first[0].earliest - 1e-9 <= begins <= first[0].latest + 1e-9
    then = effect.began("closed", first[0].earliest)
    assert isinstance(then, tuple)
    longest, unsure = between(first[0], then[0])
    assert longest - unsure - 1e-9 <= delay <= longest + 1e-9
    assert longest >= fast + slow
    told = Measurement("reaction_time", longest, "s", uncertainty=unsure)
    for limit in (0.3 * (fast + slow), 0.999 * (fast + slow)):
        verdict = judge(told, Within(limit)).verdict
        assert verdict is not Verdict.PASS, "shorter than what stamps can show"
        assert verdict is Verdict.INCONCLUSIVE or delay > limit - 1e-9
    assert judge(told, Within(delay + 2 * (fast + slow) + 0.001)).verdict is Verdict.PASS


def test_what_was_so_before_begins_nothing() -> None:
    closed = Course(SWITCH, cast("Any", None), 0.1, [Seen(t, "closed", "") for t in (0.1, 0.2)])
    assert closed.began("closed", 0.0) is True
    assert closed.began("open", 0.0) is False
    assert Course(SWITCH, cast("Any", None), 0.1).began("closed", 0.0) is False


@pytest.mark.parametrize(
    ("value", "bound", "met"),
    [
        (29.9, {"below": Quantity(30, "V")}, True),
        (30.0, {"below": Quantity(30, "V")}, False),
        (0.5, {"above": Quantity(400, "mV")}, True),
        (25.0, {"above": Quantity(20, "V"), "below": Quantity(30, "V")}, True),
        (35.0, {"above": Quantity(20, "V"), "below": Quantity(30, "V")}, False),
        (None, {"below": Quantity(30, "V")}, False),
        ("off", {"below": Quantity(30, "V")}, False),
    ],
)
def test_bounds(value: Any, bound: dict[str, Quantity], met: bool) -> None:
    assert holds(VOLTS, value, Bound(**bound)) is met


# On the bench


PEDAL = "does: press-brake, ask: {zh: 踩下制动踏板, en: Press the brake}"


def reacts(name: str, with_: str, limit: str) -> str:
    return step(name, "vehicle.reacts", f"{{{with_}}}", f"limit: {{within: {limit}}}")


def run(folder: Path, *steps: str) -> Outcome:
    return run_procedure(folder, write_procedure(folder, switch_on() + "".join(steps)))


def judged(outcome: Outcome, name: str) -> Measurement:
    (event,) = [event for event in outcome.of(Judged) if event.step == name]
    return event.measurement


def test_a_person_acts_and_the_car_reacts(tmp_path: Path) -> None:
    what = f'cause: {{brake_pedal: pressed}}, effect: {{brake_lamps: "on"}}, {PEDAL}'
    outcome = run(tmp_path, reacts("lamp", what, "1 s"))
    assert outcome.verdicts["lamp"] is Verdict.PASS
    told = judged(outcome, "lamp")
    assert told.note == "brake_pedal pressed → brake_lamps on"
    assert isinstance(told.value, float)
    assert told.uncertainty is not None
    frames = [event.measurement for event in outcome.of(Measured) if event.step == "lamp"]
    assert [(one.name, one.value) for one in frames] == [
        ("brake_pedal", "released"), ("brake_pedal", "pressed"),
        ("brake_lamps", "off"), ("brake_lamps", "on"),
    ]  # fmt: skip
    assert all("#" in one.frame for one in frames), "each with the frame that shows it"
    assert frames[3].at - frames[0].at <= told.value <= frames[3].at - frames[0].at + 0.5


def test_nothing_shorter_than_the_cycles_ever_passes(tmp_path: Path) -> None:
    what = f'cause: {{brake_pedal: pressed}}, effect: {{brake_lamps: "on"}}, {PEDAL}'
    outcome = run(tmp_path, reacts("lamp", what, "1 ms"))
    assert outcome.verdicts["lamp"] in (Verdict.INCONCLUSIVE, Verdict.FAIL)
    told = judged(outcome, "lamp")
    assert isinstance(told.value, float)
    assert told.value > 0.02


def test_an_effect_that_never_comes_fails(tmp_path: Path) -> None:
    what = f"cause: {{brake_pedal: pressed}}, effect: {{door_front_left: open}}, {PEDAL}"
    outcome = run(tmp_path, reacts("door", what, "1 s"))
    assert outcome.verdicts["door"] is Verdict.FAIL
    told = judged(outcome, "door")
    assert told.value is None
    assert told.at_least is not None
    assert 1.0 < told.at_least < 2.5


@pytest.mark.parametrize(
    ("what", "note"),
    [
        (
            f"cause: {{horn: \"on\"}}, effect: {{brake_lamps: \"on\"}}, {PEDAL}",
            "horn on was not seen",
        ),
        (
            f"cause: {{brake_pedal: released}}, effect: {{brake_lamps: \"on\"}}, {PEDAL}",
            "brake_pedal released was so before",
        ),
        (
            f"cause: {{brake_pedal: pressed}}, effect: {{door_front_left: closed}}, {PEDAL}",
            "door_front_left closed was so before the cause",
        ),
    ],
)  # fmt: skip
def test_without_cause_or_change_nothing_is_shown(tmp_path: Path, what: str, note: str) -> None:
    outcome = run(tmp_path, reacts("react", what, "1 s"))
    assert outcome.verdicts["react"] is Verdict.INCONCLUSIVE
    assert judged(outcome, "react").note == note


def test_several_reactions_in_one_recording(tmp_path: Path) -> None:
    watched = step("frames", "vehicle.watch", "{points: [brake_pedal, brake_lamps, low_voltage]}")
    pedal = step("pedal", "operator.confirm", f"{{{PEDAL}}}")
    what = 'watched: frames, cause: {brake_pedal: pressed}, effect: {brake_lamps: "on"}'
    other = 'watched: frames, cause: {brake_pedal: pressed}, effect: {horn: "on"}'
    outcome = run(tmp_path, watched, pedal, reacts("one", what, "1 s"), reacts("two", what, "2 s"),
                  reacts("three", other, "1 s"))  # fmt: skip
    assert outcome.verdicts["frames"] is None
    assert outcome.verdicts["one"] is outcome.verdicts["two"] is Verdict.PASS
    assert judged(outcome, "one").value == judged(outcome, "two").value
    assert outcome.verdicts["three"] is Verdict.NOT_RUN
    assert "did not watch horn" in outcome.step("three").reason


def test_a_recording_ends_after_its_time(tmp_path: Path) -> None:
    watched = step("frames", "vehicle.watch", "{points: [brake_pedal, brake_lamps], for: 500 ms}")
    wait = step("wait", "bench.wait", "{for: 1 s}")
    pedal = step("pedal", "operator.confirm", f"{{{PEDAL}}}")
    what = 'watched: frames, cause: {brake_pedal: pressed}, effect: {brake_lamps: "on"}'
    outcome = run(tmp_path, watched, wait, pedal, reacts("late", what, "1 s"))
    assert outcome.verdicts["late"] is Verdict.INCONCLUSIVE
    assert judged(outcome, "late").note == "brake_pedal pressed was not seen"


@pytest.mark.parametrize(
    ("with_", "what"),
    [
        ("cause: {s2: shut}, effect: {s2: open}", "s2 cannot be 'shut'"),
        ("cause: {s2: {below: 1 A}}, effect: {s2: open}", "s2 is no number"),
        ("cause: {s2: open}, effect: {ac_voltage_l1: {below: 1 A}}", "ac_voltage_l1 is in V"),
        ("cause: {s2: open}, effect: {ac_voltage_l1: {}}", "nothing is wanted"),
        ("cause: {s2: open}, effect: {}", "no point is named"),
        ("cause: {s2: open}, effect: {no_such: open}", "no profile has a point 'no_such'"),
        ("watched: nowhere, cause: {s2: open}, effect: {s2: closed}", "nowhere"),
        ("if_passed: [later], cause: {s2: open}, effect: {s2: closed}", "is not before this one"),
    ],
)
def test_mistakes_are_found_before_anything_is_opened(
    tmp_path: Path, with_: str, what: str
) -> None:
    later = step("later", "bench.wait", "{for: 1 s}")
    procedure = write_procedure(tmp_path, reacts("react", with_, "1 s") + later)
    with pytest.raises(FileError) as raised:
        run_procedure(tmp_path, procedure)
    assert what in str(raised.value.problems[0]), raised.value.problems


def test_a_range_is_no_time(tmp_path: Path) -> None:
    wrong = step("react", "vehicle.reacts", "{cause: {s2: open}, effect: {s2: closed}}",
                 "limit: {low: 1, unit: s}")  # fmt: skip
    with pytest.raises(FileError, match="cannot judge"):
        run_procedure(tmp_path, write_procedure(tmp_path, wrong))
