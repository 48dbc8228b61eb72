"""What the simulated pile does besides the pilot's timing: sessions, protections, registers."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim_support import EPOCH, Point

from harness.errors import RefusedError, UnknownNameError
from simulators.load import POWER_FACTOR
from simulators.pile.registers import READ, WRITE
from simulators.pilot import S1
from simulators.units import UNITS


def test_energy_of_a_session_is_the_closed_form() -> None:
    point = Point()
    point.charge()
    start, since = point.world.load.energy(), point.t
    before = point.get("total_energy")
    point.run(3600.0)
    grid = point.world.grid
    amperes = point.world.load.current()
    seconds = sum(grid.volt_ampere_seconds(n, since, point.t, amperes, amperes) for n in (1, 2, 3))
    true = seconds * POWER_FACTOR / 3600
    assert point.world.load.energy() - start == pytest.approx(true, rel=1e-9)
    counted = (point.get("total_energy") - before) * 1000
    assert counted == pytest.approx(true * point.pile.meter.power_gain, abs=1.0)
    assert abs(counted / true - 1) < 0.01  # class 1


def test_meter_error_is_seeded_and_within_its_class() -> None:
    gains = {Point(seed=seed).pile.meter.power_gain for seed in range(40)}
    assert len(gains) == 40
    assert all(abs(gain - 1) < 0.005 for gain in gains)


def test_total_energy_counts_single_watt_hours() -> None:
    point = Point()
    assert round(point.get("total_energy") * 1000) % 10 != 0
    point.charge()
    seen = set()
    for _ in range(200):
        point.run(0.21)
        seen.add(round(point.get("total_energy") * 1000))
    ordered = sorted(seen)
    assert {b - a for a, b in pairwise(ordered)} <= {1, 2}


def test_session_record() -> None:
    point = Point()
    assert point.get("session_start_time") is None
    point.charge()
    point.run(585.0)
    point.pile.push_stop_button()
    point.run(10.0)
    assert point.get("stop_reason") == "local_stop"
    length = point.get("session_end_time") - point.get("session_start_time")
    assert 600 <= length <= 605
    assert point.get("session_time") == pytest.approx(length, abs=1)
    energy = point.get("session_energy")
    point.run(3600.0)
    assert point.get("session_energy") == energy > 3.0


def test_start_needs_a_vehicle_within_a_minute() -> None:
    point = Point()
    point.put("charge_command", "start")
    assert point.get("charge_command") == "start"
    point.run(61.0)
    assert point.get("charge_command") == "stop"
    point.world.plug_in()
    point.run(10.0)
    assert point.get("charging_state") == "connected"


def test_start_is_without_effect_while_disabled_or_faulty() -> None:
    point = Point()
    point.world.plug_in()
    point.put("enable", "disabled")
    point.put("charge_command", "start")
    point.run(10.0)
    assert point.get("charging_state") == "unavailable"
    assert point.get("charge_command") == "stop"
    point.put("enable", "enabled")
    point.pile.press_emergency_stop()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(10.0)
    assert point.get("charging_state") == "fault"
    assert not point.trace.times("contactor", "closed")


def test_plug_and_charge_starts_by_itself() -> None:
    point = Point(plug_and_charge=True)
    point.world.plug_in()
    point.run(10.0)
    assert point.get("charging_state") == "charging"


def test_a_session_is_not_restarted_after_unplugging() -> None:
    point = Point()
    point.charge()
    point.world.return_gun()
    point.run(2.0)
    point.world.plug_in()
    point.run(20.0)
    assert point.get("charging_state") == "connected"


def test_limit_zero_pauses_and_resumes() -> None:
    point = Point()
    point.charge()
    point.put("current_limit", 0.0)
    point.run(10.0)
    assert point.get("charging_state") == "suspended_evse"
    assert not point.pile.contactor.closed
    point.put("current_limit", 16.0)
    point.run(15.0)
    assert point.get("charging_state") == "charging"
    assert point.get("current_l1") == pytest.approx(16.0, abs=0.3)


def test_emergency_stop_is_latched_until_released_and_reset() -> None:
    point = Point()
    point.charge()
    pressed = point.t
    point.pile.press_emergency_stop()
    point.run(1.0)
    assert point.after("contactor", "open", pressed) <= 0.1
    assert point.get("charging_state") == "fault"
    assert point.get("stop_reason") == "emergency_stop"
    assert point.get("indicator_state") == "fault"
    point.pile.push_reset_button()
    point.run(2.0)
    assert point.get("fault_flags") == ["F-01"]  # still pressed
    point.pile.release_emergency_stop()
    point.run(60.0)
    assert point.get("charging_state") == "fault"  # not yet reset
    point.put("fault_reset", "reset")
    point.run(1.0)
    assert point.get("charging_state") == "finished"
    point.run(60.0)
    assert not point.pile.contactor.closed  # a new start is needed


def test_welded_contactor_is_found_before_the_pwm() -> None:
    point = Point()
    point.pile.contactor.welded = True
    assert point.get("contactor_state") == "closed"
    assert point.get("contactor_command") == "open"
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(10.0)
    assert point.get("fault_flags") == ["F-18"]
    assert "PWM" not in [entry.value for entry in point.trace.entries if entry.name == "s1"]


def test_contactor_that_welds_while_charging_is_found_when_it_should_open() -> None:
    point = Point()
    point.charge()
    point.pile.contactor.welded = True
    point.put("charge_command", "stop")
    point.run(10.0)
    assert point.get("fault_flags") == ["F-18"]
    assert point.get("contactor_state") == "closed"
    assert point.get("lock_state") == "locked"  # mains may be on the plug
    point.pile.contactor.welded = False
    point.run(1.0)
    point.pile.push_reset_button()
    point.run(1.0)
    assert point.get("fault_flags") == []
    assert point.get("lock_state") == "unlocked"


def test_contactor_that_does_not_close() -> None:
    point = Point()
    point.pile.contactor.coil_sound = False
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(10.0)
    assert point.get("fault_flags") == ["F-19"]


def test_shorted_diode_keeps_the_contactor_open() -> None:
    point = Point()
    point.vehicle.diode_sound = False
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(10.0)
    assert point.get("fault_flags") == ["F-16"]
    assert point.trace.times("s2", "closed")
    assert not point.trace.times("contactor", "closed")


def test_jammed_lock_keeps_the_contactor_open() -> None:
    point = Point()
    point.pile.lock.jammed = True
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(10.0)
    assert point.get("fault_flags") == ["F-23"]
    assert not point.trace.times("contactor", "closed")


def test_vehicle_that_never_gets_ready_times_out() -> None:
    point = Point()
    point.vehicle.s2_stuck_open = True
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(170.0)
    assert point.pile.pilot.s1 is S1.PWM
    point.run(20.0)
    assert point.get("fault_flags") == ["F-26"]
    assert point.pile.pilot.s1 is S1.HIGH


@pytest.mark.parametrize(
    ("change", "flag", "trips"),
    [
        ({"level": 160.0}, "F-05", True),
        ({"level": 171.0}, "F-05", False),
        ({"level": 280.0}, "F-04", True),
        ({"level": 269.0}, "F-04", False),
        ({"frequency_level": 51.7}, "F-06", True),
        ({"frequency_level": 48.3}, "F-06", True),
        ({"frequency_level": 51.2}, "F-06", False),
        ({"lost_phases": frozenset({3})}, "F-07", True),
    ],
)
def test_supply_protection(change: dict[str, float], flag: str, trips: bool) -> None:
    point = Point()
    healthy = {"level": point.world.grid.level, "frequency_level": 50.0, "lost_phases": frozenset()}
    point.charge()
    point.world.set_supply(**change)
    point.run(0.5)
    assert point.get("fault_flags") == []  # debounce
    point.run(5.0)
    assert point.get("fault_flags") == ([flag] if trips else [])
    assert point.pile.contactor.closed is not trips
    name = next(iter(change))
    point.world.set_supply(**{name: healthy[name]})
    point.run(10.0)
    assert point.get("fault_flags") == []


def test_power_failure_drops_the_contactor() -> None:
    point = Point()
    point.charge()
    point.world.set_supply(level=0.0)
    point.run(1.0)
    assert not point.pile.powered
    assert not point.pile.contactor.closed
    assert point.get("stop_reason") == "power_lost"


def test_leakage_trips_and_stays() -> None:
    point = Point()
    point.charge()
    assert 0 < point.get("leakage_current") < 5
    since = point.t
    point.world.leakage = 45.0
    point.world.refresh()
    point.run(1.0)
    assert point.after("contactor", "open", since) <= 0.1
    point.world.leakage = 0.0
    point.world.refresh()
    point.run(10.0)
    assert point.get("fault_flags") == ["F-02"]


def test_heat_derates_then_trips_then_recovers() -> None:
    point = Point()
    point.charge()
    cool = point.get("temperature")
    point.run(4 * 3600.0)
    warm = point.get("temperature")
    assert warm > cool + 15
    point.world.ambient = 57.0
    point.pile.temperatures.update()
    point.run(1.5 * 3600.0)
    assert point.pile.temperatures.derated
    assert point.get("signaled_current") == 16.0
    point.world.ambient = 90.0
    point.pile.temperatures.update()
    point.run(4 * 3600.0)
    assert "F-11" in point.get("fault_flags")
    assert not point.pile.contactor.closed
    point.world.ambient = 25.0
    point.pile.temperatures.update()
    point.run(8 * 3600.0)
    assert "F-11" not in point.get("fault_flags")


def test_plug_forgotten_outside_its_holder_is_reported() -> None:
    point = Point()
    point.world.take_gun()
    point.run(179.0)
    assert point.get("warning_flags") == []
    point.run(2.0)
    assert point.get("warning_flags") == ["F-24"]
    assert point.get("charging_state") == "idle"
    point.world.return_gun()
    assert point.get("warning_flags") == []


def test_too_little_current_ends_the_session() -> None:
    point = Point()
    point.charge()
    point.vehicle.excess = 0.001
    point.run(700.0)
    assert point.get("warning_flags") == ["F-27"]
    assert point.get("stop_reason") == "vehicle_stopped"


def test_clock_offset_drift_and_setting() -> None:
    point = Point()
    assert abs(point.get("clock") - (EPOCH + point.t)) <= 5
    point.put("clock", EPOCH + 1000.0)
    assert point.get("clock") == EPOCH + 1000.0
    point.pile.clock.drift = 100e-6
    point.run(100_000.0)
    assert point.get("clock") - (EPOCH + 1000.0) == pytest.approx(100_010, abs=1)
    assert datetime.fromtimestamp(point.get("clock"), UTC).year == 2026


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("current_limit", 5.0),
        ("current_limit", 33.0),
        ("current_limit", "much"),
        ("current_limit", True),
        ("current_limit", float("nan")),
        ("max_current", 0.0),
        ("failsafe_current", 3.0),
        ("enable", "maybe"),
        ("charge_command", "go"),
        ("lock_command", 1),
        ("fault_reset", "now"),
        ("watchdog_timeout", -1.0),
        ("phase_command", "two_phase"),
        ("modbus_unit_id", 0),
        ("tariff_flat", -0.1),
        ("clock", -5.0),
    ],
)
def test_bad_values_are_refused_and_change_nothing(name: str, value: object) -> None:
    point = Point()
    before = point.get(name) if name != "fault_reset" else None
    with pytest.raises(RefusedError) as caught:
        point.put(name, value)
    assert caught.value.code == 3
    assert name in caught.value.detail
    if name != "fault_reset":
        assert point.get(name) == before


def test_unknown_points() -> None:
    point = Point()
    with pytest.raises(UnknownNameError):
        point.get("no_such_point")
    with pytest.raises(UnknownNameError):
        point.put("charging_state", "idle")


@pytest.mark.parametrize("name", sorted(WRITE))
def test_what_is_written_can_be_read(name: str) -> None:
    values: dict[str, object] = {
        "current_limit": 13.0, "max_current": 20.0, "failsafe_current": 7.0,
        "enable": "disabled", "lock_command": "locked", "watchdog_timeout": 33.0,
        "phase_command": "single_phase", "clock": EPOCH + 77, "tariff_version": 9,
        "charge_command": "start", "fault_reset": "reset", "record_number": 5,
    }  # fmt: skip
    point = Point()
    value = values.get(name, 0.5123)
    point.put(name, value)
    if name != "fault_reset":
        assert point.get(name) == value


def test_every_point_has_a_value_in_every_phase_of_a_session() -> None:
    point = Point()
    allowed_none = {
        "cc_resistance", "cable_current_rating", "session_start_time", "session_end_time",
        "watchdog_remaining", "last_alarm_time",
    }  # fmt: skip

    def look() -> None:
        for name in READ:
            value = point.get(name)
            assert value is not None or name in allowed_none
            if name in UNITS and value is not None:
                assert isinstance(value, int | float)
                assert not isinstance(value, bool)

    look()
    point.charge()
    look()
    assert point.get("cc_resistance") == pytest.approx(220, rel=0.03)
    assert point.get("cable_current_rating") == 32
    point.put("charge_command", "stop")
    point.run(10.0)
    look()


@given(st.integers(0, 10_000))
def test_every_seed_is_healthy(seed: int) -> None:
    point = Point(seed=seed)
    assert point.get("charging_state") == "idle"
    assert point.get("fault_flags") == []
    assert point.get("warning_flags") == []
    assert 200 < point.get("voltage_l1") < 250
    assert 49.9 < point.get("frequency") < 50.1
    assert 11.0 < point.get("cp_voltage_positive") < 13.0
    assert abs(point.get("temperature") - point.get("connector_temperature")) < 15


@pytest.mark.parametrize("edition", ["2015", "2023"])
@pytest.mark.parametrize("seed", range(5))
def test_every_seed_charges_within_the_bands(seed: int, edition: str) -> None:
    point = Point(seed=seed, edition=edition)
    point.charge()
    assert point.get("cp_voltage_positive") == pytest.approx(6.0, abs=0.5)
    assert point.get("cp_voltage_negative") == pytest.approx(-12.0, abs=0.6)
    assert point.get("cp_frequency") == pytest.approx(1000, abs=20)
    assert point.get("cp_duty") == pytest.approx(53.33, abs=0.5)


@pytest.mark.parametrize(("edition", "charges"), [("2015", False), ("2023", True)])
def test_voltage_limits_depend_on_the_edition(edition: str, charges: bool) -> None:
    point = Point(edition=edition)
    point.vehicle.r2 = 2080.0  # state 3 at about 6.9 V
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(15.0)
    assert point.get("cp_voltage_positive") == pytest.approx(6.9, abs=0.15) or not charges
    assert point.pile.contactor.closed is charges
