"""What a technician does and measures at the buses of the car, by the subject of the question.

Bus by bus there are: the connectors between neighbours, the plugs of the units, and the places that
a repair may name. Measured is at the diagnostic connector and at the plugs of the units.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise

from simulators.canbus.layout import OBD
from simulators.instruments import Reading, constant
from simulators.rig import Rig
from simulators.vehicle.fault_box import fault_box, network_of
from simulators.vehicle.taps import TAPS
from simulators.vehicle.units import BUSES, PLACES, Bus

Action = Callable[[Rig], None]
OVER_RANGE = 40e6
"""What a multimeter cannot measure any more (ohm); shown for everything above."""


# Supply and adapter


def _power_off(rig: Rig) -> None:
    """Key off, then the battery main switch, without waiting for the units to fall asleep."""
    rig.car.control.switch_off()
    if not fault_box(rig).main_switch_stuck:
        rig.car.low_voltage.battery.connected = False
        rig.car.update()


def _power_on(rig: Rig) -> None:
    """Battery, adapter and key (12 V, not READY)."""
    car = rig.car
    car.low_voltage.battery.connected = True
    _plug_adapter(True, rig)
    car.update()
    if car.power.key == "off":
        car.control.press_start()


def _plug_adapter(plugged: bool, rig: Rig) -> None:
    for bus in network_of(rig).buses.values():
        bus.wiring.stubs[OBD].plugged = plugged


def _finding_actions() -> dict[str, Action]:
    actions: dict[str, Action] = {}
    for node in PLACES:
        actions[f"pull-{node.lower()}"] = partial(_pull, node)
    for bus in BUSES:
        actions[f"join-{bus}"] = lambda rig: fault_box(rig).join()
        for first, second in pairwise(TAPS[bus]):
            name = f"{first}-{second}".lower()
            actions[f"split-{bus}-{name}"] = partial(_split, bus, first, second)
            actions[f"repair-{bus}-{name}"] = partial(_repair, bus, f"{first}-{second}")
        for place in TAPS[bus]:
            actions[f"repair-{bus}-{place.lower()}"] = partial(_repair, bus, place)
    return actions


def _pull(node: str, rig: Rig) -> None:
    fault_box(rig).unplug(node)


def _split(bus: Bus, first: str, second: str, rig: Rig) -> None:
    fault_box(rig).split(bus, first, second)


def _repair(bus: Bus, place: str, rig: Rig) -> None:
    fault_box(rig).repair(bus, place)


ACTIONS: Mapping[str, Action] = {
    "bus-power-off": _power_off,
    "bus-power-on": _power_on,
    "unplug-adapter": partial(_plug_adapter, False),
    "plug-adapter": partial(_plug_adapter, True),
    **_finding_actions(),
}
"""Subject of a `confirm` question -> what the technician does."""


# Instruments


def _supply(rig: Rig) -> float:
    """Between the 12 V pin and the ground pin of the diagnostic connector (V)."""
    low_voltage = rig.car.low_voltage
    fed = low_voltage.battery.connected or low_voltage.dcdc.running
    return low_voltage.voltage() if fed else 0.0


def bench_ohms(bus: Bus, first: str, second: str, rig: Rig) -> float:
    """The true resistance between two points at the diagnostic connector (ohm)."""
    wiring = network_of(rig).buses[bus].wiring
    return min(wiring.resistance(OBD, first, second), OVER_RANGE)  # type: ignore[arg-type]  # H, L, GND, VBAT


def shown_ohms(bus: Bus, first: str, second: str, rig: Rig) -> float:
    """The same, with the leads of the multimeter."""
    return bench_ohms(bus, first, second, rig) + fault_box(rig).lead_ohms


def _along(bus: Bus, wire: str, node: str, rig: Rig) -> float:
    """Along one wire, from the diagnostic connector to the plug of a unit (ohm)."""
    network = network_of(rig).buses[bus].wiring.network()
    ohms = network.resistance(f"{OBD}:{wire}", f"{node}:{wire}")
    return min(ohms + fault_box(rig).lead_ohms, OVER_RANGE)


def _ohmmeter(true: float) -> float:
    return 0.005 * abs(true) + 0.3


def _readings() -> dict[str, Reading]:
    readings = {
        "obd_supply_voltage": Reading("V", _supply, lambda true: 0.005 * abs(true) + 0.02, 2)
    }
    for bus in BUSES:
        readings[f"bench_can_{bus}_resistance"] = Reading(
            "Ω", partial(bench_ohms, bus, "H", "L"), constant(0.1), 1
        )
        for wire, name in (("H", "high"), ("L", "low")):
            for node in TAPS[bus]:
                if node != OBD:
                    readings[f"can_{bus}_{name}_to_{node.lower()}"] = Reading(
                        "Ω", partial(_along, bus, wire, node), _ohmmeter, 1
                    )
    return readings


READINGS: Mapping[str, Reading] = _readings()
"""Subject of a `reading` question -> what the instrument is held against."""

OBSERVATIONS: Mapping[str, Callable[[Rig], str]] = {
    "fault-box": lambda rig: fault_box(rig).state,
}
"""Subject of an `observe` question -> what is seen."""
