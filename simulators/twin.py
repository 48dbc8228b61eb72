"""Two connection points of one pile, and what a bad design has them share.

A sound pile has nothing in common there but its housing. What happens at one point reaches the
other through `World.followers`, at the moment it happens.
"""

from functools import partial

from simulators.cable import PilotWire
from simulators.rig import Rig

_PULLED_DOWN = 0.4
_ROUNDS = 8
"""How often one change is handed on; each world settles at once, so two would do."""


def _sound(rig: Rig) -> bool:
    return rig.pile.sound


def _sag(rig: Rig) -> float:
    """What a short at this point leaves of the voltage of the common supply."""
    return _PULLED_DOWN if rig.world.cable.pilot_wire is PilotWire.SHORTED else 1.0


class Twin:
    """Joins the points `first` and `second`; each rig knows it as `rig.twin`."""

    def __init__(self, first: Rig, second: Rig) -> None:
        self.first, self.second = first, second
        self._one_detector = False
        self._one_chain = False
        self._one_generator = False
        self._weak_supply = False
        self._busy = False
        self._again = False
        for rig in (first, second):
            rig.joined_to = self
            rig.world.followers.append(self._follow)

    @property
    def one_detector(self) -> bool:
        """A defect: the conductors of both points go through one residual-current detector, to
        which both controllers listen."""
        return self._one_detector

    @one_detector.setter
    def one_detector(self, on: bool) -> None:
        self._one_detector = on
        for rig, other in self._both_ways():
            rig.pile.detects_beside = other.pile.residual_here if on else None
        self._settle()

    @property
    def one_chain(self) -> bool:
        """A defect: the coils of both contactors hang on one chain, which either controller opens
        when it sees a fault."""
        return self._one_chain

    @one_chain.setter
    def one_chain(self, on: bool) -> None:
        self._one_chain = on
        for rig, other in self._both_ways():
            rig.pile.chain_beside = partial(_sound, other) if on else None
        self._settle()

    @property
    def one_generator(self) -> bool:
        """A defect: the generator of the first point feeds the pilot of both."""
        return self._one_generator

    @one_generator.setter
    def one_generator(self, on: bool) -> None:
        self._one_generator = on
        for rig, other in self._both_ways():
            rig.world.beside = other.world if on else None
        self.second.world.generator = self.first.pile.pilot if on else None
        self._settle()

    @property
    def weak_supply(self) -> bool:
        """A defect: one weak supply feeds both generators, and a short at one pulls it down."""
        return self._weak_supply

    @weak_supply.setter
    def weak_supply(self, on: bool) -> None:
        self._weak_supply = on
        for rig, other in self._both_ways():
            rig.world.sag = partial(_sag, other) if on else None
        self._settle()

    def _both_ways(self) -> tuple[tuple[Rig, Rig], ...]:
        return (self.first, self.second), (self.second, self.first)

    def _follow(self) -> None:
        """Something has changed at one point: with a defect the other has to follow."""
        shared = (self._one_detector, self._one_chain, self._one_generator, self._weak_supply)
        if any(shared):
            self._settle()

    def _settle(self) -> None:
        if self._busy:
            self._again = True
            return
        self._busy = True
        try:
            for _ in range(_ROUNDS):
                self._again = False
                for rig in (self.first, self.second):
                    rig.world.advance()
                    rig.world.refresh()
                if not self._again:
                    break
        finally:
            self._busy = False
