"""MF4 recordings (ASAM MDF 4 with bus logging) as columns, read through asammdf.

asammdf is an extra and takes half a second to import, so this module is imported when a file asks
for it.
"""

import gc
import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from asammdf import MDF
from numpy.typing import NDArray

from harness.devices.can.logs_frames import (
    BRS,
    EARLIEST_DATE,
    ERROR,
    ESI,
    EXTENDED,
    FD,
    REMOTE,
    TX,
    Frames,
    Recording,
    clear_beyond,
    join,
)
from harness.devices.can.logs_mf4_links import circle
from harness.devices.can.logs_mf4_rescue import Remains
from harness.errors import Problem
from harness.text import Text

_KINDS = {"CAN_DataFrame": 0, "CAN_RemoteFrame": REMOTE, "CAN_ErrorFrame": ERROR}
_LONGEST_REASON = 120
_LATEST = 4e9
"""Seconds of a date, and from there on; both together fit as nanoseconds into 64 bits."""
_NO_BUS = Text(
    "文件中没有总线报文（只有已解码的测量信号）",
    "The file holds no bus frames (only measured signals)",
)


def read_mf4(path: Path) -> Recording:
    """All CAN frames of an MF4 file, in the order of time. Damage is reported. Raises OSError."""
    with path.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as file:
        turn = circle(file)
    found = _Found()
    damage = None
    with _quiet():
        reason = f"block 0x{turn:X} leads back to itself" if turn else _read(str(path), found)
        if reason is not None:
            found, described = _rescued(path)
            where = "" if described else ", and what is left of it describes no frames"
            done = sum(map(len, found.parts))
            what = (
                f"the file cannot be read on ({reason}){where}; {done} frames were read before it"
            )
            damage = Problem(str(path), 0, 0, what, "a whole MDF 4 file")
    frames = join(found.parts)
    frames = frames.take(np.argsort(frames.time, kind="stable"))
    frames.time[:] += found.start
    dated = found.start >= EARLIEST_DATE * 1_000_000_000
    notes = (_NO_BUS,) if not found.groups and damage is None else ()
    return Recording(frames, dated, damage, notes=notes)


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.start = 0
        """Nanoseconds since 1970."""
        self.groups = 0
        self.parts: list[Frames] = []


def _read(source: str | io.BufferedReader, found: _Found) -> str | None:
    """Read all groups; what ended the reading early, if anything did."""
    try:
        library: Any = MDF
        with library(source, process_bus_logging=False) as file:
            start = round(file.header.start_time.timestamp() * 1e6) * 1000
            found.start = start if 0 <= start < _LATEST * 1e9 else 0
            for index, group in enumerate(file.groups):
                names = {channel.name for channel in group.channels}
                for kind in _KINDS.keys() & names:
                    _check_places(group)
                    found.groups += 1
                    found.parts.append(_Group(file, index, kind, names).frames())
    except Exception as error:  # noqa: BLE001 - a foreign parser raises anything on a damaged file
        return (str(error) or type(error).__name__).splitlines()[0][:_LONGEST_REASON]
    return None


def _check_places(group: Any) -> None:
    """Raise ValueError for a channel outside its records: asammdf would read foreign memory."""
    facts = group.channel_group
    size = facts.samples_byte_nr + facts.invalidation_bytes_nr
    for channel in group.channels:
        bits = channel.bit_offset + channel.bit_count
        width = max(-(-bits // 8), channel.dtype_fmt.itemsize if channel.dtype_fmt.fields else 0)
        if channel.byte_offset + width > size and facts.cycles_nr:
            raise ValueError(f"{channel.name} lies outside its records of {size} bytes")


def _rescued(path: Path) -> tuple[_Found, bool]:
    """What is left of a damaged file; whether that describes any frames."""
    found = _Found()
    with Remains(path) as remains:
        for source in remains.groups():
            _read(source, found)
    return found, remains.described


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep asammdf from printing: our own message names the file and what was read.

    When a file cannot be opened, asammdf also fails to tidy up after itself, and says so where no
    `except` can reach: when its objects, which hold each other, are collected. So they are
    collected here. What was there before is frozen meanwhile: to look through all objects of a
    large program takes seconds.
    """
    logging.getLogger("asammdf").setLevel(logging.CRITICAL)
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    gc.freeze()
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        gc.collect()
        gc.unfreeze()
        sys.unraisablehook = hook


class _Group:
    """One channel group of the file: frames of one kind."""

    def __init__(self, file: Any, index: int, kind: str, names: set[str]) -> None:
        self._file = file
        self._index = index
        self._kind = kind
        self._names = names
        self._signal = file.get(kind, group=index, raw=True)
        """The whole frame, whose parts are fields of a structured array."""

    def frames(self) -> Frames:
        stamps = np.asarray(self._signal.timestamps, np.float64)
        if not (np.abs(stamps) < _LATEST).all():
            raise ValueError("the times of the frames cannot be")
        time = np.rint(stamps * 1e9).astype(np.int64)
        count = len(time)
        identifier = self._part("ID", count).astype(np.uint32)
        extended = (self._part("IDE", count) != 0) | ((identifier & EXTENDED) != 0)
        number = identifier & 0x1FFF_FFFF
        key = np.where(extended, number | EXTENDED, number).astype(np.uint32)
        flags = np.full(count, _KINDS[self._kind], np.uint8)
        for name, bit in (("EDL", FD), ("BRS", BRS), ("ESI", ESI), ("Dir", TX)):
            flags |= np.where(self._part(name, count) != 0, bit, 0).astype(np.uint8)
        length, data = self._payload(count)
        if self._kind == "CAN_ErrorFrame":
            key[:] = 0
        channel = self._part("BusChannel", count).astype(np.uint16)
        return Frames(time, channel, key, flags, length, data)

    def _payload(self, count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Lengths and payload bytes, these as wide as the longest asks for."""
        if self._kind == "CAN_RemoteFrame":
            asked = np.minimum(self._part("DLC", count), 8).astype(np.uint8)
            return asked, np.zeros((count, 8), np.uint8)
        if self._kind == "CAN_ErrorFrame" or count == 0:
            return np.zeros(count, np.uint8), np.zeros((count, 8), np.uint8)
        table = self._part("DataBytes", count).reshape(count, -1)[:, :64]
        held = np.minimum(self._part("DataLength", count), table.shape[1]).astype(np.uint8)
        width = 8 if held.max() <= 8 else 64
        data = np.zeros((count, width), np.uint8)
        used = min(width, table.shape[1])
        data[:, :used] = table[:, :used]
        clear_beyond(data, held)
        return held, data

    def _part(self, name: str, count: int) -> NDArray[Any]:
        """One fact of every frame; zeros where the recorder did not keep it."""
        full = f"{self._kind}.{name}"
        samples: NDArray[Any]
        if full in (self._signal.samples.dtype.names or ()):
            samples = self._signal.samples[full]
        elif full in self._names:
            samples = self._file.get(full, group=self._index, raw=True).samples
        else:
            samples = np.zeros(count, np.uint8)
        return samples
