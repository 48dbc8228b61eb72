"""Stability control with wheel speeds and inertial sensors."""

from functools import partial

from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import checksums, communication
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.ecus.vin_frames import vin_signals
from simulators.vehicle.wheels import WHEELS

PARTNERS = {
    "EPS": "EPS_Status",
    "IBC": "IBC_BrakeStatus",
    "EPB": "EPB_Status",
    "GW": "GW_VehicleState",
}
_STANDS = 0.3
_YAW_LIMIT = 10.0
"""A yaw rate at standstill that cannot be (degrees per second)."""
_CODES = {"FL": "C0031-13", "FR": "C0034-13", "RL": "C0037-13", "RR": "C003A-13"}


def _sound(u: Ecu) -> bool:
    return u.car.wheels.esc_works and u.car.wheels.sensors_sound


def _state(u: Ecu) -> str:
    if not u.car.wheels.esc_works:
        return "fault"
    if not u.initialised:
        return "init"
    if u.car.wheels.esc_switched_off:
        return "off"
    return "ready" if _sound(u) and not _yaw_wrong(u) else "limp"


def _yaw_wrong(u: Ecu) -> bool:
    return not u.car.wheels.yaw_works


def _abs_lamp(u: Ecu) -> str:
    return "off" if _sound(u) and not u.lost("IBC") else "on"


def _esc_lamp(u: Ecu) -> str:
    sound = _sound(u) and not _yaw_wrong(u) and not u.lost("IBC") and not u.lost("EPS")
    return "off" if sound and not u.car.wheels.esc_switched_off else "on"


def _wheel(wheel: str, u: Ecu) -> float | None:
    return u.car.wheels.measured_speed(wheel)


def _standstill(u: Ecu) -> bool:
    return u.car.wheels.speed() < _STANDS


def _hill_hold(u: Ecu) -> bool:
    """The brake holds the car in gear until the driver sets off."""
    gear = u.heard("GW_Gear")
    return gear in ("d", "r") and _standstill(u) and u.heard_number("IBC_BrakePressure") > 10.0


def _emergency(u: Ecu) -> bool:
    """The brake follows an emergency braking, as the brake control reports it."""
    return u.heard("IBC_Mode") == "by_wire" and u.heard_number("IBC_BrakePressure") > 60.0


def _sensor_dead(wheel: str, u: Ecu) -> bool:
    return not u.car.wheels[wheel].speed_sensor_works


SIGNALS: Signals = {
    **vin_signals("ESC"),
    **{f"ESC_WheelSpeed{w}": live(partial(_wheel, w)) for w in WHEELS},
    "ESC_YawRate": live(lambda u: u.car.wheels.yaw_rate(), 0.02),
    "ESC_LateralAccel": live(lambda u: u.car.wheels.lateral(), 0.02),
    "ESC_LongitudinalAccel": live(
        lambda u: u.car.wheels.longitudinal() + u.car.drive.acceleration(), 0.02
    ),
    "ESC_VehicleSpeed": live(lambda u: u.car.wheels.speed()),
    "ESC_State": state(_state),
    "ESC_Standstill": live(_standstill, 0.1),
    # On a stand with free wheels none of the controls has anything to do; they would have to slip.
    "ESC_AbsActive": live(lambda u: u.car.wheels.slipping and _sound(u), 0.1),
    "ESC_EscActive": live(lambda u: u.car.wheels.skidding and _sound(u), 0.1),
    "ESC_TcsActive": live(lambda u: u.car.wheels.spinning and _sound(u), 0.1),
    "ESC_EscSwitchedOff": state(lambda u: u.car.wheels.esc_switched_off),
    "ESC_AbsLamp": live(_abs_lamp, 0.2),
    "ESC_EscLamp": live(_esc_lamp, 0.2),
    "ESC_HillHold": live(_hill_hold, 0.1),
    "ESC_AebBraking": live(_emergency, 0.1),
    "ESC_Direction": live(lambda u: u.car.drive.speed() < -_STANDS, 0.1),
    "ESC_Odometer": live(lambda u: u.car.drive.distance() + u.unit.odometer_offset),
    "ESC_PulsesFL": live(lambda u: u.car.wheels.pulses("FL") & 0xFFFF),
    "ESC_PulsesRR": live(lambda u: u.car.wheels.pulses("RR") & 0xFFFF),
}

DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        **checksums("U0415-83", "IBC"),
        **{code: partial(_sensor_dead, wheel) for wheel, code in _CODES.items()},
        "C0063-64": lambda u: abs(u.car.wheels.yaw_rate()) > _YAW_LIMIT and _standstill(u),
    },
)
