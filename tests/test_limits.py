"""Every decision rule, both ways, and what can never pass."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.limits import (
    Clear,
    Equals,
    Limit,
    OneOf,
    Range,
    Rule,
    Within,
    describe,
    judge,
)
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict

ENERGY = Range("%", -2.0, 2.0)


def number(value: float | None, u: float | None = None, unit: str = "%") -> Measurement:
    return Measurement("x", value, unit, u)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (1.2, Verdict.PASS),
        (1.8, Verdict.CONDITIONAL_PASS),
        (2.2, Verdict.CONDITIONAL_FAIL),
        (2.6, Verdict.FAIL),
        (-1.2, Verdict.PASS),
        (-1.8, Verdict.CONDITIONAL_PASS),
        (-2.2, Verdict.CONDITIONAL_FAIL),
        (-2.6, Verdict.FAIL),
    ],
)
def test_guard_band_has_four_states(value: float, verdict: Verdict) -> None:
    judgement = judge(number(value, 0.4), ENERGY)
    assert judgement.verdict is verdict
    assert judgement.rule is Rule.GUARD_BAND
    assert (judgement.accept_low, judgement.accept_high) == (-1.6, 1.6)


def test_negligible_uncertainty_is_simple_and_stated() -> None:
    judgement = judge(number(1.95, 0.2), ENERGY)
    assert judgement.verdict is Verdict.PASS
    assert judgement.rule is Rule.SIMPLE
    assert judgement.uncertainty_negligible


@pytest.mark.parametrize(
    ("value", "u", "limit", "verdict"),
    [
        (59.9, 2.0, Range("°C", high=60.0), Verdict.CONDITIONAL_PASS),
        (252.9, 25.0, Range("V", high=253.0), Verdict.CONDITIONAL_PASS),
        (60.1, 2.0, Range("°C", high=60.0), Verdict.CONDITIONAL_FAIL),
        (62.1, 2.0, Range("°C", high=60.0), Verdict.FAIL),
        (57.9, 2.0, Range("°C", high=60.0), Verdict.PASS),
        (5.2, 0.5, Range("MΩ", low=5.0), Verdict.CONDITIONAL_PASS),
        (4.8, 0.5, Range("MΩ", low=5.0), Verdict.CONDITIONAL_FAIL),
        (0.1, 0.2, Range("A", low=0.0), Verdict.CONDITIONAL_PASS),
        (-0.1, 0.2, Range("A", high=0.0), Verdict.CONDITIONAL_PASS),
    ],
)
def test_a_one_sided_limit_has_a_guard_band(
    value: float, u: float, limit: Range, verdict: Verdict
) -> None:
    judgement = judge(number(value, u, limit.unit), limit)
    assert judgement.verdict is verdict
    assert judgement.rule is Rule.GUARD_BAND
    assert not judgement.uncertainty_negligible


@pytest.mark.parametrize(("u", "negligible"), [(0.0, True), (0.6, True), (0.61, False)])
def test_negligible_against_a_one_sided_limit_is_a_hundredth(u: float, negligible: bool) -> None:
    judgement = judge(number(59.9, u, "°C"), Range("°C", high=60.0))
    assert judgement.uncertainty_negligible is negligible
    assert judgement.verdict is (Verdict.PASS if negligible else Verdict.CONDITIONAL_PASS)


@pytest.mark.parametrize("u", [math.nan, math.inf, -math.inf, -0.1])
@pytest.mark.parametrize("value", [1.0, 1e12])
@pytest.mark.parametrize("rule", [None, Rule.SIMPLE, Rule.GUARD_BAND])
@pytest.mark.parametrize("limit", [ENERGY, Range("%", None, 1e9), Within(1e9)], ids=describe)
def test_an_impossible_uncertainty_carries_no_verdict(
    limit: Limit, rule: Rule | None, value: float, u: float
) -> None:
    unit = "s" if isinstance(limit, Within) else "%"
    judgement = judge(Measurement("x", value, unit, u), limit, rule)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert not judgement.uncertainty_negligible


def test_the_rule_changes_the_verdict_of_the_same_value() -> None:
    reading = number(1.8, 0.4)
    assert judge(reading, ENERGY, Rule.SIMPLE).verdict is Verdict.PASS
    assert judge(reading, ENERGY, Rule.GUARD_BAND).verdict is Verdict.CONDITIONAL_PASS


def test_units_are_converted() -> None:
    limit = Range("s", None, 0.2)
    assert judge(number(150, unit="ms"), limit).verdict is Verdict.PASS
    assert judge(number(250, unit="ms"), limit).verdict is Verdict.FAIL


LIMITS: list[Limit] = [
    ENERGY,
    Range("%", None, 1e9),
    Range("%", -1e9, None),
    OneOf(["idle"]),
    Equals("idle"),
    Clear(),
    Within(1e9),
]


@pytest.mark.parametrize("limit", LIMITS, ids=describe)
@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.GOOD])
def test_a_bad_reading_never_passes(limit: Limit, quality: Quality) -> None:
    unit = "s" if isinstance(limit, Within) else "%"
    for value in (0.0, None):
        reading = Measurement("x", value, unit, 0.1, quality)
        assert judge(reading, limit).verdict not in (Verdict.PASS, Verdict.CONDITIONAL_PASS)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("limit", [Range("%", None, 1e9), Range("%", -1e9, None), Within(1e9)])
def test_what_is_not_finite_never_passes(limit: Limit, value: float) -> None:
    unit = "s" if isinstance(limit, Within) else "%"
    assert judge(Measurement("x", value, unit, 0.0), limit).verdict is Verdict.INCONCLUSIVE


def test_text_is_no_number_and_true_is_no_one() -> None:
    assert judge(Measurement("x", "1.0", "%"), ENERGY).verdict is Verdict.INCONCLUSIVE
    assert judge(Measurement("x", True, "%"), ENERGY).verdict is Verdict.INCONCLUSIVE
    assert judge(Measurement("x", True), Equals(1)).verdict is Verdict.FAIL
    assert judge(Measurement("x", 1), Equals(True)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("limit", "good", "bad"),
    [
        (OneOf(["standby", "charging"]), "charging", "unavailable"),
        (Equals("released"), "released", "pressed"),
        (Equals(32.0), 32, 16),
        (Clear(), [], ["surge_arrester"]),
        (Clear(["gun_not_returned"]), ["gun_not_returned"], ["gun_not_returned", "leakage"]),
    ],
)
def test_states(limit: Limit, good: object, bad: object) -> None:
    assert judge(Measurement("x", good), limit).verdict is Verdict.PASS  # type: ignore[arg-type]
    assert judge(Measurement("x", bad), limit).verdict is Verdict.FAIL  # type: ignore[arg-type]


def test_an_unknown_code_is_outside_every_list_of_states() -> None:
    reading = Measurement("x", 99, quality=Quality.UNKNOWN_CODE)
    assert judge(reading, OneOf(["idle"])).verdict is Verdict.FAIL
    assert judge(reading, ENERGY).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("seen", "poll", "verdict"),
    [
        (0.08, 0.05, Verdict.PASS),
        (0.18, 0.2, Verdict.INCONCLUSIVE),
        (0.35, 0.2, Verdict.FAIL),
        (0.25, 0.2, Verdict.INCONCLUSIVE),
    ],
)
def test_a_time_measured_by_polling(seen: float, poll: float, verdict: Verdict) -> None:
    assert judge(Measurement("t", seen, "s", poll), Within(0.1)).verdict is verdict


def test_what_never_came_fails_only_when_the_limit_was_waited_for() -> None:
    assert judge(Measurement("t", None, "s", at_least=3.4), Within(3)).verdict is Verdict.FAIL
    short = judge(Measurement("t", None, "s", at_least=2.0), Within(3))
    assert short.verdict is Verdict.INCONCLUSIVE
    assert judge(Measurement("t", None, "s"), Within(3)).verdict is Verdict.INCONCLUSIVE


ORDER = [Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL, Verdict.FAIL]
finite = st.floats(-1e6, 1e6)


@given(finite, st.floats(0, 1e3), finite, finite)
def test_guard_band_is_consistent(value: float, u: float, one: float, other: float) -> None:
    """Inside is never a fail, outside never a pass; the guard only makes verdicts more careful."""
    limit = Range("V", min(one, other), max(one, other))
    guarded = judge(Measurement("x", value, "V", u), limit, Rule.GUARD_BAND).verdict
    simple = judge(Measurement("x", value, "V", u), limit, Rule.SIMPLE).verdict
    inside = limit.low <= value <= limit.high  # type: ignore[operator]
    assert (simple is Verdict.PASS) == inside
    allowed = ORDER[:2] if inside else ORDER[2:]
    assert guarded in allowed


@given(finite, st.floats(1e-3, 1e3), finite)
def test_moving_away_from_a_limit_never_improves_the_verdict(
    high: float, u: float, value: float
) -> None:
    limit = Range("V", None, high)
    here = judge(Measurement("x", value, "V", u), limit, Rule.GUARD_BAND).verdict
    there = judge(Measurement("x", value + u, "V", u), limit, Rule.GUARD_BAND).verdict
    assert ORDER.index(there) >= ORDER.index(here)
