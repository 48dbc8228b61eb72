"""From a recording and its descriptions to a file of values and a summary: `harness can decode`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from harness.devices.can.database import Database, load_database, merge
from harness.devices.can.decode import Decoded, DecodedMessage, decode
from harness.devices.can.export import write_csv
from harness.devices.can.export_rows import channel_name
from harness.devices.can.logs import LogFile, read_log
from harness.devices.can.specs import format_id
from harness.errors import UsageError

OUTPUTS = (".csv", ".parquet")


class Request(NamedTuple):
    """What is asked for."""

    log: Path
    databases: tuple[Path, ...]
    signals: tuple[str, ...] = ()
    """`Message.Signal`, `Signal` or `Message`; empty: all."""
    output: Path | None = None
    wide: bool = False
    channel: str | None = None
    keep_going: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    request: Request
    log: LogFile
    database: Database
    decoded: Decoded
    rows: int | None
    """Rows written; None when no file was asked for."""

    @property
    def complete(self) -> bool:
        """Whether the recording could be read to its end."""
        return self.log.recording.damage is None

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """UTC of the first and the last frame; None without a date."""
        times = self.decoded.frames.time
        if not self.log.recording.dated or not len(times):
            return None
        return _utc(int(times.min())), _utc(int(times.max()))

    @property
    def seconds(self) -> float:
        """Between the first and the last frame."""
        times = self.decoded.frames.time
        return float(np.ptp(times)) / 1e9 if len(times) else 0.0

    @property
    def channels(self) -> list[str]:
        """Channels on which there are frames."""
        numbers = np.unique(self.decoded.frames.channel).tolist()
        return [channel_name(self.log.recording, number) for number in numbers]

    def to_json(self) -> dict[str, Any]:
        """The summary for programs."""
        recording, decoded = self.log.recording, self.decoded
        span = self.span
        return {
            "file": str(self.request.log),
            "format": self.log.format,
            "complete": self.complete,
            "damage": None if recording.damage is None else str(recording.damage),
            "notes": [{"zh": note.zh, "en": note.en} for note in recording.notes],
            "frames": len(decoded.frames),
            "channels": self.channels,
            "first": span[0].isoformat() if span else None,
            "last": span[1].isoformat() if span else None,
            "seconds": self.seconds,
            "databases": [
                {"file": str(file.path), "encoding": file.encoding, "sha256": file.sha256}
                for file in self.database.files
            ],
            "messages": [_message_row(message) for message in decoded.messages],
            "values": decoded.values,
            "unknown": [
                {"id": format_id(*one), "extended": one[1], "frames": count}
                for one, count in decoded.unknown.items()
            ],
            "absent": list(decoded.absent),
            "remote_frames": decoded.remote,
            "error_frames": decoded.errors,
            "output": None if self.request.output is None else str(self.request.output),
            "rows": self.rows,
        }


def decode_file(request: Request) -> Result:
    """Read, decode and write. Raises UsageError (FileError, UnknownNameError among them)."""
    _check_output(request)
    database = merge([load_database(path) for path in request.databases])
    log = read_log(request.log, keep_going=request.keep_going, channel=request.channel)
    decoded = decode(log.recording.frames, database, request.signals)
    rows = None
    if request.output is not None:
        try:
            rows = _write(request.output, log, decoded, wide=request.wide)
        except OSError as error:
            raise UsageError(f"{request.output}: {error.strerror or error}") from error
    return Result(request, log, database, decoded, rows)


def _check_output(request: Request) -> None:
    output = request.output
    if output is None:
        if request.wide:
            raise UsageError("--wide is a form of the file; expected -o FILE.csv or FILE.parquet")
        return
    if output.suffix.lower() not in OUTPUTS:
        raise UsageError(f"{output} is no kind of table; expected a .csv or .parquet file")
    if output.resolve() in {path.resolve() for path in (request.log, *request.databases)}:
        raise UsageError(f"{output} is read here; expected a file of its own")
    if output.suffix.lower() == ".parquet":
        _parquet_writer(output)


def _write(output: Path, log: LogFile, decoded: Decoded, *, wide: bool) -> int:
    write = _parquet_writer(output) if output.suffix.lower() == ".parquet" else write_csv
    rows: int = write(output, log.recording, decoded, wide=wide)
    return rows


def _parquet_writer(output: Path) -> Any:
    try:
        from harness.devices.can.export_parquet import write_parquet  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            f"{output}: writing Parquet needs {error.name}; "
            "expected pip install charging-harness[parquet]"
        ) from error
    return write_parquet


def _message_row(message: DecodedMessage) -> dict[str, Any]:
    spec, period = message.spec, message.period
    return {
        "id": spec.name,
        "frame_id": format_id(*spec.id),
        "extended": spec.extended,
        "database": spec.database,
        "frames": len(message.rows),
        "described_period_s": spec.cycle_time,
        "period_s": None
        if period is None
        else {"mean": period.mean, "min": period.shortest, "max": period.longest},
        "signals": [column.signal.name for column in message.columns],
        "undecodable": message.undecodable,
        "short": message.short,
        "long": message.long,
        "unknown_multiplexer": message.unknown_mux,
        "out_of_range": message.out_of_range,
    }


def _utc(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=(nanoseconds + 500) // 1000)
