"""Telematics unit."""

from datetime import UTC, datetime
from functools import partial

from simulators.vehicle.computing import Telematics
from simulators.vehicle.ecus import v2x
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, live, state

PARTNERS = {"BCM": "BCM_Supply", "ICM": "ICM_Display", "GW": "GW_VehicleInfo"}
LISTENS = ("GW_WarningRequests", "BCM_Occupants", "BCM_Access")
_SPEED_LIMIT = 120.0
_LOW_SUPPLY = 11.0
_CLOCK_LIMIT = 10.0
_GRAVE = ("GW_WarnIsolation", "GW_WarnBatteryHot", "GW_WarnBrake")
_NOTED = ("GW_WarnBattery", "GW_WarnMotor", "GW_WarnSystem", "GW_WarnEps", "GW_WarnAbs")


def _moment(u: Ecu) -> datetime:
    return datetime.fromtimestamp(u.car.wall() + u.car.telematics.clock_error, UTC)


def _clock(field: str, u: Ecu) -> int:
    return int(getattr(_moment(u), field))


def _box(u: Ecu) -> Telematics:
    return u.car.telematics


def _known(u: Ecu) -> bool:
    return _box(u).fix() != "none"


def _level(u: Ecu) -> str:
    """Of the alarms that the platform gets, from what it hears on the body bus."""
    if any(u.heard(signal) == "on" for signal in _GRAVE) or _alarm("collision", u):
        return "level_3"
    if any(u.heard(signal) == "on" for signal in _NOTED):
        return "level_2"
    return "level_1" if u.heard("GW_WarnSocLow") == "on" else "none"


def _alarm(name: str, u: Ecu) -> bool:
    box = _box(u)
    conditions = {
        "emergency": box.emergency_button,
        "overspeed": u.heard_number("GW_BodySpeed") > _SPEED_LIMIT,
        "geofence": box.geofence_left,
        "collision": u.heard("BCM_CrashOutput") == "crash",
        "tow": box.towed,
        "theft": u.heard("BCM_AlarmState") == "triggered",
        "gnss_fault": not box.gnss_works,
        "antenna_open": box.antenna == "open",
        "antenna_short": box.antenna == "short",
        "power_low": u.supply_voltage() < _LOW_SUPPLY,
        "power_lost": not box.main_power,
        "sim": not box.sim_works,
        "storage": not box.storage_works,
        "clock": abs(box.clock_error) > _CLOCK_LIMIT,
    }
    return conditions[name]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


SIGNALS: Signals = {
    "TBOX_Online": state(lambda u: _box(u).online() if u.initialised else "registering"),
    "TBOX_PlatformLogin": state(lambda u: _box(u).login() if u.initialised else "logging_in"),
    "TBOX_Fix": state(lambda u: _box(u).fix()),
    "TBOX_SignalLevel": state(lambda u: _box(u).signal if _box(u).network_available else -113),
    "TBOX_Satellites": state(lambda u: _box(u).satellites()),
    "TBOX_V2x": state(lambda u: u.car.telematics.v2x.state()),
    "TBOX_UploadAge": live(lambda u: _box(u).upload_age()),
    "TBOX_StoredRecords": live(lambda u: _box(u).waiting_records()),
    "TBOX_AlarmLevel": live(_level),
    **{f"TBOX_Alarm{_camel(name)}": live(partial(_alarm, name)) for name in Telematics.ALARMS},
    "TBOX_Latitude": state(lambda u: u.car.place.latitude if _known(u) else None),
    "TBOX_Longitude": state(lambda u: u.car.place.longitude if _known(u) else None),
    "TBOX_Speed": live(lambda u: 0.0 if _known(u) else None),
    "TBOX_Heading": state(lambda u: u.car.place.heading if _known(u) else None),
    "TBOX_Altitude": state(lambda u: u.car.place.altitude if _known(u) else None),
    "TBOX_Year": live(partial(_clock, "year")),
    "TBOX_Month": live(partial(_clock, "month")),
    "TBOX_Day": live(partial(_clock, "day")),
    "TBOX_Hour": live(partial(_clock, "hour")),
    "TBOX_Minute": live(partial(_clock, "minute")),
    "TBOX_Second": live(partial(_clock, "second")),
    "TBOX_TimeState": state(lambda u: _box(u).time_source()),
    **v2x.SIGNALS,
    "TBOX_ServiceState": state(lambda u: u.car.fleet.shown("service_state")),
    "TBOX_RentalType": state(lambda u: u.car.fleet.shown("rental_type")),
    "TBOX_ParameterState": state(lambda u: u.car.fleet.state),
    "TBOX_SpeedLimit": state(lambda u: u.car.fleet.shown("rental_speed_limit")),
    "TBOX_GeofenceRadius": state(lambda u: u.car.fleet.shown("geofence_radius")),
    "TBOX_ParameterRevision": state(lambda u: u.car.fleet.revision),
    "TBOX_RemoteCommand": state(lambda u: _box(u).command),
    "TBOX_RemoteToken": state(lambda u: _box(u).token),
}


def _begin(ecu: Ecu) -> None:
    _box(ecu).transmit = lambda: ecu.send("TBOX_RemoteCmd")


DESIGN = Design(
    signals=SIGNALS,
    listens=LISTENS,
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        "B1D10-13": lambda u: _box(u).antenna == "open",
        "B1D11-11": lambda u: _box(u).antenna == "short",
        "B1D12-96": lambda u: not _box(u).gnss_works,
        "B1D13-31": lambda u: not _box(u).network_available,
        "B1D14-96": lambda u: not _box(u).sim_works,
        "B1D15-00": lambda u: not _box(u).main_power,
        "B1D16-96": lambda u: u.car.telematics.v2x.state() == "fault",
    },
    begin=_begin,
)
