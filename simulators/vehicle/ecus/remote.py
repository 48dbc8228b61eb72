"""Commands that the telematics unit hands on to the body controller."""

from collections.abc import Callable, Mapping
from functools import partial

from harness.devices.can.findings import Flaw
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.ecus.reception import Reception

_FIND_FOR = 8.0
"""Hazard lamps and horn of find-the-car (s)."""


def obey(ecu: Ecu) -> None:
    """Let the body controller carry out what comes in TBOX_RemoteCmd, each token once."""
    car = ecu.car
    done: set[int] = set()

    def received(reception: Reception) -> None:
        command, token = reception.value("TBOX_RemoteCommand"), reception.value("TBOX_RemoteToken")
        if reception.flaw is Flaw.CHECKSUM or command in (None, "none"):
            return
        if not isinstance(token, int | float) or int(token) in done:
            return
        done.add(int(token))
        car.access.remote_result = _carry_out(ecu, str(command))
        car.note_remote(str(command), car.access.remote_result)
        car.update()

    ecu.receptions["TBOX_RemoteCmd"].on_frame = received


def _carry_out(ecu: Ecu, command: str) -> str:
    """Result of a command. This car has no remote climate."""
    does = _COMMANDS.get(command)
    return "refused" if does is None else does(ecu)


def _lock(locked: bool, ecu: Ecu) -> str:
    car = ecu.car
    if locked and not car.body.shut:
        return "refused"
    car.body.move_locks(locked)
    car.access.armed = locked and car.power.key == "off"
    return "done" if car.body.locked is locked else "failed"


def _find(ecu: Ecu) -> str:
    car = ecu.car

    def end() -> None:
        car.body.flashing_for_remote = False
        car.update()

    car.body.flashing_for_remote = True
    car.timers.plan("find car", _FIND_FOR, end)
    return "done"


def _close_windows(ecu: Ecu) -> str:
    windows = ecu.car.body.windows.values()
    for window in windows:
        window.move(0.0)
    return "failed" if any(window.opening for window in windows) else "done"


def _immobilise(ecu: Ecu) -> str:
    car = ecu.car
    if not car.drive.standing or car.power.key == "ready":
        return "refused"
    car.access.immobilised = True
    return "done"


def _release(ecu: Ecu) -> str:
    ecu.car.access.immobilised = False
    return "done"


_COMMANDS: Mapping[str, Callable[[Ecu], str]] = {
    "lock": partial(_lock, True),
    "unlock": partial(_lock, False),
    "find_car": _find,
    "windows_close": _close_windows,
    "immobilise": _immobilise,
    "release": _release,
}
