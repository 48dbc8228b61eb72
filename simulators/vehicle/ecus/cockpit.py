"""What the cockpit computer sends of its units, and what it stores when one fails."""

from collections.abc import Mapping
from functools import partial

from simulators.vehicle.cockpit import UNITS
from simulators.vehicle.ecus.ecu import Ecu, Monitor
from simulators.vehicle.ecus.source import Signals, state

_CODES = {
    "display": "B1C20-96", "voice": "B1C21-96", "monitor": "B1C22-96", "cluster": "B1C23-96",
}  # fmt: skip


def _state(name: str, u: Ecu) -> str | None:
    """Only with the key on they run."""
    return u.car.cockpit.units[name].state() if u.car.power.ignition else None


def _camera(u: Ecu) -> str | None:
    return u.car.cockpit.camera() if u.car.power.ignition else None


def _failed(name: str, u: Ecu) -> bool:
    return u.car.power.ignition and not u.car.cockpit.units[name].works


SIGNALS: Signals = {
    **{f"ICM_{name.capitalize()}State": state(partial(_state, name)) for name in UNITS},
    "ICM_MonitorCamera": state(_camera),
    "ICM_Button": state(lambda u: u.car.cockpit.button()),
}
MONITORS: Mapping[str, Monitor] = {code: partial(_failed, name) for name, code in _CODES.items()}
