"""Braking rate of GB 7258: brake forces over the weight they have to stop, in %.

The force of an axle is the sum of the largest left and the largest right one. An axle's rate is its
force over its own load; the car's is the sum of its axles over its whole weight; the parking
brake's is what it holds over the test weight. Seen in a station's work instruction and in station
software, the standard's text was not read (confidence medium). On a plate tester the dynamic load
at the moment of the largest force stands in the place of the static one.
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
from harness.errors import UsageError
from harness.quantity import Measurement, Quality, convert

GRAVITY = 9.80665
"""m/s², the standard value; local ones differ from it by less than 0.3 %."""

Axle = tuple[Series, Series]
"""Left and right forces of one axle, sampled together."""


def weight(mass: Measurement) -> Measurement:
    """The weight in N of a mass. Raises UsageError for a unit that is no mass."""
    if mass.unit is not None:
        convert(1.0, mass.unit, "kg")
    quality = quality_of(mass)
    if quality is not Quality.GOOD:
        return calculated("weight", None, "N", quality=quality, inputs=[mass])
    kilograms, spread = number(mass, "kg")
    return calculated(
        "weight", kilograms * GRAVITY, "N", scaled(spread, GRAVITY), inputs=[mass]
    )  # fmt: skip


def braking_rate(axles: Sequence[Axle], load: Measurement) -> Measurement:
    """Forces of these axles over `load` (N), in %.

    Each force enters with the uncertainty of its wheel, the load with its own. Raises UsageError
    for no axle, and for units or lengths that do not fit.
    """
    if not axles:
        raise UsageError("no axle was given; expected the forces of at least one")
    for left, right in axles:
        same_length(left, right)
    wheels = [wheel.to("N") for axle in axles for wheel in axle]
    quality, note = _obstacle(wheels, load)
    if quality is not Quality.GOOD:
        return calculated("braking_rate", None, "%", quality=quality, inputs=[load], note=note)
    force = sum(max(wheel.values) for wheel in wheels)
    below, u_below = number(load, "N")
    uncertainty = root_sum(
        *(scaled(wheel.uncertainty, 100 / below) for wheel in wheels),
        scaled(u_below, 100 * force / below / below),
    )
    note = f"{force:.0f} N of {below:.0f} N"
    return calculated(
        "braking_rate", 100 * force / below, "%", uncertainty, inputs=[load], note=note
    )  # fmt: skip


def _obstacle(wheels: Sequence[Series], load: Measurement) -> tuple[Quality, str]:
    """Why there is no rate; GOOD when there is one."""
    quality = quality_of(*wheels, load)
    if quality is not Quality.GOOD:
        return quality, ""
    if number(load, "N")[0] <= 0:
        return Quality.OUT_OF_RANGE, "there is no axle load"
    return Quality.GOOD, ""
