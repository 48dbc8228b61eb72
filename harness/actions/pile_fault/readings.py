"""From readings of a pile to findings. Pure functions; what was not read gives no finding.

Bounds: CP bands are those of GB/T 18487.1-2023, table A.4; the supply is 220 V ±20 % and 50 ± 1 Hz;
the others are practice values of low confidence.
"""

import itertools
from collections.abc import Mapping, Sequence

from harness.actions.pile_fault.model import OK
from harness.quantity import Measurement, Quality, Scalar, convert

Readings = Mapping[str, Measurement]

AT_REST = (
    "charging_state", "indicator_state", "fault_flags", "warning_flags", "emergency_stop",
    "door_state", "contactor_command", "contactor_state", "pe_state", "lock_state", "lock_command",
    "cable_state", "holder_state", "surge_arrester_state", "cp_state", "cp_voltage_positive",
    "leakage_current", "temperature", "connector_temperature", "voltage_l1", "voltage_l2",
    "voltage_l3", "frequency", "current_l1", "stop_reason", "session_energy", "session_start_time",
    "session_end_time", "total_energy", "clock", "enable", "current_limit", "max_current",
    "serial_number", "firmware_version", "tariff_sharp", "tariff_peak", "tariff_flat",
    "tariff_valley", "tariff_version",
)  # fmt: skip
"""What is worth keeping before anybody resets anything."""
SETTINGS = (
    "current_limit", "max_current", "failsafe_current", "watchdog_timeout", "enable",
    "serial_number", "firmware_version", "tariff_sharp", "tariff_peak", "tariff_flat",
    "tariff_valley", "tariff_version", "modbus_unit_id",
)  # fmt: skip
_TARIFF = tuple(name for name in SETTINGS if name.startswith("tariff"))
_DAY = 86_400.0
_CLOCK_OFF = 180.0
_WARM = 60.0
_MOST_DUTY = 97.0
_LEAP = 1000.0
"""Wh that no register moves by within seconds."""
_HIGH_STATES = ("charging", "suspended_ev", "suspended_evse")
_CC = {10.0: 1500.0, 16.0: 680.0, 32.0: 220.0, 63.0: 100.0}
"""Rating of a cable (A) to RC (Ω), table A.5."""
_ANOTHER = "differs"


def number(found: Readings, name: str, unit: str | None = None) -> float | None:
    """A usable number of these readings, in `unit`."""
    one = found.get(name)
    if one is None or one.quality is not Quality.GOOD or isinstance(one.value, bool):
        return None
    if not isinstance(one.value, int | float):
        return None
    value = float(one.value)
    return convert(value, one.unit, unit) if unit is not None and one.unit is not None else value


def state(found: Readings, name: str) -> str | None:
    """A usable state or text of these readings."""
    one = found.get(name)
    if one is None or one.quality is not Quality.GOOD or not isinstance(one.value, str):
        return None
    return one.value


def alarms(found: Readings) -> list[str] | None:
    """Every alarm that these readings show; None: no alarm word was read."""
    words = [found[name] for name in ("fault_flags", "warning_flags") if name in found]
    usable = [one.value for one in words if isinstance(one.value, list)]
    return sorted({str(code) for word in usable for code in word}) if usable else None


def cp_level(volts: float | None) -> str | None:
    """A high level of the pilot in words."""
    if volts is None:
        return None
    if volts < -10.0:
        return "-12V"
    for low, high, word in ((-10.0, -1.0, "low"), (-1.0, 1.0, "0V"), (1.0, 4.0, "low"),
                            (4.0, 7.0, "6V"), (7.0, 8.0, "low"), (8.0, 10.0, "9V")):  # fmt: skip
        if low <= volts < high:
            return word
    return "12V"


def _rest_level(volts: float | None) -> str | None:
    """State 1 is 11 to 13 V; from 10 V on a pile may still take it for that."""
    if volts is not None and 10.0 <= volts < 11.0:
        return "10V"
    return _among(cp_level(volts), "12V")


def _among(value: str | None, normal: str) -> str | None:
    if value is None:
        return None
    return OK if value == normal else value


def at_rest(found: Readings, ledger: Mapping[str, Scalar]) -> dict[str, str]:
    """Findings of a pile with nothing plugged in."""
    told = {
        "rest.state": _rest_state(state(found, "charging_state")),
        "rest.cp": _rest_level(number(found, "cp_voltage_positive", "V")),
        "rest.cable": _among(state(found, "cable_state"), "not_connected"),
        "rest.holder": _among(state(found, "holder_state"), "in"),
        "rest.contactor": _among(state(found, "contactor_state"), "open"),
        "rest.command": _among(state(found, "contactor_command"), "open"),
        "rest.lock": _among(state(found, "lock_state"), "unlocked"),
        "rest.estop": _among(state(found, "emergency_stop"), "released"),
        "rest.voltage": _voltage(found),
        "rest.frequency": _band(number(found, "frequency", "Hz"), 49.0, 51.0),
        "rest.temperature": _warm(number(found, "temperature", "°C")),
        "rest.plug": _warm(number(found, "connector_temperature", "°C")),
        "rest.indicator": _indicator(found),
        "rest.tariff": _tariff(found, ledger),
        "rest.max_current": _ledger(found, ledger, "max_current"),
        "rest.limit": _limit(found),
        "rest.identity": _identity(found, ledger),
    }
    return {key: word for key, word in told.items() if word is not None}


def _rest_state(charging: str | None) -> str | None:
    if charging is None:
        return None
    if charging == "idle":
        return OK
    return "busy" if charging in _HIGH_STATES else charging


def _voltage(found: Readings) -> str | None:
    volts = [number(found, f"voltage_l{n}", "V") for n in (1, 2, 3)]
    there = [one for one in volts if one is not None]
    if not there:
        return None
    phases = number(found, "phase_count")
    if phases == 1:
        there = there[:1]
    if any(one < 50.0 for one in there) and any(one > 100.0 for one in there):
        return "lost"
    if max(there) > 264.0:
        return "high"
    return "low" if min(there) < 176.0 else OK


def _band(value: float | None, low: float, high: float) -> str | None:
    if value is None:
        return None
    return "low" if value < low else "high" if value > high else OK


def _warm(celsius: float | None) -> str | None:
    return None if celsius is None else "warm" if celsius > _WARM else OK


def _indicator(found: Readings) -> str | None:
    one = found.get("indicator_state")
    if one is None:
        return None
    return "undefined" if one.quality is Quality.UNKNOWN_CODE else OK


def _ledger(found: Readings, ledger: Mapping[str, Scalar], *names: str) -> str | None:
    both = [(found[name].value, ledger[name]) for name in names if name in found and name in ledger]
    if not both:
        return None
    return OK if all(value == wanted for value, wanted in both) else _ANOTHER


def _tariff(found: Readings, ledger: Mapping[str, Scalar]) -> str | None:
    prices = [number(found, name) for name in _TARIFF if name != "tariff_version"]
    if prices and all(price == 0 for price in prices):
        return "empty"
    return _ledger(found, ledger, *_TARIFF)


def _limit(found: Readings) -> str | None:
    limit, most = number(found, "current_limit", "A"), number(found, "max_current", "A")
    if limit is None or most is None:
        return None
    return "low" if limit < most else OK


def _identity(found: Readings, ledger: Mapping[str, Scalar]) -> str | None:
    known = [
        name for name in ("serial_number", "firmware_version") if name in found and name in ledger
    ]
    if not known:
        return None
    return next((name for name in known if found[name].value != ledger[name]), OK)


def clock(reading: Measurement | None, now: float) -> str | None:
    """The pile's clock against `now` (Unix time, s)."""
    if reading is None or not isinstance(reading.value, int | float):
        return None
    off = float(reading.value) - now
    if abs(off) <= _CLOCK_OFF:
        return OK
    if isinstance(reading.raw, int) and reading.raw > 0xFFFF:
        turned = (reading.raw & 0xFFFF) << 16 | reading.raw >> 16
        if abs(turned - now) < _DAY:
            return "swapped"
    return "off" if abs(off) < _DAY else "lost"


def live(clocks: Sequence[float], others: Sequence[float] = ()) -> str | None:
    """Whether a clock that is read again and again moves as it should.

    `others` are readings of something that is never quite still: a clock that stands while that
    moves has stopped itself.
    """
    if len(clocks) < 3:
        return None
    steps = [after - before for before, after in itertools.pairwise(clocks)]
    if all(step == 0 for step in steps):
        return "clock stands" if len(set(others)) > 1 else "frozen"
    return "stale" if any(step == 0 for step in steps) else OK


def register(readings: Sequence[Measurement]) -> str | None:
    """An energy register that was read again and again while nothing was drawn."""
    known = [one for one in readings if isinstance(one.value, int | float)]
    if len(known) < 2:
        return None
    unit = known[-1].unit or "kWh"
    base = "VAh" if "VA" in unit else "Wh"
    counts = [convert(float(one.value), unit, base) for one in known]  # type: ignore[arg-type]
    if any(not 0.0 <= after - before <= _LEAP for before, after in itertools.pairwise(counts)):
        return "leaps"
    if counts[-1] - counts[0] >= 1.0:
        return "creeps"
    raw = known[-1].raw
    return "coarse" if isinstance(raw, int) and raw and raw % 1000 == 0 else OK


def connection(found: Readings, rated: float | None) -> str | None:
    """What the pile sees at CC with a vehicle plugged in."""
    one = found.get("cc_resistance")
    if one is None:
        return None
    if one.value is None:
        return "open"
    ohms = number(found, "cc_resistance", "Ω")
    return None if ohms is None else cc(ohms, rated)


def cc(ohms: float, rated: float | None) -> str:
    """A resistance at CC: that of a cable for the rated current (A), of another one, or of none."""
    if ohms > 10_000.0:
        return "open"
    for rating, rc in _CC.items():
        if abs(ohms - rc) <= 0.05 * rc:
            return "other cable" if rated is not None and rating < rated else OK
    return "wrong"


def charging(found: Readings) -> dict[str, str]:
    """Findings of a pile that charges, from readings of one moment."""
    told: dict[str, str | None] = {
        "rep.duty": duty(found),
        "rep.cp_ready": _band_word(number(found, "cp_voltage_positive", "V"), 5.4, 6.6),
        "rep.current": _current(found),
    }
    return {key: word for key, word in told.items() if word is not None}


def _band_word(value: float | None, low: float, high: float) -> str | None:
    if value is None:
        return None
    return "low" if value < low else "high" if value > high else OK


def duty(found: Readings) -> str | None:
    """Whether the duty announces what the pile says it does (table A.2), to 1.5 points.

    Above 97 % nothing may be announced.
    """
    one = found.get("cp_duty")
    if one is not None and one.quality is Quality.OUT_OF_RANGE:
        return "beyond"
    shown, amperes = number(found, "cp_duty", "%"), number(found, "signaled_current", "A")
    if shown is None or amperes is None or amperes <= 0 or shown <= 0:
        return None
    if shown > _MOST_DUTY:
        return "beyond"
    wanted = amperes / 0.6 if amperes <= 51.0 else amperes / 2.5 + 64.0
    return OK if abs(shown - wanted) <= 1.5 else "off"


def _current(found: Readings) -> str | None:
    """The current against what is announced: by the over-current rule (A.3.10.9), and too small."""
    drawn, said = number(found, "current_l1", "A"), number(found, "signaled_current", "A")
    if drawn is None or said is None or said <= 0:
        return None
    most = said + 2.0 if said <= 20.0 else 1.1 * said
    return "high" if drawn > most else "none" if drawn < 0.5 else OK
