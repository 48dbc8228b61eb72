"""What a technician's instrument shows: the truth, within the instrument's uncertainty."""

from collections.abc import Callable
from dataclasses import dataclass

from simulators.rig import Rig


@dataclass(frozen=True, slots=True)
class Reading:
    """What an instrument can be held against: true value, uncertainty (k = 2), display step."""

    unit: str
    true: Callable[[Rig], float]
    uncertainty: Callable[[float], float]
    digits: int
    signed: bool = True
    """False: it shows magnitudes, as a meter does on alternating voltage."""


def constant(value: float) -> Callable[[float], float]:
    """An uncertainty that does not depend on the reading."""
    return lambda _true: value
