"""Instrument cluster. Everything but its odometer comes from frames on the body bus."""

from collections.abc import Callable
from functools import partial

from simulators.vehicle.ecus import cockpit
from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, live, state
from simulators.vehicle.telltales import TELLTALES

PARTNERS = {
    "BCM": "BCM_Supply",
    "TPMS": "TPMS_Pressures",
    "TBOX": "TBOX_Status",
    "GW": "GW_VehicleInfo",
}
LISTENS = (
    "GW_WarningRequests", "BCM_Occupants", "BCM_Closures", "BCM_Actuators", "TPMS_Sensors",
)  # fmt: skip
_LOW, _LOW_READY = 11.8, 13.0
_WHEELS = ("FL", "FR", "RL", "RR")
_OPENINGS = ("BCM_DoorFL", "BCM_DoorFR", "BCM_DoorRL", "BCM_DoorRR", "BCM_Tailgate", "BCM_Bonnet")
Lamp = Callable[[Ecu], bool | str]


def _ready(u: Ecu) -> bool:
    return u.heard("GW_BodyReady") == "ready"


def _requested(signal: str, u: Ecu) -> bool:
    """A lamp that the gateway asks for."""
    return u.heard(signal) == "on"


def _requested_or_lost(signal: str, u: Ecu) -> bool:
    """The same for systems whose silence is a fault in itself."""
    return u.lost("GW") or u.heard(signal) == "on"


def _parking_brake(u: Ecu) -> str:
    heard = u.heard("GW_BodyParkingBrake")
    return {"applied": "on", "fault": "flashing", "moving": "flashing"}.get(str(heard), "off")


def _low_voltage(u: Ecu) -> bool:
    if u.lost("BCM"):
        return True
    volts = u.heard("BCM_LowVoltage")
    limit = _LOW_READY if _ready(u) else _LOW
    return isinstance(volts, int | float) and volts < limit


def _airbag(u: Ecu) -> bool:
    return u.lost("BCM") or u.heard("BCM_AirbagState") not in ("ok", None)


def _tpms(u: Ecu) -> str:
    if u.lost("TPMS") or u.heard("TPMS_State") == "fault":
        return "flashing"
    bad = any(u.heard(f"TPMS_Warning{w}") not in ("ok", None) for w in _WHEELS)
    return "on" if bad else "off"


def _belt(u: Ecu) -> bool:
    return u.heard("BCM_SeatDriver") == "yes" and u.heard("BCM_BeltDriver") == "open"


def _door(u: Ecu) -> bool:
    return any(u.heard(signal) == "open" for signal in _OPENINGS)


LAMPS: dict[str, tuple[Lamp, bool]] = {
    "Ready": (_ready, False),
    "Isolation": (partial(_requested, "GW_WarnIsolation"), False),
    "Battery": (partial(_requested, "GW_WarnBattery"), False),
    "BatteryHot": (partial(_requested, "GW_WarnBatteryHot"), True),
    "SocLow": (partial(_requested, "GW_WarnSocLow"), False),
    "Motor": (partial(_requested, "GW_WarnMotor"), False),
    "System": (partial(_requested_or_lost, "GW_WarnSystem"), False),
    "Turtle": (partial(_requested, "GW_WarnTurtle"), False),
    "Charge": (partial(_requested, "GW_WarnCharge"), True),
    "Plug": (lambda u: u.heard("GW_BodyPlug") == "yes", True),
    "LowVoltage": (_low_voltage, False),
    "Brake": (partial(_requested_or_lost, "GW_WarnBrake"), False),
    "ParkingBrake": (_parking_brake, True),
    "Abs": (partial(_requested_or_lost, "GW_WarnAbs"), False),
    "Esc": (partial(_requested_or_lost, "GW_WarnEsc"), False),
    "Eps": (partial(_requested_or_lost, "GW_WarnEps"), False),
    "Airbag": (_airbag, False),
    "Tpms": (_tpms, False),
    "Belt": (_belt, False),
    "Door": (_door, True),
    "Avas": (lambda u: u.heard("BCM_AvasState") == "fault", False),
    "Adas": (partial(_requested, "GW_WarnAdas"), False),
    "Coolant": (lambda u: u.heard("BCM_CoolantLevel") == "low", False),
    "Washer": (lambda u: u.heard("BCM_WasherFluid") == "low", False),
}
"""Lamp -> when it is lit, and whether also with the key off."""
assert set(LAMPS) == set(TELLTALES)


def lamp(name: str, u: Ecu) -> str:
    """State of one lamp: `off`, `on` or `flashing`."""
    on, lamps = u.car.power.ignition, u.car.body.warning_lamps
    checked = on and lamps.checking(name, u.t - u.car.power.on_since)
    return lamps.shown(name, "on" if checked or u.lamp_test else _wanted(name, u), key_on=on)


def _wanted(name: str, u: Ecu) -> str:
    """The same as the state of the car wants it."""
    condition, always = LAMPS[name]
    if not always and not u.car.power.ignition:
        return "off"
    lit = condition(u)
    if isinstance(lit, str):
        return lit
    return "on" if lit else "off"


def _speed(u: Ecu) -> float | None:
    """Never less than the true speed, as the law wants it."""
    speed = u.heard("GW_BodySpeed")
    if not isinstance(speed, int | float):
        return None
    return 1.02 * speed + 0.5 if speed > 1.0 else 0.0


def _chime(u: Ecu) -> str:
    grave = ("Isolation", "Battery", "Motor", "Brake")
    if _ready(u) and any(_wanted(name, u) != "off" for name in grave):
        return "warning"
    return "soft" if u.car.power.ignition and (_door(u) or _belt(u)) else "off"


def _language(u: Ecu) -> int | str:
    return u.car.fleet.screen_language or u.unit.configuration.get("language", "zh")


SIGNALS: Signals = {
    "ICM_IndicatedSpeed": live(_speed),
    "ICM_DisplayedGear": live(lambda u: u.heard("GW_BodyGear")),
    "ICM_ReadyLamp": live(lambda u: lamp("Ready", u) == "on"),
    "ICM_Odometer": live(lambda u: u.car.drive.distance() + u.unit.odometer_offset),
    "ICM_DisplayedSoc": live(lambda u: u.heard("GW_BodySoc")),
    "ICM_Language": state(_language),
    "ICM_Unit": state(lambda u: u.unit.configuration.get("speed_unit", "km_h")),
    "ICM_Chime": live(_chime, 0.2),
    **{f"ICM_Lamp{name}": live(partial(lamp, name)) for name in LAMPS},
    **cockpit.SIGNALS,
}

DESIGN = Design(
    signals=SIGNALS,
    listens=LISTENS,
    partners=PARTNERS,
    monitors={
        **communication("BCM", "TPMS", "TBOX", "GW"),
        # The body controller keeps a backup of the distance.
        "B1C10-62": lambda u: abs(u.unit.odometer_offset) > 1.0,
        **cockpit.MONITORS,
    },
)
