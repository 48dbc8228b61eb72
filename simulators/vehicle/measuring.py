"""What a technician measures, sees and reads at the car, by the subject of the question.

Instruments are held against the true state of the parts, never against what is on a bus. What
the cluster shows is seen as the cluster shows it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from harness.errors import NotAvailableError
from harness.rental import VIEWS
from simulators.canbus.layout import OBD
from simulators.instruments import Reading, constant
from simulators.rig import Rig
from simulators.vehicle import bus_work, cockpit_work, rental, road_test, walk_round
from simulators.vehicle.cleaning import SUITS
from simulators.vehicle.lamps import CHANNELS
from simulators.vehicle.sensing import BLOCKED
from simulators.vehicle.telltales import TELLTALES
from simulators.vehicle.units import BUSES, Bus
from simulators.vehicle.wheels import WHEELS

if TYPE_CHECKING:
    from simulators.vehicle.network import CarNetwork

OVER_RANGE = bus_work.OVER_RANGE
_DIRTY = BLOCKED / 2
_CASE_RISE, _CASE_HEAT = 0.6, 0.5
"""Share of what the battery and a hot place in it are warmer than the air that its case is."""
_BURNT = 2.5
"""Contact resistance over that of sound pins from which burn marks are seen."""


def _network(rig: Rig) -> "CarNetwork":
    network = rig.car.network
    if network is None:
        raise NotAvailableError("the buses of the car are not simulated on this bench")
    return network


# Instruments


def _share(share: float, least: float) -> Callable[[float], float]:
    return lambda true: share * abs(true) + least


def _pressure(wheel: str, rig: Rig) -> float:
    return rig.car.wheels[wheel].pressure()


def _tread(wheel: str, rig: Rig) -> float:
    return rig.car.wheels[wheel].tread


def _low_voltage(rig: Rig) -> float:
    battery = rig.car.low_voltage
    return battery.voltage() if battery.battery.connected else battery.battery.rest_voltage()


def _sensor_supply(node: str, rig: Rig) -> float:
    car = rig.car
    return car.low_voltage.voltage() - car.sensors[node].supply_drop if car.power.ignition else 0.0


def _shown_number(signal: str, rig: Rig) -> float:
    value = _network(rig).shown(signal)
    if not isinstance(value, int | float):
        raise NotAvailableError(f"the cluster does not show {signal}")
    return float(value)


def _ohms(bus: Bus, first: str, second: str, rig: Rig) -> float:
    return bus_work.shown_ohms(bus, first, second, rig)


def _level(bus: Bus, wire: str, state: str, rig: Rig) -> float:
    wiring = _network(rig).buses[bus].wiring
    return wiring.level(OBD, wire, state)  # type: ignore[arg-type]  # literals, see `_bus_readings`


def _bus_readings() -> dict[str, Reading]:
    """At the diagnostic connector of each bus."""
    readings: dict[str, Reading] = {}
    ohms = {"resistance": ("H", "L"), "high_ground": ("H", "GND"), "low_ground": ("L", "GND"),
            "high_battery": ("H", "VBAT"), "low_battery": ("L", "VBAT")}  # fmt: skip
    for bus in BUSES:
        for name, (first, second) in ohms.items():
            readings[f"can_{bus}_{name}"] = Reading(
                "Ω", partial(_ohms, bus, first, second), _share(0.005, 0.3), 1
            )
        for wire, name in (("H", "high"), ("L", "low")):
            for state in ("recessive", "dominant"):
                readings[f"can_{bus}_{name}_{state}"] = Reading(
                    "V", partial(_level, bus, wire, state), _share(0.004, 0.01), 2
                )
    return readings


def _board(rig: Rig) -> float:
    board = rig.car.sensing.ultrasonic.board
    if board is None:
        raise NotAvailableError("no board stands before the car")
    return 1000.0 * board[1]


def _chassis(rig: Rig) -> float:
    """The poorer pole of the battery against the chassis (megohm)."""
    return min(rig.car.insulation.positive(), rig.car.insulation.negative()) / 1000


def _battery_case(rig: Rig) -> float:
    """The hottest spot of the case (°C): less of a hot probe's own heat gets through to it."""
    pack, air = rig.car.pack, rig.car.site.ambient()
    rise = pack.temperature.at(rig.car.t) - air
    return air + max(
        _CASE_RISE * rise * probe.exposure + _CASE_HEAT * probe.local_heat for probe in pack.probes
    )


def _target(rig: Rig) -> float:
    target = rig.car.sensing.board
    if target is None:
        raise NotAvailableError("no target board stands before the car")
    return 1000.0 * target.range


READINGS: Mapping[str, Reading] = {
    "paint_thickness": Reading("mm", lambda rig: rig.car.past.paint, constant(0.005), 3),
    "insulation_battery_chassis": Reading("MΩ", _chassis, _share(0.05, 0.01), 2),
    "insulation_dc_inlet": Reading(
        "MΩ", lambda rig: rig.car.insulation.dc_inlet / 1000, _share(0.05, 0.01), 2
    ),
    "insulation_ac_inlet": Reading(
        "MΩ", lambda rig: rig.car.insulation.ac_inlet / 1000, _share(0.05, 0.01), 2
    ),
    "equalisation_resistance": Reading(
        "Ω", lambda rig: rig.car.insulation.bonding, _share(0.02, 0.002), 3
    ),
    "battery_case_temperature": Reading("°C", _battery_case, constant(2.0), 1),
    "target_distance": Reading("mm", _target, constant(2.0), 0),
    "target_illuminance": Reading("lx", lambda rig: rig.car.workshop.light, _share(0.04, 2.0), 0),
    "floor_slope": Reading("deg", lambda rig: rig.car.workshop.slope, constant(0.05), 2),
    "board_distance": Reading("mm", _board, constant(2.0), 0),
    "low_voltage_battery": Reading("V", _low_voltage, _share(0.005, 0.02), 2),
    "displayed_odometer": Reading("km", partial(_shown_number, "ICM_Odometer"), constant(0.1), 1),
    **{
        f"tyre_pressure_{wheel.lower()}": Reading(
            "kPa", partial(_pressure, wheel), constant(5.0), 0
        )
        for wheel in WHEELS
    },
    **{
        f"tread_depth_{wheel.lower()}": Reading("mm", partial(_tread, wheel), constant(0.2), 1)
        for wheel in WHEELS
    },
    **{
        f"sensor_supply_{node.lower()}": Reading(
            "V", partial(_sensor_supply, node), _share(0.005, 0.02), 2
        )
        for node in ("CAM", "RAD", "LID", "USS", "GNSS")
    },
    **_bus_readings(),
    **bus_work.READINGS,
    **cockpit_work.READINGS,
    **road_test.READINGS,
}
"""Subject of a `reading` question -> what the instrument is held against."""

# Eyes


def _lamp(channel: str, rig: Rig) -> str:
    return rig.car.body.lamps.seen(channel)


def _of_rental(said: Callable[[rental.Rental], str], rig: Rig) -> str:
    return said(rig.car.rental)


def _telltale(name: str, rig: Rig) -> str:
    defect = rig.car.body.telltale_defects.get(name)
    if defect is not None:
        return defect
    return str(_network(rig).shown(f"ICM_Lamp{name}") or "off")


OBSERVATIONS: Mapping[str, Callable[[Rig], str]] = {
    **{f"lamp-{channel.replace('_', '-')}": partial(_lamp, channel) for channel in CHANNELS},
    **{f"telltale-{name.lower()}": partial(_telltale, name) for name in TELLTALES},
    "horn": lambda rig: "on" if rig.car.body.horn_sounds else "off",
    "wiper": lambda rig: rig.car.body.wiper_state(),
    "inlet-flap": lambda rig: "open" if rig.car.inlet.flap else "closed",
    "pedestrian-sound": lambda rig: rig.car.body.avas(),
    **bus_work.OBSERVATIONS,
    **cockpit_work.OBSERVATIONS,
    "vin-on-body": lambda rig: rig.car.units.vin,
    **{subject: partial(_of_rental, said) for subject, said in rental.OBSERVATIONS.items()},
    **road_test.OBSERVATIONS,
    "damage-zone": lambda rig: rig.car.body.accident.damage,
    "badge-handing-over": lambda rig: rig.car.body.accident.handed_by,
    "badge-taking-over": lambda rig: rig.car.body.accident.taken_by,
}
"""Subject of an `observe` question -> what is seen, heard or read (lamps: `on`, `partly`, `off`).
"""

OWN_WORDS = frozenset({"signature-staff", "signature-renter"})
"""Subjects of what a person says of himself: no look at the car tells whether it is true."""


def _nothing(_rig: Rig) -> str | None:
    return None


def _surfaces(rig: Rig) -> str | None:
    dirty = [node for node, part in rig.car.sensors.items() if part.blockage >= _DIRTY]
    return f"covered or dirty: {', '.join(dirty)}" if dirty else None


def _face(node: str, rig: Rig) -> str | None:
    sensor = rig.car.sensors[node]
    if sensor.blockage < _DIRTY:
        return None
    return sensor.soil if sensor.soil != "dust" else f"covered or dirty: {node}"


def _antenna(rig: Rig) -> str | None:
    return "cable of the antenna torn off" if rig.car.positioning.antenna == "open" else None


def _pins(rig: Rig) -> str | None:
    return "burn marks at the pins" if rig.car.inlet.contact >= _BURNT else None


def _levels(rig: Rig) -> str | None:
    car = rig.car
    levels = {
        "brake fluid": car.brake.fluid_low,
        "coolant": car.body.coolant_low,
        "washer fluid": car.body.washer_low,
    }
    low = [name for name, bad in levels.items() if bad]
    return f"below the mark: {', '.join(low)}" if low else None


def _nameplate(rig: Rig) -> str | None:
    power = rig.car.dc_charging.rated_power
    return None if power >= 60e3 else f"rated power {power / 1000:.0f} kW"


def _flap_look(rig: Rig) -> str | None:
    car = rig.car
    return "flap does not close" if car.inlet.flap_stuck_open and not car.plug.mated else None


def _view(view: str, rig: Rig) -> str | None:
    return rig.car.rental.look(view)


def _view_again(view: str, rig: Rig) -> str | None:
    return rig.car.rental.look_again(view)


def _behind(what: str, rig: Rig) -> str | None:
    found: str = getattr(rig.car.past, what)
    return found or None


def _paper(rig: Rig) -> str | None:
    return None if rig.car.body.accident.authorised else "no written authority for this car"


def _left(what: str, rig: Rig) -> str | None:
    found: str = getattr(rig.car.body.accident, what)
    return found or None


_SOURCES: dict[str, Callable[[Rig], str | None]] = {
    "accident-scene": partial(_left, "scene"),
    "used-gaps": partial(_behind, "gaps"),
    "used-glass-dates": partial(_behind, "glass"),
    "used-flood-signs": partial(_behind, "flood"),
    "used-fire-signs": partial(_behind, "fire"),
    "recall-enquiry": partial(_behind, "recall"),
    "accident-panels": partial(_left, "panels"),
    "accident-structure": partial(_left, "structure"),
    "event-data-authority": _paper,
    "car-body": _nothing,
    "car-glass": _nothing,
    "car-lamps": _nothing,
    "car-tyres": _nothing,
    "car-leaks": _nothing,
    "car-plate": _nothing,
    "car-certificate": _nothing,
    "car-equipment": _nothing,
    "car-interior": _nothing,
    "car-load": _nothing,
    "car-on-stands": _nothing,
    **dict.fromkeys(("old-unit", "torque-marks", "work-seals", "work-covers"), _nothing),
    "work-fluids": _levels,
    "area-around-car": _nothing,
    "car-on-rollers": _nothing,
    "high-voltage-cables": partial(_left, "cables"),
    "inlet-pins": _pins,
    "dc-charger-nameplate": _nameplate,
    "inlet-flap": _flap_look,
    "sensor-surfaces": _surfaces,
    **{f"sensor-face-{node.lower()}": partial(_face, node) for node in SUITS},
    "gnss-antenna": _antenna,
    "fluid-levels": _levels,
    **{f"view-{view}": partial(_view, view) for view in VIEWS},
    **{f"return-{view}": partial(_view_again, view) for view in VIEWS},
    **cockpit_work.LOOKS,
    **{subject: partial(walk_round.look, subject) for subject in walk_round.LOOKS},
}


def _look(subject: str, rig: Rig) -> str | None:
    return rig.world.appearance.get(subject) or _SOURCES[subject](rig)


LOOKS: Mapping[str, Callable[[Rig], str | None]] = {
    subject: partial(_look, subject) for subject in _SOURCES
}
"""Subject of an `inspect` question -> what is wrong there; None: nothing."""

TEXTS: Mapping[str, Callable[[Rig], str]] = {
    "badge-handing-over": lambda rig: rig.car.body.accident.handed_by,
    "badge-taking-over": lambda rig: rig.car.body.accident.taken_by,
    "vin-on-body": lambda rig: rig.car.units.vin,
}
"""What is written on the car."""
