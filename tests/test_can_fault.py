"""Bus faults of the car: they break something real, a repair takes it away, and hands find it."""

import re
from itertools import pairwise
from math import inf
from typing import Any

import pytest
from car_help import CarPoint

from harness.errors import NotAvailableError
from simulators.faults import all_faults, bus_nodes, bus_repair, bus_wiring
from simulators.faults.bus_seeding import PROCEDURE
from simulators.faults.fault import Fault
from simulators.vehicle.bus_work import OVER_RANGE
from simulators.vehicle.fault_box import BusDefect, FaultBox, fault_box
from simulators.vehicle.hands import ACTIONS
from simulators.vehicle.measuring import OBSERVATIONS, READINGS
from simulators.vehicle.taps import TAPS

FAMILIES = (bus_wiring, bus_nodes, bus_repair)
FAULTS: dict[str, Fault] = {fault.name: fault for family in FAMILIES for fault in family.FAULTS}
IN_THE_BOX = [name for name, fault in FAULTS.items() if fault.on is not None]
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def asleep() -> CarPoint:
    """A car whose units are off: enough where only parts are looked at."""
    return CarPoint(buses=True)


@pytest.fixture
def point(asleep: CarPoint) -> CarPoint:
    """The same, switched on."""
    asleep.switch_on()
    return asleep


def box(point: CarPoint) -> FaultBox:
    return fault_box(point.rig)


def condition(point: CarPoint) -> dict[str, Any]:
    """Everything about the buses that a fault may change."""
    found: dict[str, Any] = {"box": (box(point).main_switch_stuck, box(point).lead_ohms)}
    for name, bus in point.bus().buses.items():
        wiring = bus.wiring
        for kind in ("segments", "stubs", "insulation", "terminators"):
            for place, part in getattr(wiring, kind).items():
                values = {key: one for key, one in vars(part).items() if key != "_changed"}
                found[f"{name}/{kind}/{place}"] = values
        for node in bus.nodes.values():
            found[f"{name}/{node.name}"] = node.fault
    found["fluid"] = point.car.brake.fluid_low
    return found


def defects(point: CarPoint) -> list[BusDefect]:
    """What is in the box."""
    return list(box(point)._known.values())


# Seeding


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_registered_and_described(name: str) -> None:
    fault = FAULTS[name]
    assert all_faults()[name] is fault
    assert fault.role == "vehicle"
    assert fault.expects[PROCEDURE]
    for text in (fault.title, fault.detail):
        assert CHINESE.search(text.zh)
        assert not CHINESE.search(text.en)
    assert fault.title.en != fault.detail.en


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_the_car_and_takes_its_change_back(name: str, asleep: CarPoint) -> None:
    fault, sound = FAULTS[name], condition(asleep)
    fault.switch(asleep.rig, True)
    assert condition(asleep) != sound
    asleep.run(0.5)
    fault.switch(asleep.rig, False)
    assert condition(asleep) == sound
    assert box(asleep).state == "clear"


@pytest.mark.parametrize("name", IN_THE_BOX)
def test_a_repair_where_the_diagnosis_says_takes_the_fault_away(
    name: str, asleep: CarPoint
) -> None:
    fault, sound = FAULTS[name], condition(asleep)
    bus, _, places = fault.diagnosis[PROCEDURE].split(":")
    fault.switch(asleep.rig, True)
    assert box(asleep).state == "set"
    named = places.split("+")
    stays = not all(
        one.mendable and one.bus == bus and set(one.places) & set(named) for one in defects(asleep)
    )
    for place in named:
        asleep.do(f"repair-{bus}-{place}".lower())
    assert (box(asleep).state == "set") is stays
    assert (condition(asleep) != sound) is stays
    asleep.run(0.01)
    fault.switch(asleep.rig, False)  # what has been repaired may still be switched off
    assert condition(asleep) == sound


@pytest.mark.parametrize("name", IN_THE_BOX)
def test_a_repair_elsewhere_changes_nothing(name: str, asleep: CarPoint) -> None:
    FAULTS[name].switch(asleep.rig, True)
    broken = condition(asleep)
    wrong = {(bus, place) for bus in TAPS for place in TAPS[bus]}
    for one in defects(asleep):
        wrong -= {(one.bus, place) for place in one.places}
    for bus, place in sorted(wrong):
        asleep.do(f"repair-{bus}-{place}".lower())
    assert condition(asleep) == broken
    assert box(asleep).state == "set"


def test_a_loose_contact_is_back_although_the_box_is_clear(asleep: CarPoint) -> None:
    sound = condition(asleep)
    fault = FAULTS["bus-loose-contact"]
    fault.switch(asleep.rig, True)
    asleep.do("repair-chassis-esc")
    assert condition(asleep) == sound
    asleep.run(0.2)
    assert condition(asleep) != sound
    assert box(asleep).state == "clear"
    fault.switch(asleep.rig, False)
    assert condition(asleep) == sound


def test_a_loose_contact_that_is_taken_away_in_time_does_not_come_back(asleep: CarPoint) -> None:
    fault, sound = FAULTS["bus-loose-contact"], condition(asleep)
    fault.switch(asleep.rig, True)
    asleep.do("repair-chassis-esc")
    fault.switch(asleep.rig, False)
    asleep.run(0.5)
    assert condition(asleep) == sound


def test_two_faults_at_one_place_do_not_mend_each_other(asleep: CarPoint) -> None:
    stub = asleep.bus().buses["chassis"].wiring.stubs["ESC"]
    part = ((lambda network: network.buses["chassis"].wiring.stubs["ESC"], "low", inf),)
    for name in ("one", "other"):
        box(asleep).put(BusDefect(name, "chassis", ("ESC",), part))
    box(asleep).drop("one")
    assert stub.low == inf
    box(asleep).drop("other")
    assert stub.low == 0.0


def test_a_car_without_buses_has_no_fault_box() -> None:
    point = CarPoint()
    with pytest.raises(NotAvailableError):
        FAULTS["bus-node-dead"].switch(point.rig, True)


# Taking apart


def test_the_trunk_is_opened_at_one_place_and_closed_again(point: CarPoint) -> None:
    sound = condition(point)
    read = READINGS["can_chassis_resistance"].true
    point.do("bus-power-off", "unplug-adapter", wait=0.1)
    assert read(point.rig) == pytest.approx(60.0, abs=2.0)
    point.do("split-chassis-ibc-eps")
    assert read(point.rig) == pytest.approx(119.0, abs=2.0)
    point.do("split-chassis-esc-ibc")
    segments = point.bus().buses["chassis"].wiring.segments
    assert [name for name, pair in segments.items() if not pair.sound] == ["S3-S4"]
    point.do("join-chassis", "plug-adapter", "bus-power-on", wait=1.0)
    assert condition(point) == sound


def test_a_unit_that_is_pulled_stays_so_until_all_is_together(point: CarPoint) -> None:
    point.do("pull-eps", "split-chassis-gw-obd", "pull-epb", wait=1.0)
    assert point.age("EPS_Status") > 0.9
    assert point.age("EPB_Status") > 0.9
    assert point.age("ESC_Status") < 0.1
    assert all(one.sound for one in point.bus().buses["chassis"].wiring.segments.values())
    point.do("join-chassis", wait=1.0)
    assert point.age("EPS_Status") < 0.1
    assert point.age("EPB_Status") < 0.1


def test_a_defect_in_an_open_connector_is_kept_and_repaired(asleep: CarPoint) -> None:
    FAULTS["bus-powertrain-high-open"].switch(asleep.rig, True)
    wires = asleep.bus().buses["powertrain"].wiring.segments["S5-S6"]
    asleep.do("split-powertrain-obc-mcu")
    assert (wires.high, wires.low) == (inf, inf)
    asleep.do("join-powertrain")
    assert (wires.high, wires.low) == (inf, 0.0)
    asleep.do("split-powertrain-obc-mcu", "repair-powertrain-obc-mcu")
    assert wires.sound


def test_every_neighbour_and_every_place_has_its_action() -> None:
    for bus, order in TAPS.items():
        for first, second in pairwise(order):
            assert f"split-{bus}-{first}-{second}".lower() in ACTIONS
            assert f"repair-{bus}-{first}-{second}".lower() in ACTIONS
        assert all(f"repair-{bus}-{place.lower()}" in ACTIONS for place in order)


# Supply and instruments


def test_power_off_is_quiet_at_once_and_the_meter_shows_it(point: CarPoint) -> None:
    volts = READINGS["obd_supply_voltage"].true
    assert volts(point.rig) > 11.5
    point.do("bus-power-off", wait=0.1)
    frames = len(point.log)
    point.run(1.0)
    assert len(point.log) == frames
    assert volts(point.rig) == 0.0
    point.do("bus-power-on", wait=1.0)
    assert point.car.power.key == "on"
    assert point.age("ESC_Status") < 0.1


def test_a_main_switch_that_is_stuck_leaves_the_supply_on(point: CarPoint) -> None:
    FAULTS["bus-main-switch-stuck"].switch(point.rig, True)
    point.do("bus-power-off", wait=0.5)
    assert READINGS["obd_supply_voltage"].true(point.rig) > 11.5
    assert point.age("BCM_Supply") < 1.0


@pytest.mark.parametrize("bus", TAPS)
def test_what_a_sound_bus_measures(bus: str, point: CarPoint) -> None:
    def read(name: str) -> float:
        return READINGS[f"can_{bus}_{name}"].true(point.rig)

    assert read("high_recessive") == pytest.approx(2.5, abs=0.1)
    assert read("low_recessive") == pytest.approx(2.5, abs=0.1)
    assert read("high_dominant") == pytest.approx(3.5, abs=0.2)
    assert read("low_dominant") == pytest.approx(1.5, abs=0.2)
    point.do("bus-power-off", "unplug-adapter", wait=0.1)
    assert read("resistance") == pytest.approx(60.0, abs=2.0)
    for name in ("high_ground", "low_ground", "high_battery", "low_battery"):
        assert 2e3 < read(name) <= OVER_RANGE
    for unit in TAPS[bus]:
        if unit != "obd":
            for wire in ("high", "low"):
                assert read(f"{wire}_to_{unit.lower()}") < 1.0


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("bus-chassis-short", {"can_chassis_resistance": 0.9}),
        ("bus-powertrain-terminator-lost", {"can_powertrain_resistance": 118.0}),
        (
            "bus-powertrain-high-to-ground",
            {"can_powertrain_high_ground": 0.7, "can_powertrain_low_ground": 60.0},
        ),
        (
            "bus-chassis-low-to-battery",
            {"can_chassis_low_battery": 0.7, "can_chassis_high_battery": 60.0},
        ),
        (
            "bus-powertrain-high-open",
            {"can_powertrain_high_to_mcu": 238.0, "can_powertrain_low_to_mcu": 0.3},
        ),
        ("bus-chassis-swapped", {"can_chassis_high_to_ibc": 60.0, "can_chassis_low_to_ibc": 60.0}),
    ],
)
def test_what_a_fault_measures(name: str, readings: dict[str, float], point: CarPoint) -> None:
    FAULTS[name].switch(point.rig, True)
    point.do("bus-power-off", "unplug-adapter", wait=0.1)
    for reading, ohms in readings.items():
        assert READINGS[reading].true(point.rig) == pytest.approx(ohms, abs=2.0), reading


def test_worn_leads_are_in_the_meter_not_in_the_bench(asleep: CarPoint) -> None:
    FAULTS["bus-meter-leads-worn"].switch(asleep.rig, True)
    asleep.do("bus-power-off", "unplug-adapter", wait=0.1)
    shown = READINGS["can_body_resistance"].true(asleep.rig)
    assert shown - READINGS["bench_can_body_resistance"].true(asleep.rig) == pytest.approx(5.0)


def test_the_fault_box_is_read(asleep: CarPoint) -> None:
    assert OBSERVATIONS["fault-box"](asleep.rig) == "clear"
    FAULTS["bus-node-dead"].switch(asleep.rig, True)
    assert OBSERVATIONS["fault-box"](asleep.rig) == "set"


# What a unit reports


def test_a_unit_reports_bus_off_although_it_is_back_in_between(point: CarPoint) -> None:
    """On a shorted bus a unit is bus-off most of the time, and not at every single moment."""
    gateway = point.ecu("GW")
    assert not gateway.bus_off
    FAULTS["bus-chassis-short"].switch(point.rig, True)
    point.run(1.0)
    seen = []
    for _ in range(200):
        point.run(0.01)
        seen.append(gateway.bus_off)
    assert all(seen)
    point.do("repair-chassis-eps", wait=2.0)
    assert not gateway.bus_off
