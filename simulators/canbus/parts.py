"""The parts of a bus's wiring. Each may be defect; setting an attribute is the defect.

Resistances are in ohms. In a wire they are what a bad contact adds: 0 sound, infinite open. Across
the insulation they are the contact of a short: infinite sound, near 0 a dead short.
"""

from collections.abc import Callable
from math import inf
from typing import Any

from simulators.canbus.layout import TERMINATION


class Part:
    """Tells the wiring when one of its attributes gets another value."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.__dict__["_changed"] = changed

    def __setattr__(self, name: str, value: Any) -> None:
        known = self.__dict__
        if name not in known:
            raise AttributeError(f"a {type(self).__name__.lower()} has no {name!r}")
        if known[name] != value:
            known[name] = value
            self._changed()

    _changed: Callable[[], None]


class Pair(Part):
    """A piece of the twisted pair: a segment of the trunk."""

    high: float
    low: float

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self.__dict__.update(high=0.0, low=0.0)

    @property
    def sound(self) -> bool:
        return self.high == 0.0 and self.low == 0.0


class Stub(Pair):
    """The pair from a splice to a connector.

    `swapped`: H and L change places at the connector. `plugged` False: the node is unplugged, its
    terminator and transceiver with it; measured is then on the harness side.
    """

    swapped: bool
    plugged: bool

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self.__dict__.update(swapped=False, plugged=True)


class Insulation(Part):
    """What keeps the wires apart at one place, from each other, from ground and from battery."""

    high_low: float
    high_ground: float
    low_ground: float
    high_battery: float
    low_battery: float

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self.__dict__.update(
            high_low=inf, high_ground=inf, low_ground=inf, high_battery=inf, low_battery=inf
        )


class Terminator(Part):
    """The resistor across the pair inside a node; infinite when lost."""

    ohms: float

    def __init__(self, changed: Callable[[], None], ohms: float = TERMINATION) -> None:
        super().__init__(changed)
        self.__dict__.update(ohms=ohms)


class Transceiver(Part):
    """The bus side of a node. `stuck`: its output stage drives dominant without end.

    `threshold` (V) is the difference at which this receiver changes its mind; ISO 11898-2 allows
    0.5 to 0.9.
    """

    powered: bool
    stuck: bool
    threshold: float

    def __init__(self, changed: Callable[[], None], threshold: float) -> None:
        super().__init__(changed)
        self.__dict__.update(powered=True, stuck=False, threshold=threshold)


class Battery(Part):
    """The vehicle's 12 V: `volts` at its terminals, 0 when it is disconnected."""

    volts: float

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self.__dict__.update(volts=12.6)
