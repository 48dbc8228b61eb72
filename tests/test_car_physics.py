"""Battery, high voltage, 12 V, wheels and the other parts of the car, each by itself."""

import pytest
from car_help import CarPoint
from hypothesis import given
from hypothesis import strategies as st

from simulators.vehicle.highvoltage import Stage
from simulators.vehicle.lowvoltage import SET_POINT
from simulators.vehicle.obc import efficiency
from simulators.vehicle.ocv import ENERGY_PER_AH, energy_of, ocv, soc_of
from simulators.vehicle.pack import CELLS
from simulators.vehicle.ramp import Ramp
from simulators.vehicle.units import _VIN_VALUES, _VIN_WEIGHTS, PLACES, with_check_digit

# The cell


@given(st.floats(0.0, 1.0))
def test_energy_and_state_of_charge_are_inverse(soc: float) -> None:
    assert soc_of(energy_of(soc)) == pytest.approx(soc, abs=1e-9)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_voltage_and_energy_rise_with_the_charge(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert ocv(low) <= ocv(high)
    assert energy_of(low) <= energy_of(high)


def test_energy_is_the_integral_of_the_voltage() -> None:
    steps = 20_000
    area = sum(ocv((k + 0.5) / steps) for k in range(steps)) / steps
    assert pytest.approx(area, rel=1e-6) == ENERGY_PER_AH
    assert energy_of(1.0) == pytest.approx(ENERGY_PER_AH)
    assert soc_of(2 * ENERGY_PER_AH) == 1.0


# A straight course


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.5, 20), st.floats(0.1, 30)), max_size=6))
def test_the_integral_of_a_course_does_not_depend_on_looks(
    legs: list[tuple[float, float, float]],
) -> None:
    ramp, t, total, last = Ramp(0.0, 0.0), 0.0, 0.0, 0.0
    for target, rate, hold in legs:
        ramp.go_to(target, rate, t)
        steps = 400
        for k in range(steps):
            total += ramp.at(t + (k + 0.5) * hold / steps) * hold / steps
        t += hold
        last = ramp.at(t)
    assert ramp.integral(t) == pytest.approx(total, rel=1e-3, abs=0.5)
    assert ramp.at(t) == last


# The battery


@pytest.mark.parametrize("seed", range(12))
def test_a_parked_car_is_sound(seed: int) -> None:
    car = CarPoint(seed=seed).car
    assert 0.50 <= car.pack.soc() <= 0.85
    assert car.power.key == "off"
    assert not car.power.awake
    assert car.control.gear == "p"
    assert car.parking_brake.applied
    assert car.circuit.stage is Stage.OFF
    assert not car.circuit.connected
    assert car.circuit.link_voltage() == pytest.approx(0.0)
    assert car.bms.forbids() is None
    assert car.bms.fault_level() == 0
    assert car.bms.readings().spread < 0.02
    assert car.insulation.measured() * 1000 > 500 * car.pack.voltage()
    assert 12.4 <= car.low_voltage.voltage() <= 13.0
    assert all(abs(wheel.pressure() - 250.0) < 15.0 for wheel in car.wheels.all.values())
    assert all(sensor.health() == "ok" for sensor in car.sensors.values())
    assert car.scheduler.next_event() is None, "nothing happens in a parked car"


def test_cells_add_up_to_the_battery() -> None:
    point = CarPoint()
    point.charge(20)
    pack = point.car.pack
    assert sum(pack.cell_readings()) == pytest.approx(pack.voltage(), abs=1e-6)
    assert pack.current() == pytest.approx(pack.power() / pack.voltage())
    assert len(pack.cell_readings()) == CELLS


def test_a_corroded_sense_wire_shows_a_high_and_a_low_neighbour() -> None:
    point = CarPoint()
    pack, bms = point.car.pack, point.car.bms
    assert not bms.sampling_fault()
    before = pack.voltage()
    fault = point.defect(pack.taps[40], "error", 0.2)
    volts = pack.cell_readings()
    assert volts[40] - volts[41] == pytest.approx(0.4, abs=0.01)
    assert pack.voltage() == pytest.approx(before), "the battery itself is as it was"
    assert bms.sampling_fault()
    assert bms.poor_consistency()
    fault.switch(point.rig, False)
    assert not bms.sampling_fault()


def test_a_weak_cell_is_low_at_rest_and_lower_under_load() -> None:
    point = CarPoint()
    cell, pack = point.car.pack.cells[16], point.car.pack
    point.defect(cell, "deficit", 0.45)
    point.defect(cell, "resistance_factor", 6.0, name="ohms")
    assert point.car.bms.readings().low_cell == 17
    low = pack.cell_readings()[16]
    point.make_ready()
    assert pack.cell_readings()[16] < low
    assert not point.car.bms.sampling_fault()


def test_the_state_of_charge_is_what_was_taken() -> None:
    point = CarPoint()
    point.make_ready()
    pack = point.car.pack
    stored, drain = pack.stored(), point.car.pack.power()
    point.run(3600.0)
    assert stored - pack.stored() == pytest.approx(drain, rel=0.02), "an hour of the consumers"


@pytest.mark.parametrize(
    ("share", "least", "most"), [(1.0, 0.89, 0.92), (6.0, 0.92, 0.95), (32.0, 0.95, 0.96)]
)
def test_efficiency_of_the_charger(share: float, least: float, most: float) -> None:
    assert least <= efficiency(share) <= most


# Insulation


def test_insulation_is_measured_where_the_contactors_lead() -> None:
    point = CarPoint()
    car = point.car
    fault = point.defect(car.insulation.sections["obc"], "negative", 20.0)
    assert not car.bms.insulation_fault(), "behind open contactors nobody sees it"
    point.make_ready()
    assert car.power.key == "ready"
    assert car.insulation.measured() == pytest.approx(20.0, rel=0.01)
    assert car.bms.insulation_fault()
    fault.switch(point.rig, False)
    assert not car.bms.insulation_fault()


def test_parallel_leaks_add_up() -> None:
    point = CarPoint()
    point.make_ready()
    insulation = point.car.insulation
    sections = insulation.sections.values()
    expected = 1 / sum(1 / section.positive for section in sections)
    assert insulation.positive() == pytest.approx(expected)


# Contactors


def test_precharge_comes_before_the_main_contactor() -> None:
    point = CarPoint()
    point.make_ready()
    trace = point.world.trace
    order = [trace.times(f"car.contactor.{name}", True)[0]
             for name in ("negative", "precharge", "positive")]  # fmt: skip
    assert order == sorted(order)
    assert trace.times("car.contactor.precharge", False)[0] > order[2]
    assert point.car.circuit.link_voltage() == pytest.approx(point.car.pack.voltage())


def test_the_link_is_safe_soon_after_switching_off() -> None:
    point = CarPoint()
    point.make_ready()
    point.do("switch-off", wait=0.1)
    assert point.car.circuit.link_voltage() > 60.0
    point.run(4.9)
    assert point.car.circuit.link_voltage() < 60.0


@pytest.mark.parametrize(
    ("part", "attribute", "value", "failure"),
    [
        ("positive", "stuck", "open", "contactor_open"),
        ("negative", "stuck", "open", "precharge"),
        ("positive", "stuck", "closed", "contactor_welded"),
        ("precharge", "stuck", "open", "precharge"),
    ],
)
def test_a_bad_contactor_prevents_high_voltage(
    part: str, attribute: str, value: str, failure: str
) -> None:
    point = CarPoint()
    fault = point.defect(getattr(point.car.circuit, part), attribute, value)
    point.make_ready()
    car = point.car
    assert car.power.key == "on"
    assert car.control.not_ready_reason() == "battery"
    assert car.circuit.failure == failure or car.circuit.welded
    fault.switch(point.rig, False)
    point.do("switch-off", wait=5.0)
    point.make_ready()
    assert car.power.key == "ready"


def test_a_broken_precharge_resistor_is_found() -> None:
    point = CarPoint()
    point.defect(point.car.circuit, "precharge_resistor_sound", False)
    point.make_ready()
    assert point.car.bms.precharge_failed()
    assert point.car.power.key == "on"


# 12 V


def test_the_converter_carries_the_network_in_ready() -> None:
    point = CarPoint()
    low = point.car.low_voltage
    rest = low.voltage()
    point.switch_on()
    assert low.voltage() < rest
    point.make_ready()
    assert 13.5 <= low.voltage() <= SET_POINT
    assert low.battery.outflow < 0, "the battery is charged"
    point.do("switch-off", wait=1.0)
    assert low.rest_seen == pytest.approx(rest, abs=0.01)
    assert low.ready_seen == pytest.approx(14.1, abs=0.1)


def test_without_the_converter_the_battery_empties() -> None:
    point = CarPoint()
    point.defect(point.car.low_voltage.dcdc, "works", False)
    point.make_ready()
    low = point.car.low_voltage
    assert point.car.power.key == "ready"
    assert low.voltage() < 12.8
    charge = low.battery.charge
    point.run(1800.0)
    assert low.battery.charge < charge - 0.1


def test_a_disconnected_battery_switches_everything_off() -> None:
    point = CarPoint()
    point.switch_on()
    point.do("disconnect-12v", wait=0.1)
    assert not point.car.power.awake
    point.do("connect-12v", wait=0.1)
    assert point.car.power.awake


# Wheels and tyres


def test_a_leaking_tyre_loses_pressure_with_time() -> None:
    point = CarPoint()
    wheel = point.car.wheels["RL"]
    before = wheel.pressure()
    fault = point.defect(wheel, "leak", 30.0)
    point.run(3600.0)
    assert before - wheel.pressure() == pytest.approx(30.0, abs=2.0)
    fault.switch(point.rig, False)
    point.run(3600.0)
    assert before - wheel.pressure() == pytest.approx(30.0, abs=2.0), "what is lost is lost"


def test_a_sensor_offset_leaves_the_tyre_alone() -> None:
    point = CarPoint()
    wheel = point.car.wheels["FR"]
    before = wheel.pressure()
    point.defect(wheel, "pressure_sensor_offset", -40.0)
    assert wheel.pressure() == before
    assert wheel.measured_pressure() == pytest.approx(before - 40.0)


def test_distance_is_the_integral_of_speed() -> None:
    point = CarPoint()
    point.make_ready()
    point.do("release-parking-brake", wait=2.0)
    point.do("select-drive")
    point.do("release-brake", wait=1.0)
    car = point.car
    car.control.press_accelerator(50.0)
    start, energy = car.drive.distance(), car.pack.stored()
    point.run(60.0)
    speed = car.drive.speed()
    assert speed == pytest.approx(32.5, abs=0.1)
    assert car.drive.distance() - start == pytest.approx(speed / 60, rel=0.2)
    assert car.drive.motor_speed() == pytest.approx(speed / 3.6 / 2.0986 * 60 * 9.1, rel=0.01)
    assert car.pack.stored() < energy
    car.control.press_accelerator(0.0)
    point.do("press-brake", wait=6.0)
    assert car.drive.standing


# Identity


def test_the_vin_has_its_check_digit() -> None:
    for seed in range(5):
        vin = CarPoint(seed=seed).car.units.vin
        assert len(vin) == 17
        rest = sum(_VIN_VALUES[c] * w for c, w in zip(vin, _VIN_WEIGHTS, strict=True)) % 11
        assert vin[8] == ("X" if rest == 10 else str(rest))
        assert with_check_digit(vin) == vin


def test_units_know_who_they_are() -> None:
    first, second = CarPoint(seed=1).car.units, CarPoint(seed=2).car.units
    assert set(first.all) == set(PLACES)
    for node, unit in first.all.items():
        assert unit.vin == first.vin
        assert unit.software_version == second[node].software_version
        assert unit.serial_number != second[node].serial_number
        assert (len(unit.part_number), len(unit.serial_number)) == (11, 16)
        assert len(unit.software_version) == 8
    requests = [place.request for place in PLACES.values()]
    assert len(set(requests)) == len(requests)


def test_a_change_is_counted_and_bookkeeping_is_not() -> None:
    point = CarPoint()
    site = point.car.site
    before = site.revision
    point.car.pack.book()
    assert site.revision == before
    point.car.body.washer_low = True
    assert site.revision == before + 1
    point.car.body.washer_low = True
    assert site.revision == before + 1
