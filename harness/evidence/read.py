"""Reading a record back. That says nothing about whether it was altered: see `verify`."""

from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import msgspec

from harness.errors import EvidenceError
from harness.events import AnyEvent, ExamOpened, ExamStarted, StepEnded, Transaction, Withheld
from harness.evidence.chain import parse_header, split_lines
from harness.evidence.layout import JOURNAL, MODBUS
from harness.evidence.withheld import key_of, open_withheld
from harness.text import Text

T = TypeVar("T")

UNREADABLE = Text("证据无法读取", "The evidence cannot be read")
_events: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_transactions = msgspec.json.Decoder(Transaction)


class Entry(NamedTuple):
    """One line of a journal: its number, seconds since the start, the event, its stored bytes."""

    n: int
    t: float
    event: AnyEvent
    raw: bytes


class ModbusEntry(NamedTuple):
    """One line of a Modbus record."""

    n: int
    t: float
    transaction: Transaction
    raw: bytes


class _Line(NamedTuple, Generic[T]):
    n: int
    t: float
    value: T
    raw: bytes


def read_journal(folder: Path, *, skip_bad: bool = False) -> list[Entry]:
    """All complete lines of the journal; a torn last line is left out.

    What an exam withheld stands at its place, once the exam has been opened. Raises EvidenceError
    naming the line that is no event. With `skip_bad`, such lines are left out instead, for showing
    what is left of an altered record.
    """
    data = read_file(folder / JOURNAL)
    return opened([Entry(*line) for line in _lines(data, JOURNAL, _events, skip_bad)], skip_bad)


def opened(entries: list[Entry], skip_bad: bool = False) -> list[Entry]:
    """The entries with what was withheld at its place. As they are, before the key is revealed.

    The end of a step is on record twice: without its verdict when it happened, and in full,
    withheld. The full one takes its place.
    """
    keys = [entry for entry in entries if isinstance(entry.event, ExamOpened)]
    if not keys:
        return entries
    committed = [e.event.commitment for e in entries if isinstance(e.event, ExamStarted)]
    try:
        last = keys[-1].event
        assert isinstance(last, ExamOpened)
        return opened_with(entries, key_of(last.key, committed))
    except EvidenceError as error:
        if skip_bad:
            return entries
        raise EvidenceError(f"{JOURNAL}: {error.detail}", headline=error.headline) from error


def opened_with(entries: list[Entry], key: bytes) -> list[Entry]:
    """The entries with what was withheld by this key at its place. Raises EvidenceError."""
    found: list[Entry] = []
    for entry in entries:
        if not isinstance(entry.event, Withheld):
            found.append(entry)
            continue
        event = open_withheld(entry.event, key)
        before = found[-1].event if found else None
        if isinstance(event, StepEnded) and isinstance(before, StepEnded) and before.withheld:
            # What ties the step to the Modbus record was not known when it was withheld.
            event = msgspec.structs.replace(
                event, modbus_lines=before.modbus_lines, modbus_head=before.modbus_head
            )
            found.pop()
        found.append(entry._replace(event=event))
    return found


def read_modbus(folder: Path, *, skip_bad: bool = False) -> list[ModbusEntry]:
    """All complete lines of the Modbus record, as `read_journal` does."""
    data = read_file(folder / MODBUS)
    return [ModbusEntry(*line) for line in _lines(data, MODBUS, _transactions, skip_bad)]


def decode_event(line: bytes) -> AnyEvent:
    """The event of one stored line. Raises EvidenceError."""
    return _decode(line, _events)


def decode_transaction(line: bytes) -> Transaction:
    """The transaction of one stored line. Raises EvidenceError."""
    return _decode(line, _transactions)


def read_file(path: Path) -> bytes:
    """A file of the record. Raises EvidenceError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: {error}", headline=UNREADABLE) from error


def _lines(
    data: bytes, file: str, decoder: msgspec.json.Decoder[T], skip_bad: bool
) -> list[_Line[T]]:
    found: list[_Line[T]] = []
    for number, line in enumerate(split_lines(data)[0], start=1):
        header = parse_header(line)
        try:
            if header is None:
                raise EvidenceError("the line does not start with its chain fields")
            found.append(_Line(number, header.t, _decode(line, decoder), line))
        except EvidenceError as error:
            if not skip_bad:
                raise EvidenceError(f"{file}:{number}: {error.detail}", headline=UNREADABLE) from (
                    error.__cause__
                )
    return found


def _decode(line: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EvidenceError(f"not readable: {error}", headline=UNREADABLE) from error
