"""What the gateway broadcasts of stored trouble codes: the list, and a freeze frame for each."""

from functools import partial

from simulators.vehicle.ecus.ecu import Ecu
from simulators.vehicle.ecus.source import Signals, Value, live
from simulators.vehicle.trouble_book import PLACES
from simulators.vehicle.units import PLACES as PLACES_OF_UNITS


def _field(name: str, place: int, u: Ecu) -> Value:
    listed = u.car.units.trouble.at(place)
    value: Value = None if listed is None else getattr(listed, name)
    return value


def _unit(place: int, u: Ecu) -> Value:
    """Number of the unit in the list of all units, from 0."""
    listed = u.car.units.trouble.at(place)
    return None if listed is None else _NUMBERS[listed.unit]


_NUMBERS = {node: number for number, node in enumerate(PLACES_OF_UNITS)}

SIGNALS: Signals = {
    **{f"GW_Trouble{place + 1:02d}Unit": live(partial(_unit, place)) for place in range(PLACES)},
    "GW_TroubleTotal": live(lambda u: len(u.car.units.trouble.codes())),
    **{
        f"GW_{kind}{place + 1:02d}{signal}": live(partial(_field, name, place))
        for place in range(PLACES)
        for kind, signal, name in (
            ("Trouble", "Code", "number"),
            ("Trouble", "Status", "status"),
            ("Frame", "Odometer", "odometer"),
            ("Frame", "Speed", "speed"),
            ("Frame", "Voltage", "low_voltage"),
        )
    },
}
