"""Brake balance: both bases, the border between them, and every criterion by its name."""

import importlib
import math
from functools import cache
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.criteria.brake_imbalance import Balance, Basis, brake_imbalance
from harness.catalogue.criteria.inputs import Series
from harness.catalogue.criteria.names import Formula
from harness.catalogue.load import load_catalogue
from harness.errors import UsageError
from harness.limits import judge
from harness.quantity import Measurement, Quality
from harness.verdict import Verdict


def load(newton: float | None, uncertainty: float | None = 0.0) -> Measurement:
    return Measurement("axle_load", newton, "N", uncertainty, at=3.0)


def forces(*values: float, u: float | None = 0.0) -> Series:
    return Series(list(values), "N", u)


def verdicts(balances: list[Balance], axle: str, use: str = "in-use") -> list[Verdict]:
    """Verdict of each ratio against the item of its basis."""
    found = []
    for basis, ratio in balances:
        weak = "-weak" if basis is Basis.AXLE_LOAD else ""
        limit = load_catalogue().item(f"GB 7258/brake-imbalance-{axle}{weak}-{use}").limit_for()
        assert limit is not None
        found.append(judge(ratio, limit).verdict)
    return found


def test_the_largest_difference_while_the_force_builds_up() -> None:
    # Largest difference 500 N before the peak; the 900 N after it does not count.
    left = forces(0, 1000, 2000, 2500, 2000)
    right = forces(0, 700, 1500, 2300, 1100)
    (balance,) = brake_imbalance(left, right, rear=False)
    assert balance.basis is Basis.WHEEL_FORCE
    assert balance.ratio.value == pytest.approx(100 * 500 / 2500)
    assert balance.ratio.unit == "%"


@pytest.mark.parametrize(
    ("right", "use", "verdict"),
    [
        (2000.0, "in-use", Verdict.PASS),
        (1880.0, "in-use", Verdict.FAIL),
        (1975.0, "new", Verdict.FAIL),
        (2010.0, "new", Verdict.PASS),
    ],
)
def test_front_axle_both_ways(right: float, use: str, verdict: Verdict) -> None:
    balances = brake_imbalance(forces(0, 2500), forces(0, right), rear=False)
    assert verdicts(balances, "front", use) == [verdict]


def test_a_strong_rear_axle_goes_by_wheel_force() -> None:
    balances = brake_imbalance(forces(0, 2000), forces(0, 1500), rear=True, axle_load=load(5000))
    assert [balance.basis for balance in balances] == [Basis.WHEEL_FORCE]
    assert balances[0].ratio.value == pytest.approx(25.0)
    assert verdicts(balances, "rear") == [Verdict.PASS]
    assert verdicts(balances, "rear", "new") == [Verdict.FAIL]


def test_a_weak_rear_axle_goes_by_its_load() -> None:
    # 1700 N of 5000 N are below 60 %: 300 / 5000 = 6 %, though 300 / 1000 = 30 % of the wheel.
    balances = brake_imbalance(forces(0, 1000), forces(0, 700), rear=True, axle_load=load(5000))
    assert [balance.basis for balance in balances] == [Basis.AXLE_LOAD]
    assert balances[0].ratio.value == pytest.approx(6.0)
    assert verdicts(balances, "rear") == [Verdict.PASS]
    uneven = brake_imbalance(forces(0, 1200), forces(0, 600), rear=True, axle_load=load(5000))
    assert verdicts(uneven, "rear") == [Verdict.FAIL]


def test_exactly_sixty_percent_is_not_weak() -> None:
    (balance,) = brake_imbalance(forces(1500), forces(1500), rear=True, axle_load=load(5000))
    assert balance.basis is Basis.WHEEL_FORCE


def test_near_the_border_both_bases_have_to_pass() -> None:
    balances = brake_imbalance(
        forces(0, 1800, u=50), forces(0, 1250, u=50), rear=True, axle_load=load(5000, 50)
    )
    assert [balance.basis for balance in balances] == [Basis.WHEEL_FORCE, Basis.AXLE_LOAD]
    # 550 N are 30.6 % of the wheel and 11 % of the load: neither will do.
    found = verdicts(balances, "rear")
    assert Verdict.PASS not in found


def test_uncertainties_of_both_wheels_and_of_the_whole() -> None:
    (balance,) = brake_imbalance(forces(0, 2500, u=30), forces(0, 2000, u=40), rear=False)
    assert balance.ratio.value == pytest.approx(20.0)
    expected = math.hypot(100 * 50 / 2500, 20.0 * 30 / 2500)
    assert balance.ratio.uncertainty == pytest.approx(expected)
    assert verdicts([balance], "front") == [Verdict.PASS]
    assert verdicts([balance], "front", "new") == [Verdict.CONDITIONAL_PASS]
    (unstated,) = brake_imbalance(forces(0, 2500, u=None), forces(0, 2000), rear=False)
    assert unstated.ratio.uncertainty is None


def test_forces_come_in_kilonewton_too() -> None:
    (balance,) = brake_imbalance(Series([2.5], "kN", 0.0), forces(2000), rear=False)
    assert balance.ratio.value == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("left", "right", "axle", "quality"),
    [
        ([], [], 5000.0, Quality.MISSING),
        ([0.0, 0.0], [0.0, 0.0], 5000.0, Quality.MISSING),
        ([math.nan], [1.0], 5000.0, Quality.NOT_A_NUMBER),
        ([1000.0], [900.0], 0.0, Quality.OUT_OF_RANGE),
        ([1000.0], [900.0], None, Quality.MISSING),
    ],
)
def test_what_cannot_be_judged(
    left: list[float], right: list[float], axle: float | None, quality: Quality
) -> None:
    balances = brake_imbalance(forces(*left), forces(*right), rear=True, axle_load=load(axle))
    assert [balance.ratio.quality for balance in balances] == [quality]
    assert verdicts(balances, "rear") == [Verdict.INCONCLUSIVE]


def test_calls_that_make_no_sense() -> None:
    with pytest.raises(UsageError, match="expected axle_load"):
        brake_imbalance(forces(1), forces(1), rear=True)
    with pytest.raises(UsageError, match="1 and 2 samples"):
        brake_imbalance(forces(1), forces(1, 2), rear=False)
    with pytest.raises(UsageError, match="cannot convert"):
        brake_imbalance(Series([1.0], "V"), forces(1), rear=False)


@given(st.lists(st.tuples(st.floats(0, 9000), st.floats(0, 9000)), min_size=1, max_size=40))
def test_left_and_right_may_be_swapped(samples: list[tuple[float, float]]) -> None:
    left, right = (list(side) for side in zip(*samples, strict=True))
    one = brake_imbalance(forces(*left), forces(*right), rear=False)
    other = brake_imbalance(forces(*right), forces(*left), rear=False)
    assert [balance.ratio.value for balance in one] == [balance.ratio.value for balance in other]


@cache
def formulas() -> set[str | None]:
    return {item.formula for item in load_catalogue().items}


@pytest.mark.parametrize("name", get_args(Formula))
def test_every_named_criterion_is_a_module_of_that_name_and_is_used(name: str) -> None:
    stem = name.replace("-", "_")
    module = importlib.import_module(f"harness.catalogue.criteria.{stem}")
    assert callable(getattr(module, stem))
    assert name in formulas()
