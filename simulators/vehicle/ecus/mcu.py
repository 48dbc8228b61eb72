"""Drive motor controller."""

from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import INTERLOCK_OPEN, communication
from simulators.vehicle.ecus.source import Signals, live
from simulators.vehicle.highvoltage import Stage

PARTNERS = {"VCU": "VCU_DriveStatus", "BMS": "BMS_PackStatus", "GW": "GW_NetStatusPt"}
_MOTOR_HOT, _INVERTER_HOT = 150.0, 95.0
_SAFE_VOLTAGE = 60.0


def sound(u: Ecu) -> bool:
    """The drive can work."""
    drive = u.car.drive
    return drive.works and drive.resolver_works and not drive.overcurrent


def _motor_hot(u: Ecu) -> bool:
    return u.car.drive.motor_temperature() > _MOTOR_HOT


def _inverter_hot(u: Ecu) -> bool:
    return u.car.drive.inverter.at(u.t) > _INVERTER_HOT


def _state(u: Ecu) -> str:
    if not sound(u):
        return "fault"
    if not u.initialised:
        return "init"
    if u.car.drive.enabled:
        if _motor_hot(u) or _inverter_hot(u):
            return "derated"
        return "speed" if u.car.control.by_wire else "torque"
    if u.car.circuit.stage is Stage.ON:
        return "standby"
    return "discharge" if u.car.circuit.link_voltage() > _SAFE_VOLTAGE else "standby"


def _level(u: Ecu) -> str:
    if not sound(u):
        return "level_3"
    if _motor_hot(u) or _inverter_hot(u):
        return "level_2"
    return "none" if u.car.drive.pump_works else "level_1"


def link_voltage(u: Ecu) -> float:
    """Its own measurement (V)."""
    return u.car.circuit.link_voltage() * u.car.circuit.link_gain


SIGNALS: Signals = {
    "MCU_MotorSpeed": live(
        lambda u: u.car.drive.motor_speed() if u.car.drive.resolver_works else None, 0.02
    ),
    "MCU_MotorTorque": live(lambda u: u.car.drive.torque(), 0.02),
    "MCU_State": live(_state, 0.1),
    "MCU_FaultLevel": live(_level, 0.1),
    "MCU_DcVoltage": live(link_voltage),
    "MCU_DcCurrent": live(lambda u: u.car.drive.power() / max(u.car.circuit.link_voltage(), 1.0)),
    "MCU_MotorTemp": live(lambda u: u.car.drive.motor_temperature(), 0.5),
    "MCU_BearingTemp": live(lambda u: (u.car.drive.motor.at(u.t) + u.car.site.ambient()) / 2, 0.5),
    "MCU_InverterTemp": live(lambda u: u.car.drive.inverter.at(u.t), 0.5),
    "MCU_PhaseCurrent": live(lambda u: u.car.drive.phase_current()),
}

DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **INTERLOCK_OPEN,
        **communication(*PARTNERS),
        "P0A1B-96": lambda u: not u.car.drive.works,
        "P0A2F-4B": _motor_hot,
        "P0A3C-4B": _inverter_hot,
        "P0A3F-31": lambda u: not u.car.drive.resolver_works,
        "P0A93-92": lambda u: u.car.drive.enabled and not u.car.drive.pump_works,
        "P0C01-19": lambda u: u.car.drive.overcurrent,
    },
)
