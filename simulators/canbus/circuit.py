"""A small network of resistors and sources, solved for the voltages of its junctions.

Nodal analysis: the conductances between junctions and the currents fed into them give one linear
equation per junction. A bus is a long thin network, so eliminating the junction with the fewest
neighbours first leaves next to nothing to compute; no numerical library is needed.
"""

from math import inf, isinf

GROUND = "GND"
LEAST = 1e-3
"""A contact has at least this resistance (ohm), so that no two junctions are one."""
_LEAKAGE = 1e-9
"""Conductance of every junction to ground (1 Gohm): nothing is perfectly insulated, and a
junction that hangs in the air still has a voltage."""


class Circuit:
    """Junctions are made by naming them. Voltages are against `GROUND`."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, float]] = {}
        self._fed: dict[str, float] = {}

    def _at(self, junction: str) -> dict[str, float]:
        row = self._rows.get(junction)
        if row is None:
            row = self._rows[junction] = {junction: _LEAKAGE}
            self._fed[junction] = 0.0
        return row

    def resistor(self, a: str, b: str, ohms: float = LEAST) -> None:
        """Join two junctions; infinite ohms is no joint."""
        if isinf(ohms) or a == b:
            return
        conductance = 1.0 / max(ohms, LEAST)
        for one, other in ((a, b), (b, a)):
            if one == GROUND:
                continue
            row = self._at(one)
            row[one] += conductance
            if other != GROUND:
                self._at(other)
                row[other] = row.get(other, 0.0) - conductance

    def source(self, junction: str, volts: float, ohms: float) -> None:
        """A voltage source against ground with its inner resistance."""
        self.resistor(junction, GROUND, ohms)
        self.current(junction, volts / max(ohms, LEAST))

    def current(self, junction: str, amperes: float) -> None:
        """A current that flows into a junction (from ground)."""
        if junction != GROUND:
            self._at(junction)
            self._fed[junction] += amperes

    def copy(self) -> "Circuit":
        """The same network, to be added to."""
        other = Circuit()
        other._rows = {junction: dict(row) for junction, row in self._rows.items()}
        other._fed = dict(self._fed)
        return other

    def solve(self) -> dict[str, float]:
        """The voltage of every junction (V). The network itself is left as it is."""
        rows = {junction: dict(row) for junction, row in self._rows.items()}
        fed = dict(self._fed)
        order: list[tuple[str, dict[str, float]]] = []
        while rows:
            junction = min(rows, key=lambda name: len(rows[name]))
            row = rows.pop(junction)
            pivot = row.pop(junction)
            for other, coupling in row.items():
                share = coupling / pivot
                target = rows[other]
                del target[junction]
                for neighbour, value in row.items():
                    target[neighbour] = target.get(neighbour, 0.0) - share * value
                fed[other] -= share * fed[junction]
            row[junction] = pivot
            order.append((junction, row))
        volts = {GROUND: 0.0}
        for junction, row in reversed(order):
            pivot = row.pop(junction)
            rest = sum(coupling * volts[other] for other, coupling in row.items())
            volts[junction] = (fed[junction] - rest) / pivot
        return volts

    def resistance(self, a: str, b: str) -> float:
        """Ohms between two junctions of a network without sources; infinite for none at all."""
        if a not in self._rows and a != GROUND:
            return inf
        probe = self.copy()
        probe.current(a, 1e-3)
        probe.current(b, -1e-3)
        volts = probe.solve()
        return (volts[a] - volts[b]) / 1e-3
