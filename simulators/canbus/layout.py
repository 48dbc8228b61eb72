"""Where the nodes of a linear bus are: taps along a trunk, in order, and the lengths between."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.errors import UsageError

OBD = "obd"
TERMINATION = 120.0
"""Resistance of a sound terminator (ohm), and the characteristic impedance of the pair."""


@dataclass(frozen=True, slots=True)
class Tap:
    """One branch of the trunk: a splice, and a stub from there to a connector.

    `name` is the node behind the connector (or the diagnostic connector itself). `stub` and
    `trunk` are lengths in metres; `trunk` is the way from this splice to the next one.
    `terminator` is the resistor inside the node (ohm), None for most.
    """

    name: str
    splice: str
    stub: float = 0.3
    trunk: float = 2.0
    terminator: float | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One linear bus. `tester` names the tap where a tester is plugged in."""

    taps: tuple[Tap, ...]
    tester: str = OBD

    def __post_init__(self) -> None:
        places = [place for tap in self.taps for place in (tap.name, tap.splice)]
        if len(set(places)) != len(places):
            raise UsageError(f"names of taps and splices must differ: {', '.join(places)}")
        if self.tester not in (tap.name for tap in self.taps):
            raise UsageError(f"the bus has no tap {self.tester!r} for the tester")

    @property
    def segments(self) -> tuple[tuple[str, Tap, Tap], ...]:
        """Pieces of the trunk: name (`S1-S2`) and the taps they lie between."""
        return tuple((f"{a.splice}-{b.splice}", a, b) for a, b in pairwise(self.taps))

    @property
    def length(self) -> float:
        """Length of the trunk (m)."""
        return sum(tap.trunk for tap in self.taps[:-1])


def linear_layout(
    names: Sequence[str],
    *,
    terminated: tuple[str, str] | None = None,
    tester: str = OBD,
    spacing: float = 2.0,
    stub: float = 0.3,
) -> Layout:
    """Taps in the given order, splices S1, S2 ... in between, equal distances (m).

    `terminated` are the two nodes with the terminators, the first and the last unless given.
    """
    ends = terminated or (names[0], names[-1])
    unknown = [end for end in ends if end not in names]
    if unknown:
        raise UsageError(f"terminator in {unknown[0]!r}, which is not on the bus")
    return Layout(
        tuple(
            Tap(name, f"S{number}", stub, spacing, TERMINATION if name in ends else None)
            for number, name in enumerate(names, start=1)
        ),
        tester,
    )
