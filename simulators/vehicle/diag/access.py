"""Which services a control unit has in which session, and what it keeps behind security.

Source of the sessions: ISO 14229-1, table of services allowed in the default session. The
description names no rights for single routines, so which of them need security is this car's own
rule: those that leave something changed.
"""

from dataclasses import dataclass

LASTING_ROUTINES = frozenset(
    {
        "sensor_calibration", "parking_brake_service", "cell_balancing", "steering_angle_zero",
        "brake_bleeding", "pedal_learning", "inertial_zero", "key_learning",
        "tyre_sensor_learning", "user_data_clear", "resolver_learning", "active_discharge",
    }
)  # fmt: skip
_ALL = frozenset({1, 2, 3})
_DIAGNOSTIC = frozenset({1, 3})
_EXTENDED = frozenset({3})
_NOT_DEFAULT = frozenset({2, 3})
_PROGRAMMING = frozenset({2})

SESSIONS: dict[int, frozenset[int]] = {
    0x10: _ALL,
    0x11: _ALL,
    0x14: _DIAGNOSTIC,
    0x19: _DIAGNOSTIC,
    0x22: _ALL,
    0x27: _NOT_DEFAULT,
    0x28: _EXTENDED,
    0x2E: _NOT_DEFAULT,
    0x2F: _EXTENDED,
    0x31: _NOT_DEFAULT,
    0x34: _PROGRAMMING,
    0x35: _PROGRAMMING,
    0x36: _PROGRAMMING,
    0x37: _PROGRAMMING,
    0x3E: _ALL,
    0x85: _EXTENDED,
}
"""Service -> sessions in which it is there."""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What needs security in units that have it."""

    writing: bool = True
    memory: bool = True
    """Download and upload."""
    routines: frozenset[str] = LASTING_ROUTINES
    """Names of the routines that need it."""
