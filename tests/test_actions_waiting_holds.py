"""A state that holds, and waiting on the whole car: what is silent or spoilt shows nothing."""

from pathlib import Path
from typing import Any

import pytest
from benchkit import Outcome, write_procedure
from vehicle_help import (
    MiniCar,
    perform,
    request_for,
    run_on,
    step,
    switch_on,
    tampering,
    write_bench,
)
from waiting_help import ASK, act_on, judged, later, silence

from harness.engine import wording
from harness.quantity import Quality
from harness.verdict import Verdict

# ---------------------------------------------------------------- a state that holds


def holds(more: str = "") -> str:
    return step("it", "vehicle.holds", f'{{point: mode, is: "on", for: 14 s{more}}}')


def test_a_state_that_holds(tmp_path: Path) -> None:
    outcome = run_on(MiniCar(), tmp_path, holds())
    assert outcome.verdicts["it"] is Verdict.PASS
    assert judged(outcome).value == "on"


def test_one_frame_of_another_state_is_enough(tmp_path: Path) -> None:
    """10 ms long, between two polls."""
    car = MiniCar()

    def act() -> None:
        later(7.003, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))
        later(7.013, lambda: car.values["VCU_Torque"].update(VCU_Mode="on"))

    outcome = act_on(tmp_path, car, holds(f", {ASK}"), act)
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).value == "limp"


def _gap(car: MiniCar, begin: float, end: float) -> None:
    later(begin, lambda: car.quiet.add("VCU_Torque"))
    later(end, lambda: car.quiet.discard("VCU_Torque"))


@pytest.mark.parametrize(
    ("begin", "end", "verdict"),
    [
        (5.0, 9.0, Verdict.INCONCLUSIVE),
        (5.02, 5.15, Verdict.INCONCLUSIVE),  # between two polls of 0.2 s
        (5.0, 5.04, Verdict.PASS),
        (12.0, 99.0, Verdict.INCONCLUSIVE),
        (0.0, 3.0, Verdict.INCONCLUSIVE),
    ],
)
def test_silence_is_no_state(tmp_path: Path, begin: float, end: float, verdict: Verdict) -> None:
    car = MiniCar()
    outcome = act_on(tmp_path, car, holds(f", {ASK}"), lambda: _gap(car, begin, end))
    assert outcome.verdicts["it"] is verdict
    if verdict is Verdict.INCONCLUSIVE:
        found = judged(outcome)
        assert found.quality is Quality.STALE
        assert found.note.startswith("no fresh value for ")
        assert float(found.note.split()[4]) == pytest.approx(min(end, 14.1) - begin, abs=0.12)
        assert wording.note(found).zh.endswith("s 没有新的有效值")


def test_another_state_beside_a_gap_fails(tmp_path: Path) -> None:
    car = MiniCar()

    def act() -> None:
        _gap(car, 3.0, 6.0)
        later(8.0, lambda: car.values["VCU_Torque"].update(VCU_Mode="limp"))

    outcome = act_on(tmp_path, car, holds(f", {ASK}"), act)
    assert outcome.verdicts["it"] is Verdict.FAIL


@pytest.mark.parametrize("which", ["spoilt", "stuck"])
def test_wrong_checksums_and_counters_in_between(tmp_path: Path, which: str) -> None:
    car = MiniCar()

    def act() -> None:
        later(5.0, lambda: getattr(car, which).add("VCU_Torque"))
        later(5.1, lambda: getattr(car, which).clear())

    outcome = act_on(tmp_path, car, holds(f", {ASK}"), act)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).quality is Quality.CORRUPT
    assert "校验" in wording.note(judged(outcome)).zh


def test_a_marker_for_no_value_in_between(tmp_path: Path) -> None:
    car = MiniCar()

    def act() -> None:
        later(5.0, lambda: car.values["VCU_Torque"].update(VCU_Mode="SNA"))
        later(5.1, lambda: car.values["VCU_Torque"].update(VCU_Mode="on"))

    outcome = act_on(tmp_path, car, holds(f", {ASK}"), act)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).quality is Quality.SENTINEL


def test_a_message_that_never_came_holds_nothing(tmp_path: Path) -> None:
    car = MiniCar()
    silence(car)
    outcome = run_on(car, tmp_path, holds())
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE


def test_an_identifier_holds_by_polling(tmp_path: Path) -> None:
    row = step("it", "vehicle.holds", "{point: vin, is: 0EVE60AB9SA000123, for: 2 s}")
    assert run_on(MiniCar(), tmp_path, row).verdicts["it"] is Verdict.PASS
    other = row.replace("0EVE60AB9SA000123", "0EVE60AB9SA000124")
    assert run_on(MiniCar(), tmp_path, other).verdicts["it"] is Verdict.FAIL


# ---------------------------------------------------------------- with the whole car


SIM = "  vehicle: {profile: shared-ev, simulated: true}\n"
READY = step(
    "it", "vehicle.wait_for",
    "{point: ready, is: ready, does: make-ready, ask: {zh: 就绪, en: Make ready}}",
    "limit: {within: 3 s}",
)  # fmt: skip
HOLDS = step("it", "vehicle.holds", "{point: ready, is: not_ready, for: 4 s}")


def run_car(folder: Path, steps: str, **options: Any) -> Outcome:
    procedure = write_procedure(folder, switch_on() + steps)
    request = request_for(folder, procedure, bench=str(write_bench(folder, SIM)), **options)
    request.capture = False
    return perform(request)


def tamper(name: str) -> str:
    return step(name, "vehicle.tamper", f"{{what: {name}}}")


def test_a_sound_car_gets_ready_and_holds(tmp_path: Path) -> None:
    assert run_car(tmp_path, READY).verdicts["it"] is Verdict.PASS
    assert run_car(tmp_path, HOLDS).verdicts["it"] is Verdict.PASS


@pytest.mark.parametrize("what", ["unplugged", "wrong-checksum", "stuck-counter"])
@pytest.mark.parametrize("row", [READY, HOLDS], ids=["wait_for", "holds"])
def test_units_that_cannot_be_believed_show_nothing(tmp_path: Path, what: str, row: str) -> None:
    spoilt = frozenset({"VCU_DriveStatus"})
    with tampering(
        unplugged=lambda _, bench: setattr(bench.rig.car.units["VCU"], "fitted", False),
        dead_battery=lambda _, bench: setattr(
            bench.rig.car.low_voltage.battery, "connected", False
        ),
        wrong_checksum=lambda _, bench: setattr(
            bench.rig.car.units["VCU"], "wrong_checksum", spoilt
        ),
        stuck_counter=lambda _, bench: setattr(bench.rig.car.units["VCU"], "stuck_counter", spoilt),
    ):
        outcome = run_car(tmp_path, tamper(what) + row)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    wanted = Quality.CORRUPT if what in ("wrong-checksum", "stuck-counter") else Quality.STALE
    assert judged(outcome).quality is wanted
    assert judged(outcome).note


def test_a_car_without_12_v_says_nothing(tmp_path: Path) -> None:
    """In the middle of a run its last frames are stale; at its beginning there was none at all."""

    def clamp_off(_: object, bench: Any) -> None:
        bench.rig.car.low_voltage.battery.connected = False

    with tampering(clamp_off=clamp_off):
        outcome = run_car(tmp_path, tamper("clamp-off") + READY)
    assert outcome.verdicts["it"] is Verdict.INCONCLUSIVE
    assert judged(outcome).quality is Quality.STALE
    key = "point: key_position, is: 'on'"
    never = READY.replace("make-ready", "switch-on").replace("point: ready, is: ready", key)
    procedure = write_procedure(tmp_path, never)
    bench = str(write_bench(tmp_path, SIM))
    request = request_for(tmp_path, procedure, bench=bench, faults=["battery-clamp-loose"])
    outcome = perform(request)
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).note == "still no reading"


def test_a_key_of_another_car_still_fails(tmp_path: Path) -> None:
    outcome = run_car(tmp_path, READY, faults=["key-of-another-car"])
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).note == "still not_ready"
    outcome = run_car(tmp_path, HOLDS, faults=["brake-pedal-held"])
    assert outcome.verdicts["it"] is Verdict.FAIL


def test_a_number_of_the_whole_car(tmp_path: Path) -> None:
    slow = step("it", "vehicle.wait_for", "{point: vehicle_speed, below: 1 km/h}",
                "limit: {within: 3 s}")  # fmt: skip
    assert run_car(tmp_path, slow).verdicts["it"] is Verdict.PASS
    fast = slow.replace("below: 1 km/h", "above: 1 m/s")
    outcome = run_car(tmp_path, fast)
    assert outcome.verdicts["it"] is Verdict.FAIL
    assert judged(outcome).note == "still 0 km/h"
