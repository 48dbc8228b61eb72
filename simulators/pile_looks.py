"""What a technician sees and measures at and inside a pile, by the subject of the question.

The truth of the world; readings get their instrument's error from the technician.
"""

from collections.abc import Callable, Mapping

from simulators.cable import OVER_RANGE, PilotWire, Place
from simulators.instruments import Reading, constant
from simulators.pile.meter_link import ADDRESS
from simulators.rig import Rig


def _ohm(true: Callable[[Rig], float]) -> Reading:
    return Reading("Ω", true, lambda value: 0.005 * value + 0.1, 2)


def _along(whole: Callable[[Rig], bool]) -> Reading:
    return _ohm(lambda rig: 0.3 if whole(rig) else OVER_RANGE)


def _volt(true: Callable[[Rig], float]) -> Reading:
    return Reading("V", true, lambda value: 0.005 * value + 0.3, 1)


def _pilot_insulation(rig: Rig) -> float:
    cable = rig.world.cable
    if cable.pilot_wire is PilotWire.SHORTED:
        return 0.4
    return min(cable.pilot_leak, OVER_RANGE)


def _insulation(rig: Rig) -> float:
    """MΩ between L and PE of the output: what the leakage current stands for."""
    leak = rig.world.leakage / 1000
    return rig.world.grid.level / leak / 1e6 if leak else 80.0


READINGS: Mapping[str, Reading] = {
    "neutral_earth_voltage": _volt(lambda rig: rig.world.grid.neutral_to_earth(rig.world.t)),
    "output_insulation": Reading("MΩ", _insulation, lambda value: 0.05 * value, 3),
    "contact_resistance": Reading(
        "Ω",
        lambda rig: 0.0005 * rig.pile.temperatures.contact,
        lambda value: 0.02 * value + 0.00002,
        5,
    ),
    "cabinet_temperature": Reading(
        "°C", lambda rig: rig.pile.temperatures.inside.at(rig.world.t), constant(2.0), 1
    ),
    "cp_wire_resistance": _along(lambda rig: rig.world.cable.pilot_wire is not PilotWire.BROKEN),
    "cp_pe_resistance": _ohm(_pilot_insulation),
    "pe_resistance": _along(lambda rig: rig.world.cable.earth_sound),
    "output_resistance": _ohm(lambda rig: 0.2 if rig.world.cable.output_shorted else OVER_RANGE),
    "meter_line_resistance": _along(lambda rig: rig.pile.meter_link.wire_sound),
    "modbus_line_resistance": _along(lambda rig: not (rig.wires["pile"].broken or rig.line.broken)),
}


def _one(of: Callable[[Rig], bool], yes: str, no: str) -> Callable[[Rig], str]:
    return lambda rig: yes if of(rig) else no


OBSERVATIONS: Mapping[str, Callable[[Rig], str]] = {
    "baud-setting": _one(lambda rig: rig.wires["pile"].baud_matches, "same", "differs"),
    "estop-button": _one(lambda rig: rig.pile.emergency_stop.pressed, "pressed", "released"),
    "rcd-lever": _one(lambda rig: rig.pile.protection.rcd_tripped, "down", "up"),
    "breaker-lever": _one(lambda rig: rig.pile.protection.breaker_closed, "on", "off"),
    "arrester-window": _one(lambda rig: rig.world.enclosure.arrester_sound, "green", "red"),
    "cabinet-door": _one(lambda rig: rig.world.enclosure.door_open, "open", "shut"),
    "smoke": _one(lambda rig: rig.world.enclosure.smoke > 0, "smoke", "none"),
    "water": _one(lambda rig: rig.world.enclosure.water > 0, "wet", "dry"),
    "mounting": _one(lambda rig: rig.world.enclosure.tilt > 0, "leaning", "upright"),
    "lock-bolt": _one(lambda rig: rig.pile.lock.jammed, "stuck", "moves"),
    "plug-place": _one(lambda rig: rig.world.cable.place is Place.HOLDER, "holder", "out"),
    "meter-address": _one(
        lambda rig: rig.pile.meter_link.meter_address == ADDRESS, "same", "differs"
    ),
    "transformer-direction": _one(lambda rig: rig.pile.meter.current_gain > 0, "right", "reversed"),
}
