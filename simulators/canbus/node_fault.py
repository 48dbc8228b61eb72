"""What may be wrong with a node itself, its wires being sound."""

from enum import StrEnum

OSCILLATOR_NOISE = 2e-3
"""Probability per bit that a frame of a node with a bad oscillator is misread."""
BABBLED_ID = 0x000
"""Identifier that a babbling node sends: the one that beats all others."""


class NodeFault(StrEnum):
    """What may be wrong with a node itself."""

    NONE = "none"
    DEAD = "dead"
    """Its transceiver has no supply or is broken: it neither sends nor hears nor disturbs."""
    STUCK_DOMINANT = "stuck_dominant"
    """Its output stage drives dominant without end."""
    BABBLING = "babbling"
    """It sends a frame of the best identifier again and again and leaves no room for others."""
    SILENT = "silent"
    """Its controller is in listen-only mode: it hears, but neither sends nor acknowledges."""
    BAD_OSCILLATOR = "bad_oscillator"
    """Its bit times are off: what it sends is often misread."""
