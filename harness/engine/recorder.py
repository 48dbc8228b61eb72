"""Where the engine's events go: the bundle first, then everyone who looks on.

When the record can no longer be written (disk full), the first failure is raised once so that
the run ends; after that events still reach the listeners, because the bench has to be made safe
and the person has to be told.
"""

from collections.abc import Callable

from harness.errors import EvidenceError
from harness.events import Event, Transaction
from harness.evidence.journal import Bundle

Listener = Callable[[Event], None]


class Recorder:
    """Emits events to the bundle and to listeners."""

    def __init__(self, bundle: Bundle, listeners: list[Listener]) -> None:
        self._bundle = bundle
        self._listeners = listeners
        self.broken: EvidenceError | None = None
        self.finishing = False
        """While the bench is made safe, a record that fails must not stand in the way."""

    def emit(self, event: Event) -> None:
        """Record an event. Raises EvidenceError the first time that it cannot be written."""
        failed: EvidenceError | None = None
        if self.broken is None:
            try:
                self._bundle.emit(event)
            except EvidenceError as error:
                self.broken = failed = error
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a closed terminal must not end the run
                self._listeners.remove(listener)
        if failed is not None:
            raise failed

    def record(self, transaction: Transaction) -> int:
        """Record a Modbus transaction; 0 stands for a line that could not be written."""
        if self.broken is not None:
            return 0
        try:
            return self._bundle.modbus.append(transaction)
        except EvidenceError as error:
            self.broken = error
            if self.finishing:
                return 0
            raise
