"""What transceivers that send a dominant bit do to the voltages of a bus.

The stage at H can only feed current in, the stage at L can only draw it (there is a diode in each),
and both limit it. So a wire that is held at battery voltage cannot be pulled down by the H stage:
which shorts kill a bus and which leave it working follows from that.
"""

from collections.abc import Iterable
from enum import Enum

from simulators.canbus.circuit import Circuit

HIGH_OPEN, LOW_OPEN = 4.5, 0.5
"""Voltages of the unloaded stages (V): 5 V supply and ground, a diode away from each."""
STAGE = 30.0
"""Resistance of either stage (ohm): into 60 ohm this gives H 3.5 V and L 1.5 V."""
LIMIT = 0.1
"""Current at which a stage limits (A)."""
_ROUNDS = 12


class _Mode(Enum):
    ON = 0
    LIMITED = 1
    OFF = 2


def pin(node: str, wire: str) -> str:
    """Junction of a node's own pin H or L, on its side of the connector."""
    return f"{node}.pin:{wire}"


def driven(network: Circuit, senders: Iterable[str]) -> dict[str, float]:
    """Voltages of all junctions while the transceivers `senders` drive dominant (V)."""
    modes = {(node, wire): _Mode.ON for node in senders for wire in "HL"}
    volts: dict[str, float] = {}
    for _ in range(_ROUNDS):
        circuit = network.copy() if modes else network
        for (node, wire), mode in modes.items():
            if mode is _Mode.ON:
                circuit.source(pin(node, wire), HIGH_OPEN if wire == "H" else LOW_OPEN, STAGE)
            elif mode is _Mode.LIMITED:
                circuit.current(pin(node, wire), LIMIT if wire == "H" else -LIMIT)
        volts = circuit.solve()
        after = {key: _mode(volts[pin(*key)], key[1]) for key in modes}
        if after == modes:
            break
        modes = after
    return volts


def _mode(volts: float, wire: str) -> _Mode:
    drop = HIGH_OPEN - volts if wire == "H" else volts - LOW_OPEN
    if drop < 0:
        return _Mode.OFF
    return _Mode.LIMITED if drop / STAGE > LIMIT else _Mode.ON
