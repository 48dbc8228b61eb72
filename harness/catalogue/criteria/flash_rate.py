"""How often a lamp flashes, from samples of its on/off state (turn signals: 60 to 120 a minute)."""

import math
from collections.abc import Sequence
from itertools import pairwise

from harness.catalogue.criteria.inputs import Series, calculated, quality_of, root_sum
from harness.errors import UsageError
from harness.quantity import Measurement, Quality

UNIT = "1/min"
SAMPLES_PER_PHASE = 1.5
"""A phase has to be this many sample gaps long, or flashes in between may have been missed."""
SLOWEST_SAMPLING = 0.25
"""Longest gap in s: at 120 flashes a minute a lamp is lit, and dark, for this long."""


def flash_rate(times: Series, lit: Sequence[bool]) -> Measurement:
    """Flashes per minute, counted between the first and the last time the lamp comes on.

    `times` are the instants of the samples, rising. An edge lies somewhere in the gap before the
    sample that shows it; that is the uncertainty, together with the one of the times. A lamp that
    comes on less than twice has the rate of its edges over the whole time, give or take one.
    Sampling too slow for the phases seen is no proof of any rate: the result is then UNSTABLE.
    Raises UsageError for a unit that is no time, other lengths, or times that do not rise.
    """
    times = times.to("s")
    if len(times.values) != len(lit):
        raise UsageError(f"{len(times.values)} times for {len(lit)} states; expected as many")
    quality = quality_of(times)
    if quality is Quality.GOOD and len(lit) < 2:
        quality = Quality.MISSING
    if quality is not Quality.GOOD:
        return calculated("flash_rate", None, UNIT, quality=quality)
    gaps = [after - before for before, after in pairwise(times.values)]
    if min(gaps) <= 0:
        raise UsageError("the times of the samples do not rise; expected each later than the last")
    changes = [index for index in range(1, len(lit)) if lit[index] != lit[index - 1]]
    phases = [times.values[after] - times.values[before] for before, after in pairwise(changes)]
    shortest = min(phases, default=math.inf)
    if max(gaps) > SLOWEST_SAMPLING or shortest < SAMPLES_PER_PHASE * max(gaps):
        note = f"samples up to {max(gaps):.3g} s apart, shortest phase {shortest:.3g} s"
        return calculated("flash_rate", None, UNIT, quality=Quality.UNSTABLE, note=note)
    rises = [index for index in changes if lit[index]]
    if len(rises) < 2:
        minutes = (times.values[-1] - times.values[0]) / 60
        note = f"came on {len(rises)} times in {minutes * 60:.3g} s"
        return calculated("flash_rate", len(rises) / minutes, UNIT, 1 / minutes, note=note)
    first, last = rises[0], rises[-1]
    span = times.values[last] - times.values[first]
    rate = 60 * (len(rises) - 1) / span
    edges = root_sum(gaps[first - 1], gaps[last - 1], times.uncertainty or 0.0)
    uncertainty = None if edges is None else rate * edges / span
    note = f"{len(rises) - 1} flashes in {span:.4g} s"
    return calculated("flash_rate", rate, UNIT, uncertainty, note=note)
