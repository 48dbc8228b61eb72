"""What a person does and measures in the inspection by GB 7258, beside the testers.

On the stand the simulated wheels stop as the stand lets them; on the test lane the car slows down
as its braking run does.
"""

from collections.abc import Callable, Mapping
from functools import partial

from simulators.instruments import Reading, constant
from simulators.rig import Rig
from simulators.vehicle.drive import CREEP, TOP_SPEED
from simulators.vehicle.roadworthy import FIGURES

SPEED = 52.0
"""km/h: a little above the 50 km/h of the test."""
FULL = 100.0
TEST_RESISTOR = 20.0
"""kilo-ohm: about half of what GB 18384 wants of a battery of 400 V."""


def _onto(rig: Rig) -> None:
    car = rig.car
    car.line.stand_braked = car.drive.braked
    car.drive.braked = 3.6 * car.line.runs["unladen"].deceleration
    car.brake.press(FULL / 2)
    car.control.select("d")
    car.parking_brake.move(False)


def _accelerate(rig: Rig) -> None:
    rig.car.brake.press(0.0)
    rig.car.control.press_accelerator(100.0 * (SPEED - CREEP) / (TOP_SPEED - CREEP))


def _brake(rig: Rig) -> None:
    rig.car.control.press_accelerator(0.0)
    rig.car.brake.press(FULL)


def _off(rig: Rig) -> None:
    car = rig.car
    car.control.select("p")
    car.parking_brake.move(True)
    car.drive.braked = car.line.stand_braked
    car.brake.press(0.0)


def _float(down: bool, rig: Rig) -> None:
    rig.car.brake.float_down = down


def _test_box(ohms: float | None, rig: Rig) -> None:
    rig.car.insulation.test_resistor = ohms


def _nothing(_rig: Rig) -> None:
    """A box with its switch open, or chocks: the car is as it was."""


ACTIONS: Mapping[str, Callable[[Rig], None]] = {
    "hold-brake-fluid-float-down": partial(_float, True),
    "let-go-of-brake-fluid-float": partial(_float, False),
    "remove-chocks": _nothing,
    "connect-insulation-test-box": _nothing,
    "close-insulation-test-box": partial(_test_box, TEST_RESISTOR),
    "open-insulation-test-box": partial(_test_box, None),
    "remove-insulation-test-box": partial(_test_box, None),
    "onto-test-lane": _onto,
    "accelerate-to-50": _accelerate,
    "brake-hard": _brake,
    "off-test-lane": _off,
}


def _figure(name: str, rig: Rig) -> float:
    return rig.car.line.figures[name]


READINGS: Mapping[str, Reading] = {
    name: Reading(
        one.unit, partial(_figure, name), constant(one.uncertainty), one.digits, signed=False
    )
    for name, one in FIGURES.items()
}

OBSERVATIONS: Mapping[str, Callable[[Rig], str]] = {
    "front-suspension": lambda rig: rig.car.line.front_suspension,
}
