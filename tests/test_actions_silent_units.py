"""One control unit that stays silent: what it does not tell is missing, and it is asked again."""

from pathlib import Path

import pytest
from vehicle_help import MiniCar, run_on, step

from harness.engine import wording
from harness.events import DiagnosticExchange, Measured, OutcomeNoted
from harness.quantity import Quality
from harness.verdict import Ending, Verdict

POINTS = "{points: [bms.cycles, soc, bms.vin]}"


def test_what_a_silent_unit_does_not_tell_is_missing_and_the_rest_is_kept(tmp_path: Path) -> None:
    """`bms.cycles` is not answered; signal and VIN of the same steps are recorded and judged."""
    measured = step("all", "vehicle.measure", "{points: [bms.cycles]}",
                    'limit: {low: 0, unit: "1"}')  # fmt: skip
    expected = step("all-states", "vehicle.expect", "{states: {bms.vin: X, bms.cycles: 1}}")
    steps = step("kept", "vehicle.record", POINTS) + step("again", "vehicle.record", POINTS)
    outcome = run_on(MiniCar(), tmp_path, steps + measured + expected)
    assert outcome.verdicts["kept"] is None, "a recording makes no claim, and did not fail"
    assert outcome.verdicts["all"] is Verdict.INCONCLUSIVE
    assert outcome.verdicts["all-states"] is Verdict.FAIL, "the VIN was read, and is another"
    readings = [e.measurement for e in outcome.of(Measured) if e.step == "again"]
    assert [(one.name, one.quality) for one in readings] == [
        ("bms.cycles", Quality.MISSING), ("soc", Quality.GOOD), ("bms.vin", Quality.GOOD),
    ]  # fmt: skip
    assert readings[0].value is None
    assert readings[0].note.startswith("bms: "), "the unit is named"
    assert wording.reason(readings[0].note).zh.endswith("bms (7E1/7E9): 无应答")
    assert outcome.result.ending is Ending.COMPLETED, "two such steps are no lost vehicle"
    assert outcome.of(OutcomeNoted) == []


def test_a_unit_that_answers_is_read_and_judged(tmp_path: Path) -> None:
    car = MiniCar()
    car.unit.on("222001", "6220010E10")
    volts = step("volts", "vehicle.measure", "{points: [bms.pack_voltage]}",
                 "limit: {low: 300, high: 400, unit: V}")  # fmt: skip
    outcome = run_on(car, tmp_path, volts)
    assert outcome.verdicts == {"volts": Verdict.PASS}


# Asked once more


SCAN = step("codes", "diag.scan_dtcs", "{units: [bms]}")


@pytest.mark.parametrize(
    ("misses", "asked", "verdict"),
    [
        (0, ["ok", "ok"], Verdict.PASS),
        (1, ["no_reply", "ok", "ok"], Verdict.PASS),
        (2, ["no_reply", "no_reply"], Verdict.NOT_RUN),
    ],
)
def test_a_scan_asks_a_silent_unit_once_more(
    tmp_path: Path, misses: int, asked: list[str], verdict: Verdict
) -> None:
    car = MiniCar()
    left = [misses]

    def answer(_: bytes) -> list[bytes]:
        left[0] -= 1
        return [] if left[0] >= 0 else [bytes.fromhex("5902FF")]

    car.unit.by("1902", answer)  # type: ignore[arg-type]
    outcome = run_on(car, tmp_path, SCAN)
    assert [e.outcome for e in outcome.of(DiagnosticExchange)] == asked
    assert outcome.verdicts == {"codes": verdict}
    if verdict is Verdict.NOT_RUN:
        assert outcome.step("codes").reason == "not every unit could be read: bms"


def test_a_code_that_comes_at_the_second_asking_counts(tmp_path: Path) -> None:
    car = MiniCar()
    left = [1]

    def answer(_: bytes) -> list[bytes]:
        left[0] -= 1
        return [] if left[0] >= 0 else [bytes.fromhex("5902FF0AA61A09")]

    car.unit.by("1902", answer)  # type: ignore[arg-type]
    assert run_on(car, tmp_path, SCAN).verdicts == {"codes": Verdict.FAIL}
