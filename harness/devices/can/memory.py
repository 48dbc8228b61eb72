"""Where an in-process simulated bus and the harness meet: hubs, by name.

A hub carries `can.Message` objects whose `timestamp` is the loop's time (seconds) at the end of
the frame. Callbacks run on the loop, in order of time; error frames have `is_error_frame`.
"""

from collections.abc import Callable
from typing import Protocol

import can

from harness.errors import ConnectionFailedError

OnFrame = Callable[[can.Message], None]


class Hub(Protocol):
    """One bus as an adapter on it sees it."""

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        """Call `on_frame` for every frame of the others from now on. Returns how to detach.

        With `listen_only` the adapter does not acknowledge frames.
        """

    def transmit(self, message: can.Message) -> None:
        """Put a frame on the bus. Raises can.CanOperationError when the bus does not take it."""


_hubs: dict[str, Hub] = {}


def offer_hub(name: str, hub: Hub) -> None:
    """Make a hub reachable as `{can: memory, channel: <name>}`. A name is offered once."""
    if name in _hubs:
        raise ValueError(f"a hub called {name!r} is already offered")
    _hubs[name] = hub


def withdraw_hub(name: str) -> None:
    """Take a hub away; no error if it is not there. Ports that are open stay attached."""
    _hubs.pop(name, None)


def find_hub(name: str) -> Hub:
    """The hub of that name. Raises ConnectionFailedError."""
    hub = _hubs.get(name)
    if hub is None:
        known = ", ".join(sorted(_hubs)) or "none"
        raise ConnectionFailedError(
            f"memory:{name}: no simulator serves this in-memory bus; buses served: {known}"
        )
    return hub
