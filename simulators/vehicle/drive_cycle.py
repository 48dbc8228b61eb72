"""A driver who follows a speed trace on the rollers: pedals over time, no physics of his own.

The pace of the car follows from the pedals (`Drive.follow`); the driver knows his car, so he takes
the pedal that ends at the wanted speed.
"""

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from simulators.vehicle.drive import CREEP, TOP_SPEED

if TYPE_CHECKING:
    from simulators.vehicle.car import Car


class Phase(NamedTuple):
    """From `at` seconds on: pedals in %."""

    at: float
    accelerator: float
    brake: float = 0.0


def _pedal(speed: float) -> float:
    """Accelerator (%) that ends at a speed (km/h)."""
    return 100.0 * (speed - CREEP) / (TOP_SPEED - CREEP)


STEADY = 40.0
"""Speed (km/h) of the long part of the test (GB/T 44500-2024, Annex B, by articles on it)."""
CYCLE = (
    Phase(0.0, _pedal(25.0)),
    Phase(14.0, 0.0),
    Phase(19.0, _pedal(STEADY)),
    Phase(335.0, 0.0),
    Phase(348.0, 0.0, brake=60.0),
)
"""Up to 25 km/h, off the pedal, up to 40 km/h and five minutes there, roll out, brake."""
_FIRMLY = 60.0
"""Pedal travel (%)."""
_A_MOMENT = 0.5
LENGTH = 352.0
"""Seconds from the first pedal to standstill."""


def drive(car: "Car") -> None:
    """Begin to drive the cycle; the car must be in D with its brakes released."""
    for number, phase in enumerate(CYCLE):
        car.timers.plan(f"cycle {number}", phase.at, partial(_press, car, phase))


def break_off(car: "Car") -> None:
    """Brake to a stop, then P and the parking brake."""
    for number in range(len(CYCLE)):
        car.timers.cancel(f"cycle {number}")
    car.control.press_accelerator(0.0)
    car.brake.press(_FIRMLY)
    needed = abs(car.drive.speed()) / car.drive.braked + _A_MOMENT
    car.timers.plan("break off", needed, partial(_secure, car))


def _secure(car: "Car") -> None:
    car.control.select("p")
    car.parking_brake.move(True)
    car.brake.press(0.0)
    car.update()


def _press(car: "Car", phase: Phase) -> None:
    car.brake.press(phase.brake)
    car.control.press_accelerator(phase.accelerator)
