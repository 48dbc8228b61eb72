"""Every seeded fault changes the world or the wire, and takes its change back."""

from typing import Any

import pytest
from sim_support import Point

from harness.data import data_folder
from harness.datafile import load
from harness.errors import NotAvailableError
from simulators.faults import (
    all_faults,
    appearance,
    breaker,
    charging,
    contactor,
    emergency_stop,
    gun,
    identity,
    lamp,
    metering,
    modules,
    protection,
    sensors,
    supply,
    temperature,
    wire,
)
from simulators.faults.fault import INSPECTION, Fault
from simulators.pile.pile import Pile
from simulators.rig import Rig

PILE_FAMILIES = (
    *(identity, appearance, lamp, sensors, supply, emergency_stop, contactor, gun),
    *(metering, modules, breaker, temperature, wire, charging, protection),
)
FAULTS = {fault.name: fault for family in PILE_FAMILIES for fault in family.FAULTS}
"""Those of the pile; the rig of these tests has no car."""
HAPPENINGS = {"session-running", "plug-pulled"}
"""Faults that are something happening: what they did is not undone, it is ended."""


def condition(rig: Rig) -> dict[str, Any]:
    """All hardware and data that a fault may have changed."""
    pile: Pile = rig.pile
    stop, box, meter = pile.emergency_stop, pile.contactor, pile.meter
    return {
        "world": dict(rig.world.condition()),
        "stop": vars(stop).copy(),
        "contactor": (
            *(box.welded, box.coil_sound, box.output_stuck, box.auxiliary_stuck),
            box.welds_on_closing,
        ),
        "board": (pile.starts, pile.events.stores),
        "multimeter": (rig.multimeter.lead_sound, rig.multimeter.lead_lasts),
        "meter": (meter.step, meter.creep, meter.voltage_gain, meter.current_gain),
        "clock": (pile.clock.drift, pile.clock.unset_for, pile.clock.lost),
        "inside": (
            vars(pile.modules).copy(),
            vars(pile.contacts.door).copy(),
            *(one.wire_open for one in vars(pile.contacts).values()),
            (pile.protection.breaker_off, pile.protection.breaker_tripped),
            (pile.protection.rcd_tripped, pile.protection.rcd_gain),
            (pile.meter_link.wire_sound, pile.meter_link.meter_address),
            (pile.meter_link.register_flips, pile.meter_link.meter_clock_error),
            (pile.card.app_confirms, pile.watchdog.haste, pile.controller.current_limit),
            (rig.registers.unit_id,),
        ),
        "heat": (
            pile.temperatures.cooling,
            pile.temperatures.plug_heat,
            pile.temperatures.contact,
            pile.temperatures.sensor_offset,
        ),
        "lamp": (pile.indicator.lamp_works, pile.indicator.board_code),
        "data": (dict(pile.identity.values), pile.tariff, pile.max_current),
        "gun": (pile.holder_stuck, pile.lock.jammed, pile.lock.feedback_stuck),
        "wires": {
            role: vars(wire) | {"_replies": 0, "_on": wire.disturbances}
            for role, wire in rig.wires.items()
        },
    }


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - {"gun-left-out"}))
@pytest.mark.parametrize("charging", [False, True], ids=["at rest", "charging"])
def test_on_changes_the_world_and_off_restores_it(name: str, charging: bool) -> None:
    fault = FAULTS[name]
    point = Point()
    point.pile.identity.values.update(serial_number="SIM1", firmware_version="1.4.2")
    if charging:
        point.charge()
    sound = condition(point.rig)
    fault.switch(point.rig, True)
    if name in HAPPENINGS:
        point.run(30.0)
        assert (point.get("charging_state") == "charging") is (name == "session-running")
        fault.switch(point.rig, False)
        point.run(30.0)
        assert point.get("charging_state") == "idle"
        return
    assert condition(point.rig) != sound
    point.run(30.0)
    fault.switch(point.rig, False)
    assert condition(point.rig) == sound


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_pile_works_again_after_the_fault(name: str) -> None:
    point = Point()
    fault = FAULTS[name]
    fault.switch(point.rig, True)
    point.run(20.0)
    fault.switch(point.rig, False)
    point.run(20.0)
    point.world.return_gun()
    point.run(5.0)
    point.pile.push_reset_button()
    point.run(5.0)
    assert point.get("charging_state") == "idle"
    assert point.get("fault_flags") == []
    point.charge()
    assert point.get("current_l1") > 30


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_faults_are_described_in_both_languages(name: str) -> None:
    fault = FAULTS[name]
    assert fault.name == name
    for text in (fault.title, fault.detail):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
        assert text.en and not any("\u4e00" <= letter <= "\u9fff" for letter in text.en)


def test_expected_steps_exist_and_every_automatic_check_has_a_fault() -> None:
    values, _, _ = load(data_folder("procedures") / f"{INSPECTION}.yaml")
    steps = {step["id"] for step in values["steps"]}
    named = {step for fault in FAULTS.values() for step in fault.expects.get(INSPECTION, ())}
    assert named <= steps
    assert steps - named == {"safety", "conclusion", "record"}


def test_two_faults_on_one_part_come_and_go_in_any_order() -> None:
    point = Point()
    sound = point.world.grid.level
    low, high = FAULTS["supply-undervoltage"], FAULTS["supply-overvoltage"]
    low.switch(point.rig, True)
    high.switch(point.rig, True)
    assert point.world.grid.level == 269.0
    low.switch(point.rig, False)
    assert point.world.grid.level == 269.0
    high.switch(point.rig, False)
    assert point.world.grid.level == sound


def _effect(name: str, *, charging: bool = False, wait: float = 20.0) -> Point:
    point = Point()
    point.pile.identity.values.update(serial_number="SIM1", firmware_version="1.4.2")
    if charging:
        point.charge()
    FAULTS[name].switch(point.rig, True)
    point.run(wait)
    return point


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("cp-break", "F-15"),
        ("cp-pe-short", "F-14"),
        ("pe-open", "F-17"),
        ("vehicle-overcurrent", "F-09"),
        ("leakage", "F-02"),
        ("overtemperature", "F-11"),
        ("door-open", "F-22"),
        ("water-inside", "F-38"),
        ("phase-lost", "F-07"),
    ],
)
def test_charging_faults_stop_the_session(name: str, flag: str) -> None:
    point = _effect(name, charging=True)
    assert flag in point.get("fault_flags")
    assert not point.pile.contactor.closed
    assert point.get("stop_reason") == "fault"


@pytest.mark.parametrize(
    "name",
    ["diode-shorted", "s2-stuck-open", "contactor-refuses", "lock-jammed", "contactor-welded",
     "contactor-feedback-stuck", "contactor-command-stuck"],
)  # fmt: skip
def test_some_faults_prevent_the_start(name: str) -> None:
    point = _effect(name)
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(200.0)
    assert point.get("charging_state") == "fault"
    assert point.world.load.current() == 0.0


def test_worn_contacts_heat_the_plug_until_it_derates() -> None:
    point = _effect("connector-contact-worn", charging=True, wait=2 * 3600.0)
    assert point.trace.times("announced", 16.0)
    assert 60 <= point.get("connector_temperature") <= 80.1
    assert "F-12" not in point.get("fault_flags")


def test_coarse_meter_shows_in_the_reading() -> None:
    point = _effect("coarse-meter", charging=True, wait=0.0)
    seen = set()
    for _ in range(600):
        point.run(1.0)
        seen.add(round(point.get("total_energy") * 1000))
    step = round(point.pile.meter.step)
    assert step >= 100
    assert len(seen) > 2
    assert all(reading % step == 0 for reading in seen)
    fine = set()
    for _ in range(5):
        point.run(0.7)
        fine.add(round(point.get("session_energy") * 1000) % 100)
    assert len(fine) == 5


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("supply-undervoltage", 168, 175), ("supply-overvoltage", 265, 273)],
)
def test_supply_faults_stay_inside_what_the_pile_trips_at(
    name: str, low: float, high: float
) -> None:
    point = _effect(name, wait=0.0)
    for _ in range(1000):
        point.run(1.0)
        assert low < point.get("voltage_l1") < high
    assert point.get("charging_state") == "idle"


def test_a_fault_that_does_nothing_would_be_noticed() -> None:
    idle = Fault(name="idle", title=FAULTS["leakage"].title, detail=FAULTS["leakage"].detail,
                 kind="physics")  # fmt: skip
    point = Point()
    sound = condition(point.rig)
    idle.switch(point.rig, True)
    assert condition(point.rig) == sound


@pytest.mark.parametrize("name", sorted(all_faults()))
def test_what_needs_a_car_says_so(name: str) -> None:
    fault = all_faults()[name]
    if fault.needs in ("socket", "twin"):
        with pytest.raises(NotAvailableError):
            fault.switch(Point().rig, True)
    elif not fault.needs_car:
        fault.switch(Point().rig, True)
    else:
        assert fault.role == "vehicle"
        assert "PILE-INSP-01" not in fault.expects


def test_a_charging_side_may_be_slow_without_a_car() -> None:
    assert not all_faults()["vehicle-follows-late"].needs_car
