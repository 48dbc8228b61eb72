"""One defect of the simulated car, and the evidence that the bus procedure would get from it."""

from collections import Counter
from collections.abc import Callable
from math import inf
from typing import Any

import can
from car_help import CarPoint

from harness.actions.bus.diagram import CONNECTOR, BusDiagram
from harness.actions.bus.evidence import OHMS, VOLTS, BusEvidence
from harness.actions.bus.kinds import Kind
from harness.actions.bus.signs import PAIR_SHORT, WIRE_SHORT
from simulators.canbus.bus import SimulatedBus
from simulators.canbus.node_fault import NodeFault
from simulators.vehicle.measuring import READINGS
from simulators.vehicle.taps import TAPS
from simulators.vehicle.units import Bus

WATCH = 8.0
TOUCH = 0.5


def _wires(**values: float) -> Callable[[SimulatedBus, str], None]:
    def apply(bus: SimulatedBus, unit: str) -> None:
        for name, value in values.items():
            setattr(bus.wiring.insulation[unit], name, value)

    return apply


def _stub(**values: Any) -> Callable[[SimulatedBus, str], None]:
    def apply(bus: SimulatedBus, unit: str) -> None:
        for name, value in values.items():
            setattr(bus.wiring.stubs[unit], name, value)

    return apply


def _node(fault: NodeFault) -> Callable[[SimulatedBus, str], None]:
    def apply(bus: SimulatedBus, unit: str) -> None:
        bus.node(unit).fault = fault

    return apply


def _terminator(bus: SimulatedBus, unit: str) -> None:
    bus.wiring.terminators[unit].ohms = inf


DEFECTS: dict[Kind, Callable[[SimulatedBus, str], None]] = {
    Kind.OPEN_HIGH: _stub(high=inf),
    Kind.OPEN_LOW: _stub(low=inf),
    Kind.OPEN_PAIR: _stub(high=inf, low=inf),
    Kind.SHORT_HIGH_LOW: _wires(high_low=TOUCH),
    Kind.HIGH_TO_GROUND: _wires(high_ground=TOUCH),
    Kind.LOW_TO_GROUND: _wires(low_ground=TOUCH),
    Kind.HIGH_TO_BATTERY: _wires(high_battery=TOUCH),
    Kind.LOW_TO_BATTERY: _wires(low_battery=TOUCH),
    Kind.TERMINATOR_LOST: _terminator,
    Kind.SWAPPED_WIRES: _stub(swapped=True),
    Kind.NODE_DEAD: _node(NodeFault.DEAD),
    Kind.NODE_STUCK_DOMINANT: _node(NodeFault.STUCK_DOMINANT),
    Kind.NODE_BABBLING: _node(NodeFault.BABBLING),
    Kind.NODE_DISTURBING: _node(NodeFault.BAD_OSCILLATOR),
}
"""Kind of fault -> how it is made at one unit of a bus."""


def diagram(bus: Bus) -> BusDiagram:
    return BusDiagram(TAPS[bus], (TAPS[bus][0], TAPS[bus][-1]))


def evidence_of_defect(
    bus: Bus, apply: Callable[[SimulatedBus], None], *, seed: int = 1, watch: float = WATCH
) -> BusEvidence:
    """A car with this defect: watched with the ignition on, then measured as the procedure does."""
    point = CarPoint(buses=True, seed=seed)
    simulated = point.bus().buses[bus]
    database = point.bus().databases[bus]
    frames: Counter[tuple[int, bool]] = Counter()
    errors = [0]

    def hear(message: can.Message) -> None:
        if message.is_error_frame:
            errors[0] += 1
        else:
            frames[message.arbitration_id, message.is_extended_id] += 1

    simulated.attach(hear)
    apply(simulated)
    point.do("switch-on", wait=2.0)
    frames.clear()
    errors[0] = 0
    point.run(watch)
    cyclic = {
        node: [one.id for one in database.sent_by(node) if one.cycle_time]
        for node in database.nodes
    }
    cyclic = {node: ids for node, ids in cyclic.items() if ids}
    silent = tuple(node for node, ids in cyclic.items() if not any(frames[one] for one in ids))
    known = {message.id for message in database.messages}
    load = 100 * simulated.load(min(watch, 1.0))
    reporting = tuple(
        node for node in cyclic if simulated.node(node).bus_offs and node not in silent
    )
    read = {name: _read(point, bus, name) for name in VOLTS}
    point.do("bus-power-off", "unplug-adapter", wait=0.1)
    ohms = {name: _read(point, bus, name) for name in OHMS}
    found = BusEvidence(
        bus,
        tuple(cyclic),
        silent=silent,
        error_rate=errors[0] / watch,
        load=load,
        unknown=tuple(f"0x{number:03X}" for number, _ in frames if (number, _) not in known),
        bus_off=reporting,
        ohms=ohms,
        volts=read,
    )
    traced = to_trace(found)
    if traced is None:
        return found
    ways = tuple(_read(point, bus, f"{wire}_to_{traced.lower()}") for wire in ("high", "low"))
    return BusEvidence(**{**vars(found), "along": {traced: ways}})


def to_trace(found: BusEvidence) -> str | None:
    """The nearest silent unit, unless a short explains the silence or nobody is heard."""
    assert found.pair is not None
    shorted = found.pair < PAIR_SHORT or min(found.ohms[name] for name in OHMS[1:]) < WIRE_SHORT
    if shorted or not found.silent or found.dead:
        return None
    order = TAPS[found.bus]  # type: ignore[index]  # the buses of the car
    at = order.index(CONNECTOR)
    return min(found.silent, key=lambda unit: abs(order.index(unit) - at))


def _read(point: CarPoint, bus: str, name: str) -> float:
    return round(READINGS[f"can_{bus}_{name}"].true(point.rig), 2)
