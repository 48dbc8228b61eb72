"""Hand instruments: range, uncertainty in digits, calibration; a register of several benches."""

import re
from pathlib import Path

import pytest
from benchkit import Outcome, run_procedure, write_procedure

from harness.bench.instruments import Spread
from harness.bench.load import load_bench
from harness.engine import details, wording
from harness.errors import FileError
from harness.events import InstrumentListed, Judged
from harness.quantity import Quality, Quantity
from harness.verdict import Verdict

BENCH = """\
bench: tools
devices:
  pile: {profile: gb-ac-pile, simulated: true}
"""
REGISTER = """\
register: room-214
instruments:
  dmm-7:
    type: multimeter
    serial: "50210881"
    range: 0 … 600 V, 0 … 40 MΩ
    resolution: 0.1 V
    uncertainty: 0.5 % + 3 digits
    calibration_due: 2027-06-30
"""
STEP = """\
- id: volts
  title: {zh: 电压, en: Voltage}
  do: operator.reading
  with:
    quantity: supply_voltage_l1
    unit: V
    instrument: multimeter
    ask: {zh: 测量, en: Measure}
  limit: {low: 176, high: 264, unit: V}
"""


def ran(
    folder: Path, reading: str = "230", register: str = REGISTER, own: str = ""
) -> tuple[Outcome, Judged]:
    (folder / "register.yaml").write_text(register, encoding="utf-8")
    bench = folder / "bench.yaml"
    bench.write_text(BENCH + "instrument_register: register.yaml\n" + own, encoding="utf-8")
    answers = folder / "answers.yaml"
    answers.write_text(f"by: T-1\nanswers: {{volts: {reading}}}\n", encoding="utf-8")
    outcome = run_procedure(
        folder, write_procedure(folder, STEP), bench=str(bench), answers=answers
    )
    (judged,) = outcome.of(Judged)
    return outcome, judged


def test_an_instrument_of_the_register(tmp_path: Path) -> None:
    outcome, judged = ran(tmp_path)
    assert judged.judgement.verdict is Verdict.PASS
    assert judged.measurement.uncertainty == pytest.approx(230 * 0.005 + 0.3)
    assert judged.measurement.source == "T-1 / dmm-7"
    (listed,) = outcome.of(InstrumentListed)
    assert (listed.serial, listed.in_date) == ("50210881", True)
    assert listed.range == "0 … 600 V, 0 … 40 MΩ"
    assert listed.uncertainty == "0.5 % + 3 digits"
    kept = outcome.result.folder / "attachments" / "instruments" / "register.yaml"
    assert kept.read_text(encoding="utf-8") == REGISTER


@pytest.mark.parametrize(
    ("change", "reading", "quality", "why"),
    [
        (("2027-06-30", "2025-06-30"), "230", Quality.OUT_OF_CALIBRATION, "calibration due 2025"),
        (("    calibration_due: 2027-06-30\n", ""), "230", Quality.OUT_OF_CALIBRATION, "until"),
        (("600 V", "200 V"), "230", Quality.OUT_OF_RANGE, "230 V is outside the range of dmm-7"),
        (("0 … 600 V, ", ""), "230", Quality.OUT_OF_RANGE, "dmm-7 has no range in V"),
        (("multimeter", "clamp_meter"), "230", Quality.OUT_OF_CALIBRATION, "no such instrument"),
        (("multimeter", "clamp_meter"), "{value: 230}", Quality.OUT_OF_CALIBRATION, "no such"),
    ],
)  # fmt: skip
def test_a_reading_that_proves_nothing(
    tmp_path: Path, change: tuple[str, str], reading: str, quality: Quality, why: str
) -> None:
    _, judged = ran(tmp_path, reading, REGISTER.replace(*change))
    assert judged.judgement.verdict is Verdict.INCONCLUSIVE
    assert judged.measurement.quality is quality
    assert why in judged.measurement.note
    assert re.search("[\u4e00-\u9fff]", wording.reason(judged.measurement.note).zh)


def test_one_in_calibration_is_taken_before_one_that_is_not(tmp_path: Path) -> None:
    own = (
        "instruments:\n  dmm-1: {type: multimeter, uncertainty: 1 V, calibration_due: 2020-01-01}\n"
    )
    _, judged = ran(tmp_path, own=own)
    assert judged.measurement.source == "T-1 / dmm-7"
    assert judged.judgement.verdict is Verdict.PASS


def test_readings_at_the_ends_of_a_range_count(tmp_path: Path) -> None:
    _, judged = ran(tmp_path, "264", REGISTER.replace("600 V", "264 V"))
    assert judged.measurement.quality is Quality.GOOD
    assert judged.judgement.verdict is Verdict.PASS


WRONG = {
    "range": (("0 … 600 V, ", "about 600 V, "), "spans like '0 … 1000 V'"),
    "empty range": (("0 … 600 V", "600 … 0 V"), "whose low end is below its high end"),
    "unknown unit of a range": (("600 V", "600 Volt"), "unknown unit"),
    "uncertainty": (("0.5 % + 3 digits", "quite good"), "'0.5 % + 2 digits'"),
    "digits of nothing": (("    resolution: 0.1 V\n", ""), "a resolution, of which the digits are"),
    "negative uncertainty": (("0.5 % + 3 digits", "-1 V"), "an uncertainty of zero or more"),
    "no instruments": ((REGISTER.partition("instruments:")[2], " {}\n"), "at least 1"),
    "unknown key": (("serial:", "serail:"), "serail"),
    "other dimension": (("0.5 % + 3 digits", "2 °C"), "an uncertainty in °C"),
}


@pytest.mark.parametrize(("change", "what"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_a_register(tmp_path: Path, change: tuple[str, str], what: str) -> None:
    with pytest.raises(FileError) as caught:
        ran(tmp_path, register=REGISTER.replace(*change))
    assert what in str(caught.value)
    assert re.search("[\u4e00-\u9fff]", details.describe(caught.value).partition(":\n")[2])


def test_a_register_that_is_not_there_or_says_it_twice(tmp_path: Path) -> None:
    bench = tmp_path / "bench.yaml"
    bench.write_text(BENCH + "instrument_register: nowhere.yaml\n", encoding="utf-8")
    with pytest.raises(FileError, match="there is no file"):
        load_bench(str(bench))
    with pytest.raises(
        FileError, match=r"stands in register\.yaml and in the bench file"
    ) as caught:
        ran(tmp_path, own="instruments: {dmm-7: {type: multimeter}}\n")
    assert "同时写在" in details.describe(caught.value)


def test_parts_are_added_as_data_sheets_do() -> None:
    spread = Spread((Quantity(0.5, "%"), Quantity(100, "mV")), 2)
    assert spread.of(-200.0, "V", Quantity(0.1, "V")) == pytest.approx(1.0 + 0.1 + 0.2)
    assert str(spread) == "0.5 % + 100 mV + 2 digits"
