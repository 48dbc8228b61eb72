"""What a vehicle does when duty, PWM, button, coupler or mains change: simulated, and judged."""

import functools
from pathlib import Path
from typing import Any

import pytest
from benchkit import run_procedure, write_procedure
from car_help import CarPoint
from sim_support import Point

from harness.actions.trace_pulse import PULSE
from harness.catalogue.load import load_catalogue
from harness.engine.coverage import coverage_of
from harness.errors import FileError
from harness.events import Judged
from harness.verdict import Verdict
from simulators import world
from simulators.vehicle_side import VehicleSettings

PROCEDURE = "VEH-CP-01"
MARGIN = 0.8
"""A sound vehicle uses no more of a limit than this share."""


@pytest.fixture(scope="module", autouse=True)
def _own_keys(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


# The vehicle, at full current


def charging(kind: str, seed: int) -> Point | CarPoint:
    point = Point(seed=seed) if kind == "plain" else CarPoint(seed=seed)
    point.charge(15.0)
    assert point.world.load.current() == pytest.approx(32.0, rel=1e-3)
    return point


def below(point: Point | CarPoint, since: float, step: float = 0.01) -> float:
    """Seconds from `since` until the current is below 1 A, looked at every 10 ms."""
    for _ in range(800):
        if point.world.load.current() < 1.0:
            return point.t - since
        point.run(step)
    raise AssertionError("the current never goes")


def s2_open(point: Point | CarPoint, since: float) -> float:
    point.run(8.0)
    opened = point.world.trace.first_after(since, "s2", "open")
    assert opened is not None
    return opened - since


@pytest.mark.parametrize("kind", ["plain", "car"])
@pytest.mark.parametrize(
    ("change", "current_within", "s2_within"),
    [
        ("pilot_held", 3.0, 3.0),
        ("cc_open", 1.0, 3.0),
        ("mains_open", 0.02, 3.0),
    ],
)
def test_a_sound_vehicle_keeps_the_times_with_margin(
    kind: str, change: str, current_within: float, s2_within: float
) -> None:
    """T-14 counts S2 from the end of the current, T-16 from the fault."""
    point = charging(kind, seed=3)
    since = point.t
    setattr(point.world.box, change, True)
    point.world.refresh()
    fell = below(point, since)
    assert fell <= MARGIN * current_within
    opened = s2_open(point, since)
    if change == "pilot_held":
        opened -= fell
        assert point.world.output_live, "the pile must not have ended it"
    assert 0.0 < opened <= MARGIN * s2_within


def test_a_lost_coupler_is_not_slowed_down_by_a_lost_pwm() -> None:
    point = charging("plain", seed=4)
    since = point.t
    point.world.box.cc_open = True
    point.world.refresh()
    point.run(0.14)
    point.put("charge_command", "stop")
    assert below(point, since) <= 1.0
    assert s2_open(point, since) <= 3.0


def test_a_coupler_that_comes_back_at_once_still_ends_the_charge_first() -> None:
    point = charging("plain", seed=4)
    since = point.t
    for open_ in (True, False):
        point.world.box.cc_open = open_
        point.world.refresh()
        point.run(0.05)
    assert below(point, since) <= 1.0
    assert s2_open(point, since) <= 3.0


def test_the_car_ends_before_it_unlocks_and_counts_the_energy_to_the_end() -> None:
    point = charging("car", seed=3)
    assert isinstance(point, CarPoint)
    point.world.box.cc_open = True
    point.world.refresh()
    before = point.car.charging.energy()
    point.run(0.2)
    assert point.world.load.current() > 1.0
    assert point.car.inlet.locked
    assert point.car.circuit.charge.closed
    point.run(3.0)
    assert not point.car.inlet.locked
    assert point.car.charging.energy() > before
    assert point.car.charging.stop_reason == "user"
    point.world.box.cc_open = False
    point.world.refresh()
    point.run(20.0)
    assert point.car.charging.state == "charging"


def test_a_car_without_mains_says_who_ended_it_and_takes_a_new_offer() -> None:
    point = charging("car", seed=3)
    assert isinstance(point, CarPoint)
    point.world.box.mains_open = True
    point.world.refresh()
    point.run(2.0)
    assert (point.car.charging.state, point.car.charging.stop_reason) == ("stopped_by_pile", "pile")
    point.world.box.mains_open = False
    point.world.refresh()
    point.put("charge_command", "stop")
    point.run(3.0)
    point.put("charge_command", "start")
    point.run(15.0)
    assert point.car.charging.state == "charging"


def test_a_car_that_is_plugged_in_paused_waits_for_its_driver() -> None:
    point = CarPoint()
    point.do("connect-vehicle-paused", wait=2.0)
    point.put("charge_command", "start")
    point.run(8.0)
    assert not point.car.side.s2_closed
    point.do("allow-charging", wait=15.0)
    assert point.car.charging.state == "charging"


# The wake-up pulse


def pulse(point: Point | CarPoint) -> float:
    since = point.t
    if isinstance(point, CarPoint):
        point.do("ask-for-energy")
    else:
        point.vehicle.ask_for_energy()
    point.run(5.0)
    closed = point.world.trace.first_after(since, "s2", "closed")
    assert closed is not None
    opened = point.world.trace.first_after(closed, "s2", "open")
    assert opened is not None
    return opened - closed


@pytest.mark.parametrize("kind", ["plain", "car"])
def test_a_pulse_wakes_an_idle_pile_and_a_charge_follows_an_offer(kind: str) -> None:
    point: Point | CarPoint = Point() if kind == "plain" else CarPoint()
    point.world.plug_in()
    point.run(3.0)
    assert 0.2 / MARGIN <= pulse(point) <= 3.0 * MARGIN
    assert not point.world.output_live
    point.put("charge_command", "start")
    point.run(15.0)
    assert point.world.load.current() == pytest.approx(32.0)


def test_an_offer_in_the_pulse_draws_nothing_until_the_pulse_has_ended() -> None:
    point = Point(vehicle=VehicleSettings(wakes_for=3.0))
    point.world.plug_in()
    point.run(1.0)
    since = point.t
    point.vehicle.ask_for_energy()
    point.put("charge_command", "start")
    point.run(2.9)
    assert point.world.output_live
    assert point.world.load.current() == 0.0
    point.run(15.0)
    assert point.world.trace.first_after(since, "s2", "open") == pytest.approx(since + 3.0)
    assert point.world.load.current() == pytest.approx(32.0)


def test_without_the_function_there_is_no_pulse() -> None:
    point = Point(vehicle=VehicleSettings(wakes_for=None))
    point.world.plug_in()
    point.run(1.0)
    point.vehicle.ask_for_energy()
    assert not point.vehicle.s2_closed


# The procedure


def test_healthy_with_every_time_from_the_recording(tmp_path: Path) -> None:
    outcome = run_procedure(tmp_path, PROCEDURE, energise=True)
    judged = [one for one in outcome.verdicts.values() if one is not None]
    assert set(judged) == {Verdict.PASS}
    assert len(judged) == 19
    assert outcome.result.exit_code == 0
    times = [
        one.measurement for one in outcome.of(Judged) if one.measurement.name == "trace_interval"
    ]
    assert len(times) == 11
    assert all(one.uncertainty for one in times)


def test_without_a_recorder_no_time_is_judged(tmp_path: Path) -> None:
    bench = tmp_path / "own.yaml"
    devices = "devices:\n  pile: {profile: gb-ac-pile, simulated: true}\n"
    bench.write_text(f"bench: own\nedition: '2023'\n{devices}", encoding="utf-8")
    outcome = run_procedure(tmp_path, PROCEDURE, bench=str(bench), energise=True)
    by_trace = {one.step for one in outcome.of(Judged) if one.measurement.source == "recorder"}
    assert {outcome.verdicts[step] for step in by_trace} == {Verdict.INCONCLUSIVE}
    assert len(by_trace) == 13
    others = {found for step, found in outcome.verdicts.items() if step not in by_trace}
    assert others == {Verdict.PASS, None}


def test_a_vehicle_without_a_wake_up_pulse_is_not_judged_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = functools.partial(VehicleSettings, wakes_for=None)
    monkeypatch.setattr(world, "VehicleSettings", without)
    outcome = run_procedure(tmp_path, PROCEDURE, energise=True)
    odd = {step for step, found in outcome.verdicts.items() if found not in (Verdict.PASS, None)}
    assert odd == {"live-wake-current", "wake-pulse"}
    for step in odd:
        assert outcome.verdicts[step] is Verdict.NOT_RUN
        why = outcome.step(step).reason
        assert why is not None and why.endswith("s2 closed was not seen, and it is optional")


def test_a_pile_that_charges_whoever_is_plugged_in_raises_no_alarm(tmp_path: Path) -> None:
    """The vehicle holds back until the run has started a session, so nothing is live before."""
    profile = "heidelberg-energy-control"
    outcome = run_procedure(tmp_path, PROCEDURE, energise=True, pile_profile=profile)
    judged = [found for found in outcome.verdicts.values() if found is not None]
    assert set(judged) == {Verdict.PASS, Verdict.NOT_RUN}
    assert judged.count(Verdict.PASS) == 16
    assert outcome.verdicts["wake-pulse"] is Verdict.PASS


def test_vehicle_items_are_judged_by_this_procedure() -> None:
    rows = ("T-04", "T-05", "T-09-s2", "T-14", "T-15", "T-16", "T-16-s2", "T-17", "T-20",
            "T-20-no-charging", "rcd-trip-opens-s2")  # fmt: skip
    found = {one.item.id: one for one in coverage_of(load_catalogue())}
    for row in rows:
        one = found[f"GB/T 18487.1-2023/{row}"]
        assert PROCEDURE in {step.procedure for step in one.steps}, row
        assert one.item.not_covered is None


# The verbs


NEEDS = "needs: {pile: [charging_state]}\n"
STEPS = """
- id: gun
  title: {zh: 插枪, en: Plug}
  do: operator.confirm
  with: {does: connect-simulator, ask: {zh: 插, en: Plug}}
- {id: rec, title: {zh: 录波, en: Record}, do: trace.begin}
- id: close
  title: {zh: 闭合, en: Close}
  do: operator.confirm
  with: {does: close-s2, ask: {zh: 合, en: Close}}
- {id: wait, title: {zh: 等, en: Wait}, do: bench.wait, with: {for: 1 s}}
- id: open
  title: {zh: 断开, en: Open}
  do: operator.confirm
  with: {does: HAND, ask: {zh: 断, en: Open}}
- {id: end, title: {zh: 结束, en: End}, do: trace.end, with: {recording: rec, after: AFTER}}
- id: width
  title: {zh: 宽度, en: Width}
  do: trace.pulse
  with: {recording: rec, pulse: PULSE}
  limit: LIMIT
- id: level
  title: {zh: 电平, en: Level}
  do: trace.in_pulse
  with: {recording: rec, channel: CHANNEL, pulse: {s2: closed}}
  limit: {low: 5, high: 7, unit: V}
"""


def steps(**changes: str) -> str:
    text = STEPS
    defaults = {
        "HAND": "open-s2", "AFTER": "1 s", "PULSE": "{s2: closed}",
        "LIMIT": "{low: 0.2, high: 8, unit: s}", "CHANNEL": "cp_high",
    }  # fmt: skip
    for name, value in (defaults | changes).items():
        text = text.replace(name, value)
    return text


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.PASS),
        ({"LIMIT": "{low: 0.2, high: 0.9, unit: s}"}, Verdict.FAIL),
        ({"LIMIT": "{low: 9, unit: s}"}, Verdict.FAIL),
        ({"LIMIT": "{low: 0.2, high: 900, unit: ms}"}, Verdict.FAIL),
        ({"HAND": "wear-ppe"}, Verdict.INCONCLUSIVE),
        ({"HAND": "wear-ppe", "AFTER": "9 s"}, Verdict.FAIL),
        ({"PULSE": "{latch: pressed}"}, Verdict.INCONCLUSIVE),
    ],
)
def test_a_pulse_is_judged_by_its_width(
    tmp_path: Path, changes: dict[str, str], verdict: Verdict
) -> None:
    outcome = run_procedure(tmp_path, write_procedure(tmp_path, steps(**changes), head=NEEDS))
    assert outcome.verdicts["width"] is verdict
    (judged,) = [one for one in outcome.of(Judged) if one.step == "width"]
    assert judged.measurement.name == PULSE
    assert outcome.verdicts["level"] is Verdict.PASS


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"LIMIT": "{within: 3 s}"}, "trace.pulse cannot judge by"),
        ({"LIMIT": "{low: 1, high: 3, unit: V}"}, "trace.pulse cannot judge by"),
        ({"PULSE": "{s2: half}"}, "s2 cannot be 'half'"),
        ({"CHANNEL": "s2"}, "s2 is no number"),
        ({"CHANNEL": "current"}, "trace.in_pulse cannot judge current by"),
        ({"CHANNEL": "curent"}, "curent"),
    ],
)
def test_a_mistake_in_the_procedure_is_told(
    tmp_path: Path, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(FileError) as caught:
        run_procedure(tmp_path, write_procedure(tmp_path, steps(**changes), head=NEEDS))
    assert told in str(caught.value)
