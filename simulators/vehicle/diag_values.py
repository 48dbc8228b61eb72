"""What each control unit answers about the car: data identifier -> where its value comes from.

Most values are those that the unit also sends as signals, so bus and diagnostics cannot disagree;
the rest is asked of the car itself. Counters of the past are drawn for each specimen.
"""

from collections.abc import Callable, Mapping
from functools import partial

from harness.quantity import Value
from simulators.vehicle import calibrating
from simulators.vehicle.car import Car
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.learned import Learned
from simulators.vehicle.units import BUSES
from simulators.vehicle.user_data import COCKPIT, KEY_PLACES, TERMINAL, UserData
from simulators.vehicle.wheels import WHEELS

Give = Callable[[], Value | bytes | None]

_LAMPS = ("LowBeamLeft", "LowBeamRight", "HighBeamLeft", "HighBeamRight", "Position", "TurnLeft",
          "TurnRight", "Hazard", "Brake", "Reverse", "FogRear", "Drl", "Plate")  # fmt: skip


def _snake(camel: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in camel).lstrip("_")


SIGNALS: Mapping[str, Mapping[str, str]] = {
    "VCU": {
        "odometer": "Odometer", "interlock": "Interlock", "key_position": "KeyPosition",
        "ready": "Ready", "not_ready_reason": "NotReadyReason", "gear": "Gear",
        "accelerator_pedal": "AccelPedal", "brake_pedal": "BrakePedal",
        "vehicle_speed": "VehicleSpeed", "hv_state": "HvState", "remaining_range": "Range",
        "motor_coolant_temperature": "MotorCoolantTemp",
        "battery_coolant_temperature": "BatteryCoolantTemp", "motor_pump": "MotorPumpState",
        "battery_pump": "BatteryPumpState", "crash_shutdown": "CrashShutdown",
    },
    "BMS": {
        "pack_voltage": "PackVoltage", "pack_current": "PackCurrent", "soc": "Soc", "soh": "Soh",
        "max_cell_voltage": "MaxCellVoltage", "min_cell_voltage": "MinCellVoltage",
        "max_cell_number": "MaxCellNumber", "min_cell_number": "MinCellNumber",
        "cell_spread": "CellSpread", "max_temperature": "MaxTemp", "min_temperature": "MinTemp",
        "insulation_resistance": "InsulationResistance", "interlock": "Interlock",
        "main_positive_contactor": "MainPositive", "main_negative_contactor": "MainNegative",
        "precharge_contactor": "Precharge", "bms_state": "State",
        "remaining_energy": "RemainingEnergy", "present_capacity": "Capacity",
        "cycle_count": "CycleCount",
    },
    "MCU": {
        "motor_speed": "MotorSpeed", "motor_torque": "MotorTorque",
        "motor_temperature": "MotorTemp", "inverter_temperature": "InverterTemp",
        "dc_link_voltage": "DcVoltage", "dc_link_current": "DcCurrent", "motor_state": "State",
    },
    "OBC": {
        "cp_state": "CpState", "cp_voltage": "CpVoltage", "cp_duty": "CpDuty",
        "pilot_current_limit": "PilotCurrentLimit", "cable_rating": "CableRating",
        "s2_state": "S2", "inlet_lock": "InletLock", "inlet_flap": "InletFlap",
        "inlet_temperature_1": "InletTemp1", "inlet_temperature_2": "InletTemp2",
        "charging_state": "ChargingState", "stop_reason": "StopReason",
        "session_energy": "SessionEnergy", "ac_power": "AcPower", "ac_frequency": "AcFrequency",
        "charger_dc_voltage": "DcVoltage", "charger_dc_current": "DcCurrent",
        "charger_temperature": "Temp",
        **{f"ac_voltage_l{n}": f"AcVoltageL{n}" for n in (1, 2, 3)},
        **{f"ac_current_l{n}": f"AcCurrentL{n}" for n in (1, 2, 3)},
    },
    "DCDC": {
        "dcdc_state": "State", "dcdc_output_voltage": "OutputVoltage",
        "dcdc_output_current": "OutputCurrent", "dcdc_input_voltage": "InputVoltage",
        "dcdc_temperature": "Temp",
    },
    "EPS": {
        "unit_temperature": "MotorTemp", "steering_angle": "SteeringAngle",
        "steering_torque": "DriverTorque", "steering_state": "State", "steering_mode": "Mode",
    },
    "IBC": {
        "brake_pressure": "BrakePressure", "brake_pedal_travel": "PedalTravel",
        "brake_fluid_level": "FluidLevel", "brake_state": "State", "brake_mode": "Mode",
        **{f"brake_pressure_{wheel.lower()}": f"Pressure{wheel}" for wheel in WHEELS},
    },
    "EPB": {
        "parking_brake_state": "State", "parking_brake_switch": "SwitchState",
        "parking_brake_current_left": "CurrentLeft", "parking_brake_current_right": "CurrentRight",
        "clamp_force": "ClampForce", "parking_brake_mode": "Mode",
    },
    "ESC": {
        "odometer": "Odometer", "yaw_rate": "YawRate", "lateral_acceleration": "LateralAccel",
        "longitudinal_acceleration": "LongitudinalAccel", "stability_state": "State",
        **{f"wheel_speed_{wheel.lower()}": f"WheelSpeed{wheel}" for wheel in WHEELS},
    },
    "BCM": {
        "key_position": "KeyPosition", "horn": "HornState", "wiper": "WiperState",
        "washer_pump": "WasherPump", "avas": "AvasState", "window_driver": "WindowFL",
        "central_lock": "LockFL", "low_voltage": "LowVoltage",
        "low_voltage_resting": "LowVoltageResting", "low_voltage_ready": "LowVoltageReady",
        "coolant_level": "CoolantLevel", "washer_fluid": "WasherFluid",
        "ambient_temperature": "AmbientTemp", "immobiliser_state": "Immobiliser",
        "crash_output": "CrashOutput", "airbag_state": "AirbagState",
        "driver_belt": "BeltDriver",
        **{f"lamp_{_snake(name)}": f"{name}State" for name in _LAMPS},
    },
    "ICM": {"odometer": "Odometer", "indicated_speed": "IndicatedSpeed"},
    "TPMS": {
        **{f"tyre_pressure_{wheel.lower()}": f"Pressure{wheel}" for wheel in WHEELS},
        **{f"tyre_temperature_{wheel.lower()}": f"Temp{wheel}" for wheel in WHEELS},
    },
    "TBOX": {
        "signal_level": "SignalLevel", "online_state": "Online",
        "platform_login": "PlatformLogin", "upload_age": "UploadAge",
        "stored_records": "StoredRecords", "position_fix": "Fix", "satellites": "Satellites",
        "latitude": "Latitude", "longitude": "Longitude",
    },
    **{
        node: {
            "unit_temperature": "Temp", "sensor_health": "Health", "blockage": "Blockage",
            "calibration_state": "Calibration", "sync_offset": "SyncOffset",
            "object_count": "ObjectCount", "frame_rate": "FrameRate",
            "dropped_frames": "DroppedFrames", "nearest_object_range": "NearestRange",
            "point_rate": "PointRate", "rotation": "Rotation", "point_loss": "PointLoss",
            "channels_alive": "ChannelsAlive", "antenna_state": "Antenna",
            "fix_quality": "FixQuality", "satellites_used": "Satellites", "hdop": "Hdop",
            "position_std": "PositionStd",
        }
        for node in ("CAM", "RAD", "LID", "USS", "GNSS")
    },
    "ADCU": {
        "unit_temperature": "CpuTemp", "sensor_health": "Health", "assistance_mode": "Mode",
        "cpu_temperature": "CpuTemp", "gpu_temperature": "GpuTemp", "cpu_load": "CpuLoad",
        "memory_used": "MemoryUsed", "disk_free": "DiskFree", "dssad_state": "DssadState",
        "edr_state": "EdrState", "edr_event_count": "EdrEvents",
    },
}  # fmt: skip
"""Node -> name of the identifier -> signal without the node's prefix."""

_PAST: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "BMS": {
        "fast_charge_count": (20, 160), "contactor_cycles": (2500, 9000),
        "contactor_load_breaks": (0, 3), "deep_discharge_count": (0, 1),
    },
    "OBC": {"charge_count": (150, 700), "plug_cycles": (160, 800)},
    "IBC": {"brake_pump_starts": (4000, 20000)},
    "EPB": {"parking_brake_cycles": (1500, 8000)},
    "ESC": {"abs_intervention_count": (0, 40)},
}  # fmt: skip
"""Counters that only the past knows: from and to."""


def values_of(ecu: Ecu) -> dict[str, Give]:
    """Name of an identifier -> its present value, for one unit."""
    car, unit, node = ecu.car, ecu.unit, ecu.name
    found: dict[str, Give] = {
        "vin": lambda: unit.vin,
        "software_version": lambda: unit.software_version,
        "calibration_id": lambda: unit.calibration_id,
        "supply_voltage": lambda: round(ecu.supply_voltage(), 2),
        "unit_variant": lambda: unit.variant,
        "immobiliser_id": lambda: unit.immobiliser,
        **_for_snapshots(car),
        **{name: partial(_configured, ecu, name) for name in unit.configuration},
        **{name: partial(_fitted_as, ecu, name) for name in ("part_number", "serial_number")},
    }
    known = ecu.design.signals
    for name, signal in SIGNALS.get(node, {}).items():
        source = known.get(f"{node}_{signal}")
        if source is not None:
            found[name] = partial(source.function, ecu)
    random = car.site.random(f"car/past/{node}")
    for name, (low, high) in _PAST.get(node, {}).items():
        found[name] = partial(int, random.randint(low, high))
    if node in calibrating.ROUTINES:
        learned = calibrating.learned_of(car, node)
        found["calibration_record"] = partial(calibrating.record_of, car, node)
        found["calibration_date"] = partial(_day, learned)
    more = _OTHERS.get(node)
    if more is not None:
        found.update(more(ecu))
    return found


def _for_snapshots(car: Car) -> dict[str, Give]:
    """What every unit keeps beside a trouble code, as it gets it from the others."""
    return {
        "vehicle_speed": lambda: round(abs(car.drive.speed()), 2),
        "odometer": lambda: round(car.drive.distance(), 1),
        "soc": lambda: round(100 * car.pack.soc(), 1),
        "low_voltage": lambda: round(car.low_voltage.voltage(), 2),
        "pack_voltage": lambda: round(car.pack.voltage(), 1),
    }


def _fitted_as(ecu: Ecu, name: str) -> Value | None:
    """None: what the unit itself has kept holds."""
    return ecu.unit.fitted_as.get(name)


def _configured(ecu: Ecu, name: str) -> Value | None:
    return None if name in ecu.car.fleet.hides else ecu.unit.configuration[name]


def _day(learned: Learned) -> str:
    return learned.day.isoformat()


def _utc(car: Car) -> Give:
    return lambda: int(car.wall())


def _vcu(ecu: Ecu) -> dict[str, Give]:
    fan = ecu.design.signals["VCU_FanDuty"].function
    past, learned = ecu.car.past, ecu.car.control.learned
    return {
        "operating_time": lambda: round(60 * past.hours + ecu.t / 60),
        "cooling_fan": lambda: "on" if float(fan(ecu) or 0.0) > 0.0 else "off",
        "accelerator_zero": lambda: round(learned.first, 2),
    }


def _bms(ecu: Ecu) -> dict[str, Give]:
    car = ecu.car
    random = car.site.random("car/past/BMS/extremes")
    highest, lowest = round(random.uniform(4.12, 4.19), 3), round(random.uniform(3.05, 3.3), 3)
    hottest = random.randint(38, 46)
    return {
        "highest_cell_voltage_ever": lambda: round(max(highest, *car.pack.cell_readings()), 3),
        "lowest_cell_voltage_ever": lambda: round(min(lowest, *car.pack.cell_readings()), 3),
        "highest_temperature_ever": lambda: round(max(hottest, *car.pack.probe_readings())),
        "thermal_event_count": lambda: 0,
        "pack_resistance": lambda: round(car.pack.resistance(), 4),
        "fast_charge_share": lambda: round(100 * car.past.fast_share, 1),
    }


def _mcu(ecu: Ecu) -> dict[str, Give]:
    offset = round(ecu.car.site.random("car/past/MCU/resolver").uniform(-1.5, 1.5), 2)
    return {"resolver_offset": lambda: offset}


def _obc(ecu: Ecu) -> dict[str, Give]:
    car = ecu.car
    return {"total_charged_energy": lambda: round(car.past.charged + car.load.energy() / 1000, 1)}


def _gw(ecu: Ecu) -> dict[str, Give]:
    return {
        "utc_time": _utc(ecu.car),
        **{f"bus_load_{bus}": partial(_load, ecu, bus) for bus in BUSES},
        **{f"bus_state_{bus}": partial(_bus_state, ecu, bus) for bus in BUSES},
        "units_online": partial(_units_online, ecu.car),
    }


def _units_online(car: Car) -> int:
    ecus = car.network.ecus.values() if car.network is not None else ()
    return sum(other.online_since is not None for other in ecus)


def _load(ecu: Ecu, bus: str) -> float:
    return round(100 * ecu.bus_load(bus), 1)  # type: ignore[arg-type]  # one of BUSES


def _bus_state(ecu: Ecu, bus: str) -> str:
    return str(ecu.nodes[bus].state)  # type: ignore[index]  # one of BUSES


def _eps(ecu: Ecu) -> dict[str, Give]:
    past = round(ecu.car.site.random("car/past/EPS/zero").uniform(-1.0, 1.0), 1)
    steering = ecu.car.steering
    torque = ecu.design.signals["EPS_AssistTorque"].function
    return {
        "steering_angle_offset": lambda: round(past + steering.learned.first, 1),
        "steering_motor_current": lambda: round(abs(float(torque(ecu) or 0.0)) * 8.0, 1),
    }


def _ibc(ecu: Ecu) -> dict[str, Give]:
    learned = ecu.car.brake.learned
    return {"brake_pedal_zero": lambda: round(learned.first, 2)}


def _bcm(ecu: Ecu) -> dict[str, Give]:
    body, user_data = ecu.car.body, ecu.car.cockpit.user_data
    keys: dict[str, Give] = {
        f"digital_key_{place + 1}": partial(_key, user_data, place) for place in range(KEY_PLACES)
    }
    return {**keys, "doors_open": lambda: sum(door.shown_open for door in body.doors.values())}


def _key(user_data: UserData, place: int) -> int:
    return user_data.keys[place]


def _count(user_data: UserData, name: str) -> int:
    return int(getattr(user_data, name))


def _due(car: Car, name: str) -> int:
    return car.services[name]


def _icm(ecu: Ecu) -> dict[str, Give]:
    lamps = [
        source.function
        for name, source in ecu.design.signals.items()
        if name.startswith("ICM_Lamp") and name != "ICM_LampReady"
    ]
    cockpit, user_data = ecu.car.cockpit, ecu.car.cockpit.user_data
    return {
        "display_version": lambda: cockpit.display.version,
        "voice_version": lambda: cockpit.voice.version,
        "driver_monitor_version": lambda: cockpit.monitor.version,
        **{name: partial(_count, user_data, name) for name in COCKPIT},
        **{name: partial(_due, ecu.car, name) for name in ecu.car.services},
        "warning_lamps_on": lambda: sum(lamp(ecu) not in ("off", None) for lamp in lamps),
        "lamp_test": lambda: "on" if ecu.lamp_test else "off",
    }


def _tbox(ecu: Ecu) -> dict[str, Give]:
    car = ecu.car
    telematics, trips, user_data = car.telematics, car.trips, car.cockpit.user_data
    v2x, past = telematics.v2x, car.past
    return {
        "utc_time": lambda: int(car.wall() + telematics.clock_error),
        "antenna_state": lambda: telematics.antenna,
        "v2x_state": v2x.state,
        "v2x_certificate_days": lambda: max(v2x.certificate_days, 0),
        **{name: partial(_count, user_data, name) for name in TERMINAL},
        "trip_count": lambda: trips.count,
        "trip_driver": lambda: trips.record.driver,
        "trip_start": lambda: int(trips.record.start),
        "trip_end": lambda: int(trips.record.end or 0),
        "trip_distance": lambda: round(trips.record.distance, 1),
        "trip_energy": lambda: round(trips.record.energy, 2),
        "trip_event": lambda: trips.record.event,
        "trip_event_time": lambda: int(trips.record.event_time or 0),
        "account_binding": user_data.binding,
        "update_rights": lambda: past.rights,
        "open_updates": lambda: past.updates,
    }


def _mounting(ecu: Ecu) -> dict[str, Give]:
    sensor = ecu.car.sensors[ecu.name]
    found: dict[str, Give] = {
        "mounting_yaw": lambda: round(sensor.learned.first, 2),
        "mounting_pitch": lambda: round(sensor.learned.second, 2),
    }
    if ecu.name in ("RAD", "USS"):
        found["nearest_object_range"] = partial(_nearest, ecu)
    if ecu.name == "GNSS":
        found["utc_time"] = _utc(ecu.car)
    return found


def _nearest(ecu: Ecu) -> float:
    nearest = ecu.car.sensing.nearest()
    return 0.0 if nearest is None else round(nearest.range, 2)


def _adcu(ecu: Ecu) -> dict[str, Give]:
    return {"utc_time": _utc(ecu.car)}


_OTHERS: Mapping[str, Callable[[Ecu], dict[str, Give]]] = {
    "VCU": _vcu,
    "BMS": _bms,
    "MCU": _mcu,
    "OBC": _obc,
    "GW": _gw,
    "EPS": _eps,
    "IBC": _ibc,
    "BCM": _bcm,
    "ICM": _icm,
    "TBOX": _tbox,
    "ADCU": _adcu,
    **dict.fromkeys(("CAM", "RAD", "LID", "USS", "GNSS"), _mounting),
}
