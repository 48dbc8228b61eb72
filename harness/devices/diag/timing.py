"""How long a control unit may take, and how much patience the tester has. All in seconds."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Timing:
    """Time limits of one unit.

    `p2` and `p2_star` are the unit's own, from the reply to service 10; the defaults are those of
    ISO 14229-2. `margin` is what gateways, the bus and the adapter may add.
    """

    p2: float = 0.05
    """Until a response begins."""
    p2_star: float = 5.0
    """Until the next response begins after "response pending" (NRC 78)."""
    margin: float = 0.2
    most_pending: int = 60
    """So many "pending" responses to one request, and no more."""
    longest_pending: float = 120.0
    """Altogether no longer than this, however often the unit asks for patience."""
    busy_pause: float = 0.1
    """Before the one repetition of a request that met "busy" (NRC 21)."""

    @property
    def first(self) -> float:
        return self.p2 + self.margin

    @property
    def extended(self) -> float:
        return self.p2_star + self.margin

    def with_session(self, p2: float, p2_star: float) -> "Timing":
        """The same patience with the times that a session has announced."""
        return replace(self, p2=p2, p2_star=p2_star)
