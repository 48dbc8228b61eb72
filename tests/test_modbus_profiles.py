"""The shipped profiles, and what loading finds."""

import json
from pathlib import Path

import pytest

from harness.devices.modbus.canonical import CANONICAL
from harness.devices.modbus.codec import codec_of, decode, encode
from harness.devices.modbus.plan import plan
from harness.devices.modbus.points import Point, Profile, Table
from harness.devices.modbus.profile import SHIPPED, list_profiles, load_profile, schema
from harness.errors import FileError, UnknownNameError, UsageError
from harness.quantity import Quantity

NAMES = [
    "alfen-eve-ng9xx",
    "chint-dtsu666",
    "eastron-sdm630",
    "etek-ekepc2",
    "gb-ac-pile",
    "heidelberg-energy-control",
    "keba-kecontact-p30",
    "phoenix-ev-charge-control-basic",
    "relay-8ch",
    "sungrow-ac011e",
]
WITHOUT_WATCHDOG = {"etek-ekepc2", "phoenix-ev-charge-control-basic"}
"""Their maps document none: charging is started on them only when a procedure says so."""
WITHOUT_START = {"alfen-eve-ng9xx"}
"""It charges whoever may; only the current is set."""
OUR_POINTS = """
charging_state cp_state cp_voltage_positive cp_voltage_negative cp_duty cp_frequency cc_resistance
cable_state cable_current_rating contactor_command contactor_state pe_state leakage_current
lock_state lock_command door_state emergency_stop surge_arrester_state holder_state indicator_state
temperature connector_temperature voltage_l1 voltage_l2 voltage_l3 frequency current_l1 current_l2
current_l3 active_power apparent_power total_energy session_energy session_time session_start_time
session_end_time stop_reason clock tariff_sharp tariff_peak tariff_flat tariff_valley
tariff_version warning_flags fault_flags firmware_version hardware_version serial_number model_name
vendor_name model_code protocol_version max_current min_current max_power rated_voltage phase_count
active_phases current_limit signaled_current enable charge_command fault_reset watchdog_timeout
watchdog_remaining failsafe_current modbus_unit_id last_alarm_number last_alarm_time
day_sessions day_energy record_number record_energy record_start_time record_end_time
record_stop_reason
"""


@pytest.fixture(params=NAMES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def test_all_shipped_profiles_are_listed(tmp_path: Path) -> None:
    assert list_profiles() == NAMES
    (tmp_path / "own.yaml").write_bytes((SHIPPED / "gb-ac-pile.yaml").read_bytes())
    assert list_profiles([tmp_path]) == sorted([*NAMES, "own"])


def test_a_profile_knows_its_file(profile: Profile) -> None:
    assert profile.id == profile.path.stem
    assert profile.data == profile.path.read_bytes()
    assert len(profile.sha256) == 64
    assert profile.title.zh and profile.title.en and profile.sources


def test_every_point_decodes_and_reads_plan(profile: Profile) -> None:
    readable = [point for point in profile.points.values() if point.readable]
    blocks = plan(readable, profile.rules)
    assert sum(len(block.points) for block in blocks) == len(readable)
    for point in profile.points.values():
        codec_of(point)
        for words in ([0] * point.words, [0xFFFF] * point.words):
            decode(point, words)


def test_every_default_may_be_written_and_comes_back(profile: Profile) -> None:
    for point in profile.points.values():
        if point.default is not None and point.default_raw not in point.not_available:
            assert decode(point, encode(point, point.default)).value == point.default


def test_every_value_that_energises_may_be_written(profile: Profile) -> None:
    for name, choices in profile.energising().items():
        for choice in choices:
            value = choice[0] if isinstance(choice, tuple) else choice
            encode(profile.points[name], value)


def test_piles_say_how_they_are_made_safe(profile: Profile) -> None:
    if profile.kind != "pile":
        assert not profile.energising()
        return
    assert profile.energising() and profile.safe_state is not None
    assert profile.safe_state.sequence in profile.sequences
    assert "charging_state" in {condition.point for condition in profile.safe_state.proof}
    assert (profile.watchdog is None) == (profile.id in WITHOUT_WATCHDOG)
    assert ("start" in profile.sequences) != (profile.id in WITHOUT_START)


def test_canonical_points_have_titles(profile: Profile) -> None:
    for name, point in profile.points.items():
        if name in CANONICAL:
            assert point.title == CANONICAL[name].title
            assert point.title.zh and point.title.en


def test_our_pile_has_every_shared_point() -> None:
    pile = load_profile("gb-ac-pile")
    assert set(OUR_POINTS.split()) == set(pile.points)
    assert {point.table for point in pile.points.values()} == set(Table)
    assert pile.points["total_energy"].resolution == 0.001
    assert pile.points["total_energy"].unit == "kWh"
    assert pile.points["tariff_peak"].resolution == 0.0001
    named = {
        *pile.points["fault_flags"].flags.values(),
        *pile.points["warning_flags"].flags.values(),
    }
    assert named == {f"F-{number:02d}" for number in range(1, 43)}
    watchdog = pile.watchdog
    assert watchdog is not None
    assert (watchdog.timeout, watchdog.timeout_point) == (10.0, "watchdog_timeout")
    assert pile.ratings == {
        "voltage": Quantity(220, "V"),
        "current": Quantity(32, "A"),
        "phases": Quantity(3, "1"),
        "power": Quantity(21, "kW"),
        "frequency": Quantity(50, "Hz"),
    }


def test_heidelberg_facts() -> None:
    box = load_profile("heidelberg-energy-control")
    state, cp = box.points["charging_state"], box.points["cp_state"]
    assert (state.table, state.address) == (cp.table, cp.address) == (Table.INPUT, 5)
    assert decode(state, [7])[:2] == ("charging", 7)
    assert decode(cp, [7]).value == "C"
    assert cp.labels[7] == "C2"
    assert decode(cp, [11]).quality == "sentinel"
    assert decode(state, [12]).quality == "unknown_code"
    assert box.gates == ("protocol_version",)
    assert str(box.points["total_energy"].available_if[0]) == "protocol_version is at least 263"
    assert decode(box.points["serial_number"], [0x4241, 0x0043] + [0] * 30).value == "ABC"
    limit = box.points["current_limit"]
    assert encode(limit, 6) == [60] and encode(limit, 0) == [0]
    with pytest.raises(UsageError):
        encode(limit, 5.9)
    assert box.rules.pause == 0.1
    link = box.links["rtu"]
    assert (link.baudrate, link.parity, link.unit) == (19200, "E", 1)
    assert box.points["session_energy"].doubts[0].confidence == "low"


def test_sungrow_facts() -> None:
    pile = load_profile("sungrow-ac011e")
    assert decode(pile.points["total_energy"], [0x5678, 0x1234]).value == 0x12345678
    assert encode(pile.points["charge_command"], "start") == [0]
    assert pile.points["total_energy"].doc == "21300"
    assert pile.points["working_mode"].where() == "holding 21262 (printed 21263)"
    assert pile.links["tcp"].unit == 248
    assert [step.op for step in pile.sequences["start"]] == ["write", "write", "rewrite"]
    assert pile.points["current_limit"].settle == 10.0


@pytest.mark.parametrize(
    ("model", "highest", "phases"),
    [(None, 16, 3), ("AC011E-01", 16, 3), ("AC007-00", 32, 1), ("AC22E-01", 32, 3)],
)
def test_the_model_decides_the_maximum(model: str | None, highest: float, phases: int) -> None:
    pile = load_profile("sungrow-ac011e", model=model)
    limit = pile.points["current_limit"]
    assert encode(limit, highest) == [highest * 10]
    with pytest.raises(UsageError, match=f"6 to {highest} A"):
        encode(limit, highest + 1)
    assert pile.ratings["phases"] == Quantity(phases, "1")
    assert pile.ratings["frequency"] == Quantity(50, "Hz")
    assert pile.model == (model or "AC011E-01")


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="AC007-00, AC011E-01"):
        load_profile("sungrow-ac011e", model="AC99")


def test_sdm630_facts() -> None:
    meter = load_profile("eastron-sdm630")
    same = [p for p in meter.points.values() if p.address == 2]
    assert {(p.table, p.name) for p in same} == {
        (Table.INPUT, "voltage_l2"),
        (Table.HOLDING, "demand_period"),
    }
    assert meter.points["voltage_l2"].doc == "30003"
    assert meter.points["demand_period"].doc == "40003"
    assert meter.points["baud_rate"].write_function == 16
    assert encode(meter.points["baud_rate"], 9600) == [0x4000, 0]
    assert encode(meter.points["demand_period"], 15) == [0x4170, 0]
    with pytest.raises(UsageError):
        encode(meter.points["demand_period"], 7)
    assert meter.watchdog is None


def test_a_profile_by_file_and_by_folder(tmp_path: Path) -> None:
    copy = tmp_path / "lab-pile.yaml"
    copy.write_bytes((SHIPPED / "gb-ac-pile.yaml").read_bytes())
    assert load_profile(str(copy)).path == copy
    assert load_profile("lab-pile", [tmp_path]).path == copy
    own = tmp_path / "gb-ac-pile.yaml"
    own.write_bytes(copy.read_bytes())
    assert load_profile("gb-ac-pile", [tmp_path]).path == own


@pytest.mark.parametrize("name", ["nobody", "", "..", "../profiles/gb-ac-pile", "a/b"])
def test_an_unknown_profile_says_which_exist(name: str) -> None:
    with pytest.raises(UnknownNameError, match="gb-ac-pile"):
        load_profile(name)
    with pytest.raises(FileError, match=r"nobody\.yaml:0:0"):
        load_profile("nobody.yaml")


def test_the_schema_is_json_and_names_the_keys() -> None:
    text = json.dumps(schema())
    for key in ("points", "safe_state", "energises", "available_if", "numbering"):
        assert f'"{key}"' in text


def test_points_are_compared_by_identity() -> None:
    one, two = (Point("p", Table.INPUT, 0) for _ in range(2))
    assert one != two and len({one, two}) == 2
