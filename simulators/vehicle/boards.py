"""The target board and the plain board that a technician puts up around the car.

The marks on the floor say where; he gets there within a few millimetres, and what the sensors see
is where the board really stands.
"""

from simulators.rig import Rig
from simulators.vehicle.scene import Target

PLACES = {"near": (5.0, 0.0), "side": (5.0, 25.0)}
"""Marks for the target board: range (m) and azimuth (degrees, positive to the left)."""
SPOTS = {"uss-01": (1, 0.3), "uss-03": (3, 1.0), "uss-09": (9, 2.0)}
"""Marks for the plain board: number of the transducer, and about how far before it (m)."""
_PLACED = 0.005
"""How well a board stands on its mark (m)."""
_TURNED = 0.05
"""The same of its direction (degrees)."""
_ROUGHLY = 0.02
"""How far the plain board may be from its round distance (m): the ruler says where it is."""

_CLEARED = 3.0
"""So far around the bumpers nothing is left (m)."""


def put_target(rig: Rig, place: str) -> None:
    """The target board stands on its mark; there is only one."""
    distance, azimuth = PLACES[place]
    random = rig.world.random(f"board/{place}")
    rig.car.sensing.board = Target(
        distance + rig.car.workshop.mark_error + random.uniform(-_PLACED, _PLACED),
        azimuth + random.uniform(-_TURNED, _TURNED),
    )


def put_board(rig: Rig, spot: str) -> None:
    """The plain board stands square before a transducer."""
    number, distance = SPOTS[spot]
    random = rig.world.random(f"board/{spot}")
    rig.car.sensing.ultrasonic.board = (number, distance + random.uniform(-_ROUGHLY, _ROUGHLY))


def clear_place(rig: Rig) -> None:
    """What can be moved away from the bumpers is moved away."""
    ultrasonic = rig.car.sensing.ultrasonic
    ultrasonic.echoes = {n: at for n, at in ultrasonic.echoes.items() if at > _CLEARED}


def take_away(rig: Rig) -> None:
    """Both boards are gone."""
    rig.car.sensing.board = None
    rig.car.sensing.ultrasonic.board = None
