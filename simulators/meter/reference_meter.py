"""A reference energy meter in the pile's output, better than the pile's own by a class or two."""

import math
from collections.abc import Callable
from random import Random

from harness.errors import RefusedError, UnknownNameError
from harness.quantity import Value
from simulators.load import POWER_FACTOR
from simulators.pile.metering import Meter
from simulators.world import World

ILLEGAL_VALUE = 3
_ANGLE = math.degrees(math.acos(POWER_FACTOR))


class ReferenceMeter:
    """Speaks canonical point names like the pile; its accuracy is 0.05 %."""

    powered = True

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self.chip = self._chip = Meter(
            random, world.scheduler, world.grid, world.load, accuracy=0.0005, step=0.1
        )
        self._zero = self._chip.counted() - random.uniform(1_000.0, 90_000.0)
        self.unit_id = 1
        self.serial_number: Value = random.randrange(10_000_000, 99_999_999)
        self.password = 1000.0
        self.unlocked = False
        """Protected settings may be written."""

    def feed(self) -> None:
        """A request has come; a meter has no watchdog."""

    def _phases(self) -> range:
        return range(1, self._world.grid.phases + 1)

    def _per_phase(self, quantity: str, phase: int) -> float:
        return _QUANTITY[quantity](self._chip, phase) if phase in self._phases() else 0.0

    def knows(self, name: str) -> bool:
        return name in _SUMS or name in _OTHERS or _split(name) is not None

    def takes(self, name: str) -> bool:
        return name in ("modbus_unit_id", "unlock", "password")

    def get(self, name: str) -> Value | None:
        """The value of a canonical point. Raises UnknownNameError."""
        if (split := _split(name)) is not None:
            return self._per_phase(*split)
        if name in _SUMS:
            return sum(self._per_phase(_SUMS[name], phase) for phase in self._phases())
        read = _OTHERS.get(name)
        if read is None:
            raise UnknownNameError("point of the meter", name, [*_SUMS, *_OTHERS])
        return read(self)

    @property
    def frequency(self) -> float:
        return self._chip.frequency()

    @property
    def flowing(self) -> bool:
        """A current flows."""
        return self._world.load.current() > 0

    @property
    def kilowatt_hours(self) -> float:
        return self._chip.register(self._chip.counted() - self._zero) / 1000

    def put(self, name: str, value: Value) -> None:
        """Write a point. Raises RefusedError."""
        if name == "unlock":
            self.unlocked = value == self.password
            return
        if name == "password":
            if not self.unlocked or not isinstance(value, float):
                raise RefusedError("the password can be changed only when unlocked", 4)
            self.password = value
            return
        if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 247:
            raise RefusedError(f"{name} cannot be {value!r}; expected 1 to 247", ILLEGAL_VALUE)
        self.unit_id = int(value)


_QUANTITY: dict[str, Callable[[Meter, int], float]] = {
    "voltage": Meter.voltage,
    "current": Meter.current,
    "power": Meter.power,
    "apparent_power": Meter.apparent_power,
    "reactive_power": lambda chip, n: chip.apparent_power(n) * math.sqrt(1 - POWER_FACTOR**2),
    "power_factor": lambda chip, n: POWER_FACTOR if chip.current(n) > 0 else 1.0,
}
_SUMS = {
    "active_power": "power",
    "apparent_power": "apparent_power",
    "reactive_power": "reactive_power",
}
_OTHERS: dict[str, Callable[[ReferenceMeter], Value]] = {
    "frequency": lambda m: m.frequency,
    "power_factor": lambda m: POWER_FACTOR if m.flowing else 1.0,
    "total_phase_angle": lambda m: _ANGLE if m.flowing else 0.0,
    "total_energy": lambda m: m.kilowatt_hours,
    "total_energy_sum": lambda m: m.kilowatt_hours,
    "export_energy": lambda m: 0.0,
    "export_reactive_energy": lambda m: 0.0,
    "modbus_unit_id": lambda m: m.unit_id,
    "serial_number": lambda m: m.serial_number,
    "unlock": lambda m: "unlocked" if m.unlocked else "locked",
    "password": lambda m: m.password,
}


def _split(name: str) -> tuple[str, int] | None:
    """`power_l2` as ("power", 2)."""
    quantity, mark, phase = name.rpartition("_l")
    if mark and phase in ("1", "2", "3") and quantity in _QUANTITY:
        return quantity, int(phase)
    return None
