"""A current that does not settle: the charger goes back and forth between two currents."""

from simulators.scheduler import Event
from simulators.world import World

_EVERY = 3.0
_LOW = 0.95


class Hunting:
    """While `active` the vehicle takes 5 % less for every other three seconds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._next: Event | None = None
        self._down = False

    @property
    def active(self) -> bool:
        return self._next is not None

    @active.setter
    def active(self, on: bool) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._go(down=False)
        if on:
            self._next = self._world.after(_EVERY, self._turn)

    def _go(self, *, down: bool) -> None:
        if down != self._down:
            self._down = down
            vehicle = self._world.vehicle
            vehicle.excess = vehicle.excess * _LOW if down else vehicle.excess / _LOW

    def _turn(self) -> None:
        self._go(down=not self._down)
        self._next = self._world.after(_EVERY, self._turn)
