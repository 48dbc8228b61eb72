"""Who the control units of one car say they are: numbers, versions, dates, settings.

Everything is drawn from the given random source, so one seed gives one car. Part numbers and
versions are what is approved for the model; serial numbers and dates are the specimen's. All of it
is invented: supplier codes, the VIN's maker (see vin.py) and the SIM card belong to nobody.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from harness.devices.diag.diagnostics import Diagnostics, Unit
from harness.quantity import Value
from simulators.vehicle.diag.settings import SETTINGS
from simulators.vehicle.diag.vin import make_vin

_LATEST_BUILD = date(2025, 9, 30)
_LATEST_UPDATE = date(2025, 12, 20)


@dataclass(frozen=True, slots=True)
class VehicleIdentity:
    """The VIN, and by unit the values of identifiers that the car's physics does not know."""

    vin: str
    units: Mapping[str, Mapping[str, Value]]


def vehicle_identity(
    diagnostics: Diagnostics, random: Callable[[str], Random], *, vin: str | None = None
) -> VehicleIdentity:
    """The identity of one car. `random` gives a source of its own for each name."""
    vin = vin or make_vin(random("identity/vin"))
    built = _LATEST_BUILD - timedelta(days=random("identity/date").randrange(90, 500))
    units = {
        name: _unit(number, unit, vin, built, random(f"identity/{name}"))
        for number, (name, unit) in enumerate(diagnostics.units.items(), start=1)
    }
    return VehicleIdentity(vin, units)


def _unit(number: int, unit: Unit, vin: str, built: date, random: Random) -> dict[str, Value]:
    """Values by name; only of identifiers that the unit has."""
    code = (unit.node or unit.name).upper()
    base = 3600 + 10 * number
    major, minor, patch = random.randrange(1, 5), random.randrange(0, 13), random.randrange(0, 40)
    version = f"{major}.{minor:02d}.{patch:02d}"
    made = built - timedelta(days=random.randrange(20, 90))
    programmed = built + (_LATEST_UPDATE - built) * random.random()
    digits = 12 - len(code[:6])
    calibration = f"{code[:6]}-{version}C{random.randrange(10)}"[:16]
    software_number = f"E60S{base}{random.randrange(1, 30):03d}"
    values: dict[str, Value] = {
        "part_number": f"E60-{base}{random.choice('ABC')}A{random.randrange(1, 5)}",
        "software_number": software_number,
        "software_version": version,
        "supplier": f"SIM{number:03d}",
        "manufacture_date": made.isoformat(),
        "serial_number": f"{code[:6]}{made:%y%m}{random.randrange(10**digits):0{digits}d}",
        "vin": vin,
        "hardware_number": f"E60H{base}{random.randrange(1, 9):03d}",
        "hardware_version": f"H{random.randrange(1, 4)}.{random.randrange(10)}",
        "supplier_software_version": f"S{major}.{minor:02d}.{random.randrange(100):02d}",
        "system_name": code,
        "programming_date": programmed.isoformat(),
        "calibration_id": calibration,
        "calibration_verification": zlib.crc32(f"{software_number}{calibration}".encode()),
        "calibration_date": (built + timedelta(days=1)).isoformat(),
        "battery_code": f"0EVPE{random.randrange(10**19):019d}",
        "motor_number": f"TZ210{made:%y%m}{random.randrange(10**7):07d}",
        "iccid": _with_luhn(f"898600{random.randrange(10**13):013d}"),
        "imei": _with_luhn(f"00{random.randrange(10**12):012d}"),
        "map_version": f"M{programmed:%Y.%m}.{random.randrange(10)}",
        **{f"tyre_sensor_id_{wheel}": random.randrange(1, 2**32) for wheel in _WHEELS},
        **SETTINGS,
    }
    known = {did.name for did in unit.dids}
    return {name: value for name, value in values.items() if name in known}


_WHEELS = ("fl", "fr", "rl", "rr")


def _with_luhn(digits: str) -> str:
    """The digits with the check digit that SIM cards and handsets end with (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return digits + str(-total % 10)
