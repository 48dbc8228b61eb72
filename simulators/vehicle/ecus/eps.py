"""Electric power steering."""

from simulators.vehicle.ecus import by_wire
from simulators.vehicle.ecus.by_wire import OVERRIDE_TORQUE
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import checksums, communication
from simulators.vehicle.ecus.source import Signals, live, state

PARTNERS = {"ESC": "ESC_WheelSpeeds", "GW": "GW_VehicleState"}
_HOT = 100.0


def _state(u: Ecu) -> str:
    steering = u.car.steering
    if not steering.works:
        return "fault"
    if not u.initialised:
        return "init"
    if u.car.by_wire["EPS"].active:
        return "by_wire"
    if not steering.sensor_works or not steering.torque_channels_agree:
        return "limp"
    return "assisting" if _assists(u) else "ready"


def _assists(u: Ecu) -> bool:
    """It helps only when it hears that the car is READY."""
    return u.heard("GW_Ready") == "ready" and u.car.steering.works


def _lamp(u: Ecu) -> str:
    steering = u.car.steering
    if not (steering.works and steering.sensor_works and steering.torque_channels_agree):
        return "on"
    return "on" if not steering.calibrated or u.lost("GW") or u.lost("ESC") else "off"


def _angle(u: Ecu) -> float | None:
    return u.car.steering.measured_angle() if u.car.steering.sensor_works else None


SIGNALS: Signals = {
    "EPS_SteeringAngle": live(_angle, 0.01),
    "EPS_SteeringRate": live(lambda u: u.car.steering.rate(), 0.01),
    "EPS_AngleCalibrated": state(lambda u: u.car.steering.calibrated),
    "EPS_AngleValid": state(lambda u: u.car.steering.calibrated and u.car.steering.sensor_works),
    "EPS_DriverTorque": state(lambda u: u.car.steering.measured_torque()),
    "EPS_AssistTorque": live(lambda u: u.car.steering.assist(_assists(u)), 0.04),
    "EPS_State": live(_state, 0.1),
    "EPS_DriverOverride": state(
        lambda u: (
            u.car.by_wire["EPS"].override or abs(u.car.steering.driver_torque) > OVERRIDE_TORQUE
        )
    ),
    "EPS_Mode": state(lambda u: u.car.by_wire["EPS"].mode),
    "EPS_Lamp": live(_lamp, 0.2),
    "EPS_MotorTemp": live(lambda u: u.car.steering.temperature.at(u.t), 1.0),
}

DESIGN = Design(
    signals=SIGNALS,
    listens=("GW_SteerCmd",),
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        **checksums("U0415-83", "ESC"),
        **by_wire.monitors("EPS"),
        "C0051-54": lambda u: not u.car.steering.calibrated,
        "C0051-64": lambda u: not u.car.steering.sensor_works,
        "C1052-62": lambda u: not u.car.steering.torque_channels_agree,
        "C1053-4B": lambda u: u.car.steering.temperature.at(u.t) > _HOT,
        "C1053-96": lambda u: not u.car.steering.works,
    },
    begin=by_wire.steer,
)
