"""Where the value of a signal comes from: a function of the unit, and how long it holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.vehicle.ecus.ecu import Ecu

Value = float | int | str | None
"""In the signal's unit, or the name of a value in the database; None: not available."""
Function = Callable[["Ecu"], Value]


@dataclass(frozen=True, slots=True)
class Source:
    """`every` None: the value follows from the car's discrete condition alone and holds until that
    changes. A number: it changes with time, and the unit samples it so often (s; 0: per frame)."""

    function: Function
    every: float | None


Signals = Mapping[str, Source]


def state(function: Function) -> Source:
    """A value that changes only when something happens."""
    return Source(function, None)


def live(function: Function, every: float = 0.0) -> Source:
    """A value that changes with time, sampled every so many seconds or for every frame."""
    return Source(function, every)
