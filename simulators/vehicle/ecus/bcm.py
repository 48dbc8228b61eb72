"""Body controller: lamps, closures, access, 12 V supervision, remote commands."""

from functools import partial

from simulators.vehicle.accident import tensioner
from simulators.vehicle.body import DOORS, SEATS
from simulators.vehicle.ecus import remote
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication, supply
from simulators.vehicle.ecus.source import Signals, Source, live, state
from simulators.vehicle.ecus.vin_frames import vin_signals
from simulators.vehicle.lamps import CHANNELS

PARTNERS = {"ICM": "ICM_Display", "TBOX": "TBOX_Status", "GW": "GW_VehicleInfo"}
_NAMES = {
    "low_beam_left": "LowBeamLeft", "low_beam_right": "LowBeamRight",
    "high_beam_left": "HighBeamLeft", "high_beam_right": "HighBeamRight",
    "position": "Position", "turn_left": "TurnLeft", "turn_right": "TurnRight",
    "brake": "Brake", "reverse": "Reverse", "fog_rear": "FogRear", "drl": "Drl", "plate": "Plate",
}  # fmt: skip
_CODES = {
    "low_beam_left": "B1A10-13", "low_beam_right": "B1A11-13", "high_beam_left": "B1A12-13",
    "high_beam_right": "B1A13-13", "turn_left": "B1A14-13", "turn_right": "B1A15-13",
    "brake": "B1A16-13", "reverse": "B1A17-13", "fog_rear": "B1A18-13", "plate": "B1A19-13",
    "position": "B1A1A-13", "drl": "B1A1B-13",
}  # fmt: skip
_BELTS = {
    "driver": "BCM_BeltDriver", "passenger": "BCM_BeltPassenger", "rear_left": "BCM_BeltRearLeft",
    "rear_middle": "BCM_BeltRearMiddle", "rear_right": "BCM_BeltRearRight",
}  # fmt: skip
_KEY_OFF_MAX = 65_000.0


def _commanded(channel: str, u: Ecu) -> bool:
    return channel in u.car.body.lamps.commanded


def _feedback(channel: str, u: Ecu) -> str:
    return u.car.body.lamps.feedback(channel)


def _hazard(u: Ecu) -> bool:
    return {"turn_left", "turn_right"} <= u.car.body.lamps.commanded


def _hazard_feedback(u: Ecu) -> str:
    if not _hazard(u):
        return "off"
    both = {_feedback("turn_left", u), _feedback("turn_right", u)}
    return next(word for word in ("short_circuit", "open_circuit", "on", "off") if word in both)


def _open(door: str, u: Ecu) -> bool:
    return u.car.body.doors[door].shown_open


def _locked(door: str, u: Ecu) -> bool:
    return u.car.body.locks[door].locked


def _window(door: str, u: Ecu) -> float:
    return u.car.body.windows[door].opening


def _belt(seat: str, u: Ecu) -> bool:
    return u.car.body.belts[seat].shown_fastened


def _volts(u: Ecu) -> float:
    return u.car.low_voltage.voltage() * u.car.low_voltage.body_gain


def _low_current(u: Ecu) -> float:
    """Positive into the battery (A)."""
    return -u.car.low_voltage.battery.outflow


def _key_off_time(u: Ecu) -> float:
    power = u.car.power
    return min(u.t - power.off_since, _KEY_OFF_MAX) if power.key == "off" else 0.0


def _ambient(u: Ecu) -> float | None:
    return u.car.site.ambient() if u.car.body.ambient_sensor_works else None


def _airbag(u: Ecu) -> str:
    return u.car.body.airbag.state


def _crash(u: Ecu) -> bool:
    airbag = u.car.body.airbag
    return airbag.crash_stored or airbag.deployed


_LAMPS: dict[str, Source] = {}
for _channel, _name in _NAMES.items():
    _LAMPS[f"BCM_{_name}Cmd"] = state(partial(_commanded, _channel))
    _LAMPS[f"BCM_{_name}State"] = state(partial(_feedback, _channel))

SIGNALS: Signals = {
    **vin_signals("BCM"),
    **_LAMPS,
    # Sensed for every frame: a flash is over sooner than anything else here changes.
    "BCM_TurnLeftLit": live(lambda u: u.car.body.lamps.conducts("turn_left")),
    "BCM_TurnRightLit": live(lambda u: u.car.body.lamps.conducts("turn_right")),
    "BCM_HazardCmd": state(_hazard),
    "BCM_HazardState": state(_hazard_feedback),
    "BCM_LightSwitch": state(lambda u: u.car.body.light.read()),
    # Closures
    **{f"BCM_Door{name}": state(partial(_open, name)) for name in DOORS},
    "BCM_Tailgate": state(partial(_open, "tailgate")),
    "BCM_Bonnet": state(partial(_open, "bonnet")),
    **{f"BCM_Lock{name}": state(partial(_locked, name)) for name in DOORS},
    "BCM_LockTailgate": state(partial(_locked, "tailgate")),
    **{f"BCM_Window{name}": state(partial(_window, name)) for name in DOORS},
    # Actuators and levels
    "BCM_HornCmd": state(lambda u: u.car.body.horn.read() == "on"),
    "BCM_HornState": state(lambda u: u.car.body.horn_feedback()),
    "BCM_WasherPump": state(lambda u: u.car.body.washer_pump()),
    "BCM_WiperState": state(lambda u: u.car.body.wiper_state()),
    "BCM_WasherFluid": state(lambda u: u.car.body.washer_low),
    "BCM_WiperSwitch": state(lambda u: u.car.body.wiper.read()),
    "BCM_CoolantLevel": state(lambda u: u.car.body.coolant_low),
    "BCM_AvasState": live(lambda u: u.car.body.avas()),
    "BCM_TurnSwitch": state(lambda u: u.car.body.turn.read()),
    "BCM_FlashRate": state(lambda u: u.car.body.lamps.flash_rate()),
    # 12 V
    "BCM_LowVoltage": live(_volts),
    "BCM_LowVoltageResting": state(
        lambda u: u.car.low_voltage.rest_seen * u.car.low_voltage.body_gain
    ),
    "BCM_LowVoltageReady": live(
        lambda u: u.car.low_voltage.last_ready() * u.car.low_voltage.body_gain
    ),
    "BCM_LowCurrent": live(_low_current),
    "BCM_LowSoc": live(lambda u: u.car.low_voltage.battery.charge * 100, 1.0),
    "BCM_LowTemp": live(lambda u: u.car.site.ambient() + 1.0, 1.0),
    # Occupants
    **{name: state(partial(_belt, seat)) for seat, name in _BELTS.items()},
    "BCM_SeatDriver": state(lambda u: u.car.body.belts["driver"].shown_occupied),
    "BCM_SeatPassenger": state(lambda u: u.car.body.belts["passenger"].shown_occupied),
    "BCM_AirbagState": state(_airbag),
    "BCM_CrashOutput": state(lambda u: "crash" if _crash(u) else "normal"),
    "BCM_CrashZone": state(lambda u: u.car.body.accident.zone),
    "BCM_TensionerDriver": state(lambda u: tensioner(u.car.body.accident, "driver")),
    "BCM_TensionerPassenger": state(lambda u: tensioner(u.car.body.accident, "passenger")),
    "BCM_CrashCount": state(lambda u: u.car.body.accident.crashes),
    "BCM_EmergencyStop": state(lambda u: u.car.body.emergency_stop.read()),
    # Access
    "BCM_Immobiliser": state(lambda u: u.car.access.immobiliser()),
    "BCM_KeyPosition": state(lambda u: u.car.power.key),
    "BCM_AlarmState": state(lambda u: u.car.access.alarm()),
    "BCM_KeyId": state(lambda u: u.car.access.key_id if u.car.access.key_present else None),
    "BCM_RemoteResult": state(lambda u: u.car.access.remote_result),
    "BCM_KeyOffTime": live(_key_off_time),
    "BCM_SleepCountdown": live(lambda u: u.car.power.until_sleep()),
    # Surroundings
    "BCM_AmbientTemp": state(_ambient),
    "BCM_CabinTemp": live(lambda u: u.car.site.ambient() + u.car.body.cabin_offset),
    "BCM_Rain": state(lambda u: u.car.body.rain),
    "BCM_Daylight": state(lambda u: u.car.body.daylight),
}
assert set(_BELTS) == set(SEATS)
assert set(_NAMES) == set(CHANNELS)


def _lamp_open(channel: str, u: Ecu) -> bool:
    return _feedback(channel, u) == "open_circuit"


def _begin(ecu: Ecu) -> None:
    body, reception = ecu.car.body, ecu.receptions["GW_VehicleInfo"]

    def hear(_: object) -> None:
        asked = ecu.heard("GW_BodyBrakeLamp") == "on"
        if asked != body.brake_lamp_asked:
            body.brake_lamp_asked = asked
            ecu.car.update()

    reception.on_frame = hear
    remote.obey(ecu)


DESIGN = Design(
    signals=SIGNALS,
    listens=("TBOX_RemoteCmd",),
    partners=PARTNERS,
    monitors={
        **supply("body_gain"),
        **communication(*PARTNERS),
        **{code: partial(_lamp_open, channel) for channel, code in _CODES.items()},
        "B1A20-13": lambda u: u.car.body.horn_feedback() == "open_circuit",
        "B1A21-71": lambda u: u.car.body.wiper_state() == "blocked",
        "B1A22-7B": lambda u: u.car.body.washer_low,
        "B1A23-7B": lambda u: u.car.body.coolant_low,
        "B1A24-96": lambda u: not u.car.body.avas_works,
        "B1A25-13": lambda u: not u.car.body.ambient_sensor_works,
        "B0001-1B": lambda u: not u.car.body.airbag.works,
        "B1A30-00": _crash,
        "B1B20-00": lambda u: u.car.power.ignition and not u.car.access.releases,
    },
    begin=_begin,
)
