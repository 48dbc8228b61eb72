"""Speedometer error of GB 7258: 0 <= V1 - V2 <= V2 / 10 + 4 km/h.

V1 is the speed the instrument shows, V2 the true speed. The upper end of the band moves with V2,
so the criterion gives the deviation together with the limit to hold it against. At V1 = 40 km/h
the true speed lies between 32.8 km/h (32.73, as stations print it) and 40.0 km/h.
"""

from harness.catalogue.criteria.inputs import calculated, number, quality_of, root_sum, scaled
from harness.limits import Range
from harness.quantity import Measurement, Quality, Quantity

SHARE = 0.1
OFFSET = 4.0
"""km/h"""
UNIT = "km/h"


def speedometer_error(indicated: Measurement, true: Measurement) -> tuple[Measurement, Range]:
    """Deviation V1 - V2 in km/h and its limit, for `harness.limits.judge`.

    Both speeds enter with their uncertainty. The true speed counts 1.1 times, as it does at the
    upper end of the band; at the lower end that is a little more than needed, never less.
    Raises UsageError for a unit that is no speed.
    """
    if (quality := quality_of(true)) is Quality.GOOD:
        v2, u2 = number(true, UNIT)
        limit = Range(UNIT, 0.0, SHARE * v2 + OFFSET)
        quality = quality_of(indicated)
    else:
        limit = Range(UNIT, 0.0)
    inputs = (indicated, true)
    if quality is not Quality.GOOD:
        return calculated("speedometer_error", None, UNIT, quality=quality, inputs=inputs), limit
    v1, u1 = number(indicated, UNIT)
    uncertainty = root_sum(u1, scaled(u2, 1 + SHARE))
    return calculated("speedometer_error", v1 - v2, UNIT, uncertainty, inputs=inputs), limit


def true_speed_range(indicated: Quantity) -> Range:
    """True speeds in km/h that an indicated speed allows. Raises UsageError for another unit."""
    v1 = indicated.to(UNIT)
    return Range(UNIT, (v1 - OFFSET) / (1 + SHARE), v1)
