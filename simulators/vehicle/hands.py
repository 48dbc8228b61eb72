"""What a technician does to the car with his hands, by the subject of the question.

Actions take effect at once; what follows from them takes the car's own time. Readings and looks are
in `measuring.py`.
"""

from collections.abc import Callable, Mapping
from functools import partial

from harness.errors import NotAvailableError
from simulators.rig import Rig
from simulators.vehicle import (
    boards,
    bus_work,
    cleaning,
    cockpit_work,
    drive_cycle,
    preparing,
    road_test,
)
from simulators.vehicle.body import DOORS
from simulators.vehicle.car import Car
from simulators.vehicle.units import PLACES

Action = Callable[[Rig], None]
FOOT = 60.0
"""Pedal travel (%) of a foot on the brake."""
HANDS = 4.5
"""Torque (Nm) of hands that hold against the steering wheel."""
_FOOT_STAYS = 2.5
"""Seconds that the foot stays on the brake while the car gets READY."""


def _nothing(rig: Rig) -> None:
    """What leaves the car as it is."""


def _press_brake(rig: Rig) -> None:
    rig.car.brake.press(FOOT)


def _release_brake(rig: Rig) -> None:
    rig.car.brake.press(0.0)


def _turn_wheel(rig: Rig) -> None:
    rig.car.steering.driver_torque = HANDS


def _let_go(rig: Rig) -> None:
    rig.car.steering.driver_torque = 0.0


def _centre(rig: Rig) -> None:
    """Straight ahead, as well as the eye sees it, and no foot on any pedal."""
    random = rig.world.random("hands/steering-wheel")
    rig.car.steering.turn(round(random.uniform(-0.4, 0.4), 1))
    rig.car.brake.press(0.0)
    rig.car.control.press_accelerator(0.0)


def _switch_on(rig: Rig) -> None:
    """12 V on, READY off."""
    car = rig.car
    if car.power.key == "ready":
        car.power.turn("on")
    elif car.power.key != "on":
        car.control.press_start()


def _make_ready(rig: Rig) -> None:
    car = rig.car
    car.brake.press(FOOT)
    car.control.press_start()
    car.timers.plan("foot", _FOOT_STAYS, lambda: _take_foot_off(car))


def _take_foot_off(car: Car) -> None:
    car.brake.press(0.0)
    car.update()


def _switch_off(rig: Rig) -> None:
    rig.car.control.switch_off()


def _gear(gear: str, rig: Rig) -> None:
    """Foot on the brake, gear, and the foot stays there except in P."""
    car = rig.car
    car.brake.press(FOOT)
    car.control.select(gear)
    if gear == "p":
        car.brake.press(0.0)


def _parking_brake(apply: bool, rig: Rig) -> None:
    rig.car.parking_brake.move(apply)


def _parking_switch(position: str, rig: Rig) -> None:
    """Held in a position; it does what it is there for."""
    brake = rig.car.parking_brake
    brake.switch = position
    if brake.switch_works and position != "neutral":
        brake.move(position == "apply")


def _light(position: str, rig: Rig) -> None:
    body = rig.car.body
    body.light.position = position
    if position != "low_beam":
        body.high_beam.position = "off"
    if position not in ("position", "low_beam"):
        body.fog_rear.position = "off"


def _high_beam(on: bool, rig: Rig) -> None:
    body = rig.car.body
    if on:
        body.light.position = "low_beam"
    body.high_beam.position = "on" if on else "off"


def _fog(on: bool, rig: Rig) -> None:
    body = rig.car.body
    if on and body.light.position not in ("position", "low_beam"):
        body.light.position = "low_beam"
    body.fog_rear.position = "on" if on else "off"


def _switch(name: str, position: str, rig: Rig) -> None:
    getattr(rig.car.body, name).position = position


def _release_emergency_stop(rig: Rig) -> None:
    if not rig.car.body.emergency_stop_jams:
        rig.car.body.emergency_stop.position = "released"


def _door(name: str, opened: bool, rig: Rig) -> None:
    car = rig.car
    if opened and name in car.body.locks:
        car.body.locks[name].move(False)
        car.access.armed = False
    car.body.doors[name].open = opened
    car.power.wake()


def _shut_all(rig: Rig) -> None:
    for door in rig.car.body.doors.values():
        door.open = False
    rig.car.power.wake()


def _lock(locked: bool, rig: Rig) -> None:
    car = rig.car
    if locked and not car.body.shut:
        return
    car.body.move_locks(locked)
    car.access.armed = locked and car.power.key == "off"
    if locked:
        car.power.hurry()
    else:
        car.power.wake()


def _windows(opening: float, rig: Rig) -> None:
    if rig.car.power.ignition:
        for window in rig.car.body.windows.values():
            window.move(opening)


def _belt(seat: str, fastened: bool, rig: Rig) -> None:
    rig.car.body.belts[seat].fastened = fastened


def _flap(opened: bool, rig: Rig) -> None:
    car = rig.car
    car.inlet.flap_open = opened or car.plug.mated


def _battery(connected: bool, rig: Rig) -> None:
    rig.car.low_voltage.battery.connected = connected


def _rollers(on: bool, rig: Rig) -> None:
    rig.car.drive.rollers.on = on


def _connect_dc(rig: Rig) -> None:
    rig.car.dc_charging.plug_in()
    rig.car.dc_charging.start()


def _disconnect_dc(rig: Rig) -> None:
    rig.car.dc_charging.stop()
    rig.car.dc_charging.unplug()


def _break_off_charge(rig: Rig) -> None:
    _disconnect_dc(rig)
    if rig.world.cable.mated:
        preparing.end_charging(rig)


def _stop_driving(rig: Rig) -> None:
    drive_cycle.break_off(rig.car)


def _latch(pressed: bool, rig: Rig) -> None:
    rig.world.press_latch(pressed)


def _connect_paused(rig: Rig) -> None:
    """Plugged in, and the driver has said no for now."""
    rig.world.plug_in()
    rig.car.charging.stop_by_user()


def _plug_unit(node: str, plugged: bool, rig: Rig) -> None:
    network = rig.car.network
    if network is None:
        raise NotAvailableError("the buses of the car are not simulated on this bench")
    network.plug(node, plugged)


def _put(put: Callable[[Rig, str], None], place: str, rig: Rig) -> None:
    put(rig, place)


def _clean(node: str, means: str, rig: Rig) -> None:
    cleaning.clean(rig.car.sensors[node], means)


def _finish(action: Action, rig: Rig) -> None:
    """Do it now, and let the car see what has changed."""
    rig.advance()
    action(rig)
    rig.car.update()


_PLAIN: dict[str, Action] = {
    "secure-accident-scene": _nothing,
    "connect-read-only": _nothing,
    "press-brake": _press_brake,
    "release-brake": _release_brake,
    "turn-wheel-by-hand": _turn_wheel,
    "let-go-of-wheel": _let_go,
    "centre-steering-wheel": _centre,
    "switch-on": _switch_on,
    "make-ready": _make_ready,
    "switch-off": _switch_off,
    "select-park": partial(_gear, "p"),
    "select-reverse": partial(_gear, "r"),
    "select-neutral": partial(_gear, "n"),
    "select-drive": partial(_gear, "d"),
    "apply-parking-brake": partial(_parking_brake, True),
    "release-parking-brake": partial(_parking_brake, False),
    "hold-parking-switch-apply": partial(_parking_switch, "apply"),
    "hold-parking-switch-release": partial(_parking_switch, "release"),
    "let-go-of-parking-switch": partial(_parking_switch, "neutral"),
    "low-beam-on": partial(_light, "low_beam"),
    "low-beam-off": partial(_light, "off"),
    "position-lamps-on": partial(_light, "position"),
    "position-lamps-off": partial(_light, "off"),
    "lights-auto": partial(_light, "auto"),
    "high-beam-on": partial(_high_beam, True),
    "high-beam-off": partial(_high_beam, False),
    "rear-fog-lamp-on": partial(_fog, True),
    "rear-fog-lamp-off": partial(_fog, False),
    "turn-left-on": partial(_switch, "turn", "left"),
    "turn-right-on": partial(_switch, "turn", "right"),
    "turn-off": partial(_switch, "turn", "off"),
    "hazard-on": partial(_switch, "hazard", "on"),
    "hazard-off": partial(_switch, "hazard", "off"),
    "horn-on": partial(_switch, "horn", "on"),
    "horn-off": partial(_switch, "horn", "off"),
    "wiper-intermittent": partial(_switch, "wiper", "intermittent"),
    "wiper-slow": partial(_switch, "wiper", "slow"),
    "wiper-fast": partial(_switch, "wiper", "fast"),
    "wiper-off": partial(_switch, "wiper", "off"),
    "wash-windscreen": partial(_switch, "wiper", "wash"),
    "press-vehicle-emergency-stop": partial(_switch, "emergency_stop", "pressed"),
    "release-vehicle-emergency-stop": _release_emergency_stop,
    "close-doors": _shut_all,
    "lock-car": partial(_lock, True),
    "unlock-car": partial(_lock, False),
    "open-windows": partial(_windows, 100.0),
    "close-windows": partial(_windows, 0.0),
    "fasten-driver-belt": partial(_belt, "driver", True),
    "release-driver-belt": partial(_belt, "driver", False),
    "open-flap": partial(_flap, True),
    "close-flap": partial(_flap, False),
    "stop-charging-at-car": lambda rig: rig.car.charging.stop_by_user(),
    "resume-charging-at-car": lambda rig: rig.car.charging.resume_by_user(),
    "connect-vehicle-paused": _connect_paused,
    "allow-charging": lambda rig: rig.car.charging.resume_by_user(),
    "ask-for-energy": lambda rig: rig.car.charging.ask_by_user(),
    "stop-driving": _stop_driving,
    "break-off-charge": _break_off_charge,
    "rollers-on": partial(_rollers, True),
    "rollers-off": partial(_rollers, False),
    "drive-cycle": lambda rig: drive_cycle.drive(rig.car),
    "start-dc-charge": _connect_dc,
    "end-dc-charge": _disconnect_dc,
    "press-latch": partial(_latch, True),
    "release-latch": partial(_latch, False),
    "disconnect-12v": partial(_battery, False),
    "connect-12v": partial(_battery, True),
    "use-car": lambda rig: rig.car.trips.set_out(),
    "clear-place": boards.clear_place,
    "take-boards-away": boards.take_away,
    **{f"place-target-{place}": partial(_put, boards.put_target, place) for place in boards.PLACES},
    **{f"place-board-{spot}": partial(_put, boards.put_board, spot) for spot in boards.SPOTS},
    **bus_work.ACTIONS,
    **cockpit_work.ACTIONS,
    **preparing.ACTIONS,
    **road_test.ACTIONS,
}
for _node in cleaning.SUITS:
    for _means in cleaning.MEANS:
        _PLAIN[f"clean-{_node.lower()}-{_means}"] = partial(_clean, _node, _means)
for _name in (*DOORS, "tailgate", "bonnet"):
    _PLAIN[f"open-door-{_name.lower()}"] = partial(_door, _name, True)
    _PLAIN[f"close-door-{_name.lower()}"] = partial(_door, _name, False)
for _node in PLACES:
    _PLAIN[f"unplug-{_node.lower()}"] = partial(_plug_unit, _node, False)
    _PLAIN[f"plug-in-{_node.lower()}"] = partial(_plug_unit, _node, True)

ACTIONS: Mapping[str, Action] = {
    subject: partial(_finish, action) for subject, action in _PLAIN.items()
}
"""Subject of a `confirm` question -> what the technician does."""
