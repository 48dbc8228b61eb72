"""How often a lamp flashes, from samples of its on/off state (turn signals: 60 to 120 a minute).

An edge lies somewhere between two samples. How far apart those are, over how many flashes are
counted, is the uncertainty: with a sample every T, n flashes of f per second are known to about
1.4 · T · f / n, as a share of the rate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.catalogue.criteria.inputs import Series, calculated, quality_of, root_sum, scaled
from harness.errors import UsageError
from harness.quantity import Measurement, Quality

UNIT = "1/min"
SAMPLES_PER_PHASE = 1.5
"""A phase has to be this many sample gaps long, or flashes in between may have been missed."""
SLOWEST_SAMPLING = 0.25
"""Longest gap in s: at 120 flashes a minute a lamp is lit, and dark, for this long."""


@dataclass(frozen=True)
class _Seen:
    """What the samples show (s)."""

    times: Sequence[float]
    gap: float
    """Longest between two samples. Each edge is as uncertain as that: frames that an adapter
    hands over late come close to one another, behind a long gap."""
    changes: list[int]
    """Samples that show another state than the one before."""
    rises: list[int]

    @property
    def shortest(self) -> float:
        """Shortest time for which it was lit or dark."""
        times = self.times
        phases = [times[after] - times[before] for before, after in pairwise(self.changes)]
        return min(phases, default=math.inf)

    @property
    def too_coarse(self) -> str:
        """Why these samples prove no rate; empty when they do."""
        if self.gap <= SLOWEST_SAMPLING and self.shortest >= SAMPLES_PER_PHASE * self.gap:
            return ""
        return f"samples up to {self.gap:.3g} s apart, shortest phase {self.shortest:.3g} s"

    @property
    def span(self) -> float:
        """From the first to the last time it comes on; 0 when that is once or never."""
        return self.times[self.rises[-1]] - self.times[self.rises[0]] if self.rises else 0.0


def flash_rate(times: Series, lit: Sequence[bool]) -> Measurement:
    """Flashes per minute, counted between the first and the last time the lamp comes on.

    `times` are the instants of the samples, rising; their uncertainty is how far the state may be
    from its instant. A lamp that comes on less than twice has the rate of its edges over the whole
    time, give or take one: one that never flashes has 0. Sampling too slow for the phases seen is
    no proof of any rate: the result is then UNSTABLE.
    Raises UsageError for a unit that is no time, other lengths, or times that do not rise.
    """
    seen = _looked_at(times, lit)
    if isinstance(seen, Quality):
        return calculated("flash_rate", None, UNIT, quality=seen)
    if note := seen.too_coarse:
        return calculated("flash_rate", None, UNIT, quality=Quality.UNSTABLE, note=note)
    count = len(seen.rises)
    if count < 2:
        seconds = seen.times[-1] - seen.times[0]
        note = f"came on {count} times in {seconds:.3g} s"
        return calculated("flash_rate", 60 * count / seconds, UNIT, 60 / seconds, note=note)
    rate = 60 * (count - 1) / seen.span
    uncertainty = scaled(_edges(seen, times), rate / seen.span)
    note = f"{count - 1} flashes in {seen.span:.4g} s"
    return calculated("flash_rate", rate, UNIT, uncertainty, note=note)


def flash_duty(times: Series, lit: Sequence[bool]) -> Measurement:
    """Share of the time (%) for which the lamp is lit, over the flashes that `flash_rate` counts.

    Lit and dark phases may all be off to the same side, so the uncertainty of one flash is that
    of all of them. One that does not flash twice has no duty. Raises as `flash_rate`.
    """
    seen = _looked_at(times, lit)
    if isinstance(seen, Quality):
        return calculated("flash_duty", None, "%", quality=seen)
    if note := seen.too_coarse:
        return calculated("flash_duty", None, "%", quality=Quality.UNSTABLE, note=note)
    if len(seen.rises) < 2:
        return calculated("flash_duty", None, "%", quality=Quality.MISSING)
    first, last = seen.rises[0], seen.rises[-1]
    turns = [index for index in seen.changes if first <= index <= last]
    share = sum(
        seen.times[after] - seen.times[before] for before, after in pairwise(turns) if lit[before]
    )
    period = seen.span / (len(seen.rises) - 1)
    uncertainty = scaled(_edges(seen, times), 100 / period)
    return calculated("flash_duty", 100 * share / seen.span, "%", uncertainty)


def _edges(seen: _Seen, times: Series) -> float | None:
    """Uncertainty of the time between two edges (s)."""
    stated = None if times.uncertainty is None else times.to("s").uncertainty
    return root_sum(seen.gap, seen.gap, stated, stated)


def _looked_at(times: Series, lit: Sequence[bool]) -> _Seen | Quality:
    """The edges, or what is wrong with the samples. Raises UsageError."""
    times = times.to("s")
    if len(times.values) != len(lit):
        raise UsageError(f"{len(times.values)} times for {len(lit)} states; expected as many")
    quality = quality_of(times)
    if quality is Quality.GOOD and len(lit) < 2:
        quality = Quality.MISSING
    if quality is not Quality.GOOD:
        return quality
    gaps = [after - before for before, after in pairwise(times.values)]
    if min(gaps) <= 0:
        raise UsageError("the times of the samples do not rise; expected each later than the last")
    changes = [index for index in range(1, len(lit)) if lit[index] != lit[index - 1]]
    return _Seen(times.values, max(gaps), changes, [index for index in changes if lit[index]])
