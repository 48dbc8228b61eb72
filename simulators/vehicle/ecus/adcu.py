"""Driving-assistance computer. What it can offer follows from what its sensors report to it."""

from functools import partial

from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, Source, Value, live, state
from simulators.vehicle.ecus.vin_frames import vin_signals
from simulators.vehicle.sensing import BLOCKED, SYNC_LIMIT

PARTNERS = {
    "CAM": "CAM_Status", "RAD": "RAD_Status", "LID": "LID_Status", "USS": "USS_Status",
    "GNSS": "GNSS_Status", "GW": "GW_VehicleMotion",
}  # fmt: skip
FUNCTIONS = {
    "Aeb": ("config_aeb", ("CAM", "RAD")),
    "Acc": ("config_acc", ("CAM", "RAD")),
    "Lka": ("config_lka", ("CAM",)),
    "Fcw": ("config_fcw", ("CAM", "RAD")),
    "Apa": ("config_apa", ("USS", "CAM")),
    "Pilot": ("config_pilot", ("CAM", "RAD", "LID", "GNSS")),
}
"""Function -> its coding and the sensors that it needs."""
_HOT = 85.0
_STARTS_UP = 4.0
_FULL = 95.0


def _booting(u: Ecu) -> bool:
    return u.uptime < _STARTS_UP


def _faulty(node: str, u: Ecu) -> bool:
    return u.lost(node) or u.heard(f"{node}_Health") == "fault"


def _blocked(node: str, u: Ecu) -> bool:
    return node != "GNSS" and u.heard_number(f"{node}_Blockage") >= BLOCKED


def _uncalibrated(node: str, u: Ecu) -> bool:
    return node != "USS" and u.heard(f"{node}_Calibration") not in ("calibrated", None)


def _late(node: str, u: Ecu) -> bool:
    return abs(u.heard_number(f"{node}_SyncOffset")) > SYNC_LIMIT


_OBSTACLES = (
    ("sensor_fault", _faulty),
    ("sensor_blocked", _blocked),
    ("not_calibrated", _uncalibrated),
    ("time_sync", _late),
)


def availability(function: str, u: Ecu) -> str:
    """Whether a function can be used, or the first thing that stands against it."""
    coding, sensors = FUNCTIONS[function]
    if u.unit.configuration.get(coding, "enabled") != "enabled":
        return "switched_off"
    if _booting(u):
        return "not_available"
    if u.lost("GW") or u.heard("GW_AdasSpeed") is None:
        return "chassis_fault"
    found = (word for word, bad in _OBSTACLES for node in sensors if bad(node, u))
    return next(found, "available")


def _state(function: str, switched_on: str | None, u: Ecu) -> str:
    """State of a function; AEB is always on, the others are switched on by the driver."""
    offered = availability(function, u)
    if not u.car.computer.works:
        return "fault"
    if offered in ("switched_off", "not_available") or u.heard("GW_AdasReady") != "ready":
        return "off"
    if offered == "sensor_fault":
        return "fault"
    if offered != "available":
        return "unavailable"
    if switched_on is None or getattr(u.car.computer, switched_on):
        return "standby"
    return "off"


def _mode(u: Ecu) -> str:
    computer = u.car.computer
    if not computer.works:
        return "fault"
    if _booting(u):
        return "init"
    return "manual" if computer.by_wire_request == "manual" else "by_wire_test"


def _take_over(u: Ecu) -> str:
    """By-wire operation that can no longer be carried on is handed back."""
    if u.car.computer.by_wire_request != "by_wire":
        return "none"
    return "urgent" if u.lost("GW") else "none"


def _timeout(node: str, u: Ecu) -> bool:
    return u.lost(node)


def _supply(u: Ecu) -> float:
    return u.car.low_voltage.voltage() - u.car.computer.supply_drop


def _time_source(u: Ecu) -> str:
    if u.heard("GNSS_PpsLocked") == "yes":
        return "gnss"
    return "network" if u.car.telematics.online() == "online" else "free_running"


def _sync_state(u: Ecu) -> str:
    if _booting(u):
        return "not_synchronised"
    return "lost" if _time_source(u) == "free_running" else "synchronised"


def _recorder(u: Ecu) -> str:
    computer = u.car.computer
    if not computer.dssad_works:
        return "fault"
    return "full" if computer.recorder_used >= _FULL or computer.disk_free <= 0.0 else "recording"


def _edr(u: Ecu) -> str:
    if not u.car.computer.edr_works:
        return "fault"
    airbag = u.car.body.airbag
    return "event_locked" if airbag.deployed or airbag.crash_stored else "ready"


def _asked(attribute: str, u: Ecu) -> Value:
    value: Value = getattr(u.car.computer, attribute)
    return value


_AVAILABLE: dict[str, Source] = {
    f"ADCU_{name}Available": live(partial(availability, name)) for name in FUNCTIONS
}
SIGNALS: Signals = {
    **vin_signals("ADCU"),
    "ADCU_Mode": live(_mode, 0.2),
    "ADCU_AutomationLevel": state(
        lambda u: "level_0" if u.car.computer.by_wire_request == "manual" else "level_1"
    ),
    "ADCU_HandsOn": state(lambda u: u.car.computer.hands_on),
    "ADCU_EyesOn": state(lambda u: u.car.computer.eyes_on),
    "ADCU_TakeOverRequest": live(_take_over, 0.2),
    "ADCU_AebState": live(partial(_state, "Aeb", None), 0.2),
    "ADCU_AccState": live(partial(_state, "Acc", "acc_on"), 0.2),
    "ADCU_LkaState": live(partial(_state, "Lka", "lka_on"), 0.2),
    "ADCU_SetSpeed": state(lambda u: u.car.computer.set_speed),
    "ADCU_ByWireRequest": state(partial(_asked, "by_wire_request")),
    "ADCU_GearRequest": state(partial(_asked, "gear_request")),
    "ADCU_AngleRequest": state(partial(_asked, "angle_request")),
    "ADCU_SpeedRequest": state(partial(_asked, "speed_request")),
    "ADCU_BrakeRequest": state(partial(_asked, "brake_request")),
    **_AVAILABLE,
    **{f"ADCU_{node}Timeout": live(partial(_timeout, node)) for node in PARTNERS},
    "ADCU_CpuTemp": live(lambda u: u.car.computer.temperature(u.car.computer.cpu)),
    "ADCU_GpuTemp": live(lambda u: u.car.computer.temperature(u.car.computer.gpu)),
    "ADCU_CpuLoad": live(lambda u: u.car.computer.load()),
    "ADCU_MemoryUsed": state(lambda u: u.car.computer.memory_used),
    "ADCU_DiskFree": state(lambda u: u.car.computer.disk_free),
    "ADCU_WatchdogResets": state(lambda u: u.car.computer.watchdog_resets),
    "ADCU_SupplyVoltage": live(_supply),
    "ADCU_Health": live(lambda u: u.car.computer.health()),
    "ADCU_UtcSeconds": live(lambda u: int(u.car.wall())),
    "ADCU_TimeSource": live(_time_source),
    "ADCU_SyncState": live(_sync_state),
    "ADCU_DssadState": state(_recorder),
    "ADCU_EdrState": state(_edr),
    "ADCU_DssadEvents": state(lambda u: u.car.computer.dssad_events),
    "ADCU_EdrEvents": state(lambda u: u.car.computer.edr_events),
    "ADCU_RecorderUsed": state(lambda u: u.car.computer.recorder_used),
}


def _out_of_time(u: Ecu) -> bool:
    return any(_late(node, u) for node in PARTNERS if node != "GW")


def _chassis_damaged(u: Ecu) -> bool:
    """The gateway talks, but has no speed or steering angle to hand on."""
    silent = u.heard("GW_AdasSpeed") is None or u.heard("GW_AdasSteeringAngle") is None
    return u.uptime > _STARTS_UP and u.hears("GW_VehicleMotion") and silent


DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        "C1A15-62": _out_of_time,
        "C1A15-4B": lambda u: u.car.computer.hottest() > _HOT,
        "C1A15-96": lambda u: not u.car.computer.works,
        "C1A16-00": lambda u: _recorder(u) == "full" or u.car.computer.disk_free < 5.0,
        "U0415-83": _chassis_damaged,
    },
)
