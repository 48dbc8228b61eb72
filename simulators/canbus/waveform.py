"""One frame as an oscilloscope with two probes shows it: H and L at a place, sample by sample."""

from math import cos, exp, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

import can

from simulators.canbus.frame_bits import frame_bits
from simulators.canbus.frame_length import INTERMISSION
from simulators.canbus.hearing import mismatch, time_constant

if TYPE_CHECKING:
    from simulators.canbus.bus import SimulatedBus

RISE = 60e-9
"""Time constant of a dominant edge, which the output stages drive (s)."""
WAVE_SPEED = 2e8
"""On a twisted pair (m/s)."""
_RINGS = 2.0
"""Periods in which ringing falls to 37 %."""


class Sample(NamedTuple):
    """Voltages against ground (V) at a time (s)."""

    t: float
    high: float
    low: float


def waveform(
    bus: "SimulatedBus",
    place: str,
    sender: str,
    message: can.Message,
    *,
    start: float = 0.0,
    samples_per_bit: int = 20,
) -> list[Sample]:
    """H and L at a place while `sender` sends a frame; the first bit begins at `start`.

    In the ACK slot those drive that hear the sender. Recessive edges follow the discharge of the
    wires, and where the trunk is not terminated every edge rings. The frame is shown to its end
    even where errors would cut it off. Raises UnknownNameError for an unknown place or sender.
    """
    wiring, hearing = bus.wiring, bus.hearing()
    bus.node(sender)
    frame = frame_bits(
        message.arbitration_id,
        message.is_extended_id,
        bytes(message.data),
        remote=message.is_remote_frame,
        dlc=message.dlc,
    )
    answering = frozenset(
        node.name
        for node in bus.nodes.values()
        if node.name != sender and node.acknowledges and hearing.hears(node.name, sender)
    )
    idle = (1,) * INTERMISSION
    levels = []
    for index, bit in enumerate((*idle, *frame.bits, *idle)):
        acknowledged = index - len(idle) == frame.ack_slot
        senders = answering if acknowledged else frozenset() if bit else frozenset((sender,))
        levels.append((wiring.probe(place, senders), bool(senders)))
    fall = time_constant(wiring, sender)
    reflection = sqrt(min(1.0, mismatch(wiring)))
    period = 4 * max(wiring.layout.length, 1.0) / WAVE_SPEED
    bit_time = bus.bit_time
    samples: list[Sample] = []
    (high, low), _ = levels[0]
    for index, ((to_high, to_low), dominant) in enumerate(levels):
        begin = start + (index - len(idle)) * bit_time
        constant = RISE if dominant else fall
        from_high, from_low = high, low
        for step in range(samples_per_bit):
            after = step * bit_time / samples_per_bit
            ringing = exp(-after / (_RINGS * period)) * (1 - cos(2 * pi * after / period)) / 2
            left = exp(-after / constant) - reflection * ringing
            high = to_high + (from_high - to_high) * left
            low = to_low + (from_low - to_low) * left
            samples.append(Sample(begin + after, high, low))
    return samples
