"""What the technician does at the car, measures and sees."""

import pytest
from car_help import CarPoint

from harness.errors import NotAvailableError
from simulators.vehicle.hands import ACTIONS
from simulators.vehicle.lamps import CHANNELS
from simulators.vehicle.measuring import LOOKS, OBSERVATIONS, OVER_RANGE, READINGS, TEXTS
from simulators.vehicle.telltales import TELLTALES
from simulators.vehicle.units import BUSES
from simulators.vehicle.wheels import WHEELS


def _seen(point: CarPoint, subject: str) -> str:
    return OBSERVATIONS[subject](point.rig)


def _read(point: CarPoint, subject: str) -> float:
    return READINGS[subject].true(point.rig)


@pytest.fixture(scope="module")
def ready() -> CarPoint:
    point = CarPoint(buses=True)
    point.make_ready()
    return point


SWITCHES = [
    ("low-beam", ("low_beam_left", "low_beam_right", "position", "plate")),
    ("position-lamps", ("position", "plate")),
    ("high-beam", ("high_beam_left", "high_beam_right", "low_beam_left")),
    ("rear-fog-lamp", ("fog_rear", "position")),
    ("hazard", ("turn_left", "turn_right")),
]


@pytest.mark.parametrize(("switch", "channels"), SWITCHES)
def test_each_lamp_switch(ready: CarPoint, switch: str, channels: tuple[str, ...]) -> None:
    ready.do("low-beam-off", "lights-auto", wait=0.3)
    ready.do(f"{switch}-on", wait=0.3)
    for channel in channels:
        assert _seen(ready, f"lamp-{channel.replace('_', '-')}") == "on"
    ready.do(f"{switch}-off", "low-beam-off", wait=0.3)
    for channel in channels:
        assert _seen(ready, f"lamp-{channel.replace('_', '-')}") == "off"


def test_turn_signals_and_brake_and_reverse(ready: CarPoint) -> None:
    ready.do("turn-left-on", wait=0.3)
    assert _seen(ready, "lamp-turn-left") == "on"
    assert _seen(ready, "lamp-turn-right") == "off"
    ready.do("turn-right-on", wait=0.3)
    assert _seen(ready, "lamp-turn-right") == "on"
    ready.do("turn-off", "select-reverse", wait=0.3)
    assert _seen(ready, "lamp-reverse") == "on"
    assert _seen(ready, "lamp-brake") == "on"
    ready.do("select-park", wait=0.3)
    assert _seen(ready, "lamp-reverse") == "off"
    assert _seen(ready, "lamp-brake") == "off"


def test_horn_wiper_doors_windows_belt(ready: CarPoint) -> None:
    assert _seen(ready, "horn") == "off"
    ready.do("horn-on", "wiper-fast", "open-windows", "fasten-driver-belt", wait=0.3)
    assert _seen(ready, "horn") == "on"
    assert _seen(ready, "wiper") == "fast"
    assert ready.signal("BCM_WiperState") == "fast"
    assert ready.signal("BCM_WindowFR") == 100
    assert ready.signal("BCM_BeltDriver") == "fastened"
    ready.do("horn-off", "wash-windscreen", "close-windows", "release-driver-belt", wait=0.3)
    assert ready.signal("BCM_WasherPump") == "on"
    assert ready.signal("BCM_WindowFR") == 0
    ready.do("wiper-off", "open-door-rl", wait=0.3)
    assert ready.signal("BCM_DoorRL") == "open"
    assert ready.signal("ICM_LampDoor") == "on"
    assert _seen(ready, "telltale-door") == "on"
    ready.do("close-door-rl", "open-flap", wait=0.4)
    assert ready.signal("BCM_DoorRL") == "closed"
    assert ready.signal("OBC_InletFlap") == "open"
    assert _seen(ready, "inlet-flap") == "open"
    ready.do("close-flap", wait=0.4)
    assert ready.signal("OBC_InletFlap") == "closed"


def test_every_action_can_be_done_at_any_time() -> None:
    for prepare in ("switch-off", "switch-on", "make-ready"):
        point = CarPoint(buses=True)
        point.do(prepare, wait=2.0)
        for subject in ACTIONS:
            point.do(subject, wait=0.02)
        point.do("connect-12v", "switch-off", wait=2.0)
        assert point.car.power.key == "off"


def test_instruments_are_held_against_the_truth(ready: CarPoint) -> None:
    car = ready.car
    assert _read(ready, "low_voltage_battery") == car.low_voltage.voltage()
    for wheel in WHEELS:
        assert _read(ready, f"tyre_pressure_{wheel.lower()}") == car.wheels[wheel].pressure()
        assert _read(ready, f"tread_depth_{wheel.lower()}") == car.wheels[wheel].tread
    fault = ready.defect(car.wheels["FL"], "pressure_sensor_offset", 50.0)
    assert _read(ready, "tyre_pressure_fl") == pytest.approx(250.0, abs=20.0)
    fault.switch(ready.rig, False)
    assert _read(ready, "sensor_supply_cam") == pytest.approx(14.0, abs=0.3)
    assert _read(ready, "displayed_soc") == pytest.approx(car.pack.soc() * 100, abs=0.5)
    assert _read(ready, "displayed_odometer") == pytest.approx(car.drive.distance(), abs=0.1)
    ready.do("place-board-uss-01")
    ready.do("place-target-near")
    for name, reading in READINGS.items():
        true = reading.true(ready.rig)
        assert reading.uncertainty(true) > 0.0, name


def test_bus_resistance_of_a_car_without_supply() -> None:
    point = CarPoint(buses=True)
    point.do("switch-on", "switch-off", "unlock-car", "lock-car", wait=20.0)
    point.do("disconnect-12v", wait=1.0)
    for bus in BUSES:
        assert _read(point, f"can_{bus}_resistance") == pytest.approx(60.0, rel=0.1)
        assert _read(point, f"can_{bus}_high_ground") > 1000.0
    point.do("unplug-bms", wait=0.1)
    assert _read(point, "can_powertrain_resistance") == pytest.approx(120.0, rel=0.1)
    assert _read(point, "can_body_resistance") == pytest.approx(60.0, rel=0.1)
    point.do("plug-in-bms", wait=0.1)
    assert _read(point, "can_powertrain_resistance") == pytest.approx(60.0, rel=0.1)
    wiring = point.bus().buses["body"].wiring
    wiring.insulation["BCM"].low_ground = 0.5
    assert _read(point, "can_body_low_ground") < 2.0
    assert _read(point, "can_body_low_battery") <= OVER_RANGE


def test_bus_levels_of_a_car_that_is_on(ready: CarPoint) -> None:
    for bus in BUSES:
        assert _read(ready, f"can_{bus}_high_recessive") == pytest.approx(2.5, abs=0.2)
        assert _read(ready, f"can_{bus}_high_dominant") == pytest.approx(3.5, abs=0.4)
        assert _read(ready, f"can_{bus}_low_dominant") == pytest.approx(1.5, abs=0.4)


def test_an_unplugged_unit_stays_unplugged_whatever_else_happens() -> None:
    point = CarPoint(buses=True)
    point.switch_on()
    point.do("unplug-tpms", wait=1.0)
    point.do("hazard-on", wait=4.0)
    assert point.age("TPMS_Pressures") > 3.0
    point.do("plug-in-tpms", wait=1.0)
    assert point.age("TPMS_Pressures") < 0.6


def test_looks_find_what_is_there() -> None:
    point = CarPoint()
    for work in ("clean-inside", "clean-outside"):  # a rented car comes back dirty
        ACTIONS[work](point.rig)
    silent = LOOKS["road-low-speed-sound"]  # a car that is switched off makes no sound
    assert silent(point.rig) == "no sound at low speed"
    assert all(look(point.rig) is None for look in LOOKS.values() if look is not silent)
    point.world.appearance["car-glass"] = "crack in the windscreen"
    assert LOOKS["car-glass"](point.rig) == "crack in the windscreen"
    point.car.sensing.camera.blockage = 80
    assert "CAM" in (LOOKS["sensor-surfaces"](point.rig) or "")
    point.car.brake.fluid_low = True
    assert "brake fluid" in (LOOKS["fluid-levels"](point.rig) or "")
    point.car.inlet.contact = 4.0
    assert "burn" in (LOOKS["inlet-pins"](point.rig) or "")
    point.car.inlet.flap_stuck_open = True
    assert LOOKS["inlet-flap"](point.rig) is not None


def test_the_low_speed_sound_is_heard_as_it_is(ready: CarPoint) -> None:
    heard = LOOKS["road-low-speed-sound"]
    assert heard(ready.rig) is not None  # in P
    ready.do("select-drive", wait=0.2)
    assert heard(ready.rig) is None
    ready.car.body.avas_speaker_works = False
    assert heard(ready.rig) is not None


def test_observations_cover_all_lamps() -> None:
    for channel in CHANNELS:
        assert f"lamp-{channel.replace('_', '-')}" in OBSERVATIONS
    for name in TELLTALES:
        assert f"telltale-{name.lower()}" in OBSERVATIONS
    point = CarPoint(buses=True)
    assert {_seen(point, f"telltale-{name.lower()}") for name in TELLTALES} == {"off"}
    assert TEXTS["vin-on-body"](point.rig) == point.car.units.vin


def test_without_buses_there_is_nothing_to_see_of_them() -> None:
    point = CarPoint()
    with pytest.raises(NotAvailableError, match="buses of the car"):
        _seen(point, "telltale-abs")
    with pytest.raises(NotAvailableError, match="buses of the car"):
        _read(point, "can_body_resistance")
    with pytest.raises(NotAvailableError, match="buses of the car"):
        point.do("unplug-bms")
    with pytest.raises(NotAvailableError, match="no car"):
        from sim_support import Point  # noqa: PLC0415 - the bench without a car

        _ = Point().rig.car
