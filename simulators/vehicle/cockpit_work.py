"""What a technician does and sees in the cockpit and while cleaning, by subject of the question.

The roadside sender stands beside the bench and is worked by hand, too: letting a message go is an
action here, because there is no radio in this world.
"""

from collections.abc import Callable, Mapping
from functools import partial

from harness.errors import NotAvailableError
from simulators.instruments import Reading, constant
from simulators.rig import Rig
from simulators.vehicle.body import DOORS, SEATS
from simulators.vehicle.cabin import INSIDE, MUST_BE_DRY, OUTSIDE
from simulators.vehicle.cockpit import BUTTONS
from simulators.vehicle.v2x import MAP, SIGNAL, RoadsideMessage

Action = Callable[[Rig], None]
_FILM = 25.0
"""Blockage (%) by a film of water on the window of a sensor."""
_LOWEST_PLUG = 4
"""Transducer of the ultrasonic unit whose plug sits lowest in the bumper."""
_SEATS = ("driver", "passenger")
"""Seats with a mat."""


def _press(button: str, rig: Rig) -> None:
    rig.car.cockpit.pressed = button


def _sit(seat: str, there: bool, rig: Rig) -> None:
    rig.car.body.belts[seat].occupied = there


def _belt(seat: str, fastened: bool, rig: Rig) -> None:
    rig.car.body.belts[seat].fastened = fastened


def _window(door: str, opening: float, rig: Rig) -> None:
    """Electric: it moves with the key on only."""
    if rig.car.power.ignition:
        rig.car.body.windows[door].move(opening)


def _cover(covered: bool, rig: Rig) -> None:
    rig.car.cockpit.camera_covered = covered


def _send(message: RoadsideMessage, rig: Rig) -> None:
    rig.car.telematics.v2x.send(message)


def _clean(places: tuple[str, ...], rig: Rig) -> None:
    """What is hosed stays wet: a film on the sensors, water in a plug that leaks."""
    car = rig.car
    car.cockpit.cabin.clean(places)
    if "sensors" in car.cockpit.cabin.wet:
        for sensor in (car.sensing.camera, car.sensing.lidar):
            sensor.blockage, sensor.soil = max(sensor.blockage, _FILM), "water"
    if car.cockpit.cabin.plug_leaks and places == OUTSIDE:
        car.sensing.ultrasonic.dead |= {_LOWEST_PLUG}


ACTIONS: Mapping[str, Action] = {
    **{f"press-{button}-button": partial(_press, button) for button in BUTTONS},
    "let-go-of-button": partial(_press, "none"),
    **{f"sit-on-{seat}-seat": partial(_sit, seat, True) for seat in _SEATS},
    **{f"leave-{seat}-seat": partial(_sit, seat, False) for seat in _SEATS},
    **{
        f"fasten-{seat.replace('_', '-')}-belt": partial(_belt, seat, True)
        for seat in SEATS if seat != "driver"
    },
    **{
        f"release-{seat.replace('_', '-')}-belt": partial(_belt, seat, False)
        for seat in SEATS if seat != "driver"
    },
    **{f"open-window-{door.lower()}": partial(_window, door, 100.0) for door in DOORS},
    **{f"close-window-{door.lower()}": partial(_window, door, 0.0) for door in DOORS},
    "cover-driver-camera": partial(_cover, True),
    "uncover-driver-camera": partial(_cover, False),
    "send-roadside-map": partial(_send, MAP),
    "send-roadside-signal": partial(_send, SIGNAL),
    "clean-inside": partial(_clean, INSIDE),
    "clean-outside": partial(_clean, OUTSIDE),
}  # fmt: skip
"""Subject of a `confirm` question -> what the technician does."""


def _shown(signal: str, extra: str, rig: Rig) -> float:
    """A number on the cluster screen, as the eye sees it."""
    network = rig.car.network
    value = None if network is None else network.shown(signal)
    if not isinstance(value, int | float) or not rig.car.cockpit.cluster.works:
        raise NotAvailableError(f"the cluster does not show {signal}")
    return float(value) + float(getattr(rig.car.cockpit, extra))


READINGS: Mapping[str, Reading] = {
    "displayed_soc": Reading(
        "%", partial(_shown, "ICM_DisplayedSoc", "charge_shown_extra"), constant(0.5), 0
    ),
    "displayed_speed": Reading(
        "km/h", partial(_shown, "ICM_IndicatedSpeed", "speed_shown_extra"), constant(0.5), 0
    ),
}
"""Subject of a `reading` question -> what the screen shows."""

OBSERVATIONS: Mapping[str, Callable[[Rig], str]] = {
    "sound-outside": lambda rig: "heard" if rig.car.body.heard_outside else "silent",
}
"""Subject of an `observe` question -> what is heard."""


def _place(place: str, rig: Rig) -> str | None:
    return rig.car.cockpit.cabin.seen(place)


def _wet(place: str, rig: Rig) -> str | None:
    return f"water on the {place}" if place in rig.car.cockpit.cabin.wet else None


LOOKS: Mapping[str, Callable[[Rig], str | None]] = {
    **{f"clean-{place}": partial(_place, place) for place in (*INSIDE, *OUTSIDE)},
    **{f"dry-{place}": partial(_wet, place) for place in MUST_BE_DRY},
    "left-behind": lambda rig: rig.car.cockpit.cabin.left_behind or None,
    "new-damage": lambda rig: rig.car.cockpit.cabin.damage or None,
}
"""Subject of an `inspect` question -> what is wrong there; None: nothing."""
