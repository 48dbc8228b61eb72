"""The course of a vehicle's signals, out of the recordings that lie beside the journal.

Only what is asked for is decoded: of each recording the frames of the messages that carry it, all
of them at once. What cannot be had (no recording, a damaged one, a signal that no database of the
record describes) is said in a sentence and never ends a report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from harness.datafile import loads, read_bytes
from harness.devices.can.columns import Column, MessageColumns
from harness.devices.can.database import Database, load_database
from harness.devices.can.logs import read_log
from harness.devices.can.logs_frames import EXTENDED, Frames, Index
from harness.devices.can.specs import STALE_CYCLES, MessageSpec, SignalSpec
from harness.devices.vehicle.points import unit_of
from harness.errors import FileError, HarnessError
from harness.events import BusOpened, RunStarted
from harness.evidence.layout import file_inside
from harness.evidence.read import Entry
from harness.report.course import Course, Numbers
from harness.text import Text

MOST_BYTES = 1_500_000_000
"""A recording beyond this size is left alone: a page is not worth the memory."""


@dataclass(frozen=True)
class BusFrames:
    """A recording as it was read."""

    file: str
    frames: Frames
    time: Numbers
    """Seconds since the record's first instant."""
    damaged: bool = False


class Courses:
    """Signals of one record. What was read once is kept."""

    def __init__(self, folder: Path, entries: Sequence[Entry]) -> None:
        self._root = folder.resolve()
        self._buses: dict[str, BusOpened] = {}
        self._started: RunStarted | None = None
        for entry in entries:
            if isinstance(entry.event, BusOpened):
                self._buses[entry.event.bus] = entry.event
            elif isinstance(entry.event, RunStarted):
                self._started = entry.event
        self._recordings: dict[str, BusFrames | Text] = {}
        self._tables: dict[tuple[str, str], tuple[Index, MessageColumns]] = {}
        self._found: dict[str, Course | Text] = {}

    @property
    def buses(self) -> list[str]:
        return list(self._buses)

    # ------------------------------------------------------------ what the record describes

    @cached_property
    def databases(self) -> Mapping[str, Sequence[Database]]:
        """Bus -> its databases, as they were copied into the record."""
        return {name: self._databases_of(bus) for name, bus in self._buses.items()}

    def _databases_of(self, bus: BusOpened) -> list[Database]:
        found = []
        for used in self._started.files if self._started else []:
            if used.kind != "database" or used.name not in bus.databases:
                continue
            path = file_inside(self._root, used.copy)
            if path is None or path.name.endswith((".yaml", ".yml")):
                continue
            try:
                found.append(load_database(path))
            except (
                HarnessError
            ):  # then its signals are not known, which is said where they are used
                continue
        return found

    @cached_property
    def _points(self) -> Mapping[str, str]:
        """Named point -> `Message.Signal`, by the vehicle's profile in the record."""
        found: dict[str, str] = {}
        for used in self._started.files if self._started else []:
            path = file_inside(self._root, used.copy) if used.kind == "profile" else None
            if path is not None:
                found |= _named_signals(path)
        return found

    @cached_property
    def _carriers(self) -> Mapping[str, tuple[str, MessageSpec, SignalSpec]]:
        """`Message.Signal` -> bus, message, signal."""
        return {
            f"{message.name}.{signal.name}": (bus, message, signal)
            for bus, databases in self.databases.items()
            for database in databases
            for message in database.messages
            for signal in message.signals
        }

    def knows(self, name: str) -> bool:
        """Whether a name is one of a signal on a bus of this record."""
        return bool(self._buses) and self._points.get(name, name) in self._carriers

    # ------------------------------------------------------------ what was recorded

    def of(self, name: str) -> Course | Text:
        """The course of a signal that is known, or why there is none."""
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def _read(self, name: str) -> Course | Text:
        dotted = self._points.get(name, name)
        bus, message, signal = self._carriers[dotted]
        recording = self.recording(bus)
        if isinstance(recording, Text):
            return recording
        rows, table = self._table(bus, message, recording.frames)
        column = table.column(signal.name)
        if not len(column):
            file = recording.file
            return Text(
                f"{file} 中没有含 {dotted} 的报文，无法画出曲线。",
                f"{file} holds no frame with {dotted}, so there is no plot.",
            )
        time = recording.time[rows[column.rows]]
        order = np.argsort(time, kind="stable")  # received and sent frames are merged
        after = message.cycle_time
        multiple = len(rows) / len(column)  # a multiplexed signal comes in every n-th frame
        return Course(
            name,
            time[order],
            _values(column)[order],
            unit_of(signal.unit),
            dict(signal.values) if signal.is_enumeration else {},
            recording.file,
            dotted,
            None if after is None else max(0.1, STALE_CYCLES * after * multiple),
            recording.damaged,
        )

    def _table(
        self, bus: str, message: MessageSpec, frames: Frames
    ) -> tuple[Index, MessageColumns]:
        """The frames of one message: which they are, and their columns."""
        place = (bus, message.name)
        if place not in self._tables:
            rows = np.flatnonzero((frames.key == key_of(message)) & frames.is_data)
            table = MessageColumns(message, frames.length[rows], frames.data[rows])
            self._tables[place] = rows, table
        return self._tables[place]

    def recording(self, bus: str) -> BusFrames | Text:
        """Every frame of a bus, or why there are none."""
        if bus not in self._recordings:
            self._recordings[bus] = self._recorded(self._buses[bus].capture)
        return self._recordings[bus]

    def _recorded(self, file: str) -> BusFrames | Text:
        if not file:
            return Text(
                "本次运行没有记录该总线的报文，无法画出曲线。",
                "The frames of this bus were not recorded, so there is no plot.",
            )
        path = file_inside(self._root, file)
        if path is None:
            return Text(
                f"记录中没有报文记录文件 {file}，无法画出曲线。",
                f"The recording {file} is not in the record, so there is no plot.",
            )
        start = self._start
        unreadable = Text(
            f"报文记录文件 {file} 无法读取，无法画出曲线。",
            f"The recording {file} cannot be read, so there is no plot.",
        )
        if start is None or path.stat().st_size > MOST_BYTES:
            return unreadable
        try:
            recording = read_log(path, keep_going=True).recording
        except HarnessError:
            return unreadable
        if not len(recording.frames):
            return unreadable
        time = (recording.frames.time - start) / 1e9
        return BusFrames(file, recording.frames, time, recording.damage is not None)

    @property
    def _start(self) -> int | None:
        """The record's first instant in nanoseconds since 1970."""
        try:
            moment = datetime.fromisoformat(self._started.utc if self._started else "")
        except ValueError:
            return None
        return round(moment.timestamp() * 1e6) * 1000


def key_of(message: MessageSpec) -> int:
    """The identifier of a message as recordings hold it."""
    return message.frame_id | (EXTENDED if message.extended else 0)


def _values(column: Column) -> Numbers:
    """Values; NaN where the number means that there is none."""
    value = column.value.astype(np.float64)
    if column.signal.is_enumeration:
        value = column.raw.astype(np.float64)
    value[~np.isfinite(value)] = np.nan
    if (none := list(column.signal.sentinels)) and not column.signal.is_enumeration:
        value[np.isin(column.raw, none)] = np.nan
    return value


def _named_signals(path: Path) -> dict[str, str]:
    try:
        values, _ = loads(read_bytes(path), path.name)
    except FileError:
        return {}
    points: Any = values.get("points") if isinstance(values, dict) else None
    if not isinstance(points, dict) or values.get("kind") != "vehicle":
        return {}
    return {
        str(name): str(entry["signal"])
        for name, entry in points.items()
        if isinstance(entry, dict) and "signal" in entry
    }
