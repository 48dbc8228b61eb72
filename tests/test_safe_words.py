"""What is said of the safe state at the end: exactly what was done, and what was measured."""

from pathlib import Path

import pytest
from benchkit import Outcome
from click.testing import CliRunner
from vehicle_help import MiniCar, run_on, step

from harness.cli.root import ROOT
from harness.engine import safety_words, wording
from harness.events import SafeState
from harness.quantity import Measurement

VIN = step("vin", "vehicle.record", "{points: [vin]}")
SOC = step("soc", "vehicle.record", "{points: [soc]}")
CYCLIC = step("often", "can.send_cyclic", "{message: VCU_Torque}")
STOP = step("stop", "can.stop_sending")


def ended(outcome: Outcome) -> SafeState:
    (state,) = outcome.of(SafeState)
    return state


@pytest.mark.parametrize(
    ("steps", "how", "zh", "shown"),
    [
        (SOC, "nothing was sent", "未发送任何报文", "UNTOUCHED"),
        (VIN, "nothing was sent in cycles or under control any more",
         "结束时没有周期发送，也没有受控的执行器", "ENDED"),
        (CYCLIC + STOP, "nothing was sent in cycles or under control any more",
         "结束时没有周期发送，也没有受控的执行器", "ENDED"),
        (CYCLIC, "cyclic transmission of VCU_Torque ended", "已停止周期发送 VCU_Torque", "ENDED"),
    ],
)  # fmt: skip
def test_a_vehicle_says_what_was_ended(
    tmp_path: Path, steps: str, how: str, zh: str, shown: str
) -> None:
    state = ended(run_on(MiniCar(), tmp_path, steps))
    assert (state.safe, state.how, state.readings) == (True, how, [])
    assert wording.reason(state.how).zh == zh
    assert safety_words.shown(state).name == shown


def test_what_was_taken_is_named_when_it_is_given_back(tmp_path: Path) -> None:
    car = MiniCar()
    car.unit.on("1003", "5003003201F4")
    car.unit.on("1001", "5001003201F4")
    car.unit.on("2F201003", "6F20100301")
    car.unit.on("2F201000", "6F20100000")
    driven = step(
        "drive", "diag.io_control",
        "{unit: bms, did: lamp, to: on, states: {state: standby}, wait: 100 ms}",
    )  # fmt: skip
    state = ended(run_on(car, tmp_path, driven))
    assert (state.safe, state.how) == (True, "diagnostic session of bms ended")
    assert wording.reason(state.how).zh == "已退出 bms 的诊断会话"
    car.unit.rules.pop("2f201000")  # the unit does not take it back
    state = ended(run_on(car, tmp_path, driven))
    assert not state.safe
    assert "bms.lamp" in state.detail


def test_several_things_that_ended_are_all_translated() -> None:
    said = (
        "cyclic transmission of A ended; control of bcm.lamp returned; "
        "diagnostic session of bcm ended"
    )
    assert wording.reason(said).zh == (
        "已停止周期发送 A；已交还 bcm.lamp 的控制权；已退出 bcm 的诊断会话"
    )


READ = [Measurement(name="contactor_state", value="open")]
PILE = SafeState(role="pile", safe=True, how="found safe", readings=READ)
QUIET = SafeState(role="vehicle", safe=True, how="nothing was sent")
ENDED = SafeState(role="vehicle", safe=True, how="cyclic transmission of A ended")
NOT = SafeState(role="pile", safe=False, how="failed")


@pytest.mark.parametrize(
    ("states", "safe", "zh", "en"),
    [
        ([PILE], True, "已测量确认", "measured and confirmed"),
        ([QUIET], True, "本次运行没有发送也没有控制，无须处理；未作测量",
         "this run sent and controlled nothing, so there was nothing to end; nothing was measured"),
        ([ENDED], True, "本次运行的发送和控制已结束；未作测量",
         "what this run sent and controlled has ended; nothing was measured"),
        ([PILE, ENDED], True, "充电桩已测量确认；车辆未作测量",
         "measured and confirmed: pile; not measured: vehicle"),
        ([NOT, ENDED], False, "未能确认，请到现场断电检查", "NOT CONFIRMED, switch off on site"),
        ([], True, "没有打开任何设备", "no device was opened"),
        ([QUIET], False, "未能确认，请到现场断电检查", "NOT CONFIRMED, switch off on site"),
    ],
)  # fmt: skip
def test_one_sentence_for_the_bench(states: list[SafeState], safe: bool, zh: str, en: str) -> None:
    said = safety_words.overall(states, safe=safe)
    assert (said.zh, said.en) == (zh, en)


@pytest.mark.parametrize(
    ("steps", "said"),
    [(SOC, "无须处理，未作测量"), (CYCLIC, "已结束，未作测量")],
)
def test_the_report_of_a_vehicle_claims_no_measurement(
    tmp_path: Path, steps: str, said: str
) -> None:
    folder = run_on(MiniCar(), tmp_path, steps).result.folder
    made = CliRunner().invoke(ROOT, ["evidence", "report", str(folder), "--lang", "zh"])
    assert made.exit_code == 0, made.output
    page = (folder / "report.html").read_text("utf-8")
    assert said in page
    assert "已测量确认" not in page
    assert "measured and confirmed" not in page
