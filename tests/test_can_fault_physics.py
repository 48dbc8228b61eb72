"""Every kind of fault, made in the simulated car, is named by the rules from its readings alone.

Each kind is made at two units of different buses here.
"""

from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest
from can_fault_help import DEFECTS, diagram, evidence_of_defect

from harness.actions.bus.diagram import CONNECTOR
from harness.actions.bus.kinds import NODE_KINDS, WIRE_SHORTS, Kind
from harness.actions.bus.rules import diagnose
from simulators.canbus.bus import SimulatedBus
from simulators.vehicle.taps import TAPS
from simulators.vehicle.units import BUSES, Bus

RARE = 20.0
"""A unit that sends fewer frames per second disturbs too seldom to be noticed in a short watch."""
RATES = {"GW": 2.0, "DCDC": 10.0, "TPMS": 3.0, "TBOX": 7.0}


def units(bus: Bus) -> list[str]:
    return [unit for unit in TAPS[bus] if unit != CONNECTOR]


def named(kind: Kind, bus: Bus, unit: str, *, seed: int = 1) -> tuple[Kind, str]:
    """What the rules make of this fault."""

    def apply(simulated: SimulatedBus) -> None:
        DEFECTS[kind](simulated, unit)

    # A babbling unit fills the bus at once, and each of its frames takes time to simulate.
    watch = 1.0 if kind is Kind.NODE_BABBLING else 8.0
    found = diagnose(evidence_of_defect(bus, apply, seed=seed, watch=watch), diagram(bus))
    return found.kind, found.place


def right_places(kind: Kind, bus: Bus, unit: str) -> set[str]:
    """Where the diagnosis may say that it is, before anything is taken apart."""
    if kind in WIRE_SHORTS or kind is Kind.TERMINATOR_LOST:
        return {""}
    if kind in NODE_KINDS:
        return {"", unit}  # known at once only where the unit itself reports bus-off
    sections = {one for one in diagram(bus).sections if unit in one.split("-")}
    return {unit, *sections}


def spread() -> Iterator[tuple[Kind, Bus, str]]:
    """Every kind at two places: over the kinds, all buses and most units have their turn."""
    turns = count()
    for kind in DEFECTS:
        for offset in (0, 2):
            turn = next(turns)
            bus = BUSES[(turn // 2 + offset) % len(BUSES)]
            fitting = units(bus)
            if kind is Kind.TERMINATOR_LOST:
                fitting = list(diagram(bus).terminators)
            if kind is Kind.NODE_DISTURBING:
                fitting = [unit for unit in fitting if RATES.get(unit, RARE) >= RARE]
            yield kind, bus, fitting[turn % len(fitting)]


@pytest.mark.parametrize(("kind", "bus", "unit"), list(spread()))
def test_a_fault_anywhere_is_named(kind: Kind, bus: Bus, unit: str) -> None:
    found, place = named(kind, bus, unit, seed=2)
    assert found is kind
    assert place in right_places(kind, bus, unit)


@pytest.mark.parametrize("kind", [kind for kind in DEFECTS if kind not in NODE_KINDS])
def test_every_kind_at_the_end_of_a_trunk(kind: Kind) -> None:
    """At the far end a stub, a piece of trunk and a terminator are next to each other."""
    found, place = named(kind, "chassis", "EPB", seed=3)
    assert found is kind
    assert place in right_places(kind, "chassis", "EPB")


@pytest.mark.parametrize("bus", BUSES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sound_bus_is_called_sound(bus: Bus, seed: int) -> None:
    evidence = evidence_of_defect(bus, partial(bool), seed=seed)
    assert diagnose(evidence, diagram(bus)).kind is Kind.NONE
