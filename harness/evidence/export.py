"""Taking a record out: CSV for spreadsheets, JSON for programs, a zip for other people.

The tables about vehicles are made in `export_vehicle`.
"""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import EvidenceError
from harness.events import (
    BusOpened,
    DiagnosticExchange,
    Event,
    FramesSent,
    Judged,
    Measured,
    StepEnded,
    StepStarted,
)
from harness.evidence.csv_table import table
from harness.evidence.export_vehicle import buses_csv, exchanges_csv, sent_csv
from harness.evidence.layout import DERIVED, REVIEW, SEAL, files_of
from harness.evidence.read import Entry, ModbusEntry, read_file
from harness.limits import describe
from harness.quantity import Measurement

_FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

_STEP_COLUMNS = (
    "procedure",
    "number",
    "step",
    "group",
    "title_zh",
    "title_en",
    "action",
    "kind",
    "attempt",
    "item",
    "started_s",
    "ended_s",
    "verdict",
    "candidate",
    "reason",
)
_MEASUREMENT_COLUMNS = (
    "line",
    "t_s",
    "procedure",
    "step",
    "attempt",
    "event",
    "name",
    "value",
    "unit",
    "uncertainty",
    "quality",
    "source",
    "at_s",
    "raw",
    "limit",
    "rule",
    "accept_low",
    "accept_high",
    "verdict",
    "reason",
    "item",
    "clause",
    "confidence",
    "modbus_lines",
    "frame",
)


def steps_csv(entries: Iterable[Entry]) -> bytes:
    """One row per attempt of a step."""
    rows: list[Sequence[object]] = []
    open_steps: dict[tuple[str, str], tuple[float, StepStarted]] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, StepStarted):
            open_steps[event.procedure, event.step] = (entry.t, event)
        elif isinstance(event, StepEnded):
            began, started = open_steps.pop((event.procedure, event.step), (entry.t, None))
            rows.append(
                [
                    event.procedure,
                    started.number if started else None,
                    event.step,
                    started.group if started else None,
                    started.title.zh if started else None,
                    started.title.en if started else None,
                    started.action if started else None,
                    started.kind if started else None,
                    event.attempt,
                    started.item if started else None,
                    began,
                    entry.t,
                    event.verdict,
                    event.candidate,
                    event.reason,
                ]
            )
    return table(_STEP_COLUMNS, rows)


def measurements_csv(entries: Iterable[Entry]) -> bytes:
    """One row per measurement, judged or not."""
    rows: list[Sequence[object]] = []
    procedure, attempt = "", 1
    for entry in entries:
        event = entry.event
        if isinstance(event, StepStarted):
            procedure, attempt = event.procedure, event.attempt
        elif isinstance(event, Measured | Judged):
            start = [entry.n, entry.t, procedure, event.step, attempt]
            kind = "judged" if isinstance(event, Judged) else "measured"
            row = [*start, kind, *_measurement_cells(event.measurement)]
            behind = [" ".join(_lines(event.measurement)), event.measurement.frame]
            rows.append([*row, *_judgement_cells(event), *behind])
    return table(_MEASUREMENT_COLUMNS, rows)


def _measurement_cells(measurement: Measurement) -> list[object]:
    value = measurement.value
    return [
        measurement.name,
        " ".join(value) if isinstance(value, list) else value,
        measurement.unit,
        measurement.uncertainty,
        measurement.quality,
        measurement.source,
        measurement.at,
        measurement.raw,
    ]


def _judgement_cells(event: Measured | Judged) -> list[object]:
    if isinstance(event, Measured):
        return [None] * 9
    judgement = event.judgement
    return [
        describe(event.limit),
        judgement.rule,
        judgement.accept_low,
        judgement.accept_high,
        judgement.verdict,
        judgement.reason,
        event.item,
        event.clause,
        event.confidence,
    ]


def _lines(measurement: Measurement) -> list[str]:
    return [str(line) for line in measurement.transactions]


TABLES: Mapping[str, Callable[[Iterable[Entry]], bytes]] = {
    "steps": steps_csv,
    "measurements": measurements_csv,
    "exchanges": exchanges_csv,
    "buses": buses_csv,
    "sent": sent_csv,
}
"""Every table of a record, by the name of its file without `.csv`."""
VEHICLE_TABLES: Mapping[str, tuple[type[Event], ...]] = {
    "exchanges": (DiagnosticExchange,),
    "buses": (BusOpened,),
    "sent": (FramesSent,),
}
"""Tables that are worth a file only when the record has events of these kinds."""


def tables_of(entries: Sequence[Entry]) -> list[str]:
    """Names of the tables that a record fills; steps and measurements always."""
    kinds = {type(entry.event) for entry in entries}
    return [
        name for name in TABLES if name not in VEHICLE_TABLES or kinds & {*VEHICLE_TABLES[name]}
    ]


def record_json(entries: Iterable[Entry], modbus: Iterable[ModbusEntry]) -> bytes:
    """The whole record as one JSON object: `{"journal": […], "modbus": […]}`."""
    record: dict[str, list[Any]] = {
        "journal": [msgspec.Raw(entry.raw) for entry in entries],
        "modbus": [msgspec.Raw(entry.raw) for entry in modbus],
    }
    return msgspec.json.format(msgspec.json.encode(record), indent=1)


def bundle_zip(folder: Path, target: Path, *, name: str) -> Path:
    """The bundle as a zip file that verifies after unpacking; `target`, which must not exist.

    Everything lies in a folder called `name`. The same bundle gives the same bytes. Raises
    EvidenceError.
    """
    derived = [path for path in DERIVED if (folder / path).is_file()]
    seal = [name for name in (SEAL, REVIEW) if (folder / name).is_file()]
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted([*files_of(folder), *seal, *derived]):
                if (folder / path).is_symlink():
                    raise EvidenceError(f"{path} is a link; a record holds files only")
                info = zipfile.ZipInfo(f"{name}/{path}", _FIRST_ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3
                info.external_attr = 0o644 << 16
                archive.writestr(info, read_file(folder / path))
    except OSError as error:
        raise EvidenceError(f"{target}: {error}") from error
    return target
