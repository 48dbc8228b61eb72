"""A break-out box between plug and inlet: what is done to the vehicle behind the pile's back.

The pile's own reaction would end the charge within 100 ms, so it would hide how long the vehicle
takes. Behind the box the pile sees nothing, and whatever ends the charge is the vehicle.
"""

from dataclasses import dataclass

from simulators.pilot import DIODE_DROP, R1, R2, R3, VCC, loaded

SUBSTITUTE = R2 * R3 / (R2 + R3)
"""What the box puts at the pile's pilot in place of the vehicle (ohm): state 3."""


@dataclass(slots=True)
class BreakoutBox:
    """Switches of the box; all off: plug and inlet are joined straight through."""

    pilot_held: bool = False
    """CP is parted: the vehicle gets steady +12 V behind 1 kΩ, the pile a substitute vehicle."""
    cc_open: bool = False
    """CC is parted: test point 3 of the vehicle is open."""
    mains_open: bool = False
    """The box's residual-current device has opened L and N; CP, CC and PE go through."""

    def pilot_load(self, vehicle: float | None, drop: float) -> tuple[float | None, float]:
        """What the pile's pilot feeds: resistance (ohm; None: nothing) and diode drop (V)."""
        return (SUBSTITUTE, DIODE_DROP) if self.pilot_held else (vehicle, drop)

    @staticmethod
    def held_level(vehicle: float | None, drop: float) -> float:
        """Level (V) of the box's own +12 V at the inlet, with the vehicle behind it."""
        return loaded(VCC, R1, vehicle, drop)
