"""The pile's input that tells whether the plug is in: CC of a fixed cable, or test point 4.

Test point 4 is the CC contact of the pile's own socket (connection modes A and B).
"""

from collections.abc import Callable

from simulators.pile.settings import PileSettings
from simulators.scheduler import Event
from simulators.world import World


class ConnectionInput:
    """Follows the circuit at once; `changed` is called when it does, and the pile looks then."""

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        self._world = world
        self._changed = changed
        self.filter = 0.0
        """Seconds that a filter before the input takes, beyond the pile's own debounce; a defect.
        """
        self.stuck_closed = False
        """A defect: it says that the plug is in, whatever the circuit does."""
        self._resistance: float | None = None
        self._passed: float | None = None
        """What has come through the filter."""
        self._plan: Event | None = None

    @property
    def closed(self) -> bool:
        """The circuit is closed, as the pile sees it."""
        return self.stuck_closed or self._seen() is not None

    def confirmed(self, settings: PileSettings) -> bool:
        """The resistance at CC is one of table A.5, where the pile looks at it at all. Of a cable
        that comes off the pile sees no more than that its plug is in the socket."""
        known = settings.socket or self._world.cable.coded_rating() > 0
        return not settings.connection_sense or (self.closed and known)

    def _seen(self) -> float | None:
        return self._passed if self.filter else self._world.cable.sensed_resistance()

    def look(self) -> None:
        """The circuit may be another."""
        sensed = self._world.cable.sensed_resistance()
        if sensed == self._resistance:
            return
        self._resistance = sensed
        if self._plan is not None:
            self._plan.cancel()
            self._plan = None
        if self.filter:
            self._plan = self._world.after(self.filter, self._pass)
        else:
            self._pass()

    def _pass(self) -> None:
        self._plan = None
        self._passed = self._resistance
        self._changed()
