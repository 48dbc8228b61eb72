"""Where the engine's events go: the bundle first, then everyone who looks on.

When the record can no longer be written (disk full), the first failure is raised once so that
the run ends; after that events still reach the listeners, because the bench has to be made safe
and the person has to be told.

In an exam, what would tell the candidate the key goes into the record unreadable, and to nobody
else; the end of a step goes there twice, without its verdict and in full.
"""

from collections.abc import Callable

import msgspec

from harness.engine.attendant import Attendant
from harness.errors import EvidenceError
from harness.events import Event, HiddenExchange, StepEnded, Transaction, Withheld
from harness.evidence.journal import Bundle

Listener = Callable[[Event], None]


class Recorder:
    """Emits events to the bundle and to listeners."""

    def __init__(
        self, bundle: Bundle, listeners: list[Listener], attendant: Attendant | None = None
    ) -> None:
        self._bundle = bundle
        self._listeners = listeners
        self._attendant = attendant
        self._kept: list[Event] = []
        """Withheld lines since the last end of a step. They are written together then: when each
        of them came would tell as much as how many there are."""
        self.broken: EvidenceError | None = None
        self.finishing = False
        """While the bench is made safe, a record that fails must not stand in the way."""
        self.opened = False
        """The exam is over: nothing is withheld any more."""

    def emit(self, event: Event) -> None:
        """Record an event. Raises EvidenceError the first time that it cannot be written."""
        attendant = self._attendant
        if attendant is None or self.opened:
            self._put(event)
        elif isinstance(event, StepEnded):
            self._write_kept(1)
            blank = msgspec.structs.replace(
                event, verdict=None, candidate=None, reason="", headline=None, withheld=True
            )
            self._put(blank)
            self._put(attendant.close(event))
        elif attendant.withholds(event):
            self._kept.append(attendant.close(event))
        else:
            self._put(event)

    def write_kept(self) -> None:
        """Write what was withheld outside the steps, as many lines as there always are."""
        if self._attendant is not None and self._kept and not self.opened:
            self._write_kept(0)

    def _write_kept(self, more: int) -> None:
        """`more`: so many further lines come at once."""
        assert self._attendant is not None
        while (line := self._attendant.padding(len(self._kept) + more)) is not None:
            self._kept.append(line)
        kept, self._kept = self._kept, []
        for line in kept:
            self._put(line)

    def _put(self, event: Event) -> None:
        failed: EvidenceError | None = None
        if self.broken is None:
            try:
                self._bundle.emit(event)
            except EvidenceError as error:
                self.broken = failed = error
        if not isinstance(event, Withheld):
            self._tell(event)
        if failed is not None:
            raise failed

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a closed terminal must not end the run
                self._listeners.remove(listener)

    def record(self, transaction: Transaction) -> int:
        """Record a Modbus transaction; 0 stands for a line that could not be written."""
        if self.broken is not None:
            return 0
        try:
            attendant = None if self.opened else self._attendant
            if attendant is not None and attendant.hides(transaction):
                self.emit(HiddenExchange(exchange=msgspec.to_builtins(transaction)))
                return 0
            return self._bundle.modbus.append(transaction)
        except EvidenceError as error:
            self.broken = error
            if self.finishing:
                return 0
            raise
