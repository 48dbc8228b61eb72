"""Canonical point names to the pile's parts: what can be read and what writing does.

Units are those of `UNITS`; points without one are states, texts, counts or lists of alarm codes.
"""

import math
from collections.abc import Callable
from functools import partial

from harness.errors import RefusedError, UnknownNameError
from harness.quantity import Value
from simulators.load import POWER_FACTOR
from simulators.pile.pile import Pile
from simulators.pile.session_log import SessionRecord
from simulators.pilot import CABLE_RC
from simulators.units import UNITS

ILLEGAL_VALUE = 3
"""Modbus exception code for a value that cannot be written."""

Read = Callable[[Pile], Value | None]
Write = Callable[[Pile, Value], None]


def _refuse(name: str, value: Value, expected: str) -> RefusedError:
    return RefusedError(f"{name} cannot be {value!r}; expected {expected}", ILLEGAL_VALUE)


def _number(name: str, value: Value, low: float, high: float, *, or_zero: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refuse(name, value, "a number")
    if or_zero and value == 0:
        return 0.0
    if not low - 1e-9 <= value <= high + 1e-9:
        zero = "0 or " if or_zero else ""
        raise _refuse(name, value, f"{zero}{low:g} to {high:g} {UNITS.get(name, '')}".rstrip())
    return float(value)


def _one_of(name: str, value: Value, *allowed: str) -> str:
    if value not in allowed:
        raise _refuse(name, value, " or ".join(allowed))
    return str(value)


# Reading


def _whole_kwh(pile: Pile) -> float:
    return round(pile.meter.register(pile.meter_link.counted()) / 1000, 6)


def _session_kwh(pile: Pile) -> float:
    if pile.settings.session_register_per_session:
        return round(pile.session.watt_hours / 1000, 6)
    return round(math.floor(pile.meter_link.counted() - pile.energy_at_power_on) / 1000, 6)


def _cable_rating(pile: Pile) -> Value | None:
    seen = pile.world.cable.sensed_resistance()
    if seen is None:
        return None
    for rating, ohms in CABLE_RC.items():
        if abs(seen - ohms) <= 0.05 * ohms:
            return rating
    return None


def _resistance(pile: Pile) -> Value | None:
    seen = pile.world.cable.sensed_resistance()
    return None if seen is None else round(seen)


def _instant(value: float | None) -> Value | None:
    return None if value is None else float(math.floor(value))


def _of_record(pile: Pile, part: Callable[[SessionRecord], Value]) -> Value | None:
    shown = pile.sessions.shown
    return None if shown is None else part(shown)


def _sum(pile: Pile, quantity: Callable[[int], float]) -> float:
    return sum(quantity(phase) for phase in range(1, pile.settings.phases + 1))


def _phase_read(quantity: str, phase: int) -> Read:
    def read(pile: Pile) -> Value | None:
        if phase > pile.settings.phases:
            return 0.0
        return pile.meter_link.of_phase(quantity, phase)

    return read


def _factor(pile: Pile) -> float:
    return POWER_FACTOR if pile.world.load.current() > 0 else 1.0


READ: dict[str, Read] = {
    # State
    "charging_state": lambda p: p.controller.charging_state,
    "cp_state": lambda p: p.controller.cp.letter,
    "indicator_state": lambda p: p.indicator.reported(),
    "stop_reason": lambda p: p.session.stop_reason,
    "fault_flags": lambda p: list(p.alarms.faults()) if p.alarms.shown else [],
    "warning_flags": lambda p: list(p.alarms.warnings()),
    "last_alarm_number": lambda p: p.events.last_number(),
    "last_alarm_time": lambda p: _instant(p.events.last_time()),
    # Pilot, cable, contacts
    "cp_voltage_positive": lambda p: p.world.levels().positive,
    "cp_voltage_negative": lambda p: p.world.levels().negative,
    "cp_duty": lambda p: p.world.levels().duty,
    "cp_frequency": lambda p: p.world.levels().frequency,
    "cc_resistance": _resistance,
    "cable_current_rating": _cable_rating,
    "cable_state": lambda p: "connected" if p.connection.closed else "not_connected",
    # A controller that only asks whether CC is closed, not by which resistor.
    "proximity_state": lambda p: "open" if p.world.cable.sensed_resistance() is None else "shorted",
    "contactor_command": lambda p: "closed" if p.contactor.command else "open",
    "contactor_state": lambda p: "closed" if p.contactor.feedback else "open",
    "pe_state": lambda p: "continuous" if p.world.cable.earth_sound else "open",
    "leakage_current": lambda p: p.residual_current(),
    "leakage_state": lambda p: "tripped" if p.alarms.stands("F-02") else "normal",
    "lock_state": lambda p: "locked" if p.lock.feedback else "unlocked",
    "lock_command": lambda p: "locked" if p.lock.commanded else "unlocked",
    "door_state": lambda p: "open" if p.contacts.door.reports else "closed",
    "emergency_stop": lambda p: "pressed" if p.emergency_stop.shown_pressed else "released",
    "surge_arrester_state": lambda p: "worn" if p.contacts.arrester.reports else "normal",
    "holder_state": lambda p: "in" if p.holder_in else "out",
    "temperature": lambda p: p.temperatures.inside_reading(),
    "connector_temperature": lambda p: p.temperatures.plug_reading(),
    # Measurements
    **{f"voltage_l{n}": _phase_read("voltage", n) for n in (1, 2, 3)},
    **{f"current_l{n}": _phase_read("current", n) for n in (1, 2, 3)},
    **{f"power_l{n}": _phase_read("power", n) for n in (1, 2, 3)},
    **{f"apparent_power_l{n}": _phase_read("apparent_power", n) for n in (1, 2, 3)},
    "frequency": lambda p: p.meter_link.frequency(),
    "active_power": lambda p: _sum(p, partial(p.meter_link.of_phase, "power")),
    "apparent_power": lambda p: _sum(p, partial(p.meter_link.of_phase, "apparent_power")),
    "power_factor": _factor,
    "total_energy": _whole_kwh,
    "session_energy": _session_kwh,
    "total_apparent_energy": lambda p: _whole_kwh(p) / POWER_FACTOR,
    "session_apparent_energy": lambda p: _session_kwh(p) / POWER_FACTOR,
    "session_time": lambda p: float(math.floor(p.session.seconds)),
    "session_start_time": lambda p: _instant(p.session.started),
    "session_end_time": lambda p: _instant(p.session.ended),
    "clock": lambda p: float(math.floor(p.clock.read())),
    # Sessions of the day
    "day_sessions": lambda p: p.sessions.sessions,
    "day_energy": lambda p: round(p.sessions.watt_hours / 1000, 6),
    "record_number": lambda p: p.sessions.selected,
    "record_energy": lambda p: _of_record(p, lambda one: round(one.watt_hours / 1000, 6)),
    "record_start_time": lambda p: _of_record(p, lambda one: float(math.floor(one.started))),
    "record_end_time": lambda p: _of_record(p, lambda one: float(math.floor(one.ended))),
    "record_stop_reason": lambda p: _of_record(p, lambda one: one.reason) or "none",
    # Ratings and settings
    "rated_voltage": lambda p: p.settings.rated_voltage,
    "phase_count": lambda p: p.settings.phases,
    "active_phases": lambda p: p.active_phases,
    "phase_command": lambda p: "single_phase" if p.active_phases == 1 else "three_phase",
    "max_power": lambda p: p.settings.max_power,
    "max_current": lambda p: p.max_current,
    "min_current": lambda p: p.settings.min_current,
    "current_limit": lambda p: p.controller.current_limit,
    "signaled_current": lambda p: p.pilot.told,
    "failsafe_current": lambda p: p.failsafe_current,
    "enable": lambda p: "enabled" if p.controller.enabled else "disabled",
    "charge_command": lambda p: "start" if p.session.active or p.controller.authorised else "stop",
    "watchdog_timeout": lambda p: p.watchdog.timeout,
    "watchdog_remaining": lambda p: p.watchdog.remaining(),
    **{
        name: lambda p, name=name: p.tariff.prices[name]  # type: ignore[misc]
        for name in ("tariff_sharp", "tariff_peak", "tariff_flat", "tariff_valley")
    },
    "tariff_version": lambda p: p.tariff.version,
}


# Writing


def _put_limit(pile: Pile, value: Value) -> None:
    s = pile.settings
    pile.controller.limit(
        _number("current_limit", value, s.min_current, s.rated_current, or_zero=True)
    )


def _put_max_current(pile: Pile, value: Value) -> None:
    s = pile.settings
    pile.max_current = _number("max_current", value, s.min_current, s.rated_current)
    pile.controller.run()


def _put_failsafe(pile: Pile, value: Value) -> None:
    s = pile.settings
    pile.failsafe_current = _number(
        "failsafe_current", value, s.min_current, s.rated_current, or_zero=True
    )
    pile.controller.run()


def _put_enable(pile: Pile, value: Value) -> None:
    wanted = _one_of("enable", value, "enabled", "disabled") == "enabled"
    if pile.enable_works:
        pile.controller.enable(wanted)


def _put_command(pile: Pile, value: Value) -> None:
    if _one_of("charge_command", value, "start", "stop") == "start":
        pile.controller.start()
    else:
        pile.controller.stop("remote_stop")


def _put_lock(pile: Pile, value: Value) -> None:
    locked = _one_of("lock_command", value, "locked", "unlocked") == "locked"
    if not locked and (pile.contactor.feedback or pile.session.active):
        return  # the lock stays while mains may be on the plug
    pile.lock.held = locked
    pile.lock.command(locked)


def _put_reset(pile: Pile, value: Value) -> None:
    _one_of("fault_reset", value, "reset")
    pile.reset_faults()


def _put_watchdog(pile: Pile, value: Value) -> None:
    pile.watchdog.timeout = _number("watchdog_timeout", value, 0.0, 3600.0)


def _put_phases(pile: Pile, value: Value) -> None:
    wanted = _one_of("phase_command", value, "single_phase", "three_phase")
    if pile.contactor.feedback:
        return  # takes effect only while charging is off
    phases = 1 if wanted == "single_phase" else pile.settings.phases
    vehicle = pile.world.vehicle.settings.phases
    pile.active_phases = phases
    pile.world.load.phases = tuple(range(1, min(phases, vehicle) + 1))


def _put_clock(pile: Pile, value: Value) -> None:
    pile.clock.set(_number("clock", value, 0, 2**32 - 1))


def _put_price(name: str) -> Write:
    def write(pile: Pile, value: Value) -> None:
        price = round(_number(name, value, 0, 100), 4)
        if not pile.tariff_writable:
            return
        pile.tariff.prices = {**pile.tariff.prices, name: price}
        pile.world.refresh()

    return write


def _put_tariff_version(pile: Pile, value: Value) -> None:
    version = int(_number("tariff_version", value, 0, 65535))
    if pile.tariff_writable:
        pile.tariff.version = version


def _put_record_number(pile: Pile, value: Value) -> None:
    pile.sessions.selected = int(_number("record_number", value, 0, 99))


WRITE: dict[str, Write] = {
    "current_limit": _put_limit,
    "max_current": _put_max_current,
    "failsafe_current": _put_failsafe,
    "enable": _put_enable,
    "charge_command": _put_command,
    "lock_command": _put_lock,
    "fault_reset": _put_reset,
    "watchdog_timeout": _put_watchdog,
    "phase_command": _put_phases,
    "clock": _put_clock,
    "tariff_version": _put_tariff_version,
    "record_number": _put_record_number,
    **{
        name: _put_price(name)
        for name in ("tariff_sharp", "tariff_peak", "tariff_flat", "tariff_valley")
    },
}


class PileRegisters:
    """The pile by canonical point names, in the units of `UNITS`."""

    def __init__(self, pile: Pile) -> None:
        self.pile = pile
        self.unit_id = 1

    @property
    def powered(self) -> bool:
        return self.pile.answering

    def feed(self) -> None:
        """A valid request has come: the watchdog is fed."""
        self.pile.watchdog.feed()

    def knows(self, name: str) -> bool:
        """Can this point be read?"""
        return name in READ or name == "modbus_unit_id" or name in self.pile.identity.values

    def takes(self, name: str) -> bool:
        """Can this point be written?"""
        return name in WRITE or name == "modbus_unit_id"

    def get(self, name: str) -> Value | None:
        """The value of a point now; None: there is no such value at present.

        Raises UnknownNameError.
        """
        read = READ.get(name)
        if read is not None:
            return read(self.pile)
        if name == "modbus_unit_id":
            return self.unit_id
        if name in self.pile.identity.values:
            return self.pile.identity.values[name]
        raise UnknownNameError("point of the pile", name, list(READ))

    def put(self, name: str, value: Value) -> None:
        """Write a point, with its effect. Raises RefusedError with the Modbus exception code."""
        if name == "modbus_unit_id":
            self.unit_id = int(_number(name, value, 1, 247))
            return
        write = WRITE.get(name)
        if write is None:
            raise UnknownNameError("writable point of the pile", name, list(WRITE))
        write(self.pile, value)
