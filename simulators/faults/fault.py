"""What a seeded fault is: a change of the world or of the wire, with its title and its effect.

A fault never writes a register. Most faults are defects of parts: attributes of the rig that get
another value (`Defect`) and get their own back when the fault is switched off, also when several
faults touch the same part. Faults that are something happening carry functions instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.text import Text
from simulators.faults.catalogue import CATALOGUE, Entry
from simulators.rig import Rig

Kind = Literal["physics", "wiring", "protocol", "data"]

INSPECTION = "PILE-INSP-01"
JOINT = "VEH-CHG-01"


@dataclass(frozen=True, slots=True)
class Defect:
    """One attribute of one part that has a wrong value while the fault is on."""

    part: Callable[[Rig], Any]
    attribute: str
    value: Callable[[Rig], Any]


def defect(part: Callable[[Rig], Any], attribute: str, value: Any) -> Defect:
    """A defect with a value that is the same for every rig."""
    return Defect(part, attribute, lambda _rig: value)


@dataclass(frozen=True, slots=True)
class Fault:
    """One seeded fault. `expects` names the steps whose device verdict it turns to fail."""

    name: str
    title: Text
    detail: Text
    kind: Kind
    role: str = "pile"
    needs_car: bool = False
    """It is in the car itself: a plain charging side at the end of the cable cannot have it."""
    needs: Literal["", "socket", "twin", "fixed-cable"] = ""
    """What a pile must have for it: a socket, a second connection point, or a cable that is fixed
    to it, whose CC it sees."""
    expects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    """Procedure -> the pile that has it there, for procedures of an outlet."""
    diagnosis: Mapping[str, str] = field(default_factory=dict)
    """Procedure -> what it has to name, for procedures that diagnose."""
    energises: bool = False
    """It puts mains on the plug by itself, without a start: only where that is released."""
    catalogue: str = ""
    """Number in the fault catalogue of the alarm that it leads to; empty: it leads to none."""
    defects: tuple[Defect, ...] = ()
    on: Callable[[Rig], None] | None = None
    off: Callable[[Rig], None] | None = None

    @property
    def entry(self) -> Entry | None:
        """Its line of the fault catalogue."""
        return CATALOGUE.get(self.catalogue)

    def switch(self, rig: Rig, on: bool) -> None:
        """Bring the fault into the rig or take it out. The caller sees that it alternates."""
        rig.world.load.settle()
        for item in self.defects:
            if on:
                rig.overrides.put(self.name, item.part(rig), item.attribute, item.value(rig))
            else:
                rig.overrides.drop(self.name, item.part(rig), item.attribute)
        happening = self.on if on else self.off
        if happening is not None:
            happening(rig)
        rig.world.refresh()


def inspection(*steps: str) -> Mapping[str, tuple[str, ...]]:
    """Steps of the daily inspection that the fault turns to fail."""
    return {INSPECTION: steps}


def joint(*steps: str) -> Mapping[str, tuple[str, ...]]:
    """Steps of the joint charging procedure that the fault turns to fail."""
    return {JOINT: steps}
