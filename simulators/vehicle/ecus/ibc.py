"""Integrated brake controller."""

from functools import partial

from simulators.vehicle.brakes import PEDAL_PRESSED
from simulators.vehicle.ecus import by_wire
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.wheels import WHEELS

PARTNERS = {
    "EPS": "EPS_Status",
    "EPB": "EPB_Status",
    "ESC": "ESC_Status",
    "GW": "GW_VehicleState",
}
_REGEN_AT_FULL = 300.0


def _state(u: Ecu) -> str:
    brake = u.car.brake
    if not brake.works:
        return "fault"
    if not u.initialised:
        return "init"
    if u.car.by_wire["IBC"].active:
        return "by_wire"
    if not brake.boost_works or not brake.pressure_sensor_works:
        return "limp"
    return "braking" if brake.applied > PEDAL_PRESSED else "ready"


def _lamp(u: Ecu) -> str:
    brake = u.car.brake
    sound = brake.works and brake.boost_works and brake.pressure_sensor_works
    return "off" if sound and not brake.fluid_shown_low and not u.lost("ESC") else "on"


def _pressure(u: Ecu) -> float | None:
    return u.car.brake.pressure() if u.car.brake.pressure_sensor_works else None


def _wheel_pressure(wheel: str, u: Ecu) -> float:
    return u.car.brake.wheel_pressure(wheel)


def _regeneration(u: Ecu) -> float:
    moving = u.heard_number("ESC_VehicleSpeed") > 5.0
    return _REGEN_AT_FULL * u.car.brake.applied / 100 if moving else 0.0


SIGNALS: Signals = {
    "IBC_BrakePressure": live(_pressure, 0.02),
    "IBC_PedalPressed": state(lambda u: u.car.brake.switch),
    "IBC_BrakeLampRequest": state(
        lambda u: u.car.brake.switch or u.car.brake.applied > PEDAL_PRESSED
    ),
    "IBC_FluidLevel": state(lambda u: u.car.brake.fluid_shown_low),
    "IBC_DriverOverride": state(lambda u: u.car.by_wire["IBC"].override),
    "IBC_PedalTravel": state(lambda u: u.car.brake.measured_pedal),
    "IBC_State": state(_state),
    "IBC_Mode": state(lambda u: u.car.by_wire["IBC"].mode),
    "IBC_BrakeLamp": live(_lamp, 0.2),
    "IBC_RegenTorque": live(_regeneration, 0.1),
    **{f"IBC_Pressure{w}": live(partial(_wheel_pressure, w)) for w in WHEELS},
}

DESIGN = Design(
    signals=SIGNALS,
    listens=("GW_BrakeCmd",),
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        **by_wire.monitors("IBC"),
        "C0021-92": lambda u: not u.car.brake.boost_works or not u.car.brake.works,
        "C0044-64": lambda u: not u.car.brake.pressure_sensor_works,
        "C0049-7B": lambda u: u.car.brake.fluid_shown_low,
        "P0571-64": lambda u: u.car.brake.switch_implausible,
    },
    begin=by_wire.brake,
)
