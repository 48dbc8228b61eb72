"""Electric parking brake."""

from functools import partial

from simulators.vehicle.ecus import by_wire
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, live, state

PARTNERS = {"IBC": "IBC_BrakeStatus", "ESC": "ESC_Status", "GW": "GW_VehicleState"}


def _lamp(u: Ecu) -> str:
    brake = u.car.parking_brake
    if brake.state in ("fault", "moving"):
        return "flashing"
    return "on" if brake.applied else "off"


def _current(side: str, u: Ecu) -> float:
    return u.car.parking_brake.current(side)


def _switch(u: Ecu) -> str:
    brake = u.car.parking_brake
    return brake.switch if brake.switch_works else "fault"


SIGNALS: Signals = {
    "EPB_State": state(lambda u: u.car.parking_brake.state),
    "EPB_AutoHold": state(lambda u: u.car.parking_brake.auto_hold),
    "EPB_SwitchState": state(_switch),
    "EPB_Mode": state(lambda u: u.car.by_wire["EPB"].mode),
    "EPB_Lamp": state(_lamp),
    "EPB_CurrentLeft": state(partial(_current, "left")),
    "EPB_CurrentRight": state(partial(_current, "right")),
    "EPB_ClampForce": live(lambda u: u.car.parking_brake.clamp_force()),
}

DESIGN = Design(
    signals=SIGNALS,
    listens=("GW_EpbCmd",),
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        **by_wire.monitors("EPB"),
        "C1210-71": lambda u: not u.car.parking_brake.left_works,
        "C1211-71": lambda u: not u.car.parking_brake.right_works,
        "C1212-64": lambda u: not u.car.parking_brake.switch_works,
    },
    begin=by_wire.park,
)
