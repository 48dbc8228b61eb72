"""Tyre pressure monitoring."""

from functools import partial

from simulators.vehicle.ecus.ecu import Design, Ecu
from simulators.vehicle.ecus.shared import communication
from simulators.vehicle.ecus.source import Signals, Source, live, state
from simulators.vehicle.wheels import LOW_PRESSURE, PLACARD, WHEELS

PARTNERS = {"BCM": "BCM_Supply", "GW": "GW_VehicleInfo"}
_HIGH = 1.35 * PLACARD
_FAST = 20.0
"""kPa per hour that count as a fast leak."""
_CODES = {"FL": "C1310-16", "FR": "C1311-16", "RL": "C1312-16", "RR": "C1313-16"}


def _pressure(wheel: str, u: Ecu) -> float | None:
    part = u.car.wheels[wheel]
    return part.measured_pressure() if part.pressure_sensor_works else None


def _warning(wheel: str, u: Ecu) -> str:
    pressure = _pressure(wheel, u)
    if pressure is None:
        return "ok"
    if u.car.wheels[wheel].leak > _FAST:
        return "fast_leak"
    if pressure < LOW_PRESSURE:
        return "low"
    return "high" if pressure > _HIGH else "ok"


def _temperature(wheel: str, u: Ecu) -> float | None:
    part = u.car.wheels[wheel]
    return part.temperature.at(u.t) if part.pressure_sensor_works else None


def _sensor(wheel: str, u: Ecu) -> str:
    part = u.car.wheels[wheel]
    if not part.pressure_sensor_works:
        return "lost"
    return "battery_low" if part.sensor_battery_low else "ok"


def _any_sensor(word: str, u: Ecu) -> bool:
    return any(_sensor(wheel, u) == word for wheel in WHEELS)


def _state(u: Ecu) -> str:
    if _any_sensor("lost", u):
        return "fault"
    return "ok" if u.initialised else "learning"


def _low(wheel: str, u: Ecu) -> bool:
    return _warning(wheel, u) in ("low", "fast_leak")


_WHEEL_SIGNALS: dict[str, Source] = {}
for _w in WHEELS:
    _WHEEL_SIGNALS[f"TPMS_Pressure{_w}"] = live(partial(_pressure, _w))
    _WHEEL_SIGNALS[f"TPMS_Warning{_w}"] = live(partial(_warning, _w))
    _WHEEL_SIGNALS[f"TPMS_Temp{_w}"] = live(partial(_temperature, _w))
    _WHEEL_SIGNALS[f"TPMS_Sensor{_w}"] = state(partial(_sensor, _w))

SIGNALS: Signals = {**_WHEEL_SIGNALS, "TPMS_State": state(_state)}

DESIGN = Design(
    signals=SIGNALS,
    partners=PARTNERS,
    monitors={
        **communication(*PARTNERS),
        **{code: partial(_low, wheel) for wheel, code in _CODES.items()},
        "C1314-31": partial(_any_sensor, "lost"),
        "C1315-16": partial(_any_sensor, "battery_low"),
    },
)
