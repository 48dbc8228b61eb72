"""Times of the simulated pile, exact from its trace, against GB/T 18487.1-2023."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from sim_support import Point

from simulators.cable import PilotWire
from simulators.pile.current_watch import overcurrent_limit
from simulators.pilot import S1
from simulators.vehicle_side import VehicleSettings


def test_t01_supply_within_3_s_of_state_3() -> None:
    point = Point()
    point.charge()
    (ready,) = point.trace.times("s2", "closed")
    delay = point.after("contactor", "closed", ready)
    assert 0 < delay <= 3.0
    # Detection, lock, waiting time and pull-in, and nothing else.
    s = point.pile.settings
    assert delay == pytest.approx(s.detect_after + s.lock_time + s.close_after + s.pull_in)


def test_t02_supply_off_within_100_ms_of_s2_and_pwm_stays() -> None:
    point = Point()
    point.charge()
    opened = point.t
    point.vehicle.open_s2()
    point.run(1.0)
    delay = point.after("contactor", "open", opened)
    s = point.pile.settings
    assert delay == pytest.approx(s.detect_after + s.release)
    assert delay <= 0.1
    assert point.pile.pilot.s1 is S1.PWM
    assert point.get("charging_state") == "suspended_ev"


def test_t03_supply_on_again_within_3_s_of_s2() -> None:
    point = Point()
    point.charge()
    point.vehicle.open_s2()
    point.run(2.0)
    closed = point.t
    point.vehicle.close_s2()
    point.run(5.0)
    assert point.after("contactor", "closed", closed) <= 3.0


def test_t04_t05_vehicle_ramps_down_and_opens_s2() -> None:
    point = Point()
    point.charge()
    point.put("charge_command", "stop")
    stopped = point.t
    assert point.trace.first_after(stopped, "s1", "+12 V") == stopped
    point.run(10.0)
    zero = point.after("current", 0.0, stopped)
    assert zero <= 3.0
    s2_open = point.after("s2", "open", stopped)
    assert zero <= s2_open <= zero + 3.0
    assert point.after("contactor", "open", stopped) - s2_open <= 0.1
    assert point.get("stop_reason") == "remote_stop"
    assert point.get("charging_state") == "finished"


def test_t06_forced_opening_after_6_s() -> None:
    point = Point()
    point.vehicle.obeys = False
    point.charge()
    point.put("charge_command", "stop")
    stopped = point.t
    point.run(20.0)
    delay = point.after("contactor", "open", stopped)
    assert delay == pytest.approx(6.0 + point.pile.settings.release)
    assert point.get("current_l1") == 0.0


def _break_pilot(point: Point) -> None:
    point.world.cable.pilot_wire = PilotWire.BROKEN
    point.world.refresh()


def _short_pilot(point: Point) -> None:
    point.world.cable.pilot_wire = PilotWire.SHORTED
    point.world.refresh()


def _open_earth(point: Point) -> None:
    point.world.cable.earth_sound = False
    point.world.refresh()


def _raise_resistance(point: Point) -> None:
    point.vehicle.r2 = 90_000.0
    point.world.refresh()


@pytest.mark.parametrize(
    ("stimulus", "alarm", "state"),
    [
        pytest.param(_raise_resistance, None, "suspended_ev", id="T-07 CP leaves 6 V"),
        pytest.param(lambda p: p.world.take_gun(), None, "idle", id="T-08 plug pulled"),
        pytest.param(_break_pilot, "F-15", "fault", id="T-08 CP broken"),
        pytest.param(_short_pilot, "F-14", "fault", id="T-09 CP to PE"),
        pytest.param(_open_earth, "F-17", "fault", id="T-10 PE lost"),
    ],
)
def test_t07_to_t10_supply_off_within_100_ms(
    stimulus: Callable[[Point], None], alarm: str | None, state: str
) -> None:
    point = Point()
    point.charge()
    since = point.t
    stimulus(point)
    point.run(0.2)
    assert point.after("contactor", "open", since) <= 0.1
    if alarm is not None:
        assert point.get("fault_flags") == [alarm]
        assert point.after("s1", "+12 V", since) <= 0.1
    assert point.get("charging_state") == state
    point.run(30.0)
    assert not point.pile.contactor.closed


def test_t12_no_supply_after_a_break_before_closing() -> None:
    point = Point()
    point.world.plug_in()
    point.run(1.0)
    point.put("charge_command", "start")
    point.run(1.3)  # S2 is closed, the contactor not yet
    assert point.get("cp_state") == "C"
    since = point.t
    _break_pilot(point)
    point.run(10.0)
    assert point.after("s1", "+12 V", since) <= 0.1
    assert not point.trace.times("contactor", "closed")


def test_t13_pwm_ends_within_100_ms_of_unplugging() -> None:
    point = Point()
    point.charge()
    point.vehicle.finish()
    point.run(5.0)
    assert point.pile.pilot.s1 is S1.PWM
    since = point.t
    point.world.return_gun()
    point.run(1.0)
    assert point.after("s1", "+12 V", since) <= 0.1
    assert point.get("charging_state") == "idle"
    assert point.get("stop_reason") == "unplugged"


def test_t15_button_ends_the_current_within_1_s() -> None:
    point = Point()
    point.charge()
    since = point.t
    point.world.press_latch(True)
    point.run(2.0)
    assert point.after("current", 0.0, since) <= 1.0
    assert point.after("s2", "open", since) <= 1.0
    assert point.get("cc_resistance") == pytest.approx(3520, rel=0.02)


def test_t17_t18_new_limit_reaches_pilot_and_vehicle() -> None:
    point = Point()
    point.charge()
    since = point.t
    point.put("current_limit", 10.0)
    point.run(20.0)
    duty = point.after("announced", 10.0, since)
    assert duty <= 10.0
    changes = [entry for entry in point.trace.entries if entry.name == "current"]
    assert changes[-1].value == pytest.approx(10.0, abs=0.3)
    assert changes[-1].t - since - duty <= 5.0
    assert point.get("cp_duty") == pytest.approx(16.67, abs=0.5)
    assert not point.get("fault_flags")


def test_no_second_duty_change_within_5_s() -> None:
    point = Point()
    point.charge()
    changes = []
    for limit in (10.0, 20.0, 12.0, 16.0):
        point.put("current_limit", limit)
        point.run(1.0)
    point.run(30.0)
    changes = [e.t for e in point.trace.entries if e.name == "announced" and float(e.value) > 0]
    assert all(later - earlier >= 5.0 for earlier, later in pairwise(changes))
    assert point.get("signaled_current") == 16.0


def test_t23_state_4_lasts_300_ms() -> None:
    point = Point()
    point.put("enable", "disabled")
    down = point.t
    point.run(0.05)
    assert point.get("cp_state") == "F"
    assert point.get("charging_state") == "unavailable"
    point.put("enable", "enabled")
    point.run(2.0)
    assert point.after("s1", "+12 V", down) == pytest.approx(0.4)
    assert point.get("charging_state") == "idle"


@pytest.mark.parametrize(
    ("amperes", "limit"), [(16.0, 18.0), (20.0, 22.0), (32.0, 35.2), (63.0, 69.3)]
)
def test_overcurrent_limits(amperes: float, limit: float) -> None:
    assert overcurrent_limit(amperes) == pytest.approx(limit)


@pytest.mark.parametrize(("amperes", "rule"), [(16.0, "OC-1"), (32.0, "OC-2")])
def test_oc_trips_after_5_s_within_the_next_5_s(amperes: float, rule: str) -> None:
    point = Point(rated_current=63.0, current_limit=amperes, max_current=63.0)
    point.charge()
    gain = point.pile.meter.current_gain
    since = point.t
    point.vehicle.excess = 1.25
    crossing = point.world.load.when_above(overcurrent_limit(amperes) / gain)
    assert crossing is not None, rule
    point.run(30.0)
    off = point.after("contactor", "open", since) + since - crossing
    assert 5.0 <= off <= 10.0
    assert point.get("fault_flags") == ["F-09"]
    assert point.pile.pilot.s1 is S1.HIGH


@pytest.mark.parametrize(("amperes", "excess"), [(16.0, 1.10), (32.0, 1.08)])
def test_no_trip_below_the_limit(amperes: float, excess: float) -> None:
    point = Point(rated_current=63.0, current_limit=amperes, max_current=63.0)
    point.charge()
    point.vehicle.excess = excess
    point.run(600.0)
    assert point.get("charging_state") == "charging"


def test_oc_forgets_a_short_excess() -> None:
    point = Point(current_limit=16.0)
    point.charge()
    point.vehicle.excess = 1.25
    point.run(4.5)
    point.vehicle.excess = 1.0
    point.run(4.0)
    point.vehicle.excess = 1.25
    point.run(4.5)
    point.vehicle.excess = 1.0
    point.run(20.0)
    assert point.get("charging_state") == "charging"


def test_oc3_guards_the_parts_whatever_is_announced() -> None:
    point = Point(
        rated_current=32.0, current_limit=32.0, component_factor=1.05,
        vehicle=VehicleSettings(phases=3, max_current=40.0),
    )  # fmt: skip
    point.charge()
    point.vehicle.excess = 1.08  # below 1.1 times what is announced, above what the parts carry
    point.run(20.0)
    assert point.get("fault_flags") == ["F-09"]


def test_overcurrent_clears_when_the_vehicle_is_unplugged() -> None:
    point = Point(current_limit=16.0)
    point.charge()
    point.vehicle.excess = 1.25
    point.run(30.0)
    assert point.get("charging_state") == "fault"
    point.vehicle.excess = 1.0
    point.world.return_gun()
    point.run(1.0)
    assert point.get("charging_state") == "idle"


def test_at_5_percent_s2_alone_does_not_bring_the_supply() -> None:
    point = Point(current_limit=16.0)
    point.pile.pilot.digital = True
    point.vehicle.wants_charge = False
    point.world.plug_in()
    point.put("charge_command", "start")
    point.run(2.0)
    assert point.get("cp_duty") == pytest.approx(5.0, abs=0.1)
    assert point.get("signaled_current") == 0.0
    point.vehicle.close_s2()
    point.run(20.0)
    assert point.get("cp_state") == "C"
    assert point.get("contactor_state") == "open"
    point.pile.pilot.digital = False
    point.run(20.0)
    assert point.get("charging_state") == "charging"


def test_the_parts_limit_is_left_out_by_a_pile_that_does_not_know_them() -> None:
    point = Point(
        rated_current=32.0, current_limit=32.0, component_factor=1.05,
        vehicle=VehicleSettings(phases=3, max_current=40.0),
    )  # fmt: skip
    point.pile.current_watch.knows_parts = False
    point.charge()
    point.vehicle.excess = 1.08
    point.run(60.0)
    assert point.get("charging_state") == "charging"
