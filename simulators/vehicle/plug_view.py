"""What the car sees of the charging plug: CC, CP, earth, mains. Nothing of the pile itself."""

from typing import TYPE_CHECKING

from simulators.cable import PilotWire
from simulators.pilot import CABLE_R4, CABLE_RC, S1, announced

if TYPE_CHECKING:
    from simulators.world import World

_BAND = 0.05
"""RC must lie within 95 to 105 % of the table value (GB/T 18487.1-2023, A.3.10.1)."""


class PlugView:
    """The inlet's pins. Voltages in V, resistances in ohm, currents in A, duty in %."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.cc_contact = 0.0
        """Resistance of a corroded CC contact of the inlet (ohm)."""
        self.cc_leak: float | None = None
        """Resistance between CC and earth inside the inlet (ohm), by water or a damaged cable."""

    # Connection confirm (test point 3)

    @property
    def mated(self) -> bool:
        """What the car takes for a plug: there is a resistance at CC."""
        return self.cc_resistance() is not None

    def cc_resistance(self) -> float | None:
        """CC to earth; None: nothing is there."""
        cable = self._world.cable
        if not self._world.inlet_cc or cable.cc_open:
            return self.cc_leak
        plug = cable.plug_resistance() + self.cc_contact
        return plug if self.cc_leak is None else plug * self.cc_leak / (plug + self.cc_leak)

    def half_connected(self) -> bool:
        """The latch button is pressed: RC + R4."""
        seen = self.cc_resistance()
        return seen is not None and any(
            abs(seen - (rc + CABLE_R4[a])) <= _BAND * (rc + CABLE_R4[a])
            for a, rc in CABLE_RC.items()
        )

    def cable_rating(self) -> int:
        """Current (A) that RC stands for; 0: no cable, or a resistor outside its band."""
        seen = self.cc_resistance()
        if seen is None:
            return 0
        return next((a for a, rc in CABLE_RC.items() if abs(seen - rc) <= _BAND * rc), 0)

    # Control pilot (test point 2, as the charger reports it: without the diode's drop)

    def _joined(self) -> bool:
        cable = self._world.cable
        return cable.mated and cable.earth_sound and cable.pilot_wire is PilotWire.SOUND

    def cp_level(self) -> float:
        """Positive level of the pilot; 0 when none arrives."""
        if not self._joined():
            return 0.0
        box, vehicle = self._world.box, self._world.vehicle
        if box.pilot_held:
            return box.held_level(vehicle.resistance(), vehicle.diode_drop)
        return max(self._world.levels().positive, 0.0)

    def out_of_service(self) -> bool:
        """The pile holds the pilot at steady -12 V."""
        pile = self._world.pile
        held = self._world.box.pilot_held
        return self._joined() and not held and pile is not None and pile.pilot.s1 is S1.LOW

    def duty(self) -> float:
        """Duty of the PWM; 0 without one."""
        return self._world.inlet_duty() or 0.0

    def frequency(self) -> float:
        return self._world.levels().frequency if self.duty() else 0.0

    def coded_current(self) -> float:
        """What the duty allows (A)."""
        return announced(self.duty())

    # Power pins

    @property
    def live(self) -> bool:
        """Mains is on the pins."""
        return self._world.inlet_live

    @property
    def earth(self) -> bool:
        """Protective earth, as far as the charger's monitor can tell: with no plug there is none.

        Without a voltage to earth the monitor cannot see a break.
        """
        cable = self._world.cable
        return cable.mated and (cable.earth_sound or not self.live)

    def voltage(self, phase: int) -> float:
        world = self._world
        return world.grid.voltage(phase, world.t) if self.live else 0.0

    def current(self, phase: int) -> float:
        return self._world.load.current_in(phase)

    def mains_frequency(self) -> float:
        world = self._world
        return world.grid.frequency(world.t) if self.live else 0.0

    def power(self) -> float:
        """True power through the plug (W)."""
        load = self._world.load
        return sum(load.power(phase) for phase in load.phases) if load.current() else 0.0

    def energy(self) -> float:
        """True energy through the plug since the start (Wh)."""
        return self._world.load.energy()
