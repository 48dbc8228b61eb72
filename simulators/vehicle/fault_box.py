"""The fault box of a training car: what is broken on its buses, and what a repair puts right.

Bus faults are defects of wiring and nodes, like all others. The box keeps them by name, so that a
technician who repairs the right place really takes the defect away; a fault that has been repaired
may still be switched off afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from harness.errors import NotAvailableError
from simulators.rig import Rig
from simulators.timers import Timers
from simulators.vehicle.taps import TAPS
from simulators.vehicle.units import Bus

if TYPE_CHECKING:
    from simulators.vehicle.network import CarNetwork

Change = tuple[Callable[["CarNetwork"], Any], str, Any]
"""A part of the network, its attribute, and the value that it has while the defect is there."""


def network_of(rig: Rig) -> "CarNetwork":
    """The buses of the car. Raises NotAvailableError on a bench without them."""
    network = rig.car.network
    if network is None:
        raise NotAvailableError("the buses of the car are not simulated on this bench")
    return network


def trunk(bus: Bus, first: str, second: str) -> str:
    """Name of the piece of trunk between two neighbouring taps (`S3-S4`)."""
    taps = TAPS[bus]
    number = taps.index(first) + 1
    assert taps[number] == second, (bus, first, second)
    return f"S{number}-S{number + 1}"


@dataclass(frozen=True, slots=True)
class BusDefect:
    """One thing wrong on one bus, and how a repair takes it."""

    name: str
    bus: Bus
    places: tuple[str, ...]
    """What a technician may call the place: a unit, or `A-B` between two neighbours."""
    changes: tuple[Change, ...]
    mendable: bool = True
    """False: the switch of the box is stuck, and a repair changes nothing."""
    returns_after: float | None = None
    """Seconds after the repair at which it is back: a loose contact. The box does not show it."""


class FaultBox:
    """The defects of one car's buses, and what a technician has taken apart to find them."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._timers = Timers(rig.world.scheduler)
        self._known: dict[str, BusDefect] = {}
        self._present: set[str] = set()
        self._shown: set[str] = set()
        self._open: dict[tuple[Bus, str], tuple[float, float]] = {}
        self._unplugged: list[str] = []
        self.main_switch_stuck = False
        """The battery main switch does not open any more."""
        self.lead_ohms = 0.0
        """What the leads of the multimeter add to a resistance (ohm)."""

    # Defects

    def put(self, defect: BusDefect) -> None:
        """Break it."""
        self._known[defect.name] = defect
        self._shown.add(defect.name)
        self._bring(defect)

    def drop(self, name: str) -> None:
        """Make it whole for good; harmless when it has been repaired."""
        self._timers.cancel(name)
        self._shown.discard(name)
        self._take(self._known.pop(name))

    @property
    def state(self) -> str:
        """What the box shows: `set` while one of its faults is on, else `clear`."""
        return "set" if self._shown else "clear"

    @property
    def mended(self) -> set[str]:
        """Faults of which a repair has taken every defect away (and none has come back)."""
        broken = {name.partition("/")[0] for name in self._present}
        return {name.partition("/")[0] for name in self._known} - broken

    def repair(self, bus: Bus, place: str) -> None:
        """Renew what is at that place of that bus, and put everything together again.

        Only a defect that is there is gone afterwards.
        """
        self.join()
        for defect in list(self._known.values()):
            if defect.bus == bus and place in defect.places and defect.mendable:
                self._shown.discard(defect.name)
                self._take(defect)
                if defect.returns_after is not None:
                    back = partial(self._return, defect)
                    self._timers.plan(defect.name, defect.returns_after, back)

    def _return(self, defect: BusDefect) -> None:
        self._bring(defect)
        self._rig.car.update()

    def _bring(self, defect: BusDefect) -> None:
        if defect.name not in self._present:
            self._present.add(defect.name)
            for number, (part, attribute, value) in enumerate(defect.changes):
                owner = f"{defect.name}/{number}"
                self._rig.overrides.put(owner, part(network_of(self._rig)), attribute, value)

    def _take(self, defect: BusDefect) -> None:
        if defect.name in self._present:
            self.join()  # a connector that is open holds the value of its wires
            self._present.discard(defect.name)
            for number, (part, attribute, _) in enumerate(defect.changes):
                owner = f"{defect.name}/{number}"
                self._rig.overrides.drop(owner, part(network_of(self._rig)), attribute)

    # Taking apart

    def split(self, bus: Bus, first: str, second: str) -> None:
        """Open the connector between two neighbours; the rest of the trunk is together."""
        self._close()
        name = trunk(bus, first, second)
        wires = network_of(self._rig).buses[bus].wiring.segments[name]
        self._open[bus, name] = (wires.high, wires.low)
        wires.high = wires.low = inf

    def unplug(self, node: str) -> None:
        """Pull the connector of a unit; those unplugged before stay so, the trunk is closed."""
        self._close()
        if node not in self._unplugged:
            self._unplugged.append(node)
            self._rig.car.units[node].fitted = False

    def join(self) -> None:
        """Put everything together again that was taken apart."""
        self._close()
        while self._unplugged:
            self._rig.car.units[self._unplugged.pop()].fitted = True

    def _close(self) -> None:
        while self._open:
            (bus, name), (high, low) = self._open.popitem()
            wires = network_of(self._rig).buses[bus].wiring.segments[name]
            wires.high, wires.low = high, low


_BOXES: WeakKeyDictionary[Rig, FaultBox] = WeakKeyDictionary()


def fault_box(rig: Rig) -> FaultBox:
    """The one fault box of a rig."""
    box = _BOXES.get(rig)
    if box is None:
        box = _BOXES[rig] = FaultBox(rig)
    return box
