"""Speedometer error and mean fully developed deceleration, against worked numbers."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.catalogue.criteria.inputs import Series
from harness.catalogue.criteria.mfdd import mfdd
from harness.catalogue.criteria.speedometer_error import speedometer_error, true_speed_range
from harness.catalogue.load import load_catalogue
from harness.errors import UsageError
from harness.limits import Limit, Range, judge
from harness.quantity import Measurement, Quality, Quantity
from harness.verdict import Verdict


def speed(value: float | None, uncertainty: float | None = 0.0, unit: str = "km/h") -> Measurement:
    return Measurement("speed", value, unit, uncertainty, at=2.0)


def speedometer(v1: float, v2: float, u1: float | None = 0.0, u2: float | None = 0.0) -> Verdict:
    return judge(*speedometer_error(speed(v1, u1), speed(v2, u2))).verdict


@pytest.mark.parametrize(
    ("v1", "v2", "verdict"),
    [
        (40.0, 40.0, Verdict.PASS),
        (40.0, 36.0, Verdict.PASS),
        (40.0, 32.8, Verdict.PASS),
        (40.0, 32.7, Verdict.FAIL),
        (40.0, 40.1, Verdict.FAIL),
        (120.0, 105.5, Verdict.PASS),
        (120.0, 105.4, Verdict.FAIL),
    ],
)
def test_speedometer_both_ways(v1: float, v2: float, verdict: Verdict) -> None:
    assert speedometer(v1, v2) is verdict


def test_forty_on_the_instrument_is_32_8_to_40_0() -> None:
    band = true_speed_range(Quantity(40.0, "km/h"))
    assert band.low is not None
    assert math.ceil(band.low * 10) / 10 == 32.8
    assert band.high == 40.0
    limit = load_catalogue().item("GB 7258/speedometer-at-40").limit_for()
    assert limit == Range("km/h", 32.8, 40.0)


def test_speeds_come_in_any_unit_of_speed() -> None:
    measurement, limit = speedometer_error(speed(40.0), speed(10.0, 0.1, "m/s"))
    assert measurement.value == pytest.approx(4.0)
    assert measurement.unit == "km/h"
    assert measurement.uncertainty == pytest.approx(0.36 * 1.1)
    assert (limit.low, limit.high) == (0.0, pytest.approx(7.6))
    with pytest.raises(UsageError, match="cannot convert"):
        speedometer_error(speed(40.0), Measurement("x", 3.0, "V", 0.0))


@pytest.mark.parametrize(
    ("v2", "verdict"),
    [
        (36.0, Verdict.PASS),
        (39.7, Verdict.CONDITIONAL_PASS),
        (40.3, Verdict.CONDITIONAL_FAIL),
        (41.0, Verdict.FAIL),
        (33.0, Verdict.CONDITIONAL_PASS),
        (32.5, Verdict.CONDITIONAL_FAIL),
        (32.0, Verdict.FAIL),
    ],
)
def test_both_uncertainties_make_the_guard_band(v2: float, verdict: Verdict) -> None:
    assert speedometer(40.0, v2, 0.3, 0.4) is verdict


def test_speedometer_without_usable_speeds_is_never_a_pass() -> None:
    gone = Measurement("speed", None, "km/h", quality=Quality.STALE)
    for pair in ((gone, speed(36.0)), (speed(40.0), gone), (speed(math.nan), speed(36.0))):
        assert judge(*speedometer_error(*pair)).verdict is Verdict.INCONCLUSIVE
    assert speedometer(40.0, 36.0, -1.0, 0.4) is Verdict.INCONCLUSIVE
    assert speedometer(40.0, 36.0, math.nan, 0.4) is Verdict.INCONCLUSIVE
    assert speedometer_error(speed(40.0, None), speed(36.0))[0].uncertainty is None


@given(st.floats(20, 200), st.floats(0, 200))
def test_the_two_forms_of_the_band_are_the_same(v1: float, v2: float) -> None:
    band = true_speed_range(Quantity(v1, "km/h"))
    assert band.low is not None
    assume(abs(v2 - band.low) > 1e-6 and abs(v2 - v1) > 1e-6)
    direct = judge(speed(v2), band).verdict
    assert speedometer(v1, v2) is direct


def braking(v0: float, deceleration: float, rate: float = 100.0) -> tuple[Series, Series]:
    """Speed in km/h and distance in m of an even braking to standstill."""
    seconds = v0 / 3.6 / deceleration
    times = [min(index / rate, seconds) for index in range(int(seconds * rate) + 2)]
    speeds = [v0 - 3.6 * deceleration * t for t in times]
    distances = [v0 / 3.6 * t - deceleration * t**2 / 2 for t in times]
    return Series(speeds, "km/h", 0.2), Series(distances, "m", 0.02)


def test_worked_number_of_the_formula() -> None:
    # From 50 km/h: vb = 40, ve = 5 km/h; (1600 - 25) / (25.92 · 9.8) = 6.2004 m/s².
    speeds = Series([50.0, 40.0, 5.0, 0.0], "km/h", 0.0)
    distances = Series([0.0, 2.2, 12.0, 12.1], "m", 0.0)
    result = mfdd(speeds, distances)
    assert result.value == pytest.approx((1600 - 25) / (25.92 * 9.8))
    assert result.value == pytest.approx(6.2004, abs=1e-4)
    assert result.unit == "m/s²"
    assert result.uncertainty == 0.0
    assert "9.8 m from 40 to 5 km/h" in result.note


def item_limit(name: str) -> Limit:
    found = load_catalogue().item(name).limit_for()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("deceleration", "verdict"),
    [(7.0, Verdict.PASS), (6.21, Verdict.CONDITIONAL_PASS), (6.19, Verdict.CONDITIONAL_FAIL),
     (5.5, Verdict.FAIL)],
)  # fmt: skip
def test_mfdd_against_the_item(deceleration: float, verdict: Verdict) -> None:
    result = mfdd(*braking(50.0, deceleration))
    assert judge(result, item_limit("GB 7258/mfdd-unladen")).verdict is verdict
    assert load_catalogue().item("GB 7258/mfdd-unladen").formula == "mfdd"


@given(st.floats(20, 120), st.floats(1, 10), st.floats(20, 1000))
def test_even_braking_gives_its_deceleration(v0: float, deceleration: float, rate: float) -> None:
    result = mfdd(*braking(v0, deceleration, rate))
    assert result.quality is Quality.GOOD
    # Between samples the trace is taken as straight, which it is not quite.
    assert result.value == pytest.approx(deceleration, rel=0.05 if rate < 100 else 0.01)


def test_uncertainty_is_that_of_speeds_and_distances() -> None:
    speeds = Series([50.0, 40.0, 5.0, 0.0], "km/h", 0.5)
    distances = Series([0.0, 2.2, 12.0, 12.1], "m", 0.05)
    result = mfdd(speeds, distances)
    assert isinstance(result.value, float)
    relative = math.hypot(2 * 40 * 0.5 / 1575, 2 * 5 * 0.5 / 1575, 0.05 / 9.8, 0.05 / 9.8)
    assert result.uncertainty == pytest.approx(result.value * relative)
    # The same as moving each input by its uncertainty, one at a time.
    moved = (40.5**2 - 5**2) / (25.92 * 9.8) - result.value
    assert moved == pytest.approx(result.value * 2 * 40 * 0.5 / 1575, rel=0.02)
    assert mfdd(Series(speeds.values, "km/h"), distances).uncertainty is None


def test_units_of_a_trace_are_converted() -> None:
    speeds, distances = braking(50.0, 6.5)
    metres = Series([value / 3.6 for value in speeds.values], "m/s", 0.2 / 3.6)
    kilometres = Series([value / 1000 for value in distances.values], "km", 0.02 / 1000)
    result, same = mfdd(speeds, distances), mfdd(metres, kilometres)
    assert same.value == pytest.approx(result.value)
    assert same.uncertainty == pytest.approx(result.uncertainty)


def test_initial_speed_may_be_given() -> None:
    speeds, distances = braking(60.0, 6.5)
    late = Measurement("v0", 50.0, "km/h", 0.1, at=4.0, transactions=[7])
    result = mfdd(speeds, distances, late)
    assert "v0 = 50 km/h" in result.note
    assert (result.at, result.transactions) == (4.0, [7])


@pytest.mark.parametrize(
    ("speeds", "distances", "quality"),
    [
        ([50.0, 45.0, 42.0], [0.0, 5.0, 9.0], Quality.MISSING),
        ([50.0, 30.0, 10.0], [0.0, 5.0, 9.0], Quality.MISSING),
        ([50.0, 30.0, 4.0, 0.0], [0.0, 5.0, 5.0, 5.0], Quality.GOOD),
        ([50.0, 30.0, 4.0], [9.0, 5.0, 1.0], Quality.OUT_OF_RANGE),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], Quality.MISSING),
        ([], [], Quality.MISSING),
        ([50.0, math.nan, 0.0], [0.0, 5.0, 9.0], Quality.NOT_A_NUMBER),
    ],
)
def test_a_trace_that_cannot_tell(
    speeds: list[float], distances: list[float], quality: Quality
) -> None:
    result = mfdd(Series(speeds, "km/h", 0.1), Series(distances, "m", 0.1))
    assert result.quality is quality
    if quality is not Quality.GOOD:
        verdict = judge(result, item_limit("GB 7258/mfdd-unladen")).verdict
        assert verdict is Verdict.INCONCLUSIVE


def test_series_of_different_length_are_refused() -> None:
    with pytest.raises(UsageError, match="2 and 3 samples"):
        mfdd(Series([50.0, 0.0], "km/h"), Series([0.0, 1.0, 2.0], "m"))
    with pytest.raises(UsageError, match="cannot convert"):
        mfdd(Series([50.0, 0.0], "V"), Series([0.0, 1.0], "m"))


ANY = st.lists(st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)), max_size=8)


@given(ANY, st.floats(0, 1e9))
def test_any_trace_gives_a_figure_or_a_reason(samples: list[tuple[float, float]], u: float) -> None:
    speeds, distances = ([pair[side] for pair in samples] for side in (0, 1))
    result = mfdd(Series(speeds, "km/h", u), Series(distances, "m", u))
    assert (result.value is None) == (result.quality is not Quality.GOOD)
    assert judge(result, item_limit("GB 7258/mfdd-unladen")).verdict in Verdict
