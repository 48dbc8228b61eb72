"""A simulated device through a profile: what is served, what is refused, and with which code."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim_support import EPOCH

from harness.datafile import loads
from harness.devices.modbus.codec import decode, encode
from harness.devices.modbus.plan import plan
from harness.devices.modbus.points import Point, Profile, Table
from harness.devices.modbus.profile import load_profile
from harness.errors import UsageError
from harness.quantity import Quality
from simulators.register_map import Device, RefusalError, RegisterMap
from simulators.rig import Rig
from simulators.units import UNITS

PROFILES = ("gb-ac-pile", "heidelberg-energy-control", "sungrow-ac011e", "eastron-sdm630")


class Served:
    """A rig with one profile's registers, and a clock that moves when told."""

    def __init__(self, name: str | Profile, seed: int = 1) -> None:
        self.t = 0.0
        self.profile = load_profile(name) if isinstance(name, str) else name
        is_meter = self.profile.kind == "meter"
        self.rig = Rig(
            seed=seed,
            now=lambda: self.t,
            wall=lambda: EPOCH + self.t,
            pile=None if is_meter else self.profile,
        )
        self.device: Device = self.rig.meter if is_meter else self.rig.registers
        self.map = RegisterMap(self.profile, self.device)
        self.run(0.1)

    def run(self, seconds: float) -> None:
        """Let time pass with requests that keep the watchdog fed."""
        while seconds > 0:
            step = min(seconds, 2.0)
            self.t += step
            self.rig.advance()
            self.device.feed()
            seconds -= step

    def charge(self) -> None:
        self.rig.world.plug_in()
        self.run(1.0)
        self.rig.pile.controller.start()
        self.run(14.0)
        assert self.rig.pile.contactor.closed

    def words(self, point: Point) -> list[int]:
        return self.map.read(point.table.read_function, point.address, point.words)

    def value(self, name: str) -> Any:
        point = self.profile.points[name]
        return decode(point, self.words(point)).value

    def write(self, name: str, value: Any, function: int | None = None) -> None:
        point = self.profile.points[name]
        self.map.write(
            function or point.write_function, point.address, encode(point, value, checked=False)
        )

    def refusal(self, function: int, address: int, count: int = 1) -> int:
        with pytest.raises(RefusalError) as caught:
            self.map.read(function, address, count)
        return caught.value.code

    def write_refusal(self, function: int, address: int, words: list[int]) -> int:
        with pytest.raises(RefusalError) as caught:
            self.map.write(function, address, words)
        return caught.value.code


@pytest.fixture(params=PROFILES)
def served(request: pytest.FixtureRequest) -> Served:
    return Served(request.param)


def test_every_readable_point_decodes(served: Served) -> None:
    points = [point for point in served.profile.points.values() if point.readable]
    for point in points:
        found = decode(point, served.words(point))
        assert found.quality in (Quality.GOOD, Quality.SENTINEL), point.name


def test_planned_blocks_give_the_same_as_single_reads(served: Served) -> None:
    points = [point for point in served.profile.points.values() if point.readable]
    for block in plan(points, served.profile.rules):
        words = served.map.read(block.table.read_function, block.address, block.count)
        assert len(words) == block.count
        for point in block.points:
            start = point.address - block.address
            assert words[start : start + point.words] == served.words(point)


STATES = ("idle", "charging", "stopped", "emergency_stop", "disabled")


@pytest.mark.parametrize("state", STATES)
def test_every_canonical_point_is_what_the_pile_says(state: str) -> None:
    served = Served("gb-ac-pile")
    if state != "idle":
        served.charge()
    if state == "stopped":
        served.rig.pile.controller.stop("remote_stop")
    if state == "emergency_stop":
        served.rig.pile.press_emergency_stop()
    if state == "disabled":
        served.rig.pile.controller.enable(False)
    served.run(10.0)
    for name, point in served.profile.points.items():
        if not point.readable:
            continue
        true, shown = served.rig.registers.get(name), served.value(name)
        if isinstance(true, float) and point.unit is not None:
            assert point.unit == UNITS[name]
            assert shown == pytest.approx(true, abs=point.scale * 0.51), name
        else:
            assert shown == true, name


@pytest.mark.parametrize("name", ["heidelberg-energy-control", "sungrow-ac011e"])
@pytest.mark.parametrize("state", STATES)
def test_vendor_piles_tell_the_same_story(name: str, state: str) -> None:
    """Units, scales and orders differ; the quantities are those of the pile."""
    served = Served(name)
    pile = served.rig.pile
    if state != "idle":
        served.charge()
    if state == "stopped":
        pile.controller.stop("remote_stop")
    if state == "emergency_stop":
        pile.press_emergency_stop()
    if state == "disabled":
        pile.controller.enable(False)
    served.run(10.0)
    for phase in (1, 2, 3):
        assert served.value(f"voltage_l{phase}") == pytest.approx(
            pile.meter.voltage(phase), abs=0.6
        )
        assert served.value(f"current_l{phase}") == pytest.approx(
            pile.meter.current(phase), abs=0.06
        )
    total = pile.meter.counted()
    if served.profile.points["total_energy"].unit == "VAh":
        total /= 0.99
    assert served.value("total_energy") == pytest.approx(total, abs=1.1)
    expected = {
        "idle": ("A", "idle"),
        "charging": ("C", "charging"),
        "stopped": ("B", "connected" if "heidelberg" in name else "finished"),
        "emergency_stop": (None, "fault"),
        "disabled": ("F" if "heidelberg" in name else None, "unavailable"),
    }[state]
    assert (served.value("cp_state"), served.value("charging_state")) == expected


def test_one_register_with_two_meanings_agrees() -> None:
    served = Served("heidelberg-energy-control")
    seen = set()
    raw = served.map.read(4, 5, 1)[0]
    seen.add(raw)
    served.rig.world.plug_in()
    served.run(0.5)
    seen.add(served.map.read(4, 5, 1)[0])
    served.run(15.0)
    seen.add(served.map.read(4, 5, 1)[0])
    served.rig.pile.controller.limit(0.0)
    served.run(10.0)
    assert served.rig.pile.controller.charging_state == "suspended_evse"
    assert served.value("cp_state") == "B"
    seen.add(served.map.read(4, 5, 1)[0])
    served.write("enable", "disabled")
    served.run(10.0)
    seen.add(served.map.read(4, 5, 1)[0])
    assert seen == {3, 5, 7, 10}  # A2, B2, C2, F


def test_addresses_outside_the_map_are_refused(served: Served) -> None:
    for table, function in ((Table.INPUT, 4), (Table.HOLDING, 3)):
        known = {
            address
            for point in served.profile.points.values()
            if point.table is table and point.readable
            for address in range(point.address, point.end)
        }
        if not known:
            continue
        outside = next(address for address in range(65536) if address not in known)
        assert served.refusal(function, outside) == 2
        last = max(known)
        if last < 65535:
            assert served.refusal(function, last, 2) == 2  # runs over the end
        assert served.refusal(function, 65535, 2) == 2


def test_gaps_are_refused_or_zero_by_the_profile() -> None:
    served = Served("gb-ac-pile")
    assert served.refusal(4, 100, 10) == 2  # 107 to 109 are not documented
    lenient = replace(served.profile, rules=replace(served.profile.rules, gap=3))
    served.map = RegisterMap(lenient, served.device)
    assert served.map.read(4, 100, 11)[7:10] == [0, 0, 0]


def test_part_of_a_long_value_is_answered_unless_reads_are_exact() -> None:
    served = Served("gb-ac-pile")
    whole = served.map.read(4, 132, 2)
    assert served.map.read(4, 133, 1) == whole[1:]
    assert served.map.read(4, 131, 2)[1:] == whole[:1]
    exact = replace(served.profile, rules=replace(served.profile.rules, exact=True))
    served.map = RegisterMap(exact, served.device)
    assert served.map.read(4, 132, 2) == whole
    assert served.refusal(4, 133, 1) == 2
    assert served.refusal(4, 132, 4) == 2


def test_reads_that_are_too_long_are_refused() -> None:
    served = Served("eastron-sdm630")
    assert len(served.map.read(4, 0, 36)) == 36
    assert served.refusal(4, 0, 51) == 3
    assert served.refusal(4, 0, 0) == 3


def test_forbidden_spans_are_refused() -> None:
    served = Served("gb-ac-pile")
    rules = replace(served.profile.rules, forbidden=((Table.INPUT, 110, 113),))
    served.map = RegisterMap(replace(served.profile, rules=rules), served.device)
    assert served.refusal(4, 106, 6) == 2
    assert served.map.read(4, 114, 2)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("gb-ac-pile", {1, 2, 3, 4, 5, 6, 16}),
        ("heidelberg-energy-control", {3, 4, 6}),
        ("sungrow-ac011e", {3, 4, 6}),
        ("eastron-sdm630", {3, 4, 16}),
    ],
)
def test_function_codes_follow_the_profile(name: str, codes: set[int]) -> None:
    served = Served(name)
    assert served.map.functions == codes
    for function in {1, 2, 3, 4} - codes:
        assert served.refusal(function, 0) == 1
    for function in {5, 6, 15, 16} - codes:
        assert served.write_refusal(function, 0, [0]) == 1


def test_same_number_in_two_tables() -> None:
    served = Served("eastron-sdm630")
    assert served.value("voltage_l2") > 200
    assert served.value("demand_period") == 60.0


def test_write_only_points_cannot_be_read() -> None:
    served = Served("gb-ac-pile")
    assert served.refusal(1, served.profile.points["fault_reset"].address) == 2


def test_conditions_hide_points() -> None:
    served = Served("heidelberg-energy-control")
    assert served.value("enable") == "enabled"
    served.rig.pile.identity.values["protocol_version"] = 0x0105
    point = served.profile.points["enable"]
    assert served.refusal(3, point.address) == 2
    assert served.refusal(4, served.profile.points["total_energy"].address, 2) == 2
    served.write("enable", "disabled")  # can still be written
    served.run(1.0)
    assert served.value("charging_state") == "unavailable"


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("current_limit", [59], 3),
        ("current_limit", [321], 3),
        ("max_current", [0], 3),
        ("watchdog_timeout", [601], 3),
        ("modbus_unit_id", [0], 3),
        ("clock", [1], 3),
        ("voltage_l1", [1], 2),
    ],
)
def test_bad_writes_are_refused(name: str, words: list[int], code: int) -> None:
    served = Served("gb-ac-pile")
    point = served.profile.points[name]
    function = 16 if point.words > 1 or len(words) > 1 else 6
    assert served.write_refusal(function, point.address, words) == code


def test_single_register_write_of_a_long_value_is_refused() -> None:
    served = Served("gb-ac-pile")
    assert served.write_refusal(6, served.profile.points["clock"].address, [1]) == 1
    assert served.write_refusal(16, served.profile.points["clock"].address + 1, [1]) == 3
    served.write("clock", EPOCH + 5000)
    assert served.value("clock") == EPOCH + 5000


def test_a_block_write_is_all_or_nothing() -> None:
    served = Served("gb-ac-pile")
    first = served.profile.points["current_limit"].address
    assert served.write_refusal(16, first, [100, 100, 59]) == 3
    assert served.value("current_limit") == 32.0
    served.map.write(16, first, [100, 200, 70])
    assert [served.value(n) for n in ("current_limit", "max_current", "failsafe_current")] == [
        10.0, 20.0, 7.0
    ]  # fmt: skip


def test_writing_has_its_effect() -> None:
    served = Served("sungrow-ac011e")
    served.rig.world.plug_in()
    served.run(1.0)
    served.write("charge_command", "start")
    served.write("current_limit", 10.0)
    served.run(15.0)
    assert served.value("current_l1") == pytest.approx(10.0, abs=0.3)
    served.write("charge_command", "stop")
    served.run(10.0)
    assert served.value("charging_state") == "finished"
    assert served.value("session_end_time") > EPOCH


def test_units_are_converted_both_ways() -> None:
    served = Served("heidelberg-energy-control")
    assert served.value("watchdog_timeout") == 15_000.0
    served.write("watchdog_timeout", 4000.0)
    assert served.rig.pile.watchdog.timeout == 4.0
    served = Served("sungrow-ac011e")
    assert served.value("total_energy") == served.rig.registers.get("total_energy") * 1000


def test_vendor_registers_keep_what_is_written() -> None:
    served = Served("sungrow-ac011e")
    assert served.value("working_mode") == "network"
    served.write("working_mode", "ems")
    assert served.value("working_mode") == "ems"
    point = served.profile.points["working_mode"]
    assert served.write_refusal(6, point.address, [5]) == 3
    assert served.write_refusal(6, served.profile.points["range_per_kwh"].address, [5]) == 3


def test_protected_meter_settings_need_the_password() -> None:
    served = Served("eastron-sdm630")
    point = served.profile.points["system_type"]
    words = encode(point, "three_phase_4w")
    assert served.write_refusal(16, point.address, words) == 4
    served.write("unlock", 1234.0)
    assert served.value("unlock") == "locked"
    served.write("unlock", 1000.0)
    assert served.value("unlock") == "unlocked"
    served.write("system_type", "three_phase_4w")
    assert served.value("system_type") == "three_phase_4w"


def test_meter_and_pile_measure_the_same_world() -> None:
    served = Served("gb-ac-pile")
    served.charge()
    meter = served.rig.meter
    start_pile, start_meter = served.rig.pile.meter.counted(), meter.kilowatt_hours
    served.run(600.0)
    by_pile = served.rig.pile.meter.counted() - start_pile
    by_meter = (meter.kilowatt_hours - start_meter) * 1000
    assert by_meter > 3000
    assert by_pile / by_meter - 1 == pytest.approx(served.rig.pile.meter.power_gain - 1, abs=0.001)
    assert meter.get("power_factor") == 0.99
    assert float(str(meter.get("reactive_power"))) > 0


def test_raw_code_of_a_defective_part_reaches_the_register() -> None:
    served = Served("gb-ac-pile")
    served.rig.pile.indicator.board_code = 9
    point = served.profile.points["indicator_state"]
    found = decode(point, served.words(point))
    assert (found.raw, found.quality) == (9, Quality.UNKNOWN_CODE)


_TWISTED = b"""
profile: twisted
title: {zh: x, en: x}
vendor: x
model: x
kind: pile
confidence: low
sources: [x]
links: {tcp: {unit: 1}}
points:
  a: {at: input 0, type: u32}
  b: {at: input 1}
"""


def test_a_map_that_contradicts_itself_is_refused() -> None:
    good = load_profile("gb-ac-pile")
    values, _ = loads(_TWISTED, "twisted.yaml")
    points = {
        name: Point(name, Table.INPUT, int(row["at"].split()[1]), 2 if "type" in row else 1)
        for name, row in values["points"].items()
    }
    rig = Rig(seed=1, now=lambda: 0.0, wall=lambda: EPOCH)
    with pytest.raises(UsageError, match="b overlaps a"):
        RegisterMap(replace(good, points=points), rig.registers)


SERVED = {name: Served(name) for name in PROFILES}


@given(
    name=st.sampled_from(PROFILES),
    function=st.integers(0, 130),
    address=st.one_of(st.integers(0, 65535), st.integers(0, 150), st.integers(21200, 21325)),
    count=st.integers(0, 200),
)
def test_any_read_is_answered_or_refused(
    name: str, function: int, address: int, count: int
) -> None:
    served = SERVED[name]
    try:
        words = served.map.read(function, address, count)
    except RefusalError as refusal:
        assert refusal.code in (1, 2, 3)
    else:
        assert len(words) == count
        top = 1 if function in (1, 2) else 0xFFFF
        assert all(0 <= word <= top for word in words)


@given(
    name=st.sampled_from(PROFILES),
    function=st.sampled_from([5, 6, 15, 16, 22, 23]),
    address=st.one_of(st.integers(0, 40), st.integers(255, 265), st.integers(21200, 21265)),
    words=st.lists(st.integers(0, 65535), min_size=1, max_size=6),
)
def test_any_write_is_carried_out_or_refused(
    name: str, function: int, address: int, words: list[int]
) -> None:
    served = SERVED[name]
    try:
        served.map.write(function, address, words)
    except RefusalError as refusal:
        assert refusal.code in (1, 2, 3, 4)
