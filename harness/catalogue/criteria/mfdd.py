"""Mean fully developed deceleration of GB 7258, from a trace of speed and distance.

    MFDD = (vb² - ve²) / (25.92 · (Se - Sb))        in m/s²; speeds in km/h, distances in m

vb = 0.8 · v0 and ve = 0.1 · v0, where v0 is the speed at which braking began; Sb and Se are the
distances at which the car has slowed down to vb and ve.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

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


def mfdd_of_speed(times: Series, speed: Series, initial: Measurement | None = None) -> Measurement:
    """MFDD of one braking from speed over time alone, as a bus gives it.

    The distance is the area below the speed, straight between samples. An error of the speed may be
    the same all along, so it counts in full over the time from 0.8 to 0.1 v0, beside its share at
    both ends; that of the times counts at both ends. Raises UsageError for units or lengths that do
    not fit, and for times that do not rise.
    """
    same_length(times, speed)
    times, speed = times.to("s"), speed.to("km/h")
    if any(after <= before for before, after in pairwise(times.values)):
        raise UsageError("the times of the samples do not rise; expected each later than the last")
    way = [0.0]
    for (t, v), (later, slower) in pairwise(zip(times.values, speed.values, strict=True)):
        way.append(way[-1] + (later - t) * (v + slower) / 2 / 3.6)
    good = quality_of(times, speed) is Quality.GOOD
    spread = _way_uncertainty(times, speed, initial) if good else None
    return mfdd(speed, Series(way[: len(speed.values)], "m", spread), initial)


def _way_uncertainty(times: Series, speed: Series, initial: Measurement | None) -> float | None:
    """Uncertainty (m) of either end of the way: `mfdd` adds two of them as a root of squares."""
    v0 = speed.values[0]
    if initial is not None and quality_of(initial) is Quality.GOOD:
        v0 = number(initial, "km/h")[0]
    start = _where(speed.values, times.values, BEGIN * v0)
    end = _where(speed.values, times.values, END * v0)
    if start is None or end is None:
        return None
    return root_sum(
        scaled(speed.uncertainty, (end - start) / 3.6 / math.sqrt(2)),
        scaled(times.uncertainty, BEGIN * v0 / 3.6 / math.sqrt(2)),
        scaled(times.uncertainty, END * v0 / 3.6 / math.sqrt(2)),
    )


def _where(speeds: Sequence[float], distances: Sequence[float], wanted: float) -> float | None:
    """Distance at which the speed first falls to `wanted`; None when it never comes from above."""
    for index in range(1, len(speeds)):
        before, after = speeds[index - 1], speeds[index]
        if before >= wanted > after or before > wanted >= after:
            share = (before - wanted) / (before - after)
            return distances[index - 1] + share * (distances[index] - distances[index - 1])
    return None
