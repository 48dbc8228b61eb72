"""The shipped diagnostic description: consistent in itself and with the CAN databases."""

import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
import yaml
from dbc_help import BUSES, DBC, NODES, SNAKE, database, messages, signals, texts

from harness.quantity import known_unit

DIAGNOSTICS = DBC / "shared-ev.diagnostics.yaml"


@cache
def diagnostics() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DIAGNOSTICS.read_text(encoding="utf-8"))
    return loaded


def names_of(unit: str) -> set[str]:
    return {diagnostics()["dids"][did]["name"] for did in diagnostics()["units"][unit]["dids"]}


def test_no_key_stands_twice() -> None:
    text = DIAGNOSTICS.read_text(encoding="utf-8")
    keys = Counter(re.findall(r"^  ([0-9A-Za-z-]+):", text, re.MULTILINE))
    assert [key for key, count in keys.items() if count > 1] == []
    assert keys.total() == sum(len(diagnostics()[k]) for k in ("dids", "routines", "dtcs", "units"))


def test_titles_and_value_names() -> None:
    described = diagnostics()
    for kind in ("dids", "routines", "dtcs", "units"):
        for key, item in described[kind].items():
            assert re.search(r"[\u4e00-\u9fff]", item["title"]["zh"]), (key, item)
            assert re.fullmatch(r"[^\u4e00-\u9fff]*[A-Za-z][^\u4e00-\u9fff]*", item["title"]["en"])
    for item in [
        *described["dids"].values(),
        *(r["result"] for r in described["routines"].values()),
    ]:
        for raw, name in item.get("values", {}).items():
            assert isinstance(raw, int) and isinstance(name, str) and SNAKE.match(name), item
    for kind in ("dids", "routines"):
        names = Counter(item["name"] for item in described[kind].values())
        assert [name for name, count in names.items() if count > 1 or not SNAKE.match(name)] == []


def test_types_and_units_of_the_identifiers() -> None:
    for did, item in diagnostics()["dids"].items():
        assert 0 < did <= 0xFFFF
        assert item["type"] in {
            "ascii",
            "u8",
            "u16",
            "u32",
            "i8",
            "i16",
            "i32",
            "bcd-date",
            "bytes",
        }
        assert ("length" in item) is (item["type"] in {"ascii", "bcd-date", "bytes"}), item
        assert set(item.get("access", ["read"])) <= {"read", "write", "io"}, item
        if "unit" in item:
            assert known_unit(item["unit"]) == item["unit"] and "values" not in item


def test_what_is_referenced_is_defined_and_used() -> None:
    described = diagnostics()
    for kind in ("dids", "routines", "dtcs"):
        used: set[Any] = set()
        for unit in described["units"].values():
            assert len(set(unit[kind])) == len(unit[kind]), unit["node"]
            used |= set(unit[kind])
        assert used == set(described[kind]), kind


def test_addresses() -> None:
    units = diagnostics()["units"].values()
    ids = Counter(unit[end] for unit in units for end in ("request", "response"))
    ids.update(entry["request"] for entry in diagnostics()["functional"])
    assert [hex(number) for number, count in ids.items() if count > 1] == []
    assert not set(ids) & {message.frame_id for _, message in messages()}
    for unit in units:
        if unit["extended"]:
            assert unit["request"] & 0xFFFF00FF == 0x18DA00F1
            assert unit["response"] == 0x18DAF100 | (unit["request"] >> 8 & 0xFF)
        else:
            assert unit["response"] == unit["request"] + 8


def test_units_are_the_nodes() -> None:
    units = diagnostics()["units"]
    assert {unit["node"] for unit in units.values()} == {n for b in BUSES for n in NODES[b].split()}
    for key, unit in units.items():
        assert key == unit["node"].lower()
        for bus in BUSES:
            if unit["node"] in NODES[bus].split():
                node = database(bus).get_node_by_name(unit["node"])
                assert node.dbc is not None
                ends = [node.dbc.attributes[f"Diag{e}Id"].value for e in ("Request", "Response")]
                assert ends == [unit["request"], unit["response"]], (bus, key)
        assert unit["node"] in NODES[unit["bus"]].split()
        assert unit["security"] in diagnostics()["security"] and {1, 3} <= set(unit["sessions"])


def test_trouble_codes() -> None:
    codes = diagnostics()["dtcs"]
    assert len(codes) >= 100
    for code, item in codes.items():
        assert re.fullmatch(r"[PCBU][0-3][0-9A-F]{3}-[0-9A-F]{2}", code), code
        assert item["severity"] in {"stop", "restrict", "note"}
        assert item["warning_lamp"] or item["severity"] != "stop", code
    named = "P0AA6 P0A0A P0A0B P0A0C P0A0D P0A7E P0A80 P0A93 P0A94 P0A1B P0C73 U0100 U0110 U0111"
    named += " U0121 U0131 U0235"
    assert set(named.split()) <= {code.partition("-")[0] for code in codes}
    lost = {
        code for code in codes if code.endswith("-87") and "失去通信" in codes[code]["title"]["zh"]
    }
    assert len(lost) == len(diagnostics()["units"])
    for key, unit in diagnostics()["units"].items():
        assert ("U0146-87" in unit["dtcs"]) is (key != "gw")
        assert lost & set(unit["dtcs"]) and "U0001-88" in unit["dtcs"], key


def test_what_each_unit_tells() -> None:
    for key in diagnostics()["units"]:
        assert {"software_version", "part_number", "serial_number", "supply_voltage"} <= names_of(
            key
        )
        assert 0x0203 in diagnostics()["units"][key]["routines"]
    for key in ["vcu", "bms", "ibc", "icm", "gw", "adcu", "tbox"]:
        assert "vin" in names_of(key), key
    for key in ["icm", "vcu", "esc"]:
        assert "odometer" in names_of(key), key
    driven = {d["name"] for d in diagnostics()["dids"].values() if "io" in d.get("access", [])}
    assert {"lamp_low_beam_left", "lamp_turn_right", "horn", "wiper"} <= driven & names_of("bcm")
    assert {"config_aeb", "automation_level"} <= names_of("adcu")
    assert {"config_v2x", "config_remote_lock"} <= names_of("tbox")


@pytest.mark.parametrize(
    ("did", "signal"),
    [
        ("charging_state", "OBC_ChargingState"), ("stop_reason", "OBC_StopReason"),
        ("cp_state", "OBC_CpState"), ("s2_state", "OBC_S2"), ("inlet_lock", "OBC_InletLock"),
        ("interlock", "BMS_Interlock"), ("bms_state", "BMS_State"), ("hv_state", "VCU_HvState"),
        ("main_positive_contactor", "BMS_MainPositive"), ("key_position", "VCU_KeyPosition"),
        ("not_ready_reason", "VCU_NotReadyReason"), ("gear", "VCU_Gear"), ("ready", "VCU_Ready"),
        ("motor_state", "MCU_State"), ("dcdc_state", "DCDC_State"), ("steering_state", "EPS_State"),
        ("steering_mode", "EPS_Mode"), ("brake_state", "IBC_State"), ("brake_mode", "IBC_Mode"),
        ("parking_brake_state", "EPB_State"), ("parking_brake_mode", "EPB_Mode"),
        ("stability_state", "ESC_State"), ("lamp_low_beam_left", "BCM_LowBeamLeftState"),
        ("horn", "BCM_HornState"), ("wiper", "BCM_WiperState"), ("avas", "BCM_AvasState"),
        ("immobiliser_state", "BCM_Immobiliser"), ("crash_output", "BCM_CrashOutput"),
        ("online_state", "TBOX_Online"), ("platform_login", "TBOX_PlatformLogin"),
        ("position_fix", "TBOX_Fix"), ("sensor_health", "CAM_Health"),
        ("calibration_state", "RAD_Calibration"), ("fix_quality", "GNSS_FixQuality"),
        ("assistance_mode", "ADCU_Mode"), ("dssad_state", "ADCU_DssadState"),
        ("edr_state", "ADCU_EdrState"), ("automation_level", "ADCU_AutomationLevel"),
    ],
)  # fmt: skip
def test_identifiers_and_signals_use_the_same_words(did: str, signal: str) -> None:
    item = next(d for d in diagnostics()["dids"].values() if d["name"] == did)
    table = next(texts(s) for _, s in signals() if s.name == signal)
    measured = {raw: name for raw, name in table.items() if name != "not_available"}
    assert item["values"] == measured


def test_readme_counts_what_is_there() -> None:
    readme = (DBC / "README.md").read_text(encoding="utf-8")
    row = re.search(r"\| (\d+) units \| (\d+) id\w+ \| (\d+) routines \| (\d+) tr", readme)
    assert row is not None
    kinds = ("units", "dids", "routines", "dtcs")
    assert [int(number) for number in row.groups()] == [len(diagnostics()[kind]) for kind in kinds]
