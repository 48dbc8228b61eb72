"""A gateway's mirror: every bus of the vehicle through one adapter."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import can

from harness.devices.can.memory import Hub, OnFrame


class Gateway(Protocol):
    """The gateway's node on a bus."""

    def subscribe(self, consumer: OnFrame) -> Callable[[], None]:
        """Give `consumer` every frame that the node hears. Returns how to end it."""
        ...

    def subscribe_sent(self, consumer: OnFrame) -> Callable[[], None]:
        """Give `consumer` every frame that the node sends. Returns how to end it."""
        ...


class GatewayMirror:
    """A hub that shows the frames of several buses and sends into one. Satisfies `Hub`.

    `main` is the bus at the diagnostic connector; frames are sent into it, and its frames and error
    frames are shown. `others` are the gateway's nodes on the other buses, by bus: what the gateway
    does not hear, the mirror does not show. `routed` are the (identifier, extended) that the
    gateway carries to the main bus anyway (diagnostics): from the others they are not shown, so
    that they come once. Each message's `channel` is the name of its bus.
    """

    def __init__(
        self,
        main: Hub,
        others: Mapping[str, Gateway],
        *,
        routed: Collection[tuple[int, bool]] = (),
    ) -> None:
        self._main = main
        self._others = dict(others)
        self._routed = frozenset(routed)

    def attach(self, on_frame: OnFrame, *, listen_only: bool = False) -> Callable[[], None]:
        """Give `on_frame` the frames of all buses in order of time. Returns how to detach."""

        def mirrored(message: can.Message) -> None:
            if (message.arbitration_id, message.is_extended_id) not in self._routed:
                on_frame(message)

        ends = [self._main.attach(on_frame, listen_only=listen_only)]
        for node in self._others.values():
            ends += [node.subscribe(mirrored), node.subscribe_sent(mirrored)]

        def detach() -> None:
            while ends:
                ends.pop()()

        return detach

    def transmit(self, message: can.Message) -> None:
        """Send into the main bus. Raises can.CanOperationError."""
        self._main.transmit(message)

    def tap(self) -> "GatewayMirror":
        """The same mirror through an adapter of its own, if the main bus has room for one."""
        tap = getattr(self._main, "tap", None)
        main = tap() if tap is not None else self._main
        return GatewayMirror(main, self._others, routed=self._routed)
