"""Vehicle controller."""

from simulators.vehicle.ecus import by_wire
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import INTERLOCK_OPEN, checksums, communication, supply
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.ecus.vin_frames import vin_signals
from simulators.vehicle.highvoltage import Stage
from simulators.vehicle.lowvoltage import SET_POINT

PARTNERS = {
    "BMS": "BMS_PackStatus",
    "MCU": "MCU_MotorStatus",
    "OBC": "OBC_ChargeStatus",
    "DCDC": "DCDC_Status",
    "GW": "GW_NetStatusPt",
}
_SAFE_VOLTAGE = 60.0
_SPEED_LIMIT, _SPEED_LIMIT_LIMP = 14_000, 5_000


def _motor_mode(u: Ecu) -> str:
    if u.car.drive.enabled:
        return "speed" if u.car.control.by_wire else "torque"
    if u.car.circuit.stage is Stage.ON:
        return "standby"
    return "discharge" if u.car.circuit.link_voltage() > _SAFE_VOLTAGE else "off"


def _request(u: Ecu) -> str:
    if _crash(u):
        return "emergency_off"
    wanted = u.car.control.wants_high_voltage or u.car.charging.wanted()
    return "on" if wanted or u.car.side.s2_closed else "off"


def _state(u: Ecu) -> str:
    stage = u.car.circuit.stage
    if stage is Stage.OFF:
        return "discharge" if u.car.circuit.link_voltage() > _SAFE_VOLTAGE else "off"
    return {Stage.PRECHARGE: "precharge", Stage.ON: "on", Stage.FAILED: "fault"}[stage]


def _crash(u: Ecu) -> bool:
    airbag = u.car.body.airbag
    return airbag.crash_stored or airbag.deployed


def _level(u: Ecu) -> int:
    """The highest of what the partners report and of what it finds itself."""
    names = {"none": 0, "level_1": 1, "level_2": 2, "level_3": 3}
    heard = [u.heard("BMS_FaultLevel"), u.heard("MCU_FaultLevel")]
    level = max((names.get(str(value), 0) for value in heard), default=0)
    if _crash(u) or u.lost("BMS") or u.lost("MCU"):
        return 3
    return max(level, 2 if u.car.control.limp else 0)


def _range(u: Ecu) -> float:
    """Km that the energy lasts at the average consumption."""
    return u.car.pack.stored() / 1000 / u.car.control.consumption * 100


def _gain(u: Ecu) -> float:
    return u.car.low_voltage.vehicle_gain


def _coolant(u: Ecu) -> float:
    drive, t = u.car.drive, u.t
    air = u.car.site.ambient()
    return air + 0.5 * max(drive.inverter.at(t) - air, u.car.obc.temperature.at(t) - air, 0.0)


def battery_coolant(u: Ecu) -> float:
    """At the inlet of the battery (°C)."""
    air = u.car.site.ambient()
    return air + 0.7 * (u.car.pack.temperature.at(u.t) - air)


def _pump(u: Ecu, works: bool) -> str:
    if not works:
        return "fault"
    return "on" if u.car.circuit.stage is Stage.ON else "off"


def _pump_duty(u: Ecu, works: bool) -> float:
    if u.car.circuit.stage is not Stage.ON:
        return 0.0
    return 40.0 if works else 100.0


SIGNALS: Signals = {
    **vin_signals("VCU"),
    # What it asks of the motor
    "VCU_TorqueRequest": live(lambda u: u.car.drive.torque(), 0.02),
    "VCU_MotorSpeedLimit": state(
        lambda u: _SPEED_LIMIT_LIMP if u.car.control.limp else _SPEED_LIMIT
    ),
    "VCU_MotorMode": live(_motor_mode, 0.1),
    "VCU_MotorEnable": state(lambda u: u.car.drive.enabled),
    "VCU_RegenLevel": state(lambda u: u.car.control.regeneration),
    # Driver and drive state
    "VCU_KeyPosition": state(lambda u: u.car.power.key),
    "VCU_Ready": state(lambda u: u.car.power.key == "ready"),
    "VCU_BrakePedalPressed": state(lambda u: u.car.brake.switch),
    "VCU_Gear": state(lambda u: u.car.control.gear),
    "VCU_LimpMode": live(lambda u: u.car.control.limp, 0.2),
    "VCU_AccelPedal": state(lambda u: u.car.control.measured_pedal),
    "VCU_BrakePedal": state(lambda u: u.car.brake.pedal),
    "VCU_VehicleSpeed": live(lambda u: abs(u.car.drive.speed())),
    "VCU_DriveMode": state(
        lambda u: "by_wire" if u.car.control.by_wire else u.car.control.drive_mode
    ),
    # High voltage
    "VCU_HvRequest": live(_request, 0.1),
    "VCU_HvState": live(_state, 0.1),
    "VCU_ChargePermit": live(lambda u: u.car.charging.wanted() or u.car.side.s2_closed, 0.1),
    "VCU_DcdcRequest": state(lambda u: u.car.circuit.stage is Stage.ON),
    "VCU_CrashShutdown": state(_crash),
    "VCU_NotReadyReason": live(lambda u: u.car.control.not_ready_reason(), 0.2),
    "VCU_Interlock": state(lambda u: u.car.circuit.interlock.second_state()),
    "VCU_FaultLevel": live(_level, 0.2),
    "VCU_DcdcVoltageRequest": state(
        lambda u: SET_POINT if u.car.circuit.stage is Stage.ON else 0.0
    ),
    # Vehicle
    "VCU_Odometer": live(lambda u: u.car.drive.distance() + u.unit.odometer_offset),
    "VCU_Range": live(_range, 1.0),
    "VCU_Turtle": live(lambda u: u.car.control.limp, 0.2),
    "VCU_PlugConnected": state(lambda u: u.car.plug.mated or u.car.dc_charging.connected),
    "VCU_Efficiency": state(lambda u: 100.0 / u.car.control.consumption),
    # 12 V
    "VCU_LowVoltage": live(lambda u: u.car.low_voltage.voltage() * _gain(u)),
    "VCU_LowVoltageResting": state(lambda u: u.car.low_voltage.rest_seen * _gain(u)),
    "VCU_LowVoltageReady": live(lambda u: u.car.low_voltage.last_ready() * _gain(u)),
    # Cooling
    "VCU_MotorCoolantTemp": live(_coolant),
    "VCU_BatteryCoolantTemp": live(battery_coolant),
    "VCU_MotorPumpDuty": state(lambda u: _pump_duty(u, u.car.drive.pump_works)),
    "VCU_BatteryPumpDuty": state(lambda u: _pump_duty(u, u.car.bms.pump_works)),
    "VCU_FanDuty": live(lambda u: min(max(_coolant(u) - 40.0, 0.0) * 5.0, 100.0)),
    "VCU_MotorPumpState": state(lambda u: _pump(u, u.car.drive.pump_works)),
    "VCU_BatteryPumpState": state(lambda u: _pump(u, u.car.bms.pump_works)),
}


def _begin(ecu: Ecu) -> None:
    control = ecu.car.control

    def hear() -> None:
        control.lost = ecu.silent_partners()

    ecu.on_partners.append(hear)
    by_wire.drive(ecu)


DESIGN = Design(
    signals=SIGNALS,
    listens=("GW_DriveCmd",),
    partners=PARTNERS,
    monitors={
        **INTERLOCK_OPEN,
        **supply("vehicle_gain"),
        **communication(*PARTNERS),
        **checksums("U0412-83", "BMS"),
        **checksums("U0411-83", "MCU"),
        **by_wire.monitors("VCU"),
        "P0A0B-64": lambda u: not u.car.circuit.interlock.second_wire_sound,
        "P2122-16": lambda u: u.car.control.pedal_sensor_low,
        "P2138-62": lambda u: u.car.control.pedal_sensors_disagree,
        "P0571-64": lambda u: u.car.brake.switch_implausible,
        "P0C73-92": lambda u: not u.car.drive.pump_works,
        "P1B10-00": _crash,
        "P1B11-92": lambda u: u.car.control.limp,
        "B1B20-00": lambda u: u.car.power.ignition and not u.car.access.releases,
    },
    begin=_begin,
)
