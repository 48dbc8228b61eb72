"""Verbs that watch the buses never pass on what was not there, and hold periods to their limit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome
from test_actions_network import LOAD, NO_ERRORS
from vehicle_help import MiniCar, run_on, step

from harness.devices.can.database import load_database
from harness.engine import wording
from harness.events import Judged
from harness.quantity import Measurement
from harness.verdict import Verdict

EVERY = {"BMS_Status", "BMS_Cells", "VCU_Torque"}
LIMITS = {"bus_load": LOAD, "error_frames": NO_ERRORS}
VERBS = (
    "integrity", "unknown_messages", "bus_load", "error_frames", "cycle_times", "nodes_online",
)  # fmt: skip


def see(folder: Path, verb: str, car: MiniCar, with_: str = "{watch: 5 s}") -> Outcome:
    limit = [LIMITS[verb]] if verb in LIMITS else []
    wait = step("wait", "bench.wait", "{for: 1 s}")
    return run_on(car, folder, wait + step("it", f"can.{verb}", with_, *limit))


def shown(outcome: Outcome) -> list[tuple[Verdict, Measurement]]:
    return [(one.judgement.verdict, one.measurement) for one in outcome.of(Judged)]


@pytest.mark.parametrize("verb", VERBS)
def test_a_silent_adapter_passes_nothing(tmp_path: Path, verb: str) -> None:
    """12 V is off, or the adapter hears nothing."""
    car = MiniCar()
    assert see(tmp_path, verb, car).verdicts["it"] is Verdict.PASS, "the other direction"
    car.quiet |= EVERY
    outcome = see(tmp_path, verb, car)
    if verb == "nodes_online":
        assert outcome.verdicts["it"] is Verdict.FAIL, "here silence is the finding"
        return
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    ((verdict, reading),) = shown(outcome)
    assert verdict is Verdict.INCONCLUSIVE
    assert reading.value is None
    assert reading.note == "no frame on bus can during the watch"
    assert wording.note(reading).zh == "观察期间CAN 总线上没有收到报文"
    assert outcome.result.exit_code == 3


def test_error_frames_alone_still_fail(tmp_path: Path) -> None:
    import can  # noqa: PLC0415 - heavy

    class Noisy(MiniCar):
        def _cycle(self, name: str, period: float) -> None:
            super()._cycle(name, period)
            self.put(can.Message(is_error_frame=True, is_extended_id=False))

    car = Noisy()
    car.quiet |= EVERY
    assert see(tmp_path, "error_frames", car).verdicts["it"] is Verdict.FAIL


def test_messages_that_are_due_and_do_not_come_are_not_shown_to_be_whole(tmp_path: Path) -> None:
    car = MiniCar()
    car.quiet.add("BMS_Status")
    outcome = see(tmp_path, "integrity", car)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    (others, absent) = shown(outcome)
    assert others[0] is Verdict.PASS
    assert absent[1].note == "due, but not received: can:BMS.BMS_Status"
    assert wording.note(absent[1]).zh == "应出现但未收到：can:BMS.BMS_Status"
    allowed = see(tmp_path, "integrity", car, "{watch: 5 s, allowed: ['can:BMS_Status']}")
    assert allowed.verdicts["it"] is Verdict.PASS
    not_due = see(tmp_path, "integrity", car, "{watch: 450 ms}")
    assert not_due.verdicts["it"] is Verdict.PASS
    car.spoilt.add("VCU_Torque")
    outcome = see(tmp_path, "integrity", car)
    assert outcome.verdicts["it"] is Verdict.FAIL, "a flaw that was seen stays one"
    assert shown(outcome)[0][1].value == ["can:VCU.VCU_Torque"]


def test_a_database_without_periods_has_nothing_that_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.devices.vehicle import attached  # noqa: PLC0415 - patched here

    real: Callable[..., Any] = attached.database_of  # type: ignore[attr-defined]

    def without(*place: object) -> object:
        database = real(*place)
        for message in database.messages:
            object.__setattr__(message, "cycle_time", None)
        return database

    car = MiniCar()
    assert see(tmp_path, "nodes_online", car).verdicts["it"] is Verdict.PASS
    monkeypatch.setattr(attached, "database_of", without)
    outcome = see(tmp_path, "nodes_online", car)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    ((_, reading),) = shown(outcome)
    assert reading.note.startswith("nothing is due on bus can: ")
    assert "没有应周期出现的报文" in wording.note(reading).zh


# Periods


class Fast(MiniCar):
    """VCU_Torque, of 10 ms, comes every `period` s, BMS_Status, of 100 ms, every `slow` s."""

    period = 0.010
    slow = 0.1

    def _next(self, name: str, period: float) -> None:
        own = {"VCU_Torque": self.period, "BMS_Status": self.slow}
        super()._next(name, own.get(name, period))


def comes_every(period: float, slow: float = 0.1) -> Fast:
    car = Fast()
    car.period, car.slow = period, slow
    return car


def test_the_message_of_the_example_has_10_ms() -> None:
    database = load_database(Path(__file__).parent / "data" / "can" / "good.dbc")
    assert database.message("VCU_Torque").cycle_time == 0.01
    assert database.message("BMS_Status").cycle_time == 0.1


@pytest.mark.parametrize(
    ("milliseconds", "verdict"),
    [
        (7, Verdict.FAIL), (9, Verdict.PASS), (10, Verdict.PASS), (11, Verdict.PASS),
        (13, Verdict.FAIL), (15, Verdict.FAIL), (25, Verdict.FAIL), (35, Verdict.FAIL),
    ],
)  # fmt: skip
def test_a_period_of_10_ms_is_held_to_20_percent(
    tmp_path: Path, milliseconds: int, verdict: Verdict
) -> None:
    outcome = see(tmp_path, "cycle_times", comes_every(milliseconds / 1000))
    assert outcome.verdicts["it"] is verdict
    named = ["can:VCU.VCU_Torque"] if verdict is Verdict.FAIL else []
    assert shown(outcome)[0][1].value == named


@pytest.mark.parametrize(
    ("tolerance", "milliseconds", "verdict"),
    [
        ("0.4", 13, Verdict.PASS), ("0.4", 15, Verdict.FAIL), ("0.05", 10.8, Verdict.PASS),
        ("0.05", 11.5, Verdict.FAIL),
    ],
)  # fmt: skip
def test_the_tolerance_can_be_stated_and_is_1_ms_at_least(
    tmp_path: Path, tolerance: str, milliseconds: float, verdict: Verdict
) -> None:
    with_ = f"{{watch: 5 s, tolerance: {tolerance}}}"
    outcome = see(tmp_path, "cycle_times", comes_every(milliseconds / 1000), with_)
    assert outcome.verdicts["it"] is verdict


def test_a_watch_of_too_few_periods_shows_nothing_of_a_message(tmp_path: Path) -> None:
    sound: Callable[[], MiniCar] = lambda: comes_every(0.01)  # noqa: E731
    assert see(tmp_path, "cycle_times", sound(), "{watch: 500 ms}").verdicts["it"] is Verdict.PASS
    outcome = see(tmp_path, "cycle_times", sound(), "{watch: 450 ms}")
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    note = shown(outcome)[-1][1].note
    assert note.startswith("not watched for long enough: can:BMS.BMS_Status")
    assert wording.note(shown(outcome)[-1][1]).zh.startswith("观察时间不够：can:BMS.BMS_Status")
    half = see(tmp_path, "cycle_times", comes_every(0.01, slow=0.2), "{watch: 500 ms}")
    assert half.verdicts["it"] is Verdict.FAIL, "half as often is seen in five periods"
    fast = see(tmp_path, "cycle_times", comes_every(0.02), "{watch: 450 ms}")
    assert fast.verdicts["it"] is Verdict.FAIL, "what was watched for long enough still counts"
