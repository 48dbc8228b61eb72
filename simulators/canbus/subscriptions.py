"""Who at a node wants which frames."""

from collections.abc import Callable, Collection

import can

from simulators.canbus.frame import id_key

Consumer = Callable[[can.Message], None]


class Subscriptions:
    """Consumers of one node's frames. `changed` is called when there are others than before.

    A message is shared by all its consumers and must not be changed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._subscribers: dict[int | None, list[Consumer]] = {}
        self.echoes: list[Consumer] = []
        """Who wants the frames that the node itself has sent."""

    def subscribe(
        self, consumer: Consumer, ids: Collection[tuple[int, bool]] | None = None
    ) -> Callable[[], None]:
        """Give `consumer` the frames of others with these (identifier, extended), all if None.

        Returns how to end it.
        """
        keys: list[int | None] = [None] if ids is None else list({id_key(*one) for one in ids})
        for key in keys:
            self._subscribers.setdefault(key, []).append(consumer)
        self._changed()

        def unsubscribe() -> None:
            while keys:
                self._subscribers[keys.pop()].remove(consumer)
            self._changed()

        return unsubscribe

    def subscribe_sent(self, consumer: Consumer) -> Callable[[], None]:
        """Give `consumer` every frame of the node that went through. Returns how to end it."""
        self.echoes.append(consumer)

        def unsubscribe() -> None:
            if consumer in self.echoes:
                self.echoes.remove(consumer)

        return unsubscribe

    def consumers(self, key: int) -> list[Consumer]:
        """Who wants frames of this identifier."""
        return [*self._subscribers.get(key, ()), *self._subscribers.get(None, ())]
