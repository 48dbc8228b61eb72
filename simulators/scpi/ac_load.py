"""An AC load at the plug: draws what it is set to, in place of the vehicle's charger."""

from random import Random

from simulators.load import POWER_FACTOR
from simulators.pile.metering import Meter
from simulators.scpi.commands import Commands, shown, switch, within
from simulators.world import World

_MOST_AMPERES = 63.0
_MOST_WATTS = 43_000.0


class AcLoad:
    """Set by SCPI; its own measurement is good to 0.1 %."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._chip = Meter(
            random, world.scheduler, world.grid, world.load, accuracy=0.001, step=0.01
        )
        self._zero = self._chip.counted()
        self._amperes = 0.0
        self._watts = 0.0
        self._by_power = False
        self._on = False
        world.vehicle.load_instead = self.current
        serial = random.randrange(10_000, 99_999)
        self.commands = commands = Commands(f"charging-harness,AC-LOAD,{serial},1.0")
        commands.setter("CURR", self._set_current)
        commands.setter("POW", self._set_power)
        commands.setter("FUNC", self._set_mode)
        commands.setter("INP", self._switch)
        commands.query("CURR", lambda: shown(self._amperes))
        commands.query("POW", lambda: shown(self._watts))
        commands.query("FUNC", lambda: "POW" if self._by_power else "CURR")
        commands.query("INP", lambda: "1" if self._on else "0")
        commands.query("MEAS:VOLT", lambda: shown(self._voltage()))
        commands.query("MEAS:CURR", lambda: shown(self._chip.current(1)))
        commands.query("MEAS:POW", lambda: shown(self._power()))
        commands.query("MEAS:ENER", lambda: shown(self._chip.counted() - self._zero))

    def current(self) -> float:
        """What it draws from each phase (A) when mains is there."""
        if not self._on:
            return 0.0
        if not self._by_power:
            return self._amperes
        phases, volts = self._world.load.phases, self._world.grid.level
        return self._watts / (len(phases) * volts * POWER_FACTOR) if phases and volts else 0.0

    def _voltage(self) -> float:
        return self._chip.voltage(1) if self._world.output_live else 0.0

    def _power(self) -> float:
        return sum(self._chip.power(phase) for phase in self._world.load.phases)

    def _set_current(self, text: str) -> None:
        self._amperes = within(text, 0.0, _MOST_AMPERES)
        self._changed()

    def _set_power(self, text: str) -> None:
        self._watts = within(text, 0.0, _MOST_WATTS)
        self._changed()

    def _set_mode(self, text: str) -> None:
        if text.upper() not in ("CURR", "POW"):
            raise ValueError(text)
        self._by_power = text.upper() == "POW"
        self._changed()

    def _switch(self, text: str) -> None:
        self._on = switch(text)
        self._changed()

    def _changed(self) -> None:
        self._world.vehicle.limit_changed()
