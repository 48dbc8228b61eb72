"""Which signals of a message are in a frame together, ready for reading and checking.

A message is a tree: signals that are always there, and below each multiplexer those that come with
each of its numbers.
"""

from typing import NamedTuple

from harness.devices.can.layout import Field, field_of
from harness.devices.can.scaling import scaling_of
from harness.devices.can.specs import MessageSpec, SignalSpec


class Limited(NamedTuple):
    """What a fast range check needs: `low <= ((word >> shift) & mask) ^ flip <= high`.

    Flipping the sign bit turns two's complement into numbers that only grow.
    """

    big: int
    shift: int
    mask: int
    flip: int
    low: int
    high: int
    field: Field


class Switch(NamedTuple):
    """A multiplexer and the signals that come with each of its numbers."""

    field: Field
    groups: dict[int, "Group"]


class Group(NamedTuple):
    """Signals that are in the frame together. Multiplexers are among the fields."""

    fields: tuple[Field, ...]
    limited: tuple[Limited, ...]
    floats: tuple[Field, ...]
    switches: tuple[Switch, ...]


def group_of(spec: MessageSpec, signals: list[SignalSpec]) -> Group:
    """The tree below these signals of a message."""
    fields = tuple(field_of(signal, spec.length) for signal in signals)
    limited, floats = [], []
    for field in fields:
        scaling = scaling_of(field.spec)
        if field.spec.is_float:
            floats.append(field)
        elif (scaling.low, scaling.high) != (scaling.lowest, scaling.most):
            low, high = scaling.low + field.sign, scaling.high + field.sign
            flip = field.sign
            limited.append(Limited(field.big, field.shift, field.mask, flip, low, high, field))
    switches = []
    for field in fields:
        if field.spec.is_multiplexer:
            below = [s for s in spec.signals if s.multiplexer == field.name]
            numbers = sorted({number for s in below for number in s.mux_ids})
            children = {n: group_of(spec, [s for s in below if n in s.mux_ids]) for n in numbers}
            if children:
                switches.append(Switch(field, children))
    return Group(fields, tuple(limited), tuple(floats), tuple(switches))
