"""Seeded faults of the car: each breaks something, mends it again, and some check finds it.

That each turns exactly the steps that it names to fail is computed by the matrix.
"""

import re
from collections.abc import Callable

import pytest
from car_help import CarPoint
from vehicle_inspection_help import ADMISSION, BOTH, INSPECTION

from harness.bench.load import SIMULATED, load_bench
from harness.catalogue.load import load_catalogue
from harness.engine.plan import make_plan
from harness.procedure.load import load_procedure
from simulators.faults import (
    all_faults,
    vehicle_appearance,
    vehicle_body,
    vehicle_highvoltage,
    vehicle_identity,
    vehicle_inlet,
    vehicle_lamps,
    vehicle_lowvoltage,
    vehicle_network,
    vehicle_state,
    vehicle_tyres,
)
from simulators.faults.fault import Fault
from simulators.rig import Rig
from simulators.vehicle.measuring import OBSERVATIONS
from simulators.vehicle.wheels import LOW_PRESSURE, PLACARD

FAMILIES = (
    vehicle_appearance, vehicle_body, vehicle_highvoltage, vehicle_identity, vehicle_inlet,
    vehicle_lamps, vehicle_lowvoltage, vehicle_network, vehicle_state, vehicle_tyres,
)  # fmt: skip
FAULTS: dict[str, Fault] = {fault.name: fault for family in FAMILIES for fault in family.FAULTS}
CHINESE = re.compile("[\u4e00-\u9fff]")
SEEDS = range(1, 13)


def judging(procedure: str) -> set[str]:
    """Steps that make a claim about the car."""
    plan = make_plan(load_procedure(procedure), load_bench(SIMULATED), load_catalogue())
    return {step.model.id for step in plan.steps if step.action.judges}


@pytest.mark.parametrize("procedure", BOTH)
def test_every_check_is_failed_by_some_fault_of_the_car(procedure: str) -> None:
    named = {step for fault in FAULTS.values() for step in fault.expects.get(procedure, ())}
    assert named == judging(procedure)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_registered_and_described(name: str) -> None:
    fault = FAULTS[name]
    assert all_faults()[name].defects == fault.defects
    assert fault.role == "vehicle"
    assert set(fault.expects) & {INSPECTION, ADMISSION}
    assert all(len(set(steps)) == len(steps) for steps in fault.expects.values())
    for text in (fault.title, fault.detail):
        assert CHINESE.search(text.zh)
        assert text.en
        assert not CHINESE.search(text.en)
    assert fault.title.en != fault.detail.en


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.defects])
@pytest.mark.parametrize("ready", [False, True], ids=["at rest", "ready"])
def test_a_part_breaks_and_is_mended(name: str, ready: bool) -> None:
    fault, point = FAULTS[name], CarPoint()
    if ready:
        point.switch_on()
        point.make_ready()

    def condition() -> list[object]:
        return [getattr(one.part(point.rig), one.attribute) for one in fault.defects]

    sound = condition()
    fault.switch(point.rig, True)
    for before, now in zip(sound, condition(), strict=True):
        assert now != before
    fault.switch(point.rig, False)
    for before, now in zip(sound, condition(), strict=True):
        assert now == (pytest.approx(before) if isinstance(before, float) else before)


@pytest.mark.parametrize(
    ("name", "seen", "broken", "mended"),
    [
        ("brake-pedal-held", lambda rig: rig.car.brake.pedal, 60.0, 0.0),
        ("plug-left-in", lambda rig: rig.car.plug.mated, True, False),
        ("battery-nearly-empty", lambda rig: round(rig.car.pack.soc(), 6), 0.22, 0.65),
        ("battery-aged", lambda rig: rig.car.pack.soh, 0.82, CarPoint().car.pack.soh),
        ("foreign-device-on-the-bus", lambda rig: len(rig.car.units.extra), 1, 0),
        ("car-leaks", lambda rig: "car-leaks" in rig.world.appearance, True, False),
    ],
)
def test_what_somebody_did_is_undone(
    name: str, seen: Callable[[Rig], object], broken: object, mended: object
) -> None:
    point = CarPoint(buses=True)
    for _ in range(2):
        FAULTS[name].switch(point.rig, True)
        assert seen(point.rig) == broken
        FAULTS[name].switch(point.rig, False)
        assert seen(point.rig) == mended


def test_ageing_leaves_the_state_of_charge_as_it_is() -> None:
    point = CarPoint()
    soc = point.car.pack.soc()
    FAULTS["battery-aged"].switch(point.rig, True)
    assert point.car.pack.soc() == pytest.approx(soc)
    FAULTS["battery-aged"].switch(point.rig, False)
    assert point.car.pack.soc() == pytest.approx(soc)


# The size of a defect has to fit every specimen of the car, not only the one of the matrix.


@pytest.mark.parametrize("seed", SEEDS)
def test_a_weak_cell_is_found_and_does_not_stop_the_car(seed: int) -> None:
    point = CarPoint(seed=seed)
    FAULTS["cell-weak"].switch(point.rig, True)
    assert 0.31 < point.car.bms.readings().spread < 0.49
    assert point.car.bms.forbids() is None
    assert point.car.bms.readings().low_cell == 41


@pytest.mark.parametrize("seed", SEEDS)
def test_a_corroded_sense_wire_is_no_weak_cell(seed: int) -> None:
    point = CarPoint(seed=seed)
    FAULTS["cell-sense-wire-corroded"].switch(point.rig, True)
    assert point.car.bms.sampling_fault()
    assert point.car.bms.readings().spread < 0.29


@pytest.mark.parametrize("seed", SEEDS)
def test_warmth_in_one_place(seed: int) -> None:
    point = CarPoint(seed=seed)
    FAULTS["battery-warmed-unevenly"].switch(point.rig, True)
    readings = point.car.bms.readings()
    assert 11.5 < readings.hot - readings.cold < 20.0
    assert not point.car.bms.over_temperature()
    FAULTS["battery-hot-spot"].switch(point.rig, True)
    assert 61.5 < point.car.bms.readings().hot < 75.0
    assert not point.car.bms.thermal_event()


@pytest.mark.parametrize("seed", SEEDS)
def test_tyres_are_soft_before_the_car_warns(seed: int) -> None:
    point = CarPoint(seed=seed)
    FAULTS["tyres-underinflated"].switch(point.rig, True)
    for wheel in point.car.wheels.all.values():
        assert LOW_PRESSURE + 1 < wheel.measured_pressure() < 0.9 * PLACARD - 1
        assert wheel.pressure() < 0.9 * PLACARD - 2.5
    FAULTS["tyre-punctured"].switch(point.rig, True)
    assert point.car.wheels["RR"].measured_pressure() < LOW_PRESSURE - 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sensor_that_is_off_still_shows_a_pressure_of_the_placard(seed: int) -> None:
    point = CarPoint(seed=seed)
    for name, wheel in (("tyre-sensor-fl-off", "FL"), ("tyre-sensor-rr-off", "RR")):
        FAULTS[name].switch(point.rig, True)
        assert 0.9 * PLACARD + 0.5 < point.car.wheels[wheel].measured_pressure() < PLACARD


@pytest.mark.parametrize("seed", SEEDS)
def test_weak_and_flat_low_voltage_batteries(seed: int) -> None:
    point = CarPoint(seed=seed)
    low_voltage = point.car.low_voltage
    FAULTS["low-voltage-battery-weak"].switch(point.rig, True)
    assert low_voltage.battery.rest_voltage() < 12.3
    point.switch_on()
    assert low_voltage.voltage() * 0.997 > 11.8
    FAULTS["low-voltage-battery-weak"].switch(point.rig, False)
    FAULTS["low-voltage-battery-flat"].switch(point.rig, True)
    assert 11.0 < low_voltage.voltage() < 11.75


@pytest.mark.parametrize("seed", SEEDS)
def test_a_weak_converter_and_a_body_controller_that_misreads(seed: int) -> None:
    point = CarPoint(seed=seed)
    FAULTS["dcdc-output-low"].switch(point.rig, True)
    point.switch_on()
    point.make_ready()
    assert 13.05 < point.car.low_voltage.voltage() < 13.4
    FAULTS["dcdc-output-low"].switch(point.rig, False)
    FAULTS["body-controller-reads-high"].switch(point.rig, True)
    shown = point.car.low_voltage.voltage() * point.car.low_voltage.body_gain
    assert 0.4 < shown - point.car.low_voltage.voltage() < 14.79 - point.car.low_voltage.voltage()


@pytest.mark.parametrize("seed", SEEDS)
def test_insulation_that_is_low_where_it_is_meant_to_be(seed: int) -> None:
    point = CarPoint(seed=seed)
    FAULTS["insulation-low-charger"].switch(point.rig, True)
    assert point.car.bms.forbids() is None
    point.switch_on()
    point.make_ready()
    assert point.car.power.key == "ready"
    assert point.car.bms.insulation_fault()


def test_the_foreign_device_answers_whoever_asks_everybody() -> None:
    point = CarPoint(buses=True)
    FAULTS["foreign-device-on-the-bus"].switch(point.rig, True)
    point.switch_on()
    assert ("powertrain", 0x5A5, False) in point.frames
    network = point.bus()
    node = network.extra_node(point.car.units.extra[0])
    assert node.powered
    FAULTS["foreign-device-on-the-bus"].switch(point.rig, False)
    point.run(0.1)
    point.frames.clear()
    point.run(1.0)
    assert ("powertrain", 0x5A5, False) not in point.frames


def test_a_welded_ignition_relay_keeps_the_car_on() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    FAULTS["ignition-relay-welded"].switch(point.rig, True)
    point.do("switch-off", wait=1.0)
    assert point.car.power.key == "on"
    FAULTS["ignition-relay-welded"].switch(point.rig, False)
    point.do("switch-off", wait=1.0)
    assert point.car.power.key == "off"


def test_a_telltale_shows_what_its_defect_says() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    assert OBSERVATIONS["telltale-parkingbrake"](point.rig) == "on"
    FAULTS["parking-brake-telltale-dark"].switch(point.rig, True)
    FAULTS["isolation-telltale-on"].switch(point.rig, True)
    seen = {name: OBSERVATIONS[f"telltale-{name}"](point.rig) for name in ("isolation", "brake")}
    assert seen == {"isolation": "on", "brake": "off"}
