"""Brake balance of one axle by GB 7258: how far left and right differ while the force builds up.

The largest difference is divided by the larger wheel force; on a rear axle whose braking force is
below 60 % of the axle load, it is divided by the axle load instead, and another limit holds.
"""

from enum import StrEnum
from typing import NamedTuple

from harness.catalogue.criteria.inputs import (
    Series,
    calculated,
    number,
    quality_of,
    root_sum,
    same_length,
    scaled,
)
from harness.errors import UsageError
from harness.quantity import Measurement, Quality

WEAK_REAR = 60.0
"""Share of the axle load, in %, below which a rear axle is judged by its load."""


class Basis(StrEnum):
    """What the difference is divided by; it decides which item holds."""

    WHEEL_FORCE = "wheel_force"
    AXLE_LOAD = "axle_load"


class Balance(NamedTuple):
    """One ratio in % and what it was divided by."""

    basis: Basis
    ratio: Measurement


def brake_imbalance(
    left: Series, right: Series, *, rear: bool, axle_load: Measurement | None = None
) -> list[Balance]:
    """The ratios to judge, in %: one, or two where the axle may fall on either side of 60 %.

    `left` and `right` are forces sampled together. Force builds up until the sum of both is
    largest; the axle's force is the sum of the largest left and the largest right one. Each ratio
    goes against the item of its basis, and the axle passes when all of them pass. Raises
    UsageError for units or lengths that do not fit, or a rear axle without its load.
    """
    same_length(left, right)
    left, right = left.to("N"), right.to("N")
    if rear and axle_load is None:
        raise UsageError("a rear axle is judged with its load; expected axle_load in N")
    behind = [axle_load] if rear and axle_load is not None else []
    quality, note = _obstacle(left, right, behind)
    if quality is not Quality.GOOD:
        ratio = calculated("brake_imbalance", None, "%", quality=quality, inputs=behind, note=note)
        return [Balance(Basis.WHEEL_FORCE, ratio)]
    difference = _difference(left, right)
    larger = max((left, right), key=lambda wheel: max(wheel.values))
    whole = _newton(max(larger.values), larger.uncertainty)
    by_wheel = Balance(Basis.WHEEL_FORCE, _ratio(difference, whole, behind))
    if not behind:
        return [by_wheel]
    by_load = Balance(Basis.AXLE_LOAD, _ratio(difference, behind[0], behind))
    force = max(left.values) + max(right.values)
    share = _ratio(_newton(force, difference.uncertainty), behind[0], behind)
    percent, spread = number(share, "%")
    at_least, at_most = percent - (spread or 0.0), percent + (spread or 0.0)
    if at_least >= WEAK_REAR:
        return [by_wheel]
    return [by_load] if at_most < WEAK_REAR else [by_wheel, by_load]


def _obstacle(left: Series, right: Series, load: list[Measurement]) -> tuple[Quality, str]:
    """Why there is no ratio; GOOD when there is one."""
    quality = quality_of(left, right, *load)
    if quality is not Quality.GOOD:
        return quality, ""
    if max(*left.values, *right.values) <= 0:
        return Quality.MISSING, "there is no brake force"
    if load and number(load[0], "N")[0] <= 0:
        return Quality.OUT_OF_RANGE, "there is no axle load"
    return Quality.GOOD, ""


def _difference(left: Series, right: Series) -> Measurement:
    """Largest difference until the sum of both forces is largest."""
    both = list(zip(left.values, right.values, strict=True))
    sums = [one + other for one, other in both]
    largest = max(abs(one - other) for one, other in both[: sums.index(max(sums)) + 1])
    return _newton(largest, root_sum(left.uncertainty, right.uncertainty))


def _newton(force: float, uncertainty: float | None) -> Measurement:
    return Measurement("force", force, "N", uncertainty)


def _ratio(part: Measurement, whole: Measurement, behind: list[Measurement]) -> Measurement:
    """Part over whole in %, with the uncertainty of both."""
    small, u_small = number(part, "N")
    large, u_large = number(whole, "N")
    uncertainty = root_sum(
        scaled(u_small, 100 / large), scaled(u_large, 100 * small / large / large)
    )
    note = f"{small:.4g} N of {large:.0f} N"
    value = 100 * small / large
    return calculated("brake_imbalance", value, "%", uncertainty, inputs=behind, note=note)
