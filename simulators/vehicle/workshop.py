"""The workshop around the car, and what is wrong with its units when they are worked on.

Floor, light and marks are the place where a sensor is calibrated. The rest are defects of control
units that show only when a tester unlocks, calibrates, codes or resets them, by node.
"""

from collections.abc import Mapping

from simulators.vehicle.part import Part, Site

DARK = 100.0
"""Below this illuminance (lx) the camera does not find the pattern of the target board."""


class Workshop(Part):
    """Place and units, as a calibration finds them. Sound at first."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        random = site.random("car/workshop")
        self.slope = round(random.uniform(-0.1, 0.1), 2)
        """Of the floor along the car (degrees, positive: nose up)."""
        self.light = round(random.uniform(350.0, 700.0))
        """Illuminance at the target board (lx)."""
        self.mark_error = 0.0
        """How far the floor mark of the target is off (m)."""
        self.foreign: frozenset[str] = frozenset()
        """Units of another car: they expect another key."""
        self.closed_until: Mapping[str, float] = {}
        """Until when (s) a unit gives no seeds: somebody tried keys before."""
        self.routines: Mapping[str, str] = {}
        """What becomes of a calibration: `refused hangs aborts fails wrong rough`, by node."""
        self.refuses_writing: frozenset[str] = frozenset()
        """Their memory is worn: what is written is refused."""
        self.forgets_writing: frozenset[str] = frozenset()
        """They say yes to what is written and keep what they had."""
        self.refuses_names: Mapping[str, frozenset[str]] = {}
        """Single values that a unit refuses to have written, while it takes others."""
        self.codes_besides: Mapping[str, Mapping[str, int | str]] = {}
        """What a unit changes by itself when something is coded."""
        self.hides: frozenset[str] = frozenset()
        """Units that do not give their calibration data."""
        self.stays_away: frozenset[str] = frozenset()
        """Units that do not come back from a reset."""
        self.loses_time: Mapping[str, float] = {}
        """Sensors that are out of step after a reset, and for how long (s)."""
        self.forgets_at_reset: frozenset[str] = frozenset()
        """Units that have not stored what they learned: a reset brings the factory's values."""
