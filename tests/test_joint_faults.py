"""Faults of the joint procedure: what they change, and that pile and car work again afterwards."""

from typing import Any

import pytest
from car_help import CarPoint

from harness.data import data_folder
from harness.datafile import load
from simulators.cable import PilotWire
from simulators.faults import all_faults, joint_pile, joint_vehicle
from simulators.faults.fault import JOINT, Fault
from simulators.faults.found.veh_chg_01 import FOUND

OWN = {fault.name: fault for family in (joint_pile, joint_vehicle) for fault in family.FAULTS}
FAULTS = all_faults()


def held(point: CarPoint, fault: Fault) -> list[Any]:
    """The values of everything that the fault is about."""
    return [getattr(item.part(point.rig), item.attribute) for item in fault.defects]


def steps() -> dict[str, dict[str, Any]]:
    values, _, _ = load(data_folder("procedures") / f"{JOINT}.yaml")
    return {step["id"]: step for step in values["steps"]}


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("charging", [False, True], ids=["at rest", "charging"])
def test_a_fault_comes_and_goes(name: str, charging: bool) -> None:
    fault, point = OWN[name], CarPoint()
    if charging:
        point.charge()
        assert point.get("charging_state") == "charging"
    sound = held(point, fault)
    fault.switch(point.rig, True)
    assert held(point, fault) != sound
    point.run(20.0)
    fault.switch(point.rig, False)
    assert held(point, fault) == sound
    point.world.return_gun()
    point.run(5.0)
    point.rig.pile.push_reset_button()
    point.run(2.0)
    assert point.get("charging_state") == "idle"
    point.charge()
    assert point.get("charging_state") == point.car.charging.state == "charging"
    assert point.world.load.current() == pytest.approx(32.0)


@pytest.mark.parametrize("name", OWN)
def test_a_fault_is_described_in_both_languages(name: str) -> None:
    for text in (OWN[name].title, OWN[name].detail):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
        assert text.en
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.en)


def test_every_fault_is_found_by_steps_that_exist() -> None:
    known = steps()
    for fault in FAULTS.values():
        for step in fault.expects.get(JOINT, ()):
            assert step in known, (fault.name, step)
    assert all(OWN[name].expects[JOINT] for name in OWN)
    assert set(FOUND) <= set(FAULTS)


def test_faults_of_other_families_keep_what_else_finds_them() -> None:
    assert set(FAULTS["contactor-welded"].expects) >= {"PILE-INSP-01", JOINT}


# What the new defects do


def test_a_late_contactor_is_late() -> None:
    point = CarPoint()
    point.charge()
    OWN["contactor-releases-late"].switch(point.rig, True)
    since = point.t
    point.world.vehicle.open_s2()
    point.run(1.0)
    opened = point.world.trace.first_after(since, "contactor", "open")
    assert opened is not None
    assert 0.25 <= opened - since <= 0.30


def test_a_limit_that_is_not_used_is_still_stored_and_still_pauses() -> None:
    point = CarPoint()
    point.charge()
    OWN["limit-not-used"].switch(point.rig, True)
    point.put("current_limit", 10.0)
    point.run(12.0)
    assert point.get("current_limit") == 10.0
    assert point.get("signaled_current") == 32.0
    point.put("current_limit", 0.0)
    point.run(8.0)
    assert point.get("signaled_current") == 0.0


def test_an_alarm_that_is_stuck_needs_a_reset() -> None:
    point = CarPoint()
    OWN["alarm-does-not-clear"].switch(point.rig, True)
    point.charge(8.0)
    broken = point.defect(point.world.cable, "pilot_wire", PilotWire.BROKEN, "broken")
    point.run(1.0)
    broken.switch(point.rig, False)
    point.world.return_gun()
    point.run(2.0)
    assert point.get("fault_flags") == ["F-15"]
    point.rig.pile.reset_faults()
    point.run(2.0)
    assert point.get("fault_flags") == []


def test_a_wet_contact_looks_like_a_plug() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    OWN["inlet-cc-wet"].switch(point.rig, True)
    point.run(0.5)
    assert point.signal("OBC_PlugConnected") == "yes"
    assert point.signal("OBC_CpState") == "fault"
    assert not point.world.cable.mated
    OWN["inlet-cc-wet"].switch(point.rig, False)
    point.run(0.5)
    assert point.signal("OBC_PlugConnected") == "no"


def test_a_corroded_contact_makes_the_cable_smaller() -> None:
    point = CarPoint(buses=True)
    OWN["inlet-cc-corroded"].switch(point.rig, True)
    point.charge()
    assert point.signal("OBC_CableRating") == 16
    assert point.get("cable_current_rating") == 32
    assert point.world.load.current() == pytest.approx(16.0)


@pytest.mark.parametrize(("fault", "shown"), [("pile", "pile"), ("user", "user")])
def test_a_wrong_reason_is_only_a_wrong_word(fault: str, shown: str) -> None:
    point = CarPoint(buses=True)
    OWN[f"stop-reason-always-{fault}"].switch(point.rig, True)
    point.charge()
    assert point.signal("OBC_StopReason") == "none"
    broken = point.defect(point.world.cable, "pilot_wire", PilotWire.BROKEN, "broken")
    point.run(3.0)
    assert point.signal("OBC_StopReason") == shown
    assert point.signal("OBC_ChargingState") == "fault", "it still knows what to do"
    assert "P1C10-31" not in point.ecu("OBC").symptoms()
    broken.switch(point.rig, False)
    OWN[f"stop-reason-always-{fault}"].switch(point.rig, False)
    point.run(0.5)
    assert point.signal("OBC_StopReason") == "cp_lost"


def test_a_dead_button_and_a_car_that_wants_its_plug_back() -> None:
    point = CarPoint()
    OWN["vehicle-resume-dead"].switch(point.rig, True)
    point.charge()
    point.do("stop-charging-at-car", wait=4.0)
    point.do("resume-charging-at-car", wait=8.0)
    assert point.car.charging.state == "stopped_by_vehicle"
    OWN["vehicle-resume-dead"].switch(point.rig, False)
    point.do("resume-charging-at-car", wait=8.0)
    assert point.car.charging.state == "charging"
    OWN["vehicle-needs-replug"].switch(point.rig, True)
    point.put("charge_command", "stop")
    point.run(5.0)
    point.put("charge_command", "start")
    point.run(8.0)
    assert point.car.charging.state == "stopped_by_pile"
    point.world.return_gun()
    point.run(1.0)
    point.charge(8.0)
    assert point.car.charging.state == "charging"
