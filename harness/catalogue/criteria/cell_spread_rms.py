"""Cell voltage spread while charging (GB/T 45688-2025, C.3).

The root mean square of the differences between the highest and the lowest cell, over all samples.
"""

import math

from harness.catalogue.criteria.inputs import (
    Series,
    calculated,
    quality_of,
    root_sum,
    same_length,
)
from harness.quantity import Measurement, Quality

UNIT = "V"


def cell_spread_rms(highest: Series, lowest: Series) -> Measurement:
    """RMS of highest - lowest in V, over samples taken together.

    The uncertainty is that of one difference: errors of a battery's voltage inputs are the same
    in every sample and do not average out. A sample in which the highest cell is below the lowest
    makes the whole result unusable. Raises UsageError for units or lengths that do not fit.
    """
    same_length(highest, lowest)
    highest, lowest = highest.to(UNIT), lowest.to(UNIT)
    quality = quality_of(highest, lowest)
    if quality is not Quality.GOOD:
        return calculated("cell_spread_rms", None, UNIT, quality=quality)
    spreads = [high - low for high, low in zip(highest.values, lowest.values, strict=True)]
    if min(spreads) < 0:
        at = spreads.index(min(spreads))
        note = f"sample {at}: the highest cell is {-spreads[at]:.4g} V below the lowest"
        return calculated("cell_spread_rms", None, UNIT, quality=Quality.OUT_OF_RANGE, note=note)
    value = math.sqrt(sum(spread * spread for spread in spreads) / len(spreads))
    uncertainty = root_sum(highest.uncertainty, lowest.uncertainty)
    note = f"{len(spreads)} samples, largest {max(spreads):.4g} V"
    return calculated("cell_spread_rms", value, UNIT, uncertainty, note=note)
