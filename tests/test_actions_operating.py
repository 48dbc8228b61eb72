"""Verbs that operate the car and hold its signals against each other."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome, write_procedure
from vehicle_help import (
    PROFILE,
    MiniCar,
    perform,
    request_for,
    run_on,
    step,
    switch_on,
    write_bench,
    write_profile,
)

from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.errors import FileError
from harness.events import Answered, Judged, Measured
from harness.quantity import Quality
from harness.verdict import Verdict

SIM = "  vehicle: {profile: shared-ev, simulated: true}\n"
LIGHTS = (
    '{states: {low_beam_left: "on", low_beam_right: "on"}, does: low-beam-on, '
    "ask: {zh: 开灯, en: Lights on}, undo: low-beam-off, undo_ask: {zh: 关灯, en: Lights off}}"
)
FOLLOWS = step("lights", "vehicle.follows", LIGHTS, "limit: {within: 1 s}")
AFTER = step("after", "vehicle.expect", '{states: {low_beam_left: "off", low_beam_right: "off"}}')
REST = step("rest", "bench.wait", "{for: 1 s}")


def run_car(folder: Path, steps: str, **options: Any) -> Outcome:
    bench = write_bench(folder, SIM)
    procedure = write_procedure(folder, switch_on() + steps)
    request = request_for(folder, procedure, bench=str(bench), **options)
    request.capture = False
    return perform(request)


def judged(outcome: Outcome, name: str) -> Any:
    (event,) = [one for one in outcome.of(Judged) if one.step == name]
    return event.measurement


# Operated and fed back


def test_lights_follow_the_switch_and_are_put_back(tmp_path: Path) -> None:
    outcome = run_car(tmp_path, FOLLOWS + REST + AFTER)
    assert outcome.verdicts["lights"] is Verdict.PASS
    assert outcome.verdicts["after"] is Verdict.PASS, "they were switched off again"
    found = judged(outcome, "lights")
    assert found.name == "low_beam_left.time_to_on"
    assert 0 < found.value < 0.5
    assert 0 < found.uncertainty <= found.value
    shown = [e.measurement for e in outcome.of(Measured) if e.step == "lights"]
    assert {one.name for one in shown} == {"low_beam_left", "low_beam_right"}
    assert all(one.frame.startswith("body ") for one in shown)


@pytest.mark.parametrize("fault", ["low-beam-left-burnt", "low-beam-right-burnt"])
def test_one_burnt_lamp_is_enough_to_fail(tmp_path: Path, fault: str) -> None:
    outcome = run_car(tmp_path, FOLLOWS + REST + AFTER, faults=[fault])
    assert outcome.verdicts["lights"] is Verdict.FAIL
    found = judged(outcome, "lights")
    assert found.value is None
    assert found.at_least > 1.0
    assert "still" in found.note
    assert len([e for e in outcome.of(Answered) if e.step == "lights"]) == 2, (
        "put back all the same"
    )
    assert outcome.verdicts["after"] is Verdict.PASS


def test_what_was_on_before_proves_nothing(tmp_path: Path) -> None:
    on = step("before", "operator.confirm", "{does: low-beam-on, ask: {zh: 开, en: On}}")
    outcome = run_car(tmp_path, on + REST + FOLLOWS)
    assert outcome.verdicts["lights"] is Verdict.INCONCLUSIVE
    found = judged(outcome, "lights")
    assert found.note == "low_beam_left was on before the action"
    assert len([e for e in outcome.of(Answered) if e.step == "lights"]) == 2


def test_a_person_who_declines(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("by: T-1\nanswers: {on: true, lights: false}\n", encoding="utf-8")
    outcome = run_car(tmp_path, FOLLOWS, answers=answers)
    assert outcome.verdicts["lights"] is Verdict.NOT_RUN
    assert "did not do 'low-beam-on'" in outcome.step("lights").reason


class Hands:
    """A person who does something to the small car for each thing that is asked."""

    simulated = True

    def __init__(self, **what: Any) -> None:
        self.what = what
        self.asked: list[str] = []

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        self.asked.append(question.subject)
        self.what.get(question.subject, lambda: None)()
        return Answer(value=True, by="hands")


def test_it_is_put_back_also_when_the_bus_goes_meanwhile(tmp_path: Path) -> None:
    car = MiniCar()

    def kill() -> None:
        for listener in tuple(car._listeners):
            port: Any = listener.__self__  # type: ignore[attr-defined]
            port.sinks.on_death(OSError("gone"))

    hands = Hands(operate=kill)
    states = "{states: {state: drive}, does: operate, ask: {zh: 动, en: Go}, undo: back, "
    follows = step("it", "vehicle.follows", states + "undo_ask: {zh: 回, en: Back}}",
                   "limit: {within: 1 s}")  # fmt: skip
    wait = step("wait", "bench.wait", "{for: 500 ms}")
    outcome = run_on(car, tmp_path, wait + follows, operator=hands)
    assert hands.asked == ["operate", "back"]
    assert outcome.verdicts["it"] is Verdict.ERROR
    assert outcome.result.exit_code == 4


def test_all_states_have_to_be_there_at_once(tmp_path: Path) -> None:
    """One after the other is not enough."""
    car = MiniCar()

    def operate() -> None:
        loop = asyncio.get_running_loop()
        torque, status = car.values["VCU_Torque"], car.values["BMS_Status"]
        loop.call_later(0.1, torque.update, {"VCU_Mode": "limp"})
        loop.call_later(0.4, torque.update, {"VCU_Mode": "on"})
        loop.call_later(0.6, status.update, {"BMS_State": "drive"})

    states = "{states: {mode: limp, state: [drive, charge]}, does: operate, ask: {zh: 动, en: Go}}"
    wait = step("wait", "bench.wait", "{for: 500 ms}")
    follows = step("it", "vehicle.follows", states, "limit: {within: 1 s}")
    outcome = run_on(car, tmp_path, wait + follows, operator=Hands(operate=operate))
    assert outcome.verdicts["it"] is Verdict.FAIL
    later = follows.replace("within: 1 s", "within: 2 s")

    def again() -> None:
        operate()
        asyncio.get_running_loop().call_later(
            0.9, car.values["VCU_Torque"].update, {"VCU_Mode": "limp"}
        )

    car.values["BMS_Status"]["BMS_State"] = "standby"
    outcome = run_on(car, tmp_path, wait + later, operator=Hands(operate=again))
    assert outcome.verdicts["it"] is Verdict.PASS
    assert 0.9 <= judged(outcome, "it").value <= 1.2


# Numbers


SPREAD = step("it", "vehicle.spread", "{points: [cell_0, cell_2]}", "limit: {high: 0.05, unit: V}")
SETTLE = step("settle", "bench.wait", "{for: 1 s}")


def cells(car: MiniCar, first: float, third: float) -> None:
    car.values["BMS_Cells"] = {"BMS_Cell00": first, "BMS_Cell01": first}
    real = car.send

    def send(name: str) -> None:
        if name == "BMS_Cells":
            group = car._turn
            cell = {0: ("BMS_Cell02", third), 1: ("BMS_Cell00", first)}[group]
            car.values[name] = {cell[0]: cell[1]}
        real(name)

    car.send = send  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("first", "third", "verdict"),
    [(3.700, 3.720, Verdict.PASS), (3.700, 3.800, Verdict.FAIL), (3.900, 3.700, Verdict.FAIL)],
)
def test_the_spread_of_numbers(
    tmp_path: Path, first: float, third: float, verdict: Verdict
) -> None:
    car = MiniCar()
    cells(car, first, third)
    outcome = run_on(car, tmp_path, SETTLE + SPREAD)
    found = judged(outcome, "it")
    assert found.value == pytest.approx(abs(first - third), abs=1e-6)
    assert found.unit == "V"
    assert found.uncertainty == pytest.approx(0.0005 * 2**0.5, abs=1e-6)
    high = "cell_2" if third > first else "cell_0"
    assert found.name.startswith(f"{high} - ")
    assert outcome.verdicts["it"] is verdict


def test_a_spread_of_what_is_not_there_is_no_verdict(tmp_path: Path) -> None:
    car = MiniCar()
    car.quiet.add("BMS_Cells")
    outcome = run_on(car, tmp_path, SPREAD)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome, "it").quality is Quality.MISSING


def test_temperatures_differ_in_kelvin(tmp_path: Path) -> None:
    spread = step("it", "vehicle.spread", "{points: [temperature, BMS_Status.BMS_Temp]}",
                  "limit: {high: 5, unit: K}")  # fmt: skip
    outcome = run_on(MiniCar(), tmp_path, spread)
    assert outcome.verdicts["it"] is Verdict.PASS
    assert (judged(outcome, "it").value, judged(outcome, "it").unit) == (0.0, "K")


PER_VOLT = step(
    "it", "vehicle.per_volt", "{resistance: insulation, voltage: bms.pack_voltage}",
    'limit: {low: 100, unit: "Ω/V"}',
)  # fmt: skip


@pytest.mark.parametrize(
    ("kiloohms", "volts", "verdict", "value"),
    [
        (5000, 400, Verdict.PASS, 12500),
        (39, 400, Verdict.FAIL, 97.5),
        (5000, 0, Verdict.INCONCLUSIVE, None),
    ],
)
def test_insulation_per_volt(
    tmp_path: Path, kiloohms: int, volts: int, verdict: Verdict, value: float | None
) -> None:
    car = MiniCar()
    car.values["BMS_Status"]["BMS_Insulation"] = kiloohms
    car.unit.on("222001", "622001" + (volts * 10).to_bytes(2).hex())
    outcome = run_on(car, tmp_path, PER_VOLT)
    assert outcome.verdicts["it"] is verdict
    found = judged(outcome, "it")
    assert found.value == (None if value is None else pytest.approx(value))
    if value is not None:
        assert found.unit == "Ω/V"
        assert found.uncertainty > 0


def test_the_standing_defect_of_a_real_car(tmp_path: Path) -> None:
    """By the item of the standard, on the whole car."""
    steps = step("it", "vehicle.per_volt", "", "item: GB 18384/insulation-dc")
    assert run_car(tmp_path, steps).verdicts["it"] is Verdict.PASS
    low = run_car(tmp_path, steps, faults=["insulation-low-battery"])
    assert low.verdicts["it"] is Verdict.FAIL
    assert judged(low, "it").value < 100


def test_insulation_is_referred_to_the_highest_working_voltage(tmp_path: Path) -> None:
    """39 kΩ are 100.5 Ω/V at the 388 V of this moment, and 96.8 Ω/V at the 403 V of the rating."""
    car = MiniCar()
    car.values["BMS_Status"]["BMS_Insulation"] = 39
    car.unit.on("222001", "622001" + (3880).to_bytes(2).hex())
    now = run_on(car, tmp_path, PER_VOLT)
    assert judged(now, "it").value == pytest.approx(100.5, abs=0.05)
    assert now.verdicts["it"] is not Verdict.FAIL
    text = PROFILE + "ratings: {max_working_voltage: 403 V}\n"
    rated = run_on(car, tmp_path, PER_VOLT, profile=write_profile(tmp_path, text))
    assert judged(rated, "it").value == pytest.approx(96.8, abs=0.05)
    assert rated.verdicts["it"] is Verdict.FAIL


# Lamps


def lamps(allowed: str = "") -> str:
    more = f", allowed: [{allowed}]" if allowed else ""
    return step("it", "vehicle.lamps_off", f"{{points: [mode, state]{more}}}")


@pytest.mark.parametrize(
    ("mode", "state", "allowed", "verdict"),
    [
        ("off", "standby", "state", Verdict.PASS),
        ("off", "standby", "", Verdict.FAIL),
        ("on", "standby", "state", Verdict.FAIL),
        ("on", "standby", "'state', 'mode'", Verdict.PASS),
        ("SNA", "standby", "state", Verdict.INCONCLUSIVE),
        ("SNA", "standby", "", Verdict.FAIL),  # one is lit for sure, whatever the other is
    ],
)
def test_lamps_that_are_lit_are_named(
    tmp_path: Path, mode: str, state: str, allowed: str, verdict: Verdict
) -> None:
    car = MiniCar()
    car.values["VCU_Torque"]["VCU_Mode"] = mode
    car.values["BMS_Status"]["BMS_State"] = state
    outcome = run_on(car, tmp_path, lamps(allowed))
    assert outcome.verdicts["it"] is verdict
    if verdict is Verdict.FAIL:
        assert judged(outcome, "it").name == "lamps_lit"
        assert set(judged(outcome, "it").value) <= {"mode", "state"}
        assert judged(outcome, "it").value


def test_lamps_of_a_sound_and_of_a_defective_car(tmp_path: Path) -> None:
    steps = step("it", "vehicle.lamps_off", "{points: [lamp_isolation, lamp_battery]}")
    rest = step("bulbs", "bench.wait", "{for: 4 s}")  # the cluster tests its lamps first
    assert run_car(tmp_path, rest + steps).verdicts["it"] is Verdict.PASS
    outcome = run_car(tmp_path, rest + steps, faults=["insulation-low-battery"])
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert "lamp_isolation" in judged(outcome, "it").value


# Found before anything is opened


@pytest.mark.parametrize(
    ("verb", "with_", "more", "what"),
    [
        ("follows", LIGHTS, (), "vehicle.follows needs a limit"),
        ("follows", LIGHTS.replace("low_beam_left", "low_bean"), ("limit: {within: 1 s}",),
         "no profile has a point 'low_bean'"),
        ("follows", LIGHTS.replace('"on"', "bright", 1), ("limit: {within: 1 s}",),
         "low_beam_left cannot be 'bright'"),
        ("follows", "{states: {}, does: x, ask: {zh: 问, en: ask}}", ("limit: {within: 1 s}",),
         "no point is named"),
        ("lamps_off", "{points: [lamp_isolation]}", ("limit: {high: 1, unit: V}",),
         "vehicle.lamps_off judges by no limit"),
    ],
)  # fmt: skip
def test_mistakes_in_a_procedure(
    tmp_path: Path, verb: str, with_: str, more: tuple[str, ...], what: str
) -> None:
    with pytest.raises(FileError) as caught:
        run_car(tmp_path, step("a", f"vehicle.{verb}", with_, *more))
    assert what in str(caught.value)
    assert not list(tmp_path.glob("run-*"))


def test_a_limit_of_another_kind_is_said(tmp_path: Path) -> None:
    steps = step("it", "vehicle.follows", LIGHTS, "limit: {high: 3, unit: s}")
    outcome = run_car(tmp_path, steps)
    assert outcome.verdicts["it"] is Verdict.NOT_RUN
    assert "within: 3 s" in outcome.step("it").reason
    assert [e for e in outcome.of(Answered) if e.step == "it"] == [], "nothing was operated"
