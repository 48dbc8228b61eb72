"""Open-circuit voltage of an NCM cell over its state of charge, and the energy under it.

The table has the course that is usual for this chemistry (about 3.0 V empty, 3.72 V half, 4.2 V
full); it is no particular maker's cell.
"""

import math
from itertools import pairwise

_STEP = 0.05
_VOLTS = (
    3.00, 3.42, 3.50, 3.55, 3.59, 3.61, 3.63, 3.65, 3.67, 3.69, 3.72,
    3.76, 3.81, 3.86, 3.92, 3.97, 4.02, 4.07, 4.11, 4.15, 4.20,
)  # fmt: skip
_LAST = len(_VOLTS) - 2


def ocv(soc: float) -> float:
    """Voltage (V) of a cell at rest at a state of charge (0 to 1, held at the ends)."""
    if soc <= 0.0:
        return _VOLTS[0]
    if soc >= 1.0:
        return _VOLTS[-1]
    place = soc / _STEP
    k = min(int(place), _LAST)
    low = _VOLTS[k]
    return low + (_VOLTS[k + 1] - low) * (place - k)


def _running_energy() -> tuple[float, ...]:
    sums = [0.0]
    for low, high in pairwise(_VOLTS):
        sums.append(sums[-1] + (low + high) / 2 * _STEP)
    return tuple(sums)


_ENERGY = _running_energy()

ENERGY_PER_AH = _ENERGY[-1]
"""Energy (Wh) in a full cell per Ah of its capacity: the mean voltage."""


def energy_of(soc: float) -> float:
    """Energy (Wh per Ah of capacity) in a cell at a state of charge; inverse of `soc_of`."""
    soc = min(max(soc, 0.0), 1.0)
    k = min(int(soc / _STEP), _LAST)
    part = soc - k * _STEP
    return _ENERGY[k] + part * (_VOLTS[k] + ocv(soc)) / 2


def soc_of(energy: float) -> float:
    """State of charge at which a cell holds that energy (Wh per Ah of capacity)."""
    if energy <= 0.0:
        return 0.0
    if energy >= _ENERGY[-1]:
        return 1.0
    k = 0
    while _ENERGY[k + 1] <= energy:
        k += 1
    # Inside a stretch the voltage is a straight line, so the energy is a square of the charge.
    low, slope = _VOLTS[k], (_VOLTS[k + 1] - _VOLTS[k]) / _STEP
    rest = energy - _ENERGY[k]
    return k * _STEP + 2 * rest / (low + math.sqrt(low * low + 2 * slope * rest))
