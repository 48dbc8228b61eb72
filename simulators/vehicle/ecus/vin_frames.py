"""The VIN as some units broadcast it, character by character in three parts."""

from functools import partial

from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.ecus.source import Signals, state

LENGTH = 17


def _character(place: int, u: Ecu) -> int | None:
    return ord(u.unit.vin[place]) if place < len(u.unit.vin) else None


def vin_signals(node: str) -> Signals:
    """Sources of `<node>_Vin01` to `<node>_Vin17`: what this unit itself holds."""
    return {
        f"{node}_Vin{place + 1:02d}": state(partial(_character, place)) for place in range(LENGTH)
    }
