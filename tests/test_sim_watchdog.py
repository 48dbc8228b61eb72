"""The communication watchdog of the simulated pile."""

import pytest
from sim_support import Point

from simulators.pilot import S1


def _fed(point: Point, seconds: float, every: float = 1.0) -> None:
    for _ in range(round(seconds / every)):
        point.run(every)
        point.pile.watchdog.feed()


def _charging(**settings: object) -> Point:
    point = Point(guarded=True, **settings)
    point.world.plug_in()
    _fed(point, 1.0)
    if not settings.get("plug_and_charge"):
        point.put("charge_command", "start")
    _fed(point, 12.0)
    assert point.get("charging_state") == "charging"
    return point


def test_silence_ends_the_session_and_opens_the_contactor() -> None:
    point = _charging()
    since = point.t
    point.run(30.0)
    assert point.after("watchdog", "tripped", since) == pytest.approx(10.0)
    # Orderly: the vehicle winds down first, so well before the forced opening after 6 s.
    opened = point.after("contactor", "open", since)
    assert 10.0 < opened < 16.1
    assert point.get("charging_state") == "finished"
    assert point.get("stop_reason") == "watchdog"
    assert point.get("current_l1") == 0.0


def test_silence_opens_even_when_the_vehicle_does_not_react() -> None:
    point = _charging()
    point.vehicle.obeys = False
    since = point.t
    point.run(30.0)
    assert point.after("contactor", "open", since) == pytest.approx(16.025)


def test_requests_keep_it_charging() -> None:
    point = _charging()
    _fed(point, 300.0, every=9.5)
    assert point.get("charging_state") == "charging"
    assert point.get("watchdog_remaining") == 10.0
    point.run(4.0)
    assert point.get("watchdog_remaining") == pytest.approx(6.0)


def test_failsafe_current_limits_instead() -> None:
    point = _charging(failsafe_current=8.0)
    point.run(30.0)
    assert point.get("charging_state") == "charging"
    assert point.get("signaled_current") == 8.0
    assert point.get("current_l1") == pytest.approx(8.0, abs=0.2)
    point.pile.watchdog.feed()
    _fed(point, 20.0)
    assert point.get("signaled_current") == 32.0


def test_state_f_until_fed_again_and_recovered() -> None:
    point = _charging(
        watchdog_ends_session=False, watchdog_recovery=10.0, plug_and_charge=True,
        electronic_lock=False,
    )  # fmt: skip
    point.run(30.0)
    assert point.get("charging_state") == "unavailable"
    assert point.pile.pilot.s1 is S1.LOW
    assert not point.pile.contactor.closed
    point.pile.watchdog.feed()
    _fed(point, 5.0)
    assert point.get("charging_state") == "unavailable"
    _fed(point, 20.0)
    assert point.get("charging_state") == "charging"


def test_zero_switches_it_off_and_a_new_time_counts_at_once() -> None:
    point = _charging()
    point.put("watchdog_timeout", 0.0)
    assert point.get("watchdog_remaining") is None
    point.run(3600.0)
    assert point.get("charging_state") == "charging"
    point.pile.watchdog.feed()
    point.put("watchdog_timeout", 2.0)
    since = point.t
    point.run(20.0)
    assert point.after("watchdog", "tripped", since) == pytest.approx(2.0)


def test_nothing_happens_at_rest() -> None:
    point = Point(guarded=True)
    point.run(600.0)
    assert point.get("charging_state") == "idle"
    assert point.get("fault_flags") == []
    assert point.world.next_event() is None


def test_an_idle_hour_of_polling_costs_few_events() -> None:
    point = Point(guarded=True)
    events = 0
    for _ in range(3600):
        at = point.world.next_event()
        point.run(1.0)
        events += at is not None and at <= point.t
        point.pile.watchdog.feed()
        point.get("voltage_l1")
    assert events <= 3600 / 9
