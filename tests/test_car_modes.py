"""Key positions, READY with everything that stands against it, sleep and waking."""

from collections.abc import Callable

import pytest
from car_help import CarPoint

from simulators.vehicle.highvoltage import Stage
from simulators.vehicle.power import SLEEP_AFTER, SLEEP_AFTER_LOCKED


def test_from_off_to_ready_and_back() -> None:
    point = CarPoint()
    power, circuit = point.car.power, point.car.circuit
    point.do("switch-on", wait=1.0)
    assert power.key == "on"
    assert power.ignition
    assert circuit.stage is Stage.OFF
    started = point.t
    point.do("make-ready", wait=4.0)
    assert power.key == "ready"
    took = point.world.trace.first_after(started, "car.key", "ready")
    assert took is not None
    assert 0.3 < took - started < 2.0
    assert not point.car.control.brake_pressed, "the foot is off the brake again"
    point.do("switch-on", wait=1.0)
    assert power.key == "on", "READY off, 12 V on"
    assert circuit.stage is Stage.OFF
    point.do("switch-off", wait=1.0)
    assert power.key == "off"


def test_the_start_button_without_the_brake_does_not_make_ready() -> None:
    point = CarPoint()
    point.switch_on()
    point.car.control.press_start()
    point.run(3.0)
    assert point.car.power.key == "on"
    assert point.car.control.not_ready_reason() == "brake_not_pressed"


Breaks = Callable[[CarPoint], None]


def _plug(point: CarPoint) -> None:
    point.world.plug_in()


REASONS: list[tuple[str, Breaks]] = [
    ("plug_connected", _plug),
    ("interlock", lambda p: p.car.circuit.interlock.__setattr__("open_at", "inverter")),
    ("insulation", lambda p: p.car.insulation.sections["battery"].__setattr__("positive", 12.0)),
    ("immobiliser", lambda p: p.car.access.__setattr__("key_learned", False)),
    ("immobiliser", lambda p: p.car.access.__setattr__("immobilised", True)),
    ("motor", lambda p: p.car.drive.__setattr__("works", False)),
    ("crash", lambda p: p.car.body.airbag.__setattr__("crash_stored", True)),
    ("low_voltage", lambda p: p.car.low_voltage.battery.__setattr__("ohms_factor", 12.0)),
    ("battery", lambda p: p.car.pack.cells[3].__setattr__("deficit", 0.9)),
    ("battery", lambda p: p.car.units["BMS"].__setattr__("works", False)),
    ("battery", lambda p: p.car.pack.probes[7].__setattr__("local_heat", 45.0)),
]


@pytest.mark.parametrize(("reason", "breaks"), REASONS)
def test_what_stands_against_ready(reason: str, breaks: Breaks) -> None:
    point = CarPoint()
    breaks(point)
    point.car.update()
    point.make_ready()
    assert point.car.power.key == "on"
    assert point.car.control.not_ready_reason() == reason
    assert not point.car.circuit.connected


@pytest.mark.parametrize(
    "breaks", [_plug, *(b for reason, b in REASONS if reason in ("interlock", "motor", "crash"))]
)
def test_what_ends_ready(breaks: Breaks) -> None:
    point = CarPoint()
    point.make_ready()
    assert point.car.power.key == "ready"
    breaks(point)
    point.car.update()
    point.run(1.0)
    assert point.car.power.key == "on"
    assert not point.car.circuit.connected


def test_the_emergency_stop_of_the_car_ends_ready() -> None:
    point = CarPoint()
    point.make_ready()
    point.do("press-vehicle-emergency-stop", wait=0.5)
    assert point.car.power.key == "on"


def test_a_gear_needs_ready_and_the_brake() -> None:
    point = CarPoint()
    control = point.car.control
    point.switch_on()
    point.do("select-drive")
    assert control.gear == "p"
    point.make_ready()
    point.car.control.select("d")
    assert control.gear == "p", "the brake is not pressed"
    point.do("select-drive")
    assert control.gear == "d"
    point.do("switch-off", wait=1.0)
    assert control.gear == "p"


def test_the_parking_brake_holds_the_car() -> None:
    point = CarPoint()
    point.make_ready()
    point.do("select-drive")
    point.do("release-brake", wait=3.0)
    assert point.car.drive.standing
    point.do("release-parking-brake", wait=5.0)
    assert point.car.drive.speed() == pytest.approx(5.0)


def test_a_jammed_parking_brake_reports_a_fault() -> None:
    point = CarPoint()
    point.switch_on()
    fault = point.defect(point.car.parking_brake, "left_works", False)
    point.do("release-parking-brake", wait=2.0)
    assert point.car.parking_brake.applied
    assert point.car.parking_brake.state == "fault"
    fault.switch(point.rig, False)
    point.do("release-parking-brake", wait=2.0)
    assert point.car.parking_brake.state == "released"


# Sleep


def test_the_car_sleeps_after_a_while() -> None:
    point = CarPoint()
    power = point.car.power
    point.do("switch-on", "switch-off")
    assert power.awake
    assert power.until_sleep() == pytest.approx(SLEEP_AFTER)
    point.run(SLEEP_AFTER - 1.0)
    assert power.awake
    point.run(1.5)
    assert not power.awake
    assert point.car.scheduler.next_event() is None


def test_a_locked_car_sleeps_soon() -> None:
    point = CarPoint()
    point.do("switch-on", "switch-off", "unlock-car", "lock-car")
    assert point.car.body.locked
    point.run(SLEEP_AFTER_LOCKED + 0.1)
    assert not point.car.power.awake


def test_a_door_wakes_the_car() -> None:
    point = CarPoint()
    assert not point.car.power.awake
    point.do("open-door-fl")
    assert point.car.power.awake
    assert not point.car.power.ignition
    point.do("lock-car")
    assert not point.car.body.locked, "an open car is not locked"
    point.do("close-doors", "lock-car", wait=SLEEP_AFTER_LOCKED + 0.1)
    assert not point.car.power.awake


def test_a_plug_wakes_the_car_for_a_while() -> None:
    point = CarPoint()
    power = point.car.power
    point.world.plug_in()
    point.run(1.0)
    assert power.supplied("charging")
    assert not power.supplied("ignition")
    point.run(130.0)
    assert not power.awake, "plugged in, and nobody offers energy"
    point.put("charge_command", "start")
    point.run(15.0)
    assert power.awake
    assert point.car.charging.state == "charging"


def test_a_dead_12_v_battery_wakes_for_nobody() -> None:
    point = CarPoint()
    point.defect(point.car.low_voltage.battery, "connected", False)
    point.do("switch-on", wait=1.0)
    assert point.car.power.key == "off"
