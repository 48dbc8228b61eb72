"""Wheel drag of GB 7258: what a released brake still holds, over the axle load, in %.

Seen in station software, the standard's text was not read (confidence medium); the 2004 edition
allowed 5 % where later ones allow 10 %.
"""

from statistics import fmean

from harness.catalogue.criteria.inputs import (
    Series,
    calculated,
    number,
    quality_of,
    root_sum,
    scaled,
)
from harness.quantity import Measurement, Quality


def wheel_drag(force: Series, axle_load: Measurement) -> Measurement:
    """Mean drag of one wheel over its axle's load (N), in %.

    The uncertainty of a sample is taken as one of the tester's scale: the mean does not lessen it.
    Raises UsageError for a unit that is no force.
    """
    force = force.to("N")
    quality = quality_of(force, axle_load)
    note = ""
    if quality is Quality.GOOD and number(axle_load, "N")[0] <= 0:
        quality, note = Quality.OUT_OF_RANGE, "there is no axle load"
    if quality is not Quality.GOOD:
        return calculated("wheel_drag", None, "%", quality=quality, inputs=[axle_load], note=note)
    drag = fmean(force.values)
    below, u_below = number(axle_load, "N")
    uncertainty = root_sum(
        scaled(force.uncertainty, 100 / below), scaled(u_below, 100 * drag / below / below)
    )
    note = f"{drag:.4g} N of {below:.0f} N"
    return calculated(
        "wheel_drag", 100 * drag / below, "%", uncertainty, inputs=[axle_load], note=note
    )  # fmt: skip
