"""What the criteria share: rows of samples, usable numbers, and how uncertainties add up.

Every uncertainty is expanded (k = 2). Independent contributions are added as the root of their
squares; where one of them is not stated, the sum is not stated either.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.errors import UsageError
from harness.quantity import Measurement, Quality, convert


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one quantity in one unit; `uncertainty` is that of each sample, in `unit`."""

    values: Sequence[float]
    unit: str
    uncertainty: float | None = None

    def to(self, unit: str) -> "Series":
        """The same samples in another unit. Raises UsageError when the dimensions differ."""
        factor = convert(1.0, self.unit, unit)
        spread = None if self.uncertainty is None else self.uncertainty * factor
        return Series([value * factor for value in self.values], unit, spread)

    @property
    def quality(self) -> Quality:
        """Whether every sample is a number."""
        if not self.values:
            return Quality.MISSING
        if not all(math.isfinite(value) for value in self.values):
            return Quality.NOT_A_NUMBER
        return Quality.GOOD


def same_length(*series: Series) -> None:
    """Raises UsageError unless all series have as many samples."""
    counts = sorted({len(one.values) for one in series})
    if len(counts) > 1:
        listed = " and ".join(str(count) for count in counts)
        raise UsageError(f"series of {listed} samples do not belong together; expected one length")


def quality_of(*inputs: Measurement | Series) -> Quality:
    """GOOD, or what is wrong with the first input that cannot be used."""
    for one in inputs:
        found = one.quality if isinstance(one, Series) else _quality(one)
        if found is not Quality.GOOD:
            return found
    return Quality.GOOD


def _quality(one: Measurement) -> Quality:
    if one.quality is not Quality.GOOD:
        return one.quality
    if one.value is None:
        return Quality.MISSING
    if isinstance(one.value, bool) or not isinstance(one.value, int | float):
        return Quality.NOT_A_NUMBER
    return Quality.GOOD if math.isfinite(one.value) else Quality.NOT_A_NUMBER


def number(one: Measurement, unit: str) -> tuple[float, float | None]:
    """Value and uncertainty of a usable measurement, both in `unit`. Raises UsageError."""
    assert isinstance(one.value, int | float)
    own = one.unit or unit
    spread = None if one.uncertainty is None else convert(one.uncertainty, own, unit)
    return convert(float(one.value), own, unit), spread


def root_sum(*terms: float | None) -> float | None:
    """Root of the sum of squares; None when a term is None, NaN when one is no uncertainty.

    Squares would hide a negative uncertainty, and `harness.limits` has to see it.
    """
    stated = [term for term in terms if term is not None]
    if any(not math.isfinite(term) or term < 0 for term in stated):
        return math.nan
    return math.hypot(*stated) if len(stated) == len(terms) else None


def scaled(uncertainty: float | None, factor: float) -> float | None:
    """An uncertainty times the sensitivity of the result to it."""
    return None if uncertainty is None else uncertainty * abs(factor)


def calculated(
    name: str,
    value: float | None,
    unit: str,
    uncertainty: float | None = None,
    *,
    quality: Quality = Quality.GOOD,
    inputs: Iterable[Measurement] = (),
    note: str = "",
) -> Measurement:
    """A result with the latest instant and all transactions of the readings behind it."""
    behind = list(inputs)
    return Measurement(
        name,
        value,
        unit,
        uncertainty,
        quality=quality,
        source="calculated",
        at=max((one.at for one in behind), default=0.0),
        transactions=[line for one in behind for line in one.transactions],
        note=note,
    )
