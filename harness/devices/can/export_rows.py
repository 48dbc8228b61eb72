"""What the exports share: a recording in pieces, and the facts that stand before every value."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.devices.can.decode import Decoded, DecodedMessage
from harness.devices.can.logs_frames import Index, Recording
from harness.devices.can.specs import SignalSpec

CHUNK = 100_000
"""Frames that are written together, so that the text of an hour need not fit into memory."""


class ColumnPart(NamedTuple):
    """The part of a signal's column that lies in one piece of the recording."""

    signal: SignalSpec
    rows: Index
    """Which frames of `Part.rows` carry the signal."""
    raw: NDArray[Any]
    value: NDArray[np.float64]


class Part(NamedTuple):
    """The frames of one message in one piece of the recording."""

    message: DecodedMessage
    rows: Index
    """Which frames of the recording they are."""
    columns: tuple[ColumnPart, ...]


def pieces(decoded: Decoded) -> Iterator[tuple[int, int, list[Part]]]:
    """The recording in pieces: first frame, the one after the last, and the messages in between."""
    for first in range(0, len(decoded.frames), CHUNK):
        last = min(first + CHUNK, len(decoded.frames))
        yield first, last, [_part(message, first, last) for message in decoded.messages]


def _part(message: DecodedMessage, first: int, last: int) -> Part:
    low, high = np.searchsorted(message.rows, [first, last])
    columns = []
    for column in message.columns:
        begin, end = np.searchsorted(column.rows, [low, high])
        here = slice(begin, end)
        rows = column.rows[here] - low
        columns.append(ColumnPart(column.signal, rows, column.raw[here], column.value[here]))
    return Part(message, message.rows[low:high], tuple(columns))


def seconds(recording: Recording, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Seconds since the first frame; if the recording has no date, as it counts itself."""
    start = recording.frames.time[0] if recording.dated else 0
    return microseconds(times - start) / 1e6


def microseconds(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nanoseconds rounded to microseconds, which is as well as adapters know them."""
    return (times + 500) // 1000


def channel_name(recording: Recording, number: int) -> str:
    """The name of a channel, or its number."""
    return recording.channel_names.get(number, str(number))


def raw_is_told(signal: SignalSpec) -> bool:
    """Whether the raw number says something that the value does not."""
    return not signal.is_float
