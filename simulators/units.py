"""Units in which simulated devices speak of canonical points."""

from collections.abc import Mapping

_PER_PHASE = {
    "voltage": "V",
    "current": "A",
    "power": "W",
    "apparent_power": "VA",
    "reactive_power": "var",
}

UNITS: Mapping[str, str] = {
    "cp_voltage_positive": "V",
    "cp_voltage_negative": "V",
    "cp_duty": "%",
    "cp_frequency": "Hz",
    "cc_resistance": "Ω",
    "cable_current_rating": "A",
    "leakage_current": "mA",
    "temperature": "°C",
    "connector_temperature": "°C",
    "frequency": "Hz",
    "active_power": "W",
    "apparent_power": "VA",
    "reactive_power": "var",
    "power_factor": "1",
    "total_energy": "kWh",
    "session_energy": "kWh",
    "export_energy": "kWh",
    "total_apparent_energy": "kVAh",
    "session_apparent_energy": "kVAh",
    "session_time": "s",
    "session_start_time": "unix_s",
    "session_end_time": "unix_s",
    "clock": "unix_s",
    "last_alarm_time": "unix_s",
    "day_energy": "kWh",
    "record_energy": "kWh",
    "record_start_time": "unix_s",
    "record_end_time": "unix_s",
    "rated_voltage": "V",
    "max_power": "W",
    "max_current": "A",
    "min_current": "A",
    "current_limit": "A",
    "signaled_current": "A",
    "failsafe_current": "A",
    "watchdog_timeout": "s",
    "watchdog_remaining": "s",
    "tariff_sharp": "CNY/kWh",
    "tariff_peak": "CNY/kWh",
    "tariff_flat": "CNY/kWh",
    "tariff_valley": "CNY/kWh",
    **{
        f"{quantity}_l{phase}": unit for quantity, unit in _PER_PHASE.items() for phase in (1, 2, 3)
    },
}
"""Canonical name to unit. Names without a unit are states, texts and counts."""
