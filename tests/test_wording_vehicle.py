"""What a vehicle run shows, said in Chinese: every state and every name."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.datafile import load
from harness.engine import names, states_zh, wording
from harness.errors import FileError
from harness.limits import Clear, Equals, OneOf, Range
from harness.quantity import Measurement, Quality, Value
from harness.text import Text

ROOT = Path(__file__).resolve().parent.parent
CHINESE = re.compile("[\u4e00-\u9fff]")
SAME_IN_BOTH = {"READY", "km/h", "mph"}
PROFILE = load(ROOT / "harness/devices/vehicle/profiles/shared-ev.yaml")[0]
DIAGNOSTICS = load(ROOT / "dbc/shared-ev.diagnostics.yaml")[0]


def labels() -> Iterator[tuple[str, str]]:
    """Point and state of every value table of the databases and the diagnostic description."""
    for path in sorted((ROOT / "dbc").glob("*.dbc")):
        text = path.read_text(encoding="utf-8")
        for signal, table in re.findall(r"^VAL_ \d+ (\w+) (.*);$", text, re.M):
            yield from ((signal, label) for label in re.findall(r'\d "([^"]*)"', table))
    for entry in (*DIAGNOSTICS["dids"].values(), *DIAGNOSTICS["routines"].values()):
        values = entry.get("values") or entry.get("result", {}).get("values", {})
        yield from ((entry["name"], label) for label in values.values())


def signals() -> dict[str, str]:
    """Point of the profile -> signal."""
    found = PROFILE["points"].items()
    return {name: entry["signal"] for name, entry in found if "signal" in entry}


# ---------------------------------------------------------------- states


def test_every_state_of_every_value_table_has_a_chinese_word() -> None:
    every = set(labels())
    assert len(every) > 500
    missing = [
        (point, label)
        for point, label in every
        if not (shown := states_zh.chinese(label, point))
        or not (CHINESE.search(shown) or shown in SAME_IN_BOTH)
    ]
    assert missing == []


def test_a_profile_name_and_its_signal_say_the_same() -> None:
    tables: dict[str, set[str]] = {}
    for point, label in labels():
        tables.setdefault(point, set()).add(label)
    for name, signal in signals().items():
        for label in tables.get(signal.rpartition(".")[2], ()):
            assert states_zh.chinese(label, name) == states_zh.chinese(label, signal), name


@pytest.mark.parametrize(
    ("point", "state", "zh"),
    [
        ("BCM_Closures.BCM_DoorFL", "open", "打开"),
        ("door_front_left", "closed", "关闭"),
        ("inlet_flap", "open", "打开"),
        ("interlock", "open", "断开"),
        ("main_positive", "open", "断开"),
        ("bms.main_positive_contactor", "welded", "粘连"),
        ("BCM_Occupants.BCM_BeltDriver", "open", "未系"),
        ("GNSS_Status.GNSS_Antenna", "open", "断路"),
        ("low_beam_left", "on", "点亮"),
        ("lamp_abs", "off", "熄灭"),
        ("bcm.lamp_turn_left", "open_circuit", "断路"),
        ("turn_left", "short_circuit", "短路"),
        ("BCM_LampFeedback.BCM_BrakeState", "off", "熄灭"),
        ("ibc.brake_state", "off", "关闭"),
        ("horn", "on", "鸣响"),
        ("vcu.motor_pump", "on", "运行"),
        ("key_position", "off", "OFF 挡"),
        ("gear", "p", "P 挡"),
        ("ready", "not_ready", "未 READY"),
        ("charging_state", "ready", "充电就绪"),
        ("cp_state", "ready", "就绪（C）"),
        ("hv_state", "on", "已上电"),
        ("parking_brake", "released", "已释放"),
        ("parking_brake", "applied", "已驻车"),
        ("brake_pedal", "released", "未踩下"),
        ("emergency_stop", "released", "未按下"),
        ("immobiliser", "learning", "钥匙匹配中"),
        ("TPMS_Warnings.TPMS_WarningFL", "low", "胎压过低"),
        ("brake_fluid", "low", "偏低"),
        ("ADCU_Mode.ADCU_AccState", "fault", "故障"),
        ("OBC_ControlPilot.OBC_CcState", "fault", "连接故障"),
        ("stop_reason", "cp_lost", "CP 信号丢失"),
        ("stop_reason", "stopped_by_pile", "充电桩停止"),
        # piles keep their words
        ("indicator_state", "off", "熄灭"),
        ("lamp", "off", "熄灭"),
        ("", "off", "关闭"),
        ("door_state", "open", "打开"),
        ("pe_state", "open", "断线"),
        ("contactor_state", "open", "断开"),
        ("cable_state", "connected", "已连接"),
        ("stop_reason", "none", "无"),
    ],
)
def test_states_mean_what_they_mean_for_their_point(point: str, state: str, zh: str) -> None:
    assert wording.value(state, None, "zh", point) == zh
    reading = Measurement(point, state)
    assert wording.measurement(reading, "zh") == zh
    assert wording.limit(Equals(state), "zh", point) == f"= {zh}"
    assert zh in wording.limit(OneOf([state, "fault"]), "zh", point)


@pytest.mark.parametrize(
    ("state", "en"),
    [("not_ready", "not ready"), ("p", "P"), ("acc", "ACC"), ("km_h", "km/h"), ("X_9", "X_9")],
)
def test_states_in_english(state: str, en: str) -> None:
    assert wording.value(state, None, "en", "gear") == en


def test_a_label_of_somebody_else_stays_as_it_is() -> None:
    assert wording.value("Defrost_Max", None, "zh", "HVAC.Mode") == "Defrost_Max"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_state_and_point_is_taken(state: str, point: str) -> None:
    assert wording.value(state, None, "zh", point) or not state
    assert wording.point(point, "zh", "vehicle") or not point


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "source", "zh", "en"),
    [
        ("soc", "vehicle", "荷电状态 SOC", "State of charge"),
        ("BMS_StateOfCharge.BMS_Soc", "vehicle", "荷电状态 SOC", "State of charge"),
        ("BMS_CellVoltages.BMS_CellVoltage01", "vehicle", "单体1电压", "Voltage of cell 1"),
        ("BCM_LampFeedback.BCM_DrlState", "vehicle", "日间行车灯反馈",
         "Feedback, daytime running lamps"),
        ("Other_Message.Other_Signal", "vehicle", "Other_Message.Other_Signal",
         "Other_Message.Other_Signal"),
        ("charging_state", "pile", "充电状态", "Charging state"),
        ("charging_state", "vehicle", "车辆充电状态", "Charging state of the vehicle"),
        ("charging_state", "", "充电状态", "Charging state"),
        ("vcu.vin", "vehicle vcu", "VCU 车辆识别代号（VIN）",
         "VCU Vehicle identification number (VIN)"),
        ("software_version.differing", "vehicle", "软件版本不一致的单元",
         "Software version: units that differ"),
        ("bus_load.powertrain", "vehicle", "动力总线负载率", "Bus load, Powertrain bus"),
        ("error_frames.can", "vehicle", "CAN 总线错误帧", "Error frames, CAN bus"),
        ("bms.P0AA6-1A", "vehicle", "BMS P0AA6-1A", "BMS P0AA6-1A"),
        ("both_sides.apart", "pile, vehicle", "双侧状态出现的时间差",
         "Time between the states of both sides"),
        ("session_energy / session_energy", "pile, vehicle", "车辆本次充电电量 / 本次电量",
         "Session energy of the vehicle / Session energy"),
        ("active_power - active_power", "pile, vehicle", "车辆有功功率 − 桩有功功率",
         "Active power (vehicle) − Active power (pile)"),
        ("low_voltage - low_voltage_vcu", "vehicle", "低压（车身控制器） − 低压（整车控制器）",
         "12 V (BCM) − 12 V (VCU)"),
        ("interlock.time_to_open", "vehicle", "高压互锁到“断开”的时间",
         "High-voltage interlock time to open"),
        ("door_front_left.time_to_open", "vehicle", "左前门到“打开”的时间",
         "Front left door time to open"),
        ("insulation_per_volt", "vehicle", "每伏绝缘电阻", "Insulation resistance per volt"),
        ("eps.trouble_codes", "vehicle", "eps 故障码", "eps trouble codes"),
        ("diagnosis", "", "诊断结论", "Diagnosis"),
        ("no_such_thing", "vehicle", "no_such_thing", "no_such_thing"),
    ],
)  # fmt: skip
def test_names(name: str, source: str, zh: str, en: str) -> None:
    reading = Measurement(name, 1.0, source=source)
    assert wording.quantity(reading, "zh") == zh
    assert wording.quantity(reading, "en") == en


def test_every_point_of_the_profile_has_a_name_in_both_languages() -> None:
    for name in PROFILE["points"]:
        shown = wording.point(name, "zh", "vehicle")
        assert CHINESE.search(shown), name
        assert shown != wording.point(name, "en", "vehicle"), name


def test_every_identifier_of_a_unit_has_a_name() -> None:
    by_number = {number: entry["name"] for number, entry in DIAGNOSTICS["dids"].items()}
    for unit, entry in DIAGNOSTICS["units"].items():
        for number in entry["dids"]:
            name = f"{unit}.{by_number[number]}"
            shown = wording.point(name, "zh", f"vehicle {unit}")
            assert shown.startswith(f"{entry['node']} "), name
            assert CHINESE.search(shown), name


@pytest.mark.parametrize("name", sorted(names.FINDINGS))
def test_findings_have_names(name: str) -> None:
    assert CHINESE.search(wording.point(name, "zh"))
    assert names.is_finding(name)


def test_buses_have_names_and_unknown_ones_keep_theirs() -> None:
    assert [wording.bus(name, "zh") for name in PROFILE["buses"]] == [
        "动力总线", "底盘总线", "车身总线", "智驾总线",
    ]  # fmt: skip
    assert wording.bus("can", "en") == "CAN bus"
    assert wording.bus("kwp", "zh") == "kwp"


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        (
            "silent_nodes",
            ["chassis:EPB", "body:ICM", "chassis:ESC"],
            "底盘总线：EPB、ESC；车身总线：ICM",
        ),
        ("silent_nodes", ["chassis"], "底盘总线"),
        (
            "flawed_messages",
            ["chassis:EPS.EPS_Status", "chassis:Loose", "chassis:EPS.EPS_Angle", "can:A+B.M"],
            "底盘总线：Loose、EPS（EPS_Status、EPS_Angle）；CAN 总线：A+B（M）",
        ),
        ("unknown_messages", ["powertrain:5A1"], "动力总线：5A1"),
        ("lamps_lit", ["lamp_abs"], "ABS 灯"),
        ("trouble_codes", ["bms:P0AA6-1A"], "BMS：P0AA6-1A"),
        ("silent_units", ["epb", "mine"], "EPB、mine"),
        ("vin.differing", ["bcm=LEX:1"], "BCM LEX:1"),
        ("not_approved", ["bcm.software_version=V9 (V2)"], "BCM 软件版本 V9（应为 V2）"),
        ("fault_flags", ["a:b"], "a:b"),
        ("silent_nodes", [], "无"),
    ],
)
def test_lists(name: str, value: Value, zh: str) -> None:
    assert wording.value(value, None, "zh", name) == zh


def test_limits_of_lists_and_of_flags_are_said_alike() -> None:
    assert wording.limit(Clear(), "zh", "silent_nodes") == "应为：无"
    assert wording.limit(Clear(["lamp_abs"]), "zh", "lamps_lit") == "应为：无（ABS 灯 除外）"
    assert wording.limit(Clear(), "en", "x.differing") == "expected: none"
    assert wording.required(Clear(), "zh", "silent_nodes") == "无"
    assert wording.required(Clear(["lamp_abs"]), "zh", "lamps_lit") == "无（ABS 灯 除外）"
    assert wording.required(Clear(["lamp_abs"]), "en", "lamps_lit").startswith("none (but ")
    assert wording.required(Range("V", 1, 2), "zh", "x") == "1 … 2 V"
    assert wording.limit(Clear(), "zh", "fault_flags") == "应为：无"
    assert wording.limit(Range("1", None, 0), "en", "error_frames.can") == "≤ 0"
    assert wording.limit(Range("V", 1, 2), "en", "x") == "1 … 2 V"


@pytest.mark.parametrize(
    ("recorded", "zh", "en"),
    [
        ("taken 2026-01-05T01:00:09Z", "2026-01-05 09:00:09 (UTC+8) 读取",
         "taken 2026-01-05 09:00:09 (UTC+8)"),
        ("taken 2026-01-05T01:00:09Z, 12 points",
         "2026-01-05 09:00:09 (UTC+8) 读取，共 12 个数据点",
         "taken 2026-01-05 09:00:09 (UTC+8), 12 points"),
        ("taken earlier", "earlier 读取", "taken earlier"),
    ],
)  # fmt: skip
def test_a_snapshot_shows_the_time_of_the_station(recorded: str, zh: str, en: str) -> None:
    assert wording.reason(recorded) == Text(zh, en)


def test_a_corrupt_reading_says_so() -> None:
    reading = Measurement("steering_angle", 2.0, "deg", quality=Quality.CORRUPT)
    assert wording.measurement(reading, "zh") == "报文校验或计数器错误 (2.0)"


@pytest.mark.parametrize(("u", "shown"), [(161.0, "160"), (0.0512, "0.051"), (5.3, "5.3")])
def test_uncertainties_have_two_digits_and_no_exponent(u: float, shown: str) -> None:
    assert wording.spread(u) == shown


# ---------------------------------------------------------------- when the data files are read


def test_names_of_piles_read_no_vehicle_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def refuse(path: Path) -> object:
        read.append(path)
        raise FileError([])

    monkeypatch.setattr(names, "load", refuse)
    names._vehicle.cache_clear()
    names._diagnostics.cache_clear()
    try:
        for name in ("voltage_l1", "charging_state.time_to_fault", "error_rate", "clock.offset"):
            wording.point(name, "zh", "pile")
        for reason in ("lowest of 3", "the bench has no meter", "charging_state was charging "
                       "before the action", "still idle", "step a ended fail"):  # fmt: skip
            wording.reason(reason)
        assert read == []
        # A file that cannot be read costs the names, not the report.
        assert wording.point("soc", "zh", "vehicle") == "soc"
        assert read
    finally:
        names._vehicle.cache_clear()
        names._diagnostics.cache_clear()


def test_the_words_load_no_can_library() -> None:
    program = (
        "import sys\n"
        "from harness.engine import wording\n"
        "from harness.report import html\n"
        "assert wording.point('soc', 'zh', 'vehicle') == '荷电状态 SOC'\n"
        "wording.reason('vcu: 22 F1 90 (read data by identifier): no reply')\n"
        "heavy = {'can', 'cantools', 'isotp', 'udsoncan', 'numpy', 'pyarrow', 'asammdf'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("not put back from the backup: eps.calibration_record, rad.calibration_record",
         "未按备份恢复：EPS 标定数据块、RAD 标定数据块"),
        ("put back from the backup and read again: eps.calibration_record",
         "已按备份恢复并回读：EPS 标定数据块"),
        ("rad.calibration_record could not be put back: no reply within 1 s",
         "RAD 标定数据块 未能恢复："),
    ],
)  # fmt: skip
def test_unit_data_at_the_end_of_a_run_is_named(english: str, chinese: str) -> None:
    assert wording.reason(english).zh.startswith(chinese)
