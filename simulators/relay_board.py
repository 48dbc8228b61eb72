"""A board of relays in the wiring of the simulated bench: each puts one physical fault in."""

from collections.abc import Callable, Mapping

from harness.errors import RefusedError, UnknownNameError
from harness.quantity import Value

ILLEGAL_VALUE = 3
_RELAY = "relay_"


class RelayBoard:
    """Eight relays or more. `wiring` is fault -> relay; `switch` puts a fault in or takes it out.

    `stuck` names relays that do not move any more, for what a board may do wrong.
    """

    powered = True

    def __init__(
        self, wiring: Mapping[str, str], switch: Callable[[str, bool], None], *, relays: int = 8
    ) -> None:
        self.unit_id = 1
        self.stuck: set[str] = set()
        self._faults = {relay: fault for fault, relay in wiring.items()}
        self._switch = switch
        self._on = {f"{_RELAY}{number}": False for number in range(1, relays + 1)}

    def feed(self) -> None:
        """A request has come; the board has no watchdog."""

    def knows(self, name: str) -> bool:
        return name in self._on

    def takes(self, name: str) -> bool:
        return name in self._on

    def get(self, name: str) -> Value | None:
        """The state of a relay. Raises UnknownNameError."""
        if name == "enable":
            return None
        if name not in self._on:
            raise UnknownNameError("relay", name, list(self._on))
        return "on" if self._on[name] else "off"

    def put(self, name: str, value: Value) -> None:
        """Switch a relay, and with it what it is wired to. Raises RefusedError."""
        if value not in ("on", "off"):
            raise RefusedError(f"{name} cannot be {value!r}", ILLEGAL_VALUE)
        on = value == "on"
        if name in self.stuck or on == self._on[name]:
            return
        self._on[name] = on
        fault = self._faults.get(name)
        if fault is not None:
            self._switch(fault, on)
