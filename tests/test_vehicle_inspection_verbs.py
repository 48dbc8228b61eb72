"""Verbs that the inspection of a car needed: sums, what is written on the car, decided readings."""

from pathlib import Path

import pytest
from benchkit import run_procedure, write_procedure
from car_help import CarPoint
from vehicle_help import MiniCar, run_on, step

from harness.actions.person import ReadingKey, conclude_from_reading
from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.errors import FileError
from harness.events import Concluded, Judged, Measured
from harness.quantity import Measurement, Quality
from harness.verdict import CandidateVerdict, Verdict

CELLS = {"BMS_Cell00": 1.0, "BMS_Cell01": 1.1, "BMS_Cell02": 1.2, "BMS_Cell03": 3.3}
VOLTS = "limit: {low: -0.1, high: 0.1, unit: V}"


def _sum(total: str = "BMS_Cells.BMS_Cell03", parts: str = "BMS_Cells.BMS_Cell0[0-2]") -> str:
    return step("sum", "vehicle.agrees_with_sum", f"{{total: {total}, parts: '{parts}'}}", VOLTS)


class _CellCar(MiniCar):
    """A car that sends its cells two by two."""

    def __init__(self, cells: dict[str, float]) -> None:
        super().__init__()
        names = sorted(cells)
        self._groups = [{name: cells[name] for name in pair} for pair in (names[:2], names[2:])]
        self._sent = 0

    def send(self, name: str) -> None:
        if name == "BMS_Cells":
            self._sent += 1
            group = self._sent % 2
            self.values[name] = {"BMS_CellGroup": group, **self._groups[group]}
        super().send(name)


def _car(**cells: float) -> MiniCar:
    return _CellCar({**CELLS, **cells})


# ---------------------------------------------------------------- sums


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ({}, Verdict.PASS),
        ({"BMS_Cell03": 3.22}, Verdict.PASS),
        ({"BMS_Cell03": 3.0}, Verdict.FAIL),
        ({"BMS_Cell01": 1.5}, Verdict.FAIL),
    ],
)
def test_a_number_agrees_with_the_sum_of_its_parts_or_not(
    tmp_path: Path, cells: dict[str, float], verdict: Verdict
) -> None:
    outcome = run_on(_car(**cells), tmp_path, _sum())
    assert outcome.verdicts == {"sum": verdict}
    (judged,) = outcome.of(Judged)
    values = {**CELLS, **cells}
    parts = sum(volts for name, volts in values.items() if name != "BMS_Cell03")
    assert judged.measurement.value == pytest.approx(values["BMS_Cell03"] - parts)
    assert judged.measurement.uncertainty == pytest.approx(0.001)  # four times 0.5 mV
    assert judged.measurement.note == "sum of 3 readings"
    readings = {event.measurement.name: event.measurement.value for event in outcome.of(Measured)}
    assert readings["sum_of_parts"] == pytest.approx(parts)


def test_parts_that_do_not_come_give_no_verdict(tmp_path: Path) -> None:
    car = _car()
    car.quiet.add("BMS_Cells")
    assert run_on(car, tmp_path, _sum()).verdicts == {"sum": Verdict.INCONCLUSIVE}


def test_a_sum_of_nothing_is_not_possible_on_the_bench(tmp_path: Path) -> None:
    outcome = run_on(_car(), tmp_path, _sum(parts="BMS_Cells.Zelle*"))
    assert outcome.verdicts == {"sum": Verdict.NOT_RUN}
    assert outcome.step("sum").reason == "mini has no points called 'BMS_Cells.Zelle*'"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (_sum().replace("unit: V", "unit: K"), "the limit is in K"),
        (_sum().replace(VOLTS, "limit: {within: 3 s}"), "cannot judge by a time"),
        (step("spread", "vehicle.spread", "{points: [temperature]}",
              "limit: {high: 5, unit: °C}"), "the limit is in °C"),
        (step("spread", "vehicle.spread", "{points: [soc]}", "limit: {high: 5, unit: K}"),
         "the limit is in K"),
    ],
)  # fmt: skip
def test_a_limit_that_does_not_fit_the_difference_is_a_mistake(
    tmp_path: Path, row: str, complaint: str
) -> None:
    with pytest.raises(FileError, match=complaint):
        run_on(_car(), tmp_path, row)


def test_the_spread_of_temperatures_is_held_against_a_limit_in_kelvin(tmp_path: Path) -> None:
    row = step("spread", "vehicle.spread", "{points: [temperature, BMS_Status.BMS_Temp]}",
               "limit: {high: 5, unit: K}")  # fmt: skip
    outcome = run_on(_car(), tmp_path, row)
    assert outcome.verdicts == {"spread": Verdict.PASS}
    assert outcome.of(Judged)[0].measurement.unit == "K"


# ---------------------------------------------------------------- what is written on the car


class _Reader:
    """A person who reads one thing, whatever is asked."""

    simulated = False

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.asked: list[Question] = []

    async def ask(self, question: Question, _deadline: Deadline) -> Answer:
        self.asked.append(question)
        return Answer(value=self.text, by="T-1")


READS = step(
    "vin", "operator.transcribe", "{subject: vin-on-body, ledger: vin, ask: {zh: 抄, en: Read it}}"
)
VIN = CarPoint(seed=1).car.units.vin
"""As the ledger of the simulated bench has it."""


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (VIN, Verdict.PASS),
        (f" {VIN[:9].lower()} {VIN[9:]}\n", Verdict.PASS),
        (VIN[:-1] + ("1" if VIN[-1] == "2" else "2"), Verdict.FAIL),
        ("", Verdict.FAIL),
        (None, Verdict.NOT_RUN),
    ],
    ids=["right", "spaced", "wrong", "empty", "nobody"],
)
def test_what_is_read_off_has_to_be_what_the_ledger_says(
    tmp_path: Path, text: str | None, verdict: Verdict
) -> None:
    reader = _Reader(text)
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, READS), operator=reader)
    assert outcome.verdicts == {"vin": verdict}
    (question,) = reader.asked
    assert (question.choices, VIN in str(question)) == ([], False)


def test_without_an_entry_in_the_ledger_there_is_nothing_to_compare(tmp_path: Path) -> None:
    outcome = run_on(_car(), tmp_path, READS, operator=_Reader(VIN))
    assert outcome.step("vin").reason == "the bench file's site ledger has no 'vin'"
    assert outcome.verdicts == {"vin": Verdict.NOT_RUN}
    outcome = run_on(_car(), tmp_path, READS, operator=_Reader(VIN), more=f"site: {{vin: {VIN}}}\n")
    assert outcome.verdicts == {"vin": Verdict.PASS}


# ---------------------------------------------------------------- conclusions from a reading

RULE = ReadingKey(reading_of="read", name="soc", answers={"80.0": "high", "20.0": "low"})


def _reading(value: float, quality: Quality = Quality.GOOD, name: str = "soc") -> Measurement:
    return Measurement(name, value, "%", quality=quality)


@pytest.mark.parametrize(
    ("readings", "answer"),
    [
        ([], None),
        ([_reading(80.0)], "high"),
        ([_reading(80.0), _reading(20.0)], "low"),
        ([_reading(80.0), _reading(20.0, Quality.STALE)], "high"),
        ([_reading(80.0), _reading(20.0, name="soh")], "high"),
        ([_reading(50.0)], None),
    ],
)
def test_the_last_usable_reading_says_what_is_right(
    readings: list[Measurement], answer: str | None
) -> None:
    assert conclude_from_reading({"read": readings}, RULE)[0] == answer
    assert conclude_from_reading({"other": readings}, RULE) == (None, {})


def _decide(key: str) -> str:
    return step(
        "decide",
        "operator.decide",
        "{subject: charge, ask: {zh: 判, en: Which}, "
        "choices: {high: {zh: 高, en: high}, low: {zh: 低, en: low}}, "
        f"key: {key}}}",
    )


READ = step("read", "vehicle.record", "{points: [soc]}")
KEY = '{reading_of: read, name: soc, answers: {"80.0": high, "20.0": low}}'


@pytest.mark.parametrize(
    ("soc", "answer", "candidate"),
    [
        (80, "high", CandidateVerdict.RIGHT),
        (80, "low", CandidateVerdict.WRONG),
        (20, "low", CandidateVerdict.RIGHT),
        (20, None, CandidateVerdict.ABSENT),
        (50, "high", CandidateVerdict.PENDING),
    ],
)
def test_a_conclusion_is_held_against_the_reading(
    tmp_path: Path, soc: int, answer: str | None, candidate: CandidateVerdict
) -> None:
    car = MiniCar()
    car.values["BMS_Status"]["BMS_Soc"] = soc
    outcome = run_on(car, tmp_path, READ + _decide(KEY), operator=_Reader(answer))
    assert outcome.step("decide").candidate is candidate
    concluded = outcome.of(Concluded)
    if candidate is CandidateVerdict.PENDING:
        assert concluded == []
    else:
        assert concluded[0].basis == {"soc": str(float(soc))}


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        (KEY.replace("read,", "later,"), "'later'"),
        (KEY.replace("high,", "full,"), "'full' is not one of the choices"),
        (KEY.replace(', answers: {"80.0": high, "20.0": low}', ""), "answers"),
    ],
)
def test_a_key_that_cannot_be_is_a_mistake(tmp_path: Path, key: str, complaint: str) -> None:
    with pytest.raises(FileError, match=complaint):
        run_on(_car(), tmp_path, READ + _decide(key))
