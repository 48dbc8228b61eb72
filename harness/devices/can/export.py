"""Values of a recorded bus as CSV.

Long form, one row a value: time, seconds, channel, message, signal, value, unit, raw, label. Wide
form, one row a frame: time, seconds, channel, message, then one column a signal, empty where the
frame does not carry it. Both are in the order of the recording.

`time` is UTC and empty for recordings without a date. `seconds` counts from the first frame, or as
the recording itself counts if it has no date. `raw` is empty for floating-point signals. The file
starts with a byte-order mark, without which Excel in Chinese Windows takes UTF-8 for GBK.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.devices.can.decode import Decoded
from harness.devices.can.export_rows import (
    ColumnPart,
    channel_name,
    microseconds,
    pieces,
    raw_is_told,
    seconds,
)
from harness.devices.can.logs_frames import Recording
from harness.devices.can.specs import SignalSpec

FRAME_COLUMNS = ("time", "seconds", "channel", "message")
VALUE_COLUMNS = ("signal", "value", "unit", "raw", "label")

_END = "\r\n"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Texts = NDArray[np.object_]


def write_csv(path: Path, recording: Recording, decoded: Decoded, *, wide: bool) -> int:
    """Write the values to a CSV file; how many rows it has. Raises OSError."""
    lines = _wide(recording, decoded) if wide else _long(recording, decoded)
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        for text, rows in lines:
            file.write(text)
            count += rows
    return count


def wide_name(message: str, signal: SignalSpec) -> str:
    """Heading of a signal's own column: `BMS_Pack.Voltage [V]`."""
    return f"{message}.{signal.name}" + (f" [{signal.unit}]" if signal.unit else "")


def _long(recording: Recording, decoded: Decoded) -> Iterator[tuple[str, int]]:
    yield _row([*FRAME_COLUMNS, *VALUE_COLUMNS]) + _END, 0
    for first, last, parts in pieces(decoded):
        lines = _nothing(last - first)
        rows = 0
        for part in parts:
            heads = _heads(recording, part.rows, part.message.spec.name)
            text = _nothing(len(part.rows))
            for column in part.columns:
                text[column.rows] += heads[column.rows] + _values(column)
                rows += len(column.rows)
            lines[part.rows - first] = text
        yield "".join(lines), rows


def _wide(recording: Recording, decoded: Decoded) -> Iterator[tuple[str, int]]:
    names = [
        wide_name(message.spec.name, column.signal)
        for message in decoded.messages
        for column in message.columns
    ]
    yield _row([*FRAME_COLUMNS, *names]) + _END, 0
    for first, last, parts in pieces(decoded):
        lines = _nothing(last - first)
        before = 0
        for part in parts:
            text = _heads(recording, part.rows, part.message.spec.name) + "," * before
            for column in part.columns:
                cells = _nothing(len(part.rows))
                cells[column.rows] = _each(column.value, _number)
                text = text + "," + cells
            before += len(part.columns)
            lines[part.rows - first] = text + "," * (len(names) - before) + _END
        yield "".join(lines), sum(len(part.rows) for part in parts)


def _heads(recording: Recording, rows: NDArray[np.intp], message: str) -> Texts:
    """`time,seconds,channel,message` of these frames."""
    frames = recording.frames
    times = frames.time[rows]
    if recording.dated:
        dates = np.datetime_as_string(microseconds(times).view("datetime64[us]"))
        stamps = [f"{date}Z" for date in dates.tolist()]
    else:
        stamps = [""] * len(rows)
    numbers = frames.channel[rows]
    channels = {n: _cell(channel_name(recording, n)) for n in np.unique(numbers).tolist()}
    facts = zip(stamps, seconds(recording, times).tolist(), numbers.tolist(), strict=True)
    return _texts([f"{stamp},{s:.6f},{channels[n]},{message}" for stamp, s, n in facts])


def _values(column: ColumnPart) -> Texts:
    """`,signal,value,unit,raw,label` and the end of the row, for each value of a column."""
    signal = column.signal
    unit = _cell(signal.unit or "")

    def text(raw: int, value: float) -> str:
        shown = str(raw) if raw_is_told(signal) else ""
        label = _cell(signal.values.get(raw, ""))
        return f",{signal.name},{_number(value)},{unit},{shown},{label}{_END}"

    raws, first, inverse = _different(column.raw)
    values = column.value[first].tolist()
    different = [text(raw, value) for raw, value in zip(raws, values, strict=True)]
    return _texts(different)[inverse]


def _each(values: NDArray[np.float64], show: Any) -> Texts:
    """Each value as text; equal ones are shown once and repeated."""
    different, _, inverse = _different(values)
    return _texts([show(value) for value in different])[inverse]


def _different(values: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp], NDArray[np.intp]]:
    """Different values, where each first stands, and which of them stands where."""
    different, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    return different.tolist(), first, inverse


def _number(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0")


def _row(cells: Iterable[str]) -> str:
    return ",".join(_cell(cell) for cell in cells)


def _cell(text: str) -> str:
    """One cell of text, quoted where it must be; none that a spreadsheet takes for a formula."""
    line = io.StringIO()
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    csv.writer(line, lineterminator="").writerow([guarded, ""])
    return line.getvalue()[:-1]


def _nothing(count: int) -> Texts:
    return np.full(count, "", object)


def _texts(texts: list[str]) -> Texts:
    found = np.empty(len(texts), object)
    found[:] = texts
    return found
