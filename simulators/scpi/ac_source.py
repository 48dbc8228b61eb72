"""An AC source in place of the mains: its settings are voltage and frequency of the grid."""

from random import Random

from simulators.load import POWER_FACTOR
from simulators.scpi.commands import Commands, shown, switch, within
from simulators.world import World

_MOST_VOLTS = 300.0


class AcSource:
    """Set by SCPI. It stands on and at the site's voltage, as somebody has left it."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._volts = world.grid.level
        self._hertz = world.grid.frequency_level
        self._on = True
        serial = random.randrange(10_000, 99_999)
        self.commands = commands = Commands(f"charging-harness,AC-SOURCE,{serial},1.0")
        commands.setter("VOLT", self._set_voltage)
        commands.setter("FREQ", self._set_frequency)
        commands.setter("OUTP", self._switch)
        commands.query("VOLT", lambda: shown(self._volts))
        commands.query("FREQ", lambda: shown(self._hertz))
        commands.query("OUTP", lambda: "1" if self._on else "0")
        commands.query("MEAS:VOLT", lambda: shown(self._voltage()))
        commands.query("MEAS:FREQ", lambda: shown(world.grid.frequency(world.t)))
        commands.query("MEAS:CURR", lambda: shown(world.load.current_in(1)))
        commands.query("MEAS:POW", lambda: shown(self._power()))

    def _voltage(self) -> float:
        return self._world.grid.voltage(1, self._world.t) if self._on else 0.0

    def _power(self) -> float:
        phases = self._world.load.phases
        return len(phases) * self._voltage() * self._world.load.current_in(1) * POWER_FACTOR

    def _set_voltage(self, text: str) -> None:
        self._volts = within(text, 0.0, _MOST_VOLTS)
        self._apply()

    def _set_frequency(self, text: str) -> None:
        self._hertz = within(text, 40.0, 70.0)
        self._apply()

    def _switch(self, text: str) -> None:
        self._on = switch(text)
        self._apply()

    def _apply(self) -> None:
        level = self._volts if self._on else 0.0
        self._world.set_supply(level=level, frequency_level=self._hertz)
