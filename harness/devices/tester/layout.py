"""What the file of each kind of tester holds: columns, units, ranges and the rows it needs.

The ranges are those of the testers, not limits of a standard: a number outside of them was typed in
another unit or column. They are our own values (general knowledge, confidence low).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from harness.errors import UnknownNameError

__all__ = ["KINDS", "Key", "Layout", "Number", "kind_of"]


@dataclass(frozen=True, slots=True)
class Key:
    """A column that says what its row is about. `needed`: words that every file has."""

    name: str
    words: tuple[str, ...]
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers in one unit, and between what they can lie (both ends included)."""

    name: str
    unit: str
    low: float
    high: float
    optional: bool = False
    falls: bool = True
    """False: from row to row it grows or stays."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of one kind of tester.

    A row is told from the others by its keys and by `along`, the column that counts on: the time of
    a trace, which rises in even steps, or the number of a reading, from 1 on. Without it there is
    one row for each key.
    """

    name: str
    keys: tuple[Key, ...]
    numbers: tuple[Number, ...]
    along: Number | None = None
    fewest: int = 1
    """Rows that each combination of needed words has at least."""

    @property
    def needed(self) -> list[tuple[str, ...]]:
        """Every combination of words that a file has to have rows for."""
        return list(product(*(key.needed for key in self.keys)))

    @property
    def columns(self) -> Mapping[str, Key | Number]:
        """Every column by its name, in the order in which a file has them."""
        along = () if self.along is None else (self.along,)
        return {one.name: one for one in (*self.keys, *along, *self.numbers)}


_AXLE = Key("axle", ("front", "rear"), ("front", "rear"))
_TIME = Number("time", "s", 0.0, 600.0)
_READING = Number("reading", "1", 1.0, 100.0)
_FORCE = 60_000.0
"""N; no wheel of a car brakes so hard."""

KINDS: Mapping[str, Layout] = {
    kind.name: kind
    for kind in (
        Layout(
            "brake-force",
            (Key("brake", ("service", "parking", "released"), ("service",)), _AXLE),
            (Number("left_force", "N", 0.0, _FORCE), Number("right_force", "N", 0.0, _FORCE)),
            along=_TIME,
            fewest=3,
        ),
        Layout(
            "axle-load",
            (_AXLE,),
            (Number("left_load", "kg", 50.0, 5000.0), Number("right_load", "kg", 50.0, 5000.0)),
        ),
        Layout(
            "brake-run",
            (),
            (
                Number("speed", "km/h", 0.0, 250.0),
                Number("distance", "m", 0.0, 1000.0, falls=False),
                Number("pedal", "1", 0.0, 1.0, optional=True),
            ),
            along=_TIME,
            fewest=10,
        ),
        Layout(
            "headlamp",
            (Key("lamp", ("left", "right"), ("left", "right")),),
            (
                Number("height", "mm", 300.0, 1500.0),
                Number("main_intensity", "cd", 0.0, 500_000.0),
                Number("dipped_drop", "mm", -500.0, 1500.0),
                Number("dipped_sideways", "mm", -2000.0, 2000.0),
                Number("main_sideways", "mm", -2000.0, 2000.0, optional=True),
                Number("main_above", "mm", -1500.0, 1500.0, optional=True),
            ),
        ),
        Layout("side-slip", (), (Number("slip_per_km", "m", -30.0, 30.0),), along=_READING),
        Layout("sound-level", (), (Number("level", "dB(A)", 30.0, 140.0),), along=_READING),
        Layout(
            "tread",
            (Key("wheel", ("FL", "FR", "RL", "RR"), ("FL", "FR", "RL", "RR")),),
            (Number("depth", "mm", 0.0, 15.0),),
            along=_READING,
            fewest=3,
        ),
        Layout(
            "speedometer",
            (),
            (Number("indicated", "km/h", 0.0, 250.0), Number("true", "km/h", 0.0, 250.0)),
            along=_READING,
        ),
    )
}
"""Every kind of tester by its name."""


def kind_of(name: str) -> Layout:
    """The layout that is called so. Raises UnknownNameError."""
    if name not in KINDS:
        raise UnknownNameError("kind of tester", name, list(KINDS))
    return KINDS[name]
