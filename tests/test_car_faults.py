"""Every defect of the car: what it changes on the buses, and that it goes away with its cause."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from car_help import CarPoint

from simulators.vehicle.car import Car
from simulators.vehicle.lamps import CHANNELS

Mode = Literal["on", "ready", "charging"]


@dataclass(frozen=True)
class Case:
    """A defect, when it can be seen, by which signal, and the trouble code that belongs to it."""

    part: Callable[[Car], Any]
    attribute: str
    value: Any
    signal: str
    bad: Callable[[Any], bool]
    code: str = ""
    """`UNIT code`; empty: none."""
    mode: Mode = "on"
    hands: tuple[str, ...] = ()
    wait: float = 2.5

    def __str__(self) -> str:
        return f"{self.attribute}-{self.signal}"


def eq(value: Any) -> Callable[[Any], bool]:
    return lambda seen: bool(seen == value)


def differs(_seen: Any) -> bool:
    """Another value than before; see the test."""
    raise AssertionError


def lower(limit: float) -> Callable[[Any], bool]:
    return lambda seen: bool(seen < limit)


def above(limit: float) -> Callable[[Any], bool]:
    return lambda seen: bool(seen > limit)


def _probe(car: Car) -> Any:
    return car.pack.probes[10]


def _cell(car: Car) -> Any:
    return car.pack.cells[16]


def _interlock(car: Car) -> Any:
    return car.circuit.interlock


def _battery12(car: Car) -> Any:
    return car.low_voltage.battery


def _dcdc(car: Car) -> Any:
    return car.low_voltage.dcdc


def _wheel(car: Car) -> Any:
    return car.wheels["RL"]


def _camera(car: Car) -> Any:
    return car.sensing.camera


def _radar(car: Car) -> Any:
    return car.sensing.radar


def _lidar(car: Car) -> Any:
    return car.sensing.lidar


BATTERY = [
    Case(_cell, "deficit", 0.6, "BMS_CellSpread", above(0.3), "BMS P1A12-62"),
    Case(_cell, "deficit", 0.6, "BMS_MinCellNumber", eq(17)),
    Case(_cell, "deficit", 0.6, "BMS_WarnCellSpread", eq("active")),
    Case(lambda c: c.pack.taps[40], "error", 0.15, "BMS_WarnSampling", eq("active"),
         "BMS P0B3B-13"),
    Case(_probe, "local_heat", 45.0, "BMS_MaxTempProbe", eq(11), "BMS P0A7E-4B"),
    Case(_probe, "local_heat", 45.0, "BMS_WarnOverTemp", eq("active")),
    Case(_probe, "local_heat", 45.0, "ICM_LampBatteryHot", eq("on")),
    Case(_probe, "local_heat", 60.0, "BMS_ThermalEvent", eq("active"), "BMS P1A17-00"),
    Case(_probe, "local_heat", 15.0, "BMS_WarnTempSpread", eq("active"), "BMS P1A15-62"),
    Case(_probe, "broken", True, "BMS_ProbeTemp11", eq(-40), "BMS P1A16-13"),
    Case(_probe, "sensor_offset", 40.0, "BMS_MaxTempProbe", eq(11)),
    Case(lambda c: c.pack, "soh", 0.62, "BMS_Soh", lower(70), "BMS P0A80-00"),
    Case(lambda c: c.bms, "pump_works", False, "BMS_WarnCooling", eq("active"), "BMS P1A19-92"),
    Case(lambda c: c.bms, "pump_works", False, "VCU_BatteryPumpState", eq("fault")),
    Case(lambda c: c.bms, "smoke", True, "BMS_WarnSmoke", eq("active"), "BMS P1A17-00"),
    Case(lambda c: c.bms, "soc_jumped", True, "BMS_WarnSocJump", eq("active"), "BMS P1A18-00"),
    Case(lambda c: c.bms, "matched", False, "BMS_WarnMismatch", eq("active")),
    Case(lambda c: c.bms, "internal_bus_works", False, "BMS_WarnCommunication", eq("active")),
    Case(lambda c: c.bms, "current_sensor_works", False, "BMS_WarnCurrentSensor", eq("active"),
         "BMS P0AC0-64"),
]  # fmt: skip
HIGH_VOLTAGE = [
    Case(lambda c: c.insulation.sections["battery"], "positive", 20.0, "BMS_InsulationResistance",
         lower(21), "BMS P0AA6-1A"),
    Case(lambda c: c.insulation.sections["battery"], "positive", 100.0, "ICM_LampIsolation",
         eq("on")),
    Case(lambda c: c.insulation.sections["drive"], "negative", 15.0, "BMS_InsulationFault",
         eq("active"), "BMS P0AA6-1A", "ready"),
    Case(lambda c: c.insulation, "monitor_works", False, "BMS_InsulationMonitor", eq("fault"),
         "BMS P0AA6-96"),
    Case(lambda c: c.insulation, "instrument_offset", -9000.0, "BMS_InsulationResistance",
         lower(8000)),
    Case(_interlock, "open_at", "obc", "BMS_Interlock", eq("open"), "BMS P0A0A-13"),
    Case(_interlock, "open_at", "obc", "VCU_Interlock", eq("open"), "VCU P0A0A-13"),
    Case(_interlock, "shorted_to", "ground", "BMS_Interlock", eq("fault"), "BMS P0A0C-11"),
    Case(_interlock, "shorted_to", "battery", "BMS_Interlock", eq("fault"), "BMS P0A0D-12"),
    Case(_interlock, "second_wire_sound", False, "VCU_Interlock", eq("fault"), "VCU P0A0B-64"),
    Case(lambda c: c.circuit.positive, "stuck", "closed", "BMS_MainPositive", eq("welded"),
         "BMS P0AA1-73"),
    Case(lambda c: c.circuit.negative, "stuck", "closed", "BMS_MainNegative", eq("welded"),
         "BMS P0AA4-73"),
    Case(lambda c: c.circuit.positive, "stuck", "open", "BMS_WarnContactor", eq("active"),
         "BMS P0AA2-72", "ready"),
    Case(lambda c: c.circuit.negative, "stuck", "open", "VCU_HvState", eq("fault"),
         "BMS P0AA5-72", "ready"),
]  # fmt: skip
LOW_VOLTAGE = [
    Case(_dcdc, "works", False, "DCDC_State", eq("fault"), "DCDC P1C20-96", "ready"),
    Case(_dcdc, "works", False, "ICM_LampLowVoltage", eq("on"), mode="ready"),
    Case(_dcdc, "voltage_error", -1.6, "DCDC_OutputVoltage", lower(13.0), "DCDC P0A09-16",
         "ready"),
    Case(_dcdc, "voltage_error", 1.6, "BCM_LowVoltage", above(15.5), "BCM P0563-17", "ready"),
    Case(_battery12, "charge", 0.10, "BCM_LowVoltage", lower(11.8), "BCM P0562-16"),
    Case(_battery12, "charge", 0.10, "ICM_LampLowVoltage", eq("on")),
]  # fmt: skip
CHARGING = [
    Case(lambda c: c.obc, "works", False, "OBC_State", eq("fault"), "OBC P1C1A-96"),
    Case(lambda c: c.obc, "derated_to", 0.5, "OBC_State", eq("derated"), "OBC P1C1A-96",
         "charging"),
    Case(lambda c: c.obc, "cooling", 1.9, "OBC_Temp", above(75), "OBC P1C19-4B", "charging"),
    Case(lambda c: c.side, "follows_duty", False, "OBC_AcCurrentL1", above(31), mode="charging"),
    Case(lambda c: c.inlet, "lock_jammed", True, "OBC_InletLock", eq("locked"), mode="charging"),
    Case(lambda c: c.inlet.sensors[0], "stuck_at", -40.0, "OBC_InletTemp1", eq(-40),
         "OBC P1C15-13"),
    Case(lambda c: c.inlet.sensors[1], "offset", 80.0, "OBC_InletTemp2", above(90),
         "OBC P1C14-4B"),
    Case(lambda c: c.inlet, "flap_stuck_open", True, "OBC_InletFlap", eq("open")),
]  # fmt: skip
CHASSIS = [
    Case(lambda c: c.brake, "fluid_low", True, "IBC_FluidLevel", eq("low"), "IBC C0049-7B"),
    Case(lambda c: c.brake, "fluid_low", True, "ICM_LampBrake", eq("on")),
    Case(lambda c: c.brake, "works", False, "IBC_State", eq("fault"), "IBC C0021-92"),
    Case(lambda c: c.brake, "boost_works", False, "IBC_State", eq("limp"), "IBC C0021-92"),
    Case(lambda c: c.brake, "pressure_sensor_works", False, "IBC_BrakePressure",
         eq("not_available"), "IBC C0044-64"),
    Case(lambda c: c.brake, "switch_stuck", True, "VCU_BrakePedalPressed", eq("pressed"),
         "VCU P0571-64"),
    Case(lambda c: c.parking_brake, "left_works", False, "EPB_State", eq("fault"),
         "EPB C1210-71"),
    Case(lambda c: c.parking_brake, "right_works", False, "ICM_LampParkingBrake",
         eq("flashing"), "EPB C1211-71"),
    Case(lambda c: c.parking_brake, "switch_works", False, "EPB_SwitchState", eq("fault"),
         "EPB C1212-64"),
    Case(lambda c: c.steering, "works", False, "EPS_State", eq("fault"), "EPS C1053-96"),
    Case(lambda c: c.steering, "works", False, "ICM_LampEps", eq("on")),
    Case(lambda c: c.steering, "calibrated", False, "EPS_AngleCalibrated", eq("no"),
         "EPS C0051-54"),
    Case(lambda c: c.steering, "sensor_works", False, "EPS_SteeringAngle", eq("not_available"),
         "EPS C0051-64"),
    Case(lambda c: c.steering, "sensor_offset", 6.0, "EPS_SteeringAngle", above(4.0)),
    Case(lambda c: c.steering, "torque_channels_agree", False, "EPS_State", eq("limp"),
         "EPS C1052-62"),
    Case(_wheel, "speed_sensor_works", False, "ESC_WheelSpeedRL", eq("not_available"),
         "ESC C0037-13"),
    Case(_wheel, "speed_sensor_works", False, "ICM_LampAbs", eq("on")),
    Case(lambda c: c.wheels, "esc_works", False, "ESC_State", eq("fault")),
    Case(lambda c: c.wheels, "yaw_works", False, "ESC_YawRate", above(10), "ESC C0063-64"),
]  # fmt: skip
TYRES = [
    Case(_wheel, "cold_pressure", 170.0, "TPMS_PressureRL", lower(190), "TPMS C1312-16"),
    Case(_wheel, "cold_pressure", 170.0, "ICM_LampTpms", eq("on")),
    Case(_wheel, "pressure_sensor_offset", -60.0, "TPMS_PressureRL", lower(205)),
    Case(_wheel, "leak", 100.0, "TPMS_WarningRL", eq("fast_leak"), "TPMS C1312-16"),
    Case(_wheel, "pressure_sensor_works", False, "TPMS_SensorRL", eq("lost"), "TPMS C1314-31"),
    Case(_wheel, "sensor_battery_low", True, "TPMS_SensorRL", eq("battery_low"),
         "TPMS C1315-16"),
]  # fmt: skip
BODY = [
    Case(lambda c: c.body, "horn_works", False, "BCM_HornState", eq("open_circuit"),
         "BCM B1A20-13", hands=("horn-on",)),
    Case(lambda c: c.body, "wiper_blocked", True, "BCM_WiperState", eq("blocked"),
         "BCM B1A21-71", hands=("wiper-slow",)),
    Case(lambda c: c.body, "washer_low", True, "BCM_WasherFluid", eq("low"), "BCM B1A22-7B"),
    Case(lambda c: c.body, "coolant_low", True, "ICM_LampCoolant", eq("on"), "BCM B1A23-7B"),
    Case(lambda c: c.body, "avas_works", False, "BCM_AvasState", eq("fault"), "BCM B1A24-96"),
    Case(lambda c: c.body, "ambient_sensor_works", False, "BCM_AmbientTemp",
         eq("not_available"), "BCM B1A25-13"),
    Case(lambda c: c.body.light, "stuck", "off", "BCM_LowBeamLeftCmd", eq("off"),
         hands=("low-beam-on",)),
    Case(lambda c: c.body.turn, "stuck", "left", "BCM_TurnLeftState", eq("on")),
    Case(lambda c: c.body.doors["FR"], "contact_stuck", True, "ICM_LampDoor", eq("on")),
    Case(lambda c: c.body.locks["RR"], "jammed", True, "BCM_LockRR", eq("locked"),
         hands=("unlock-car",)),
    Case(lambda c: c.body.windows["FL"], "jammed", True, "BCM_WindowFL", eq(0),
         hands=("open-windows",)),
    Case(lambda c: c.body.belts["driver"], "switch_stuck", False, "BCM_BeltDriver", eq("open"),
         hands=("fasten-driver-belt",)),
    Case(lambda c: c.body.airbag, "works", False, "ICM_LampAirbag", eq("on"), "BCM B0001-1B"),
    Case(lambda c: c.body.airbag, "crash_stored", True, "BCM_CrashOutput", eq("crash"),
         "BCM B1A30-00"),
    Case(lambda c: c.body.airbag, "crash_stored", True, "VCU_CrashShutdown", eq("active"),
         "VCU P1B10-00"),
    Case(lambda c: c.access, "key_learned", False, "BCM_Immobiliser", eq("id_invalid"),
         "VCU B1B20-00"),
    Case(lambda c: c.access, "transponder_works", False, "BCM_Immobiliser", eq("fault"),
         "BCM B1B20-00"),
    Case(lambda c: c.body.emergency_stop, "stuck", "pressed", "BCM_EmergencyStop",
         eq("pressed")),
]  # fmt: skip
DRIVE = [
    Case(lambda c: c.drive, "works", False, "MCU_State", eq("fault"), "MCU P0A1B-96"),
    Case(lambda c: c.drive, "works", False, "ICM_LampMotor", eq("on")),
    Case(lambda c: c.drive, "resolver_works", False, "MCU_MotorSpeed", eq("not_available"),
         "MCU P0A3F-31"),
    Case(lambda c: c.drive, "overcurrent", True, "MCU_FaultLevel", eq("level_3"),
         "MCU P0C01-19"),
    Case(lambda c: c.drive, "pump_works", False, "VCU_MotorPumpState", eq("fault"),
         "VCU P0C73-92"),
    Case(lambda c: c.drive, "pump_works", False, "MCU_FaultLevel", eq("level_1"),
         "MCU P0A93-92", "ready"),
]  # fmt: skip
SENSORS = [
    Case(_camera, "blockage", 85, "CAM_Blockage", eq(85), "CAM C1A10-97"),
    Case(_camera, "blockage", 85, "ADCU_LkaAvailable", eq("sensor_blocked")),
    Case(_camera, "blockage", 85, "ICM_LampAdas", eq("on")),
    Case(_camera, "works", False, "CAM_Health", eq("fault"), "CAM C1A10-96"),
    Case(_camera, "calibration", "not_calibrated", "ADCU_AebAvailable", eq("not_calibrated"),
         "CAM C1A10-54"),
    Case(_camera, "misalignment", 3.0, "CAM_LaneHeading", above(2.0)),
    Case(_camera, "frame_rate", 11.0, "CAM_FrameRate", eq(11)),
    Case(_camera, "drop_rate", 4.0, "CAM_DroppedFrames", above(10)),
    Case(_camera, "sync_offset", 40.0, "ADCU_LkaAvailable", eq("time_sync"), "ADCU C1A15-62"),
    Case(_radar, "sync_drift", 900.0, "RAD_SyncOffset", above(20), "RAD C1A15-62"),
    Case(_radar, "misalignment", 4.0, "RAD_Object1Azimuth", differs, "RAD C1A11-78"),
    Case(_radar, "blockage", 90, "RAD_ObjectCount", eq(0), "RAD C1A11-97"),
    Case(_radar, "calibration", "not_calibrated", "RAD_Calibration", eq("not_calibrated"),
         "RAD C1A11-54"),
    Case(_lidar, "blockage", 70, "LID_PointLoss", above(50), "LID C1A12-97"),
    Case(_lidar, "rotation", 480.0, "LID_Rotation", eq(480), "LID C1A12-92"),
    Case(_lidar, "calibration", "failed", "LID_Health", eq("fault"), "LID C1A12-54"),
    Case(_lidar, "supply_drop", 5.0, "LID_SupplyVoltage", lower(9)),
    Case(lambda c: c.sensing.ultrasonic, "dead", frozenset({3}), "USS_ChannelsAlive",
         eq(0xFFB), "USS C1A13-13"),
    Case(lambda c: c.sensing.ultrasonic, "dead", frozenset({3}), "USS_Distance03",
         eq("not_available")),
    Case(lambda c: c.sensing.ultrasonic, "blockage", 90, "USS_Health", eq("degraded"),
         "USS C1A13-97"),
    Case(lambda c: c.positioning, "antenna", "open", "GNSS_FixQuality", eq("none"),
         "GNSS C1A14-13"),
    Case(lambda c: c.positioning, "sky", "single", "GNSS_PositionStd", above(1.0)),
    Case(lambda c: c.positioning, "calibration", "not_calibrated", "GNSS_Calibration",
         eq("not_calibrated"), "GNSS C1A14-54"),
    Case(lambda c: c.positioning, "pps_works", False, "ADCU_TimeSource", eq("network")),
    Case(lambda c: c.computer, "disk_free", 3.0, "ADCU_DiskFree", eq(3), "ADCU C1A16-00"),
    Case(lambda c: c.computer, "recorder_used", 99.0, "ADCU_DssadState", eq("full"),
         "ADCU C1A16-00"),
    Case(lambda c: c.computer, "works", False, "ADCU_Mode", eq("fault"), "ADCU C1A15-96"),
    Case(lambda c: c.computer, "memory_used", 99.0, "ADCU_Health", eq("degraded")),
    Case(lambda c: c.computer, "fan_works", False, "ADCU_GpuTemp", above(85), "ADCU C1A15-4B",
         wait=1500.0),
    Case(lambda c: c.telematics, "antenna", "open", "TBOX_AlarmAntennaOpen", eq("active"),
         "TBOX B1D10-13"),
    Case(lambda c: c.telematics, "antenna", "short", "TBOX_Fix", eq("none"), "TBOX B1D11-11"),
    Case(lambda c: c.telematics, "gnss_works", False, "TBOX_AlarmGnssFault", eq("active"),
         "TBOX B1D12-96"),
    Case(lambda c: c.telematics, "network_available", False, "TBOX_Online", eq("offline"),
         "TBOX B1D13-31"),
    Case(lambda c: c.telematics, "sim_works", False, "TBOX_Online", eq("fault"),
         "TBOX B1D14-96"),
    Case(lambda c: c.telematics, "main_power", False, "TBOX_AlarmPowerLost", eq("active"),
         "TBOX B1D15-00"),
    Case(lambda c: c.telematics.v2x, "works", False, "TBOX_V2x", eq("fault"), "TBOX B1D16-96"),
    Case(lambda c: c.telematics, "clock_error", 300.0, "TBOX_AlarmClock", eq("active")),
    Case(lambda c: c.telematics, "platform_accepts", False, "TBOX_PlatformLogin",
         eq("refused")),
]  # fmt: skip
UNITS = [
    Case(lambda c: c.units["ICM"], "odometer_offset", -8000.0, "ICM_Odometer", differs,
         "ICM B1C10-62"),
    Case(lambda c: c.units["ESC"], "odometer_offset", 12.0, "ESC_Odometer", differs,
         "GW B1C10-62"),
    Case(lambda c: c.units["ADCU"], "configuration", {"config_aeb": "disabled"},
         "ADCU_AebAvailable", eq("switched_off")),
]  # fmt: skip
CASES = [*BATTERY, *HIGH_VOLTAGE, *LOW_VOLTAGE, *CHARGING, *CHASSIS, *TYRES, *BODY, *DRIVE,
         *SENSORS, *UNITS]  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> CarPoint:
    """One car that is switched on, for all defects that leave nothing behind."""
    point = CarPoint(buses=True)
    point.switch_on()
    point.run(2.0)
    return point


def _point(case: Case, shared: CarPoint) -> CarPoint:
    if case.mode == "on" and not case.hands and case.wait < 30.0:
        return shared
    point = CarPoint(buses=True)
    if case.mode == "charging":
        point.charge(14.0)
    else:
        point.switch_on()
    return point


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_defect_shows_and_goes(case: Case, shared: CarPoint) -> None:
    point = _point(case, shared)
    unit, _, code = case.code.partition(" ")
    part = case.part(point.car)
    sound = getattr(part, case.attribute)
    assert not any(ecu.symptoms() for ecu in point.bus().ecus.values())
    bad = case.bad
    if bad is differs:
        before = point.signal(case.signal)
        bad = lambda seen: bool(abs(seen - before) > 1.0)  # noqa: E731 - of this case only
    fault = point.defect(part, case.attribute, case.value)
    point.do(*case.hands)
    if case.mode == "ready":
        point.make_ready()
    _pass(point, case.wait)
    assert bad(point.signal(case.signal)), point.signal(case.signal)
    if code:
        assert code in point.ecu(unit).symptoms()
    fault.switch(point.rig, False)
    if point is not shared:
        return
    # What can go away by itself does so.
    mended = getattr(part, case.attribute)
    assert mended == (pytest.approx(sound, abs=0.1) if isinstance(sound, float) else sound)
    point.run(2.5)
    assert not bad(point.signal(case.signal)), point.signal(case.signal)
    assert not any(ecu.symptoms() for ecu in point.bus().ecus.values())


def _pass(point: CarPoint, seconds: float) -> None:
    """Let time pass; a long time without the buses, which have nothing to add to it."""
    if seconds > 30.0:
        point.bus().stop()
        point.run(seconds)
        point.bus().start()
        seconds = 3.0
    point.run(seconds)


# Bulbs, each of them

_SWITCH = {
    "low_beam_left": "low-beam-on", "low_beam_right": "low-beam-on",
    "high_beam_left": "high-beam-on", "high_beam_right": "high-beam-on",
    "position": "position-lamps-on", "turn_left": "turn-left-on", "turn_right": "turn-right-on",
    "brake": "press-brake", "reverse": "select-reverse", "fog_rear": "rear-fog-lamp-on",
    "drl": "make-ready", "plate": "position-lamps-on",
}  # fmt: skip


def _camel(channel: str) -> str:
    return "".join(word.capitalize() for word in channel.split("_"))


@pytest.fixture(scope="module")
def lamps() -> CarPoint:
    point = CarPoint(buses=True)
    point.make_ready()
    return point


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_bulb_of_every_channel(lamps: CarPoint, channel: str) -> None:
    point, signal = lamps, f"BCM_{_camel(channel)}State"
    command = f"BCM_{_camel(channel)}Cmd"
    point.do("low-beam-off", "lights-auto", "turn-off", "release-brake", "select-park",
             "release-brake", wait=0.5)  # fmt: skip
    if channel != "drl":
        assert point.signal(signal) == "off"
    point.do(_SWITCH[channel], wait=0.5)
    assert point.signal(command) == "on"
    assert point.signal(signal) == "on"
    assert point.car.body.lamps.seen(channel) == "on"
    for name in CHANNELS[channel]:
        fault = point.defect(point.car.body.lamps.bulbs[name], "burnt", True)
        point.run(0.4)
        assert point.signal(signal) == "open_circuit", name
        assert point.signal(command) == "on"
        assert point.car.body.lamps.seen(channel) in ("off", "partly")
        fault.switch(point.rig, False)
        point.run(0.4)
        assert point.signal(signal) == "on"
    fault = point.defect(point.car.body.lamps.bulbs[CHANNELS[channel][0]], "shorted", True)
    point.run(0.4)
    assert point.signal(signal) == "short_circuit"
    fault.switch(point.rig, False)


def test_a_burnt_turn_signal_flashes_fast(lamps: CarPoint) -> None:
    lamps.do("turn-left-on", wait=0.3)
    slow = lamps.signal("BCM_FlashRate")
    fault = lamps.defect(lamps.car.body.lamps.bulbs["turn_left_rear"], "burnt", True)
    lamps.run(0.3)
    assert lamps.signal("BCM_FlashRate") == 2 * slow
    fault.switch(lamps.rig, False)
    lamps.do("turn-off", "hazard-on", wait=0.3)
    assert lamps.signal("BCM_HazardState") == "on"
    lamps.do("hazard-off", wait=0.3)


# Units and what they send


@pytest.fixture
def on() -> CarPoint:
    point = CarPoint(buses=True)
    point.switch_on()
    return point


def _of(point: CarPoint, message: str) -> list[tuple[float, bytes]]:
    bus, spec = point.spec(message)
    return [(t, data) for b, t, i, data in point.log if (b, i) == (bus, spec.frame_id)]


def test_a_missing_message(on: CarPoint) -> None:
    fault = on.defect(on.car.units["TPMS"], "missing", frozenset({"TPMS_Pressures"}))
    on.log.clear()
    on.run(5.0)
    assert not _of(on, "TPMS_Pressures")
    assert _of(on, "TPMS_Sensors")
    assert on.signal("ICM_LampTpms") == "flashing"
    fault.switch(on.rig, False)
    on.run(2.0)
    assert _of(on, "TPMS_Pressures")
    assert on.signal("ICM_LampTpms") == "off"


def test_a_slow_message(on: CarPoint) -> None:
    fault = on.defect(on.car.units["CAM"], "slow", {"CAM_Status": 3.0})
    on.run(1.0)
    on.log.clear()
    on.run(6.0)
    assert len(_of(on, "CAM_Status")) == pytest.approx(20, abs=1)
    assert len(_of(on, "CAM_Lane")) == pytest.approx(120, abs=2)
    fault.switch(on.rig, False)
    on.run(0.5)
    on.log.clear()
    on.run(2.0)
    assert len(_of(on, "CAM_Status")) == pytest.approx(20, abs=1)


def test_a_stuck_counter_and_a_wrong_checksum(on: CarPoint) -> None:
    from harness.devices.can.checks import Protection  # noqa: PLC0415 - only here
    from harness.devices.can.findings import Flaw  # noqa: PLC0415

    _, spec = on.spec("IBC_BrakeStatus")
    protection = Protection(spec)
    fault = on.defect(on.car.units["IBC"], "stuck_counter", frozenset({"IBC_BrakeStatus"}))
    on.log.clear()
    on.run(1.0)
    counters = {protection.counter_of(data) for _, data in _of(on, "IBC_BrakeStatus")[1:]}
    assert len(counters) == 1
    assert "U0415-83" in on.ecu("ESC").symptoms()
    fault.switch(on.rig, False)
    on.run(1.0)
    assert "U0415-83" not in on.ecu("ESC").symptoms()
    on.defect(on.car.units["IBC"], "wrong_checksum", frozenset({"IBC_BrakeStatus"}))
    on.log.clear()
    on.run(1.0)
    findings = [protection.check(data, None) for _, data in _of(on, "IBC_BrakeStatus")]
    assert all(f is not None and f.flaw is Flaw.CHECKSUM for f in findings)
    assert "U0129-87" in on.ecu("ESC").symptoms()
    assert on.signal("ICM_LampBrake") == "on"


def test_a_frozen_signal_keeps_its_value_and_its_counter_goes_on(on: CarPoint) -> None:
    before = on.signal("BMS_PackVoltage")
    fault = on.defect(on.car.units["BMS"], "frozen", frozenset({"BMS_PackVoltage"}))
    on.car.pack.set_soc(0.2)
    on.log.clear()
    on.run(1.0)
    assert on.signal("BMS_PackVoltage") == before
    assert on.signal("BMS_Soc") == pytest.approx(20.0, abs=0.2)
    assert len({data for _, data in _of(on, "BMS_PackStatus")}) > 10
    fault.switch(on.rig, False)
    on.run(0.2)
    assert on.signal("BMS_PackVoltage") < before - 5.0


def test_identities_can_be_wrong(on: CarPoint) -> None:
    units = on.car.units
    fault = on.defect(units["BMS"], "vin", "0EVEV4B29R0000001")
    assert units["BMS"].vin != units.vin == units["VCU"].vin
    fault.switch(on.rig, False)
    assert units["BMS"].vin == units.vin
    on.defect(units["VCU"], "software_version", "V9.99.99")
    assert units["VCU"].software_version == "V9.99.99"


def test_an_unpowered_unit_is_silent(on: CarPoint) -> None:
    fault = on.defect(on.car.units["ESC"], "supplied", False)
    on.run(2.0)
    assert on.age("ESC_Status") > 1.9
    fault.switch(on.rig, False)
    on.run(2.0)
    assert on.age("ESC_Status") < 0.1
