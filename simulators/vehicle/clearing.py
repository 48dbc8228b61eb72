"""The routine by which a tester clears what a control unit keeps of its users."""

from collections.abc import Callable, Mapping
from functools import partial

from simulators.vehicle.diag.hooks import Options, RoutineAction, RoutineRun, Started
from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.user_data import COCKPIT, TERMINAL

_KEPT_BY: Mapping[str, tuple[str, ...]] = {"ICM": COCKPIT, "TBOX": TERMINAL}


def routines_of(ecu: Ecu) -> dict[str, Callable[[RoutineAction, Options], Started]]:
    """By name; a unit that keeps nothing of users has none."""
    kept = _KEPT_BY.get(ecu.name)
    return {} if kept is None else {"user_data_clear": partial(_clear, ecu, kept)}


def _clear(ecu: Ecu, kept: tuple[str, ...], action: RoutineAction, _options: Options) -> Started:
    """Stopped half-way it leaves everything: it erases at its end."""
    if action != "start":
        return None
    data = ecu.car.cockpit.user_data
    return RoutineRun(data.takes(), partial(data.clear, kept))
