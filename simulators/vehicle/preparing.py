"""Preparing the car for the next rental: learning of the tyre sensors, and what hands do."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from harness.quantity import Value
from simulators.vehicle.diag.hooks import Options, RoutineAction, RoutineRun, Started
from simulators.vehicle.diag.outcome import Nrc
from simulators.vehicle.wheels import PLACARD

if TYPE_CHECKING:
    from simulators.rig import Rig
    from simulators.vehicle.car import Car

_SECONDS = 3.0
"""Of learning."""
_SILENT_AFTER = 4.0
"""From the end of learning until a unit with that defect says no more (s)."""
_READING = 2.0
"""How closely the pressure is set by the gauge of the inflator (kPa)."""
COMMANDS = ("lock", "unlock", "find_car")


def routines_of(car: "Car", node: str) -> dict[str, Callable[[RoutineAction, Options], Started]]:
    """Learning of the tyre sensors, in the unit that has it."""
    if node != "TPMS":
        return {}
    return {"tyre_sensor_learning": lambda action, _options: _learn(car, action)}


def _learn(car: "Car", action: RoutineAction) -> Started:
    if action == "stop":
        return None
    if car.power.key == "off" or car.fleet.learning == "refused":
        return Nrc.CONDITIONS_NOT_CORRECT

    def finish() -> Value:
        if car.fleet.silent_after_learning:
            car.timers.plan("tyre unit", _SILENT_AFTER, partial(_fall_silent, car))
        heard = all(wheel.pressure_sensor_works for wheel in car.wheels.all.values())
        return car.fleet.learning if heard else "failed"

    return RoutineRun(_SECONDS, finish)


def _fall_silent(car: "Car") -> None:
    unit = car.units["TPMS"]
    unit.missing = frozenset({"TPMS_Pressures"})


def _inflate(rig: "Rig") -> None:
    """Every tyre to the placard, warm or cold, as the inflator's own gauge shows it."""
    car, random = rig.car, rig.world.random("hands/inflator")
    for wheel in car.wheels.all.values():
        if wheel.leak > 0.0:
            continue  # it goes down again as fast as it is filled
        set_to = PLACARD + random.uniform(-_READING, _READING) + car.fleet.inflator_error
        wheel.cold_pressure = wheel.cold_pressure_at(set_to)


def _charge(rig: "Rig") -> None:
    """Plug in at the outlet's own pile, and hold a card to it.

    Nobody on this bench talks to that pile: it stands alone and gives what it may without a master.
    """
    rig.pile.failsafe_current = rig.pile.max_current
    rig.world.cable.attach()
    rig.world.plug_in()
    rig.pile.present_card()


def _remote(command: str, rig: "Rig") -> None:
    """The command is given in the app; it comes if the car is logged in at the platform."""
    car = rig.car
    if car.telematics.login() == "logged_in" and command not in car.fleet.services_off:
        car.telematics.hand_on(command)


def end_charging(rig: "Rig") -> None:
    """Unplug, put the plug back, close the flap."""
    rig.world.return_gun()
    rig.pile.failsafe_current = 0.0
    rig.car.inlet.flap_open = False


ACTIONS: Mapping[str, Callable[["Rig"], None]] = {
    "set-tyre-pressures": _inflate,
    "charge-at-outlet": _charge,
    "end-charging-at-outlet": end_charging,
    **{f"remote-{name.replace('_', '-')}": partial(_remote, name) for name in COMMANDS},
}
"""Subject of a `confirm` question -> what the technician does."""
