"""Central gateway: what one bus tells the others, warning requests, state of the networks.

The routing table names, for every forwarded signal, where it comes from. What the gateway does not
hear it cannot forward: a broken bus is dark on the other side, and the warning lamps say so.
"""

from collections.abc import Callable
from functools import partial

from simulators.vehicle.ecus import trouble_frames
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, Source, Value, live
from simulators.vehicle.units import PLACES, Bus

PARTNERS = {
    "VCU": "VCU_DriveStatus", "BMS": "BMS_PackStatus", "MCU": "MCU_InverterStatus",
    "OBC": "OBC_ChargeStatus", "DCDC": "DCDC_Status",
    "EPS": "EPS_Status", "IBC": "IBC_BrakeStatus", "EPB": "EPB_Status", "ESC": "ESC_Status",
    "BCM": "BCM_Occupants", "ICM": "ICM_Display", "TPMS": "TPMS_Pressures", "TBOX": "TBOX_Status",
    "CAM": "CAM_Status", "RAD": "RAD_Status", "LID": "LID_Status", "USS": "USS_Status",
    "GNSS": "GNSS_Status", "ADCU": "ADCU_Status",
}  # fmt: skip
ROUTES: dict[str, tuple[str, ...]] = {
    # chassis
    "GW_KeyPosition": ("VCU_KeyPosition", "BCM_KeyPosition"),
    "GW_Ready": ("VCU_Ready",),
    "GW_Gear": ("VCU_Gear",),
    "GW_BeltDriver": ("BCM_BeltDriver",),
    "GW_DoorDriver": ("BCM_DoorFL",),
    "GW_AccelPedal": ("VCU_AccelPedal",),
    "GW_MotorTorque": ("MCU_MotorTorque",),
    # body
    "GW_BodySpeed": ("ESC_VehicleSpeed", "VCU_VehicleSpeed"),
    "GW_BodyReady": ("VCU_Ready",),
    "GW_BodyGear": ("VCU_Gear",),
    "GW_BodyBrakeLamp": ("IBC_BrakeLampRequest",),
    "GW_BodyPlug": ("VCU_PlugConnected", "OBC_PlugConnected"),
    "GW_BodySoc": ("BMS_Soc",),
    # adas
    "GW_AdasSpeed": ("ESC_VehicleSpeed",),
    "GW_AdasYawRate": ("ESC_YawRate",),
    "GW_AdasReady": ("VCU_Ready",),
    "GW_AdasSteeringAngle": ("EPS_SteeringAngle",),
    "GW_AdasGear": ("VCU_Gear",),
    # by-wire commands of the driving computer
    "GW_DriveModeRequest": ("ADCU_ByWireRequest",),
    "GW_GearRequest": ("ADCU_GearRequest",),
    "GW_SpeedRequest": ("ADCU_SpeedRequest",),
    "GW_SteerAngleRequest": ("ADCU_AngleRequest",),
    "GW_BrakeRequest": ("ADCU_BrakeRequest",),
}
"""Forwarded signal -> where it comes from, the second if the first is not heard."""
LISTENS = (
    "VCU_HvControl", "VCU_VehicleStatus", "BMS_HvSafety", "BMS_StateOfCharge", "BMS_Warnings",
    "MCU_MotorStatus", "OBC_DcOutput",
    "EPS_AngleSensor", "ESC_Inertial", "ESC_Distance",
    "BCM_Closures", "BCM_Access",
    "ADCU_MotionRequest", "ADCU_Availability", "ADCU_Compute",
)  # fmt: skip
COMMANDS = {
    "GW_DriveCmd": 0.02, "GW_SteerCmd": 0.02, "GW_BrakeCmd": 0.02, "GW_EpbCmd": 0.05,
}  # fmt: skip
_ACCELERATION = 1.5
_STEERING_RATE = 180.0
_ODOMETERS = ("VCU_Odometer", "ESC_Odometer", "ICM_Odometer")
_GRAVE = ("level_2", "level_3")
_BUS_LETTERS: dict[Bus, str] = {"powertrain": "Pt", "chassis": "Ch", "body": "Bd", "adas": "Ad"}


def _routed(sources: tuple[str, ...], u: Ecu) -> Value:
    for source in sources:
        value = u.heard(source)
        if value is not None:
            return value
    return None


def _parking_brake(u: Ecu) -> Value:
    value = u.heard("EPB_State")
    return value if value is not None else "fault" if u.lost("EPB") else "released"


# Warning requests


def _any(u: Ecu, **wanted: tuple[str, ...]) -> bool:
    return any(u.heard(signal) in values for signal, values in wanted.items())


def _warn_isolation(u: Ecu) -> bool:
    return _any(u, BMS_InsulationFault=("active",), BMS_WarnInsulation=("active",))


def _warn_battery(u: Ecu) -> bool:
    return u.lost("BMS") or _any(u, BMS_FaultLevel=_GRAVE)


def _warn_hot(u: Ecu) -> bool:
    return _any(u, BMS_WarnOverTemp=("active",), BMS_ThermalEvent=("active",))


def _warn_motor(u: Ecu) -> bool:
    return u.lost("MCU") or _any(u, MCU_FaultLevel=_GRAVE)


def _warn_system(u: Ecu) -> bool:
    broken = _any(u, VCU_FaultLevel=_GRAVE, OBC_FaultLevel=("level_3",), DCDC_State=("fault",))
    return broken or u.lost("VCU") or u.lost("DCDC") or u.lost("OBC")


def _warn_brake(u: Ecu) -> bool:
    return u.lost("IBC") or u.lost("EPB") or _any(u, IBC_BrakeLamp=("on", "flashing"))


def _warn_abs(u: Ecu) -> bool:
    return u.lost("ESC") or _any(u, ESC_AbsLamp=("on", "flashing"))


def _warn_esc(u: Ecu) -> bool:
    return u.lost("ESC") or _any(u, ESC_EscLamp=("on", "flashing"))


def _warn_eps(u: Ecu) -> bool:
    return u.lost("EPS") or _any(u, EPS_Lamp=("on", "flashing"))


def _warn_adas(u: Ecu) -> bool:
    if u.lost("ADCU") or _any(u, ADCU_Health=("degraded", "fault")):
        return True
    fine = (None, "available", "switched_off")
    functions = ("ADCU_AebAvailable", "ADCU_AccAvailable", "ADCU_LkaAvailable")
    return any(u.heard(function) not in fine for function in functions)


WARNINGS: dict[str, Callable[[Ecu], Value]] = {
    "GW_WarnIsolation": _warn_isolation,
    "GW_WarnBattery": _warn_battery,
    "GW_WarnBatteryHot": _warn_hot,
    "GW_WarnSocLow": lambda u: u.heard("BMS_WarnSocLow") == "active",
    "GW_WarnMotor": _warn_motor,
    "GW_WarnSystem": _warn_system,
    "GW_WarnTurtle": lambda u: u.heard("VCU_Turtle") == "on",
    "GW_WarnCharge": lambda u: u.heard("OBC_ChargingState") == "charging",
    "GW_WarnBrake": _warn_brake,
    "GW_WarnAbs": _warn_abs,
    "GW_WarnEsc": _warn_esc,
    "GW_WarnEps": _warn_eps,
    "GW_WarnAdas": _warn_adas,
}

# Networks


def _online(node: str, u: Ecu) -> bool:
    return u.hears(PARTNERS[node])


def _bus_state(bus: Bus, u: Ecu) -> Value:
    return str(u.nodes[bus].state)


def _bus_load(bus: Bus, u: Ecu) -> Value:
    return u.bus_load(bus) * 100


def _tx_errors(bus: Bus, u: Ecu) -> Value:
    return u.nodes[bus].tec


def _rx_errors(bus: Bus, u: Ecu) -> Value:
    return u.nodes[bus].rec


def _networks() -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for bus, letters in _BUS_LETTERS.items():
        sources[f"GW_BusState{letters}"] = live(partial(_bus_state, bus))
        sources[f"GW_BusLoad{letters}"] = live(partial(_bus_load, bus))
        sources[f"GW_TxErrors{letters}"] = live(partial(_tx_errors, bus))
        sources[f"GW_RxErrors{letters}"] = live(partial(_rx_errors, bus))
    for node in PARTNERS:
        sources[f"GW_{node}Online"] = live(partial(_online, node))
    return sources


# By-wire


def _by_wire(u: Ecu) -> bool:
    return u.heard("ADCU_ByWireRequest") == "by_wire"


def _mode(u: Ecu) -> str:
    return "by_wire" if _by_wire(u) else "manual"


def _epb_request(u: Ecu) -> str:
    if not _by_wire(u):
        return "none"
    return "apply" if u.heard("ADCU_GearRequest") == "p" else "release"


SIGNALS: Signals = {
    **{name: live(partial(_routed, sources)) for name, sources in ROUTES.items()},
    "GW_BodyParkingBrake": live(_parking_brake),
    **{name: live(function) for name, function in WARNINGS.items()},
    **_networks(),
    **trouble_frames.SIGNALS,
    "GW_AccelLimit": live(lambda u: _ACCELERATION if _by_wire(u) else 0.0),
    "GW_SteerModeRequest": live(_mode),
    "GW_SteerRateLimit": live(lambda u: _STEERING_RATE if _by_wire(u) else 0.0),
    "GW_BrakeModeRequest": live(_mode),
    "GW_DecelRequest": live(
        lambda u: 8.0 if u.heard("ADCU_ByWireRequest") == "emergency_stop" else 0.0
    ),
    "GW_EpbModeRequest": live(_mode),
    "GW_EpbRequest": live(_epb_request),
}


def _begin(ecu: Ecu) -> None:
    """Hand on the computer's commands while it asks for by-wire operation, and not else."""

    def hear(_: object) -> None:
        asked = ecu.heard("ADCU_ByWireRequest") in ("by_wire", "emergency_stop")
        for message in COMMANDS:
            ecu.activate(message, asked)

    ecu.receptions["ADCU_MotionRequest"].on_frame = hear


def _odometers_disagree(u: Ecu) -> bool:
    known = [v for s in _ODOMETERS if isinstance(v := u.heard(s), int | float)]
    return bool(known) and max(known) - min(known) > 1.0


DESIGN = Design(
    signals=SIGNALS,
    listens=LISTENS,
    partners=PARTNERS,
    monitors={
        **communication(*(node for node in PLACES if node != "GW")),
        "B1C10-62": _odometers_disagree,
    },
    event_periods=COMMANDS,
    begin=_begin,
)
