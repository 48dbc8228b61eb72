"""The wires of one bus as a circuit: what a meter and an oscilloscope show, sound or defect.

Trunk with splices, stubs to the nodes, terminators inside two of them, every transceiver's input
resistance and its recessive bias, and the vehicle's battery. Defects are attributes of the parts
(see `parts`); all resistances and levels come out of solving the circuit.

    wiring.segments["S2-S3"].high = inf              H open in the trunk
    wiring.stubs["BMS"].swapped = True               H and L change places at one node
    wiring.insulation["S4"].low_battery = 0.5        L shorted to battery
    wiring.terminators["VCU"].ohms = inf             terminator lost
"""

from collections.abc import Callable
from math import inf
from typing import Literal

from harness.errors import UnknownNameError, UsageError
from simulators.canbus.circuit import GROUND, LEAST, Circuit
from simulators.canbus.layout import Layout
from simulators.canbus.output_stage import driven, pin
from simulators.canbus.parts import Battery, Insulation, Pair, Stub, Terminator, Transceiver

Wire = Literal["H", "L"]
Point = Literal["H", "L", "GND", "VBAT"]
State = Literal["recessive", "dominant"]

BATTERY = "VBAT"
BIAS = 2.5
"""Voltage to which powered transceivers pull both wires in the recessive state (V)."""
INPUT = 20_000.0
"""Input resistance of a transceiver from each wire to its bias (ohm), so twice that between them.
Without supply the bias hangs in the air."""
INPUT_TO_GROUND = 100_000.0
"""What is left from each wire to ground in a transceiver without supply (ohm)."""
COPPER = 0.04
"""Resistance of a metre of wire of 0.5 mm² (ohm)."""
CONTACT = 0.01
"""Resistance of a sound crimp or plug contact (ohm)."""
CONSUMERS = 10_000.0
"""What the vehicle's consumers at rest are between the battery wire and ground (ohm)."""
_BATTERY_INNER = 0.02
_TEST_CURRENT = 1e-3
_OVER_RANGE = 40e6


class Wiring:
    """One bus's wiring. `changed` is called whenever a part gets another value."""

    def __init__(self, layout: Layout, changed: Callable[[], None] = lambda: None) -> None:
        self.layout = layout
        self._tell = changed
        self.segments = {name: Pair(self._changed) for name, _, _ in layout.segments}
        self.stubs = {tap.name: Stub(self._changed) for tap in layout.taps}
        self.terminators = {
            tap.name: Terminator(self._changed, tap.terminator)
            for tap in layout.taps
            if tap.terminator is not None
        }
        self.insulation = {place: Insulation(self._changed) for place in self.places}
        self.battery = Battery(self._battery_changed)
        self.transceivers: dict[str, Transceiver] = {}
        self._seats: dict[str, str] = {}
        self._network: Circuit | None = None
        self._volts: dict[frozenset[str], dict[str, float]] = {}

    @property
    def places(self) -> tuple[str, ...]:
        """Where one can measure: connectors of nodes (harness side), then splices, in order."""
        taps = self.layout.taps
        return (*(tap.name for tap in taps), *(tap.splice for tap in taps))

    def fit(self, name: str, threshold: float = 0.7, *, place: str | None = None) -> Transceiver:
        """Put a transceiver behind the connector `place` (its own name unless given)."""
        seat = place or name
        if seat not in self.stubs:
            raise UnknownNameError("tap of the bus", seat, list(self.stubs))
        if name in self.transceivers:
            raise UsageError(f"there is a node {name!r} on the bus already")
        part = self.transceivers[name] = Transceiver(self._changed, threshold)
        self._seats[name] = seat
        self._changed()
        return part

    def unfit(self, name: str) -> None:
        """Take a transceiver away."""
        del self.transceivers[name], self._seats[name]
        self._changed()

    def plugged(self, name: str) -> bool:
        """Is that transceiver joined to the harness of wires?"""
        return self.stubs[self._seats[name]].plugged

    def _changed(self) -> None:
        self._network = None
        self._volts.clear()
        self._tell()

    def _battery_changed(self) -> None:
        """Its voltage follows the charge; the bus is concerned only by a short to it."""
        shorted = any(
            part.high_battery < inf or part.low_battery < inf for part in self.insulation.values()
        )
        if shorted:
            self._changed()
        else:
            self._network = None
            self._volts.clear()

    # The circuit

    def network(self) -> Circuit:
        """The circuit in its present condition, nobody driving."""
        if self._network is None:
            self._network = self._build()
        return self._network

    def volts(self, senders: frozenset[str] = frozenset()) -> dict[str, float]:
        """Voltages at all junctions while `senders`, and stuck transceivers, drive dominant."""
        known = self._volts.get(senders)
        if known is None:
            known = self._volts[senders] = driven(self.network(), self._driving(senders))
        return known

    def _driving(self, senders: frozenset[str]) -> list[str]:
        return [
            name
            for name, part in self.transceivers.items()
            if part.powered and (part.stuck or name in senders)
        ]

    def _build(self) -> Circuit:
        circuit = Circuit()
        for name, one, other in self.layout.segments:
            wires = self.segments[name]
            way = COPPER * one.trunk + CONTACT
            circuit.resistor(f"{one.splice}:H", f"{other.splice}:H", way + wires.high)
            circuit.resistor(f"{one.splice}:L", f"{other.splice}:L", way + wires.low)
        for tap in self.layout.taps:
            stub = self.stubs[tap.name]
            way = COPPER * tap.stub + CONTACT
            high, low = ("L", "H") if stub.swapped else ("H", "L")
            circuit.resistor(f"{tap.splice}:H", f"{tap.name}:{high}", way + stub.high)
            circuit.resistor(f"{tap.splice}:L", f"{tap.name}:{low}", way + stub.low)
            if stub.plugged:
                self._node(circuit, tap.name)
            for place in (tap.name, tap.splice):
                self._shorts(circuit, place)
        if self.battery.volts > 0:
            circuit.source(BATTERY, self.battery.volts, _BATTERY_INNER)
        else:
            circuit.resistor(BATTERY, GROUND, CONSUMERS)
        # Nodes that are unplugged still have their own pins.
        for name, part in self.transceivers.items():
            for wire in "HL":
                if part.powered:
                    circuit.source(pin(name, wire), BIAS, INPUT)
                else:
                    circuit.resistor(pin(name, wire), GROUND, INPUT_TO_GROUND)
            if not part.powered:
                circuit.resistor(pin(name, "H"), pin(name, "L"), 2 * INPUT)
            if not self.plugged(name) and name in self.terminators:
                ohms = self.terminators[name].ohms
                circuit.resistor(pin(name, "H"), pin(name, "L"), ohms)
        return circuit

    def _node(self, circuit: Circuit, place: str) -> None:
        if place in self.terminators:
            circuit.resistor(f"{place}:H", f"{place}:L", self.terminators[place].ohms)
        for name, seat in self._seats.items():
            if seat == place:
                for wire in "HL":
                    circuit.resistor(f"{place}:{wire}", pin(name, wire), LEAST)

    def _shorts(self, circuit: Circuit, place: str) -> None:
        part = self.insulation[place]
        high, low = f"{place}:H", f"{place}:L"
        circuit.resistor(high, low, part.high_low)
        circuit.resistor(high, GROUND, part.high_ground)
        circuit.resistor(low, GROUND, part.low_ground)
        circuit.resistor(high, BATTERY, part.high_battery)
        circuit.resistor(low, BATTERY, part.low_battery)

    # What instruments show

    def _junction(self, place: str, point: Point) -> str:
        if place not in self.insulation:
            raise UnknownNameError("place of the bus", place, list(self.places))
        return f"{place}:{point}" if point in ("H", "L") else point

    def resistance(self, place: str, a: Point, b: Point) -> float:
        """Ohms between two points at a place, as an ohmmeter (1 mA) shows them; `inf` over range.

        Only true with the supply off (`battery.volts` 0, no transceiver powered): the meter takes
        every voltage that the bus has itself for one that its test current makes, so on a live bus
        the reading is wrong and may be negative, as with a real meter. Raises UnknownNameError.
        """
        first, second = self._junction(place, a), self._junction(place, b)
        probe = self.network().copy()
        probe.current(first, _TEST_CURRENT)
        probe.current(second, -_TEST_CURRENT)
        volts = driven(probe, self._driving(frozenset()))
        ohms = (volts[first] - volts[second]) / _TEST_CURRENT
        return inf if abs(ohms) > _OVER_RANGE else ohms

    def level(self, place: str, wire: Wire, state: State, *, sender: str | None = None) -> float:
        """Voltage of a wire against ground at a place, as an oscilloscope shows it (V).

        Dominant is the level while `sender` drives; without one, the level of the sender that makes
        the largest difference there. Raises UnknownNameError.
        """
        junction = self._junction(place, wire)
        if state == "recessive":
            return self.volts()[junction]
        if sender is not None:
            if sender not in self.transceivers:
                raise UnknownNameError("node of the bus", sender, list(self.transceivers))
            return self.volts(frozenset((sender,)))[junction]
        high, low = self._junction(place, "H"), self._junction(place, "L")
        shown = [
            self.volts(frozenset((name,)))
            for name, part in self.transceivers.items()
            if part.powered
        ] or [self.volts()]
        return max(shown, key=lambda volts: abs(volts[high] - volts[low]))[junction]

    def probe(self, place: str, senders: frozenset[str]) -> tuple[float, float]:
        """H and L at a place while `senders` drive (V). Raises UnknownNameError."""
        volts = self.volts(senders)
        return volts[self._junction(place, "H")], volts[self._junction(place, "L")]

    def difference(self, viewer: str, senders: frozenset[str] = frozenset()) -> float:
        """H minus L at a transceiver's own pins while `senders` drive (V)."""
        volts = self.volts(senders)
        return volts[pin(viewer, "H")] - volts[pin(viewer, "L")]
