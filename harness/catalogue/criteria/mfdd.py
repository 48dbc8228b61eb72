"""Mean fully developed deceleration of GB 7258, from a trace of speed and distance.

    MFDD = (vb² - ve²) / (25.92 · (Se - Sb))        in m/s²; speeds in km/h, distances in m

vb = 0.8 · v0 and ve = 0.1 · v0, where v0 is the speed at which braking began; Sb and Se are the
distances at which the car has slowed down to vb and ve.
"""

from collections.abc import Sequence

from harness.catalogue.criteria.inputs import (
    Series,
    calculated,
    number,
    quality_of,
    root_sum,
    same_length,
    scaled,
)
from harness.quantity import Measurement, Quality

BEGIN, END = 0.8, 0.1
"""Shares of the initial speed between which the deceleration is taken."""
CONSTANT = 25.92
"""2 · 3.6², for speeds in km/h."""
UNIT = "m/s²"


def mfdd(speed: Series, distance: Series, initial: Measurement | None = None) -> Measurement:
    """MFDD of one braking, with its uncertainty.

    `speed` and `distance` are sampled together, from the start of braking to standstill;
    `distance` counts up from anywhere. `initial` is v0; without it the first sample is. Between
    samples the trace is a straight line. A trace that does not come down from 0.8 to 0.1 v0 gives
    no value. The uncertainty of the speed enters once at vb and once at ve, that of the distance at
    both ends of Se - Sb. Raises UsageError for units or lengths that do not fit.
    """
    same_length(speed, distance)
    speed, distance = speed.to("km/h"), distance.to("m")
    behind = [] if initial is None else [initial]
    quality = quality_of(speed, distance, *behind)
    if quality is not Quality.GOOD:
        return calculated("mfdd", None, UNIT, quality=quality, inputs=behind)
    v0 = speed.values[0] if initial is None else number(initial, "km/h")[0]
    vb, ve = BEGIN * v0, END * v0
    start = _where(speed.values, distance.values, vb)
    end = _where(speed.values, distance.values, ve)
    if v0 <= 0 or start is None or end is None:
        note = f"the trace does not slow down from {vb:.4g} to {ve:.4g} km/h"
        return calculated("mfdd", None, UNIT, quality=Quality.MISSING, inputs=behind, note=note)
    if end <= start:
        note = f"the distance does not grow between {vb:.4g} and {ve:.4g} km/h"
        quality = Quality.OUT_OF_RANGE
        return calculated("mfdd", None, UNIT, quality=quality, inputs=behind, note=note)
    way = end - start
    value = (vb * vb - ve * ve) / (CONSTANT * way)
    uncertainty = root_sum(
        scaled(speed.uncertainty, 2 * vb / (CONSTANT * way)),
        scaled(speed.uncertainty, 2 * ve / (CONSTANT * way)),
        scaled(distance.uncertainty, value / way),
        scaled(distance.uncertainty, value / way),
    )
    note = f"v0 = {v0:.4g} km/h, {way:.4g} m from {vb:.4g} to {ve:.4g} km/h"
    return calculated("mfdd", value, UNIT, uncertainty, inputs=behind, note=note)


def _where(speeds: Sequence[float], distances: Sequence[float], wanted: float) -> float | None:
    """Distance at which the speed first falls to `wanted`; None when it never comes from above."""
    for index in range(1, len(speeds)):
        before, after = speeds[index - 1], speeds[index]
        if before >= wanted > after or before > wanted >= after:
            share = (before - wanted) / (before - after)
            return distances[index - 1] + share * (distances[index] - distances[index - 1])
    return None
