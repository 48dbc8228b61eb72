"""A record with everything that its reports are made of.

Reports are functions of a `Record` and nothing else: no clock, no network, no configuration. The
same record gives the same report. The recordings of its buses stay on the disk until they are
plotted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.events import Answered, PlanAnnounced
from harness.evidence.layout import MODBUS, file_inside
from harness.evidence.read import Entry, ModbusEntry, read_file, read_journal, read_modbus
from harness.evidence.rejudge import Difference, rejudge
from harness.evidence.seal import Statement, read_seal
from harness.evidence.verify import VerifyResult, verify
from harness.text import Text

MAX_PHOTO = 3_000_000
MAX_PHOTOS = 24_000_000
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Picture:
    """A photo of the record: media type and bytes."""

    kind: str
    data: bytes


@dataclass(frozen=True)
class Record:
    """Journal, Modbus record, what verification says of them, and a few things to show."""

    entries: Sequence[Entry] = field(repr=False)
    modbus: Sequence[ModbusEntry] = field(repr=False)
    check: VerifyResult
    differences: Sequence[Difference] = ()
    """Verdicts that do not follow from the stored values."""
    statement: Statement | None = None
    """What was sealed; None without a valid seal."""
    groups: dict[tuple[str, str], Text] = field(default_factory=dict)
    """Titles of step groups, by procedure and group."""
    pictures: dict[str, Picture] = field(default_factory=dict)
    folder: Path | None = None
    """Where the recordings lie, which are read when they are plotted; None: nothing is plotted."""


def load_record(folder: Path, check: VerifyResult | None = None) -> Record:
    """The record in a folder; of an altered one, whatever can still be read.

    `check` saves verifying again. Raises EvidenceError when there is no readable journal.
    """
    check = check or verify(folder)
    entries = read_journal(folder, skip_bad=True)
    modbus = read_modbus(folder, skip_bad=True) if (folder / MODBUS).is_file() else []
    statement: Statement | None = None
    if check.sealed:
        seal = read_seal(folder)
        statement = seal.statement if seal else None
    return Record(
        entries,
        modbus,
        check,
        rejudge(entries),
        statement,
        {
            (entry.event.procedure, group): title
            for entry in entries
            if isinstance(entry.event, PlanAnnounced)
            for group, title in entry.event.groups.items()
        },
        _pictures(folder, entries),
        folder,
    )


def _pictures(folder: Path, entries: Sequence[Entry]) -> dict[str, Picture]:
    """Photos that answers name, as far as they are pictures of a sensible size."""
    found: dict[str, Picture] = {}
    total = 0
    for entry in entries:
        event = entry.event
        if not isinstance(event, Answered) or not event.photo or event.photo in found:
            continue
        path = file_inside(folder, event.photo)
        if path is None:
            continue
        size = path.stat().st_size
        if size > MAX_PHOTO or total + size > MAX_PHOTOS:
            continue
        data = read_file(path)
        for magic, kind in _PICTURES.items():
            if data.startswith(magic):
                found[event.photo] = Picture(kind, data)
                total += size
    return found
