"""What a person sees, hears and feels on the way around the car by GB 7258: the car as it is.

A look answers what is wrong, or nothing. Where another part of the car decides, that part is asked:
the horn's coil, the wiper's linkage, the lamps' bulbs, the cluster's lamps.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simulators.vehicle.telltales import TELLTALES

if TYPE_CHECKING:
    from simulators.rig import Rig
    from simulators.vehicle.car import Car

Look = Callable[["Car"], str | None]
_NO_FAULT = frozenset({"Ready", "ParkingBrake", "Belt", "Door", "Plug", "Charge", "SocLow"})
"""Lamps that say nothing of a fault."""
_PULLS = 0.25
"""Share by which one front brake may be weaker before the car leaves its lane."""


def _when(bad: bool, said: str) -> str | None:
    return said if bad else None


def _of(words: str, said: str) -> str | None:
    return f"{said}: {words}" if words else None


def _body(car: "Car") -> str | None:
    return _of(car.fittings.torn_edge, "sharp edge") or car.body.accident.panels or None


def _mirrors(car: "Car") -> str | None:
    gone = [side for side, whole in car.fittings.mirrors.items() if not whole]
    return _of(", ".join(gone), "mirror glass missing")


def _inlet(car: "Car") -> str | None:
    if not car.fittings.high_voltage_marks:
        return "high-voltage warning mark gone"
    stuck = car.inlet.flap_stuck_open and not car.plug.mated
    return car.body.accident.cables or _when(stuck, "flap does not close")


def _same_axle(car: "Car") -> str | None:
    axles = car.fittings.tread_patterns
    return _of(", ".join(a for a, (left, right) in axles.items() if left != right), "tyres differ")


def _retreads(car: "Car") -> str | None:
    return _of(", ".join(sorted(car.fittings.retreads & {"FL", "FR"})), "retread")


def _belts(car: "Car") -> str | None:
    return _of(", ".join(s for s, held in car.fittings.belts.items() if not held), "no belt")


def _three_points(car: "Car") -> str | None:
    lap = [seat for seat, held in car.fittings.belts.items() if 0 < held < 3]
    return _of(", ".join(lap), "no three-point belt")


def _carried(what: str) -> Look:
    return lambda car: _when(what not in car.fittings.carried, f"not carried: {what}")


def _extinguisher(car: "Car") -> str | None:
    empty = not car.fittings.extinguisher_charged
    return _carried("extinguisher")(car) or _when(empty, "pressure of the extinguisher low")


def _doors(car: "Car") -> str | None:
    sags = _of(car.fittings.door_sags, "door sags")
    locks = _of(", ".join(n for n, one in car.body.locks.items() if one.jammed), "lock jammed")
    stuck = [n for n, one in car.body.windows.items() if one.jammed or one.falls_only]
    return sags or locks or _of(", ".join(stuck), "window does not move")


def _anti_lock(car: "Car") -> str | None:
    fitted = car.fittings.anti_lock and car.units["ESC"].fitted
    return _when(not fitted, "no anti-lock brakes fitted")


def lamp_seen(car: "Car", name: str) -> str:
    """What an eye sees of a warning lamp: `off`, `on` or `flashing`."""
    defect = car.body.telltale_defects.get(name)
    if defect is not None or car.network is None:
        return defect or "off"
    return str(car.network.shown(f"ICM_Lamp{name}") or "off")


def _instruments(car: "Car") -> str | None:
    if car.network is not None and car.network.shown("ICM_DisplayedSoc") is None:
        return "cluster shows nothing"
    lit = [n for n in TELLTALES if n not in _NO_FAULT and lamp_seen(car, n) != "off"]
    return _of(car.fittings.dark_segment, "dark") or _of(", ".join(lit), "lamp lit")


def _belt_reminder(car: "Car") -> str | None:
    """He sits in the driver's seat for it and leaves the belt open."""
    belt = car.body.belts["driver"]
    lamp = car.body.warning_lamps["Belt"].condition == "dead"
    unseen = car.body.telltale_defects.get("Belt") == "off"
    silent = belt.switch_stuck is True or belt.mat_stuck is False or lamp or unseen
    return _when(silent, "no reminder of the open belt")


def _wipers(car: "Car") -> str | None:
    blocked = _when(car.body.wiper_blocked, "wipers do not move")
    return blocked or _when(not car.fittings.wipers_park, "wipers do not park")


def _sound(car: "Car") -> str | None:
    """Another person listens beside the car, as it is at this moment."""
    return _when(not car.body.heard_outside, "no sound at low speed")


def _lamps(car: "Car") -> str | None:
    """With a second person at the switches: every bulb."""
    bulbs = car.body.lamps.bulbs.values()
    dark = [bulb.name.replace("_", " ") for bulb in bulbs if bulb.burnt or bulb.shorted]
    return _of(", ".join(dark), "does not light") or _of(car.fittings.wrong_colour, "wrong colour")


def _horn(car: "Car") -> str | None:
    dead = _when(not car.body.horn_works, "horn does not sound")
    return dead or _when(not car.fittings.horn_contact, "horn sounds now and then")


def _stability(car: "Car") -> str | None:
    front = car.line.brakes["front"]
    weak, strong = sorted((front.left, front.right))
    if weak < (1 - _PULLS) * strong:
        side = "right" if front.left < front.right else "left"
        return f"leaves the lane when braked: {side}"
    return _of(car.fittings.pulls, "leaves the lane when braked")


LOOKS: Mapping[str, Look] = {
    "road-number-plates": lambda car: _of(car.fittings.plate_covered, "number plate covered"),
    "road-drive-motor-marking": lambda car: _when(
        not car.fittings.motor_plate, "plate of the drive motor gone"
    ),
    "road-driving-recorder": lambda car: _when(not car.fittings.recorder, "no driving recorder"),
    "road-traction-cut-off": lambda car: _when(
        not car.fittings.cut_off_stated, "papers do not state a traction cut-off"
    ),
    "road-body-appearance": _body,
    "road-glazing": lambda car: _when(car.fittings.mirror_film, "mirror film on side windows"),
    "road-mirrors": _mirrors,
    "road-lamp-modification": lambda car: _of(car.fittings.extra_lamps, "lamps added"),
    "road-inlet-and-marking": _inlet,
    "road-tyre-same-axle": _same_axle,
    "road-tyre-retread": _retreads,
    "road-steering-wheel-position": lambda car: _when(
        car.fittings.steering_wheel != "left", "steering wheel on the right"
    ),
    "road-seat-belts-fitted": _belts,
    "road-three-point-belts": _three_points,
    "road-seat-belt-condition": lambda car: _of(
        ", ".join(sorted(car.fittings.webbing_cut)), "webbing cut"
    ),
    "road-isofix": lambda car: _when(not car.fittings.anchorages, "no child seat anchorage"),
    "road-warning-triangle": _carried("warning triangle"),
    "road-reflective-vest": _carried("reflective vest"),
    "road-fire-extinguisher": _extinguisher,
    "road-doors": _doors,
    "road-abs-fitted": _anti_lock,
    "road-power-unit-condition": lambda car: _of(car.fittings.motor_noise, "noise"),
    "road-instruments": _instruments,
    "road-seat-belt-reminder": _belt_reminder,
    "road-window-anti-pinch": lambda car: _when(
        not car.fittings.windows_reverse, "window does not reverse at an obstacle"
    ),
    "road-wipers": _wipers,
    "road-low-speed-sound": _sound,
    "road-lamp-function": _lamps,
    "road-horn": _horn,
    "road-steering-free-rotation": lambda car: _when(
        car.fittings.steering_sticks, "steering sticks"
    ),
    "road-steering-self-centring": lambda car: _when(
        not car.fittings.steering_centres, "steering does not centre"
    ),
    "road-leaks": lambda car: _of(car.fittings.leak, "leak"),
    "road-steering-linkage": lambda car: _of(car.fittings.loose_pin, "ball pin loose"),
    "road-suspension": lambda car: _of(car.fittings.damper_leaks, "damper leaks"),
    "road-brake-stability": _stability,
}


def look(subject: str, rig: "Rig") -> str | None:
    """What is wrong there."""
    return LOOKS[subject](rig.car)
