"""Values of a recorded bus as Parquet, in the two forms of `export.py`.

Numbers stay numbers: `time` is a timestamp in nanoseconds UTC, `seconds` and `value` are doubles,
`raw` is a 64-bit integer (text, if a signal that was asked for can have a number beyond it).
What a CSV leaves empty is null. In the wide form unit and comment of a signal are in the metadata
of its field. pyarrow is an extra: this module is imported when a Parquet file is asked for.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it has no types
from numpy.typing import NDArray

from harness.devices.can.decode import Decoded
from harness.devices.can.export_rows import (
    Part,
    channel_name,
    pieces,
    raw_is_told,
    seconds,
)
from harness.devices.can.logs_frames import Index, Recording
from harness.devices.can.specs import SignalSpec

_WORD = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("ns", "UTC")
_FRAME_FIELDS = [
    pa.field("time", _TIME),
    pa.field("seconds", pa.float64()),
    pa.field("channel", _WORD),
    pa.field("message", _WORD),
]


def write_parquet(path: Path, recording: Recording, decoded: Decoded, *, wide: bool) -> int:
    """Write the values to a Parquet file; how many rows it has. Raises OSError."""
    tables: _Wide | _Long = _Wide(recording, decoded) if wide else _Long(recording, decoded)
    count = 0
    with pq.ParquetWriter(path, tables.schema, compression="zstd") as writer:
        for _, _, parts in pieces(decoded):
            table = tables.of(parts)
            writer.write_table(table)
            count += table.num_rows
    return count


class _Words:
    """A column of few different words: the words are kept once."""

    def __init__(self, words: list[str]) -> None:
        self._words = pa.array(list(dict.fromkeys(words)), pa.string())
        self._numbers = {word: at for at, word in enumerate(dict.fromkeys(words))}

    def number(self, word: str) -> int:
        """The number that stands for a word; -1 for an empty one, which is null."""
        return self._numbers.get(word, -1)

    def column(self, numbers: NDArray[np.int32]) -> Any:
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers, pa.int32(), mask=numbers < 0), self._words
        )


class _Frames:
    """The columns that tell of the frame."""

    def __init__(self, recording: Recording, decoded: Decoded) -> None:
        self.recording = recording
        frames = recording.frames
        numbers = np.unique(frames.channel).tolist()
        names = [channel_name(recording, number) for number in numbers]
        self._channels = _Words(names)
        self._number = np.full(max(numbers, default=0) + 1, -1, np.int32)
        for number, name in zip(numbers, names, strict=True):
            self._number[number] = self._channels.number(name)
        self._messages = _Words([message.spec.name for message in decoded.messages])

    def columns(self, rows: Index, messages: NDArray[np.int32]) -> list[Any]:
        frames = self.recording.frames
        times = frames.time[rows]
        undated = None if self.recording.dated else np.ones(len(rows), np.bool_)
        return [
            pa.array(times.view("datetime64[ns]"), _TIME, mask=undated),
            pa.array(seconds(self.recording, times)),
            self._channels.column(self._number[frames.channel[rows]]),
            self._messages.column(messages),
        ]


class _Long:
    """One row a value."""

    def __init__(self, recording: Recording, decoded: Decoded) -> None:
        self._frames = _Frames(recording, decoded)
        signals = [column.signal for message in decoded.messages for column in message.columns]
        self._signals = _Words([signal.name for signal in signals])
        self._units = _Words([signal.unit for signal in signals if signal.unit])
        self._labels = _Words([name for signal in signals for name in signal.values.values()])
        self._raw_as_text = any(_beyond_int64(signal) for signal in signals)
        self.schema = pa.schema(
            [
                *_FRAME_FIELDS,
                pa.field("signal", _WORD),
                pa.field("value", pa.float64()),
                pa.field("unit", _WORD),
                pa.field("raw", pa.string() if self._raw_as_text else pa.int64()),
                pa.field("label", _WORD),
            ]
        )

    def of(self, parts: list[Part]) -> Any:
        """The table of one piece of the recording."""
        columns = [(at, part, one) for at, part in enumerate(parts) for one in part.columns]
        sizes = [len(one.rows) for _, _, one in columns]
        rows = _join([part.rows[one.rows] for _, part, one in columns], np.intp)
        order = np.argsort(rows, kind="stable")

        def each(numbers: list[int]) -> NDArray[np.int32]:
            return np.repeat(np.array(numbers, np.int32), sizes)[order]

        signals = [one.signal for _, _, one in columns]
        told = np.repeat(np.array([raw_is_told(signal) for signal in signals], np.bool_), sizes)
        raw = [self._raw(one.raw, one.signal) for _, _, one in columns]
        labels = [self._label_numbers(one.raw, one.signal) for _, _, one in columns]
        kind = object if self._raw_as_text else np.int64
        return pa.Table.from_arrays(
            [
                *self._frames.columns(rows[order], each([at for at, _, _ in columns])),
                self._signals.column(each([self._signals.number(s.name) for s in signals])),
                pa.array(_join([one.value for _, _, one in columns], np.float64)[order]),
                self._units.column(each([self._units.number(s.unit or "") for s in signals])),
                pa.array(_join(raw, kind)[order], self.schema.field("raw").type, mask=~told[order]),
                self._labels.column(_join(labels, np.int32)[order]),
            ],
            schema=self.schema,
        )

    def _raw(self, raw: NDArray[Any], signal: SignalSpec) -> NDArray[Any]:
        if self._raw_as_text:
            return np.array([str(number) for number in raw.tolist()], object)
        return raw.astype(np.int64) if raw_is_told(signal) else np.zeros(len(raw), np.int64)

    def _label_numbers(self, raw: NDArray[Any], signal: SignalSpec) -> NDArray[np.int32]:
        found = np.full(len(raw), -1, np.int32)
        for number, name in signal.values.items():
            found[raw == number] = self._labels.number(name)
        return found


class _Wide:
    """One row a frame."""

    def __init__(self, recording: Recording, decoded: Decoded) -> None:
        self._frames = _Frames(recording, decoded)
        self.schema = pa.schema(
            [
                *_FRAME_FIELDS,
                *(
                    _field(message.spec.name, column.signal)
                    for message in decoded.messages
                    for column in message.columns
                ),
            ]
        )

    def of(self, parts: list[Part]) -> Any:
        """The table of one piece of the recording."""
        rows = _join([part.rows for part in parts], np.intp)
        order = np.argsort(rows)
        place = np.empty(len(rows), np.intp)
        place[order] = np.arange(len(rows))
        messages = np.repeat(np.arange(len(parts), dtype=np.int32), [len(p.rows) for p in parts])
        columns = self._frames.columns(rows[order], messages[order])
        before = 0
        for part in parts:
            places = place[before : before + len(part.rows)]
            for one in part.columns:
                values = np.zeros(len(rows))
                absent = np.ones(len(rows), np.bool_)
                values[places[one.rows]] = one.value
                absent[places[one.rows]] = False
                columns.append(pa.array(values, mask=absent))
            before += len(part.rows)
        return pa.Table.from_arrays(columns, schema=self.schema)


def _field(message: str, signal: SignalSpec) -> Any:
    facts = {"unit": signal.unit, "comment": signal.comment}
    told = {key: value for key, value in facts.items() if value}
    return pa.field(f"{message}.{signal.name}", pa.float64(), metadata=told or None)


def _beyond_int64(signal: SignalSpec) -> bool:
    return raw_is_told(signal) and signal.length > (64 if signal.signed else 63)


def _join(arrays: list[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)
