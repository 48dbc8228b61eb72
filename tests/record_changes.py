"""Records made different, for the tests of reports."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.events import AnyEvent
from harness.evidence.read import Entry
from harness.report.record import Record

E = TypeVar("E", bound=AnyEvent)


def with_entries(record: Record, entries: Sequence[Entry]) -> Record:
    return replace(record, entries=entries)


def changed(record: Record, kind: type[E], change: Callable[[E], E | None]) -> Record:
    """The record with events of one kind replaced, or left out."""
    found: list[Entry] = []
    for entry in record.entries:
        event: AnyEvent | None = entry.event
        if isinstance(event, kind):
            event = change(event)
        if event is not None:
            found.append(entry._replace(event=event))
    return with_entries(record, found)


def with_event(record: Record, event: AnyEvent) -> Record:
    last = record.entries[-1]
    return with_entries(record, [*record.entries, last._replace(n=last.n + 1, event=event)])
