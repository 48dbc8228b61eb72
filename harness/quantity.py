"""Values with units, and measurements: a value with time, source and uncertainty.

The units are the few that piles, vehicles, meters and instruments use. A general units library was
measured and left out: importing pint took 0.22 s where `harness --help` may take 0.09 s
(November 2026).
"""

import math
import re
from enum import StrEnum

import msgspec

from harness.errors import UsageError

# unit -> (dimension, factor to the dimension's base unit)
_UNITS: dict[str, tuple[str, float]] = {
    "us": ("time", 1e-6),
    "ms": ("time", 1e-3),
    "s": ("time", 1.0),
    "min": ("time", 60.0),
    "h": ("time", 3600.0),
    "mV": ("voltage", 1e-3),
    "V": ("voltage", 1.0),
    "kV": ("voltage", 1e3),
    "mA": ("current", 1e-3),
    "A": ("current", 1.0),
    "W": ("power", 1.0),
    "kW": ("power", 1e3),
    "VA": ("apparent power", 1.0),
    "kVA": ("apparent power", 1e3),
    "var": ("reactive power", 1.0),
    "kvar": ("reactive power", 1e3),
    "Wh": ("energy", 1.0),
    "kWh": ("energy", 1e3),
    "VAh": ("apparent energy", 1.0),
    "kVAh": ("apparent energy", 1e3),
    "varh": ("reactive energy", 1.0),
    "kvarh": ("reactive energy", 1e3),
    "Hz": ("frequency", 1.0),
    "kHz": ("frequency", 1e3),
    "Ω": ("resistance", 1.0),
    "kΩ": ("resistance", 1e3),
    "MΩ": ("resistance", 1e6),
    "°C": ("temperature", 1.0),
    "K": ("temperature difference", 1.0),
    "%": ("ratio", 0.01),
    "1": ("ratio", 1.0),
    "deg": ("angle", 1.0),
    "m": ("length", 1.0),
    "mm": ("length", 1e-3),
    "dBm": ("signal level", 1.0),
    "CNY": ("money", 1.0),
    "CNY/kWh": ("tariff", 1.0),
    "km/kWh": ("range", 1.0),
    "kWh/100km": ("consumption", 1.0),
    "unix_s": ("instant", 1.0),
    "d": ("time", 86400.0),
    "km": ("length", 1e3),
    "km/h": ("speed", 1 / 3.6),
    "m/s": ("speed", 1.0),
    "m/s²": ("acceleration", 1.0),
    "deg/s": ("angular rate", 1.0),
    "rpm": ("rotation", 1.0),
    "1/min": ("rate", 1 / 60),
    "1/s": ("rate", 1.0),
    "Pa": ("pressure", 1.0),
    "kPa": ("pressure", 1e3),
    "bar": ("pressure", 1e5),
    "MPa": ("pressure", 1e6),
    "N": ("force", 1.0),
    "kN": ("force", 1e3),
    "Nm": ("torque", 1.0),
    "kg": ("mass", 1.0),
    "Ω/V": ("insulation", 1.0),
    "MW": ("power", 1e6),
    "Ah": ("charge", 1.0),
    "cd": ("luminous intensity", 1.0),
    "lx": ("illuminance", 1.0),
    "dB(A)": ("sound level", 1.0),
    "bit/s": ("bit rate", 1.0),
    "kbit/s": ("bit rate", 1e3),
}
_SPELLINGS = {
    "ohm": "Ω", "Ohm": "Ω", "kohm": "kΩ", "kOhm": "kΩ", "Mohm": "MΩ", "MOhm": "MΩ",
    "degC": "°C", "℃": "°C", "sec": "s", "kph": "km/h", "KPH": "km/h", "Km/h": "km/h",
    "m/s2": "m/s²", "m/s^2": "m/s²", "°": "deg", "°/s": "deg/s",
    "r/min": "rpm", "1/rpm": "rpm", "N.m": "Nm", "N·m": "Nm", "ohm/V": "Ω/V",
}  # fmt: skip
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*\Z")


def known_unit(unit: str) -> str:
    """The canonical spelling of a unit. Raises UsageError for a unit we do not know."""
    unit = _SPELLINGS.get(unit, unit)
    if unit not in _UNITS:
        raise UsageError(f"unknown unit {unit!r}; expected one of {', '.join(_UNITS)}")
    return unit


def convert(value: float, unit: str, to: str) -> float:
    """Convert between units of one dimension. Raises UsageError when the dimensions differ."""
    if unit == to:
        return value
    dimension, factor = _UNITS[known_unit(unit)]
    other, divisor = _UNITS[known_unit(to)]
    if dimension != other:
        raise UsageError(f"cannot convert {unit} ({dimension}) to {to} ({other})")
    return value * factor / divisor


def same_dimension(unit: str, other: str) -> bool:
    """Whether a value in one unit can be converted to the other."""
    return _UNITS[known_unit(unit)][0] == _UNITS[known_unit(other)][0]


class Quantity(msgspec.Struct, frozen=True):
    """A number with its unit ("1" for a plain ratio)."""

    value: float
    unit: str

    def to(self, unit: str) -> float:
        return convert(self.value, self.unit, unit)

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


def parse_quantity(text: str | int | float, default_unit: str = "1") -> Quantity:
    """Read `200 ms`, `0.1 %` or a plain number. Raises UsageError that says what was expected."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise UsageError(f"{text!r} is not a quantity; expected a number with a unit like '200 ms'")
    match = _QUANTITY.match(str(text))
    if match is None:
        raise UsageError(f"{text!r} is not a quantity; expected a number with a unit like '200 ms'")
    value = float(match[1])
    if not math.isfinite(value):
        raise UsageError(f"{text!r} is not a finite number")
    return Quantity(value, known_unit(match[2]) if match[2] else default_unit)


def parse_duration(text: str | int | float) -> float:
    """Seconds of `200 ms`, `3 s`, `1 min`. The unit must be written."""
    quantity = parse_quantity(text)
    if _UNITS[quantity.unit][0] != "time":
        raise UsageError(f"{text!r} is not a duration; expected a time like '200 ms' or '3 s'")
    if quantity.value < 0:
        raise UsageError(f"{text!r} is negative; expected a duration of zero or more")
    return quantity.to("s")


class Quality(StrEnum):
    """Whether a reading can be used. Only GOOD can ever lead to a pass."""

    GOOD = "good"
    MISSING = "missing"
    """Nothing was read."""
    STALE = "stale"
    """Read too long ago."""
    NOT_RECORDED = "not_recorded"
    """What was looked for is not in the recording, or not often enough."""
    NOT_A_NUMBER = "not_a_number"
    """The device sent NaN or infinity."""
    SENTINEL = "sentinel"
    """The device sent its own marker for "not available"."""
    OUT_OF_RANGE = "out_of_range"
    """Outside what the point can physically be, by its profile."""
    UNKNOWN_CODE = "unknown_code"
    """An enumeration code without a name; the raw number is kept."""
    OUT_OF_CALIBRATION = "out_of_calibration"
    """Read with an instrument whose calibration has run out, or that the bench does not know."""
    CORRUPT = "corrupt"
    """Checksum or counter of its frames failed several times in a row."""
    UNSTABLE = "unstable"
    """Several readings that should agree do not."""


Scalar = float | int | bool | str
Value = Scalar | list[str]


class Measurement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value as it was read, with everything a judge of it needs.

    `uncertainty` is expanded (k = 2) and in `unit`; None for states and texts.
    `at` is seconds since the record's first instant. `raw` is the number before scaling.
    `transactions` are line numbers of the Modbus record that carried it. For a signal, `at` is
    the time of its frame.
    For a time measured by polling, truth lies in [value - uncertainty, value]; when the event
    was never seen, `value` is None and `at_least` says how long was waited.
    """

    name: str
    value: Value | None
    unit: str | None = None
    uncertainty: float | None = None
    quality: Quality = Quality.GOOD
    source: str = ""
    at: float = 0.0
    raw: int | str | None = None
    at_least: float | None = None
    transactions: list[int] = []
    note: str = ""
    frame: str = ""
    """The CAN frame that carried it: `bus id#data`, with `x` behind a 29-bit id."""
