"""How bus faults are put into the fault box of the car. See `bus_wiring`, `bus_nodes`."""

from collections.abc import Callable
from functools import partial
from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, Kind
from simulators.rig import Rig
from simulators.vehicle.fault_box import BusDefect, fault_box
from simulators.vehicle.units import Bus

PROCEDURE = "CAN-FAULT-01"
_PART = Callable[[Any], Any]


def segment(bus: Bus, name: str) -> _PART:
    """A piece of trunk, by its splices."""
    return lambda network: network.buses[bus].wiring.segments[name]


def stub(bus: Bus, node: str) -> _PART:
    """The branch to a unit."""
    return lambda network: network.buses[bus].wiring.stubs[node]


def insulation(bus: Bus, place: str) -> _PART:
    """What keeps the wires apart at a splice or a plug."""
    return lambda network: network.buses[bus].wiring.insulation[place]


def terminator(bus: Bus, node: str) -> _PART:
    """The terminator inside a unit."""
    return lambda network: network.buses[bus].wiring.terminators[node]


def node(bus: Bus, name: str) -> _PART:
    """The transceiver of a unit."""
    return lambda network: network.buses[bus].nodes[name]


def bus_fault(
    name: str,
    title: Text,
    detail: Text,
    *defects: BusDefect,
    steps: tuple[str, ...],
    diagnosis: str,
    kind: Kind = "wiring",
) -> Fault:
    """A fault made of defects in the fault box; `steps` of the bus procedure notice it."""
    return Fault(
        name=name,
        title=title,
        detail=detail,
        kind=kind,
        role="vehicle",
        needs_car=True,
        expects={PROCEDURE: steps},
        diagnosis={PROCEDURE: diagnosis},
        on=partial(_put, defects),
        off=partial(_drop, defects),
    )


def _put(defects: tuple[BusDefect, ...], rig: Rig) -> None:
    for defect in defects:
        fault_box(rig).put(defect)
    rig.car.update()


def _drop(defects: tuple[BusDefect, ...], rig: Rig) -> None:
    for defect in defects:
        fault_box(rig).drop(defect.name)
    rig.car.update()
