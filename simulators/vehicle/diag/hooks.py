"""What a diagnostic server asks of the car, and does to it.

The server knows its own things: session, security, memory, identity. Everything else goes through
`EcuHooks`. `DescribedHooks` is the usual one: functions by the names of the description.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from harness.quantity import Value
from simulators.vehicle.diag.outcome import Nrc

Done = bool | Nrc
"""True: done. False: the car has no such thing. An Nrc: it refuses, for this reason."""
RoutineAction = Literal["start", "stop"]
ResetKind = Literal["hard", "soft"]
Options = Mapping[str, Value]
_STANDSTILL = 0.5
"""Below this speed (km/h) the car stands."""


@dataclass(frozen=True, slots=True)
class RoutineRun:
    """A routine that has begun: how long it takes (s), and the function that gives its result.

    The result is asked for once, when the time is up; None leaves the result bytes out.
    """

    duration: float = 2.0
    result: Callable[[], Value | None] = lambda: None


Started = RoutineRun | Nrc | None
"""None: the car does not know this routine. An Nrc: it refuses, for this reason."""


class EcuHooks(Protocol):
    """The car as one control unit sees it. Names are those of the diagnostic description."""

    def read_did(self, name: str) -> Value | bytes | None:
        """The present value in the description's unit (or its bytes); None: not known now."""
        ...

    def write_did(self, name: str, value: Value) -> Done:
        """A tester writes a value. False leaves it to the server to keep."""
        ...

    def io_control(self, name: str, value: Value | None) -> Done:
        """A tester drives an actuator; None gives it back to the unit."""
        ...

    def routine(self, name: str, action: RoutineAction, options: Options) -> Started:
        """Start or stop a routine. None leaves a start to the server (see `routines.py`)."""
        ...

    def reset(self, kind: ResetKind) -> None:
        """The unit restarts: what it had in mind is lost."""
        ...

    def set_power(self, on: bool) -> None:
        """The unit's node leaves the bus for a restart, and comes back."""
        ...

    def set_communication(self, tx: bool, rx: bool) -> None:
        """Normal messages are (not) sent, are (not) heard; diagnostics goes on."""
        ...

    def speed_is_zero(self) -> bool:
        """The unit believes that the car stands."""
        ...


def _nothing(*_: object) -> None:
    """For what the car does not care about."""


class DescribedHooks:
    """Hooks made of functions by name. All but `values` may be left out.

    values: name -> the present value. The speed of the car is `vehicle_speed` (km/h) unless
        `speed` is given; without both the car stands.
    writers: name -> what takes a written value. actuators: name -> what drives, or with None gives
        back. Both return a `Done`.
    routines: name -> function of action and options.
    """

    def __init__(
        self,
        values: Mapping[str, Callable[[], Value | bytes | None]],
        *,
        writers: Mapping[str, Callable[[Value], Done]] | None = None,
        actuators: Mapping[str, Callable[[Value | None], Done]] | None = None,
        routines: Mapping[str, Callable[[RoutineAction, Options], Started]] | None = None,
        on_reset: Callable[[ResetKind], None] = _nothing,
        on_power: Callable[[bool], None] = _nothing,
        on_communication: Callable[[bool, bool], None] = _nothing,
        speed: Callable[[], float] | None = None,
    ) -> None:
        self._values = values
        self._writers = writers or {}
        self._actuators = actuators or {}
        self._routines = routines or {}
        self._on_reset = on_reset
        self._on_power = on_power
        self._on_communication = on_communication
        self._speed = speed

    def read_did(self, name: str) -> Value | bytes | None:
        function = self._values.get(name)
        return None if function is None else function()

    def write_did(self, name: str, value: Value) -> Done:
        return self._writers[name](value) if name in self._writers else False

    def io_control(self, name: str, value: Value | None) -> Done:
        return self._actuators[name](value) if name in self._actuators else False

    def routine(self, name: str, action: RoutineAction, options: Options) -> Started:
        return self._routines[name](action, options) if name in self._routines else None

    def reset(self, kind: ResetKind) -> None:
        self._on_reset(kind)

    def set_power(self, on: bool) -> None:
        self._on_power(on)

    def set_communication(self, tx: bool, rx: bool) -> None:
        self._on_communication(tx, rx)

    def speed_is_zero(self) -> bool:
        speed = self._speed() if self._speed is not None else self.read_did("vehicle_speed")
        return not isinstance(speed, int | float) or abs(speed) < _STANDSTILL
