"""The simulated pile that a profile describes: ratings, identity, settings, defaults."""

from collections.abc import Mapping
from random import Random

from harness.devices.modbus.points import Point, Profile
from harness.quantity import Value, convert
from simulators.pile.identity import Identity
from simulators.pile.settings import PileSettings
from simulators.pilot import Edition

_NUMBERS = frozenset({"u16", "i16", "u32", "i32", "u64", "f32", "f64", "bcd16"})
_LOCK_ABOVE = 16.0
"""A; above it a socket has a lock (10.6.1)."""
_LATEST = 0x0108
"""A layout version that offers every point known today; 0x0108 is the newest in any profile."""


def pile_settings(
    profile: Profile, edition: Edition = "2023", *, socket: bool = False
) -> PileSettings:
    """Settings of a pile that could have this register map. `socket`: its cable comes off."""
    points, ratings = profile.points, profile.ratings

    def rating(name: str, unit: str, default: float) -> float:
        return ratings[name].to(unit) if name in ratings else default

    current = rating("current", "A", 32.0)
    voltage = rating("voltage", "V", 220.0)
    phases = 3 if rating("phases", "1", 1.0) >= 3 else 1
    dog = profile.watchdog
    return PileSettings(
        edition=edition,
        socket=socket,
        rated_current=current,
        rated_voltage=voltage,
        phases=phases,
        max_power=rating("power", "W", voltage * current * phases),
        min_current=6.0,
        max_current=_default(points, "max_current", "A", current),
        current_limit=_default(points, "current_limit", "A", current),
        # What a socket needs is there, whether registers tell of it or not.
        electronic_lock="lock_command" in points or (socket and current > _LOCK_ABOVE),
        plug_and_charge="charge_command" not in points,
        connection_sense=socket or "cable_state" in points or "cc_resistance" in points,
        watchdog_timeout=(
            _default(points, dog.timeout_point, "s", dog.timeout) if dog is not None else 0.0
        ),
        # A watchdog without a register for its fail-safe current falls back to the least current.
        failsafe_current=(
            _default(points, dog.failsafe_point, "A", 6.0) if dog is not None else 0.0
        ),
        watchdog_recovery=dog.recovery if dog is not None else 0.0,
        watchdog_ends_session=dog is None or dog.recovery == 0.0,
        session_register_per_session=all(
            quirk.tag != "counter_not_per_session" for quirk in profile.quirks
        ),
    )


def _default(points: Mapping[str, Point], name: str | None, unit: str, fallback: float) -> float:
    point = points.get(name) if name is not None else None
    if (
        point is None
        or isinstance(point.default, bool)
        or not isinstance(point.default, int | float)
    ):
        return fallback
    return convert(float(point.default), point.unit or unit, unit)


def pile_identity(profile: Profile, random: Random) -> Identity:
    """Names and numbers of one specimen, in the types that the profile's registers hold."""
    texts: dict[str, str] = {
        "vendor_name": profile.vendor,
        "model_name": profile.model,
        "serial_number": f"SIM{random.randrange(10**9, 10**10)}",
        "hardware_version": "V2.1",
        "firmware_version": "1.4.2",
    }
    numbers: dict[str, int] = {
        "serial_number": random.randrange(10_000_000, 99_999_999),
        "hardware_version": 2,
        "firmware_version": 142,
        "protocol_version": _LATEST,
    }
    values: dict[str, Value] = {}
    for name in (*texts, "protocol_version", "model_code"):
        point = profile.points.get(name)
        if point is None or point.values:
            if name in texts:
                values[name] = texts[name]
        elif point.packing is not None:
            values[name] = "A5" if point.packing == "letter_number" else "1.4.2"
        elif point.type in _NUMBERS:
            values[name] = numbers.get(name, 0)
        else:
            values[name] = texts.get(name, "")[: 2 * point.words]
    code = profile.points.get("model_code")
    if code is not None:
        known = [label for label in code.values.values() if isinstance(label, str)]
        values["model_code"] = (
            profile.model if profile.model in known else (known[0] if known else code.default or 0)
        )
    return Identity(values)
