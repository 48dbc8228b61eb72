"""Who hears whom on a bus, and how well: what follows from the voltages at each receiver.

A receiver takes a difference above its threshold for dominant. Thresholds lie between 0.5 and 0.9 V
(ISO 11898-2), each receiver's own; with the noise on the wires the probability that one bit is
misread follows from the distance to the threshold: practically 0 at 0.9 V for dominant and at 0.5 V
for recessive, a half at the threshold.

Two more things spoil bits. Without terminators the wires discharge too slowly after a dominant bit
(a time constant of resistance between the wires times their capacitance). And where the trunk does
not end in its characteristic impedance, edges are reflected and ring: the probability grows with
the square of the reflection factor, the length and the bit rate. On a short bus the loss of one
terminator is thus mild: the bus works, with an error frame every few seconds.
"""

from collections.abc import Iterable
from math import erfc, exp, expm1, isinf, log1p, sqrt

from simulators.canbus.layout import TERMINATION
from simulators.canbus.output_stage import pin
from simulators.canbus.wiring import Wiring

NOISE = 0.025
"""Noise on the difference (V, standard deviation)."""
CAPACITANCE_PER_METRE = 60e-12
CAPACITANCE_PER_NODE = 100e-12
SAMPLE_POINT = 0.75
LOOP_DELAY = 0.25e-6
"""Delay of transceivers and wires (s); what is left of a bit until its sample point."""
RINGING = 1e-5
"""Probability that a bit is lost to ringing, full reflection at one end, 10 m, 500 kbit/s."""
CERTAIN = 1e-9
"""A bit error probability below this is none."""
_HALF, _QUARTER = 0.5, 0.25


def misread(distance: float) -> float:
    """Probability that noise carries a level `distance` volts beyond the threshold over it."""
    return 0.5 * erfc(distance / (NOISE * sqrt(2.0)))


def frame_error(per_bit: float, bits: int) -> float:
    """Probability that at least one of `bits` bits is misread."""
    return 1.0 if per_bit >= 1.0 else -expm1(bits * log1p(-per_bit))


class Hearing:
    """What the transceivers `names` of one wiring make of each other, in its present condition."""

    def __init__(self, wiring: Wiring, names: Iterable[str], bitrate: int) -> None:
        self.names = tuple(names)
        self._wiring = wiring
        self._bitrate = bitrate
        self._time_constants: dict[str, float] = {}
        self.ringing = RINGING * mismatch(wiring) * wiring.layout.length / 10 * bitrate / 500_000
        """Probability per bit that it is lost to reflections, for the whole bus."""
        self.blocked = frozenset(name for name in self.names if self._idle(name) >= _HALF)
        """Who reads dominant although nobody sends."""

    def _above(self, viewer: str, senders: frozenset[str]) -> float:
        threshold = self._wiring.transceivers[viewer].threshold
        return self._wiring.difference(viewer, senders) - threshold

    def _idle(self, viewer: str) -> float:
        return misread(-self._above(viewer, frozenset()))

    def hears(self, viewer: str, sender: str, *others: str) -> bool:
        """Does `viewer` read a dominant bit of `sender` as dominant, `others` driving as well?"""
        return misread(self._above(viewer, frozenset((sender, *others)))) < _HALF

    def bit_error(self, viewer: str, sender: str) -> float:
        """Probability that `viewer` misreads a bit of a frame of `sender`; ringing apart."""
        above = self._above(viewer, frozenset((sender,)))
        lingering = misread(-self._lingering(viewer, sender, above))
        wrong = _HALF * misread(above) + _HALF * self._idle(viewer) + _QUARTER * lingering
        return wrong if wrong > CERTAIN else 0.0

    def _lingering(self, viewer: str, sender: str, above: float) -> float:
        """How far above the threshold the level still is when the next bit is sampled (V)."""
        threshold = self._wiring.transceivers[viewer].threshold
        left = max(0.0, SAMPLE_POINT / self._bitrate - LOOP_DELAY)
        if sender not in self._time_constants:
            self._time_constants[sender] = time_constant(self._wiring, sender)
        return (above + threshold) * exp(-left / self._time_constants[sender]) - threshold


def time_constant(wiring: Wiring, name: str) -> float:
    """Seconds in which the wires discharge to 37 % after that transceiver drove them."""
    network = wiring.network()
    high, low = pin(name, "H"), pin(name, "L")
    at_rest = network.solve()
    probe = network.copy()
    probe.current(high, 1e-3)
    probe.current(low, -1e-3)
    volts = probe.solve()
    ohms = ((volts[high] - volts[low]) - (at_rest[high] - at_rest[low])) / 1e-3
    layout = wiring.layout
    metres = layout.length + sum(tap.stub for tap in layout.taps)
    farads = CAPACITANCE_PER_METRE * metres + CAPACITANCE_PER_NODE * len(wiring.transceivers)
    return ohms * farads


def mismatch(wiring: Wiring) -> float:
    """Sum of the squared reflection factors of the trunk's ends, and of breaks in it."""
    total = 0.0
    for name, part in wiring.terminators.items():
        stub = wiring.stubs[name]
        total += _reflection(part.ohms + stub.high + stub.low if stub.plugged else float("inf"))
    for segment in wiring.segments.values():
        broken = segment.high + segment.low
        # The wave comes from one side and sees the bad contact and, behind it, the other side.
        total += _reflection(TERMINATION + broken) if broken else 0.0
    return total


def _reflection(ohms: float) -> float:
    return 1.0 if isinf(ohms) else ((ohms - TERMINATION) / (ohms + TERMINATION)) ** 2
