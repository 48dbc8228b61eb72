"""What stands around the car."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Target:
    """Something around the car: range (m), azimuth (degrees, positive to the left), m/s."""

    range: float
    azimuth: float
    speed: float = 0.0
    kind: str = "fixed"
    probability: float = 99.0


def surroundings(random: Random) -> tuple[Target, ...]:
    """Posts, walls and bins in front of a parked car; nothing nearer than 6 m."""
    return tuple(
        Target(
            round(random.uniform(6.0, 45.0), 2),
            round(random.uniform(-35.0, 35.0), 1),
            probability=random.randint(90, 99),
        )
        for _ in range(random.randint(3, 5))
    )


def in_view(targets: Iterable[Target], turned: float, half: float) -> list[Target]:
    """Where a sensor that looks `turned` degrees aside believes them, as far as it sees them:
    `half` is half the width of its view (degrees)."""
    seen = [replace(one, azimuth=one.azimuth + turned) for one in targets]
    return [one for one in seen if abs(one.azimuth) < half]
