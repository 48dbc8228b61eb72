"""Braking rate, wheel drag and MFDD from speed alone: worked by hand, and what always holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.criteria.brake_imbalance import brake_imbalance
from harness.catalogue.criteria.braking_rate import GRAVITY, braking_rate, weight
from harness.catalogue.criteria.inputs import Series
from harness.catalogue.criteria.mfdd import mfdd, mfdd_of_speed
from harness.catalogue.criteria.wheel_drag import wheel_drag
from harness.catalogue.load import load_catalogue
from harness.errors import UsageError
from harness.limits import judge
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict

FORCES = st.lists(st.tuples(st.floats(1, 9000), st.floats(1, 9000)), min_size=1, max_size=20)
LOADS = st.floats(1000, 20000)


def newton(value: float | None, u: float | None = 0.0) -> Measurement:
    return Measurement("load", value, "N", u, at=2.0)


def forces(*values: float, u: float | None = 0.0) -> Series:
    return Series(list(values), "N", u)


def value(reading: Measurement) -> float:
    assert isinstance(reading.value, float)
    return reading.value


def verdict(reading: Measurement, item: str) -> Verdict:
    limit = load_catalogue().item(f"GB 7258/{item}").limit_for()
    assert limit is not None
    return judge(reading, limit).verdict


def split(samples: list[tuple[float, float]]) -> tuple[Series, Series]:
    left, right = zip(*samples, strict=True)
    return forces(*left), forces(*right)


def test_an_axle_by_hand() -> None:
    # 3000 N + 2700 N of 9000 N are 63.3 %; the largest ones count, wherever they are.
    rate = braking_rate([(forces(0, 3000, 2900), forces(0, 2600, 2700))], newton(9000))
    assert value(rate) == pytest.approx(100 * 5700 / 9000)
    assert verdict(rate, "brake-force-front") is Verdict.PASS
    assert verdict(braking_rate([(forces(2000), forces(2000))], newton(9000)),
                   "brake-force-front") is Verdict.FAIL  # fmt: skip
    weak = braking_rate([(forces(900), forces(850))], newton(8000))
    assert verdict(weak, "brake-force-rear") is Verdict.PASS


def test_the_car_and_its_parking_brake_by_hand() -> None:
    front, rear = (forces(3300), forces(3200)), (forces(1700), forces(1600))
    rate = braking_rate([front, rear], newton(16000))
    assert value(rate) == pytest.approx(61.25)
    assert verdict(rate, "brake-force-unladen") is Verdict.PASS
    parking = braking_rate([(forces(1500), forces(1500))], newton(16000))
    assert value(parking) == pytest.approx(18.75)
    assert verdict(parking, "parking-brake-force") is Verdict.FAIL
    assert verdict(parking, "parking-brake-force-light") is Verdict.PASS


def test_uncertainty_by_hand() -> None:
    rate = braking_rate([(forces(3000, u=60), forces(2700, u=80))], newton(9000, 90))
    assert rate.uncertainty == pytest.approx(math.hypot(100 * 100 / 9000, 5700 / 9000))
    assert verdict(rate, "brake-force-front") is Verdict.PASS
    near = braking_rate([(forces(2800, u=60), forces(2650, u=80))], newton(9000, 90))
    assert verdict(near, "brake-force-front") is Verdict.CONDITIONAL_PASS
    open_end = braking_rate([(forces(3000, u=None), forces(2700))], newton(9000))
    assert open_end.uncertainty is None


def test_weight_of_a_mass() -> None:
    found = weight(Measurement("axle", 900.0, "kg", 5.0))
    assert value(found) == pytest.approx(900 * GRAVITY)
    assert found.uncertainty == pytest.approx(5 * GRAVITY) and found.unit == "N"
    assert weight(Measurement("axle", None, "kg")).quality is Quality.MISSING
    with pytest.raises(UsageError):
        weight(Measurement("axle", 900.0, "V"))


def test_drag_by_hand() -> None:
    drag = wheel_drag(forces(100, 140, 120, u=12), newton(8000, 0))
    assert value(drag) == pytest.approx(1.5)
    assert drag.uncertainty == pytest.approx(0.15)
    assert verdict(drag, "wheel-drag") is Verdict.PASS
    assert verdict(wheel_drag(forces(900), newton(8000)), "wheel-drag") is Verdict.FAIL


@pytest.mark.parametrize(
    ("side", "load", "quality"),
    [
        ([], 9000.0, Quality.MISSING),
        ([math.inf], 9000.0, Quality.NOT_A_NUMBER),
        ([1.0], 0.0, Quality.OUT_OF_RANGE),
        ([1.0], None, Quality.MISSING),
    ],
)
def test_what_cannot_be_judged(side: list[float], load: float | None, quality: Quality) -> None:
    rate = braking_rate([(forces(*side), forces(*side))], newton(load))
    drag = wheel_drag(forces(*side), newton(load))
    assert (rate.quality, drag.quality) == (quality, quality)
    assert verdict(rate, "brake-force-front") is Verdict.INCONCLUSIVE
    assert verdict(drag, "wheel-drag") is Verdict.INCONCLUSIVE


def test_calls_that_make_no_sense() -> None:
    with pytest.raises(UsageError, match="no axle"):
        braking_rate([], newton(1))
    with pytest.raises(UsageError, match="2 samples"):
        braking_rate([(forces(1), forces(1, 2))], newton(1))
    with pytest.raises(UsageError, match="do not rise"):
        mfdd_of_speed(Series([0, 0], "s"), Series([50, 0], "km/h"))
    with pytest.raises(UsageError, match="2 samples"):
        mfdd_of_speed(Series([0], "s"), Series([50, 0], "km/h"))


@given(FORCES, LOADS, st.floats(0.1, 10))
def test_forces_and_load_in_proportion_change_nothing(
    samples: list[tuple[float, float]], load: float, factor: float
) -> None:
    left, right = split(samples)
    scaled_left, scaled_right = split([(a * factor, b * factor) for a, b in samples])
    one = braking_rate([(left, right)], newton(load))
    other = braking_rate([(scaled_left, scaled_right)], newton(load * factor))
    assert value(other) == pytest.approx(value(one))
    before = brake_imbalance(left, right, rear=False)[0].ratio
    after = brake_imbalance(scaled_left, scaled_right, rear=False)[0].ratio
    assert value(after) == pytest.approx(value(before), abs=1e-9)


@given(FORCES, FORCES, LOADS)
def test_sides_and_axles_may_be_swapped_and_axles_add_up(
    first: list[tuple[float, float]], second: list[tuple[float, float]], load: float
) -> None:
    one, two = split(first), split(second)
    whole = value(braking_rate([one, two], newton(load)))
    assert value(braking_rate([two[::-1], one[::-1]], newton(load))) == pytest.approx(whole)
    parts = [value(braking_rate([axle], newton(load))) for axle in (one, two)]
    assert sum(parts) == pytest.approx(whole)


@given(FORCES)
def test_imbalance_stays_between_nothing_and_all(samples: list[tuple[float, float]]) -> None:
    ratio = value(brake_imbalance(*split(samples), rear=False)[0].ratio)
    assert 0 <= ratio <= 100


def braking(deceleration: float, v0: float = 50.0, step: float = 0.01) -> tuple[Series, Series]:
    """Speed of a car that brakes evenly, sampled until it stands."""
    count = math.ceil(v0 / 3.6 / deceleration / step) + 1
    times = [n * step for n in range(count)]
    speeds = [max(v0 - 3.6 * deceleration * t, 0.0) for t in times]
    return Series(times, "s", 0.0), Series(speeds, "km/h", 0.0)


@given(st.floats(2, 9), st.floats(30, 90))
def test_even_braking_gives_its_own_deceleration(deceleration: float, v0: float) -> None:
    assert value(mfdd_of_speed(*braking(deceleration, v0))) == pytest.approx(deceleration, rel=1e-3)


def test_mfdd_of_speed_agrees_with_a_measured_way_and_has_more_uncertainty() -> None:
    times, speed = braking(6.5)
    way = [50 / 3.6 * t - 6.5 * t * t / 2 for t in times.values]
    sure = Series(speed.values, "km/h", 0.2)
    measured = mfdd(sure, Series(way, "m", 0.0))
    alone = mfdd_of_speed(times, sure)
    assert value(alone) == pytest.approx(value(measured), rel=1e-3)
    # By hand: 35 km/h off at 6.5 m/s² take 1.4957 s and 9.348 m. An error of 0.2 km/h is 0.0831 m
    # of it, 0.0578 m/s²; at both ends it is 0.0660 and 0.0083 m/s².
    assert measured.uncertainty == pytest.approx(math.hypot(0.0660, 0.0083), rel=1e-2)
    assert alone.uncertainty == pytest.approx(math.hypot(0.0578, 0.0660, 0.0083), rel=1e-2)
    assert verdict(alone, "mfdd-unladen") is Verdict.PASS


@pytest.mark.parametrize("speeds", [[50.0, 45.0, 44.0], [math.nan, 20.0, 0.0], []])
def test_a_trace_that_does_not_slow_down_gives_no_mfdd(speeds: list[float]) -> None:
    times = Series([float(n) for n in range(len(speeds))], "s", 0.0)
    found = mfdd_of_speed(times, Series(speeds, "km/h", 0.1))
    assert found.value is None and found.quality is not Quality.GOOD
