"""Waiting for a state or a number, and a state that holds: only usable readings count."""

from collections.abc import Callable
from pathlib import Path

import pytest
from vehicle_help import (
    MiniCar,
    run_on,
    step,
)
from waiting_help import ASK, REST, Hands, act_on, judged, later, silence, wait_for

from harness.actions.timing import Change, shows, tells
from harness.clock import run
from harness.engine import wording
from harness.errors import FileError
from harness.events import Judged, Measured
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict

# ---------------------------------------------------------------- states


MODE = f"point: mode, is: limp, {ASK}"


def test_a_state_is_timed_by_the_stamp_of_its_frame(tmp_path: Path) -> None:
    """The message comes each 10 ms: so fine is the time, whatever `poll` says."""
    car = MiniCar()

    def act() -> None:
        later(0.333, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))

    outcome = act_on(tmp_path, car, wait_for(f"{MODE}, poll: 500 ms"), act)
    found = judged(outcome)
    assert outcome.verdicts["it"] is Verdict.PASS
    assert 0.333 <= found.value <= 0.344
    assert found.value - found.uncertainty <= 0.333, "the truth is within the uncertainty"
    assert found.uncertainty <= 0.0201, "a cycle between the frames, and one for the data"
    assert found.name == "mode.time_to_limp"
    (_, shown) = [e.measurement for e in outcome.of(Measured) if e.step == "it"]
    assert (shown.value, shown.quality) == ("limp", Quality.GOOD)
    assert shown.frame.startswith("can 100#")


def test_too_late_and_never_fail(tmp_path: Path) -> None:
    car = MiniCar()

    def act() -> None:
        later(1.2, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))

    outcome = act_on(tmp_path, car, wait_for(MODE), act)
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).value == pytest.approx(1.2, abs=0.02)
    outcome = act_on(tmp_path, MiniCar(), wait_for(MODE), lambda: None)
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).at_least > 1.4
    assert judged(outcome).note == "still on"


def _spoil(car: MiniCar) -> None:
    car.spoilt.add("VCU_Torque")


def _stick(car: MiniCar) -> None:
    car.stuck.add("VCU_Torque")


@pytest.mark.parametrize(
    ("spoil", "quality", "zh"),
    [
        (_spoil, Quality.CORRUPT, "校验"),
        (_stick, Quality.CORRUPT, "计数器"),
        (silence, Quality.STALE, "s 没有新的有效值"),
    ],
)
def test_a_state_in_readings_that_cannot_be_used_is_none(
    tmp_path: Path, spoil: Callable[[MiniCar], None], quality: Quality, zh: str
) -> None:
    """The frames say `limp`, or their last one did, and nobody may believe them."""
    car = MiniCar()

    def act() -> None:
        spoil(car)
        later(0.1, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))

    outcome = act_on(tmp_path, car, wait_for(MODE), act)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    found = judged(outcome)
    assert (found.value, found.at_least, found.quality) == (None, None, quality)
    (event,) = [one for one in outcome.of(Judged) if one.step == "it"]
    assert event.judgement.reason == f"reading is {quality.value}"
    assert zh in wording.note(found).zh


@pytest.mark.parametrize("spoil", [_spoil, _stick])
def test_frames_that_get_well_count_from_then_on(
    tmp_path: Path, spoil: Callable[[MiniCar], None]
) -> None:
    car = MiniCar()

    def act() -> None:
        spoil(car)
        later(0.1, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))
        later(0.5, lambda: (car.spoilt.clear(), car.stuck.clear()))

    outcome = act_on(tmp_path, car, wait_for(MODE), act)
    assert outcome.verdicts["it"] is Verdict.PASS
    found = judged(outcome)
    assert 0.5 <= found.value <= 0.53
    assert found.value - found.uncertainty <= 0.1, "since when it was so is not known"


def test_a_single_frame_with_a_wrong_checksum_is_not_believed(tmp_path: Path) -> None:
    car = MiniCar()

    def once() -> None:
        car.values["VCU_Torque"]["VCU_Mode"] = "limp"
        car.spoilt.add("VCU_Torque")
        car.send("VCU_Torque")
        car.spoilt.clear()
        car.values["VCU_Torque"]["VCU_Mode"] = "on"

    outcome = act_on(tmp_path, car, wait_for(MODE), lambda: later(0.305, once))
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).note == "still on"


def test_what_was_said_well_past_the_limit_stays_a_failure(tmp_path: Path) -> None:
    car = MiniCar()

    def act(silent_at: float) -> None:
        later(silent_at, lambda: silence(car))

    outcome = act_on(tmp_path, car, wait_for(MODE), lambda: act(1.2))
    assert outcome.verdicts["it"] is Verdict.FAIL
    car.quiet.clear()
    outcome = act_on(tmp_path, car, wait_for(MODE), lambda: act(0.8))
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).note.startswith("no fresh value for 1.0")


def test_what_never_sent_anything_was_not_reached(tmp_path: Path) -> None:
    car = MiniCar()
    silence(car)
    outcome = act_on(tmp_path, car, wait_for(MODE), lambda: None)
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).note == "still no reading"


def test_stale_before_the_action_is_not_there_before(tmp_path: Path) -> None:
    """A bus that slept with `limp` as its last word wakes up, and says so well."""
    car = MiniCar()
    car.values["VCU_Torque"]["VCU_Mode"] = "limp"
    rest = step("asleep", "bench.wait", "{for: 1 s}")
    row = wait_for(MODE)
    sleep = step("sleep", "operator.confirm", "{does: act, ask: {zh: 睡, en: Sleep}}")
    hands = Hands(lambda: car.quiet.symmetric_difference_update({"VCU_Torque"}))
    outcome = run_on(car, tmp_path, REST + sleep + rest + row, operator=hands)
    assert outcome.verdicts["it"] is Verdict.PASS
    awake = act_on(tmp_path, car, wait_for(MODE), lambda: None)
    assert awake.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(awake).note == "mode was limp before the action"


def test_an_event_stands_until_there_is_another(tmp_path: Path) -> None:
    car = MiniCar()
    row = wait_for(f"point: event, above: 5, {ASK}")
    car.values["VCU_Event"] = {"VCU_EventCode": 3}

    def act() -> None:
        car.send("VCU_Event")
        later(0.4, lambda: car.values.update(VCU_Event={"VCU_EventCode": 7}))
        later(0.5, lambda: car.send("VCU_Event"))

    outcome = act_on(tmp_path, car, row, act)
    assert outcome.verdicts["it"] is Verdict.PASS
    assert judged(outcome).value == pytest.approx(0.5)
    car.values["VCU_Event"] = {"VCU_EventCode": 3}
    outcome = act_on(tmp_path, car, row, lambda: car.send("VCU_Event"))
    assert outcome.verdicts["it"] is Verdict.FAIL


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("bound", "name", "verdict"),
    [
        ("above: 80 %", "> 80 %", Verdict.PASS),
        ("above: 90 %", "> 90 %", Verdict.FAIL),
        ("above: 80.5 %, below: 90 %", "< 90 % > 80.5 %", Verdict.PASS),
    ],
)
def test_a_number_is_waited_for(tmp_path: Path, bound: str, name: str, verdict: Verdict) -> None:
    car = MiniCar()
    row = wait_for(f"point: soc, {bound}, {ASK}")

    def act() -> None:
        later(0.45, lambda: car.values["BMS_Status"].update(BMS_Soc=81))

    outcome = act_on(tmp_path, car, row, act)
    assert outcome.verdicts["it"] is verdict
    found = judged(outcome)
    assert found.name == f"soc.time_to_{name}"
    if verdict is Verdict.PASS:
        assert 0.45 <= found.value <= 0.56
        assert found.value - found.uncertainty <= 0.45
    else:
        assert found.note == "still 81 %"
    shown = wording.quantity(found, "zh")
    assert shown.startswith(("荷电状态", "SOC", "动力电池"))
    assert f"“{name}”" in shown


def test_a_bound_in_another_unit(tmp_path: Path) -> None:
    car = MiniCar()
    car.values["VCU_Torque"]["VCU_Speed"] = 20

    def act() -> None:
        later(0.3, lambda: car.values["VCU_Torque"].update(VCU_Speed=0.5))

    outcome = act_on(tmp_path, car, wait_for(f"point: speed, below: 1 km/h, {ASK}"), act)
    assert outcome.verdicts["it"] is Verdict.PASS
    assert judged(outcome).value == pytest.approx(0.3, abs=0.011)


def test_a_number_in_frames_with_a_wrong_checksum_is_none(tmp_path: Path) -> None:
    car = MiniCar()

    def act() -> None:
        car.spoilt.add("BMS_Status")
        car.values["BMS_Status"]["BMS_Soc"] = 95

    outcome = act_on(tmp_path, car, wait_for(f"point: soc, above: 90 %, {ASK}"), act)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).quality is Quality.CORRUPT


@pytest.mark.parametrize(
    ("with_", "what"),
    [
        ("point: soc", "nothing is waited for"),
        ("point: soc, above: 80 V", "soc is in %"),
        ("point: mode, above: 1", "mode is no number"),
        ('point: mode, is: "on", above: 1', "a state and a number are wanted at once"),
        ("point: mode, is: []", "no state is named"),
        ("point: mode, is: flying", "mode cannot be 'flying'"),
    ],
)
def test_mistakes(tmp_path: Path, with_: str, what: str) -> None:
    with pytest.raises(FileError) as caught:
        run_on(MiniCar(), tmp_path, wait_for(with_))
    assert what in str(caught.value)


# ---------------------------------------------------------------- since a cause


SINCE = f"point: state, is: drive, since: {{mode: limp}}, {ASK}"


def _chain(car: MiniCar, cause: float, effect: float) -> None:
    later(cause, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))
    later(effect, lambda: car.values["BMS_Status"].update(BMS_State="drive"))


@pytest.mark.parametrize("confirms_after", [0.0, 0.6, 3.0])
def test_the_time_runs_from_the_cause(tmp_path: Path, confirms_after: float) -> None:
    """However slow the person is who confirms it."""
    car = MiniCar()
    outcome = act_on(
        tmp_path, car, wait_for(SINCE), lambda: _chain(car, 0.3, 0.75),
        confirms_after=confirms_after,
    )  # fmt: skip
    assert outcome.verdicts["it"] is Verdict.PASS
    found = judged(outcome)
    assert found.value - found.uncertainty <= 0.45 <= found.value
    assert found.value <= 0.45 + 0.12
    assert {e.measurement.name for e in outcome.of(Measured) if e.step == "it"} == {"mode", "state"}


def test_an_effect_that_comes_too_late_or_never(tmp_path: Path) -> None:
    car = MiniCar()
    outcome = act_on(tmp_path, car, wait_for(SINCE), lambda: _chain(car, 0.3, 1.55))
    assert outcome.verdicts["it"] is Verdict.FAIL
    car = MiniCar()
    outcome = act_on(tmp_path, car, wait_for(SINCE), lambda: _chain(car, 0.3, 99))
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).note == "still standby"


def test_without_a_cause_nothing_can_be_said(tmp_path: Path) -> None:
    car = MiniCar()
    outcome = act_on(tmp_path, car, wait_for(SINCE), lambda: _chain(car, 99, 0.5))
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).note == "mode did not show the cause"


def test_an_effect_before_its_cause_shows_nothing(tmp_path: Path) -> None:
    car = MiniCar()
    outcome = act_on(tmp_path, car, wait_for(SINCE), lambda: _chain(car, 0.9, 0.2),
                     confirms_after=1.5)  # fmt: skip
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).note == "state was drive before the action"


@pytest.mark.parametrize(
    ("message", "quality"), [("BMS_Status", Quality.CORRUPT), ("VCU_Torque", Quality.GOOD)]
)
def test_a_cause_or_an_effect_with_a_wrong_checksum(
    tmp_path: Path, message: str, quality: Quality
) -> None:
    car = MiniCar()

    def act() -> None:
        car.spoilt.add(message)
        _chain(car, 0.3, 0.6)

    outcome = act_on(tmp_path, car, wait_for(SINCE), act)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).quality is quality
    assert judged(outcome).value is None


# ---------------------------------------------------------------- what has to be asked for


VIN = f"point: vin, is: LNEW0000000000001, {ASK}"


def test_an_identifier_is_polled(tmp_path: Path) -> None:
    car = MiniCar()

    def act() -> None:
        later(0.5, lambda: car.unit.on("22F190", "62F190" + b"LNEW0000000000001".hex()))

    outcome = act_on(tmp_path, car, wait_for(VIN, "2 s"), act)
    assert outcome.verdicts["it"] is Verdict.PASS
    assert 0.5 <= judged(outcome).value <= 0.75
    outcome = act_on(tmp_path, MiniCar(), wait_for(VIN), lambda: None)
    assert outcome.verdicts["it"] is Verdict.FAIL


FAULT = Measurement("charging_state", "fault")


def _state(value: str | None, quality: Quality = Quality.GOOD, frame: str = "") -> Measurement:
    return Measurement("charging_state", value, quality=quality, frame=frame)


@pytest.mark.parametrize(
    ("reading", "said", "shown"),
    [
        (FAULT, True, True),
        (_state("idle"), True, False),
        (_state("7", Quality.UNKNOWN_CODE), True, False),
        (_state(None, Quality.MISSING), True, False),
        (_state(None, Quality.MISSING, "can 100#00"), False, False),
        (_state("fault", Quality.STALE), False, False),
        (_state("fault", Quality.CORRUPT), False, False),
        (_state("fault", Quality.OUT_OF_RANGE), False, False),
        (_state(None, Quality.SENTINEL), False, False),
    ],
)
def test_what_polled_readings_say(reading: Measurement, said: bool, shown: bool) -> None:
    assert (tells(reading), shows(reading, ["fault"])) == (said, shown)

    async def main() -> Change:
        change = Change({"charging_state": ["fault"]})
        change.look({"charging_state": reading}, 5.0)
        return change

    change = run(main, virtual=True)
    assert change.seen == (0.0 if shown else None)
    assert change.not_yet == (5.0 if said and not shown else None)


def test_following_is_not_denied_by_what_is_stale(tmp_path: Path) -> None:
    """`vehicle.follows` polls, and shares the rule."""
    car = MiniCar()
    row = step(
        "it", "vehicle.follows", f"{{states: {{mode: limp}}, {ASK}}}", "limit: {within: 1 s}"
    )
    assert act_on(tmp_path, car, row, lambda: silence(car)).verdicts == {
        "rest": None, "it": Verdict.INCONCLUSIVE,
    }  # fmt: skip
    assert act_on(tmp_path, MiniCar(), row, lambda: None).verdicts["it"] is Verdict.FAIL
