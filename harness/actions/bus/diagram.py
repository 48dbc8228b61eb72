"""The wiring diagram of a vehicle's buses: what a technician has beside the car.

    wiring: shared-ev
    title: {zh: 总线接线图, en: Wiring of the buses}
    buses:
      chassis:
        order: [GW, obd, ESC, IBC, EPS, EPB]
        terminators: [GW, EPB]

The file is called after the profile (`shared-ev.wiring.yaml`) and lies beside its databases. It is
optional: without it a fault is still named, but not traced to a place along the trunk.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from harness.datafile import load, validate
from harness.fields import FileModel, Kebab, TextField

if TYPE_CHECKING:
    from harness.devices.vehicle.profile import VehicleProfile

CONNECTOR = "obd"
"""The diagnostic connector in the order of a bus."""


@dataclass(frozen=True, slots=True)
class BusDiagram:
    """One trunk: what branches off it, in order, and the units with the terminators inside."""

    order: tuple[str, ...]
    terminators: tuple[str, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """Everything but the diagnostic connector."""
        return tuple(name for name in self.order if name != CONNECTOR)

    @property
    def sections(self) -> tuple[str, ...]:
        """Pieces of trunk between neighbours, as `A-B`."""
        return tuple(section(*pair) for pair in pairwise(self.order))

    def section_before(self, silent: Collection[str]) -> str | None:
        """The piece of trunk behind which all silent units lie and nobody else; None: none is."""
        at = self.order.index(CONNECTOR)
        right, left = self.order[at:], self.order[at::-1]
        for side, other in ((right, left), (left, right)):
            beyond = tuple(name for name in side if name in silent)
            start = len(side) - len(beyond)
            if beyond and beyond == side[start:] and not set(silent) & set(other):
                pair = (side[start - 1], side[start])
                return section(*(pair if side is right else pair[::-1]))
        return None


def section(first: str, second: str) -> str:
    """The name of a piece of trunk."""
    return f"{first}-{second}"


class BusWiringEntry(FileModel):
    """One bus of the file."""

    order: list[str] = Field(min_length=3, description="Along the trunk, with `obd`")
    terminators: list[str] = Field(min_length=1, max_length=2)

    @model_validator(mode="after")
    def _fits(self) -> "BusWiringEntry":
        if len(set(self.order)) != len(self.order):
            raise ValueError("every unit once along the trunk")
        if self.order.count(CONNECTOR) != 1:
            raise ValueError(f"the diagnostic connector, {CONNECTOR!r}, once")
        for name in self.terminators:
            if name not in self.order or name == CONNECTOR:
                raise ValueError(f"terminators in units along the trunk, not in {name!r}")
        return self


class WiringFile(FileModel):
    """A whole wiring diagram."""

    wiring: Kebab
    title: TextField
    buses: dict[Kebab, BusWiringEntry] = Field(min_length=1)


def diagram_of(profile: "VehicleProfile") -> Mapping[str, BusDiagram]:
    """The diagrams of a profile by bus; none when there is no such file. Raises FileError."""
    return load_diagram(profile.wiring[0]) if profile.wiring is not None else {}


@cache
def load_diagram(path: Path) -> Mapping[str, BusDiagram]:
    """The diagrams of a file by bus. Raises FileError with every problem at its place."""
    values, places, _ = load(path)
    file = validate(WiringFile, values, places)
    return MappingProxyType(
        {
            name: BusDiagram(tuple(bus.order), tuple(bus.terminators))
            for name, bus in file.buses.items()
        }
    )
